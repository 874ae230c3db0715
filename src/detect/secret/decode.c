#include "detect/secret/decode.h"

#include "base/utf8.h"
#include "detect/secret/decode_look.h"
#include "detect/secret/decode_runs.h"

enum {
	CONTEXT = 400, /* of what stands beside something encoded */
	TOUCH = 64,    /* so near to what was decoded before, literals are joined again */
	TEXT_MAX = 24 << 20,
	TRIES_MAX = 8,	/* in one run: a path may end in base64 */
	JOIN_MAX = 200, /* between two literals */
	NAME_MAX = 8,	/* of an entity */
};

/* Between two parts of the text. */
#define BREAK "\n\n\0\n"

struct decoding {
	struct str text;
	const struct decoded *before;
	size_t i; /* of before->pieces: none before it ends behind what comes */
	struct arena *arena;
	struct decoded *out;
	size_t done;  /* what is before it was copied, or will not be */
	size_t alone; /* lines before this one were tried together */
	bool open;    /* the text goes on from `done` */
};

const char *decode_kind_name(enum decode_kind kind)
{
	static const char *const names[] = {[DECODE_COPIED] = "",
	    [DECODE_BASE64] = "base64",
	    [DECODE_HEX] = "hex",
	    [DECODE_PERCENT] = "percent",
	    [DECODE_ESCAPE] = "escape",
	    [DECODE_ENTITY] = "entity",
	    [DECODE_JOINED] = "joined"};

	return names[kind];
}

const char *decode_piece_name(const struct decode_piece *piece, char name[32])
{
	const char *wide = wide_name((enum wide_order)piece->order);

	(void)snprintf(name, 32, "%s%s%s", decode_kind_name((enum decode_kind)piece->kind),
	    *wide ? "," : "", wide);
	return name;
}

void decoded_release(struct decoded *d)
{
	buf_release(&d->text);
}

/* ---- what is written ---- */

static void add_piece(struct decoding *d, const struct decode_piece *piece, struct str bytes)
{
	struct decoded *out = d->out;
	struct decode_piece *last = out->pieces.n > 0 ? &out->pieces.p[out->pieces.n - 1] : NULL;
	struct decode_piece one = *piece;

	one.at = (uint32_t)out->text.n;
	buf_add(&out->text, bytes);
	/* What goes on as it was needs no piece of its own. */
	if (last && last->kind == one.kind && last->to == one.from && last->n_in == one.n_in &&
	    last->n_out == one.n_out && one.n_out > 0 && one.kind != DECODE_BASE64 &&
	    bytes.n == one.n_out)
		last->to = one.to;
	else
		vec_push(&out->pieces, d->arena, one);
}

static void add_copy(struct decoding *d, size_t from, size_t to)
{
	struct decode_piece piece = {
	    .from = (uint32_t)from, .to = (uint32_t)to, .n_in = 1, .n_out = 1};

	if (from < to)
		add_piece(d, &piece, str_sub(d->text, from, to - from));
}

static void add_break(struct decoding *d, size_t at)
{
	struct decode_piece piece = {.from = (uint32_t)at, .to = (uint32_t)at};

	add_piece(d, &piece, STR(BREAK));
}

/* What stands beside `done`, until `from`. */
static void copy_until(struct decoding *d, size_t from)
{
	size_t begin = from - MIN_OF(from - d->done, (size_t)CONTEXT);

	if (d->open && from - d->done <= 2 * (size_t)CONTEXT) {
		begin = d->done;
	} else if (d->open) {
		add_copy(d, d->done, d->done + CONTEXT);
		add_break(d, begin);
	}
	add_copy(d, begin, from);
	d->done = from;
	d->open = true;
}

static void add_decoded(struct decoding *d, const struct decode_piece *piece, struct str bytes)
{
	copy_until(d, piece->from);
	add_piece(d, piece, bytes);
	d->done = piece->to;
}

static bool is_full(const struct decoding *d)
{
	return !buf_ok(&d->out->text) || !arena_ok(d->arena);
}

/* ---- what was copied from a text before is not decoded again ---- */

static size_t piece_end(const struct decoded *d, size_t i)
{
	return i + 1 < d->pieces.n ? d->pieces.p[i + 1].at : d->text.n;
}

static bool is_fresh(struct decoding *d, size_t from, size_t to)
{
	const struct decoded *b = d->before;

	if (!b)
		return true;
	while (d->i < b->pieces.n && piece_end(b, d->i) < from)
		d->i++;
	for (size_t i = d->i; i < b->pieces.n && b->pieces.p[i].at <= to; i++) {
		if (b->pieces.p[i].kind != DECODE_COPIED)
			return true;
	}
	return false;
}

/* ---- single characters ---- */

