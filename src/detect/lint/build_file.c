#include "detect/lint/build_file.h"

#include "base/buf.h"

enum {
	NESTING = 64,
	TEXT_BYTES = 4096, /* of a value once its variables are resolved */
	DEPTH = 8,	   /* of variables in variables, and of targets that build on others */
	CHAIN_MAX = 32,	   /* targets that one builds on, and on which those do */
};

/* ---- names ---- */

static bool is_yaml(struct str name)
{
	return str_ends_nocase(name, STR(".yaml")) || str_ends_nocase(name, STR(".yml"));
}

/* Of the two: what is no Compose file. */
static bool is_bake(struct str path)
{
	return !is_yaml(path);
}

static bool is_bake_name(struct str path)
{
	struct str name = str_base_name(path);

	return str_starts(name, STR("docker-bake.")) &&
	       (str_ends(name, STR(".hcl")) || str_ends(name, STR(".json")));
}

static bool is_compose(struct str path)
{
	static const struct str starts[] = {STR_INIT("compose"), STR_INIT("docker-compose")};
	struct str name = str_base_name(path);

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		char next = name.n > starts[i].n ? name.p[starts[i].n] : '\0';

		if (str_starts(name, starts[i]) && is_yaml(name) &&
		    (next == '.' || next == '-' || next == '_'))
			return true;
	}
	return false;
}

bool build_file_is_name(struct str path)
{
	return is_bake_name(path) || is_compose(path);
}

static const struct node *root_of(const struct syntax_tree *tree)
{
	return tree->roots.n > 0 ? tree->roots.p[0] : NULL;
}

static const struct node *targets_of(struct str path, const struct syntax_tree *tree)
{
	return node_get(root_of(tree), is_bake(path) ? STR("target") : STR("services"));
}

/* ---- values ---- */

struct build_reader {
	struct build_file *file;
	struct arena *arena;
	struct str folder; /* of the file; empty: the top */
	bool bake;
	struct map by_name;   /* to the target's node: the last of its name */
	struct map inherited; /* bake: names that others inherit from */
	const struct node *targets, *variables;
};

/* The value of the text's "${…}", or of its "$NAME"; false if it is not known. */
static bool add_value(struct build_reader *r, struct str inside, unsigned depth, struct buf *out);

static bool is_name(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!byte_is_alnum(text.p[i]) && text.p[i] != '_')
			return false;
	return text.n > 0 && !byte_is_digit(text.p[0]);
}

static size_t name_length(struct str text)
{
	size_t n = 0;

	while (n < text.n && (byte_is_alnum(text.p[n]) || text.p[n] == '_'))
		n++;
	return n;
}

/* Behind the brace that closes the one in front of `text`; 0: it is not closed. */
static size_t braced_length(struct str text)
{
	size_t open = 1;

	for (size_t i = 0; i < text.n; i++) {
		open += text.p[i] == '{';
		open -= text.p[i] == '}';
		if (open == 0)
			return i + 1;
	}
	return 0;
}

/* "$$" is a dollar to Compose, "$${" is "${" to bake. */
static bool is_doubled(const struct build_reader *r, struct str at)
{
	return str_starts(at, r->bake ? STR("$${") : STR("$$"));
}

static bool add_resolved(struct build_reader *r, struct str text, unsigned depth, struct buf *out)
{
	for (size_t i = 0; i < text.n;) {
		struct str at = str_sub(text, i, text.n);
		bool braced = str_starts(at, STR("${"));
		struct str behind = str_sub(at, braced ? 2 : 1, at.n);
		size_t n;

		if (at.p[0] == '%' && r->bake && str_starts(at, STR("%{")))
			return false;
		if (at.p[0] != '$' || (r->bake && !braced) || is_doubled(r, at)) {
			buf_addc(out, at.p[0]);
			i += is_doubled(r, at) ? 2 : 1;
			if (r->bake && is_doubled(r, at))
				buf_addc(out, text.p[i++]);
			continue;
		}
		n = braced ? braced_length(behind) : name_length(behind);
		if (n == 0 || !add_value(r, str_sub(behind, 0, n - braced), depth, out))
			return false;
		i += (braced ? 2 : 1) + n;
	}
	return buf_ok(out);
}

