/*
 * The TOML tree: one pass over the text, a statement a line; after a mistake reading goes on at the
 * next line. Tables that headers and dotted names open again are found by a map, so that a long
 * text costs what its length says.
 */
#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "read/syntax/node_build.h"

/* How a table or list came to be: what may still be put into it follows from that. */
enum toml_made {
	MADE_ON_THE_WAY, /* by a longer header's name: a header of its own may follow */
	MADE_BY_HEADER,
	MADE_BY_DOTS, /* in the middle of a dotted name: more dotted names may follow */
	MADE_WHOLE,   /* a value: nothing more */
	MADE_TABLES,  /* a list that each [[header]] makes longer */
};

struct toml_node {
	struct node node;
	enum toml_made made;
};

struct toml {
	struct tree_builder b;
	struct str text;
	size_t at;
	struct map members; /* address of the table and name, to struct toml_node * */
	struct toml_node *root, *table;
	unsigned depth, depth_max, table_depth;
	bool too_deep;
};

static void tell(struct toml *t, const char *what, size_t from, size_t end)
{
	size_t n = t->b.tree.text.n;

	tree_problem(&t->b, what, MIN_OF(from, n), MIN_OF(MAX_OF(from, end), n));
}

/* ---- bytes ---- */

static bool is_end(const struct toml *t)
{
	return t->at >= t->text.n;
}

/* NUL behind the end. */
static char byte_at(const struct toml *t, size_t ahead)
{
	return t->text.n - t->at > ahead ? t->text.p[t->at + ahead] : '\0';
}

static bool is_line_end(const struct toml *t)
{
	return is_end(t) || byte_at(t, 0) == '\n' ||
	       (byte_at(t, 0) == '\r' && byte_at(t, 1) == '\n');
}

static bool begins(const struct toml *t, struct str what)
{
	return str_starts(str_sub(t->text, t->at, t->text.n), what);
}

static bool take(struct toml *t, char c)
{
	if (is_end(t) || t->text.p[t->at] != c)
		return false;
	t->at++;
	return true;
}

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static void skip_line(struct toml *t)
{
	while (!is_end(t) && byte_at(t, 0) != '\n')
		t->at++;
}

static void skip_blank(struct toml *t)
{
	while (byte_at(t, 0) == ' ' || byte_at(t, 0) == '\t')
		t->at++;
}

static void skip_comment(struct toml *t)
{
	if (byte_at(t, 0) != '#')
		return;
	while (!is_line_end(t)) {
		if (is_control(byte_at(t, 0)))
			tell(t, "a control character in a comment", t->at, t->at + 1);
		t->at++;
	}
}

/* Over line ends and comments too: inside of a list. */
static void skip_lines(struct toml *t)
{
	for (;;) {
		skip_blank(t);
		skip_comment(t);
		if (is_end(t) || !is_line_end(t))
			return;
		t->at += byte_at(t, 0) == '\r' ? 2 : 1;
	}
}

/* Behind a statement nothing but a comment may stand. */
static void end_line(struct toml *t)
{
	skip_blank(t);
	skip_comment(t);
	if (!is_line_end(t) && !t->too_deep)
		tell(t, "nothing more may stand on this line", t->at, t->at + 1);
	skip_line(t);
}

static bool enter(struct toml *t, unsigned levels)
{
	if (t->depth + levels <= t->depth_max) {
		t->depth += levels;
		return true;
	}
	if (!t->too_deep)
		tell(t, "this is nested too deep; the rest is not read", t->at, t->at + 1);
	t->too_deep = true;
	t->at = t->text.n;
	return false;
}

/* ---- strings ---- */

