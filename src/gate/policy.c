#include "gate/policy.h"

#include "base/clock.h"
#include "gate/holds.h"
#include "gate/names.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static const struct str default_secret_key = STR_INIT("plimsoll-starter");

static const struct str mode_words[] = {
    STR_INIT("observe"), STR_INIT("new"), STR_INIT("all"), {NULL, 0}};
static const struct str network_words[] = {
    STR_INIT("none"), STR_INIT("egress"), STR_INIT("host"), {NULL, 0}};

struct str mode_word(enum policy_mode mode)
{
	return mode_words[mode];
}

struct str network_word(enum policy_network network)
{
	return network_words[network];
}

static int read_mode(struct keys *k, const struct node *value, void *target, struct err *err)
{
	enum policy_mode *mode = target;
	int word;

	if (key_word(k, value, mode_words, "observe, new or all is expected here", &word, err) != 0)
		return -1;
	*mode = (enum policy_mode)word;
	return 0;
}

static int read_images(struct keys *k, const struct node *value, void *target, struct err *err)
{
	static const struct str words[] = {STR_INIT("required"), STR_INIT("optional"), {0}};
	enum policy_images *images = target;
	int word;

	if (key_word(k, value, words, "required or optional is expected here", &word, err) != 0)
		return -1;
	*images = word == 0 ? IMAGES_REQUIRED : IMAGES_OPTIONAL;
	return 0;
}

static int read_network(struct keys *k, const struct node *value, void *target, struct err *err)
{
	enum policy_network *network = target;
	int word;

	if (key_word(k, value, network_words, "none, egress or host is expected here", &word, err))
		return -1;
	*network = (enum policy_network)word;
	return 0;
}

static int read_severity(struct keys *k, const struct node *value, void *target, struct err *err)
{
	enum severity severity;
	int *threshold = target;

	if (str_eq(node_text(value), STR("never"))) {
		*threshold = SEVERITY_NEVER;
		return 0;
	}
	if (!severity_parse(node_text(value), &severity))
		return keys_fail(k, value,
		    "critical, high, medium, low, info, unknown or never is expected here", err);
	*threshold = (int)severity;
	return 0;
}

/* `warn` or `block`. */
static int read_gap_verdict(
    struct keys *k, const struct node *value, enum verdict *ret, struct err *err)
{
	static const struct str words[] = {STR_INIT("warn"), STR_INIT("block"), {NULL, 0}};
	int word;

	if (key_word(k, value, words, "warn or block is expected here", &word, err) != 0)
		return -1;
	*ret = word == 1 ? VERDICT_BLOCKS : VERDICT_WARNS;
	return 0;
}

/* One word for every kind, or a word for some. */
static int read_not_covered(struct keys *k, const struct node *value, void *target, struct err *err)
{
	enum verdict *verdicts = target, all;
	enum gap_kind kind;

	if (!node_is(value, NODE_MAP)) {
		if (read_gap_verdict(k, value, &all, err) != 0)
			return -1;
		for (size_t i = 0; i < GAP_KIND_COUNT; i++)
			verdicts[i] = all;
		return 0;
	}
	for (const struct node *member = node_first(value); member; member = member->next) {
		if (!gap_kind_parse(member->key, &kind))
			return keys_fail(k, member,
			    "no such kind; there are lfs-pointer, submodule, special-file, too-large, "
			    "unreadable, release, packages, inventory and image",
			    err);
		if (read_gap_verdict(k, member, &verdicts[kind], err) != 0)
			return -1;
	}
	return 0;
}

static const struct key_row stage_rows[] = {
    {"mode", read_mode, offsetof(struct stage_policy, mode)},
    {"block", key_list, offsetof(struct stage_policy, block_rules)},
    {"block-severity", read_severity, offsetof(struct stage_policy, block_severity)},
    {"warn-severity", read_severity, offsetof(struct stage_policy, warn_severity)},
    {"block-fixable-only", key_flag, offsetof(struct stage_policy, block_fixable_only)},
    {"block-known-exploited", key_flag, offsetof(struct stage_policy, block_known_exploited)},
    {"not-covered", read_not_covered, offsetof(struct stage_policy, not_covered)},
    {"block-unknown-severity", key_flag, offsetof(struct stage_policy, block_unknown_severity)},
};

