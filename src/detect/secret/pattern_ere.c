/*
 * POSIX extended regular expressions as GNU grep has them in the C locale, over lines, in the
 * notation of PCRE2. A match stays on one line:
 *   ^ $          the ends of a line               (?m) in front
 *   [^a]         no line end                      [^a\n]
 *   [[:space:]]  blanks of a line                 [\t\x0b\f\r\x20]
 *   \s \W        no line end either
 *   \< \>        the ends of a word               (?<!\w)(?=\w), (?<=\w)(?!\w)
 *   [a\]         a backslash in brackets is one   [a\x5c]
 *   a{,3}        from none on                     a{0,3}
 */
#include "base/buf.h"
#include "detect/secret/pattern.h"

struct ere_reader {
	struct str in;
	size_t at, depth;
	struct buf *out;
	struct err *err;
};

static int refuse(const struct ere_reader *r, const char *why)
{
	return err_set(r->err, ERR_CONFIG, "at byte %zu of the pattern: %s", r->at + 1, why);
}

static char peek(const struct ere_reader *r, size_t ahead)
{
	return r->at + ahead < r->in.n ? r->in.p[r->at + ahead] : '\0';
}

static void put(struct ere_reader *r, struct str text, size_t taken)
{
	buf_add(r->out, text);
	r->at += taken;
}

static void put_byte(struct buf *out, char c)
{
	if (byte_is_alnum(c) || c == '_')
		buf_addc(out, c);
	else
		buf_addf(out, "\\x%02x", (unsigned)(unsigned char)c);
}

/* ---- brackets ---- */

/* "[:alpha:]" at r->at: its letters; empty: it is none. */
static struct str class_name(const struct ere_reader *r)
{
	struct str rest = str_sub(r->in, r->at + 2, r->in.n);
	size_t end = str_find(rest, STR(":]"));

	return peek(r, 0) == '[' && peek(r, 1) == ':' && end != STR_NPOS ? str_sub(rest, 0, end)
									 : STR_NONE;
}

static int put_class(struct ere_reader *r, struct str name)
{
	static const char *const known[] = {"alpha", "digit", "alnum", "upper", "lower", "punct",
	    "print", "graph", "xdigit", "blank"};

	r->at += name.n + 4;
	if (str_eq(name, STR("space"))) {
		buf_add(r->out, STR("\\t\\x0b\\f\\r\\x20"));
		return 0;
	}
	if (str_eq(name, STR("cntrl"))) {
		buf_add(r->out, STR("\\x00-\\x09\\x0b-\\x1f\\x7f"));
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_eq(name, str_of(known[i]))) {
			buf_addf(r->out, "[:%s:]", known[i]);
			return 0;
		}
	}
	return refuse(r, "there is no such class of characters");
}

/* One byte, or "[.x.]" and "[=x=]" of one byte. */
static int take_byte(struct ere_reader *r, char *ret)
{
	char kind = peek(r, 1);

	if (peek(r, 0) != '[' || (kind != '.' && kind != '=')) {
		*ret = peek(r, 0);
		r->at++;
		return 0;
	}
	if (peek(r, 3) != kind || peek(r, 4) != ']')
		return refuse(r, "only single characters stand in [. .] and [= =]");
	*ret = peek(r, 2);
	r->at += 5;
	return 0;
}

static int bracket_item(struct ere_reader *r)
{
	struct str name = class_name(r);
	char low, high;

	if (name.n > 0)
		return put_class(r, name);
	if (take_byte(r, &low) != 0)
		return -1;
	put_byte(r->out, low);
	if (peek(r, 0) != '-' || peek(r, 1) == ']' || r->at + 1 >= r->in.n)
		return 0;
	r->at++;
	if (take_byte(r, &high) != 0)
		return -1;
	if ((unsigned char)high < (unsigned char)low)
		return refuse(r, "a range that ends before it begins");
	buf_addc(r->out, '-');
	put_byte(r->out, high);
	return 0;
}

static int bracket(struct ere_reader *r)
{
	bool negated = peek(r, 1) == '^';
	size_t from = r->at;

	put(r, negated ? STR("[^\\n") : STR("["), negated ? 2 : 1);
	for (bool first = true; first || peek(r, 0) != ']'; first = false) {
		if (r->at >= r->in.n) {
			r->at = from;
			return refuse(r, "a '[' that no ']' closes");
		}
		if (bracket_item(r) != 0)
			return -1;
	}
	put(r, STR("]"), 1);
	return 0;
}

/* ---- the rest ---- */

