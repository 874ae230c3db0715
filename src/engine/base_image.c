#include "engine/base_image.h"

#include "base/os/fd.h"
#include "engine/attempt.h"
#include "read/source/image/image.h"

#include <fcntl.h>

/* Keys of the notes from child to parent; those that end in ':' are lists. */
#define NOTE_DONE    STR("done")
#define NOTE_USER    STR("user")
#define NOTE_OS	     STR("os")
#define NOTE_HISTORY STR("history")
#define NOTE_FITS    STR("history-fits")
#define NOTE_ENV     STR("env:")
#define NOTE_ONBUILD STR("onbuild:")
#define NOTE_DIFF_ID STR("diff-id:")

/* ---- in the child ---- */

static int tell_at(struct job *job, struct str list, size_t i, struct str value, struct err *err)
{
	struct str key = arena_fmt(job->arena, STR_FMT "%06zu", STR_ARG(list), i);

	return key.p ? sink_note(job->sink, key, value, err) : arena_err(job->arena, err);
}

static int tell_list(
    struct job *job, struct str list, const struct str_list *values, struct err *err)
{
	for (size_t i = 0; i < values->n; i++) {
		if (tell_at(job, list, i, values->p[i], err) != 0)
			return -1;
	}
	return 0;
}

static int tell(struct job *job, const struct image *image, struct err *err)
{
	if (sink_note(job->sink, NOTE_USER, image->config.user, err) != 0 ||
	    sink_note(job->sink, NOTE_OS, image->os, err) != 0 ||
	    tell_list(job, NOTE_ENV, &image->config.env, err) != 0 ||
	    tell_list(job, NOTE_ONBUILD, &image->config.onbuild, err) != 0)
		return -1;
	for (size_t i = 0; i < image->n_layers; i++) {
		if (tell_at(job, NOTE_DIFF_ID, i, image->layers[i].diff_id, err) != 0)
			return -1;
	}
	if (image->n_history > 0 && sink_note(job->sink, NOTE_HISTORY, STR("yes"), err) != 0)
		return -1;
	if (image->history_fits && sink_note(job->sink, NOTE_FITS, STR("yes"), err) != 0)
		return -1;
	return sink_note(job->sink, NOTE_DONE, STR("yes"), err);
}

static int run_base_image(struct job *job, void *arg, struct err *err)
{
	struct image image CLEANUP(image_release) = {0};
	struct image_opts opts = {0};

	(void)arg;
	if (image_open(job->content, &opts, job->limits, job->arena, &image, err) != 0)
		return -1;
	return tell(job, &image, err);
}

/* ---- the parent's side ---- */

static int take(struct str_list *list, struct arena *arena, struct str value, struct err *err)
{
	list->p[list->n] = arena_str(arena, value);
	return list->p[list->n++].p ? 0 : arena_err(arena, err);
}

static int take_note(
    struct base_image *base, struct arena *arena, struct str key, struct str value, struct err *err)
{
	if (str_starts(key, NOTE_ENV))
		return take(&base->env, arena, value, err);
	if (str_starts(key, NOTE_ONBUILD))
		return take(&base->onbuild, arena, value, err);
	if (str_starts(key, NOTE_DIFF_ID))
		return digest_is_valid(value) ? take(&base->diff_ids, arena, value, err) : 0;
	if (!str_eq(key, NOTE_USER) && !str_eq(key, NOTE_OS))
		return 0;
	value = arena_str(arena, value);
	if (!value.p)
		return arena_err(arena, err);
	*(str_eq(key, NOTE_USER) ? &base->user : &base->os) = value;
	return 0;
}

static int take_notes(
    const struct map *notes, struct arena *arena, struct base_image *base, struct err *err)
{
	struct str_list *const lists[] = {&base->env, &base->onbuild, &base->diff_ids};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		lists[i]->p = arena_array(arena, notes->n, sizeof(struct str));
		if (!lists[i]->p)
			return arena_err(arena, err);
	}
	for (size_t i = 0; i < notes->n; i++) {
		const struct str *value = notes->items[i].value;

		if (take_note(base, arena, notes->items[i].key, *value, err) != 0)
			return -1;
	}
	base->has_history = map_has(notes, NOTE_HISTORY);
	base->history_fits = map_has(notes, NOTE_FITS);
	return 0;
}

/* The quiet report's first problem says what is wrong with the image. */
static int ask(struct scan *quiet, const char *layout, struct map *notes, struct err *err)
{
	int fd CLEANUP_FD = open(layout, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct content_dir dir CLEANUP(content_dir_release) = {0};
	struct subject subject = {.kind = STR("image")};
	struct skip_list skip = {.n = 0};

	content_dir_init(&dir, fd);
	if (fd < 0)
		return err_sys(err, "%s", layout);
	map_init(notes, &quiet->report->arena);
	if (report_add_subject(quiet->report, &subject, &quiet->subject, err) != 0 ||
	    attempt_run(
		quiet, STAGE_BUILD, &dir.content, run_base_image, NULL, &skip, notes, err) != 0)
		return -1;
	if (map_has(notes, NOTE_DONE))
		return 0;
	if (quiet->report->problems.n == 0)
		return err_set(err, ERR_FORMAT, "it cannot be read");
	return err_set(err, quiet->report->problems.p[0].code, STR_FMT,
	    STR_ARG(quiet->report->problems.p[0].message));
}

int scan_base_image(struct scan *scan, struct str reference, const char *layout,
    struct base_image *ret, struct err *err)
{
	struct report report CLEANUP(report_release) = {0};
	struct scan quiet = *scan;
	struct base_image base = {.reference = reference};
	struct map notes;

	report_init(&report, scan->limits->scan_memory, scan->limits->findings);
	quiet.report = &report;
	if (ask(&quiet, layout, &notes, err) != 0 ||
	    take_notes(&notes, &scan->report->arena, &base, err) != 0)
		return err_wrap(err, "base image " STR_FMT, STR_ARG(str_sub(reference, 0, 200)));
	*ret = base;
	return 0;
}
