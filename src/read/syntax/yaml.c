/*
 * The YAML tree: libyaml's events, put together with a stack of open containers. A syntax
 * error ends one parser; the next begins at the next document.
 */
#include "base/map.h"
#include "read/syntax/node_build.h"
#include "read/syntax/yaml_scalar.h"
#include "read/syntax/yaml_text.h"

#include <yaml.h>

/* Nodes that a walk may meet beyond the text's own. */
enum { EXPANDED_MAX = 10000 };

struct anchor {
	struct node *node;
	size_t size; /* nodes that a walk from it meets; 0 while it is open */
};

/* A member's name that waits for its value. */
struct name {
	struct str text;
	size_t offset, end;
	bool merges; /* a plain "<<" */
	bool given;
};

/* An open container. */
struct frame {
	struct node *node;
	struct frame *outer;
	struct anchor *anchor; /* NULL if it has none */
	size_t size;	       /* nodes that a walk from it meets, so far */
	bool block;	       /* its end is its last child's */
	struct name name;
	struct node *merge; /* the value of "<<" */
	size_t merge_size;
};

struct yaml_builder {
	struct tree_builder b;
	struct yaml_text text;
	struct err *err;
	size_t base_rune;      /* where in the text this parser began */
	size_t document_start; /* byte offset of the last one that began */
	unsigned depth, depth_max;
	struct frame *top;
	struct node *root; /* of the document that is being read */
	struct map anchors;
	size_t expanded;     /* nodes beyond the text's own */
	unsigned skip_depth; /* containers open inside a name that is one */
};

struct span {
	size_t offset, end;
};

static struct span span_of(const struct yaml_builder *y, const yaml_event_t *event)
{
	struct span span;

	span.offset = yaml_text_offset(&y->text, y->base_rune + event->start_mark.index);
	span.end = yaml_text_offset(&y->text, y->base_rune + event->end_mark.index);
	return span;
}

static struct str c_text(const yaml_char_t *text)
{
	return str_of((const char *)text);
}

static struct str keep(struct yaml_builder *y, struct str s)
{
	return arena_str(y->b.arena, s);
}

/* ---- anchors ---- */

static struct anchor *anchor_add(struct yaml_builder *y, const yaml_char_t *name, struct node *node)
{
	struct anchor *anchor;

	if (!name)
		return NULL;
	anchor = arena_new(y->b.arena, struct anchor);
	if (y->anchors.arena == NULL)
		map_init(&y->anchors, y->b.arena);
	if (!anchor || !map_put(&y->anchors, keep(y, c_text(name)), anchor))
		return NULL;
	anchor->node = node;
	return anchor;
}

/* NULL, and a problem, if the alias cannot be taken. */
static const struct anchor *anchor_get(
    struct yaml_builder *y, const yaml_event_t *event, const struct span *span)
{
	const struct anchor *anchor = map_get(&y->anchors, c_text(event->data.alias.anchor));
	const char *what = NULL;

	if (!anchor)
		what = "an alias to an anchor that is not there";
	else if (anchor->size == 0)
		what = "an alias to what it is a part of";
	else if (anchor->size > EXPANDED_MAX - y->expanded)
		what = "aliases make this text too large";
	if (!what)
		return anchor;
	tree_problem(&y->b, what, span->offset, span->end);
	return NULL;
}

/* ---- merge keys ---- */

static void merge_members(
    struct yaml_builder *y, struct frame *frame, const struct node *from, struct map *named)
{
	struct map last; /* of each name, which is the one that counts */

	map_init(&last, named->arena);
	for (struct node *member = from->first; member; member = member->next)
		map_put(&last, member->key, member);
	for (const struct node *member = from->first; member; member = member->next) {
		struct node *copy;

		if (map_has(named, member->key) || map_get(&last, member->key) != member)
			continue;
		copy = tree_node(&y->b, NODE_NULL, 0, 0);
		if (!copy || !map_put(named, member->key, copy))
			return;
		*copy = *member;
		node_append(frame->node, copy);
	}
}

static void merge_from(struct yaml_builder *y, struct frame *frame, struct map *named)
{
	const struct node *merge = frame->merge;

	if (merge->kind == NODE_MAP) {
		merge_members(y, frame, merge, named);
		return;
	}
	for (const struct node *item = merge->first; item; item = item->next) {
		if (item->kind == NODE_MAP)
			merge_members(y, frame, item, named);
	}
}

