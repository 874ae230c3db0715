#include "base/opt.h"
#include "detect/lint/kind.h"

static const char *const checks[] = {"ConsistentInstructionCasing", "CopyIgnoredFile",
    "DuplicateStageName", "ExposeInvalidFormat", "ExposeProtoCasing", "FromAsCasing",
    "FromPlatformFlagConstDisallowed", "InvalidBaseImagePlatform", "InvalidDefaultArgInFrom",
    "InvalidDefinitionDescription", "JSONArgsRecommended", "LegacyKeyValueFormat",
    "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation",
    "RedundantTargetPlatform", "ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing",
    "UndefinedArgInFrom", "UndefinedVar", "WorkdirRelativePath"};

static struct text_range range_of(const struct docker_view *view, struct str part)
{
	size_t offset = (size_t)(part.p - view->file->text.p);

	return (struct text_range){(uint32_t)offset, (uint32_t)(offset + part.n)};
}

static bool is_check(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (str_eq(name, str_of(checks[i])))
			return true;
	return str_eq_nocase(name, STR("all"));
}

static void check_list(struct lint *l, const struct docker_view *view, struct str list)
{
	struct str name;

	while (str_cut(&list, ',', &name)) {
		const char *near;

		name = str_trim(name);
		if (name.n == 0 || is_check(name))
			continue;
		near = opt_nearest(name, checks, ARRAY_LEN(checks));
		if (near)
			lint_edit(l, EDIT_SUGGESTED, range_of(view, name), str_of(near));
		lint_report(l, range_of(view, name), name, NULL,
		    "no build check is called " STR_FMT "; %s %s", STR_ARG(name),
		    near ? "did you mean" : "the nearest is",
		    near ? near : opt_closest(name, checks, ARRAY_LEN(checks)));
	}
}

static void check_part(
    struct lint *l, const struct docker_view *view, struct str key, struct str value)
{
	if (str_eq_nocase(key, STR("skip")) || str_eq_nocase(key, STR("experimental")))
		check_list(l, view, value);
	else if (!str_eq_nocase(key, STR("error")))
		lint_report(l, range_of(view, key), key, NULL,
		    STR_FMT " is not skip, error or experimental", STR_ARG(key));
	else if (!str_eq_nocase(value, STR("true")) && !str_eq_nocase(value, STR("false")))
		lint_report(l, range_of(view, key), key, NULL, "error is true or false");
}

static void check_check_names(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->file->directives.n; i++) {
		const struct docker_directive *d = &view->file->directives.p[i];
		struct str rest = d->value, key, value;

		while (str_eq_nocase(d->name, STR("check")) &&
		       check_directive_next(&rest, &key, &value))
			check_part(l, view, key, value);
	}
}

const struct lint_rule rule_check_names = {
    .id = "PL1019",
    .title = "the check directive asks for what there is not",
    .why = "Who skips a check that has another name, or asks for errors by a misspelt word, "
	   "believes that it holds, and nothing does.",
    .fix = "write \"# check=skip=NAME,NAME;error=true\" with the names of build checks",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#check",
	"https://docs.docker.com/reference/build-checks/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_check_names,
};