/* Each entry of the block list can block in this stage, and each key holds something there. */
static int check_stage(struct keys *k, const struct node *map, enum stage stage,
    const struct stage_policy *policy, struct err *err)
{
	const struct node *block = node_get(map, STR("block"));

	for (const struct node *item = node_first(block); item; item = item->next) {
		if (names_check_block(k, item, node_text(item), stage, err) != 0)
			return -1;
	}
	return holds_check_stage(k, map, stage, policy, err);
}

/* Aliases in the block list become the ids that they stand for. */
static int spell_out_block(struct keys *k, struct str_list *list, struct err *err)
{
	VEC(struct str) all = {0};

	for (size_t i = 0; i < list->n; i++) {
		struct str_list ids;

		if (names_spell_out(k, list->p[i], &ids, err) != 0)
			return -1;
		for (size_t j = 0; j < ids.n; j++)
			vec_push(&all, k->arena, ids.p[j]);
	}
	*list = (struct str_list){all.p, all.n};
	return arena_check(k->arena, err);
}

static int read_stages(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct stage_policy *stages = target;

	if (!node_is(value, NODE_MAP))
		return keys_fail(k, value, "the stages by name are expected here", err);
	for (const struct node *member = node_first(value); member; member = member->next) {
		enum stage stage;

		if (!stage_parse(member->key, &stage))
			return keys_fail(k, member,
			    "no such stage; there are validate, secrets, build, scan and publish",
			    err);
		if (keys_read(k, member, stage_rows, ARRAY_LEN(stage_rows), &stages[stage], err) !=
			0 ||
		    check_stage(k, member, stage, &stages[stage], err) != 0 ||
		    spell_out_block(k, &stages[stage].block_rules, err) != 0)
			return -1;
	}
	return 0;
}

static int read_timeout(struct keys *k, const struct node *value, void *target, struct err *err)
{
	uint64_t *seconds = target;

	if (key_count(k, value, seconds, err) != 0)
		return -1;
	return *seconds > 0 ? 0
			    : keys_fail(k, value,
				  "no build ends in 0 seconds: name a number of seconds, or leave "
				  "the key out (1800)",
				  err);
}

static int read_max_age(struct keys *k, const struct node *value, void *target, struct err *err)
{
	uint64_t *hours = target;

	if (key_count(k, value, hours, err) != 0)
		return -1;
	return *hours > 0 ? 0
			  : keys_fail(k, value,
				"every database is older than 0 hours: name a number of hours, or "
				"leave the key out if any age will do",
				err);
}

static int read_secret_key(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct str *key = target;

	if (key_text(k, value, key, err) != 0)
		return -1;
	return key->n > 0 ? 0
			  : keys_fail(k, value,
				"an empty key keeps no hash apart: write a word of your own, or "
				"leave the key out",
				err);
}

static int read_registries(struct keys *k, const struct node *value, void *target, struct err *err)
{
	return key_list(k, value, target, err) != 0 ? -1 : holds_check_registries(k, value, err);
}

static int read_services(struct keys *k, const struct node *value, void *target, struct err *err)
{
	return key_list(k, value, target, err) != 0 ? -1 : holds_check_services(k, value, err);
}

static const struct key_row build_rows[] = {
    {"network", read_network, offsetof(struct policy, network)},
    {"timeout-seconds", read_timeout, offsetof(struct policy, build_timeout_seconds)},
};

static int read_build(struct keys *k, const struct node *value, void *target, struct err *err)
{
	return keys_read(k, value, build_rows, ARRAY_LEN(build_rows), target, err);
}

static const struct key_row database_rows[] = {
    {"max-age-hours", read_max_age, offsetof(struct policy, database_max_age_hours)},
};

static int read_database(struct keys *k, const struct node *value, void *target, struct err *err)
{
	return keys_read(k, value, database_rows, ARRAY_LEN(database_rows), target, err);
}

static const struct key_row ignore_rows[] = {
    {"rule", key_text, offsetof(struct policy_ignore, match.rule)},
    {"path", key_text, offsetof(struct policy_ignore, match.path)},
    {"package", key_text, offsetof(struct policy_ignore, match.package)},
    {"fingerprint", key_text, offsetof(struct policy_ignore, match.fingerprint)},
    {"reason", key_text, offsetof(struct policy_ignore, reason)},
};

