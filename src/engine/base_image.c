#include "engine/base_image.h"

#include "base/os/fd.h"
#include "engine/readers.h"
#include "read/source/image/image.h"

#include <fcntl.h>

enum { TAG_BASE_IMAGE = 1 << 16 | 0x104 };

struct base_question {
	struct arena *arena;
	bool answered;
	struct base_image answer;
};

static void walk_base_image(struct wire *w, void *item)
{
	struct base_image *base = item;

	wire_str(w, &base->user);
	wire_str(w, &base->os);
	wire_strs(w, &base->env);
	wire_strs(w, &base->onbuild);
	wire_strs(w, &base->diff_ids);
	wire_bool(w, &base->has_history);
	wire_bool(w, &base->history_fits);
}

static int run_base_image(struct job *job, void *arg, struct err *err)
{
	struct image image CLEANUP(image_release) = {0};
	struct image_opts opts = {0};
	struct base_image base;

	(void)arg;
	if (image_open(job->content, &opts, job->limits, job->arena, &image, err) != 0)
		return -1;
	base = (struct base_image){.user = image.config.user,
	    .os = image.os,
	    .env = image.config.env,
	    .onbuild = image.config.onbuild,
	    .has_history = image.n_history > 0,
	    .history_fits = image.history_fits};
	base.diff_ids.p = arena_array(job->arena, image.n_layers, sizeof(struct str));
	if (!base.diff_ids.p)
		return arena_err(job->arena, err);
	for (; base.diff_ids.n < image.n_layers; base.diff_ids.n++)
		base.diff_ids.p[base.diff_ids.n] = image.layers[base.diff_ids.n].diff_id;
	return reply_send(job, TAG_BASE_IMAGE, &base, walk_base_image, err);
}

static int take_base_image(void *arg, struct str bytes, struct err *err)
{
	struct base_question *question = arg;
	struct base_image *base = &question->answer;

	if (reply_take(bytes, TAG_BASE_IMAGE, base, walk_base_image, question->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < base->diff_ids.n; i++) {
		if (!digest_is_valid(base->diff_ids.p[i]))
			return err_set(
			    err, ERR_FORMAT, "the reader answered with an invalid diff ID");
	}
	question->answered = true;
	return 0;
}

/* The quiet report's first problem says what is wrong with the image. */
static int ask(
    struct scan *quiet, const char *layout, struct base_question *question, struct err *err)
{
	int fd CLEANUP_FD = open(layout, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct content_dir dir CLEANUP(content_dir_release) = {0};
	const struct pool_one job = {&dir.content, NULL, run_base_image, take_base_image, question};

	content_dir_init(&dir, fd);
	if (fd < 0)
		return err_sys(err, "%s", layout);
	if (scan_walk(quiet, STAGE_BUILD, &job, NULL, err) != 0)
		return -1;
	if (question->answered)
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
	struct base_question question = {.arena = &scan->report->arena};
	struct scan quiet;

	if (scan_quietly(scan, STR("image"), &report, &quiet, err) != 0 ||
	    ask(&quiet, layout, &question, err) != 0)
		return err_wrap(err, "base image " STR_FMT, STR_ARG(str_sub(reference, 0, 200)));
	*ret = question.answer;
	ret->reference = reference;
	return 0;
}