struct single {
	enum decode_kind kind;
	size_t n_in, n_out;
	char bytes[4];
};

static unsigned hex_digits(struct str text, size_t at, unsigned most, uint32_t *ret_value)
{
	unsigned n = 0;
	uint32_t value = 0;

	for (; n < most && at + n < text.n; n++) {
		char c = byte_lower(text.p[at + n]);

		if (byte_is_digit(c))
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			break;
	}
	*ret_value = value;
	return n;
}

static bool read_percent(struct str text, size_t at, struct single *ret)
{
	uint32_t value;

	if (hex_digits(text, at + 1, 2, &value) != 2)
		return false;
	*ret = (struct single){DECODE_PERCENT, 3, 1, {(char)value}};
	return true;
}

static bool set_rune(struct single *s, uint32_t rune)
{
	s->n_out = utf8_encode(rune, s->bytes);
	return s->n_out > 0;
}

/* \uXXXX, two of them, \u{X…}, \UXXXXXXXX, \xXX. */
static bool read_escape(struct str text, size_t at, struct single *ret)
{
	char letter = at + 1 < text.n ? text.p[at + 1] : '\0';
	bool braces = letter == 'u' && at + 2 < text.n && text.p[at + 2] == '{';
	unsigned most = letter == 'x' ? 2 : letter == 'u' ? 4 : 8, n;
	uint32_t value, low;

	*ret = (struct single){.kind = DECODE_ESCAPE};
	if (letter != 'x' && letter != 'u' && letter != 'U')
		return false;
	n = hex_digits(text, at + 2 + braces, braces ? 6 : most, &value);
	ret->n_in = 2 + n + 2 * (size_t)braces;
	if (braces)
		return n > 0 && at + 3 + n < text.n && text.p[at + 3 + n] == '}' &&
		       set_rune(ret, value);
	if (n != most)
		return false;
	if (letter == 'x') {
		ret->n_out = 1;
		ret->bytes[0] = (char)value;
		return true;
	}
	if (value >= 0xd800 && value < 0xdc00 && at + 7 < text.n && text.p[at + 6] == '\\' &&
	    hex_digits(text, at + 8, 4, &low) == 4 && low >= 0xdc00 && low < 0xe000) {
		value = 0x10000 + ((value - 0xd800) << 10 | (low - 0xdc00));
		ret->n_in = 12;
	}
	return set_rune(ret, value);
}

static bool named_rune(struct str name, uint32_t *ret)
{
	static const struct {
		struct str name;
		char c;
	} names[] = {{STR_INIT("amp"), '&'}, {STR_INIT("lt"), '<'}, {STR_INIT("gt"), '>'},
	    {STR_INIT("quot"), '"'}, {STR_INIT("apos"), '\''}, {STR_INIT("equals"), '='},
	    {STR_INIT("colon"), ':'}, {STR_INIT("commat"), '@'}, {STR_INIT("dollar"), '$'},
	    {STR_INIT("ast"), '*'}, {STR_INIT("excl"), '!'}, {STR_INIT("grave"), '`'},
	    {STR_INIT("lowbar"), '_'}, {STR_INIT("comma"), ','}, {STR_INIT("lpar"), '('},
	    {STR_INIT("dash"), '-'}, {STR_INIT("bsol"), '\\'}};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!str_eq(name, names[i].name))
			continue;
		*ret = (uint32_t)names[i].c;
		return true;
	}
	return false;
}

static bool read_entity(struct str text, size_t at, struct single *ret)
{
	struct str rest = str_sub(text, at + 1, NAME_MAX + 2);
	size_t semicolon = str_chr(rest, ';');
	uint64_t number;
	uint32_t rune = 0;
	struct str name;

	if (semicolon == STR_NPOS || semicolon == 0)
		return false;
	name = str_sub(rest, 0, semicolon);
	*ret = (struct single){.kind = DECODE_ENTITY, .n_in = semicolon + 2};
	if (str_starts(name, STR("#x")) || str_starts(name, STR("#X"))) {
		if (name.n < 3 || hex_digits(name, 2, 6, &rune) != name.n - 2)
			return false;
	} else if (name.p[0] == '#') {
		if (!str_to_u64(str_sub(name, 1, name.n), &number) || number > 0x10ffff)
			return false;
		rune = (uint32_t)number;
	} else if (!named_rune(name, &rune)) {
		return false;
	}
	return set_rune(ret, rune);
}

/* Blanks, brackets, quotes and other languages' letters are decoded beside something else, but are
 * no reason to look: no rule needs them to see a secret. */
static bool is_reason(const struct single *s)
{
	char c = s->bytes[0];

	return s->n_out == 1 && c > ' ' && c < 0x7f && !strchr("<>&\"'()[]{}", c);
}