static int hex_digit(char c)
{
	c = byte_lower(c);
	if (byte_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\u00e9" and "\U0001f600", their letter at t->at. */
static bool take_rune(struct toml *t, struct buf *out)
{
	size_t digits = byte_at(t, 0) == 'u' ? 4 : 8, n;
	uint32_t rune = 0;
	char bytes[4];

	for (size_t i = 1; i <= digits; i++) {
		int digit = hex_digit(byte_at(t, i));

		if (digit < 0 || rune > 0x10ffff)
			return false;
		rune = rune << 4 | (uint32_t)digit;
	}
	n = utf8_encode(rune, bytes);
	if (n == 0)
		return false;
	t->at += digits + 1;
	buf_add(out, str_make(bytes, n));
	return true;
}

/* Behind a backslash that ends a line, blanks and line ends are left out. */
static bool take_line_end(struct toml *t)
{
	size_t from = t->at;

	skip_blank(t);
	if (is_end(t) || !is_line_end(t)) {
		t->at = from;
		return false;
	}
	while (!is_end(t) && byte_is_blank(byte_at(t, 0)))
		t->at++;
	return true;
}

static void take_escape(struct toml *t, bool lines, struct buf *out)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	size_t begin = t->at++;

	for (size_t i = 0; i < sizeof from - 1; i++) {
		if (byte_at(t, 0) == from[i]) {
			t->at++;
			buf_addc(out, to[i]);
			return;
		}
	}
	if ((byte_at(t, 0) == 'u' || byte_at(t, 0) == 'U') && take_rune(t, out))
		return;
	if (lines && take_line_end(t))
		return;
	tell(t, "this escape has no meaning; in '…' a backslash is a backslash", begin, begin + 2);
	buf_addc(out, '\\');
}

/* Its quote, one of them, is at t->at. */
static struct str take_line_string(struct toml *t, char quote)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(t->text.n + 1);
	size_t from = t->at++;

	while (!is_line_end(t) && byte_at(t, 0) != quote) {
		if (quote == '"' && byte_at(t, 0) == '\\') {
			take_escape(t, false, &out);
			continue;
		}
		if (is_control(byte_at(t, 0)))
			tell(t, "a control character in a string", t->at, t->at + 1);
		buf_addc(&out, t->text.p[t->at++]);
	}
	if (!take(t, quote))
		tell(t, "this quote does not end on its line", from, from + 1);
	return arena_str(t->b.arena, buf_str(&out));
}

/* Three quotes end it; one or two before them are its own. */
static bool take_end(struct toml *t, struct str three, struct buf *out)
{
	if (!begins(t, three))
		return false;
	for (int i = 0; i < 2 && byte_at(t, 3) == three.p[0]; i++) {
		buf_addc(out, three.p[0]);
		t->at++;
	}
	t->at += 3;
	return true;
}

/* Its three quotes are at t->at. A line end that follows them at once is left out. */
static struct str take_long_string(struct toml *t, struct str three)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(t->text.n + 1);
	size_t from = t->at;

	t->at += 3;
	if (!is_end(t) && is_line_end(t))
		t->at += byte_at(t, 0) == '\r' ? 2 : 1;
	while (!is_end(t)) {
		if (take_end(t, three, &out))
			return arena_str(t->b.arena, buf_str(&out));
		if (three.p[0] == '"' && byte_at(t, 0) == '\\') {
			take_escape(t, true, &out);
			continue;
		}
		/* A line ends in LF, whoever saved the file. */
		if (is_line_end(t))
			t->at += byte_at(t, 0) == '\r';
		else if (is_control(byte_at(t, 0)))
			tell(t, "a control character in a string", t->at, t->at + 1);
		buf_addc(&out, t->text.p[t->at++]);
	}
	tell(t, "these three quotes have no end", from, from + 3);
	return arena_str(t->b.arena, buf_str(&out));
}

static struct str take_string(struct toml *t)
{
	if (begins(t, STR("\"\"\"")))
		return take_long_string(t, STR("\"\"\""));
	if (begins(t, STR("'''")))
		return take_long_string(t, STR("'''"));
	return take_line_string(t, byte_at(t, 0));
}

/* ---- tables and their members ---- */

static struct str member_key(struct toml *t, const struct toml_node *table, struct str name)
{
	return arena_fmt(t->b.arena, "%p " STR_FMT, (const void *)table, STR_ARG(name));
}

static struct toml_node *member_of(struct toml *t, const struct toml_node *table, struct str name)
{
	struct str key = member_key(t, table, name);

	return key.p ? map_get(&t->members, key) : NULL;
}