static bool add_scalar(
    struct build_reader *r, const struct node *node, unsigned depth, struct buf *out)
{
	if (!node || node->kind == NODE_LIST || node->kind == NODE_MAP || node->kind == NODE_NULL)
		return false;
	return add_resolved(r, node->text, depth, out);
}

/* Compose: "NAME", "NAME:-x" and "NAME-x"; what the environment has is not known, so a default
 * holds. Bake: a variable of the file by its default. */
static bool add_value(struct build_reader *r, struct str inside, unsigned depth, struct buf *out)
{
	struct str name = str_sub(inside, 0, name_length(inside));
	struct str rest = str_sub(inside, name.n, inside.n);

	if (depth >= DEPTH || !is_name(name))
		return false;
	if (r->bake)
		return rest.n == 0 &&
		       add_scalar(r, node_get(node_get(r->variables, name), STR("default")),
			   depth + 1, out);
	if (str_starts(rest, STR(":-")))
		return add_resolved(r, str_sub(rest, 2, rest.n), depth + 1, out);
	return str_starts(rest, STR("-")) &&
	       add_resolved(r, str_sub(rest, 1, rest.n), depth + 1, out);
}

/* False: it is not known. *ret is in the arena. */
static bool resolve(struct build_reader *r, const struct node *node, struct str *ret)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(TEXT_BYTES);
	bool known = add_scalar(r, node, 0, &out);

	*ret = known ? arena_str(r->arena, buf_str(&out)) : STR_NONE;
	return known && ret->p;
}

/* ---- what a target builds on ---- */

/* The nodes that say something of a target, the first one first: its own, then those that it
 * inherits from (bake: the last of the list wins) or extends (Compose). */
struct chain {
	const struct node *p[CHAIN_MAX];
	size_t n;
};

static const struct node *target_named(struct build_reader *r, struct str name)
{
	return map_get(&r->by_name, name);
}

static void follow(
    struct build_reader *r, const struct node *target, unsigned depth, struct chain *chain)
{
	const struct node *list = node_get(target, r->bake ? STR("inherits") : STR("extends"));
	const struct node *from[CHAIN_MAX];
	size_t n = 0;

	if (!target || chain->n == CHAIN_MAX || depth > DEPTH)
		return;
	for (size_t i = 0; i < chain->n; i++)
		if (chain->p[i] == target)
			return;
	chain->p[chain->n++] = target;
	if (node_is(list, NODE_MAP) && !node_get(list, STR("file")))
		list = node_get(list, STR("service"));
	if (node_is(list, NODE_STRING))
		from[n++] = target_named(r, list->text);
	for (const struct node *item = node_first(list); item && n < CHAIN_MAX; item = item->next)
		from[n++] = target_named(r, node_text(item));
	while (n > 0)
		follow(r, from[--n], depth + 1, chain);
}

/* The part of a target that says how it is built. */
static const struct node *build_of(const struct build_reader *r, const struct node *target)
{
	return r->bake ? target : node_get(target, STR("build"));
}

static const struct node *field(
    const struct build_reader *r, const struct chain *chain, const char *key)
{
	for (size_t i = 0; i < chain->n; i++) {
		const struct node *found = node_get(build_of(r, chain->p[i]), str_of(key));

		if (found)
			return found;
	}
	return NULL;
}

/* ---- arguments and contexts ---- */

/* What a build is given beside the file. */
struct build_given {
	struct map args, open_args, contexts;
};

/* The first that says something of a name holds. */
static void put(struct build_reader *r, struct map *map, struct str name, struct str value)
{
	struct str *kept = arena_new(r->arena, struct str);

	if (!kept || map_has(map, name))
		return;
	*kept = value;
	map_put(map, name, kept);
}

