/*
 * One located value tree for JSON, YAML, HCL and TOML: each value knows which bytes of the text it
 * covers, so that a finding about a field stands on the field. A tree is built even if
 * the text has mistakes; each mistake is a syntax_problem. All memory is the arena's; text
 * is borrowed and must live as long as the tree.
 */
#ifndef READ_SYNTAX_NODE_H
#define READ_SYNTAX_NODE_H

#include "base/vec.h"
#include "core/place.h"

enum node_kind { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	struct str text; /* of a scalar, decoded ("true", "1.5", the string) */
	struct str key;	 /* if the parent is a map: decoded */
	size_t key_offset, key_end;
	size_t offset, end;			   /* of the value, quotes and brackets included */
	struct node *parent, *first, *last, *next; /* children in the order of the text */
	size_t n;				   /* children */
};

/* More mistakes than this are not listed; the last of them says so. */
enum { SYNTAX_PROBLEMS_MAX = 200 };

struct syntax_problem {
	const char *what; /* a sentence without a full stop; never the input's text */
	size_t offset, end;
};

/* What is said of a name that its map has already; tree_name_twice is that text itself. */
extern const char tree_name_twice[];

/* A text with its trees: one for JSON, HCL and TOML, one a document for YAML. */
struct syntax_tree {
	struct str text;
	struct line_index lines;
	VEC(struct node *) roots; /* may be empty: nothing could be read */
	VEC(struct syntax_problem) problems;
};

/* RFC 8259, with recovery: commas too many or missing, stray or missing brackets, comments, text
 * after the value; see base/json.h. A duplicate key is a problem; both stay in the tree and
 * node_get answers with the last. -1 only for limits (ERR_LIMIT: nesting, memory). UTF-16 is one
 * problem and no root, here and in yaml_tree. */
MUST_USE int json_tree(struct str text, unsigned nesting_max, struct arena *arena,
    struct syntax_tree *ret, struct err *err);
/*
 * YAML 1.1 as libyaml reads it, with the core schema's null, bool and number (YAML 1.2 section
 * 10.3; "yes" and "on" are strings). Bools read "true" or "false", null is empty.
 * - An alias is a node at the alias' place that shares the anchor's children (their parent is the
 *   anchor's node): a walk meets at most 10,000 nodes beyond the text's own. Aliases beyond that,
 *   to nothing, or to what holds them are problems, and null.
 * - A merge key stays as a child named "<<", and what it brings in and the map does not name itself
 *   is appended to the map's children, at its own place in the text.
 * - A name that is a list or a map is a problem; its member has the name "".
 * - Bytes that YAML forbids are problems, and read as '?'.
 * After a syntax error what was read before it stays, and reading goes on at the next line that
 * begins a document ("---").
 * If it is nested too deep, *ret has what was met until then, and that as its last problem.
 */
MUST_USE int yaml_tree(struct str text, unsigned nesting_max, struct arena *arena,
    struct syntax_tree *ret, struct err *err);

/*
 * HCL's native syntax (its specification, version 2), as Docker's bake files have it, in the shape
 * of its JSON form: a block `target "app" { … }` is the member "app" of the map "target", blocks of
 * one type stand in one map, in the order of the text, the same label twice too. An expression that
 * is not a literal reads as the string "${…}", and templates in strings stay as they are written.
 * Nothing is evaluated. After a mistake reading goes on at the next line. Nested too deep, *ret has
 * what was met until then, and that as a problem.
 */
MUST_USE int hcl_tree(struct str text, unsigned nesting_max, struct arena *arena,
    struct syntax_tree *ret, struct err *err);

/*
 * TOML 1.0. A date is a string, as it is written; a number has no underscores in its text. A table
 * that several headers fill is one map, each [[header]] one map more in a list. What TOML forbids,
 * as a name or a table that is given twice, is a problem; after one reading goes on at the next
 * line, and bytes that are not UTF-8 leave an empty tree. Nested too deep, dotted names counted,
 * *ret has what was met until then, and that as a problem.
 */
MUST_USE int toml_tree(struct str text, unsigned nesting_max, struct arena *arena,
    struct syntax_tree *ret, struct err *err);

/* NULL-tolerant look-ups: a NULL or unfitting node gives NULL, false or the empty slice. */
const struct node *node_get(const struct node *map, struct str key);
/* "a.b.c" through maps. */
const struct node *node_path(const struct node *map, const char *dotted);
struct str node_text(const struct node *scalar);
bool node_is(const struct node *node, enum node_kind kind);
bool node_bool(const struct node *node, bool otherwise);
bool node_u64(const struct node *node, uint64_t *ret_value);
/* Walk: for (const struct node *n = node_first(list); n; n = n->next) */
const struct node *node_first(const struct node *parent);

/* The place of a node (its value, or its key and value) in the tree's text. */
void node_place(const struct syntax_tree *tree, const struct node *node, struct str path,
    struct place *ret_place);

#endif
