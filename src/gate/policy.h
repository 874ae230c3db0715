/*
 * A policy: what blocks, what warns, what is excused, by stage. It is written in YAML by
 * the security team (docs/policy.md) and comes from their repository, a file, or the
 * built-in `starter`; never from the branch under review (design 6.2). A policy is
 * plain values in the arena it was parsed into, and immutable afterwards.
 */
#ifndef GATE_POLICY_H
#define GATE_POLICY_H

#include "core/finding.h"
#include "core/severity.h"

struct policy_names;

enum policy_mode { MODE_OBSERVE, MODE_NEW, MODE_ALL };

/* Whether a change may leave its repository without an image. */
enum policy_images {
	IMAGES_LEARNT, /* required once the target has published one */
	IMAGES_REQUIRED,
	IMAGES_OPTIONAL
};

enum policy_network { NETWORK_NONE, NETWORK_EGRESS, NETWORK_HOST };

/* No finding is as severe as this: a threshold that nothing reaches. */
enum { SEVERITY_NEVER = SEVERITY_CRITICAL + 1 };

struct stage_policy {
	enum policy_mode mode;
	struct str_list block_rules; /* ids or globs: "DL3002", "PL*" */
	int block_severity;	     /* findings at least this severe block; SEVERITY_NEVER */
	int warn_severity;	     /* findings less severe than this pass */
	bool block_fixable_only;     /* vulnerabilities: the threshold counts only with a fix */
	bool block_known_exploited;  /* vulnerabilities in CISA's catalogue block at any severity */
	bool block_unknown_severity;
	enum verdict not_covered[GAP_KIND_COUNT]; /* of each kind: warns or blocks */
};

/* Which findings something is about. Empty texts match all. */
struct finding_match {
	struct str rule; /* glob */
	struct str path; /* glob over the first place's path */
	struct str package;
	struct str fingerprint;
};

struct policy_ignore {
	struct finding_match match;
	struct str reason;
};

struct policy_waiver {
	struct finding_match match;
	struct str owner, reason, until;
	int64_t until_ms; /* the end of that UTC day */
};

/* What a branch may excuse by a comment of its own. */
struct branch_excuse {
	struct str rule; /* glob */
	int max_severity;
};

struct policy {
	struct str source; /* for people: a path, a repository, "starter (built in)" */
	struct str commit; /* of the policy's repository, or empty */
	struct str name, note;
	enum policy_mode mode;
	struct str rules_as_of; /* a date; rules that came later only warn; empty: none */
	struct stage_policy stages[STAGE_COUNT];
	struct str_list trusted_registries;
	struct str_list token_services; /* "host[:port]" that registries' passwords may go to */
	VEC(struct policy_ignore) ignores;
	VEC(struct policy_waiver) waivers;
	VEC(struct branch_excuse) excuses;
	struct str secret_key; /* of the keyed hash of secrets */
	enum policy_images images;
	enum policy_network network;
	uint64_t build_timeout_seconds;
	uint64_t database_max_age_hours; /* 0: any age */
};

/* The text of a policy. ERR_CONFIG says file, line, column, and the nearest known key or rule for
 * one that is not known. `source` stands in errors and is kept for the report. `names` is what a
 * policy may name (gate/names.h); NULL: ids are not checked. */
MUST_USE int policy_parse(struct str text, struct str source, const struct policy_names *names,
    struct arena *arena, struct policy *ret, struct err *err);
/* The built-in policy, as text and parsed. */
struct str policy_starter_text(void);
MUST_USE int policy_starter(struct arena *arena, struct policy *ret, struct err *err);

struct str mode_word(enum policy_mode mode);
struct str network_word(enum policy_network network);

/* `*` matches any bytes, `?` one; everything else itself. Linear in practice, never exponential. */
bool glob_match(struct str pattern, struct str text);

#endif
