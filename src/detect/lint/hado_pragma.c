/*
 * "# hadolint ignore=…", "# hadolint stage ignore=…", "# hadolint global ignore=…" and "# hadolint
 * shell=…", as hadolint takes them: a comment counts only if all of it is one.
 */
#include "base/str.h"
#include "detect/lint/hado.h"

static bool take_blanks(struct str *s)
{
	struct str rest = str_trim_left(*s);
	bool any = rest.n < s->n;

	*s = rest;
	return any;
}

static bool take_word(struct str *s, struct str word)
{
	if (!str_starts(*s, word))
		return false;
	*s = str_sub(*s, word.n, s->n);
	return true;
}

/* "a , b,c" up to the end or a further '#'; each of the letters D, L, S, C and digits. */
static bool is_id_list(struct str s, struct str *ret_ids)
{
	struct str ids = str_trim(str_sub(s, 0, MIN_OF(str_chr(s, '#'), s.n))), rest = ids, one;

	*ret_ids = ids;
	if (ids.n == 0)
		return false;
	while (str_cut(&rest, ',', &one)) {
		one = str_trim(one);
		for (size_t i = 0; i < one.n; i++)
			if (!byte_is_digit(one.p[i]) && str_chr(STR("DLSC"), one.p[i]) == STR_NPOS)
				return false;
		if (one.n == 0)
			return false;
	}
	return ids.p[ids.n - 1] != ',';
}

bool hado_pragma_read(struct str comment, struct hado_pragma *ret)
{
	struct str s = str_sub(comment, 1, comment.n), before;

	ret->scope = HADO_NEXT_LINE;
	(void)take_blanks(&s);
	if (!take_word(&s, STR("hadolint")) || !take_blanks(&s))
		return false;
	before = s;
	if (take_word(&s, STR("stage")) && take_blanks(&s))
		ret->scope = HADO_STAGE;
	else if (take_word(&s, STR("global")) && take_blanks(&s))
		ret->scope = HADO_GLOBAL;
	else
		s = before;
	if (ret->scope == HADO_NEXT_LINE && take_word(&s, STR("shell"))) {
		ret->scope = HADO_SHELL;
		(void)take_blanks(&s);
		if (!take_word(&s, STR("=")))
			return false;
		ret->ids = str_trim(s);
		return ret->ids.n > 0;
	}
	if (!take_word(&s, STR("ignore")))
		return false;
	(void)take_blanks(&s);
	return take_word(&s, STR("=")) && is_id_list(s, &ret->ids);
}

/* The first FROM below the line, or after all lines. */
static uint32_t next_from(const struct hado_pass *pass, uint32_t line)
{
	for (size_t i = 0; i < pass->n_steps; i++)
		if (pass->steps[i].in->kind == DOCKER_FROM && pass->steps[i].line > line)
			return pass->steps[i].line;
	return UINT32_MAX;
}

static void set_lines(const struct hado_pass *pass, struct hado_pragma *p)
{
	uint32_t from;

	p->first = 0;
	p->last = UINT32_MAX;
	if (p->scope == HADO_NEXT_LINE || p->scope == HADO_SHELL) {
		p->first = p->line + 1;
		p->last = p->line + 1;
	} else if (p->scope == HADO_STAGE) {
		/* FROM itself is still the stage's above it, so the next one is this one's. */
		from = next_from(pass, p->line);
		p->first = p->line + 1 + (from == p->line + 1);
		p->last = from == p->line + 1 ? next_from(pass, from) : from;
	}
}

static bool is_inside(const struct dockerfile *file, size_t offset, size_t *next)
{
	while (*next < file->instructions.n && file->instructions.p[*next].end <= offset)
		(*next)++;
	return *next < file->instructions.n && file->instructions.p[*next].offset <= offset;
}

int hado_pragmas_read(
    const struct hado_pass *pass, struct arena *arena, struct hado_pragmas *ret, struct err *err)
{
	const struct dockerfile *file = pass->file;
	size_t next = 0;

	*ret = (struct hado_pragmas){0};
	for (size_t i = 0; i < file->comments.n; i++) {
		struct str comment = file->comments.p[i].text;
		size_t offset = (size_t)(comment.p - file->text.p);
		struct hado_pragma pragma;

		if (is_inside(file, offset, &next) || !hado_pragma_read(comment, &pragma))
			continue;
		pragma.line = line_index_line(&file->lines, offset);
		set_lines(pass, &pragma);
		if (!vec_push(ret, arena, pragma))
			return arena_err(arena, err);
	}
	return 0;
}

bool hado_is_excused(const struct hado_pragmas *pragmas, struct str rule, uint32_t line)
{
	for (size_t i = 0; i < pragmas->n; i++) {
		const struct hado_pragma *p = &pragmas->p[i];
		struct str ids = p->ids, one;

		if (p->scope == HADO_SHELL || line < p->first || line > p->last)
			continue;
		while (str_cut(&ids, ',', &one))
			if (str_eq(str_trim(one), rule))
				return true;
	}
	return false;
}
