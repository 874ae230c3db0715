/* What people write: JSON, YAML, shell and Dockerfiles. */
#include "drive.h"
#include "read/syntax/dockerfile_parse.h"
#include "read/syntax/dockerfile_view.h"
#include "read/syntax/node.h"

enum { NESTING = 100 };

/* ---- trees ---- */

static const char *const kinds[] = {"null", "bool", "number", "string", "list", "map"};

/* [kind, offset, end, text or children]; a member is [key, key's offset, key's end, value]. */
static void put_node(struct buf *out, const struct node *node)
{
	char separator = '[';

	buf_addf(out, "[\"%s\",%zu,%zu,", kinds[node->kind], node->offset, node->end);
	if (node->kind != NODE_LIST && node->kind != NODE_MAP) {
		put_bytes(out, node->text);
		buf_addc(out, ']');
		return;
	}
	for (const struct node *child = node->first; child; child = child->next) {
		buf_addc(out, separator);
		separator = ',';
		if (node->kind == NODE_MAP) {
			buf_addc(out, '[');
			put_bytes(out, child->key);
			buf_addf(out, ",%zu,%zu,", child->key_offset, child->key_end);
		}
		put_node(out, child);
		if (node->kind == NODE_MAP)
			buf_addc(out, ']');
	}
	buf_add(out, node->first ? STR("]]") : STR("[]]"));
}

static void put_tree(struct buf *out, const struct syntax_tree *tree)
{
	buf_add(out, STR("{\"roots\":["));
	for (size_t i = 0; i < tree->roots.n; i++) {
		buf_add(out, i > 0 ? STR(",") : STR(""));
		put_node(out, tree->roots.p[i]);
	}
	buf_add(out, STR("],\"problems\":["));
	for (size_t i = 0; i < tree->problems.n; i++) {
		buf_add(out, i > 0 ? STR(",[") : STR("["));
		put_bytes(out, str_of(tree->problems.p[i].what));
		buf_addf(out, ",%zu,%zu]", tree->problems.p[i].offset, tree->problems.p[i].end);
	}
	buf_add(out, STR("]}"));
}

int drive_json(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct syntax_tree tree;

	if (json_tree(input, NESTING, arena, &tree, err) != 0)
		put_error(out, err);
	else
		put_tree(out, &tree);
	return 0;
}

int drive_yaml(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct syntax_tree tree;

	if (yaml_tree(input, NESTING, arena, &tree, err) != 0)
		put_error(out, err);
	else
		put_tree(out, &tree);
	return 0;
}

int drive_toml(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct syntax_tree tree;

	if (toml_tree(input, NESTING, arena, &tree, err) != 0)
		put_error(out, err);
	else
		put_tree(out, &tree);
	return 0;
}

/* ---- shell ---- */

static void put_words(struct buf *out, const char *key, const struct shell_word *words, size_t n)
{
	put_bytes(out, str_of(key));
	buf_add(out, STR(":["));
	for (size_t i = 0; i < n; i++) {
		buf_add(out, i > 0 ? STR(",[") : STR("["));
		put_bytes(out, words[i].text);
		buf_addc(out, ',');
		put_bytes(out, words[i].raw);
		buf_addf(out, ",%u]", words[i].flags);
	}
	buf_addc(out, ']');
}

int drive_shell(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct placed_text source = {.text = input};
	struct shell_script script;

	if (shell_parse(&source, arena, &script, err) != 0)
		return -1;
	buf_addf(out, "{\"incomplete\":%s,\"pipes\":%zu,\"commands\":[",
	    script.incomplete ? "true" : "false", script.pipes.n);
	for (size_t i = 0; i < script.commands.n; i++) {
		const struct shell_command *c = &script.commands.p[i];

		buf_addf(out, "%s{\"depth\":%u,\"wrapped\":%s,", i > 0 ? "," : "", c->depth,
		    c->wrapped ? "true" : "false");
		put_words(out, "assigns", c->assigns, c->n_assigns);
		buf_addc(out, ',');
		put_words(out, "words", c->words, c->n_words);
		buf_addc(out, '}');
	}
	buf_add(out, STR("]}"));
	return 0;
}

/* ---- Dockerfiles ---- */

/* The words of a JSON list of strings, or null. */
int drive_json_words(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct placed_text text = {.text = input};
	const struct docker_word *words;
	size_t n;
	int result = docker_json_words(&text, input, arena, &words, &n);

	if (result < 0)
		return arena_err(arena, err);
	buf_add(out, result > 0 ? STR("[\"a list\"") : STR("null"));
	for (size_t i = 0; result > 0 && i < n; i++) {
		buf_addc(out, ',');
		put_bytes(out, words[i].text);
	}
	buf_add(out, result > 0 ? STR("]") : STR(""));
	return 0;
}

