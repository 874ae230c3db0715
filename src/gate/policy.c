/*
 * The policy file's keys are tables: a row says the key, how its value is read, and
 * where it goes. An unknown key is an error, since a policy with a misspelt key would
 * let through what it was written to hold.
 */
#include "gate/policy.h"

#include "base/clock.h"
#include "base/opt.h"
#include "read/syntax/node.h"

enum { POLICY_NESTING = 16, DAY_MS = 24 * 60 * 60 * 1000 };

static const struct str default_secret_key = STR_INIT("plimsoll-starter");

struct parser {
	struct str source;
	struct syntax_tree tree;
	struct arena *arena;
	struct policy *policy;
};

struct row {
	const char *key;
	int (*read)(struct parser *p, const struct node *value, void *target, struct err *err);
	size_t offset; /* of the target in the section's struct */
};

static int fail_at(
    const struct parser *p, const struct node *node, const char *what, struct err *err)
{
	struct place place = {0};

	node_place(&p->tree, node, p->source, &place);
	return err_set(err, ERR_CONFIG, STR_FMT ":%u:%u: %s", STR_ARG(p->source), place.line,
	    place.column, what);
}

static int fail_key(const struct parser *p, const struct node *node, const struct row *rows,
    size_t n, struct err *err)
{
	const char *names[32], *near;
	struct err unknown;

	for (size_t i = 0; i < n && i < ARRAY_LEN(names); i++)
		names[i] = rows[i].key;
	near = opt_nearest(node->key, names, MIN_OF(n, ARRAY_LEN(names)));
	(void)err_set(&unknown, ERR_CONFIG,
	    near ? "no such key: " STR_FMT "; did you mean %s?" : "no such key: " STR_FMT "%s",
	    STR_ARG(node->key), near ? near : "");
	return fail_at(p, node, unknown.text, err);
}

static int read_section(struct parser *p, const struct node *map, const struct row *rows, size_t n,
    void *target, struct err *err)
{
	if (!node_is(map, NODE_MAP))
		return fail_at(p, map, "a mapping (key: value) is expected here", err);
	for (const struct node *member = node_first(map); member; member = member->next) {
		size_t i = 0;

		while (i < n && !str_eq(member->key, str_of(rows[i].key)))
			i++;
		if (i == n)
			return fail_key(p, member, rows, n, err);
		if (rows[i].read(p, member, (char *)target + rows[i].offset, err) != 0)
			return -1;
	}
	return 0;
}

static int read_text(struct parser *p, const struct node *value, void *target, struct err *err)
{
	struct str *text = target;

	if (node_first(value) || node_is(value, NODE_NULL))
		return fail_at(p, value, "a text is expected here", err);
	*text = arena_str(p->arena, value->text);
	return text->p ? 0 : arena_err(p->arena, err);
}

static int read_date(struct parser *p, const struct node *value, void *target, struct err *err)
{
	int64_t ms;

	if (!time_parse(node_text(value), &ms) || node_text(value).n != 10)
		return fail_at(p, value, "a date is expected here, such as 2026-12-31", err);
	return read_text(p, value, target, err);
}

static int read_count(struct parser *p, const struct node *value, void *target, struct err *err)
{
	uint64_t *count = target;

	if (!node_u64(value, count) || *count > UINT32_MAX)
		return fail_at(p, value, "a whole number is expected here", err);
	return 0;
}

static int read_flag(struct parser *p, const struct node *value, void *target, struct err *err)
{
	bool *flag = target;

	if (!node_is(value, NODE_BOOL))
		return fail_at(p, value, "true or false is expected here", err);
	*flag = node_bool(value, false);
	return 0;
}

