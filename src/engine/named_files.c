/* Files that the user named one by one: one list for all readers, whatever folders they lie in. */
#include "base/os/fd.h"
#include "engine/readers.h"
#include "engine/units.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/* An item's bytes are had under its number, and those of a file beside it under "N/name". */
struct named_content {
	struct content content;
	struct content_dir dir; /* of the file that was opened last; others may still be read */
	const struct named_file *files;
	size_t n;
	int folder;
};

struct named_job {
	const struct scan *scan;
	const struct named_file *files;
	const struct str *numbers;
	unsigned detectors;
	struct report_sink *sink;
};

static enum content_result named_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct named_content *n = container_of(c, struct named_content, content);
	const struct where *where;
	struct str number = name, beside = STR_NONE;
	uint64_t i;

	(void)str_split(name, '/', &number, &beside);
	if (!str_to_u64(number, &i) || i >= n->n)
		return CONTENT_MISSING;
	where = &n->files[i].where;
	fd_cleanup(&n->folder);
	n->folder = open(where->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n->folder < 0) {
		(void)err_sys(err, "%s", where->folder);
		return CONTENT_ERROR;
	}
	n->dir.dir_fd = n->folder;
	return n->dir.content.ops->open(
	    &n->dir.content, beside.n > 0 ? beside : where->file, ret_handle, ret_size, err);
}

static int named_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t size,
    size_t *ret_n, struct err *err)
{
	struct named_content *n = container_of(c, struct named_content, content);

	return n->dir.content.ops->read(&n->dir.content, handle, offset, p, size, ret_n, err);
}

static void named_close(struct content *c, uint32_t handle)
{
	struct named_content *n = container_of(c, struct named_content, content);

	n->dir.content.ops->close(&n->dir.content, handle);
}

static int named_descriptor(struct content *c, uint32_t handle)
{
	struct named_content *n = container_of(c, struct named_content, content);

	return n->dir.content.ops->descriptor(&n->dir.content, handle);
}

static const struct content_ops named_ops = {named_open, named_read, named_close, named_descriptor};

static void named_content_release(struct named_content *c)
{
	content_dir_release(&c->dir);
	fd_cleanup(&c->folder);
}

/* ---- in a reader ---- */

static int named_begin(struct job *job, void *arg, struct err *err)
{
	const struct named_job *n = arg;
	struct unit_detectors *d = calloc(1, sizeof *d);

	if (!d)
		return err_nomem(err);
	job->state = d;
	if (unit_detectors_init(d, job, n->scan, n->detectors, err) != 0)
		return -1;
	d->named = true;
	d->names = UNIT_NUMBERS;
	d->found = true;
	return 0;
}

static void named_end(struct job *job, void *arg)
{
	(void)arg;
	if (job->state)
		unit_detectors_release(job->state);
	free(job->state);
}

static int named_item(struct job *job, size_t item, void *arg, struct err *err)
{
	const struct named_job *n = arg;
	const struct unit unit = {.origin.path = n->files[item].where.unit, .mode = S_IFREG | 0644};

	return unit_detect_content(job->state, n->numbers[item], &unit, err);
}

static struct str named_name(const void *arg, size_t item)
{
	return ((const struct named_job *)arg)->numbers[item];
}

/* ---- in the parent ---- */

static void named_turn(void *arg, size_t item)
{
	const struct named_job *n = arg;

	n->sink->subject = n->files[item].subject;
}

int scan_files(struct scan *scan, const struct named_file *files, size_t n, unsigned detectors,
    struct err *err)
{
	struct arena arena CLEANUP(arena_release) = {0};
	struct named_content content CLEANUP(named_content_release) = {
	    .content = {&named_ops}, .files = files, .n = n, .folder = -1};
	struct named_job job = {.scan = scan, .files = files, .detectors = detectors};
	struct pool_work work = {.n = n,
	    .content = &content.content,
	    .arg = &job,
	    .begin = named_begin,
	    .item = named_item,
	    .end = named_end,
	    .name = named_name,
	    .turn = named_turn};
	struct report_sink sink;
	struct str *numbers;

	content_dir_init(&content.dir, -1);
	arena_init(&arena, scan->limits->scan_memory);
	numbers = arena_array(&arena, n, sizeof *numbers);
	for (size_t i = 0; numbers && i < n; i++)
		numbers[i] = arena_fmt(&arena, "%zu", i);
	if (arena_check(&arena, err) != 0)
		return -1;
	job.numbers = numbers;
	job.sink = &sink;
	return scan_items_into(
	    &sink, scan, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS, &work, err);
}