static int escape(struct ere_reader *r)
{
	static const struct {
		char letter;
		struct str text;
	} words[] = {
	    {'s', STR_INIT("[\\t\\x0b\\f\\r\\x20]")},
	    {'S', STR_INIT("\\S")},
	    {'w', STR_INIT("\\w")},
	    {'W', STR_INIT("[^\\w\\n]")},
	    {'b', STR_INIT("\\b")},
	    {'B', STR_INIT("\\B")},
	    {'<', STR_INIT("(?<!\\w)(?=\\w)")},
	    {'>', STR_INIT("(?<=\\w)(?!\\w)")},
	    {'`', STR_INIT("^")},
	    {'\'', STR_INIT("$")},
	};
	char c = peek(r, 1);

	if (r->at + 1 >= r->in.n)
		return refuse(r, "a backslash with nothing behind it");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (c == words[i].letter) {
			put(r, words[i].text, 2);
			return 0;
		}
	}
	if (c >= '1' && c <= '9')
		return refuse(r, "references back to a group are not taken");
	put_byte(r->out, c); /* any other letter is itself, as in grep */
	r->at += 2;
	return 0;
}

/* "{m}", "{m,}", "{,n}" and "{m,n}" repeat; any other brace is text. */
static void brace(struct ere_reader *r)
{
	size_t at = 1, digits;

	while (byte_is_digit(peek(r, at)))
		at++;
	digits = at - 1;
	if (peek(r, at) == ',') {
		at++;
		while (byte_is_digit(peek(r, at)))
			at++;
	}
	if (peek(r, at) != '}' || at == 1 || (digits == 0 && peek(r, 1) == ',' && at == 2)) {
		put(r, STR("\\{"), 1);
		return;
	}
	buf_add(r->out, digits == 0 ? STR("{0") : STR("{"));
	r->at++;
	put(r, str_sub(r->in, r->at, at), at);
}

/* Behind nothing that it could repeat. */
static bool at_start(const struct ere_reader *r)
{
	char before = r->at > 0 ? r->in.p[r->at - 1] : '(';
	bool escaped = r->at > 1 && r->in.p[r->at - 2] == '\\';

	return r->at == 0 || (!escaped && (before == '(' || before == '|'));
}

static int step(struct ere_reader *r)
{
	char c = peek(r, 0);

	switch (c) {
	case '\\':
		return escape(r);
	case '[':
		return bracket(r);
	case '(':
		r->depth++;
		put(r, STR("(?:"), 1);
		return 0;
	case ')': /* one that closes nothing is text */
		put(r, r->depth > 0 ? STR(")") : STR("\\)"), 1);
		r->depth -= r->depth > 0;
		return 0;
	case '{':
		brace(r);
		return 0;
	case '*':
	case '+':
	case '?':
		put(r, at_start(r) ? STR_NONE : str_sub(r->in, r->at, 1), 1);
		return 0;
	case '|':
	case '^':
	case '$':
	case '.':
		put(r, str_sub(r->in, r->at, 1), 1);
		return 0;
	default:
		put_byte(r->out, c);
		r->at++;
		return 0;
	}
}

/* A repetition of a repetition is one more group: in PCRE2 "a+?" and "a++" mean something else. */
static int step_wrapped(struct ere_reader *r, size_t *last)
{
	size_t before = r->out->n, from = r->at;
	bool repeats;

	if (step(r) != 0)
		return -1;
	repeats = strchr("*+?{", r->in.p[from]) && r->out->n > before && r->in.p[from] != '\0' &&
		  r->out->p[before] != '\\';
	if (repeats && *last > 0 && *last == before)
		return refuse(r, "a repetition of a repetition: put what is repeated in brackets");
	*last = repeats ? r->out->n : 0;
	return 0;
}

int secret_pattern_translate_ere(struct str ere, bool word, struct arena *arena,
    struct secret_pattern *ret_pattern, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(ere.n * 16 + 64);
	struct ere_reader r = {.in = ere, .out = &out, .err = err};
	size_t last = 0;
	struct str text;

	buf_add(&out, word ? STR("(?m)(?<!\\w)(?:") : STR("(?m)(?:"));
	while (r.at < ere.n) {
		if (step_wrapped(&r, &last) != 0)
			return -1;
	}
	if (r.depth > 0)
		return refuse(&r, "a '(' that no ')' closes");
	buf_add(&out, word ? STR(")(?!\\w)") : STR(")"));
	if (!buf_ok(&out))
		return buf_err(&out, "a pattern", err);
	text = arena_str(arena, buf_str(&out));
	*ret_pattern = (struct secret_pattern){.text = text};
	return arena_check(arena, err);
}