static void put_arg(
    struct build_reader *r, struct build_given *given, struct str name, const struct node *value)
{
	struct str text;

	if (map_has(&given->args, name) || map_has(&given->open_args, name))
		return;
	/* null takes it from the environment (Compose), or leaves its default (bake). */
	if (resolve(r, value, &text))
		put(r, &given->args, name, text);
	else if (!r->bake || !node_is(value, NODE_NULL))
		put(r, &given->open_args, name, text);
}

/* A map's member, or an item "NAME=value" of a list (Compose), as a member. */
static struct node member_of(const struct node *item)
{
	struct node member = *item;

	if (!node_is(item->parent, NODE_LIST))
		return member;
	member.key = item->text;
	member.text = STR_NONE;
	if (!str_split(item->text, '=', &member.key, &member.text))
		member.kind = NODE_NULL;
	return member;
}

static void put_args(struct build_reader *r, struct build_given *given, const struct node *args)
{
	for (const struct node *item = node_first(args); item; item = item->next) {
		struct node arg = member_of(item);

		put_arg(r, given, arg.key, &arg);
	}
}

static void put_contexts(
    struct build_reader *r, struct build_given *given, const struct node *contexts)
{
	static const struct str image = STR_INIT("docker-image://");

	for (const struct node *item = node_first(contexts); item; item = item->next) {
		struct node context = member_of(item);
		struct str text;

		if (!resolve(r, &context, &text) || !str_starts(text, image))
			text = str_sub(image, 0, image.n);
		put(r, &given->contexts, context.key, str_sub(text, image.n, text.n));
	}
}

/* The only platform of a build, if it is known. */
static struct str platform_of(struct build_reader *r, const struct chain *chain)
{
	const struct node *list = field(r, chain, "platforms");
	struct str text;

	if (!list && !r->bake)
		list = node_get(chain->p[0], STR("platform"));
	if (node_is(list, NODE_LIST))
		list = list->n == 1 ? list->first : NULL;
	return resolve(r, list, &text) ? text : STR_NONE;
}

/* ---- where the Dockerfile is ---- */

