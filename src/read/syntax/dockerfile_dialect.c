#include "read/syntax/dockerfile_dialect.h"

/* buildah's reader ends the file, without a word, at a line that does not fit into its buffer. */
enum { LINE_BYTES_MAX = 65535 };

/* Flags of instructions that came late, or that only BuildKit has (version 0.0). */
static const struct {
	enum docker_kind kind;
	const char *flag, *what;
	unsigned major, minor;
} flags[] = {
    {DOCKER_COPY, "link", "COPY --link", 1, 41},
    {DOCKER_ADD, "link", "ADD --link", 1, 41},
    {DOCKER_COPY, "parents", "COPY --parents", 1, 40},
    {DOCKER_COPY, "exclude", "COPY --exclude", 1, 38},
    {DOCKER_ADD, "exclude", "ADD --exclude", 1, 38},
    {DOCKER_ADD, "checksum", "ADD --checksum", 1, 33},
    {DOCKER_ADD, "keep-git-dir", "ADD --keep-git-dir", 0, 0},
    {DOCKER_ADD, "unpack", "ADD --unpack", 0, 0},
    {DOCKER_RUN, "security", "RUN --security", 0, 0},
    {DOCKER_RUN, "device", "RUN --device", 0, 0},
    {DOCKER_HEALTHCHECK, "start-interval", "HEALTHCHECK --start-interval", 1, 37},
};

struct finder {
	const struct docker_view *view;
	struct docker_builder builder;
	struct arena *arena;
	VEC(struct docker_construct) found;
	bool full;
};

static bool is_older(struct docker_builder builder, unsigned major, unsigned minor)
{
	if (major == 0)
		return true;
	return builder.major < major || (builder.major == major && builder.minor < minor);
}

/* Nothing if the builder is new enough. */
static void add(struct finder *f, enum docker_effect effect, const char *what, unsigned major,
    unsigned minor, struct text_range range)
{
	struct docker_construct c = {effect, what, major, minor, range};

	if (is_older(f->builder, major, minor) && !vec_push(&f->found, f->arena, c))
		f->full = true;
}

enum docker_dialect docker_dialect_of(struct docker_builder builder)
{
	return is_older(builder, 1, 36) ? DOCKER_NO_HEREDOCS : DOCKER_BUILDKIT;
}

static bool cut_number(struct str *text, unsigned *ret)
{
	uint64_t value;
	size_t n = 0;

	while (n < text->n && byte_is_digit(text->p[n]))
		n++;
	if (!str_to_u64(str_sub(*text, 0, n), &value) || value > 100000)
		return false;
	*ret = (unsigned)value;
	*text = str_sub(*text, n, text->n);
	return true;
}

bool docker_builder_parse(struct str text, struct docker_builder *ret_builder)
{
	struct docker_builder builder;

	while (text.n > 0 && !byte_is_digit(text.p[0]))
		text = str_sub(text, 1, text.n);
	if (!cut_number(&text, &builder.major) || !str_starts(text, STR(".")))
		return false;
	text = str_sub(text, 1, text.n);
	if (!cut_number(&text, &builder.minor))
		return false;
	*ret_builder = builder;
	return true;
}

/* ---- the leading block ---- */

static struct text_range slice_range(const struct finder *f, struct str slice)
{
	uint32_t offset = (uint32_t)(slice.p - f->view->file->text.p);

	return (struct text_range){offset, offset + (uint32_t)slice.n};
}

/* buildah knows `escape` alone, and that only as the first line. */
static void find_directives(struct finder *f)
{
	const struct dockerfile *file = f->view->file;

	for (size_t i = 0; i < file->directives.n; i++) {
		const struct docker_directive *d = &file->directives.p[i];
		struct text_range range = slice_range(f, d->name);

		range.end = slice_range(f, d->value).end;
		if (!str_eq_nocase(d->name, STR("escape")))
			add(f, DOCKER_IGNORES, "a syntax or check directive", 0, 0, range);
		else if (i > 0 && file->escape != '\\')
			add(f, DOCKER_READS_OTHERWISE,
			    "an escape directive behind another directive", 0, 0, range);
	}
}

/* ---- lines ---- */

static void find_long_lines(struct finder *f)
{
	struct str rest = f->view->file->text, line;

	while (str_cut(&rest, '\n', &line)) {
		if (line.n >= LINE_BYTES_MAX)
			add(f, DOCKER_READS_OTHERWISE, "a line of more than 65,534 bytes", 0, 0,
			    slice_range(f, str_sub(line, 0, 1)));
	}
}

/* A line that ends in two escapes: BuildKit ends the instruction there, buildah goes on. */
static void find_double_escapes(struct finder *f, const struct docker_instruction *in)
{
	const struct dockerfile *file = f->view->file;
	size_t n = in->head_end;

	while (n > in->offset && (file->text.p[n - 1] == ' ' || file->text.p[n - 1] == '\t'))
		n--;
	if (n >= in->offset + 2U && file->text.p[n - 1] == file->escape &&
	    file->text.p[n - 2] == file->escape)
		add(f, DOCKER_READS_OTHERWISE, "two escape characters at the end of a line", 0, 0,
		    (struct text_range){(uint32_t)n - 2, (uint32_t)n});
}

