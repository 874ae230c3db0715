/*
 * The HCL tree: one pass over the text, two levels of it (bodies and expressions), each with a
 * recovery at the next line.
 */
#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "read/syntax/node_build.h"

struct hcl {
	struct tree_builder b;
	struct str text; /* valid UTF-8 of the tree's own length */
	size_t at;
	struct map types; /* of blocks at the top: to struct node *, the map of each */
	unsigned depth, depth_max;
	bool too_deep;
};

/* The end of the text is a place too. */
static void tell(struct hcl *h, const char *what, size_t from, size_t end)
{
	tree_problem(&h->b, what, from, end < h->b.tree.text.n ? end : h->b.tree.text.n);
}

/* ---- bytes ---- */

static bool is_end(const struct hcl *h)
{
	return h->at >= h->text.n;
}

/* NUL behind the end. */
static char byte_at(const struct hcl *h, size_t ahead)
{
	return h->text.n - h->at > ahead ? h->text.p[h->at + ahead] : '\0';
}

static bool is_name_start(char c)
{
	return byte_is_alpha(c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_byte(char c)
{
	return is_name_start(c) || byte_is_digit(c) || c == '-';
}

static void skip_line(struct hcl *h)
{
	while (!is_end(h) && h->text.p[h->at] != '\n')
		h->at++;
}

static bool is_comment(const struct hcl *h)
{
	char next = byte_at(h, 1);

	return byte_at(h, 0) == '#' || (byte_at(h, 0) == '/' && (next == '/' || next == '*'));
}

/* A comment that begins here is passed over; one of a line without the line's end. */
static bool skip_comment(struct hcl *h)
{
	size_t from = h->at, end;

	if (!is_comment(h))
		return false;
	if (byte_at(h, 0) == '#' || byte_at(h, 1) == '/') {
		skip_line(h);
		return true;
	}
	end = str_find(str_sub(h->text, from + 2, h->text.n), STR("*/"));
	h->at = end == STR_NPOS ? h->text.n : from + 2 + end + 2;
	if (end == STR_NPOS)
		tell(h, "this comment does not end", from, from + 2);
	return true;
}

/* Blanks and comments; over line ends too if `lines`. */
static void skip_blank(struct hcl *h, bool lines)
{
	while (!is_end(h)) {
		char c = byte_at(h, 0);

		if (skip_comment(h))
			continue;
		if (!byte_is_blank(c) || (c == '\n' && !lines))
			return;
		h->at++;
	}
}

static bool take(struct hcl *h, char c)
{
	if (is_end(h) || h->text.p[h->at] != c)
		return false;
	h->at++;
	return true;
}

/* An opening bracket: false, with one problem for the whole text, if too many are open. */
static bool enter(struct hcl *h)
{
	if (h->depth < h->depth_max) {
		h->depth++;
		return true;
	}
	if (!h->too_deep)
		tell(h, "this is nested too deep; the rest is not read", h->at, h->at + 1);
	h->too_deep = true;
	h->at = h->text.n;
	return false;
}

static void tell_unclosed(struct hcl *h, const char *what, size_t at)
{
	if (!h->too_deep)
		tell(h, what, at, at + 1);
}

static struct str take_name(struct hcl *h)
{
	size_t from = h->at;

	if (is_name_start(byte_at(h, 0)))
		while (!is_end(h) && is_name_byte(byte_at(h, 0)))
			h->at++;
	return str_sub(h->text, from, h->at - from);
}

/* ---- strings ---- */

/* Behind the brace that closes the "${" or "%{" at h->at, quoted strings in it passed over. */
static void skip_template(struct hcl *h)
{
	size_t open = 0;
	bool quoted = false;

	for (; !is_end(h) && byte_at(h, 0) != '\n'; h->at++) {
		char c = byte_at(h, 0);

		if (c == '\\' && quoted && h->text.n - h->at > 1)
			h->at++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == '{' && !quoted)
			open++;
		else if (c == '}' && !quoted && --open == 0) {
			h->at++;
			return;
		}
	}
}

/* "\u00e9" and "\U0001f600", their letter at h->at; false if its digits are missing. */
static bool take_rune(struct hcl *h, struct buf *out)
{
	size_t digits = byte_at(h, 0) == 'u' ? 4 : 8;
	uint32_t rune = 0;
	char bytes[4];

	for (size_t i = 1; i <= digits; i++) {
		char c = byte_lower(byte_at(h, i));

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
		rune = rune << 4 | (uint32_t)(byte_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	h->at += digits + 1;
	buf_add(out, str_make(bytes, utf8_encode(rune, bytes)));
	return true;
}

static void take_escape(struct hcl *h, struct buf *out)
{
	static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
	size_t begin = h->at++;
	char c = byte_at(h, 0);

	for (size_t i = 0; i < sizeof from - 1; i++) {
		if (c == from[i]) {
			h->at++;
			buf_addc(out, to[i]);
			return;
		}
	}
	if ((c == 'u' || c == 'U') && take_rune(h, out))
		return;
	tell(h, "this escape has no meaning", begin, begin + 1);
	buf_addc(out, '\\');
}

/* Its quote is at h->at. Templates in it stay as they are written. */
static struct str take_string(struct hcl *h)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(h->text.n + 1);
	size_t from = h->at++;

	while (!is_end(h) && byte_at(h, 0) != '"' && byte_at(h, 0) != '\n') {
		size_t begin = h->at;
		char c = byte_at(h, 0);

		if (c == '\\') {
			take_escape(h, &out);
			continue;
		}
		if ((c == '$' || c == '%') && byte_at(h, 1) == '{' &&
		    (begin == from + 1 || h->text.p[begin - 1] != c))
			skip_template(h);
		else
			h->at++;
		buf_add(&out, str_sub(h->text, begin, h->at - begin));
	}
	if (!take(h, '"'))
		tell(h, "this quote does not end on its line", from, from + 1);
	return arena_str(h->b.arena, buf_str(&out));
}

/* Blanks that all lines of a "<<-" text begin with. */
static size_t common_margin(struct str body)
{
	size_t least = STR_NPOS;
	struct str line;

	while (str_cut(&body, '\n', &line)) {
		size_t n = line.n - str_trim_left(line).n;

		if (n < line.n && n < least)
			least = n;
	}
	return least == STR_NPOS ? 0 : least;
}

static struct str without_margin(struct hcl *h, struct str body)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(h->text.n + 1);
	size_t margin = common_margin(body);
	struct str line;

	while (str_cut(&body, '\n', &line)) {
		buf_add(&out, str_sub(line, margin, line.n));
		buf_addc(&out, '\n');
	}
	return arena_str(h->b.arena, buf_str(&out));
}

/* "<<EOT" or "<<-EOT" at h->at. False, and nothing taken, if no name follows. */
static bool take_heredoc(struct hcl *h, struct str *ret)
{
	size_t from = h->at, body;
	bool indented = byte_at(h, 2) == '-';
	struct str name;

	h->at += indented ? 3 : 2;
	name = take_name(h);
	if (name.n == 0) {
		h->at = from;
		return false;
	}
	skip_line(h);
	body = h->at + (h->at < h->text.n);
	while (!is_end(h)) {
		size_t line = ++h->at;

		skip_line(h);
		if (!str_eq(str_trim(str_sub(h->text, line, h->at - line)), name))
			continue;
		*ret = str_sub(h->text, body, line - body);
		if (indented)
			*ret = without_margin(h, *ret);
		return true;
	}
	tell(h, "this text has no last line with its name alone", from, from + 2);
	*ret = str_sub(h->text, body, h->text.n);
	return true;
}

/* ---- expressions ---- */

static struct node *read_expression(struct hcl *h);

/* Whether what was read is all of an expression: nothing that goes on with it follows. */
static bool is_whole(struct hcl *h)
{
	size_t at = h->at;
	char c;

	skip_blank(h, false);
	c = byte_at(h, 0);
	h->at = at;
	return c == '\0' || c == '\n' || c == ',' || c == ']' || c == '}' || c == ')';
}

/* Another "name = …" begins on the same line. */
static bool is_another(struct hcl *h)
{
	size_t at = h->at;
	bool another;

	skip_blank(h, false);
	another = take_name(h).n > 0;
	skip_blank(h, false);
	another = another && byte_at(h, 0) == '=' && byte_at(h, 1) != '=' && byte_at(h, 1) != '>';
	h->at = at;
	return another;
}

/* An expression that is not a literal is text with one template, "${…}", as in HCL's JSON form. */
static struct node *read_raw(struct hcl *h, size_t from)
{
	size_t open = 0;
	struct node *node;

	for (h->at = from; !is_end(h); h->at++) {
		char c = byte_at(h, 0);

		if (c == '"') {
			(void)take_string(h);
			h->at--;
		} else if (c == '(' || c == '[' || c == '{') {
			open++;
		} else if (c == ')' || c == ']' || c == '}') {
			if (open == 0)
				break;
			open--;
		} else if (open == 0 && (c == '\n' || c == ',' || is_comment(h))) {
			break;
		}
	}
	while (h->at > from && byte_is_blank(h->text.p[h->at - 1]))
		h->at--;
	if (h->at == from)
		tell(h, "a value is missing here", from, from + 1);
	node = tree_node(&h->b, NODE_STRING, from, h->at);
	if (node)
		node->text = arena_fmt(
		    h->b.arena, "${" STR_FMT "}", STR_ARG(str_sub(h->text, from, h->at - from)));
	return node;
}

static void name_node(struct node *node, struct str key, size_t offset, size_t end)
{
	node->key = key;
	node->key_offset = offset;
	node->key_end = end;
}

/* Whether "for" begins here: a list or an object that is computed. */
static bool is_for(const struct hcl *h)
{
	return str_starts(str_sub(h->text, h->at, h->text.n), STR("for")) &&
	       !is_name_byte(byte_at(h, 3));
}

/* Its bracket is at h->at. NULL if it is computed, or the arena is full. */
static struct node *read_list(struct hcl *h)
{
	struct node *list = tree_node(&h->b, NODE_LIST, h->at, h->at), *item;

	if (!list || !enter(h))
		return list;
	h->at++;
	skip_blank(h, true);
	if (is_for(h)) {
		h->depth--;
		return NULL;
	}
	/* A brace ends what a list stands in. */
	while (!is_end(h) && byte_at(h, 0) != ']' && byte_at(h, 0) != '}') {
		size_t from = h->at;

		item = read_expression(h);
		if (item)
			node_append(list, item);
		skip_blank(h, true);
		if (!take(h, ',') && byte_at(h, 0) != ']' && byte_at(h, 0) != '}' && !is_end(h))
			tell(h, "a comma is missing in this list", h->at, h->at + 1);
		skip_blank(h, true);
		if (h->at == from)
			h->at++;
	}
	if (!take(h, ']'))
		tell_unclosed(h, "this list does not end", list->offset);
	list->end = h->at;
	h->depth--;
	return list;
}

static struct str read_key(struct hcl *h)
{
	if (byte_at(h, 0) == '"')
		return take_string(h);
	return take_name(h);
}

/* "name = value" or "name: value" of an object; false if it is neither. */
static bool read_item(struct hcl *h, struct node *object)
{
	size_t from = h->at, end;
	struct str key = read_key(h);
	struct node *value;

	end = h->at;
	skip_blank(h, false);
	if (end == from || (!take(h, '=') && !take(h, ':'))) {
		h->at = from;
		return false;
	}
	skip_blank(h, true);
	value = read_expression(h);
	if (value) {
		name_node(value, key, from, end);
		node_append(object, value);
	}
	return true;
}

/* Its brace is at h->at. NULL if it is computed, or the arena is full. */
static struct node *read_object(struct hcl *h)
{
	struct node *object = tree_node(&h->b, NODE_MAP, h->at, h->at);

	if (!object || !enter(h))
		return object;
	h->at++;
	skip_blank(h, true);
	if (is_for(h)) {
		h->depth--;
		return NULL;
	}
	while (!is_end(h) && byte_at(h, 0) != '}') {
		if (!read_item(h, object)) {
			tell(h, "this is not \"name = value\"", h->at, h->at + 1);
			skip_line(h);
		}
		skip_blank(h, false);
		(void)take(h, ',');
		skip_blank(h, true);
	}
	if (!take(h, '}'))
		tell_unclosed(h, "this brace is not closed", object->offset);
	object->end = h->at;
	h->depth--;
	tree_check_names(&h->b, object);
	return object;
}

static struct node *read_word(struct hcl *h)
{
	size_t from = h->at;
	struct str word = take_name(h);
	bool is_bool = str_eq(word, STR("true")) || str_eq(word, STR("false"));
	struct node *node;

	if (!is_bool && !str_eq(word, STR("null")))
		return NULL;
	node = tree_node(&h->b, is_bool ? NODE_BOOL : NODE_NULL, from, h->at);
	if (node && is_bool)
		node->text = word;
	return node;
}

static struct node *read_number(struct hcl *h)
{
	size_t from = h->at;
	struct node *node;

	while (byte_is_alnum(byte_at(h, 0)) || byte_at(h, 0) == '.')
		h->at++;
	node = tree_node(&h->b, NODE_NUMBER, from, h->at);
	if (node)
		node->text = str_sub(h->text, from, h->at - from);
	return node;
}

static struct node *read_text(struct hcl *h)
{
	size_t from = h->at;
	struct str text = STR_NONE;
	struct node *node;

	if (byte_at(h, 0) == '"')
		text = take_string(h);
	else if (!take_heredoc(h, &text))
		return NULL;
	node = tree_node(&h->b, NODE_STRING, from, h->at);
	if (node)
		node->text = text;
	return node;
}

/* NULL if the arena is full, and at the end. */
static struct node *read_expression(struct hcl *h)
{
	size_t from = h->at, n_problems = h->b.tree.problems.n;
	struct node *node = NULL;
	char c = byte_at(h, 0);

	if (c == '[')
		node = read_list(h);
	else if (c == '{')
		node = read_object(h);
	else if (c == '"' || (c == '<' && byte_at(h, 1) == '<'))
		node = read_text(h);
	else if (byte_is_digit(c))
		node = read_number(h);
	else if (is_name_start(c))
		node = read_word(h);
	if (node && (h->too_deep || is_whole(h)))
		return node;
	if (node && is_another(h)) {
		tell(h, "what follows on this line belongs on the next", h->at, h->at + 1);
		return node;
	}
	if (is_end(h) && from == h->at)
		return NULL;
	/* It is read a second time, as a whole. */
	h->b.tree.problems.n = n_problems;
	return read_raw(h, from);
}

/* ---- bodies ---- */

static void read_body(struct hcl *h, struct node *body);

static struct node *add_map(struct hcl *h, struct node *parent, struct str name, size_t offset)
{
	struct node *map = tree_node(&h->b, NODE_MAP, offset, offset);

	if (!map)
		return NULL;
	name_node(map, name, offset, h->at);
	node_append(parent, map);
	return map;
}

/* The map of all blocks of that type. */
static struct node *map_of_type(struct hcl *h, struct node *body, struct str type, size_t offset)
{
	struct node *map = body->parent ? NULL : map_get(&h->types, type);

	if (map)
		return map;
	map = add_map(h, body, type, offset);
	if (map && !body->parent)
		map_put(&h->types, type, map);
	return map;
}

/* What follows a name that begins a block: its labels and its body. */
static void read_block(struct hcl *h, struct node *body, struct str type, size_t from)
{
	unsigned depth = h->depth;
	struct node *map = enter(h) ? map_of_type(h, body, type, from) : NULL;

	for (skip_blank(h, false); map && (byte_at(h, 0) == '"' || is_name_start(byte_at(h, 0)));
	    skip_blank(h, false)) {
		size_t offset = h->at;

		if (enter(h))
			map = add_map(h, map, read_key(h), offset);
	}
	if (!map || !take(h, '{')) {
		if (!h->too_deep)
			tell(h, "this is neither \"name = value\" nor a block", from, h->at);
		skip_line(h);
		h->depth = depth;
		return;
	}
	if (enter(h))
		read_body(h, map);
	if (!take(h, '}'))
		tell_unclosed(h, "this block is not closed", from);
	map->end = h->at;
	h->depth = depth;
}

static void read_body(struct hcl *h, struct node *body)
{
	for (skip_blank(h, true); !is_end(h) && byte_at(h, 0) != '}'; skip_blank(h, true)) {
		size_t from = h->at;
		struct str name = take_name(h);
		struct node *value;

		if (name.n == 0) {
			tell(h, "a name is missing here", from, from + 1);
			skip_line(h);
			continue;
		}
		skip_blank(h, false);
		if (byte_at(h, 0) != '=' || byte_at(h, 1) == '=') {
			read_block(h, body, name, from);
			continue;
		}
		h->at++;
		skip_blank(h, false);
		value = read_expression(h);
		if (!value)
			continue;
		name_node(value, name, from, from + name.n);
		node_append(body, value);
	}
}

/* The same bytes, '?' for those that are not UTF-8. */
static void make_valid(struct hcl *h)
{
	char *p;

	if (utf8_valid(h->text))
		return;
	tell(h, "bytes that are not UTF-8; they are read as '?'", 0, 0);
	p = arena_alloc(h->b.arena, h->text.n);
	for (size_t i = 0, n; p && i < h->text.n; i += n) {
		uint32_t rune;

		n = utf8_decode(str_sub(h->text, i, h->text.n), &rune);
		if (n > 0)
			memcpy(p + i, h->text.p + i, n);
		else
			p[i] = '?';
		n += n == 0;
	}
	h->text = str_make(p, p ? h->text.n : 0);
}

int hcl_tree(struct str text, unsigned nesting_max, struct arena *arena, struct syntax_tree *ret,
    struct err *err)
{
	struct hcl h = {.text = text, .depth_max = nesting_max};
	struct node *root;

	if (tree_init(&h.b, text, arena, err) != 0)
		return -1;
	map_init(&h.types, arena);
	root = tree_node(&h.b, NODE_MAP, 0, text.n);
	if (root && !tree_is_utf16(&h.b)) {
		make_valid(&h);
		if (str_starts(text, STR("\xef\xbb\xbf")))
			h.at = 3;
		vec_push(&h.b.tree.roots, arena, root);
		for (read_body(&h, root); !is_end(&h); read_body(&h, root)) {
			tell(&h, "this brace closes nothing", h.at, h.at + 1);
			h.at++;
		}
		tree_check_names(&h.b, root);
	}
	*ret = h.b.tree;
	return arena_check(arena, err);
}