static struct toml_node *make(
    struct toml *t, enum node_kind kind, enum toml_made made, size_t from, size_t end)
{
	struct toml_node *node = arena_new(t->b.arena, struct toml_node);

	if (!node)
		return NULL;
	node->node.kind = kind;
	node->node.offset = from;
	node->node.end = end;
	node->made = made;
	return node;
}

struct toml_name {
	struct str text;
	size_t offset, end;
};

/* The first of a name counts for what follows; the second stays in the tree, and is a problem. */
static void put(
    struct toml *t, struct toml_node *table, const struct toml_name *name, struct toml_node *value)
{
	struct str key = member_key(t, table, name->text);

	value->node.key = name->text;
	value->node.key_offset = name->offset;
	value->node.key_end = name->end;
	if (key.p && map_has(&t->members, key))
		tell(t, "this name was given before", name->offset, name->end);
	else if (key.p)
		map_put(&t->members, key, value);
	node_append(&table->node, &value->node);
}

static bool is_bare(char c)
{
	return byte_is_alnum(c) || c == '_' || c == '-';
}

static bool take_name(struct toml *t, struct toml_name *ret)
{
	size_t from = t->at;

	if (byte_at(t, 0) == '"' || byte_at(t, 0) == '\'') {
		if (begins(t, STR("\"\"\"")) || begins(t, STR("'''")))
			tell(t, "a name is a string of one line", t->at, t->at + 3);
		ret->text = take_line_string(t, byte_at(t, 0));
	} else {
		while (is_bare(byte_at(t, 0)))
			t->at++;
		ret->text = str_sub(t->text, from, t->at - from);
	}
	ret->offset = from;
	ret->end = t->at;
	if (t->at == from)
		tell(t, "a name is missing here", from, from + 1);
	return t->at > from;
}

/* "a.b.c": the last part in *ret_last; the parts before it are walked, or made, from *table on.
 * False after a mistake. */
static bool take_names(struct toml *t, struct toml_node **table, struct toml_name *ret_last,
    struct toml_node *(*step)(struct toml *t, struct toml_node *table, const struct toml_name *))
{
	for (;;) {
		skip_blank(t);
		if (!take_name(t, ret_last))
			return false;
		skip_blank(t);
		if (!take(t, '.'))
			return true;
		/* A list of tables is two levels. */
		if (!enter(t, 2))
			return false;
		*table = step(t, *table, ret_last);
		if (!*table)
			return false;
	}
}

static struct toml_node *last_of(struct toml_node *list)
{
	return container_of(list->node.last, struct toml_node, node);
}

/* A part of a header's name. NULL after a mistake. */
static struct toml_node *step_header(
    struct toml *t, struct toml_node *table, const struct toml_name *name)
{
	struct toml_node *next = member_of(t, table, name->text);

	if (!next) {
		next = make(t, NODE_MAP, MADE_ON_THE_WAY, name->offset, name->end);
		if (next)
			put(t, table, name, next);
		return next;
	}
	if (next->made == MADE_TABLES)
		return last_of(next);
	if (next->node.kind == NODE_MAP && next->made != MADE_WHOLE)
		return next;
	tell(t, "this is a value, and no table to put something into", name->offset, name->end);
	return NULL;
}

/* A part of a dotted name. */
static struct toml_node *step_dots(
    struct toml *t, struct toml_node *table, const struct toml_name *name)
{
	struct toml_node *next = member_of(t, table, name->text);

	if (!next) {
		next = make(t, NODE_MAP, MADE_BY_DOTS, name->offset, name->end);
		if (next)
			put(t, table, name, next);
		return next;
	}
	if (next->node.kind == NODE_MAP &&
	    (next->made == MADE_BY_DOTS || next->made == MADE_ON_THE_WAY)) {
		next->made = MADE_BY_DOTS;
		return next;
	}
	tell(t, "this was given before, and nothing can be put into it here", name->offset,
	    name->end);
	return NULL;
}

/* ---- values ---- */

static struct toml_node *read_value(struct toml *t);

