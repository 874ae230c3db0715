/*
 * The reader is one machine for both modes: each mistake goes through problem(), which
 * ends the reading if nobody listens (strict), and otherwise lets the machine go on as
 * the lines behind the call say. Each step emits one event, or passes at least one byte,
 * or changes to a state that does, so that any text comes to its end.
 */
#include "base/json.h"
#include "base/json_decode.h"
#include "base/json_scan.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdlib.h>

enum { BALANCES_MAX = 8 };

enum state {
	STATE_START, /* before the value of the text */
	STATE_FIRST, /* in a container: an item or its end */
	STATE_NEXT,  /* the same behind a comma */
	STATE_COLON,
	STATE_VALUE,	/* of a member */
	STATE_AFTER,	/* behind an item */
	STATE_UNCLOSED, /* the text is over, and that was reported */
	STATE_DONE,	/* behind the value of the text */
	STATE_END,
};

enum { STEP_ERROR = -1, STEP_EVENT = 0, STEP_AGAIN = 1 };

struct json_step {
	struct json_in *j;
	struct json_event *ret_event;
	struct err *err;
};

/* ---- mistakes and events ---- */

static void line_and_column(struct str text, size_t offset, size_t *ret_line, size_t *ret_column)
{
	struct str before = str_sub(text, 0, offset);
	size_t start = str_rchr(before, '\n');

	*ret_line = 1;
	for (size_t i = 0; i < before.n; i++)
		*ret_line += before.p[i] == '\n';
	start = start == STR_NPOS ? 0 : start + 1;
	*ret_column = utf8_count(str_sub(before, start, before.n)) + 1;
}

static int fail_at(const struct json_step *s, enum err_code code, const char *what, size_t offset)
{
	size_t line, column;

	line_and_column(s->j->text, offset, &line, &column);
	return err_set(s->err, code, "line %zu, column %zu: %s", line, column, what);
}

/* 0 if somebody listens: the caller recovers. */
static int problem(const struct json_step *s, const char *what, size_t offset, size_t end)
{
	if (!s->j->on_problem)
		return fail_at(s, ERR_FORMAT, what, offset);
	s->j->on_problem(s->j->on_problem_arg, what, offset, end);
	return 0;
}

static int emit(const struct json_step *s, enum json_kind kind, struct str text, size_t end)
{
	struct json_in *j = s->j;

	*s->ret_event = (struct json_event){kind, text, j->at, end};
	j->at = end;
	j->last_end = end;
	return STEP_EVENT;
}

static void after_value(struct json_in *j)
{
	j->state = j->depth > 0 ? STATE_AFTER : STATE_DONE;
}

/* What stands `level` levels up, 1 being the innermost. */
enum container { OUTSIDE, OBJECT, ARRAY };

static enum container container_at(const struct json_in *j, unsigned level)
{
	unsigned at;

	if (level > j->depth)
		return OUTSIDE;
	at = j->depth - level;
	return j->in_object[at / 8] >> (at % 8) & 1 ? OBJECT : ARRAY;
}

static int open_container(const struct json_step *s, enum container container, size_t end)
{
	struct json_in *j = s->j;
	unsigned char bit = (unsigned char)(1U << (j->depth % 8));
	unsigned char *byte = &j->in_object[j->depth / 8];

	if (j->depth >= MIN_OF(j->depth_max, (unsigned)JSON_DEPTH_MAX))
		return fail_at(s, ERR_LIMIT, "nested too deep", j->at);
	*byte = (unsigned char)(container == OBJECT ? *byte | bit : *byte & ~bit);
	j->depth++;
	j->state = STATE_FIRST;
	return emit(s, container == OBJECT ? JSON_OBJECT : JSON_ARRAY, STR_NONE, end);
}

static int close_container(const struct json_step *s, size_t end)
{
	struct json_in *j = s->j;
	bool object = container_at(j, 1) == OBJECT;

	j->depth--;
	if (j->state != STATE_UNCLOSED || j->depth == 0)
		after_value(j);
	return emit(s, object ? JSON_OBJECT_END : JSON_ARRAY_END, STR_NONE, end);
}

/* ---- strings ---- */

static int tell_mistake(const void *arg, const char *what, size_t offset, size_t end)
{
	return problem(arg, what, offset, end);
}

