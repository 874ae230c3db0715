#include "json_support.h"

#include "with_cmocka.h"

static void note_problem(void *arg, const char *what, size_t offset, size_t end)
{
	struct reading *r = arg;

	r->n_problems++;
	buf_addf(&r->problems, "! %zu..%zu %s\n", offset, end, what);
}

static void note_event(struct reading *r, const struct json_event *event)
{
	static const char *const marks[] = {
	    "{", "}", "[", "]", "K:", "s:", "n:", "true", "false", "null", "END"};

	if (event->kind == JSON_KEY || event->kind == JSON_STRING || event->kind == JSON_NUMBER) {
		buf_add(&r->tokens, str_of(marks[event->kind]));
		buf_add_safe(&r->tokens, event->text);
	} else {
		buf_add(&r->tokens, str_of(marks[event->kind]));
	}
	buf_addc(&r->tokens, event->kind == JSON_END ? '\n' : ' ');
}

/* The shape so far: a stack of '{' and '[', and what may come next. */
struct shape {
	char open[JSON_DEPTH_MAX];
	unsigned depth;
	bool after_key, has_root;
	size_t offset;
};

static bool value_fits(const struct shape *s)
{
	if (s->depth == 0)
		return !s->has_root;
	return s->after_key == (s->open[s->depth - 1] == '{');
}

static void check_event(struct shape *s, const struct json_event *event, struct str text)
{
	bool closes = event->kind == JSON_OBJECT_END || event->kind == JSON_ARRAY_END;
	char wanted = event->kind == JSON_OBJECT_END ? '{' : '[';

	assert_true(event->offset <= event->end && event->end <= text.n);
	assert_true(event->offset >= s->offset);
	s->offset = event->end;
	if (event->kind == JSON_END) {
		assert_int_equal(s->depth, 0);
	} else if (event->kind == JSON_KEY) {
		assert_true(s->depth > 0 && s->open[s->depth - 1] == '{' && !s->after_key);
		s->after_key = true;
	} else if (closes) {
		assert_true(s->depth > 0 && s->open[s->depth - 1] == wanted && !s->after_key);
		s->depth--;
	} else {
		assert_true(value_fits(s));
		s->after_key = false;
		s->has_root = true;
	}
	if (event->kind == JSON_OBJECT || event->kind == JSON_ARRAY)
		s->open[s->depth++] = event->kind == JSON_OBJECT ? '{' : '[';
}

void json_read_all(struct str text, bool lenient, struct reading *ret)
{
	struct json_event event = {.kind = JSON_NULL};
	struct shape shape = {.depth = 0};
	struct arena arena;
	struct json_in j;

	*ret = (struct reading){.err = ERR_INIT};
	buf_init(&ret->tokens, MIB(256));
	buf_init(&ret->problems, MIB(256));
	arena_init(&arena, MIB(256));
	json_in_init(&j, text, &arena);
	if (lenient) {
		j.on_problem = note_problem;
		j.on_problem_arg = ret;
	}
	while (event.kind != JSON_END) {
		ret->result = json_next(&j, &event, &ret->err);
		if (ret->result)
			break;
		check_event(&shape, &event, text);
		note_event(ret, &event);
	}
	if (!ret->result) {
		assert_int_equal(json_next(&j, &event, &ret->err), 0);
		assert_int_equal(event.kind, JSON_END);
	}
	arena_release(&arena);
}

void reading_release(struct reading *r)
{
	buf_release(&r->tokens);
	buf_release(&r->problems);
}