struct in_force {
	const struct docker_stage *stage;
	const struct dockerfile *file;
	struct arena *arena;
	struct err *err;
};

static enum docker_worth worth_of(const void *arg, struct str name, struct str *ret_value)
{
	const struct in_force *at = arg;
	const struct docker_value *value = docker_value_get(at->stage, name);

	if (!value)
		return DOCKER_UNSET;
	*ret_value = value->text;
	return value->known ? DOCKER_SET : DOCKER_UNKNOWN_WORTH;
}

static int put_expanded(struct buf *out, struct str raw, const struct in_force *at)
{
	struct str text;
	bool known;

	if (docker_expand(raw, at->file->escape, worth_of, at, at->arena, &text, &known, at->err) !=
	    0)
		return -1;
	put_bytes(out, text);
	buf_add(out, known ? STR("") : STR(",\"unknown\""));
	return 0;
}

/* Words and pairs, expanded by what is in force at the end of the stage. */
static int put_instruction(
    struct buf *out, const struct docker_instruction *in, const struct in_force *at)
{
	buf_addf(out, "{\"kind\":\"%s\",\"exec\":%s,\"malformed\":%s,", docker_kind_word(in->kind),
	    in->exec_form ? "true" : "false", in->malformed ? "true" : "false");
	put_text(out, "args", in->args);
	buf_addf(out, ",\"at\":[%u,%u],\"words\":[", in->offset, in->end);
	for (size_t i = 0; i < in->n_words; i++) {
		buf_add(out, i > 0 ? STR(",[") : STR("["));
		put_bytes(out, in->words[i].text);
		buf_addc(out, ',');
		if (put_expanded(out, in->words[i].raw, at) != 0)
			return -1;
		buf_addc(out, ']');
	}
	buf_add(out, STR("],\"pairs\":["));
	for (size_t i = 0; i < in->n_pairs; i++) {
		buf_add(out, i > 0 ? STR(",[") : STR("["));
		if (put_expanded(out, in->pairs[i].name.raw, at) != 0)
			return -1;
		buf_addc(out, ',');
		if (put_expanded(out, in->pairs[i].value.raw, at) != 0)
			return -1;
		buf_addc(out, ']');
	}
	buf_add(out, STR("]}"));
	return 0;
}

static void put_values(struct buf *out, const char *key, const struct map *values)
{
	put_bytes(out, str_of(key));
	buf_add(out, STR(":["));
	for (size_t i = 0; i < values->n; i++) {
		const struct docker_value *value = values->items[i].value;

		buf_add(out, i > 0 ? STR(",[") : STR("["));
		put_bytes(out, values->items[i].key);
		buf_addc(out, ',');
		put_bytes(out, value->text);
		buf_add(out, value->known ? STR(",true]") : STR(",false]"));
	}
	buf_addc(out, ']');
}

static int put_view(struct buf *out, const struct docker_view *view, struct in_force *at)
{
	const struct docker_stage *s = view->built;

	put_values(out, "env", &s->env);
	buf_addc(out, ',');
	put_text(out, "user", s->user);
	buf_addc(out, ',');
	put_text(out, "workdir", s->workdir);
	buf_add(out, STR(",\"steps\":["));
	at->stage = s;
	for (size_t i = 0; i < s->n_steps; i++) {
		buf_add(out, i > 0 ? STR(",") : STR(""));
		if (put_instruction(out, view->steps[s->first_step + i].instruction, at) != 0)
			return -1;
	}
	buf_addc(out, ']');
	return 0;
}

/* The file, then NAME and value of each argument of the build, apart by NUL. */
int drive_dockerfile(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct str text, name, value;
	struct dockerfile file;
	struct docker_view view;
	struct map args;
	struct docker_build build = {.args = &args};
	struct in_force at = {.file = &file, .arena = arena, .err = err};

	map_init(&args, arena);
	(void)str_cut(&input, '\0', &text);
	while (str_cut(&input, '\0', &name) && str_cut(&input, '\0', &value)) {
		struct str *kept = arena_new(arena, struct str);

		if (!kept || !map_put(&args, name, kept))
			return arena_err(arena, err);
		*kept = value;
	}
	if (dockerfile_parse(text, arena, &file, err) != 0 ||
	    docker_view_init_build(&view, &file, &build, arena, err) != 0)
		return -1;
	buf_add(out, STR("{\"problems\":["));
	for (size_t i = 0; i < file.problems.n; i++) {
		buf_add(out, i > 0 ? STR(",") : STR(""));
		put_bytes(out, str_of(file.problems.p[i].what));
	}
	buf_addc(out, ']');
	if (view.built) {
		buf_addc(out, ',');
		if (put_view(out, &view, &at) != 0)
			return -1;
	}
	buf_addc(out, '}');
	return 0;
}
