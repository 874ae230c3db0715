/*
 * Scans an image. All of it happens in one reader: opening, walking the layers, the
 * inventory, and matching it against the mapped database, for versions and names are
 * hostile too. What the parent learns comes as findings, packages, gaps and one answer.
 */
#include "base/map.h"
#include "base/os/fd.h"
#include "detect/sbom/cataloger.h"
#include "detect/vuln/match.h"
#include "engine/image_config.h"
#include "engine/image_hidden.h"
#include "engine/image_secrets.h"
#include "engine/units.h"
#include "read/codec/codec.h"
#include "read/source/image/image.h"
#include "read/syntax/dockerfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { TAG_IMAGE = 1 << 16 | 0x105 };

/* What a job answers. */
struct image_answer {
	struct str digest, platform;
};

struct image_job {
	const struct scan *scan;
	const struct image_scan *image;
	const struct skip_list *skip;
	struct str archive; /* name in content; empty: a layout folder */
	/* in the parent */
	struct arena *arena;
	struct image_answer answer;
};

struct image_walk_state {
	const struct image_job *task;
	struct job *job;
	struct image image;
	struct str *labels; /* of each layer: "Dockerfile:5 COPY app /srv" */
	struct unit_detectors detectors;
	struct sink gather; /* what catalogers tell */
	struct inventory inventory;
	struct image_hidden hidden;
	struct image_secrets secrets;
	struct job detecting; /* the job, with a sink that holds secrets back */
	struct str passwd;
	struct map owned;	      /* paths of sink_owned */
	VEC(struct not_covered) gaps; /* of catalogers */
	struct map unread; /* what is known and not read: kind to struct str *, the first path */
	bool layer_failed; /* so that what is missing may be in there */
	bool base_known;
	enum from_base from_base; /* of the layer whose file is being catalogued */
};

/* ---- the sink that catalogers see: what the whole inventory needs is kept, the rest goes on ----
 */

static struct image_walk_state *state_of(struct sink *sink)
{
	return container_of(sink, struct image_walk_state, gather);
}

static int gather_package(struct sink *sink, const struct package *package, struct err *err)
{
	struct image_walk_state *s = state_of(sink);
	size_t max = s->job->limits->packages;
	struct package copy;

	if (s->inventory.packages.n >= max)
		return err_set(err, ERR_LIMIT,
		    "more than %zu packages are named; the rest of them is not judged", max);
	if (package_copy(package, s->job->arena, &copy, err) != 0)
		return -1;
	copy.from_base = s->from_base;
	return vec_push(&s->inventory.packages, s->job->arena, copy)
		   ? 0
		   : arena_err(s->job->arena, err);
}

static int gather_gap(struct sink *sink, const struct not_covered *gap, struct err *err)
{
	struct image_walk_state *s = state_of(sink);
	struct not_covered kept = *gap;

	kept.what = arena_str(s->job->arena, gap->what);
	kept.why = arena_str(s->job->arena, gap->why);
	return kept.what.p && kept.why.p && vec_push(&s->gaps, s->job->arena, kept)
		   ? 0
		   : arena_err(s->job->arena, err);
}

static int gather_owned(struct sink *sink, const struct owned_file *owned, struct err *err)
{
	struct image_walk_state *s = state_of(sink);
	struct str path = arena_str(s->job->arena, owned->path);

	return path.p && map_put(&s->owned, path, s) ? 0 : arena_err(s->job->arena, err);
}

static const struct sink_ops gather_ops = {
    .package = gather_package, .gap = gather_gap, .owned = gather_owned};

/* ---- which instruction made which layer ---- */