static void decode_single(struct decoding *d, size_t at)
{
	struct single s;
	struct decode_piece piece = {.from = (uint32_t)at};
	char c = d->text.p[at];

	if (!(c == '%'	   ? read_percent(d->text, at, &s)
		: c == '&' ? read_entity(d->text, at, &s)
			   : read_escape(d->text, at, &s)))
		return;
	if (!is_reason(&s) && !(d->open && at - d->done <= CONTEXT))
		return;
	if (!is_fresh(d, at, at + s.n_in))
		return;
	piece.to = (uint32_t)(at + s.n_in);
	piece.kind = (uint8_t)s.kind;
	piece.n_in = (uint8_t)s.n_in;
	piece.n_out = (uint8_t)s.n_out;
	add_decoded(d, &piece, str_make(s.bytes, s.n_out));
}

/* ---- literals that are joined ---- */

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* From behind a closing quote to the next literal's opening one: blanks, one operator. */
static bool find_next_literal(struct str text, size_t at, size_t *ret_quote)
{
	size_t end = MIN_OF(text.n, at + JOIN_MAX), n_signs = 0;
	char sign = '\0';

	for (; at < end && !is_quote(text.p[at]); at++) {
		char c = text.p[at];

		if (byte_is_blank(c))
			continue;
		if (c == '\\' && at + 1 < end && (text.p[at + 1] == '\n' || text.p[at + 1] == '\r'))
			continue;
		if (!strchr("+.&|", c) || c == '\0' || (n_signs > 0 && c != sign) || n_signs == 2)
			return false;
		sign = c;
		n_signs++;
	}
	*ret_quote = at;
	return at + 1 < end;
}

static bool may_stand_inside(char c)
{
	return c > ' ' && c != '\\' && !is_quote(c);
}

/* A backslash before it makes the byte another one. */
static bool is_escaped(struct str text, size_t at)
{
	return at > 0 && text.p[at - 1] == '\\';
}

static void decode_join(struct decoding *d, size_t at)
{
	size_t quote;
	struct decode_piece piece = {.from = (uint32_t)at, .kind = DECODE_JOINED, .n_in = 1};

	if (at == 0 || is_escaped(d->text, at) || !may_stand_inside(d->text.p[at - 1]) ||
	    is_escaped(d->text, at - 1) || !find_next_literal(d->text, at + 1, &quote) ||
	    !may_stand_inside(d->text.p[quote + 1]))
		return;
	if (!is_fresh(d, at - MIN_OF(at, (size_t)TOUCH), quote + 1 + TOUCH))
		return;
	piece.to = (uint32_t)(quote + 1);
	add_decoded(d, &piece, STR(""));
}

/* ---- runs ---- */

static void add_lines(struct decoding *d, const struct decode_run *run)
{
	struct decode_piece piece = {.kind = run->hex ? DECODE_HEX : DECODE_BASE64,
	    .n_in = run->hex ? 2 : 4,
	    .n_out = run->hex ? 1 : 3};
	size_t digits = 0, from = 0;

	copy_until(d, run->lines[0].from);
	for (size_t i = 0; i < run->n_lines; i++) {
		size_t to;

		/* A byte belongs to the line in which its first digit stands. */
		digits += run->lines[i].to - run->lines[i].from;
		to = run->hex ? (digits + 1) / 2 : (digits * 6 + 7) / 8;
		to = MIN_OF(to, run->bytes.n);
		piece.from = run->lines[i].from;
		piece.to = i + 1 < run->n_lines ? run->lines[i].to : (uint32_t)run->end;
		piece.phase = (uint8_t)(from % 3);
		add_piece(d, &piece, str_sub(run->bytes, from, to - from));
		from = to;
	}
	d->done = run->end;
}

static void add_run(struct decoding *d, const struct decode_run *run)
{
	struct decode_piece piece = {.from = run->lines[0].from,
	    .to = (uint32_t)run->end,
	    .kind = run->hex ? DECODE_HEX : DECODE_BASE64,
	    .order = (uint8_t)run->order};

	d->out->far =
	    d->out->far || run->n_lines > 1 || run->end - run->lines[0].from > DECODE_NEAR;
	if (run->order == WIDE_NONE)
		add_lines(d, run);
	else
		add_decoded(d, &piece, run->bytes);
}

/* Whether the run that begins at start holds something. */
static bool try_run(struct decoding *d, size_t start)
{
	struct decode_run run;
	struct err why = ERR_INIT; /* there is too much of it: is_full says the same */
	int failed = run_read(d->text, start, start < d->alone, d->arena, &run, &why);

	if (!failed && run.holds == RUN_NOTHING && run.n_lines > 1) {
		d->alone = run.end;
		failed = run_read(d->text, start, true, d->arena, &run, &why);
	}
	if (failed || run.holds == RUN_NOTHING || !is_fresh(d, start, run.end))
		return false;
	add_run(d, &run);
	return true;
}

