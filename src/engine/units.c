#include "engine/units.h"

#include "base/frame.h"
#include "detect/lint/lint.h"
#include "engine/mask.h"

#include <sys/stat.h>

/* ---- ShellCheck ---- */

/* The report has a gap once, however many readers ask. One that failed is not asked again. */
static int tell_no_checker(struct unit_detectors *d, struct str why, struct err *err)
{
	struct not_covered gap = {
	    .stage = STAGE_VALIDATE,
	    .kind = GAP_TOOL,
	    .what = STR("shellcheck"),
	    .why = why,
	};

	d->no_checker = true;

	return sink_gap(d->job->sink, &gap, err);
}

/* Whatever it was: the rest of the file is judged without it. */
static int no_answer(struct unit_detectors *d, const char *what, struct err *err)
{
	struct str why = arena_fmt(&d->arena, "%s: the shell in RUN was judged without it", what);

	if (tell_no_checker(d, why, err) == 0)
		(void)err_set(err, ERR_NOT_FOUND, "shellcheck gave no answer");
	return -1;
}

static int run_checker(struct lint_checker *checker, const struct str *scripts, size_t n,
    struct arena *arena, struct str *ret_json, struct err *err)
{
	struct unit_detectors *d = container_of(checker, struct unit_detectors, checker);
	struct buf input CLEANUP(buf_release) = BUF_INIT(TOOL_INPUT_MAX);
	struct job job = *d->job;
	struct tool_result result;
	struct err why = ERR_INIT;

	frame_u32(&input, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		frame_str(&input, scripts[i]);
	if (!buf_ok(&input))
		return buf_err(&input, "the scripts for ShellCheck", err);
	job.arena = arena;
	if (d->no_checker)
		return err_set(err, ERR_NOT_FOUND, "shellcheck gave no answer before");
	if (job_run_tool(&job, SCAN_TOOL_SHELLCHECK, buf_str(&input), &result, &why) != 0) {
		if (why.code != ERR_NOT_FOUND)
			return no_answer(d, why.text, err);
		if (tell_no_checker(d,
			STR("it is not installed: the shell in RUN was judged without it"),
			err) == 0)
			*err = why;
		return -1;
	}
	/* 2: some scripts could not be read, and the answer has the rest. */
	if (result.status > 2 || !str_has(result.output, STR("\"comments\"")))
		return no_answer(d, "it printed nothing that can be read", err);
	*ret_json = result.output;
	return 0;
}

/* ---- */

/* ---- files beside the one that is linted ---- */

enum { SIBLING_BYTES = 64 << 10 };

static struct str beside(struct str name, struct str path, struct arena *arena)
{
	struct str folder = str_sub(name, 0, name.n - str_base_name(name).n);

	if (path.p[0] == '/')
		return str_sub(path, 1, path.n);
	return arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(path));
}

/* What is not in a list that is known need not be asked for. */
static bool is_listed(const struct dir_list *list, struct str path)
{
	size_t low = 0, high = list ? list->entries.n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(list->entries.p[middle].path, path);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return !list;
}

static enum content_result find_object(const struct unit_detectors *d, struct str path,
    struct arena *arena, struct str *ret_name, struct err *err)
{
	struct git_tree_entry entry;
	enum content_result result =
	    git_path_find(d->job->content, d->job->limits, d->tree, path, arena, &entry, err);

	if (result != CONTENT_OK)
		return result;
	*ret_name = arena_str(arena, git_oid_str(&entry.oid));
	return git_mode_kind(entry.mode) == GIT_KIND_FILE ? CONTENT_OK : CONTENT_MISSING;
}

static enum content_result read_sibling(struct lint_siblings *siblings, struct str unit_path,
    struct str path, struct arena *arena, struct str *ret_bytes, struct err *err)
{
	const struct unit_detectors *d = container_of(siblings, struct unit_detectors, siblings);
	struct str name = STR_NONE;
	enum content_result found = CONTENT_OK;

