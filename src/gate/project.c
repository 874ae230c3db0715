#include "gate/project.h"

#include "base/buf.h"
#include "core/builder_names.h"
#include "gate/keys.h"

enum {
	NAME_BYTES_MAX = 128,
	PATH_BYTES_MAX = 1024,
	VALUE_BYTES_MAX = 4096,
	ARGS_MAX = 64,
	VALUE_SHOWN = 40
};

static int read_args(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct project *project = target;

	if (!node_is(value, NODE_MAP))
		return keys_fail(k, value, "NAME: value is expected here", err);
	if (value->n > ARGS_MAX)
		return keys_fail(k, value, "more build arguments than a build may have", err);
	project->args = arena_array(k->arena, value->n, sizeof *project->args);
	if (!project->args)
		return arena_err(k->arena, err);
	for (const struct node *member = node_first(value); member; member = member->next) {
		struct project_arg *arg = &project->args[project->n_args++];

		arg->name = arena_str(k->arena, member->key);
		if (key_text(k, member, &arg->value, err) != 0)
			return -1;
	}
	return arena_check(k->arena, err);
}

/* What a build cannot do yet is refused, not left out: the image would be another one. */
static int refuse(struct keys *k, const struct node *value, const char *why, struct err *err)
{
	(void)keys_fail(k, value, why, err);
	err->code = ERR_UNSUPPORTED;
	return -1;
}

/* The value as it stands there: one text, or some of a list. */
static void add_value(struct buf *b, const struct node *value)
{
	size_t n = 0;

	if (node_text(value).n > 0)
		buf_addf(b, ": " STR_FMT, STR_ARG(str_sub(node_text(value), 0, VALUE_SHOWN)));
	for (const struct node *item = node_first(value); item && n < 3; item = item->next, n++)
		buf_addf(b, "%s" STR_FMT, n ? ", " : ": ",
		    STR_ARG(str_sub(node_text(item), 0, VALUE_SHOWN)));
	if (n < value->n)
		buf_add(b, STR(", …"));
}

static int refuse_key(
    struct keys *k, const struct node *value, const char *key, const char *why, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(2));

	buf_addf(&text, "`%s", key);
	add_value(&text, value);
	buf_addf(&text, "` cannot be built yet: %s", why);
	return refuse(k, value, buf_cstr(&text), err);
}

static int refuse_platforms(struct keys *k, const struct node *value, void *target, struct err *err)
{
	(void)target;
	return refuse_key(k, value, "platforms",
	    "an image is built for the platform of the machine that runs the pipeline; leave the "
	    "key out, and run it on a machine of the other platform",
	    err);
}

static int refuse_secrets(struct keys *k, const struct node *value, void *target, struct err *err)
{
	(void)target;
	return refuse_key(k, value, "secrets",
	    "a build is given none; leave the key out, and have what needs a secret done before "
	    "the build, or when the container runs",
	    err);
}

static const struct key_row image_rows[] = {
    {"name", key_text, offsetof(struct project, name)},
    {"context", key_text, offsetof(struct project, context)},
    {"file", key_text, offsetof(struct project, file)},
    {"target", key_text, offsetof(struct project, target)},
    {"args", read_args, 0},
    {"platforms", refuse_platforms, 0},
    {"secrets", refuse_secrets, 0},
};

static int refuse_more(struct keys *k, const struct node *images, struct err *err)
{
	const struct node *second = node_first(images)->next;
	struct str name = node_text(node_get(second, STR("name")));
	struct str why = arena_fmt(k->arena,
	    "`images` has %zu entries%s" STR_FMT
	    ", and more than one cannot be built yet: keep one, and move the others "
	    "into repositories of their own",
	    images->n, name.n > 0 ? ", the second is " : "", STR_ARG(str_sub(name, 0, 60)));

	return why.p ? refuse(k, second, why.p, err) : arena_err(k->arena, err);
}

static int read_images(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct project *project = target;

	if (!node_is(value, NODE_LIST))
		return keys_fail(k, value, "a list of images is expected here", err);
	if (value->n > 1)
		return refuse_more(k, value, err);
	project->has_image = value->n == 1;
	if (!project->has_image)
		return 0;
	return keys_read(k, node_first(value), image_rows, ARRAY_LEN(image_rows), project, err);
}