static int label_layers(struct image_walk_state *s, struct err *err)
{
	const struct image_scan *scan = s->task->image;
	struct arena *arena = s->job->arena;
	struct dockerfile file = {0};
	struct str *texts;
	size_t from = 0;

	s->labels = arena_array(arena, s->image.n_layers, sizeof *s->labels);
	if (!s->labels)
		return arena_err(arena, err);
	if (scan->dockerfile.n > 0 && dockerfile_parse(scan->dockerfile, arena, &file, err) != 0)
		return -1;
	texts = arena_array(arena, file.instructions.n, sizeof *texts);
	if (!texts)
		return arena_err(arena, err);
	for (size_t i = 0; i < file.instructions.n; i++)
		texts[i] = file.instructions.p[i].text.text;
	for (size_t i = 0; i < s->image.n_layers; i++) {
		const struct image_layer *layer = &s->image.layers[i];
		size_t at;

		s->labels[i] = image_layer_instruction(layer, arena);
		if (layer->from_base || !image_match_instruction(layer->created_by, texts,
					    file.instructions.n, from, &at))
			continue;
		s->labels[i] =
		    arena_fmt(arena, STR_FMT ":%u " STR_FMT, STR_ARG(scan->dockerfile_path),
			line_index_line(&file.lines, file.instructions.p[at].offset),
			STR_ARG(str_excerpt(texts[at], 120)));
		if (!s->labels[i].p)
			return arena_err(arena, err);
		from = at + 1;
	}
	return 0;
}

/* ---- the walk ---- */

static const struct str link_paths[] = {
    STR_INIT("etc/os-release"),
    STR_INIT("usr/lib/os-release"),
    STR_INIT("var/lib/dpkg/status"),
    STR_INIT("etc/passwd"),
};

static bool is_os_release(struct str path)
{
	return str_eq(path, link_paths[0]) || str_eq(path, link_paths[1]);
}

/* Best effort: if the arena is full, the scan fails anyway. */
static void note_unread(struct image_walk_state *s, struct str path)
{
	struct str kind = sbom_unread(path), *first;

	if (kind.n == 0 || map_has(&s->unread, kind))
		return;
	first = arena_new(s->job->arena, struct str);
	if (!first)
		return;
	*first = arena_str(s->job->arena, path);
	if (first->p)
		(void)!map_put(&s->unread, kind, first);
}

static unsigned image_wants(void *arg, const struct image_file *file)
{
	struct image_walk_state *s = arg;
	unsigned wants = IMAGE_SKIP;

	note_unread(s, file->path);
	image_hidden_see(&s->hidden, file->path);
	if (sbom_wants(file->path) || is_os_release(file->path) || history_wants(file->path))
		wants |= IMAGE_MERGED;
	if (s->task->image->secrets_in_layers && !file->layer->from_base &&
	    !skip_has(s->task->skip, file->path))
		wants |= IMAGE_STREAM;
	return wants;
}

static int image_streamed(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	struct image_walk_state *s = arg;
	struct unit labelled = *unit;

	labelled.origin.instruction = s->labels[file->layer_index];
	if (image_secrets_before(&s->secrets, unit, file, err) != 0 ||
	    unit_detect_piece(
		&s->detectors, &labelled, file->offset, file->size, file->is_last, err) != 0)
		return -1;
	return image_secrets_after(&s->secrets, unit, file, err);
}

/* A file that a broken layer cut short: what was seen of it counts. */
static int image_layer_end(
    void *arg, const struct image_layer *layer, bool verified, struct err *err)
{
	struct image_walk_state *s = arg;

	(void)layer, (void)verified;
	if (unit_detect_end(&s->detectors, err) != 0)
		return -1;
	image_secrets_cut_short(&s->secrets);
	return 0;
}