/* Where in a run another one may begin: behind a sign of the alphabet, and behind "0x". */
static size_t next_start(struct str text, size_t start, size_t end)
{
	for (size_t at = start; at + LOOK_RUN_MIN < end; at++) {
		if (!byte_is_alnum(text.p[at]) ||
		    (text.p[at] == 'x' && at > 0 && text.p[at - 1] == '0'))
			return at + 1;
	}
	return end;
}

/* Identifiers, paths and constants have letters of one case; a text in base64 has both, in
 * hexadecimal digits. */
static bool may_hold(size_t n, unsigned kinds)
{
	const unsigned both = RUN_UPPER | RUN_LOWER;

	return (kinds & both) == both || ((kinds & RUN_DIGIT) && n >= RUN_HEX_MIN);
}

/* Returns where to go on. */
static size_t decode_run(struct decoding *d, size_t start)
{
	unsigned kinds;
	size_t end;

	if (start < d->done)
		return d->done;
	end = run_measure(d->text, start, &kinds);
	if (!may_hold(end - start, kinds))
		return end;
	if (try_run(d, start))
		return d->done;
	for (unsigned i = 0; i < TRIES_MAX; i++) {
		start = next_start(d->text, start, end);
		if (start == end)
			break;
		if (try_run(d, start))
			return d->done;
	}
	return end;
}

/* ---- */

int decode_text(struct str text, const struct decoded *before, struct arena *arena,
    struct decoded *ret, struct err *err)
{
	struct decoding d = {.text = text, .before = before, .arena = arena, .out = ret};
	enum look_kind kind;
	struct decode_look look;
	size_t at, from = 0;

	*ret = (struct decoded){.text = BUF_INIT(TEXT_MAX)};
	if (text.n > UINT32_MAX / 2)
		return err_set(err, ERR_LIMIT, "a text of 2 GiB or more");
	look_init(&look, text);
	while ((kind = look_next(&look, from, &at)) != LOOK_END && !is_full(&d)) {
		if (kind == LOOK_RUN)
			from = decode_run(&d, at - (LOOK_RUN_MIN - 1));
		else if (is_quote(text.p[at]))
			decode_join(&d, at);
		else
			decode_single(&d, at);
		from = MAX_OF(from, d.done);
	}
	if (d.open && !is_full(&d))
		add_copy(&d, d.done, d.done + MIN_OF(text.n - d.done, (size_t)CONTEXT));
	ret->full = is_full(&d);
	return 0;
}

/* ---- where it came from ---- */

/* The piece that decoded[at] is of. */
static size_t piece_at(const struct decoded *d, size_t at)
{
	size_t low = 0, high = d->pieces.n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (d->pieces.p[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool decoded_touches(
    const struct decoded *d, size_t from, size_t to, const struct decode_piece **ret_piece)
{
	for (size_t i = piece_at(d, from); i < d->pieces.n && d->pieces.p[i].at < to; i++) {
		const struct decode_piece *piece = &d->pieces.p[i];

		if (piece->kind == DECODE_COPIED)
			continue;
		/* Nothing is left of what joins two literals: it is inside, or beside. */
		if (piece->kind == DECODE_JOINED && piece->at <= from)
			continue;
		*ret_piece = piece;
		return true;
	}
	return false;
}

/* The first and the last digit of byte `n` of a piece of base64. */
static size_t digit_of(const struct decode_piece *piece, size_t n, bool last)
{
	size_t first = (size_t)piece->phase * 8 / 6, byte = piece->phase + n;

	return (last ? (byte * 8 + 7) / 6 : byte * 8 / 6) - first;
}

static void source_of(const struct decoded *d, size_t at, size_t *ret_from, size_t *ret_to)
{
	const struct decode_piece *piece = &d->pieces.p[piece_at(d, at)];
	size_t n = at - MIN_OF(at, (size_t)piece->at), from = piece->from, to = piece->to;

	if (piece->kind == DECODE_BASE64 && piece->n_out > 0) {
		to = from + digit_of(piece, n, true) + 1;
		from += digit_of(piece, n, false);
	} else if (piece->n_out > 0) {
		from += n / piece->n_out * piece->n_in;
		to = from + piece->n_in;
	}
	*ret_to = MIN_OF(to, (size_t)piece->to);
	*ret_from = MIN_OF(from, *ret_to);
}

void decoded_source(
    const struct decoded *d, size_t from, size_t to, size_t *ret_from, size_t *ret_to)
{
	size_t ignored;

	source_of(d, from, ret_from, &ignored);
	source_of(d, to - 1, &ignored, ret_to);
	*ret_to = MAX_OF(*ret_to, *ret_from);
}