static bool can_be_merged(const struct node *merge)
{
	if (merge->kind != NODE_LIST)
		return merge->kind == NODE_MAP;
	for (const struct node *item = merge->first; item; item = item->next) {
		if (item->kind != NODE_MAP)
			return false;
	}
	return true;
}

/* https://yaml.org/type/merge.html: what a map names itself, or took from a map before, wins. */
static void merge(struct yaml_builder *y, struct frame *frame)
{
	struct arena scratch CLEANUP(arena_release) = {0};
	const struct node *source = frame->merge;
	struct map named;

	if (source->kind != NODE_NULL && !can_be_merged(source))
		tree_problem(
		    &y->b, "\"<<\" takes a map, or a list of maps", source->offset, source->end);
	if (frame->merge_size > EXPANDED_MAX - y->expanded) {
		tree_problem(
		    &y->b, "merge keys make this text too large", source->offset, source->end);
		return;
	}
	y->expanded += frame->merge_size;
	frame->size += frame->merge_size;
	arena_init(&scratch, y->b.arena->limit_bytes);
	map_init(&named, &scratch);
	for (struct node *child = frame->node->first; child; child = child->next)
		map_put(&named, child->key, child);
	merge_from(y, frame, &named);
	if (!arena_ok(&scratch))
		arena_fail(y->b.arena, scratch.full);
}

/* ---- nodes ---- */

/* Adds a node in its place in the tree. Its size is added when it is known: see node_done. */
static void node_place_in(struct yaml_builder *y, struct node *node)
{
	struct frame *top = y->top;

	if (!top) {
		if (!y->root)
			y->root = node;
		return;
	}
	if (top->node->kind == NODE_MAP) {
		node->key = top->name.text;
		node->key_offset = top->name.offset;
		node->key_end = top->name.end;
	}
	node_append(top->node, node);
}

/* A node is complete; a walk from it meets `size` nodes. */
static void node_done(struct yaml_builder *y, struct node *node, size_t size, struct anchor *anchor)
{
	struct frame *top = y->top;

	if (anchor)
		anchor->size = size;
	if (!top)
		return;
	top->size += size;
	if (top->name.merges) {
		top->merge = node;
		top->merge_size = size;
	}
	top->name = (struct name){0};
}

static bool name_is_next(const struct yaml_builder *y)
{
	return y->top && y->top->node->kind == NODE_MAP && !y->top->name.given;
}

/* A plain "<<", unless a tag says that it is something else. */
static bool is_merge_key(const yaml_event_t *event)
{
	struct str tag = c_text(event->data.scalar.tag);

	return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       str_eq(c_text(event->data.scalar.value), STR("<<")) &&
	       (tag.n == 0 || str_eq(tag, STR("tag:yaml.org,2002:merge")));
}

static void take_name(struct yaml_builder *y, struct str text, const struct span *span, bool merges)
{
	y->top->name = (struct name){
	    .text = text,
	    .offset = span->offset,
	    .end = span->end,
	    .merges = merges,
	    .given = true,
	};
}

static void take_scalar(struct yaml_builder *y, const yaml_event_t *event)
{
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	struct span span = span_of(y, event);
	struct str written = str_sub(y->text.bytes, span.offset, span.end - span.offset);
	struct str text =
	    str_make((const char *)event->data.scalar.value, event->data.scalar.length);
	struct node *node;
	enum node_kind kind;

	text = str_eq(text, written) ? written : keep(y, text);
	if (!plain)
		span.end = span.offset + str_trim_right(written).n;
	kind = yaml_scalar_kind(text, c_text(event->data.scalar.tag), plain);
	node = tree_node(&y->b, kind, span.offset, span.end);
	if (!node)
		return;
	node->text = yaml_scalar_text(text, kind);
	if (name_is_next(y)) {
		struct anchor *anchor = anchor_add(y, event->data.scalar.anchor, node);

		if (anchor)
			anchor->size = 1;
		take_name(y, text, &span, is_merge_key(event));
		return;
	}
	node_place_in(y, node);
	node_done(y, node, 1, anchor_add(y, event->data.scalar.anchor, node));
}