	if (d->content_name.n == 0 || (d->names == UNIT_OBJECTS && !d->tree))
		return CONTENT_ERROR;
	if (d->names == UNIT_PATHS) {
		name = beside(d->content_name, path, arena);
		found = is_listed(d->list, name) ? CONTENT_OK : CONTENT_MISSING;
	} else if (d->names == UNIT_OBJECTS) {
		found = find_object(d, beside(unit_path, path, arena), arena, &name, err);
	} else if (path.p[0] != '/') {
		name =
		    arena_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(d->content_name), STR_ARG(path));
	} else {
		/* What is named alone has no top but its own folder. */
		found = str_chr(unit_path, '/') == STR_NPOS ? CONTENT_MISSING : CONTENT_ERROR;
	}
	if (found != CONTENT_OK)
		return found;
	return content_read_all(d->job->content, name, SIBLING_BYTES, arena, ret_bytes, err);
}

/* ---- */

int unit_detectors_init(struct unit_detectors *d, struct job *job, const struct scan *scan,
    unsigned detectors, struct err *err)
{
	*d = (struct unit_detectors){.job = job,
	    .scan = scan,
	    .detectors = detectors,
	    .checker = {TOOL_FIRST_FILE, run_checker},
	    .siblings = {read_sibling}};
	arena_init(&d->arena, scan->limits->unit_bytes * 12);
	if (detectors == 0)
		return 0;
	/* The linter's mask makes its own when it has something to hide. */
	if (!scan->secrets && !(detectors & SCAN_SECRETS) && secret_fits_inside())
		return 0;
	if (!scan->secrets)
		return err_set(
		    err, ERR_CONFIG, "no secret rules: what is quoted could not be hidden");
	return secret_scanner_new(scan->secrets, &d->scanner, err);
}

void unit_detectors_release(struct unit_detectors *d)
{
	secret_feed_free(d->feed);
	secret_scanner_free(d->scanner);
	arena_release(&d->arena);
}

static struct lint_opts lint_opts_of(struct unit_detectors *d)
{
	struct lint_opts opts = {.trusted_registries = d->scan->policy->trusted_registries,
	    .opted = d->scan->policy->stages[STAGE_VALIDATE].block_rules};

	if (d->scan->lint)
		opts = *d->scan->lint;
	opts.named = d->named;
	opts.build = d->scan->build;
	if (opts.dialect == LINT_OURS)
		opts.builds = d->scan->builds;
	opts.checker = d->scan->shellcheck ? &d->checker : NULL;
	opts.siblings = &d->siblings;
	return opts;
}

/* What the user named and what is built must be read, or it is an error. */
static bool must_be_read(const struct unit_detectors *d, const struct unit *unit)
{
	return d->named || (d->scan->build && str_eq(d->scan->build->path, unit->origin.path));
}

/* What stands in the place of a Dockerfile or task definition and holds none of its content. A
 * pointer is reported once: by the secrets' detector, if that reads the file too. */
static int tell_stand_in(struct unit_detectors *d, const struct unit *unit, struct err *err)
{
	struct lint_opts opts = lint_opts_of(d);
	struct err why = ERR_INIT;
	bool link = S_ISLNK(unit->mode), must = must_be_read(d, unit);
	struct not_covered gap = {
	    .stage = STAGE_VALIDATE,
	    .kind = link ? GAP_SPECIAL_FILE : GAP_LFS_POINTER,
	    .what = unit->origin.path,
	    .why = link ? STR("a symbolic link: what it leads to is not read under this name")
			: STR("a Git LFS pointer: its content is not here"),
	};
	bool reported = !link && (d->detectors & SCAN_SECRETS);

	if (!lint_means_path(unit->origin.path, &opts) && !(must && !reported))
		return 0;
	if (must) {
		(void)err_set(&why, ERR_UNSUPPORTED, STR_FMT, STR_ARG(gap.why));
		return sink_error(d->job->sink, STAGE_VALIDATE, unit->origin.path, &why, err);
	}
	return reported ? 0 : sink_gap(d->job->sink, &gap, err);
}

