#include "peer/js_regex.h"

#include "base/buf.h"

#include <stdlib.h>
#include <time.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	PATTERN_BYTES = 64 << 10,
	NEST_MAX = 100,
	MATCH_STEPS = 2000000,
	HEAP_KIB = 20000,
	SPENT_MAX_US = 2000000,
};

struct js_regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	int64_t spent_us; /* since js_regex_begin */
	bool off;
};

void js_regex_free(struct js_regex *regex)
{
	if (!regex)
		return;
	pcre2_match_context_free(regex->context);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
	free(regex);
}

/* ---- from one notation to the other ---- */

struct translation {
	struct str rest; /* of the expression */
	struct buf *out;
	bool in_class;
	bool after_set;	   /* in a class: a set such as \w came last */
	bool has_names;	   /* "(?<name>": then \k is a reference */
	const char *wrong; /* NULL: nothing is */
};

static char next(const struct translation *t, size_t ahead)
{
	return t->rest.n > ahead ? t->rest.p[ahead] : '\0';
}

/* The next n bytes as they are. */
static void copy(struct translation *t, size_t n)
{
	buf_add(t->out, str_sub(t->rest, 0, n));
	t->rest = str_sub(t->rest, n, t->rest.n);
}

static void skip(struct translation *t, size_t n)
{
	t->rest = str_sub(t->rest, n, t->rest.n);
}