static void take_alias(struct yaml_builder *y, const yaml_event_t *event)
{
	struct span span = span_of(y, event);
	const struct anchor *anchor = anchor_get(y, event, &span);
	struct node *node;

	if (name_is_next(y)) {
		take_name(y, anchor ? anchor->node->text : STR_NONE, &span, false);
		return;
	}
	node = tree_node(&y->b, NODE_NULL, span.offset, span.end);
	if (!node)
		return;
	if (anchor) {
		*node = *anchor->node;
		node->next = NULL;
		node->parent = NULL;
		node->key = STR_NONE;
		node->key_offset = node->key_end = 0;
		node->offset = span.offset;
		node->end = span.end;
		y->expanded += anchor->size;
	}
	node_place_in(y, node);
	node_done(y, node, anchor ? anchor->size : 1, NULL);
}

static bool opens_container(const yaml_event_t *event)
{
	return event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT;
}

static int too_deep(struct yaml_builder *y, size_t offset)
{
	tree_problem(&y->b, "nested too deep", offset, offset);
	return err_set(y->err, ERR_LIMIT, "line %u: nested too deep",
	    line_index_line(&y->b.tree.lines, offset));
}

static int open_container(struct yaml_builder *y, const yaml_event_t *event)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;
	struct span span = span_of(y, event);
	struct frame *frame = arena_new(y->b.arena, struct frame);
	struct node *node = tree_node(&y->b, map ? NODE_MAP : NODE_LIST, span.offset, span.end);

	if (y->depth >= y->depth_max)
		return too_deep(y, span.offset);
	if (!frame || !node)
		return 0;
	node_place_in(y, node);
	frame->node = node;
	frame->outer = y->top;
	frame->size = 1;
	frame->block = map ? event->data.mapping_start.style != YAML_FLOW_MAPPING_STYLE
			   : event->data.sequence_start.style != YAML_FLOW_SEQUENCE_STYLE;
	frame->anchor = anchor_add(
	    y, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, node);
	y->top = frame;
	y->depth++;
	return 0;
}

/* end is where a closing bracket ends, 0 if there is none. */
static void close_top(struct yaml_builder *y, size_t end)
{
	struct frame *frame = y->top;
	struct node *node = frame->node;

	if (frame->name.given) {
		/* The text broke off between a name and its value. */
		size_t at = frame->name.end;
		struct node *value = tree_node(&y->b, NODE_NULL, at, at);

		if (value) {
			node_place_in(y, value);
			node_done(y, value, 1, NULL);
		}
	}
	if (!frame->block && end > 0)
		node->end = end;
	else if (node->last)
		node->end = MAX_OF(node->end, node->last->end);
	if (node->kind == NODE_MAP)
		tree_check_names(&y->b, node);
	if (frame->merge)
		merge(y, frame);
	y->top = frame->outer;
	y->depth--;
	node_done(y, node, frame->size, frame->anchor);
}

/* A name that is a list or a map is passed over. Its nesting has the same limit: libyaml takes
 * time in proportion to it for each token. */
static int skip_name(struct yaml_builder *y, const yaml_event_t *event)
{
	struct span span = span_of(y, event);

	if (event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT)
		y->skip_depth--;
	if (!opens_container(event))
		return 0;
	if (y->depth + y->skip_depth >= y->depth_max)
		return too_deep(y, span.offset);
	if (y->skip_depth++ == 0) {
		tree_problem(&y->b, "a name that is not text", span.offset, span.end);
		take_name(y, STR_NONE, &(struct span){span.offset, span.offset}, false);
	}
	return 0;
}

/* ---- documents ---- */

static void end_document(struct yaml_builder *y)
{
	y->skip_depth = 0;
	while (y->top)
		close_top(y, 0);
	if (y->root)
		vec_push(&y->b.tree.roots, y->b.arena, y->root);
	y->root = NULL;
}

static int take_event(struct yaml_builder *y, const yaml_event_t *event)
{
	if (y->skip_depth > 0 || (opens_container(event) && name_is_next(y)))
		return skip_name(y, event);
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		y->document_start = span_of(y, event).offset;
		y->anchors = (struct map){0};
		y->root = NULL;
		break;
	case YAML_DOCUMENT_END_EVENT:
		end_document(y);
		break;
	case YAML_SCALAR_EVENT:
		take_scalar(y, event);
		break;
	case YAML_ALIAS_EVENT:
		take_alias(y, event);
		break;
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return open_container(y, event);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_top(y, span_of(y, event).end);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
		break;
	}
	return 0;
}

