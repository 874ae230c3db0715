#include "gate/holds.h"

#include "gate/policy.h"

static int fail_text(struct keys *k, const struct node *at, struct str text, struct err *err)
{
	return text.p ? keys_fail(k, at, text.p, err) : arena_err(k->arena, err);
}

/* ---- ignore and waivers ---- */

/* What is wrong with a glob that no path from a repository's top matches; NULL: some path may. */
static const char *wrong_path(struct str glob)
{
	struct str rest = glob, part;

	if (str_starts(glob, STR("/")))
		return "no finding has this path: paths are from the repository's top, so leave out "
		       "the / at the start";
	if (str_ends(glob, STR("/")))
		return "no finding has this path: it is a file's; end it in /* for all that is in "
		       "the folder";
	while (str_cut(&rest, '/', &part)) {
		if (part.n == 0)
			return "no finding has this path: leave out one / of the //";
		if (str_eq(part, STR(".")) || str_eq(part, STR("..")))
			return "no finding has this path: paths are from the repository's top, "
			       "without . and ..";
	}
	return NULL;
}

int holds_check_match(
    struct keys *k, const struct node *at, const struct finding_match *match, struct err *err)
{
	static const char *const keys[] = {"rule", "path", "package", "fingerprint"};
	const char *wrong = wrong_path(match->path);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct node *value = node_get(at, str_of(keys[i]));

		if (value && node_text(value).n == 0)
			return keys_fail(k, value,
			    "this is empty and narrows nothing: fill it in, or leave the key out",
			    err);
	}
	return wrong ? keys_fail(k, node_get(at, STR("path")), wrong, err) : 0;
}

/* A glob of nothing but stars matches everything, and so does an empty one. */
static bool is_anything(struct str glob)
{
	size_t i = 0;

	while (i < glob.n && glob.p[i] == '*')
		i++;
	return i == glob.n;
}

int holds_check_ignore(
    struct keys *k, const struct node *at, const struct finding_match *match, struct err *err)
{
	if (!is_anything(match->rule) || !is_anything(match->path) ||
	    !is_anything(match->package) || !is_anything(match->fingerprint))
		return 0;
	return keys_fail(k, at,
	    "this ignores every finding, and the policy holds nothing: name a rule or a path (`mode: "
	    "observe` shows findings and blocks none)",
	    err);
}

/* ---- stages ---- */

enum {
	FILES = 1U << GAP_LFS_POINTER | 1U << GAP_SUBMODULE | 1U << GAP_SPECIAL_FILE |
		1U << GAP_TOO_LARGE | 1U << GAP_UNREADABLE,
	PACKAGES = 1U << GAP_RELEASE | 1U << GAP_PACKAGES | 1U << GAP_INVENTORY,
};

/* The kinds of what is not covered that each stage reports. */
static const unsigned stage_gaps[STAGE_COUNT] = {
    [STAGE_VALIDATE] = FILES | 1U << GAP_TOOL,
    [STAGE_SECRETS] = FILES,
    [STAGE_BUILD] = 1U << GAP_IMAGE,
    [STAGE_SCAN] = PACKAGES | 1U << GAP_IMAGE,
};

static int check_gaps(struct keys *k, const struct node *gaps, enum stage stage, struct err *err)
{
	enum gap_kind kind;

	for (const struct node *member = node_first(gaps); member; member = member->next) {
		if (!gap_kind_parse(member->key, &kind) || (stage_gaps[stage] >> kind & 1))
			continue;
		if (PACKAGES >> kind & 1)
			return keys_fail(k, member,
			    "this is about packages and their vulnerabilities: it belongs under "
			    "stages: scan",
			    err);
		return fail_text(k, member,
		    arena_fmt(k->arena,
			"the " STR_FMT " stage never reports this: it belongs under stages: %s",
			STR_ARG(stage_word(stage)),
			kind == GAP_IMAGE  ? "build or scan"
			: kind == GAP_TOOL ? "validate"
					   : "validate or secrets"),
		    err);
	}
	return 0;
}

/* What is about packages alone belongs to the stage that judges packages. */
static int check_scan_keys(struct keys *k, const struct node *at, enum stage stage, struct err *err)
{
	static const char *const keys[] = {"block-fixable-only", "block-known-exploited"};
	const struct node *wrong = NULL, *unknown = node_get(at, STR("block-unknown-severity"));

	if (stage == STAGE_SCAN)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(keys) && !wrong; i++)
		wrong = node_get(at, str_of(keys[i]));
	if (wrong)
		return keys_fail(k, wrong,
		    "this is about packages and their vulnerabilities: it belongs under stages: "
		    "scan",
		    err);
	if (!unknown)
		return 0;
	return fail_text(k, unknown,
	    arena_fmt(k->arena,
		"every rule of the " STR_FMT " stage has a severity: this belongs under stages: "
		"scan",
		STR_ARG(stage_word(stage))),
	    err);
}

