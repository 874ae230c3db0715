/* Scans of a folder, of one file, and of a text. */
#include "base/os/fd.h"
#include "engine/units.h"
#include "read/source/dir/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct folder_job {
	const struct scan *scan;
	const struct dir_list *list;
	const struct skip_list *skip;
	unsigned detectors;
	bool named; /* the user named the entries, one by one */
};

static int run_folder(struct job *job, void *arg, struct err *err)
{
	const struct folder_job *f = arg;
	struct unit_detectors d CLEANUP(unit_detectors_release);

	if (unit_detectors_init(&d, job, f->scan, f->detectors, err) != 0)
		return -1;
	d.named = f->named;
	for (size_t i = 0; i < f->list->entries.n; i++) {
		const struct dir_entry *entry = &f->list->entries.p[i];
		struct unit unit = {.path = entry->path, .mode = entry->mode};
		int result;

		if (skip_has(f->skip, entry->path))
			continue;
		if (S_ISLNK(entry->mode)) {
			unit.bytes = entry->target;
			result = unit_detect(&d, &unit, err);
		} else {
			result = unit_detect_content(&d, entry->path, &unit, err);
		}
		if (result != 0)
			return -1;
	}
	return 0;
}

static int scan_entries(struct scan *scan, int dir_fd, const struct dir_list *list,
    unsigned detectors, bool named, struct err *err)
{
	struct content_dir content CLEANUP(content_dir_release);
	struct skip_list skip = {.n = 0};
	struct folder_job job = {scan, list, &skip, detectors, named};

	content_dir_init(&content, dir_fd);
	return attempt_run(scan, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
	    &content.content, run_folder, &job, &skip, NULL, err);
}

static int scan_opened_folder(struct scan *scan, int dir_fd, unsigned detectors, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct dir_list list = {0};
	struct report_sink sink;

	arena_init(&arena, scan->limits->scan_memory);
	report_sink_init(&sink, scan->report, scan->subject);
	if (dir_walk(dir_fd, scan->limits, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
		&sink.sink, &arena, &list, err) != 0)
		return -1;
	return scan_entries(scan, dir_fd, &list, detectors, false, err);
}

/* A file is a folder's only entry: the same way, and nothing beside it is looked at. */
static int scan_file(struct scan *scan, const char *path, unsigned detectors, struct err *err)
{
	struct str whole = str_of(path), folder = STR("."), name = whole;
	size_t slash = str_rchr(whole, '/');
	struct dir_entry entry = {.mode = S_IFREG | 0644};
	struct dir_list list = {
	    .entries = {&entry, 1, 1}
	     };
	int dir_fd CLEANUP_FD = -1;
	char *folder_path;

	if (slash != STR_NPOS) {
		folder = slash ? str_sub(whole, 0, slash) : STR("/");
		name = str_sub(whole, slash + 1, whole.n);
	}
	folder_path = arena_cstr(&scan->report->arena, folder);
	if (!folder_path)
		return arena_err(&scan->report->arena, err);
	dir_fd = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return err_sys(err, "%s", folder_path);
	entry.path = name;
	return scan_entries(scan, dir_fd, &list, detectors, true, err);
}

int scan_folder(struct scan *scan, const char *path, unsigned detectors, struct err *err)
{
	int dir_fd CLEANUP_FD = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir_fd >= 0)
		return scan_opened_folder(scan, dir_fd, detectors, err);
	if (errno != ENOTDIR)
		return err_sys(err, "%s", path);
	return scan_file(scan, path, detectors, err);
}

struct text_job {
	const struct scan *scan;
	struct unit unit;
	unsigned detectors;
};

static int run_text(struct job *job, void *arg, struct err *err)
{
	const struct text_job *t = arg;
	struct unit_detectors d CLEANUP(unit_detectors_release);

	if (unit_detectors_init(&d, job, t->scan, t->detectors, err) != 0)
		return -1;
	d.named = true;
	return unit_detect(&d, &t->unit, err);
}

int scan_text(
    struct scan *scan, struct str name, struct str bytes, unsigned detectors, struct err *err)
{
	struct text_job job = {
	    scan, {.path = name, .bytes = bytes},
		  detectors
	   };
	struct content_memory nothing;
	struct skip_list skip = {.n = 0};

	content_memory_init(&nothing, NULL, NULL, 0);
	return attempt_run(scan, (detectors & SCAN_LINT) ? STAGE_VALIDATE : STAGE_SECRETS,
	    &nothing.content, run_text, &job, &skip, NULL, err);
}
