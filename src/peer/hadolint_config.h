/*
 * The settings of `plimsoll hadolint`, as hadolint takes them: by its environment, by
 * .hadolint.yaml and on its command line, and how the three are laid over one another. The file is
 * hostile: it is parsed in a sandboxed reader (engine/scan_hadolint.h). Plain values in the arena.
 *
 * Source: the behaviour of hadolint 2.15.1. It passes over what it does not know; here that is an
 * error, and the rest holds.
 */
#ifndef PEER_HADOLINT_CONFIG_H
#define PEER_HADOLINT_CONFIG_H

#include "base/opt.h"
#include "detect/lint/lint.h"

/* The gravest first. */
#define HADOLINT_LEVELS(X) \
	X(ERROR, "error")  \
	X(WARNING, "warning") X(INFO, "info") X(STYLE, "style") X(IGNORE, "ignore")
enum hadolint_level {
#define X(name, word) HADOLINT_##name,
	HADOLINT_LEVELS(X)
#undef X
	    HADOLINT_LEVEL_COUNT,
};

struct str hadolint_level_word(enum hadolint_level level);
/* "none" is another word for ignore. False if it is no level; *ret unwritten. */
bool hadolint_level_parse(struct str word, enum hadolint_level *ret);

enum hadolint_said { HADOLINT_UNSAID, HADOLINT_NO, HADOLINT_YES };

struct hadolint_labels {
	struct lint_label *p; /* each key once */
	size_t n, cap;
};

struct hadolint_config {
	enum hadolint_said no_fail, no_color, verbose, strict_labels, no_pragmas;
	bool has_threshold;
	enum hadolint_level threshold;
	struct opt_list formats;		     /* names that peer/hadolint_format.h has */
	struct opt_list rules[HADOLINT_LEVEL_COUNT]; /* ids that have this level whatever theirs */
	struct opt_list trusted;
	struct hadolint_labels labels;
};

/* "key:type", or "key" for a text. False if there is no such type. The last of a key holds. */
bool hadolint_add_label(struct hadolint_labels *labels, struct str text, struct arena *arena);

/* A file's text, which may be empty; `name` is for errors. *ret_wrong is set if a key is unknown,
 * which names the nearest one, and *ret holds all the same. ERR_CONFIG with line and column:
 * nothing of it holds.
 */
MUST_USE int hadolint_config_parse(struct str name, struct str text, struct arena *arena,
    struct hadolint_config *ret, struct err *ret_wrong, struct err *err);
/* The variables NO_COLOR and HADOLINT_…; get is getenv. *ret_wrong is set if a value is not one
 * that its variable takes, which is then passed over; an empty one is not there. */
MUST_USE int hadolint_config_environment(char *(*get)(const char *name), struct arena *arena,
    struct hadolint_config *ret, struct err *ret_wrong, struct err *err);
/* Lists come one after the other; of all else, and of each label, one source decides: the command
 * line before the file before the environment, but of labels the file before the environment
 * before the command line, as with hadolint. */
MUST_USE int hadolint_config_merge(const struct hadolint_config *environment,
    const struct hadolint_config *file, const struct hadolint_config *line, struct arena *arena,
    struct hadolint_config *ret, struct err *err);

/* What level a rule's finding has, whose own is `word`. */
enum hadolint_level hadolint_level_of(
    const struct hadolint_config *config, struct str rule, struct str word);
/* As a file that would say the same. */
void hadolint_config_print(const struct hadolint_config *config, struct buf *out);

#endif