static int read_ignores(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct policy *policy = target;

	if (!node_is(value, NODE_LIST))
		return keys_fail(k, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct policy_ignore ignore = {0};
		struct str_list rules;

		if (keys_read(k, item, ignore_rows, ARRAY_LEN(ignore_rows), &ignore, err) != 0)
			return -1;
		if (!ignore.match.rule.n && !ignore.match.fingerprint.n)
			return keys_fail(
			    k, item, "an ignored rule needs `rule` or `fingerprint`", err);
		if (holds_check_match(k, item, &ignore.match, err) != 0 ||
		    names_check_match(k, item, &ignore.match, err) != 0 ||
		    holds_check_ignore(k, item, &ignore.match, err) != 0)
			return -1;
		if (names_spell_out(k, ignore.match.rule, &rules, err) != 0)
			return -1;
		for (size_t i = 0; i < rules.n; i++) {
			ignore.match.rule = rules.p[i];
			vec_push(&policy->ignores, k->arena, ignore);
		}
	}
	return arena_check(k->arena, err);
}

static const struct key_row waiver_rows[] = {
    {"rule", key_text, offsetof(struct policy_waiver, match.rule)},
    {"path", key_text, offsetof(struct policy_waiver, match.path)},
    {"package", key_text, offsetof(struct policy_waiver, match.package)},
    {"fingerprint", key_text, offsetof(struct policy_waiver, match.fingerprint)},
    {"owner", key_text, offsetof(struct policy_waiver, owner)},
    {"reason", key_text, offsetof(struct policy_waiver, reason)},
    {"until", key_date, offsetof(struct policy_waiver, until)},
};

static int read_waivers(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct policy *policy = target;

	if (!node_is(value, NODE_LIST))
		return keys_fail(k, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct policy_waiver waiver = {0};
		struct str_list rules;

		if (keys_read(k, item, waiver_rows, ARRAY_LEN(waiver_rows), &waiver, err) != 0)
			return -1;
		if (!waiver.match.rule.n && !waiver.match.fingerprint.n)
			return keys_fail(k, item, "a waiver needs `rule` or `fingerprint`", err);
		if (!waiver.owner.n || !waiver.reason.n || !waiver.until.n)
			return keys_fail(
			    k, item, "a waiver needs `owner`, `reason` and `until`", err);
		if (holds_check_match(k, item, &waiver.match, err) != 0 ||
		    names_check_match(k, item, &waiver.match, err) != 0)
			return -1;
		(void)time_parse(waiver.until, &waiver.until_ms);
		waiver.until_ms += DAY_MS - 1;
		if (names_spell_out(k, waiver.match.rule, &rules, err) != 0)
			return -1;
		for (size_t i = 0; i < rules.n; i++) {
			waiver.match.rule = rules.p[i];
			vec_push(&policy->waivers, k->arena, waiver);
		}
	}
	return arena_check(k->arena, err);
}

/* Not `never`: a limit that nothing reaches would excuse everything. */
static int read_max_severity(
    struct keys *k, const struct node *value, void *target, struct err *err)
{
	enum severity severity;
	int *max = target;

	if (!severity_parse(node_text(value), &severity))
		return keys_fail(
		    k, value, "critical, high, medium, low or info is expected here", err);
	*max = (int)severity;
	return 0;
}

static const struct key_row excuse_rows[] = {
    {"rule", key_text, offsetof(struct branch_excuse, rule)},
    {"max-severity", read_max_severity, offsetof(struct branch_excuse, max_severity)},
};

static int read_excuses(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct policy *policy = target;

	if (!node_is(value, NODE_LIST))
		return keys_fail(k, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		struct str_list rules;
		struct branch_excuse excuse = {.rule = STR("*"), .max_severity = SEVERITY_LOW};

		if (keys_read(k, item, excuse_rows, ARRAY_LEN(excuse_rows), &excuse, err) != 0 ||
		    names_check_excuse(k, item, &excuse, err) != 0)
			return -1;
		if (names_spell_out(k, excuse.rule, &rules, err) != 0)
			return -1;
		for (size_t i = 0; i < rules.n; i++) {
			excuse.rule = rules.p[i];
			vec_push(&policy->excuses, k->arena, excuse);
		}
	}
	return arena_check(k->arena, err);
}