static int image_merged(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	struct image_walk_state *s = arg;
	struct unit labelled = *unit;
	struct err why = ERR_INIT;

	labelled.origin.instruction = s->labels[file->layer_index];
	if (s->base_known)
		s->from_base = file->layer->from_base ? BASE_YES : BASE_NO;
	if (skip_has(s->task->skip, unit->origin.path))
		return 0;
	job_at(s->job, unit->origin.path);
	if (history_add(&s->hidden.history, &labelled, file->layer_index, HISTORY_STAYS, err) != 0)
		return -1;
	if (str_eq(unit->origin.path, STR("etc/passwd"))) {
		s->passwd = arena_str(s->job->arena, unit->bytes);
		return s->passwd.p ? 0 : arena_err(s->job->arena, err);
	}
	if (is_os_release(unit->origin.path)) {
		if (s->inventory.distro.id.n > 0)
			return 0;
		return os_release_parse(unit->bytes, s->job->arena, &s->inventory.distro, err);
	}
	if (sbom_catalog(&labelled, &s->gather, s->job->arena, &why) != 0)
		return sink_error(s->job->sink, STAGE_SCAN, unit->origin.path, &why, err);
	return 0;
}

static int image_gone(
    void *arg, const struct unit *unit, const struct image_file *file, size_t by, struct err *err)
{
	struct image_walk_state *s = arg;
	struct unit labelled = *unit;

	labelled.origin.instruction = s->labels[file->layer_index];
	if (skip_has(s->task->skip, unit->origin.path))
		return 0;
	job_at(s->job, unit->origin.path);
	return history_add(&s->hidden.history, &labelled, file->layer_index, by, err);
}

static int image_problem(void *arg, const struct image_layer *layer, struct str path,
    const struct err *why, struct err *err)
{
	struct image_walk_state *s = arg;
	struct err wrapped = *why;

	if (layer && path.n == 0) {
		s->layer_failed = true;
		(void)err_wrap(&wrapped, "layer " STR_FMT, STR_ARG(str_sub(layer->digest, 0, 19)));
	}
	return sink_error(s->job->sink, STAGE_SCAN, path, &wrapped, err);
}

/* ---- what the image is worth ---- */

/* Of the image's packages some were judged, or none: then that is what is not covered. A
 * distribution's files without its database are not made up for by a package of another kind. */
static int tell_unread(struct image_walk_state *s, bool judged, struct err *err)
{
	struct arena *arena = s->job->arena;
	struct not_covered gap;
	bool found;

	if (sbom_image_gap(&s->inventory, arena, &found, &gap, err) != 0)
		return -1;
	if (!inventory_has_type(&s->inventory, STR("deb")) &&
	    (s->hidden.saw_signs || (s->hidden.saw_libraries && s->inventory.distro.id.n == 0))) {
		if (!found)
			gap = (struct not_covered){.stage = STAGE_SCAN,
			    .what = STR("this image"),
			    .why = STR("files of a distribution are in it, and no database of its "
				       "packages")};
		found = true;
		judged = false;
	}
	gap.kind = judged ? GAP_PACKAGES : GAP_INVENTORY;
	if (found && !s->layer_failed && sink_gap(s->job->sink, &gap, err) != 0)
		return -1;
	for (size_t i = 0; i < s->unread.n; i++) {
		const struct str *first = s->unread.items[i].value;

		gap = (struct not_covered){
		    .stage = STAGE_SCAN, .kind = GAP_PACKAGES, .what = s->unread.items[i].key};
		gap.why = arena_fmt(arena,
		    "they are in a layer and not read yet; the first is " STR_FMT, STR_ARG(*first));
		if (!gap.why.p)
			return arena_err(arena, err);
		if (sink_gap(s->job->sink, &gap, err) != 0)
			return -1;
	}
	return 0;
}