/* Its bracket is at t->at. */
static struct toml_node *read_list(struct toml *t)
{
	struct toml_node *list = make(t, NODE_LIST, MADE_WHOLE, t->at, t->at), *item;

	if (!list || !enter(t, 1))
		return list;
	t->at++;
	for (skip_lines(t); !is_end(t) && byte_at(t, 0) != ']'; skip_lines(t)) {
		size_t from = t->at;

		item = read_value(t);
		if (item)
			node_append(&list->node, &item->node);
		skip_lines(t);
		if (!take(t, ',') && byte_at(t, 0) != ']' && !is_end(t))
			tell(t, "a comma is missing in this list", t->at, t->at + 1);
		if (t->at == from)
			break;
	}
	if (!take(t, ']') && !t->too_deep)
		tell(t, "this list does not end", list->node.offset, list->node.offset + 1);
	list->node.end = t->at;
	t->depth--;
	return list;
}

static bool read_member(struct toml *t, struct toml_node *table)
{
	unsigned depth = t->depth;
	struct toml_name name;
	struct toml_node *value = NULL;
	bool ok = take_names(t, &table, &name, step_dots);

	if (ok && !take(t, '=')) {
		tell(t, "this is not \"name = value\"", name.offset, name.end);
		ok = false;
	}
	skip_blank(t);
	if (ok)
		value = read_value(t);
	if (value)
		put(t, table, &name, value);
	t->depth = depth;
	return value != NULL;
}

static void close_all(struct toml_node *table)
{
	for (struct node *child = table->node.first; child; child = child->next) {
		struct toml_node *member = container_of(child, struct toml_node, node);

		if (member->made == MADE_BY_DOTS)
			close_all(member);
		member->made = MADE_WHOLE;
	}
}

/* Its brace is at t->at. It is on one line. */
static struct toml_node *read_table(struct toml *t)
{
	struct toml_node *table = make(t, NODE_MAP, MADE_BY_DOTS, t->at, t->at);

	if (!table || !enter(t, 1))
		return table;
	t->at++;
	skip_blank(t);
	while (!is_line_end(t) && byte_at(t, 0) != '}') {
		if (!read_member(t, table))
			break;
		skip_blank(t);
		if (!take(t, ','))
			break;
		skip_blank(t);
		if (byte_at(t, 0) == '}')
			tell(t, "no comma stands before this brace", t->at, t->at + 1);
	}
	if (!take(t, '}') && !t->too_deep)
		tell(t, "this table does not end on its line", table->node.offset,
		    table->node.offset + 1);
	table->node.end = t->at;
	close_all(table);
	table->made = MADE_WHOLE;
	t->depth--;
	return table;
}

/* Digits of that base with single underscores between them. */
static bool is_digits(struct str s, int base)
{
	for (size_t i = 0; i < s.n; i++) {
		int digit = hex_digit(s.p[i]);
		bool edge = i == 0 || i + 1 == s.n;

		if (s.p[i] == '_' && (edge || s.p[i - 1] == '_'))
			return false;
		if (s.p[i] != '_' && (digit < 0 || digit >= base))
			return false;
	}
	return s.n > 0;
}

static struct str without_sign(struct str s)
{
	return s.n > 0 && (s.p[0] == '+' || s.p[0] == '-') ? str_sub(s, 1, s.n) : s;
}

static bool is_decimal(struct str s)
{
	return is_digits(s, 10) && (s.n == 1 || s.p[0] != '0');
}

static bool is_float(struct str s)
{
	struct str whole = s, fraction = STR("0"), power = STR("0");
	size_t e = 0;

	if (str_eq(s, STR("inf")) || str_eq(s, STR("nan")))
		return true;
	while (e < s.n && s.p[e] != 'e' && s.p[e] != 'E')
		e++;
	if (e < s.n) {
		power = without_sign(str_sub(s, e + 1, s.n));
		whole = str_sub(s, 0, e);
	}
	(void)str_split(whole, '.', &whole, &fraction);
	return is_decimal(whole) && is_digits(fraction, 10) && is_digits(power, 10);
}

