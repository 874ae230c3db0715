/*
 * Rule files of dockerfile_lint: what a profile in YAML says, checked, merged over the base as
 * dockerfile_lint merges it (maps by key, lists one behind the other, the file that includes over
 * what it includes), and ready to judge by. The files are hostile: they are read in a sandboxed
 * reader (engine/scan_dlint.h), and an expression in them is matched and never evaluated.
 *
 * Source: the documentation and behaviour of dockerfile_lint 0.3.4. It passes over what it does not
 * know and crashes on what it does not expect; here both are errors that name the place.
 */
#ifndef PEER_DLINT_RULES_H
#define PEER_DLINT_RULES_H

#include "base/buf.h"
#include "core/finding.h"
#include "peer/js_regex.h"
#include "read/syntax/node.h"

enum dlint_level { DLINT_ERROR, DLINT_WARN, DLINT_INFO };
enum { DLINT_LEVELS = DLINT_INFO + 1 };
/* "error", "warn", "info". */
const char *dlint_level_word(enum dlint_level level);

/* A text, or a list of a text and what is put behind it. */
struct dlint_reference {
	struct str_list parts;
	bool is_list;
};

struct dlint_rule {
	struct str label, message, description;
	struct dlint_reference reference;
	enum dlint_level level;
	bool inverse; /* what does not match is found */
	struct js_regex *regex;
};

enum dlint_required { DLINT_OPTIONAL, DLINT_RECOMMENDED, DLINT_REQUIRED };

/* A name that LABEL, ENV or ARG may set. */
struct dlint_name {
	struct str name, message;
	struct dlint_reference reference;
	enum dlint_level level;
	enum dlint_required required;
	bool match_case;
	struct js_regex *value; /* NULL: any */
};

/* Of the names that no dlint_name is about. */
struct dlint_names {
	struct js_regex *name, *value; /* NULL: any */
	struct str name_message, value_message;
	struct dlint_reference reference;
	enum dlint_level level;
};

struct dlint_instruction {
	struct str keyword; /* in capitals */
	struct js_regex *parameters;
	VEC(struct dlint_rule) rules;
	VEC(struct dlint_name) names;
	const struct dlint_names *others; /* NULL: nothing is said of them */
};

struct dlint_needed {
	struct str instruction, count, message, description;
	struct dlint_reference reference;
	enum dlint_level level;
};

struct dlint_rules {
	const struct node *merged; /* for dlint_rules_print */
	struct str_list keywords;  /* valid ones */
	VEC(struct dlint_instruction) instructions;
	VEC(struct dlint_needed) needed;
	VEC(struct js_regex *) regexes; /* all, for their release */
	struct arena *arena;
};

/* One rule file of several, read. */
struct dlint_file {
	struct str name; /* in its folder */
	const struct node *root;
	struct str_list includes;
};

/* What is not known in a file, but is near nothing that is known either; passed over. */
typedef void dlint_warn_fn(void *arg, struct str message);

/* ERR_CONFIG with "name:line:column: what". Its expressions were compiled once, to check them. */
MUST_USE int dlint_file_read(struct str name, struct str text, struct arena *arena,
    dlint_warn_fn *warn, void *warn_arg, struct dlint_file *ret, struct err *err);
/* Merges them over the base: files[0] is the one that was named, then what it includes, in the
 * order in which they were met. NULL: the default rules. Release *ret, after a failure too. */
MUST_USE int dlint_rules_make(const struct dlint_file *files, size_t n, struct arena *arena,
    struct dlint_rules *ret, struct err *err);
void dlint_rules_release(struct dlint_rules *rules);
/* The merged rules as YAML. */
void dlint_rules_print(const struct dlint_rules *rules, struct buf *out);

#endif