static int detect_lint(struct unit_detectors *d, const struct unit *unit, struct err *err)
{
	struct lint_opts opts = lint_opts_of(d);
	const struct lint_kind *kind = NULL;
	struct mask mask CLEANUP(mask_release) = {0};
	struct err why = ERR_INIT;
	int result;

	if (S_ISLNK(unit->mode) || secret_is_lfs_pointer(unit->bytes))
		return tell_stand_in(d, unit, err);
	arena_clear(&d->arena);
	mask_init(&mask, &d->scanner, unit, d->scan->limits, d->job->sink);
	result = lint_unit(unit, &opts, &d->arena, &mask.sink, &kind, &why);
	if (result == 0 && !kind && d->named && !(d->detectors & SCAN_SECRETS))
		result = err_set(&why, ERR_UNSUPPORTED,
		    "it is neither a Dockerfile nor a task definition, so nothing was judged");
	d->linted += kind != NULL;
	if (result == 0)
		return 0;
	return sink_error(d->job->sink, STAGE_VALIDATE, unit->origin.path, &why, err);
}

int unit_detect(struct unit_detectors *d, const struct unit *unit, struct err *err)
{
	d->content_name = STR_NONE;
	job_at(d->job, unit->origin.path);
	if ((d->detectors & SCAN_LINT) && detect_lint(d, unit, err) != 0)
		return -1;
	if (!(d->detectors & SCAN_SECRETS) || d->secrets_elsewhere)
		return 0;
	return secret_scan(d->scanner, unit, d->scan->policy->secret_key, d->job->sink, err);
}

/* ---- bytes that are still elsewhere ---- */

/* What `from` has open already, for readers that open by name. */
struct opened {
	struct content content;
	struct content *from;
	uint32_t handle;
	uint64_t size;
};

static enum content_result opened_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	const struct opened *o = container_of(c, struct opened, content);

	(void)name;
	(void)err;
	*ret_handle = o->handle;
	*ret_size = o->size;
	return CONTENT_OK;
}

static int opened_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	const struct opened *o = container_of(c, struct opened, content);

	return o->from->ops->read(o->from, handle, offset, p, n, ret_n, err);
}

static void opened_close(struct content *c, uint32_t handle)
{
	(void)c;
	(void)handle;
}

static const struct content_ops opened_ops = {
    .open = opened_open, .read = opened_read, .close = opened_close};

static int tell_unread(struct unit_detectors *d, const struct unit *unit, enum stage stage,
    const struct err *why, struct sink *sink, struct err *err)
{
	struct not_covered gap = {
	    .stage = stage,
	    .kind = why->code == ERR_LIMIT ? GAP_TOO_LARGE : GAP_UNREADABLE,
	    .what = unit->origin.path,
	    .why = str_of(why->text),
	};

	if (must_be_read(d, unit) || err_is_machine(why) || (why->code != ERR_LIMIT && !d->found))
		return sink_error(sink, stage, unit->origin.path, why, err);
	return sink_gap(sink, &gap, err);
}

static int tell_large(struct unit_detectors *d, const struct unit *unit, enum stage stage,
    uint64_t size, uint64_t most, struct sink *sink, struct err *err)
{
	struct err why = ERR_INIT;

	(void)err_set(&why, ERR_LIMIT, "%llu bytes: %s at most %llu of one file are read",
	    (unsigned long long)size,
	    stage == STAGE_VALIDATE ? "not linted," : "not looked through for secrets,",
	    (unsigned long long)most);
	return tell_unread(d, unit, stage, &why, sink, err);
}

/* Whole for the linter, which needs all of a file or none. */
static int lint_opened(
    struct unit_detectors *d, struct opened *o, const struct unit *unit, struct err *err)
{
	struct arena bytes CLEANUP(arena_release) = {0};
	struct unit whole = *unit;
	struct err why = ERR_INIT;
	size_t most = d->scan->limits->unit_bytes;

	if (o->size > most)
		return tell_large(d, unit, STAGE_VALIDATE, o->size, most, d->job->sink, err);
	arena_init(&bytes, most + KIB(64));
	if (content_read_all(&o->content, unit->origin.path, most, &bytes, &whole.bytes, &why) ==
	    CONTENT_OK)
		return detect_lint(d, &whole, err);
	return tell_unread(d, unit, STAGE_VALIDATE, &why, d->job->sink, err);
}