static int tell_gaps(struct image_walk_state *s, const struct vuln_gaps *gaps, struct err *err)
{
	for (size_t i = 0; i < gaps->n; i++) {
		struct not_covered gap = gaps->p[i];

		if (gaps->judged == 0 && gap.packages > 0)
			gap.kind = GAP_INVENTORY;
		if (sink_gap(s->job->sink, &gap, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < s->gaps.n; i++) {
		if (sink_gap(s->job->sink, &s->gaps.p[i], err) != 0)
			return -1;
	}
	return tell_unread(s, gaps->judged > 0, err);
}

static int match_inventory(struct image_walk_state *s, struct err *err)
{
	const struct scan *scan = s->task->scan;
	struct vuln_options options = {.now_ms = scan->clock->now_ms(scan->clock)};
	struct vuln_gaps gaps = {0};

	/* Nobody asked for it, which the report says; so nothing is missing. */
	if (!scan->database)
		return 0;
	if (vuln_match(scan->database, &s->inventory, &options, s->job->sink, &gaps, s->job->arena,
		err) != 0)
		return -1;
	return tell_gaps(s, &gaps, err);
}

static int tell_inventory(struct image_walk_state *s, struct err *err)
{
	/* What a layer that failed would have changed is not known. */
	if ((!s->layer_failed && image_hidden_judge(&s->hidden, &s->inventory, err) != 0) ||
	    image_secrets_tell(&s->secrets, &s->hidden.history, err) != 0)
		return -1;
	if (sbom_finish(&s->inventory, &s->owned, s->job->arena, err) != 0)
		return -1;
	if (s->inventory.distro.id.n > 0 &&
	    sink_distro(s->job->sink, &s->inventory.distro, err) != 0)
		return -1;
	for (size_t i = 0; i < s->inventory.packages.n; i++) {
		if (sink_package(s->job->sink, &s->inventory.packages.p[i], err) != 0)
			return -1;
	}
	return match_inventory(s, err);
}

static void walk_answer(struct wire *w, void *item)
{
	struct image_answer *answer = item;

	wire_str(w, &answer->digest);
	wire_str(w, &answer->platform);
}

static int answer_image(struct image_walk_state *s, struct err *err)
{
	struct image_answer answer = {.digest = s->image.manifest_digest.n > 0
						    ? s->image.manifest_digest
						    : s->image.config_digest,
	    .platform = s->image.platform};

	return reply_send(s->job, TAG_IMAGE, &answer, walk_answer, err);
}

static int judge_config(struct image_walk_state *s, struct err *err)
{
	struct image_judging judging = {
	    .image = &s->image,
	    .passwd = s->passwd,
	    .dockerfile = s->task->image->dockerfile_path,
	    .sink = s->job->sink,
	    .detectors = &s->detectors,
	    .arena = s->job->arena,
	};

	return image_config_judge(&judging, err);
}

static int walk_layers(struct image_walk_state *s, struct err *err)
{
	const struct image_scan *scan = s->task->image;
	struct image_visitor visitor = {
	    .arg = s,
	    .wants = image_wants,
	    .streamed = scan->secrets_in_layers ? image_streamed : NULL,
	    .merged = image_merged,
	    .layer_end = image_layer_end,
	    .gone = image_gone,
	    .problem = image_problem,
	    .paths = link_paths,
	    .n_paths = ARRAY_LEN(link_paths),
	};

	s->base_known = image_mark_base(&s->image, scan->base_diff_ids, scan->n_base_diff_ids) > 0;
	image_hidden_init(&s->hidden, &s->image, s->job->limits, s->job->sink, s->job->arena);
	if (label_layers(s, err) != 0)
		return -1;
	s->hidden.labels = s->labels;
	if (image_walk(&s->image, s->job->limits, &visitor, err) != 0 || judge_config(s, err) != 0)
		return -1;
	return tell_inventory(s, err);
}

static void state_release(struct image_walk_state *s)
{
	unit_detectors_release(&s->detectors);
	image_secrets_release(&s->secrets);
	image_release(&s->image);
}

static struct str name_of(const struct image_scan *image)
{
	return image->name.n > 0 ? image->name : str_of(image->path);
}

static int run_image(struct job *job, void *arg, struct err *err)
{
	const struct image_job *task = arg;
	struct image_walk_state s CLEANUP(state_release) = {
	    .task = task, .job = job, .gather = {&gather_ops, job->sink}};
	struct image_opts opts = {task->archive, task->image->selector, task->image->platform};
	unsigned detectors = task->image->secrets_in_layers ? SCAN_SECRETS : 0;

	map_init(&s.owned, job->arena);
	map_init(&s.unread, job->arena);
	image_secrets_init(&s.secrets, job->sink, job->arena);
	s.detecting = *job;
	s.detecting.sink = &s.secrets.sink;
	if (unit_detectors_init(&s.detectors, &s.detecting, task->scan, detectors, err) != 0)
		return -1;
	if (image_open(job->content, &opts, job->limits, job->arena, &s.image, err) != 0)
		return err_wrap(err, STR_FMT, STR_ARG(name_of(task->image)));
	return answer_image(&s, err) != 0 ? -1 : walk_layers(&s, err);
}

/* ---- the parent's side ---- */

static int take_answer(void *arg, struct str bytes, struct err *err)
{
	struct image_job *job = arg;

	if (reply_take(bytes, TAG_IMAGE, &job->answer, walk_answer, job->arena, err) != 0)
		return -1;
	return digest_is_valid(job->answer.digest)
		   ? 0
		   : err_set(err, ERR_FORMAT, "the reader answered with an invalid digest");
}

static int use_database(struct scan *scan, struct err *err)
{
	struct db_info info;
	struct str digest;

	if (!scan->database || scan->report->database.used)
		return 0;
	if (db_info(scan->database, &info, err) != 0)
		return -1;
	digest = arena_str(&scan->report->arena, str_of(info.digest));
	if (!digest.p)
		return arena_err(&scan->report->arena, err);
	scan->report->database = (struct database_info){digest, info.built_ms, true};
	return 0;
}

/* Opens folder or archive and runs the job over it. */
static int run_over(
    struct scan *scan, struct image_job *job, struct skip_list *skip, struct err *err)
{
	/* A pipe is not waited for. */
	int fd CLEANUP_FD = open(job->image->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct content_dir dir CLEANUP(content_dir_release) = {0};
	struct pool_one one = {.fn = run_image, .reply = take_answer, .arg = job};
	struct content_file file;
	struct stat status;

	content_dir_init(&dir, fd);
	if (fd < 0 || fstat(fd, &status) != 0)
		return err_sys(err, "%s", job->image->path);
	if (S_ISDIR(status.st_mode)) {
		one.content = &dir.content;
	} else {
		job->archive = name_of(job->image);
		if (content_file_init(&file, job->archive, fd, err) != 0)
			return -1;
		one.content = &file.content;
	}
	if (codec_prepare(err) != 0)
		return -1;
	return scan_walk(scan, STAGE_SCAN, &one, skip, err);
}

int scan_image(struct scan *scan, const struct image_scan *image, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct subject *subject = &scan->report->subjects.p[scan->subject];
	struct image_job job = {
	    .scan = scan, .image = image, .skip = &skip, .arena = &scan->report->arena};

	if (use_database(scan, err) != 0 || run_over(scan, &job, &skip, err) != 0)
		return -1;
	subject->digest = job.answer.digest;
	subject->platform = job.answer.platform;
	return 0;
}

struct inventory_job {
	const struct scan *scan;
	const struct inventory *inventory;
};

static int run_inventory(struct job *job, void *arg, struct err *err)
{
	const struct inventory_job *i = arg;
	struct vuln_options options = {.now_ms = i->scan->clock->now_ms(i->scan->clock)};
	struct vuln_gaps gaps = {0};

	return vuln_match(
	    i->scan->database, i->inventory, &options, job->sink, &gaps, job->arena, err);
}

int scan_inventory(struct scan *scan, const struct inventory *inventory, struct err *err)
{
	struct inventory_job job = {scan, inventory};
	const struct pool_one one = {.fn = run_inventory, .arg = &job};

	return scan->database ? scan_walk(scan, STAGE_SCAN, &one, NULL, err) : 0;
}
