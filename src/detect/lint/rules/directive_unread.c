#include "base/opt.h"
#include "detect/lint/rule.h"

static struct text_range range_of(const struct docker_view *view, struct str part)
{
	size_t offset = (size_t)(part.p - view->file->text.p);

	return (struct text_range){(uint32_t)offset, (uint32_t)(offset + part.n)};
}

static void report_value(
    struct lint *l, const struct docker_view *view, struct str value, const char *why)
{
	lint_report(l, range_of(view, value), value, NULL, "%s: " STR_FMT, why, STR_ARG(value));
}

/* docker/dockerfile misspelt, or with blanks in it; any other image may be a frontend. */
static void check_frontend(struct lint *l, const struct docker_view *view, struct str value)
{
	static const char *const known[] = {"docker/dockerfile", "docker/dockerfile-upstream"};
	struct docker_reference image = docker_reference_split(value);
	struct str name = image.repository, tag = image.tag;

	for (size_t i = 0; i < value.n; i++) {
		if (byte_is_blank(value.p[i])) {
			report_value(l, view, value, "no image has a blank in its name");
			return;
		}
	}
	if (image.registry.n > 0 && !str_eq(image.registry, STR("docker.io")))
		return;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!str_eq(name, str_of(known[i])))
			continue;
		if (tag.n > 1 && tag.p[0] == 'v' && byte_is_digit(tag.p[1]))
			report_value(l, view, value, "versions of docker/dockerfile have no v");
		return;
	}
	if (opt_nearest(name, known, ARRAY_LEN(known)))
		report_value(l, view, value, "this is nearly docker/dockerfile");
}

static bool has_directive(const struct docker_view *view, struct str name)
{
	for (size_t i = 0; i < view->file->directives.n; i++)
		if (str_eq_nocase(view->file->directives.p[i].name, name))
			return true;
	return false;
}

/* A directive's name with one or two letters wrong, before the first instruction. */
static bool is_misspelt(const struct docker_view *view, struct str comment)
{
	static const char *const names[] = {"syntax", "escape"};
	const struct dockerfile *file = view->file;
	struct str text = comment, key, value;
	const char *near;

	if (file->instructions.n > 0 && comment.p > file->text.p + file->instructions.p[0].offset)
		return false;
	while (text.n > 0 && text.p[0] == '#')
		text = str_sub(text, 1, text.n);
	if (!str_split(text, '=', &key, &value))
		return false;
	key = str_trim(key);
	value = str_trim(value);
	near = opt_nearest(key, names, ARRAY_LEN(names));
	if (!near || str_eq_nocase(key, str_of(near)) || has_directive(view, str_of(near)))
		return false;
	return near == names[0] ? str_has(value, STR("dockerfile"))
				: str_eq(value, STR("`")) || str_eq(value, STR("\\"));
}

/* "syntax=docker/dockerfile:1" of "#  syntax = docker/dockerfile:1". */
static bool looks_like(struct str comment, const char *name, struct str *ret_value)
{
	struct str text = comment, key;

	while (text.n > 0 && text.p[0] == '#')
		text = str_sub(text, 1, text.n);
	if (!str_split(text, '=', &key, ret_value) || !str_eq_nocase(str_trim(key), str_of(name)))
		return false;
	*ret_value = str_trim(*ret_value);
	return ret_value->n > 0;
}

static void check_comment(struct lint *l, const struct docker_view *view, struct str comment)
{
	struct str value;

	if (looks_like(comment, "syntax", &value)) {
		if (str_has(value, STR("dockerfile")) && !has_directive(view, STR("syntax")))
			report_value(l, view, comment, "no builder reads it here");
	} else if (looks_like(comment, "escape", &value)) {
		if (value.n == 1 && !has_directive(view, STR("escape")))
			report_value(l, view, comment, "no builder reads it here");
	} else if (looks_like(comment, "check", &value)) {
		if ((str_starts(value, STR("skip=")) || str_starts(value, STR("error="))) &&
		    !has_directive(view, STR("check")))
			report_value(l, view, comment, "no builder reads it here");
	} else if (is_misspelt(view, comment)) {
		report_value(l, view, comment, "no builder reads a directive of this name");
	}
}

static void check_directive_unread(struct lint *l, const struct docker_view *view)
{
	const struct dockerfile *file = view->file;

	for (size_t i = 0; i < file->directives.n; i++)
		if (str_eq_nocase(file->directives.p[i].name, STR("syntax")))
			check_frontend(l, view, file->directives.p[i].value);
	for (size_t i = 0; i < file->comments.n; i++)
		check_comment(l, view, file->comments.p[i].text);
}

const struct lint_rule rule_directive_unread = {
    .id = "PL1035",
    .title = "a directive is misspelt, or stands where no builder reads it",
    .why =
	"Directives are read at the top of the file only, before any other comment, and a frontend that does not exist stops the build. What is not read is a comment: the builder goes on without the syntax or the escape character that the author counts on.",
    .fix = "write it on the first line, as # syntax=docker/dockerfile:1",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#parser-directives",
	"https://docs.docker.com/build/buildkit/frontend/"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_directive_unread,
};