static int read_list(struct parser *p, const struct node *value, void *target, struct err *err)
{
	struct str_list *list = target;

	if (!node_is(value, NODE_LIST))
		return fail_at(p, value, "a list is expected here, such as [DL3002, DL3026]", err);
	list->p = arena_array(p->arena, value->n, sizeof *list->p);
	if (!list->p)
		return arena_err(p->arena, err);
	list->n = 0;
	for (const struct node *item = node_first(value); item; item = item->next) {
		if (read_text(p, item, &list->p[list->n++], err) != 0)
			return -1;
	}
	return 0;
}

/* A word of a closed list; `words` ends at an empty slice. */
static int read_word(struct parser *p, const struct node *value, const struct str *words,
    const char *expected, int *ret, struct err *err)
{
	for (int i = 0; words[i].n > 0; i++) {
		if (str_eq(words[i], node_text(value))) {
			*ret = i;
			return 0;
		}
	}
	return fail_at(p, value, expected, err);
}

static const struct str mode_words[] = {
    STR_INIT("observe"), STR_INIT("new"), STR_INIT("all"), {NULL, 0}
};
static const struct str network_words[] = {
    STR_INIT("none"), STR_INIT("egress"), STR_INIT("host"), {NULL, 0}
};

struct str mode_word(enum policy_mode mode)
{
	return mode_words[mode];
}

struct str network_word(enum policy_network network)
{
	return network_words[network];
}

static int read_mode(struct parser *p, const struct node *value, void *target, struct err *err)
{
	enum policy_mode *mode = target;
	int word;

	if (read_word(p, value, mode_words, "observe, new or all is expected here", &word, err) !=
	    0)
		return -1;
	*mode = (enum policy_mode)word;
	return 0;
}

static int read_network(struct parser *p, const struct node *value, void *target, struct err *err)
{
	enum policy_network *network = target;
	int word;

	if (read_word(p, value, network_words, "none, egress or host is expected here", &word, err))
		return -1;
	*network = (enum policy_network)word;
	return 0;
}

static int read_severity(struct parser *p, const struct node *value, void *target, struct err *err)
{
	enum severity severity;
	int *threshold = target;

	if (str_eq(node_text(value), STR("never"))) {
		*threshold = SEVERITY_NEVER;
		return 0;
	}
	if (!severity_parse(node_text(value), &severity))
		return fail_at(p, value,
		    "critical, high, medium, low, info, unknown or never is expected here", err);
	*threshold = (int)severity;
	return 0;
}

static int read_version(struct parser *p, const struct node *value, void *target, struct err *err)
{
	(void)target;
	if (!str_eq(node_text(value), STR("1")))
		return fail_at(p, value, "this program reads policies of version 1", err);
	return 0;
}

static const struct row stage_rows[] = {
    {"mode",		   read_mode,	offsetof(struct stage_policy, mode)		   },
    {"block",		  read_list,	 offsetof(struct stage_policy, block_rules)	   },
    {"block-severity",	       read_severity, offsetof(struct stage_policy, block_severity)	   },
    {"warn-severity",	      read_severity, offsetof(struct stage_policy, warn_severity)	 },
    {"block-fixable-only",	   read_flag,     offsetof(struct stage_policy, block_fixable_only)    },
    {"block-known-exploited",  read_flag,	 offsetof(struct stage_policy, block_known_exploited) },
    {"block-unknown-severity", read_flag,	  offsetof(struct stage_policy, block_unknown_severity)},
};

static int read_stages(struct parser *p, const struct node *value, void *target, struct err *err)
{
	struct stage_policy *stages = target;

	if (!node_is(value, NODE_MAP))
		return fail_at(p, value, "the stages by name are expected here", err);
	for (const struct node *member = node_first(value); member; member = member->next) {
		enum stage stage;

		if (!stage_parse(member->key, &stage))
			return fail_at(p, member,
			    "no such stage; there are validate, secrets, build, scan and publish",
			    err);
		if (read_section(
			p, member, stage_rows, ARRAY_LEN(stage_rows), &stages[stage], err) != 0)
			return -1;
	}
	return 0;
}