static bool is_number(struct str s)
{
	struct str rest = str_sub(s, 2, s.n);

	if (str_starts(s, STR("0x")))
		return is_digits(rest, 16);
	if (str_starts(s, STR("0o")))
		return is_digits(rest, 8);
	if (str_starts(s, STR("0b")))
		return is_digits(rest, 2);
	s = without_sign(s);
	return is_decimal(s) || is_float(s);
}

/* As a pattern has it: 9 is a digit, any other byte is itself. */
static bool has_form(struct str s, const char *form)
{
	size_t n = strlen(form);

	for (size_t i = 0; i < n; i++) {
		if (i >= s.n || (form[i] == '9' ? !byte_is_digit(s.p[i]) : s.p[i] != form[i]))
			return false;
	}
	return s.n == n;
}

static bool is_in(struct str digits, unsigned least, unsigned most)
{
	uint64_t value;

	return str_to_u64(digits, &value) && value >= least && value <= most;
}

static bool is_day(struct str s)
{
	return has_form(s, "9999-99-99") && is_in(str_sub(s, 5, 2), 1, 12) &&
	       is_in(str_sub(s, 8, 2), 1, 31);
}

static bool is_time(struct str s)
{
	struct str fraction = STR("0");

	(void)str_split(s, '.', &s, &fraction);
	return has_form(s, "99:99:99") && is_in(str_sub(s, 0, 2), 0, 23) &&
	       is_in(str_sub(s, 3, 2), 0, 59) && is_in(str_sub(s, 6, 2), 0, 60) && fraction.n > 0 &&
	       is_digits(fraction, 10) && !str_has(fraction, STR("_"));
}

static bool is_offset(struct str s)
{
	return str_eq(s, STR("Z")) || str_eq(s, STR("z")) ||
	       ((has_form(s, "+99:99") || has_form(s, "-99:99")) &&
		   is_in(str_sub(s, 1, 2), 0, 23) && is_in(str_sub(s, 4, 2), 0, 59));
}

static bool is_date(struct str s)
{
	struct str time = str_sub(s, 11, s.n);
	size_t offset = 0;

	if (is_day(s) || is_time(s))
		return true;
	if (s.n < 19 || !is_day(str_sub(s, 0, 10)) || !strchr("Tt ", s.p[10]))
		return false;
	while (offset < time.n && !strchr("Zz+-", time.p[offset]))
		offset++;
	return is_time(str_sub(time, 0, offset)) &&
	       (offset == time.n || is_offset(str_sub(time, offset, time.n)));
}

static bool is_word_byte(char c)
{
	return is_bare(c) || c == '+' || c == '.' || c == ':';
}

static struct str without_underscores(struct toml *t, struct str s)
{
	char *p;
	size_t n = 0;

	if (str_chr(s, '_') == STR_NPOS)
		return s;
	p = arena_alloc(t->b.arena, s.n);
	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] != '_')
			p[n++] = s.p[i];
	}
	return str_make(p, n);
}

/* A number, a boolean, or a date, which reads as the string that it is written as. */
static struct toml_node *read_word(struct toml *t)
{
	size_t from = t->at;
	struct toml_node *node;
	struct str word;

	while (is_word_byte(byte_at(t, 0)))
		t->at++;
	/* A blank may stand between a day and a time. */
	if (is_day(str_sub(t->text, from, t->at - from)) && byte_at(t, 0) == ' ' &&
	    byte_is_digit(byte_at(t, 1))) {
		t->at++;
		while (is_word_byte(byte_at(t, 0)))
			t->at++;
	}
	word = str_sub(t->text, from, t->at - from);
	node = make(t, NODE_STRING, MADE_WHOLE, from, t->at);
	if (!node)
		return NULL;
	node->node.text = word;
	if (str_eq(word, STR("true")) || str_eq(word, STR("false"))) {
		node->node.kind = NODE_BOOL;
	} else if (is_number(word)) {
		node->node.kind = NODE_NUMBER;
		node->node.text = without_underscores(t, word);
	} else if (!is_date(word)) {
		tell(t,
		    word.n > 0 ? "this is no value: a text stands in quotes"
			       : "a value is missing here",
		    from, t->at > from ? t->at : from + 1);
		return NULL;
	}
	return node;
}