static bool is_hex(char c)
{
	c = byte_lower(c);
	return byte_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* n hexadecimal digits behind "\x" or "\u", or any in braces. */
static bool copy_code_point(struct translation *t, size_t n)
{
	size_t from = 2, end;

	if (next(t, 2) == '{' && n == 4) {
		from = 3;
		for (end = from; is_hex(next(t, end));)
			end++;
		if (end == from || end > from + 6 || next(t, end) != '}')
			return false;
		n = end - from;
	}
	for (end = from; end < from + n; end++)
		if (!is_hex(next(t, end)))
			return false;
	buf_addf(t->out, "\\x{" STR_FMT "}", STR_ARG(str_sub(t->rest, from, n)));
	skip(t, end + (from == 3));
	return true;
}

/* "\5" is a reference, or in a class the byte of that octal number. */
static void translate_digits(struct translation *t)
{
	size_t n = 1;

	while (n < 4 && byte_is_digit(next(t, n)))
		n++;
	if (next(t, 1) == '0')
		n = 2;
	if (t->in_class || next(t, 1) == '0')
		buf_addf(t->out, "\\x{%c}", next(t, 1));
	else
		buf_addf(t->out, "\\g{" STR_FMT "}", STR_ARG(str_sub(t->rest, 1, n - 1)));
	skip(t, t->in_class ? 2 : n);
}

/* The letter behind the backslash means the same to both, or is put in PCRE2's way; every other is
 * itself to JavaScript. */
static void translate_escape(struct translation *t)
{
	static const struct str same = STR_INIT("dDwWsStnrf");
	char c = next(t, 1);

	t->after_set = t->in_class && c && str_chr(STR("dDwWsS"), c) != STR_NPOS;
	if (t->rest.n < 2) {
		t->wrong = "it ends in a backslash";
		skip(t, 1);
	} else if (str_chr(same, c) != STR_NPOS) {
		copy(t, 2);
	} else if (c == 'b' || c == 'B') {
		if (t->in_class && c == 'B')
			skip(t, 1);
		copy(t, t->in_class && c == 'B' ? 1 : 2);
	} else if (c == 'v') {
		buf_add(t->out, STR("\\x0b"));
		skip(t, 2);
	} else if (c == 'c' && byte_is_alpha(next(t, 2))) {
		copy(t, 3);
	} else if (c == 'k' && t->has_names && next(t, 2) == '<') {
		copy(t, 2);
	} else if (byte_is_digit(c)) {
		translate_digits(t);
	} else if ((c == 'x' && copy_code_point(t, 2)) || (c == 'u' && copy_code_point(t, 4))) {
		return;
	} else {
		/* Itself; a byte above ASCII needs no backslash, and a letter must have none. */
		skip(t, 1);
		if (!byte_is_alnum(c) && (unsigned char)c < 0x80)
			buf_addc(t->out, '\\');
		copy(t, 1);
	}
}

/* '-' beside a set is itself, and '[' has no meaning of its own. */
static void translate_in_class(struct translation *t)
{
	char c = next(t, 0);
	bool before_set =
	    next(t, 1) == '\\' && next(t, 2) && str_chr(STR("dDwWsS"), next(t, 2)) != STR_NPOS;

	if (c == ']') {
		t->in_class = false;
		copy(t, 1);
		return;
	}
	if (c == '[' || (c == '-' && (t->after_set || before_set)))
		buf_addc(t->out, '\\');
	t->after_set = false;
	copy(t, 1);
}

static void translate_class_start(struct translation *t)
{
	bool negated = next(t, 1) == '^';
	size_t n = negated ? 2 : 1;

	if (next(t, n) == ']') {
		buf_add(t->out, negated ? STR("[\\s\\S]") : STR("(?!)"));
		skip(t, n + 1);
		return;
	}
	t->in_class = true;
	t->after_set = false;
	copy(t, n);
}

/* "(?" is one of JavaScript's, and "(*" is none. */
static void translate_group(struct translation *t)
{
	static const char *const kinds[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!"};

	if (next(t, 1) == '*')
		t->wrong = "nothing stands before a * in it";
	if (next(t, 1) != '?') {
		copy(t, 1);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_starts(t->rest, str_of(kinds[i]))) {
			copy(t, strlen(kinds[i]));
			return;
		}
	}
	if (next(t, 2) != '<' || !(byte_is_alpha(next(t, 3)) || next(t, 3) == '_'))
		t->wrong = "it has a group of a kind that JavaScript does not have";
	copy(t, 3);
}

/* The length of "{2}", "{2,}" or "{2,3}"; 0: it is only a brace. */
static size_t count_length(const struct translation *t)
{
	size_t n = 1;

	while (byte_is_digit(next(t, n)))
		n++;
	if (n == 1)
		return 0;
	if (next(t, n) == ',')
		for (n++; byte_is_digit(next(t, n));)
			n++;
	return next(t, n) == '}' ? n + 1 : 0;
}

/* "a+", "a+?"; to PCRE2 another '+' would say that it does not go back. */
static void translate_quantifier(struct translation *t)
{
	copy(t, next(t, 0) == '{' ? count_length(t) : 1);
	if (next(t, 0) == '?')
		copy(t, 1);
	if (next(t, 0) == '+' || next(t, 0) == '*' || next(t, 0) == '?')
		t->wrong = "it repeats what is a repetition already";
}

static void translate_one(struct translation *t)
{
	char c = next(t, 0);

	if (c == '\\')
		translate_escape(t);
	else if (t->in_class)
		translate_in_class(t);
	else if (c == '[')
		translate_class_start(t);
	else if (c == '(')
		translate_group(t);
	else if (c == '+' || c == '*' || c == '?' || (c == '{' && count_length(t) > 0))
		translate_quantifier(t);
	else {
		if (c == '{')
			buf_addc(t->out, '\\');
		copy(t, 1);
	}
}

static const char *translate(struct str expression, struct buf *out)
{
	struct translation t = {
	    .rest = expression, .out = out, .has_names = str_has(expression, STR("(?<"))};

	while (t.rest.n > 0 && !t.wrong)
		translate_one(&t);
	if (!t.wrong && t.in_class)
		t.wrong = "a [ in it is not closed";
	return t.wrong;
}

/* ---- literals ---- */

/* "/…/gim": the first '/' that is neither escaped nor in a class ends it. */
static bool split(struct str literal, struct str *ret_expression, struct str *ret_flags)
{
	bool in_class = false;

	if (!str_starts(literal, STR("/")))
		return false;
	for (size_t i = 1; i < literal.n; i++) {
		char c = literal.p[i];

		if (c == '\n' || c == '\r')
			return false;
		if (c == '/' && !in_class) {
			*ret_expression = str_sub(literal, 1, i - 1);
			*ret_flags = str_sub(literal, i + 1, literal.n);
			return i > 1;
		}
		in_class = (in_class || c == '[') && c != ']';
		i += c == '\\';
	}
	return false;
}

static bool take_flags(struct str flags, uint32_t *options)
{
	static const struct {
		char flag;
		uint32_t option;
	} known[] = {{'d', 0}, {'g', 0}, {'i', PCRE2_CASELESS}, {'m', PCRE2_MULTILINE},
	    {'s', PCRE2_DOTALL}, {'u', 0}, {'y', PCRE2_ANCHORED}};
	unsigned had = 0;

	for (size_t i = 0; i < flags.n; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(known) && known[k].flag != flags.p[i])
			k++;
		if (k == ARRAY_LEN(known) || (had & 1u << k))
			return false;
		had |= 1u << k;
		*options |= known[k].option;
	}
	return true;
}

