#include "gate/names.h"

#include "base/opt.h"
#include "core/advisory_id.h"
#include "gate/policy.h"

enum { SHOWN_BYTES = 60, FINGERPRINT_HEX = 32, ID_BYTES = 64 };
enum { ANY_STAGE = (1U << STAGE_COUNT) - 1 };

static bool is_glob(struct str text)
{
	return str_chr(text, '*') != STR_NPOS || str_chr(text, '?') != STR_NPOS;
}

/* An alias is taken whole, never by a glob. */
static bool name_fits(const struct policy_name *name, struct str glob)
{
	return name->alias_of.n > 0 ? str_eq(glob, name->id) : glob_match(glob, name->id);
}

int names_spell_out(const struct keys *k, struct str rule, struct str_list *ret, struct err *err)
{
	size_t n = k->names ? k->names->n : 0;

	*ret = (struct str_list){arena_array(k->arena, n + 1, sizeof(struct str)), 0};
	if (!ret->p)
		return arena_err(k->arena, err);
	for (size_t i = 0; i < n; i++) {
		const struct policy_name *name = &k->names->p[i];

		if (name->alias_of.n > 0 && name_fits(name, rule))
			ret->p[ret->n++] = name->alias_of;
	}
	if (ret->n == 0)
		ret->p[ret->n++] = rule;
	return 0;
}

/* How many of the names the glob matches, in any of these stages. */
static size_t count_matches(const struct policy_names *names, struct str glob, unsigned stages)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++)
		n += (names->p[i].stages & stages) != 0 && name_fits(&names->p[i], glob);
	return n;
}

/* The glob's own letters, to compare with. */
static struct str plain_letters(struct str glob, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < glob.n && n < size; i++) {
		if (glob.p[i] != '*' && glob.p[i] != '?')
			out[n++] = glob.p[i];
	}
	return str_make(out, n);
}

static int fail_text(struct keys *k, const struct node *at, struct str text, struct err *err)
{
	return text.p ? keys_fail(k, at, text.p, err) : arena_err(k->arena, err);
}

/* A hint at what there is instead. */
static struct str instead(struct keys *k, struct str rule, unsigned stages)
{
	const struct policy_names *names = k->names;
	const char **ids = arena_array(k->arena, MAX_OF(names->n, (size_t)1), sizeof *ids);
	char letters[ID_BYTES], spelt[ID_BYTES];
	struct str word = plain_letters(rule, letters, sizeof letters), id;
	const char *near, *closest;
	size_t n = 0;

	if (advisory_id_spell(rule, spelt, sizeof spelt, &id))
		return arena_fmt(k->arena, "did you mean " STR_FMT "?", STR_ARG(id));
	if (advisory_id_begins(rule))
		return STR("the ids of advisories look like " ADVISORY_ID_EXAMPLES);
	for (size_t i = 0; ids && i < names->n; i++) {
		if (names->p[i].stages & stages)
			ids[n++] = arena_cstr(k->arena, names->p[i].id);
		if (n > 0 && !ids[n - 1])
			return STR_NONE;
	}
	near = ids ? opt_nearest(word, ids, n) : NULL;
	closest = ids ? opt_closest(word, ids, n) : NULL;
	if (near)
		return arena_fmt(k->arena, "did you mean %s?", near);
	if (closest)
		return arena_fmt(
		    k->arena, "the nearest is %s (`plimsoll rules` lists them)", closest);
	return STR("`plimsoll rules` lists them");
}

/* Rules of a file have ids of small letters, digits and dashes, and not the shape of DL3002. */
static bool may_be_of_file(struct str rule)
{
	bool has_letter = false;

	if (rule.n > 2 && byte_is_digit(rule.p[2]) &&
	    (str_starts(rule, STR("dl")) || str_starts(rule, STR("pl"))))
		return false;
	for (size_t i = 0; i < rule.n; i++) {
		char c = rule.p[i];

		if (c >= 'a' && c <= 'z')
			has_letter = true;
		else if (!byte_is_digit(c) && c != '-' && c != '*' && c != '?')
			return false;
	}
	return has_letter && !advisory_id_begins(rule);
}

static int no_such_rule(
    struct keys *k, const struct node *at, struct str rule, unsigned stages, struct err *err)
{
	struct str hint = instead(k, rule, stages);

	return fail_text(k, at,
	    arena_fmt(k->arena, "%s " STR_FMT "; " STR_FMT "%s",
		is_glob(rule) ? "no rule is matched by" : "no such rule:",
		STR_ARG(str_sub(rule, 0, SHOWN_BYTES)), STR_ARG(hint),
		may_be_of_file(rule)
		    ? "; if it is a rule of a file of yours, name that with --rules"
		    : ""),
	    err);
}

