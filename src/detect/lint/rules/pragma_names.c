#include "base/opt.h"
#include "detect/lint/kind.h"

enum { NEAR_MAX = 512 };

static struct text_range range_of(const struct docker_view *view, struct str part)
{
	size_t offset = (size_t)(part.p - view->file->text.p);

	return (struct text_range){(uint32_t)offset, (uint32_t)(offset + part.n)};
}

/* A rule of ours, or ShellCheck's; of policies also a pattern of ids. */
static bool is_rule(struct str id)
{
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	if (id.n == 6 && str_starts(id, STR("SC")))
		return true;
	for (size_t i = 0; i < n; i++)
		if (lint_rule_is(rules[i], id))
			return true;
	return false;
}

static const char *near_rule(struct str id)
{
	const char *ids[NEAR_MAX];
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	n = MIN_OF(n, (size_t)NEAR_MAX);
	for (size_t i = 0; i < n; i++)
		ids[i] = rules[i]->id;
	return opt_nearest(id, ids, n);
}

static void check_id(struct lint *l, const struct docker_view *view, struct str id)
{
	const char *near = near_rule(id);

	if (is_rule(id))
		return;
	lint_report(l, range_of(view, id), id, NULL,
	    "no rule is called " STR_FMT "%s%s%s, so this excuses nothing", STR_ARG(id),
	    near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* "DL3008,DL3009 -- reason" */
static void check_ids(struct lint *l, const struct docker_view *view, struct str list)
{
	size_t end = 0;
	struct str ids, id;

	while (end < list.n &&
	       (byte_is_alnum(list.p[end]) || list.p[end] == ',' || list.p[end] == '-'))
		end++;
	ids = str_sub(list, 0, end);
	while (str_cut(&ids, ',', &id))
		if (id.n > 0 && byte_is_alpha(id.p[0]))
			check_id(l, view, id);
}

static bool cut_word(struct str *rest, const char *word)
{
	struct str text = str_trim_left(*rest);

	if (!str_starts(text, str_of(word)))
		return false;
	*rest = str_sub(text, strlen(word), text.n);
	return rest->n > 0 && (byte_is_blank(rest->p[0]) || rest->p[0] == '=');
}

/* Behind "plimsoll" or "hadolint", and of the latter "global" or "stage": "key=value". */
static void check_request(struct lint *l, const struct docker_view *view, struct str rest)
{
	static const char *const keys[] = {"ignore", "shell"};
	struct str key, value;

	if (!cut_word(&rest, "global"))
		(void)cut_word(&rest, "stage");
	rest = str_trim_left(rest);
	if (!str_split(rest, '=', &key, &value))
		return;
	key = str_trim_right(key);
	if (str_eq(key, STR("ignore")))
		check_ids(l, view, str_trim_left(value));
	else if (!str_eq(key, STR("shell")) && opt_nearest(key, keys, ARRAY_LEN(keys)))
		lint_report(l, range_of(view, key), key, NULL,
		    "a comment asks for " STR_FMT ", which is nothing; did you mean %s?",
		    STR_ARG(key), opt_nearest(key, keys, ARRAY_LEN(keys)));
}

static void check_pragma_names(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->file->comments.n; i++) {
		struct str text = view->file->comments.p[i].text;

		while (text.n > 0 && (text.p[0] == '#' || byte_is_blank(text.p[0])))
			text = str_sub(text, 1, text.n);
		if (cut_word(&text, "plimsoll") || cut_word(&text, "hadolint"))
			check_request(l, view, text);
	}
}

const struct lint_rule rule_pragma_names = {
    .id = "PL1051",
    .title = "a comment excuses a rule that there is not",
    .why = "Who excuses a rule by a misspelt name believes that it is excused, and nothing is: or "
	   "that it was once, and is not any more.",
    .fix = "name a rule that there is: plimsoll rules lists them",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#format"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_pragma_names,
};