static void compile_context_release(pcre2_compile_context **context)
{
	pcre2_compile_context_free(*context);
}

static int compile(struct str pattern, uint32_t options, struct js_regex *regex, struct err *err)
{
	pcre2_compile_context *context CLEANUP(compile_context_release) =
	    pcre2_compile_context_create(NULL);
	char why[120];
	size_t at;
	int code;

	if (!context)
		return err_nomem(err);
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	(void)pcre2_set_parens_nest_limit(context, NEST_MAX);
	regex->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
	    options | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
		PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C,
	    &code, &at, context);
	if (regex->code)
		return 0;
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why) < 0)
		why[0] = '\0';
	return err_set(err, ERR_CONFIG, "not a valid regular expression: %s", why);
}

static int prepare(struct js_regex *regex, struct err *err)
{
	regex->data = pcre2_match_data_create(1, NULL);
	regex->context = pcre2_match_context_create(NULL);
	if (!regex->data || !regex->context)
		return err_nomem(err);
	(void)pcre2_set_match_limit(regex->context, MATCH_STEPS);
	(void)pcre2_set_heap_limit(regex->context, HEAP_KIB);
	return 0;
}

int js_regex_new(struct str literal, struct js_regex **ret, struct err *err)
{
	struct buf pattern CLEANUP(buf_release) = BUF_INIT(PATTERN_BYTES);
	struct str expression, flags;
	uint32_t options = 0;
	struct js_regex *regex;
	const char *wrong;

	if (!split(literal, &expression, &flags) || !take_flags(flags, &options))
		return err_set(err, ERR_CONFIG,
		    "not a regular expression between slashes, such as /sudo/ or /sudo/i; nothing "
		    "else is evaluated");
	wrong = translate(expression, &pattern);
	if (wrong)
		return err_set(err, ERR_CONFIG, "not a valid regular expression: %s", wrong);
	if (!buf_ok(&pattern))
		return buf_err(&pattern, "a regular expression", err);
	regex = calloc(1, sizeof *regex);
	if (!regex)
		return err_nomem(err);
	if (compile(buf_str(&pattern), options, regex, err) != 0 || prepare(regex, err) != 0) {
		js_regex_free(regex);
		return -1;
	}
	*ret = regex;
	return 0;
}

static int64_t now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void js_regex_begin(struct js_regex *regex)
{
	regex->spent_us = 0;
	regex->off = false;
}

enum js_match js_regex_test(struct js_regex *regex, struct str text)
{
	int64_t from = now_us();
	int rc;

	if (regex->off)
		return JS_IS_OFF;
	rc = pcre2_match(regex->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0, 0, regex->data,
	    regex->context);
	regex->spent_us += now_us() - from;
	if (rc >= 0)
		return JS_MATCHES;
	regex->off = rc != PCRE2_ERROR_NOMATCH || regex->spent_us > SPENT_MAX_US;
	return regex->off ? JS_GAVE_UP : JS_MATCHES_NOT;
}