static const struct key_row policy_rows[] = {
    {"plimsoll", NULL, 0},
    {"name", key_text, offsetof(struct policy, name)},
    {"note", key_text, offsetof(struct policy, note)},
    {"mode", read_mode, offsetof(struct policy, mode)},
    {"rules-as-of", key_date, offsetof(struct policy, rules_as_of)},
    {"stages", read_stages, offsetof(struct policy, stages)},
    {"trusted-registries", read_registries, offsetof(struct policy, trusted_registries)},
    {"token-services", read_services, offsetof(struct policy, token_services)},
    {"ignore", read_ignores, 0},
    {"waivers", read_waivers, 0},
    {"branch-may-excuse", read_excuses, 0},
    {"secret-key", read_secret_key, offsetof(struct policy, secret_key)},
    {"build", read_build, 0},
    {"images", read_images, offsetof(struct policy, images)},
    {"database", read_database, 0},
};

static bool has_row(const struct key_row *rows, size_t n, struct str key)
{
	size_t i = 0;

	while (i < n && !str_eq(str_of(rows[i].key), key))
		i++;
	return i < n;
}

/* A key that is known, but not at the top. */
static int check_places(struct keys *k, const struct node *root, struct err *err)
{
	for (const struct node *member = node_first(root); member; member = member->next) {
		struct str key = member->key;
		const char *below = NULL;
		struct err why = ERR_INIT;

		if (has_row(policy_rows, ARRAY_LEN(policy_rows), key))
			continue;
		if (has_row(stage_rows, ARRAY_LEN(stage_rows), key))
			below = "a stage (validate, secrets, build or scan, under `stages`)";
		else if (has_row(build_rows, ARRAY_LEN(build_rows), key))
			below = "`build`";
		else if (has_row(database_rows, ARRAY_LEN(database_rows), key))
			below = "`database`";
		if (!below)
			continue;
		(void)err_set(&why, ERR_CONFIG, "`" STR_FMT "` belongs below %s, not at the top",
		    STR_ARG(key), below);
		return keys_fail(k, member, why.text, err);
	}
	return 0;
}

/* The mode is read before the stages that inherit it, wherever it stands in the file. */
static int set_defaults(
    struct keys *k, const struct node *root, struct policy *policy, struct err *err)
{
	const struct node *mode = node_get(root, STR("mode"));

	policy->mode = MODE_NEW;
	policy->network = NETWORK_EGRESS;
	policy->build_timeout_seconds = 1800;
	policy->secret_key = default_secret_key;
	if (mode && read_mode(k, mode, &policy->mode, err) != 0)
		return -1;
	for (size_t i = 0; i < STAGE_COUNT; i++) {
		policy->stages[i].mode = policy->mode;
		policy->stages[i].block_severity = SEVERITY_NEVER;
		policy->stages[i].warn_severity = SEVERITY_UNKNOWN;
		for (size_t kind = 0; kind < GAP_KIND_COUNT; kind++)
			policy->stages[i].not_covered[kind] = VERDICT_WARNS;
		policy->stages[i].not_covered[GAP_INVENTORY] = VERDICT_BLOCKS;
	}
	return 0;
}

int policy_parse(struct str text, struct str source, const struct policy_names *names,
    struct arena *arena, struct policy *ret, struct err *err)
{
	struct policy policy = {.source = source};
	const struct node *root;
	struct keys k;

	if (keys_open(text, source, arena, &k, &root, err) != 0)
		return -1;
	k.names = names;
	if (keys_version(&k, root, "this program reads policies of version 1", err) != 0 ||
	    check_places(&k, root, err) != 0 || set_defaults(&k, root, &policy, err) != 0 ||
	    keys_read(&k, root, policy_rows, ARRAY_LEN(policy_rows), &policy, err) != 0)
		return -1;
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
	return policy_parse(
	    policy_starter_text(), STR("starter (built in)"), NULL, arena, ret, err);
}
