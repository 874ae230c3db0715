#include "detect/lint/rule.h"

static const char *const add[] = {"add", NULL};

/* A later rm of the folder in the same RUN does the same. */
static bool is_removed(const struct docker_step *step, const struct shell_command *c)
{
	const struct shell_command *end = step->script->commands.p + step->script->commands.n;

	for (const struct shell_command *later = c + 1; later < end; later++) {
		if (!shell_is(later, "rm"))
			continue;
		for (size_t i = 1; i < later->n_words; i++)
			if (str_has(later->words[i].text, STR("/var/cache/apk")))
				return true;
	}
	return false;
}

static void check_apk_cache(
    struct lint *l, const struct docker_step *step, const struct shell_command *c)
{
	static const char *const valued[] = {"t", "virtual", "repository", "X", "p", "root", NULL};
	const struct shell_word *verb = shell_is(c, "apk") ? lint_verb(c, add, valued) : NULL;
	struct text_range at;

	if (!verb || shell_has_flag(c, "no-cache") || (step->stage && !step->stage->shipped) ||
	    docker_has_cache_mount(step->instruction, STR("/var/cache/apk")) || is_removed(step, c))
		return;
	at = shell_word_range(c, verb);
	at.offset = at.end;
	/* A later apk fetches an index that is not there. */
	lint_edit(l, EDIT_SAFE, at, STR(" --no-cache"));
	lint_command(l, c, "the index that apk fetches here stays in the image");
}

static bool is_kept(struct lint *l, const struct hado_step *step)
{
	(void)l;
	for (size_t i = 0; i < step->n_commands; i++) {
		const struct hado_command *c = &step->commands[i];

		if (hado_is(c, "apk") && hado_has_arg(c, "add") && !hado_has_flag(c, "no-cache"))
			return !hado_has_mount(step, "/var/cache/apk");
	}
	return false;
}

const struct lint_rule rule_apk_cache = {
    .id = "DL3019",
    .title = "the index of apk is kept",
    .why = "The index that apk fetches is of no use in the image, makes it larger, and "
	   "grows old.",
    .fix = "add --no-cache, or use a cache mount on /var/cache/apk",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "info",
    .references = {"https://docs.docker.com/build/building/best-practices/"},
    .severity = SEVERITY_INFO,
    .command = check_apk_cache,
    .hadolint = {.step = is_kept, .onbuild = true},
};
