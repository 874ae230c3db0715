/*
 * gitleaks' configuration file (.gitleaks.toml) as plain values, and betterleaks' as far as it is
 * the same. Expressions are texts here; whoever makes rules of them compiles them. Pure functions;
 * everything is in the caller's arena.
 *
 * Source: the behaviour of gitleaks 8.30; what is otherwise stands in docs/secrets-peers.md.
 */
#ifndef PEER_GITLEAKS_CONFIG_H
#define PEER_GITLEAKS_CONFIG_H

#include "base/vec.h"
#include "core/finding.h"

enum { GITLEAKS_CONFIG_BYTES = 4 << 20, GITLEAKS_RULES_MAX = 2000 };

enum gitleaks_target { GITLEAKS_SECRET, GITLEAKS_MATCH, GITLEAKS_LINE };

/* A list of what is allowed. `place` is where it stands, for errors: "file:3:1". */
struct gitleaks_allow {
	struct str place, description;
	bool all; /* condition = "AND" */
	enum gitleaks_target target;
	struct str_list commits, paths, regexes, stopwords;
	struct str_list rules; /* targetRules, of a global one; empty: all */
};

struct gitleaks_required {
	struct str place, id;
	long within_lines, within_columns; /* -1: not said */
};

struct gitleaks_allows {
	struct gitleaks_allow *p;
	size_t n, cap;
};

struct gitleaks_rule {
	struct str place, id, description, regex, path;
	unsigned group;
	double entropy;
	struct str_list keywords, tags;
	bool skip_report;
	struct gitleaks_allows allows;
	VEC(struct gitleaks_required) required;
};

struct gitleaks_config {
	struct str extend_path;
	bool use_default;
	struct str_list disabled;
	VEC(struct gitleaks_rule) rules;
	struct gitleaks_allows allows;
};

struct gitleaks_warnings {
	struct str *p;
	size_t n, cap;
};

/* ERR_CONFIG with file, line and column: what is no TOML, a value of another kind, a key that is
 * nearly one that is known or that betterleaks has and that is not understood here. Any other key
 * is a warning. */
MUST_USE int gitleaks_config_parse(struct str file, struct str text, struct arena *arena,
    struct gitleaks_config *ret, struct gitleaks_warnings *warnings, struct err *err);

/* What `config` says over `base`, which it extends: rules of the same id are merged, lists are
 * joined, disabled rules of the base are left out. */
MUST_USE int gitleaks_config_extend(struct gitleaks_config *config,
    const struct gitleaks_config *base, struct arena *arena, struct err *err);
bool gitleaks_config_disables(const struct gitleaks_config *config, struct str id);

/* What a rule of gitleaks' own set is called here; the id itself if there is none. */
struct str gitleaks_rule_here(struct str id);

#endif