static const struct key_row rows[] = {
    {"plimsoll", NULL, 0},
    {"images", read_images, 0},
};

struct project project_default(void)
{
	return (struct project){.context = STR(""), .file = STR("Dockerfile")};
}

/* "." and "./" are the top; one "/" at the end is dropped, but "/" alone is another place. */
static struct str plain_path(struct str path)
{
	if (str_starts(path, STR("./")))
		path = str_sub(path, 2, path.n);
	if (path.n > 1 && str_ends(path, STR("/")))
		path = str_sub(path, 0, path.n - 1);
	return str_eq(path, STR(".")) ? STR("") : path;
}

int project_parse(struct str text, struct arena *arena, struct project *ret, struct err *err)
{
	struct project project = project_default();
	const struct node *root;
	struct keys k;

	if (keys_open(text, PROJECT_FILE, arena, &k, &root, err) != 0 ||
	    keys_version(&k, root, "this program reads files of version 1", err) != 0 ||
	    keys_read(&k, root, rows, ARRAY_LEN(rows), &project, err) != 0)
		return -1;
	project.context = plain_path(project.context);
	project.file = plain_path(project.file);
	if (project_check(&project, err) != 0)
		return -1;
	*ret = project;
	return 0;
}

/* ---- what may be used ---- */

static int wrong(const char *key, const char *expected, struct err *err)
{
	return err_set(err, ERR_CONFIG, STR_FMT ": %s: %s", STR_ARG(PROJECT_FILE), key, expected);
}

static bool path_is_inside(struct str path)
{
	struct str rest = path, part;

	if (path.n > PATH_BYTES_MAX || str_ends(path, STR("/")))
		return false;
	for (size_t i = 0; i < path.n; i++) {
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f)
			return false;
	}
	while (str_cut(&rest, '/', &part)) {
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")) ||
		    str_eq_nocase(part, STR(".git")) || part.p[0] == '-')
			return false;
	}
	return true;
}

/* Letters and digits, and after the first also '.', '_' and '-'. */
static bool is_word(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!byte_is_alnum(c) && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return text.n <= NAME_BYTES_MAX;
}

static bool is_lower(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 'A' && text.p[i] <= 'Z')
			return false;
	}
	return true;
}

static bool arg_is_good(const struct project_arg *arg)
{
	if (arg->name.n == 0 || arg->name.n > NAME_BYTES_MAX || arg->value.n > VALUE_BYTES_MAX ||
	    str_chr(arg->value, '\0') != STR_NPOS)
		return false;
	for (size_t i = 0; i < arg->name.n; i++) {
		if (!byte_is_alnum(arg->name.p[i]) && arg->name.p[i] != '_')
			return false;
	}
	return !byte_is_digit(arg->name.p[0]);
}

static int check_arg(const struct project_arg *arg, struct err *err)
{
	if (!arg_is_good(arg))
		return wrong("args", "NAME: value is expected, a line each", err);
	if (is_builders_own(arg->name))
		return err_set(err, ERR_CONFIG,
		    STR_FMT ": args: " STR_FMT " is a variable of the builder itself; give the "
			    "argument another name",
		    STR_ARG(PROJECT_FILE), STR_ARG(arg->name));
	return 0;
}

int project_check(const struct project *project, struct err *err)
{
	if (!is_word(project->name) || !is_lower(project->name))
		return wrong(
		    "name", "lower-case letters, digits, '.', '_' and '-' are expected", err);
	if (!path_is_inside(project->context))
		return wrong("context", "a folder inside the repository is expected", err);
	if (project->file.n == 0 || !path_is_inside(project->file))
		return wrong("file", "a file inside the context is expected", err);
	if (!is_word(project->target))
		return wrong("target", "the name of a stage is expected", err);
	for (size_t i = 0; i < project->n_args; i++) {
		if (check_arg(&project->args[i], err) != 0)
			return -1;
	}
	return 0;
}