static int decode(const struct json_step *s, size_t offset, size_t end, struct str *ret_text)
{
	struct json_in *j = s->j;
	const struct json_decoding decoding = {
	    .text = j->text,
	    .arena = j->skipping ? NULL : j->arena,
	    .tell = tell_mistake,
	    .tell_arg = s,
	};

	return json_decode(&decoding, offset, end, ret_text, s->err);
}

static int read_string(const struct json_step *s, enum json_kind kind)
{
	struct json_in *j = s->j;
	struct json_string string = json_scan_string(j->text, j->at);
	struct str text;

	if (j->text.p[j->at] == '\'' &&
	    problem(s, "single quotes; JSON takes double ones", string.offset, string.end))
		return STEP_ERROR;
	if (!string.closed &&
	    problem(s, "a string that is not closed on its line", string.offset, string.end))
		return STEP_ERROR;
	if (string.plain)
		text = str_sub(j->text, string.text_offset, string.text_end - string.text_offset);
	else if (decode(s, string.text_offset, string.text_end, &text))
		return STEP_ERROR;
	return emit(s, kind, text, string.end);
}

/* ---- values ---- */

/* A byte that belongs to nothing, and those like it behind it. */
static int skip_junk(const struct json_step *s)
{
	size_t start = s->j->at;

	s->j->at = json_scan_junk(s->j->text, start);
	return problem(s, "something that is not JSON", start, s->j->at) ? STEP_ERROR : STEP_AGAIN;
}

static int read_word(const struct json_step *s)
{
	struct json_in *j = s->j;
	size_t end = json_scan_word(j->text, j->at);
	struct str word = str_sub(j->text, j->at, end - j->at), text;
	bool number_like;

	if (word.n == 0)
		return skip_junk(s);
	after_value(j);
	if (json_is_number(word))
		return emit(s, JSON_NUMBER, word, end);
	if (str_eq(word, STR("true")))
		return emit(s, JSON_TRUE, word, end);
	if (str_eq(word, STR("false")))
		return emit(s, JSON_FALSE, word, end);
	if (str_eq(word, STR("null")))
		return emit(s, JSON_NULL, word, end);
	number_like = byte_is_digit(word.p[0]) || strchr("+-.", word.p[0]) != NULL;
	if (problem(s,
		number_like ? "a number that JSON does not know; quote it if it is a text"
			    : "a text without quotes",
		j->at, end) ||
	    decode(s, j->at, end, &text))
		return STEP_ERROR;
	return emit(s, JSON_STRING, text, end);
}

/* The value at text[at], which is there. */
static int read_value(const struct json_step *s)
{
	struct json_in *j = s->j;

	switch (j->text.p[j->at]) {
	case '{':
		return open_container(s, OBJECT, j->at + 1);
	case '[':
		return open_container(s, ARRAY, j->at + 1);
	case '"':
	case '\'':
		after_value(j);
		return read_string(s, JSON_STRING);
	default:
		return read_word(s);
	}
}

/* Null in place of a missing value. A comma missing behind it is not reported as well. */
static int read_no_value(const struct json_step *s, enum state next)
{
	struct json_in *j = s->j;

	j->state = (int)next;
	*s->ret_event = (struct json_event){JSON_NULL, STR_NONE, j->last_end, j->last_end};
	return STEP_EVENT;
}

/* ---- what closes ---- */

enum closing {
	CLOSING_FITS,
	CLOSING_STRAY,	 /* belongs to nothing */
	CLOSING_WRONG,	 /* the other kind was meant */
	CLOSING_MISSING, /* the one before it is missing */
};

static bool ahead_fits(enum container container, const struct json_ahead *ahead)
{
	switch (ahead->kind) {
	case AHEAD_END:
		return container == OUTSIDE;
	case AHEAD_OBJECT_END:
	case AHEAD_KEY:
		return container == OBJECT;
	case AHEAD_ARRAY_END:
	case AHEAD_VALUE:
		return container == ARRAY;
	}
	return false;
}

/* Closers less openers behind the one at hand. Counted a few times only: each time costs the
 * whole rest. Then as many as are open are taken to come. */
static long rest_balance(struct json_in *j)
{
	if (j->balances >= BALANCES_MAX)
		return (long)j->depth;
	j->balances++;
	return json_closer_balance(j->text, j->at + 1);
}