/* Nothing is found or left out while an image is published. */
static int check_publish(struct keys *k, const struct node *at, struct err *err)
{
	static const char *const keys[] = {"block-severity", "warn-severity", "not-covered"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct node *wrong = node_get(at, str_of(keys[i]));

		if (wrong)
			return keys_fail(k, wrong,
			    "the publish stage reports no findings: this belongs under another "
			    "stage",
			    err);
	}
	return 0;
}

/* `warn-severity: never` asks to see only what blocks. Findings without a fixed version
 * reach it also above block-severity, if that counts only those with one. */
static int check_thresholds(
    struct keys *k, const struct node *at, const struct stage_policy *policy, struct err *err)
{
	const struct node *fixable = node_get(at, STR("block-fixable-only"));

	if (policy->block_fixable_only && policy->block_severity == SEVERITY_NEVER &&
	    !policy->block_unknown_severity)
		return keys_fail(k, fixable,
		    "this limits a threshold, and there is none here: say block-severity too, such "
		    "as `block-severity: high`",
		    err);
	if (policy->warn_severity == SEVERITY_NEVER || policy->block_fixable_only ||
	    policy->block_severity >= policy->warn_severity)
		return 0;
	return fail_text(k, node_get(at, STR("warn-severity")),
	    arena_fmt(k->arena,
		"findings below " STR_FMT " would pass here and block by `block-severity: " STR_FMT
		"`: make warn-severity at most that",
		STR_ARG(severity_word((enum severity)policy->warn_severity)),
		STR_ARG(severity_word((enum severity)policy->block_severity))),
	    err);
}

int holds_check_stage(struct keys *k, const struct node *at, enum stage stage,
    const struct stage_policy *policy, struct err *err)
{
	if (check_scan_keys(k, at, stage, err) != 0 ||
	    (stage == STAGE_PUBLISH && check_publish(k, at, err) != 0) ||
	    check_gaps(k, node_get(at, STR("not-covered")), stage, err) != 0)
		return -1;
	return check_thresholds(k, at, policy, err);
}

/* ---- registries ---- */

/* A star that is not at an end stands for itself, and no name has one. */
static bool has_inner_star(struct str pattern)
{
	size_t start = str_starts(pattern, STR("*"));
	size_t end = pattern.n - (pattern.n > 1 && str_ends(pattern, STR("*")));

	return str_chr(str_sub(pattern, start, end - start), '*') != STR_NPOS;
}

/* What keeps an entry of either list from naming any host; NULL: nothing. */
static const char *wrong_host(struct str entry)
{
	if (entry.n == 0)
		return "this is empty: name a registry, or leave it out";
	if (str_has(entry, STR("://")))
		return "a name without https:// or any other scheme is expected here";
	if (str_chr(entry, ' ') != STR_NPOS || str_chr(entry, '\t') != STR_NPOS ||
	    str_chr(entry, '\n') != STR_NPOS)
		return "a name has no blanks: one item for each";
	if (str_starts(entry, STR("/")) || str_ends(entry, STR("/")))
		return "leave out the / at the start or end: no name has one there";
	return NULL;
}

static const char *wrong_registry(struct str entry)
{
	const char *wrong = wrong_host(entry);
	struct str host = entry, path = STR_NONE;

	if (wrong)
		return wrong;
	(void)str_split(entry, '/', &host, &path);
	if (str_has(path, STR("//")))
		return "leave out one / of the //: no image's name has two";
	if (str_chr(path, ':') != STR_NPOS || str_chr(path, '@') != STR_NPOS)
		return "leave out the tag or digest: an entry is REGISTRY or REGISTRY/PATH";
	if (has_inner_star(host) || has_inner_star(path))
		return "a * stands for any text only at the start or end of the registry or path";
	return NULL;
}

static const char *wrong_service(struct str entry)
{
	const char *wrong = wrong_host(entry);

	if (wrong)
		return wrong;
	if (str_chr(entry, '/') != STR_NPOS)
		return "leave out the path: HOST or HOST:PORT is expected here";
	return str_chr(entry, '*') != STR_NPOS ? "a * stands for nothing here: name each host"
					       : NULL;
}

int holds_check_registries(struct keys *k, const struct node *list, struct err *err)
{
	for (const struct node *item = node_first(list); item; item = item->next) {
		const char *wrong = wrong_registry(node_text(item));

		if (wrong)
			return keys_fail(k, item, wrong, err);
	}
	return 0;
}

int holds_check_services(struct keys *k, const struct node *list, struct err *err)
{
	for (const struct node *item = node_first(list); item; item = item->next) {
		const char *wrong = wrong_service(node_text(item));

		if (wrong)
			return keys_fail(k, item, wrong, err);
	}
	return 0;
}