static const struct row build_rows[] = {
    {"network",		read_network, offsetof(struct policy, network)	      },
    {"timeout-seconds", read_count,   offsetof(struct policy, build_timeout_seconds)},
};

static int read_build(struct parser *p, const struct node *value, void *target, struct err *err)
{
	return read_section(p, value, build_rows, ARRAY_LEN(build_rows), target, err);
}

static const struct row database_rows[] = {
    {"max-age-hours", read_count, offsetof(struct policy, database_max_age_hours)},
};

static int read_database(struct parser *p, const struct node *value, void *target, struct err *err)
{
	return read_section(p, value, database_rows, ARRAY_LEN(database_rows), target, err);
}

static const struct row ignore_rows[] = {
    {"rule",	     read_text, offsetof(struct policy_ignore, match.rule)	  },
    {"path",	     read_text, offsetof(struct policy_ignore, match.path)	  },
    {"package",	read_text, offsetof(struct policy_ignore, match.package)	},
    {"fingerprint", read_text, offsetof(struct policy_ignore, match.fingerprint)},
    {"reason",      read_text, offsetof(struct policy_ignore, reason)		},
};

static int read_ignores(struct parser *p, const struct node *value, void *target, struct err *err)
{
	struct policy *policy = target;

	if (!node_is(value, NODE_LIST))
		return fail_at(p, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct policy_ignore ignore = {0};

		if (read_section(p, item, ignore_rows, ARRAY_LEN(ignore_rows), &ignore, err) != 0)
			return -1;
		if (!ignore.match.rule.n && !ignore.match.fingerprint.n)
			return fail_at(
			    p, item, "an ignored rule needs `rule` or `fingerprint`", err);
		if (!vec_push(&policy->ignores, p->arena, ignore))
			return arena_err(p->arena, err);
	}
	return 0;
}

static const struct row waiver_rows[] = {
    {"rule",	     read_text, offsetof(struct policy_waiver, match.rule)	  },
    {"path",	     read_text, offsetof(struct policy_waiver, match.path)	  },
    {"package",	read_text, offsetof(struct policy_waiver, match.package)	},
    {"fingerprint", read_text, offsetof(struct policy_waiver, match.fingerprint)},
    {"owner",	      read_text, offsetof(struct policy_waiver, owner)	      },
    {"reason",      read_text, offsetof(struct policy_waiver, reason)		},
    {"until",	      read_date, offsetof(struct policy_waiver, until)	      },
};

static int read_waivers(struct parser *p, const struct node *value, void *target, struct err *err)
{
	struct policy *policy = target;

	if (!node_is(value, NODE_LIST))
		return fail_at(p, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct policy_waiver waiver = {0};

		if (read_section(p, item, waiver_rows, ARRAY_LEN(waiver_rows), &waiver, err) != 0)
			return -1;
		if (!waiver.match.rule.n && !waiver.match.fingerprint.n)
			return fail_at(p, item, "a waiver needs `rule` or `fingerprint`", err);
		if (!waiver.owner.n || !waiver.reason.n || !waiver.until.n)
			return fail_at(
			    p, item, "a waiver needs `owner`, `reason` and `until`", err);
		(void)time_parse(waiver.until, &waiver.until_ms);
		waiver.until_ms += DAY_MS - 1;
		if (!vec_push(&policy->waivers, p->arena, waiver))
			return arena_err(p->arena, err);
	}
	return 0;
}

static const struct row excuse_rows[] = {
    {"rule",	     read_text,	offsetof(struct branch_excuse, rule)	    },
    {"max-severity", read_severity, offsetof(struct branch_excuse, max_severity)},
};