static int secrets_opened(struct unit_detectors *d, struct opened *o, const struct unit *unit,
    struct sink *sink, struct err *err)
{
	uint64_t most = d->scan->limits->object_bytes;

	if (o->size > most)
		return tell_large(d, unit, STAGE_SECRETS, o->size, most, sink, err);
	return secret_scan_content(d->scanner, &o->content, unit->origin.path, unit,
	    d->scan->policy->secret_key, sink, err);
}

static int tell_not_opened(struct unit_detectors *d, const struct unit *unit, enum stage stage,
    struct err *why, struct sink *sink, struct err *err)
{
	if (why->code == ERR_NONE)
		(void)err_set(why, ERR_NOT_FOUND, "%s",
		    d->found ? "it went away while this ran"
			     : "its content is not there, so it was not looked through");
	return tell_unread(d, unit, stage, why, sink, err);
}

/* The name is judged even if the content cannot be. */
static int secrets_of_name(
    struct unit_detectors *d, const struct unit *unit, struct sink *sink, struct err *err)
{
	struct unit name = *unit;

	name.bytes = STR("");
	return secret_scan(d->scanner, &name, d->scan->policy->secret_key, sink, err);
}

int unit_scan_secrets(struct unit_detectors *d, struct content *content, struct str name,
    bool is_object, const struct unit *unit, struct sink *sink, struct err *err)
{
	struct opened o = {.content = {&opened_ops}, .from = content};
	struct err why = ERR_INIT;
	int failed;

	if (content->ops->open(content, name, &o.handle, &o.size, &why) == CONTENT_OK) {
		failed = secrets_opened(d, &o, unit, sink, err);
		content->ops->close(content, o.handle);
		return failed;
	}
	if ((is_object || !d->unread) &&
	    tell_not_opened(d, unit, STAGE_SECRETS, &why, sink, err) != 0)
		return -1;
	return secrets_of_name(d, unit, sink, err);
}

int unit_detect_content(
    struct unit_detectors *d, struct str name, const struct unit *unit, struct err *err)
{
	const struct lint_opts opts = lint_opts_of(d);
	bool linted = (d->detectors & SCAN_LINT) && lint_wants_path(unit->origin.path, &opts);
	bool secrets = (d->detectors & SCAN_SECRETS) && !d->secrets_elsewhere;
	struct opened o = {.content = {&opened_ops}, .from = d->job->content};
	struct err why = ERR_INIT;
	int failed = 0;

	d->unread = false;
	d->content_name = name;
	job_at(d->job, unit->origin.path);
	if (!linted && !secrets)
		return 0;
	if (o.from->ops->open(o.from, name, &o.handle, &o.size, &why) != CONTENT_OK) {
		/* Reported once, however many detectors wanted it. */
		d->unread = true;
		if (tell_not_opened(d, unit, linted ? STAGE_VALIDATE : STAGE_SECRETS, &why,
			d->job->sink, err) != 0)
			return -1;
		return secrets ? secrets_of_name(d, unit, d->job->sink, err) : 0;
	}
	if (linted)
		failed = lint_opened(d, &o, unit, err);
	if (!failed && secrets)
		failed = secrets_opened(d, &o, unit, d->job->sink, err);
	o.from->ops->close(o.from, o.handle);
	return failed;
}

int unit_detect_end(struct unit_detectors *d, struct err *err)
{
	int result = d->feed ? secret_feed_end(d->feed, err) : 0;

	secret_feed_free(d->feed);
	d->feed = NULL;
	return result;
}

int unit_detect_piece(struct unit_detectors *d, const struct unit *unit, uint64_t offset,
    uint64_t size, bool is_last, struct err *err)
{
	if (!(d->detectors & SCAN_SECRETS))
		return 0;
	if (offset == 0) {
		if (unit_detect_end(d, err) != 0)
			return -1;
		job_at(d->job, unit->origin.path);
		if (secret_feed_begin(d->scanner, unit, size, d->scan->policy->secret_key,
			d->job->sink, &d->feed, err) != 0)
			return -1;
	}
	if (d->feed && secret_feed_bytes(d->feed, unit->bytes, err) != 0)
		return -1;
	return is_last ? unit_detect_end(d, err) : 0;
}