/* Closes the innermost container by its kind. That is doubted if the container could hold what
 * follows and the one around it could not. */
static enum closing judge_fitting(struct json_in *j)
{
	enum container inner = container_at(j, 1), outer = container_at(j, 2);
	struct json_ahead ahead = json_look_ahead(j->text, j->at + 1);

	if (ahead_fits(outer, &ahead))
		return CLOSING_FITS;
	while (outer == OUTSIDE && inner == OBJECT &&
	       (ahead.kind == AHEAD_OBJECT_END || ahead.kind == AHEAD_ARRAY_END))
		ahead = json_look_ahead(j->text, ahead.offset + 1);
	if (inner == OBJECT && ahead.kind == AHEAD_KEY) {
		j->stray_until = ahead.offset;
		return CLOSING_STRAY;
	}
	if (inner == ARRAY && ahead.kind == AHEAD_VALUE && ahead.comma &&
	    rest_balance(j) >= (long)j->depth)
		return CLOSING_STRAY;
	return CLOSING_FITS;
}

/* Does not fit the innermost container: of the readings after which the next token makes sense,
 * the one that leaves open what the rest of the text closes. */
static enum closing judge_misfit(struct json_in *j, enum container closes)
{
	static const enum closing readings[] = {CLOSING_STRAY, CLOSING_WRONG, CLOSING_MISSING};
	struct json_ahead ahead = json_look_ahead(j->text, j->at + 1);
	long balance = rest_balance(j), best_cost = LONG_MAX;
	enum closing best = CLOSING_STRAY;

	for (unsigned closed = 0; closed < ARRAY_LEN(readings); closed++) {
		long cost = labs((long)j->depth - (long)closed - balance);

		if (closed == 2 && container_at(j, 2) != closes)
			continue;
		if (ahead_fits(container_at(j, closed + 1), &ahead) && cost < best_cost) {
			best = readings[closed];
			best_cost = cost;
		}
	}
	return best;
}

static enum closing judge_closer(struct json_in *j)
{
	enum container closes = j->text.p[j->at] == '}' ? OBJECT : ARRAY;
	bool fits = container_at(j, 1) == closes;

	if (!j->on_problem)
		return fits ? CLOSING_FITS : CLOSING_WRONG;
	if (j->at < j->stray_until)
		return CLOSING_STRAY;
	return fits ? judge_fitting(j) : judge_misfit(j, closes);
}

static int tell_stray(const struct json_step *s)
{
	struct json_in *j = s->j;
	bool brace = j->text.p[j->at] == '}';

	if (problem(s,
		brace ? "a closing brace that belongs to nothing"
		      : "a closing bracket that belongs to nothing",
		j->at, j->at + 1))
		return STEP_ERROR;
	j->at++;
	return STEP_AGAIN;
}

static int read_closer(const struct json_step *s)
{
	struct json_in *j = s->j;
	bool object = container_at(j, 1) == OBJECT;
	enum closing closing = judge_closer(j);

	if (closing == CLOSING_STRAY)
		return tell_stray(s);
	if (j->state == STATE_NEXT &&
	    problem(s, "a comma with nothing after it", j->comma_at, j->comma_at + 1))
		return STEP_ERROR;
	if (closing == CLOSING_WRONG && problem(s,
					    object ? "a closing bracket where a brace belongs"
						   : "a closing brace where a bracket belongs",
					    j->at, j->at + 1))
		return STEP_ERROR;
	if (closing == CLOSING_MISSING &&
	    problem(s, object ? "a closing brace is missing" : "a closing bracket is missing",
		j->last_end, j->last_end))
		return STEP_ERROR;
	j->state = STATE_AFTER;
	return close_container(s, closing == CLOSING_MISSING ? j->at : j->at + 1);
}

/* The text is over inside a container. */
static int read_unclosed(const struct json_step *s)
{
	struct json_in *j = s->j;

	if (j->state != STATE_UNCLOSED &&
	    problem(s, "the text ends before all that is open is closed", j->last_end, j->last_end))
		return STEP_ERROR;
	j->state = STATE_UNCLOSED;
	return close_container(s, j->at);
}

/* ---- the machine ---- */