static int read_excuses(struct parser *p, const struct node *value, void *target, struct err *err)
{
	struct policy *policy = target;

	if (!node_is(value, NODE_LIST))
		return fail_at(p, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct branch_excuse excuse = {.rule = STR("*"), .max_severity = SEVERITY_LOW};

		if (read_section(p, item, excuse_rows, ARRAY_LEN(excuse_rows), &excuse, err) != 0)
			return -1;
		if (!vec_push(&policy->excuses, p->arena, excuse))
			return arena_err(p->arena, err);
	}
	return 0;
}

static const struct row policy_rows[] = {
    {"plimsoll",		 read_version, 0					   },
    {"name",		  read_text,	offsetof(struct policy,			name)},
    {"note",		       read_text,			      offsetof(struct policy,						note)},
    {"mode",		  read_mode,			      offsetof(struct policy,				mode)},
    {"rules-as-of", read_date,offsetof(struct policy,rules_as_of)},
    {"stages",	       read_stages,			    offsetof(struct policy,							      stages)},
    {"trusted-registries",		   read_list,    offsetof(struct policy, trusted_registries)},
    {"ignore",		       read_ignores,		     0				   },
    {"waivers",	read_waivers,		      0						    },
    {"branch-may-excuse",			  read_excuses,			0			 },
    {"secret-key",		      read_text,		      offsetof(struct policy,secret_key)},
    {"build",		      read_build,		  0			     },
    {"database", read_database,0				   },
};

/* The mode is read before the stages that inherit it, wherever it stands in the file. */
static int set_defaults(struct parser *p, const struct node *root, struct err *err)
{
	struct policy *policy = p->policy;
	const struct node *mode = node_get(root, STR("mode"));

	policy->mode = MODE_NEW;
	policy->network = NETWORK_EGRESS;
	policy->build_timeout_seconds = 1800;
	policy->secret_key = default_secret_key;
	if (mode && read_mode(p, mode, &policy->mode, err) != 0)
		return -1;
	for (size_t i = 0; i < STAGE_COUNT; i++) {
		policy->stages[i].mode = policy->mode;
		policy->stages[i].block_severity = SEVERITY_NEVER;
		policy->stages[i].warn_severity = SEVERITY_UNKNOWN;
	}
	return 0;
}

int policy_parse(
    struct str text, struct str source, struct arena *arena, struct policy *ret, struct err *err)
{
	struct policy policy = {.source = source};
	struct parser p = {.source = source, .arena = arena, .policy = &policy};
	const struct node *root;

	if (yaml_tree(text, POLICY_NESTING, arena, &p.tree, err) != 0)
		return err_wrap(err, STR_FMT, STR_ARG(source));
	if (p.tree.problems.n > 0) {
		const struct syntax_problem *first = &p.tree.problems.p[0];
		struct place at = {0};

		line_index_place(&p.tree.lines, first->offset, first->end, &at);
		return err_set(err, ERR_CONFIG, STR_FMT ":%u:%u: %s", STR_ARG(source), at.line,
		    at.column, first->what);
	}
	if (p.tree.roots.n != 1)
		return err_set(err, ERR_CONFIG, STR_FMT ": %s", STR_ARG(source),
		    p.tree.roots.n ? "more than one document" : "the policy is empty");
	root = p.tree.roots.p[0];
	if (set_defaults(&p, root, err) != 0 ||
	    read_section(&p, root, policy_rows, ARRAY_LEN(policy_rows), &policy, err) != 0)
		return -1;
	if (!node_get(root, STR("plimsoll")))
		return err_set(err, ERR_CONFIG,
		    STR_FMT ": the first key of a policy is `plimsoll: 1`", STR_ARG(source));
	*ret = policy;
	return 0;
}

extern const char embed_starter_policy[];
extern const unsigned long embed_starter_policy_size;

struct str policy_starter_text(void)
{
	return str_make(embed_starter_policy, embed_starter_policy_size);
}

int policy_starter(struct arena *arena, struct policy *ret, struct err *err)
{
	return policy_parse(policy_starter_text(), STR("starter (built in)"), arena, ret, err);
}