/* "folder/rest" without "." and ".."; false if it leads out of the source, or is no path in it. */
static bool join_path(struct build_reader *r, struct str folder, struct str rest, struct str *ret)
{
	struct str parts[] = {folder, rest}, part;
	char path[TEXT_BYTES];
	size_t n = 0;

	if (str_starts(rest, STR("/")) || str_has(rest, STR(":")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		while (str_cut(&parts[i], '/', &part)) {
			size_t slash = str_rchr(str_make(path, n), '/');

			if (part.n == 0 || str_eq(part, STR(".")))
				continue;
			if (str_eq(part, STR("..")) && n == 0)
				return false;
			if (str_eq(part, STR(".."))) {
				n = slash == STR_NPOS ? 0 : slash;
				continue;
			}
			if (part.n >= sizeof path - n)
				return false;
			if (n > 0)
				path[n++] = '/';
			memcpy(path + n, part.p, part.n);
			n += part.n;
		}
	}
	/* Of what was named by an absolute path. */
	*ret = arena_fmt(r->arena, "%s" STR_FMT, str_starts(folder, STR("/")) ? "/" : "",
	    STR_ARG(str_make(path, n)));
	return ret->p != NULL;
}

static void find_dockerfile(
    struct build_reader *r, const struct chain *chain, struct build_target *target)
{
	const struct node *build = build_of(r, chain->p[0]);
	const struct node *context = field(r, chain, "context");
	const struct node *file = field(r, chain, "dockerfile");
	struct str folder = STR("."), name = STR("Dockerfile"), context_path;

	/* `build: ./app` is its context. */
	if (!r->bake && node_is(build, NODE_STRING))
		context = build;
	target->stands = file ? file : context ? context : chain->p[0];
	if ((context && !resolve(r, context, &folder)) || (file && !resolve(r, file, &name)))
		return;
	if (!join_path(r, r->folder, folder, &context_path) ||
	    !join_path(r, context_path, name, &target->dockerfile))
		target->dockerfile = STR_NONE;
}

/* ---- targets ---- */

/* Of a bake file also what others only inherit from: it says nothing of where it is built. */
static bool is_built(const struct build_reader *r, const struct chain *chain)
{
	static const char *const says[] = {"context", "dockerfile", "dockerfile-inline", "target"};

	if (!r->bake) {
		for (size_t i = 0; i < chain->n; i++)
			if (build_of(r, chain->p[i]) &&
			    !node_is(build_of(r, chain->p[i]), NODE_NULL))
				return true;
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(says); i++)
		if (node_get(chain->p[0], str_of(says[i])))
			return true;
	return !map_has(&r->inherited, chain->p[0]->key);
}

static void read_how(struct build_reader *r, const struct chain *chain, struct docker_build *how)
{
	struct build_given *given = arena_new(r->arena, struct build_given);

	if (!given)
		return;
	map_init(&given->args, r->arena);
	map_init(&given->open_args, r->arena);
	map_init(&given->contexts, r->arena);
	for (size_t i = 0; i < chain->n; i++) {
		const struct node *build = build_of(r, chain->p[i]);

		put_args(r, given, node_get(build, STR("args")));
		put_contexts(r, given,
		    node_get(build, r->bake ? STR("contexts") : STR("additional_contexts")));
	}
	*how = (struct docker_build){.args = &given->args,
	    .open_args = &given->open_args,
	    .contexts = &given->contexts,
	    .platform = platform_of(r, chain)};
	(void)resolve(r, field(r, chain, "target"), &how->target);
}

static void add_target(struct build_reader *r, const struct node *node)
{
	struct build_target target = {.name = node->key};
	struct chain chain = {.n = 0};

	if (!node_is(node, NODE_MAP) || target_named(r, node->key) != node)
		return;
	follow(r, node, 0, &chain);
	if (!is_built(r, &chain))
		return;
	read_how(r, &chain, &target.how);
	target.text = field(r, &chain, r->bake ? "dockerfile-inline" : "dockerfile_inline");
	if (!node_is(target.text, NODE_STRING))
		target.text = NULL;
	target.stands = target.text;
	if (!target.text)
		find_dockerfile(r, &chain, &target);
	vec_push(&r->file->targets, r->arena, target);
}

static void see_target(struct build_reader *r, const struct node *node)
{
	const struct node *list = node_get(node, STR("inherits"));

	map_put(&r->by_name, node->key, (void *)(uintptr_t)node);
	for (const struct node *item = node_first(list); item; item = item->next)
		map_put(&r->inherited, node_text(item), (void *)(uintptr_t)node);
}

static int read_tree(struct str path, struct str bytes, struct arena *arena,
    struct syntax_tree *ret, struct err *err)
{
	if (is_yaml(path))
		return yaml_tree(bytes, NESTING, arena, ret, err);
	if (str_ends(path, STR(".hcl")))
		return hcl_tree(bytes, NESTING, arena, ret, err);
	return json_tree(bytes, NESTING, arena, ret, err);
}

int build_file_read(
    struct str path, struct str bytes, struct arena *arena, struct build_file *ret, struct err *err)
{
	struct build_reader r = {.file = ret, .arena = arena, .bake = is_bake(path)};
	const struct node *root;

	*ret = (struct build_file){.targets = {0}};
	if (read_tree(path, bytes, arena, &ret->tree, err) != 0)
		return -1;
	root = root_of(&ret->tree);
	r.folder = str_sub(path, 0, path.n - str_base_name(path).n);
	r.targets = targets_of(path, &ret->tree);
	r.variables = node_get(root, STR("variable"));
	map_init(&r.by_name, arena);
	map_init(&r.inherited, arena);
	for (const struct node *n = node_first(r.targets); n; n = n->next)
		see_target(&r, n);
	for (const struct node *n = node_first(r.targets); n && ret->targets.n < BUILD_TARGETS_MAX;
	    n = n->next)
		add_target(&r, n);
	return arena_check(arena, err);
}