/* NULL after a mistake, or if the arena is full. */
static struct toml_node *read_value(struct toml *t)
{
	size_t from = t->at;
	struct toml_node *node;
	struct str text;

	if (byte_at(t, 0) == '[')
		return read_list(t);
	if (byte_at(t, 0) == '{')
		return read_table(t);
	if (byte_at(t, 0) != '"' && byte_at(t, 0) != '\'')
		return read_word(t);
	text = take_string(t);
	node = make(t, NODE_STRING, MADE_WHOLE, from, t->at);
	if (node)
		node->node.text = text;
	return node;
}

/* ---- headers ---- */

static struct toml_node *open_table(
    struct toml *t, struct toml_node *parent, const struct toml_name *name)
{
	struct toml_node *table = member_of(t, parent, name->text);

	if (!table) {
		table = make(t, NODE_MAP, MADE_BY_HEADER, name->offset, name->end);
		if (table)
			put(t, parent, name, table);
		return table;
	}
	if (table->node.kind != NODE_MAP || table->made != MADE_ON_THE_WAY) {
		tell(t, "this table was given before", name->offset, name->end);
		return NULL;
	}
	table->made = MADE_BY_HEADER;
	return table;
}

static struct toml_node *add_table(
    struct toml *t, struct toml_node *parent, const struct toml_name *name)
{
	struct toml_node *list = member_of(t, parent, name->text), *table;

	if (list && list->made != MADE_TABLES) {
		tell(t, "this was given before, and is no list of tables", name->offset, name->end);
		return NULL;
	}
	if (!list) {
		list = make(t, NODE_LIST, MADE_TABLES, name->offset, name->end);
		if (list)
			put(t, parent, name, list);
	}
	table = make(t, NODE_MAP, MADE_BY_HEADER, name->offset, name->end);
	if (list && table)
		node_append(&list->node, &table->node);
	return table;
}

/* "[name]" or "[[name]]" at t->at. What follows a mistaken one goes nowhere. */
static void read_header(struct toml *t)
{
	bool is_list = byte_at(t, 1) == '[';
	struct toml_node *parent = t->root, *table = NULL;
	struct toml_name name;

	t->depth = 0;
	t->at += is_list ? 2 : 1;
	if (take_names(t, &parent, &name, step_header)) {
		if (!begins(t, is_list ? STR("]]") : STR("]")))
			tell(t, "this header does not end", name.offset, name.end);
		else
			table =
			    is_list ? add_table(t, parent, &name) : open_table(t, parent, &name);
		t->at = MIN_OF(t->at + (is_list ? 2 : 1), t->text.n);
		end_line(t);
	} else {
		skip_line(t);
	}
	t->table_depth = t->depth + 3;
	t->table = table ? table : make(t, NODE_MAP, MADE_BY_HEADER, t->at, t->at);
}

static void read_all(struct toml *t)
{
	for (skip_lines(t); !is_end(t) && t->table; skip_lines(t)) {
		if (byte_at(t, 0) == '[') {
			read_header(t);
			continue;
		}
		t->depth = t->table_depth;
		if (read_member(t, t->table))
			end_line(t);
		else
			skip_line(t);
		t->table->node.end = MAX_OF(t->table->node.end, t->at);
	}
}

int toml_tree(struct str text, unsigned nesting_max, struct arena *arena, struct syntax_tree *ret,
    struct err *err)
{
	struct toml t = {.text = text, .depth_max = nesting_max};

	if (tree_init(&t.b, text, arena, err) != 0)
		return -1;
	map_init(&t.members, arena);
	t.root = t.table = make(&t, NODE_MAP, MADE_BY_HEADER, 0, text.n);
	if (t.root && !tree_is_utf16(&t.b)) {
		if (str_starts(text, STR("\xef\xbb\xbf")))
			t.at = 3;
		if (utf8_valid(text))
			read_all(&t);
		else
			tell(&t, "bytes that are not UTF-8: nothing is read", 0, 0);
		vec_push(&t.b.tree.roots, arena, &t.root->node);
	}
	*ret = t.b.tree;
	return arena_check(arena, err);
}