static int peek(const struct json_in *j)
{
	return j->at < j->text.n ? (unsigned char)j->text.p[j->at] : -1;
}

static bool key_is_ahead(const struct json_in *j)
{
	return j->on_problem && json_look_ahead(j->text, j->at).kind == AHEAD_KEY;
}

/* A member begins where the value before it should be. "image: nginx:1.25" has no name in it. */
static bool value_is_missing(const struct json_in *j)
{
	int c = peek(j);

	if (c < 0 || c == ',' || c == '}' || c == ']')
		return true;
	return key_is_ahead(j) && json_scan_word(j->text, j->at) == json_scan_name(j->text, j->at);
}

static bool is_junk(const struct json_in *j)
{
	int c = peek(j);

	return c >= 0 && (c == 0 || !strchr("{}[]:,\"'", c)) &&
	       json_scan_name(j->text, j->at) == j->at;
}

static int step_start(const struct json_step *s)
{
	struct json_in *j = s->j;
	int c = peek(j);

	if (c < 0) {
		if (problem(s, "no value", j->at, j->at))
			return STEP_ERROR;
		j->state = STATE_END;
		return emit(s, JSON_END, STR_NONE, j->at);
	}
	if (c == '}' || c == ']')
		return tell_stray(s);
	if (c == ',' || c == ':')
		return skip_junk(s);
	if (key_is_ahead(j)) {
		if (problem(s, "an opening brace is missing", j->at, j->at))
			return STEP_ERROR;
		return open_container(s, OBJECT, j->at);
	}
	return read_value(s);
}

/* "[{…, {": the list goes on in place of a member, and the rest closes too few. */
static bool object_is_unclosed(struct json_in *j)
{
	return j->on_problem && j->state == STATE_NEXT && peek(j) == '{' &&
	       container_at(j, 2) == ARRAY && rest_balance(j) <= (long)j->depth;
}

/* A name, or what stands in its place. */
static int read_key(const struct json_step *s)
{
	struct json_in *j = s->j;
	int c = peek(j);
	size_t end = json_scan_name(j->text, j->at);
	struct str text;

	if (object_is_unclosed(j)) {
		if (problem(s, "a closing brace is missing", j->comma_at, j->comma_at))
			return STEP_ERROR;
		(void)close_container(s, j->at);
		j->state = STATE_NEXT;
		return STEP_EVENT;
	}
	j->state = c == '{' || c == '[' ? STATE_VALUE : STATE_COLON;
	if (c == '"' || c == '\'')
		return read_string(s, JSON_KEY);
	if (c == '{' || c == '[' || c == ':') {
		if (problem(s, "a name is missing", j->at, j->at))
			return STEP_ERROR;
		return emit(s, JSON_KEY, STR_NONE, j->at);
	}
	if (end == j->at) {
		j->state = STATE_FIRST;
		return skip_junk(s);
	}
	if (problem(s, "a name without quotes", j->at, end) || decode(s, j->at, end, &text))
		return STEP_ERROR;
	return emit(s, JSON_KEY, text, end);
}

/* STATE_FIRST and STATE_NEXT */
static int step_item(const struct json_step *s)
{
	struct json_in *j = s->j;

	switch (peek(j)) {
	case -1:
		return read_unclosed(s);
	case ',':
		j->at++;
		return problem(s, "a comma too many", j->at - 1, j->at) ? STEP_ERROR : STEP_AGAIN;
	case '}':
	case ']':
		return read_closer(s);
	default:
		break;
	}
	if (container_at(j, 1) == OBJECT)
		return read_key(s);
	return peek(j) == ':' ? skip_junk(s) : read_value(s);
}

static int step_colon(const struct json_step *s)
{
	struct json_in *j = s->j;
	int c = peek(j);

	if (c == ':') {
		j->state = STATE_VALUE;
		j->last_end = ++j->at;
		return STEP_AGAIN;
	}
	if (value_is_missing(j)) {
		if (c >= 0 &&
		    problem(s, "a colon and a value are missing", j->last_end, j->last_end))
			return STEP_ERROR;
		return read_no_value(s, c < 0 || c == ',' ? STATE_AFTER : STATE_FIRST);
	}
	j->state = STATE_VALUE;
	if (is_junk(j))
		return skip_junk(s);
	return problem(s, "a colon is missing", j->last_end, j->last_end) ? STEP_ERROR : STEP_AGAIN;
}