/* libyaml's words for the common mistakes, and ours. */
static const char *in_our_words(const char *problem, char at)
{
	static const char *const words[][2] = {
	    {"mapping values are not allowed in this context",
		"a colon that cannot stand here: quote the text, or mend the indentation"},
	    {"did not find expected key",
		"the indentation does not fit, or this is not \"name: value\""},
	    {"did not find expected ',' or ']'", "a comma or a closing bracket is missing"},
	    {"did not find expected ',' or '}'", "a comma or a closing brace is missing"},
	    {"did not find expected '-' indicator", "a list item without its \"-\""},
	    {"could not find expected ':'", "a name without a colon"},
	    {"found unexpected end of stream", "a quote that is not closed"},
	    {"found unexpected document indicator", "a quote that is not closed"},
	};

	if (strcmp(problem, "found character that cannot start any token") == 0)
		return at == '\t' ? "a tab cannot indent; use blanks"
				  : "no text can begin with this character; quote it";
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(problem, words[i][0]) == 0)
			return words[i][1];
	}
	return problem;
}

/* Adds libyaml's error as a problem. Returns its place. */
static size_t add_syntax_error(struct yaml_builder *y, const yaml_parser_t *parser)
{
	struct str text = y->text.bytes;
	size_t at = yaml_text_offset(&y->text, y->base_rune + parser->problem_mark.index);
	const char *problem = parser->problem ? parser->problem : "this is not YAML";

	if (parser->error == YAML_MEMORY_ERROR) {
		arena_fail(y->b.arena, ERR_NOMEM);
		return text.n;
	}
	problem = in_our_words(problem, at < text.n ? text.p[at] : '\0');
	tree_problem(&y->b, problem, at, at);
	return at;
}

/* Reads text[base..] up to its end or its first error; *ret_stop is there. */
static int read_documents(struct yaml_builder *y, size_t base, size_t *ret_stop)
{
	yaml_parser_t parser CLEANUP(yaml_parser_delete);
	struct str text = str_sub(y->text.bytes, base, y->text.bytes.n);
	bool more = true;

	if (!yaml_parser_initialize(&parser))
		return err_nomem(y->err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	*ret_stop = y->text.bytes.n;
	while (more && arena_ok(y->b.arena)) {
		yaml_event_t event CLEANUP(yaml_event_delete) = {0};

		if (!yaml_parser_parse(&parser, &event)) {
			*ret_stop = add_syntax_error(y, &parser);
			break;
		}
		if (take_event(y, &event))
			return -1;
		more = event.type != YAML_STREAM_END_EVENT;
	}
	end_document(y);
	return 0;
}

static int read_all(struct yaml_builder *y)
{
	struct str text = y->text.bytes;
	size_t base = str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0;

	y->base_rune = base ? 1 : 0;
	while (
	    base < text.n && arena_ok(y->b.arena) && y->b.tree.problems.n < SYNTAX_PROBLEMS_MAX) {
		size_t stop = base, lf, next;

		y->document_start = base;
		if (read_documents(y, base, &stop))
			return -1;
		/* On from the line that could not be read. */
		lf = str_rchr(str_sub(text, 0, stop), '\n');
		next = MAX_OF(lf == STR_NPOS ? 0 : lf + 1, y->document_start + 1);
		next = yaml_text_document(&y->text, next);
		for (; base < next; base++)
			y->base_rune += ((unsigned char)text.p[base] & 0xc0) != 0x80;
	}
	return 0;
}

int yaml_tree(struct str text, unsigned nesting_max, struct arena *arena, struct syntax_tree *ret,
    struct err *err)
{
	struct yaml_builder y = {.err = err, .depth_max = nesting_max};

	if (tree_init(&y.b, text, arena, err))
		return -1;
	if (!tree_is_utf16(&y.b)) {
		yaml_text_init(&y.text, &y.b);
		if (arena_ok(arena) && read_all(&y)) {
			*ret = y.b.tree;
			return -1;
		}
	}
	*ret = y.b.tree;
	return arena_check(arena, err);
}