static bool is_known(const struct policy_names *names, struct str rule)
{
	return advisory_id_fits(rule) || count_matches(names, rule, ANY_STAGE) > 0;
}

/* ---- a stage's block list ---- */

/* The first stage that has a rule of this glob. */
static enum stage stage_of(const struct policy_names *names, struct str glob)
{
	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		if (count_matches(names, glob, 1U << stage) > 0)
			return (enum stage)stage;
	}
	return STAGE_SCAN;
}

static bool all_generic(const struct policy_names *names, struct str glob, enum stage stage)
{
	for (size_t i = 0; i < names->n; i++) {
		if ((names->p[i].stages >> stage & 1) && !names->p[i].generic &&
		    name_fits(&names->p[i], glob))
			return false;
	}
	return true;
}

int names_check_block(
    struct keys *k, const struct node *at, struct str rule, enum stage stage, struct err *err)
{
	const struct policy_names *names = k->names;
	struct str shown = str_sub(rule, 0, SHOWN_BYTES);

	if (!names || (stage == STAGE_SCAN && advisory_id_fits(rule)))
		return 0;
	if (!is_known(names, rule))
		return no_such_rule(k, at, rule, ANY_STAGE, err);
	if (count_matches(names, rule, 1U << stage) == 0)
		return fail_text(k, at,
		    arena_fmt(k->arena,
			STR_FMT " never comes from the " STR_FMT
				" stage: it belongs under stages: " STR_FMT,
			STR_ARG(shown), STR_ARG(stage_word(stage)),
			STR_ARG(stage_word(stage_of(names, rule)))),
		    err);
	if (all_generic(names, rule, stage))
		return fail_text(k, at,
		    arena_fmt(k->arena,
			STR_FMT " is a generic kind of secret, and these never block on their own",
			STR_ARG(shown)),
		    err);
	return 0;
}

/* ---- ignore and waivers ---- */

static bool fingerprint_fits(struct str glob)
{
	for (size_t i = 0; i < glob.n; i++) {
		char c = glob.p[i];

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'f') && c != '*' && c != '?')
			return false;
	}
	return is_glob(glob) || glob.n == FINGERPRINT_HEX;
}

int names_check_match(
    struct keys *k, const struct node *at, const struct finding_match *match, struct err *err)
{
	const struct node *fingerprint = node_get(at, STR("fingerprint"));
	const struct node *package = node_get(at, STR("package"));

	if (match->fingerprint.n > 0 && !fingerprint_fits(match->fingerprint))
		return keys_fail(k, fingerprint,
		    "a fingerprint has 32 digits of 0-9 and a-f; the JSON report has each "
		    "finding's",
		    err);
	if (!k->names || match->rule.n == 0)
		return 0;
	if (!is_known(k->names, match->rule))
		return no_such_rule(k, node_get(at, STR("rule")), match->rule, ANY_STAGE, err);
	if (match->package.n > 0 && !advisory_id_fits(match->rule))
		return keys_fail(
		    k, package, "no finding of this rule is about a package; name a `path`", err);
	return 0;
}

/* ---- branch-may-excuse ---- */

/* What a branch may excuse at all: neither secrets nor vulnerabilities. */
enum { EXCUSABLE = ANY_STAGE & ~(1U << STAGE_SECRETS) };

int names_check_excuse(
    struct keys *k, const struct node *at, const struct branch_excuse *excuse, struct err *err)
{
	const struct policy_names *names = k->names;
	const struct node *rule = node_get(at, STR("rule"));
	const struct node *severity = node_get(at, STR("max-severity"));
	int least = SEVERITY_NEVER;

	if (!names)
		return 0;
	if (!is_known(names, excuse->rule))
		return no_such_rule(k, rule, excuse->rule, EXCUSABLE, err);
	for (size_t i = 0; i < names->n; i++) {
		if ((names->p[i].stages & EXCUSABLE) && name_fits(&names->p[i], excuse->rule))
			least = MIN_OF(least, (int)names->p[i].severity);
	}
	if (least == SEVERITY_NEVER)
		return keys_fail(k, rule,
		    "branches never excuse secrets or vulnerabilities: this must be a waiver of "
		    "the policy's",
		    err);
	if (least > excuse->max_severity)
		return fail_text(k, severity ? severity : at,
		    arena_fmt(k->arena,
			"this excuses nothing: max-severity is " STR_FMT
			", and no rule it names is less severe than " STR_FMT,
			STR_ARG(severity_word((enum severity)excuse->max_severity)),
			STR_ARG(severity_word((enum severity)least))),
		    err);
	return 0;
}