static int step_value(const struct json_step *s)
{
	struct json_in *j = s->j;
	int c = peek(j);

	if (c == ':')
		return skip_junk(s);
	if (value_is_missing(j)) {
		if (c >= 0 && problem(s, "a value is missing", j->last_end, j->last_end))
			return STEP_ERROR;
		return read_no_value(s, c < 0 || c == ',' ? STATE_AFTER : STATE_FIRST);
	}
	return read_value(s);
}

static int step_after(const struct json_step *s)
{
	struct json_in *j = s->j;
	int c = peek(j);

	if (c < 0)
		return read_unclosed(s);
	if (c == '}' || c == ']')
		return read_closer(s);
	if (c == ',') {
		j->state = STATE_NEXT;
		j->comma_at = j->at;
		j->last_end = ++j->at;
		return STEP_AGAIN;
	}
	j->state = STATE_FIRST;
	if (c == ':') {
		j->at++;
		return problem(s, "a colon where a comma belongs", j->at - 1, j->at) ? STEP_ERROR
										     : STEP_AGAIN;
	}
	if (is_junk(j))
		return skip_junk(s);
	return problem(s, "a comma is missing", j->last_end, j->last_end) ? STEP_ERROR : STEP_AGAIN;
}

static int step_done(const struct json_step *s)
{
	struct json_in *j = s->j;
	int c = peek(j);
	size_t end;

	if (c < 0) {
		j->state = STATE_END;
		return emit(s, JSON_END, STR_NONE, j->at);
	}
	if (c == '}' || c == ']')
		return tell_stray(s);
	end = j->at + str_trim_right(str_sub(j->text, j->at, j->text.n)).n;
	if (problem(s, "text after the end of the value", j->at, end))
		return STEP_ERROR;
	j->at = j->text.n;
	return STEP_AGAIN;
}

static int step(const struct json_step *s)
{
	switch ((enum state)s->j->state) {
	case STATE_START:
		return step_start(s);
	case STATE_FIRST:
	case STATE_NEXT:
		return step_item(s);
	case STATE_COLON:
		return step_colon(s);
	case STATE_VALUE:
		return step_value(s);
	case STATE_AFTER:
		return step_after(s);
	case STATE_UNCLOSED:
		return read_unclosed(s);
	case STATE_DONE:
		return step_done(s);
	case STATE_END:
		break;
	}
	return emit(s, JSON_END, STR_NONE, s->j->at);
}

/* Passes over blanks and comments. */
static int skip_gap(const struct json_step *s)
{
	struct json_in *j = s->j;

	for (;;) {
		size_t start = json_scan_blank(j->text, j->at);

		j->at = json_scan_comment(j->text, start);
		if (j->at == start)
			return 0;
		if (problem(s, "a comment; JSON has none", start, j->at))
			return -1;
	}
}

void json_in_init(struct json_in *j, struct str text, struct arena *arena)
{
	*j = (struct json_in){
	    .text = text, .arena = arena, .depth_max = JSON_DEPTH_MAX, .state = STATE_START};
	if (str_starts(text, STR("\xef\xbb\xbf")))
		j->at = 3;
	j->last_end = j->at;
}

int json_next(struct json_in *j, struct json_event *ret_event, struct err *err)
{
	const struct json_step s = {j, ret_event, err};
	int result;

	do {
		if (skip_gap(&s))
			return -1;
		result = step(&s);
	} while (result == STEP_AGAIN);
	return result;
}

static int skip_container(struct json_in *j, struct err *err)
{
	unsigned depth = j->depth - 1;
	struct json_event event;

	while (j->depth > depth) {
		if (json_next(j, &event, err))
			return -1;
	}
	return 0;
}

int json_skip(struct json_in *j, const struct json_event *event, struct err *err)
{
	struct json_event value = *event;
	int failed = 0;

	j->skipping = true;
	if (event->kind == JSON_KEY)
		failed = json_next(j, &value, err);
	if (!failed && (value.kind == JSON_OBJECT || value.kind == JSON_ARRAY))
		failed = skip_container(j, err);
	j->skipping = false;
	return failed;
}