/* The directive is for ends of lines alone: in words buildah's escape is '\', whatever it says. */
static void find_word_escapes(struct finder *f, const struct docker_instruction *in)
{
	static const unsigned expanded =
	    1U << DOCKER_ADD | 1U << DOCKER_ARG | 1U << DOCKER_COPY | 1U << DOCKER_ENV |
	    1U << DOCKER_EXPOSE | 1U << DOCKER_FROM | 1U << DOCKER_LABEL | 1U << DOCKER_STOPSIGNAL |
	    1U << DOCKER_USER | 1U << DOCKER_VOLUME | 1U << DOCKER_WORKDIR;

	if (f->view->file->escape == '\\' || !(expanded & 1U << in->kind))
		return;
	for (size_t i = 0; i < in->args.n; i++) {
		if (in->args.p[i] != '\\' && in->args.p[i] != f->view->file->escape)
			continue;
		add(f, DOCKER_READS_OTHERWISE,
		    "an escape in a word of a file with its own escape character", 0, 0,
		    docker_range(in, str_sub(in->args, i, 1)));
		return;
	}
}

static void find_heredocs(struct finder *f, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->n_heredocs; i++)
		add(f, DOCKER_READS_OTHERWISE, "a here-document", 1, 36,
		    docker_range(in, in->heredocs[i].raw));
}

static bool is_known_mount(struct str mount)
{
	static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh"};
	struct str type = STR("bind");

	(void)docker_mount_option(mount, "type", &type);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq(type, str_of(types[i])))
			return true;
	return str_chr(type, '$') != STR_NPOS;
}

static void find_flags(struct finder *f, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->n_flags; i++) {
		const struct docker_flag *flag = &in->flags[i];

		for (size_t k = 0; k < ARRAY_LEN(flags); k++)
			if (flags[k].kind == in->kind && str_eq(flag->name, str_of(flags[k].flag)))
				add(f, DOCKER_REFUSES, flags[k].what, flags[k].major,
				    flags[k].minor, docker_range(in, flag->raw));
		if (in->kind == DOCKER_RUN && str_eq(flag->name, STR("mount")) && flag->has_value &&
		    !is_known_mount(flag->value.text))
			add(f, DOCKER_REFUSES, "a mount of a type that buildah does not know", 0, 0,
			    docker_range(in, flag->raw));
	}
}

/* ---- stages ---- */

/* buildah takes a number for a stage, compares names letter by letter, and looks for a stage
 * before variables have their values. */
static void find_base(struct finder *f, const struct docker_stage *s)
{
	struct text_range range = docker_range(s->from, s->image.raw);
	uint64_t index;

	if (s->image.raw.n == 0)
		return;
	if (str_to_u64(s->image_text, &index) && index < s->index)
		add(f, DOCKER_READS_OTHERWISE, "a number as the base, which names a stage", 0, 0,
		    range);
	else if (s->parent && !str_eq(s->image.raw, s->image_text))
		add(f, DOCKER_READS_OTHERWISE, "a stage that is named through a variable", 0, 0,
		    range);
	else if (s->parent && !str_eq(s->parent->name, s->image_text))
		add(f, DOCKER_READS_OTHERWISE, "a stage's name in other letters", 0, 0, range);
}

/* Of two stages of one name buildah builds the first. */
static void find_same_name(struct finder *f, const struct docker_stage *s)
{
	struct str target = f->view->build ? f->view->build->target : STR_NONE;

	if (s->name.n == 0 || target.n == 0 || !str_eq_nocase(s->name, target))
		return;
	if (!str_eq(s->name, target))
		add(f, DOCKER_READS_OTHERWISE, "the target's name in other letters", 0, 0,
		    docker_range(s->from, s->name));
	else if (s != f->view->built)
		add(f, DOCKER_READS_OTHERWISE, "another stage of the target's name", 0, 0,
		    docker_range(s->from, s->name));
}

int docker_constructs_find(const struct docker_view *view, struct str path,
    struct docker_builder builder, struct arena *arena, struct docker_constructs *ret,
    struct err *err)
{
	struct finder f = {.view = view, .builder = builder, .arena = arena};

	if (str_ends(path, STR(".in")))
		add(&f, DOCKER_READS_OTHERWISE, "a name in .in, which buildah gives to cpp first",
		    0, 0, (struct text_range){0, 0});
	find_directives(&f);
	find_long_lines(&f);
	for (size_t i = 0; i < view->n_steps && !f.full; i++) {
		const struct docker_instruction *in = view->steps[i].instruction;

		if (in->kind == DOCKER_FROM && view->steps[i].stage) {
			find_base(&f, view->steps[i].stage);
			find_same_name(&f, view->steps[i].stage);
		}
		find_flags(&f, in);
		find_word_escapes(&f, view->steps[i].outer);
		find_heredocs(&f, view->steps[i].outer);
		find_double_escapes(&f, view->steps[i].outer);
	}
	if (f.full)
		return arena_err(arena, err);
	ret->p = f.found.p;
	ret->n = f.found.n;
	return 0;
}
