/* Secrets in what a push brings. */
#include "base/map.h"
#include "engine/commits.h"
#include "engine/repo_objects.h"
#include "engine/scan_gate.h"
#include "engine/units.h"
#include "read/source/git/git_walk.h"

enum { TAGS_DEEP = 20, TAG_BYTES = 1 << 20 };

/* What a ref points to by way of tags. */
struct pushed_object {
	struct str ref;
	struct git_oid oid;
	enum git_object_kind kind;
};

struct pushed {
	struct scan *scan;
	struct git_repo *repo;
	struct arena *arena;
	struct git_oid_list heads, bases;
	VEC(struct pushed_object) others; /* tags, trees and blobs */
};

/* ---- what refs point to ---- */

/* "object <id>\n" is the first line of a tag. */
static int peel(struct pushed *p, struct git_oid *oid, struct err *err)
{
	struct str bytes, line;
	struct git_oid next;

	if (content_read_all(git_repo_content(p->repo), git_oid_str(oid), TAG_BYTES, p->arena,
		&bytes, err) != CONTENT_OK)
		return err->code != ERR_NONE
			   ? -1
			   : err_set(err, ERR_NOT_FOUND, "the tag %s is not there", oid->hex);
	if (!str_cut(&bytes, '\n', &line) || !str_starts(line, STR("object ")) ||
	    !git_oid_parse(str_sub(line, 7, line.n), &next))
		return err_set(err, ERR_FORMAT, "%s is no tag that git writes", oid->hex);
	*oid = next;
	return 0;
}

static int add_ref(struct pushed *p, const struct pushed_ref *ref, struct err *err)
{
	struct git_oid oid = ref->to;

	for (int depth = 0; depth <= TAGS_DEEP; depth++) {
		struct pushed_object object = {.ref = ref->name, .oid = oid};

		if (git_object_kind(p->repo, &oid, &object.kind, err) != 0)
			return -1;
		if (object.kind == GIT_OBJECT_MISSING)
			return err_set(err, ERR_NOT_FOUND, STR_FMT ": the object %s is not there",
			    STR_ARG(ref->name), oid.hex);
		if (object.kind == GIT_OBJECT_COMMIT) {
			vec_push(&p->heads, p->arena, oid);
			return arena_check(p->arena, err);
		}
		vec_push(&p->others, p->arena, object);
		if (object.kind != GIT_OBJECT_TAG)
			return arena_check(p->arena, err);
		if (peel(p, &oid, err) != 0)
			return err_wrap(err, STR_FMT, STR_ARG(ref->name));
	}
	return err_set(err, ERR_LIMIT, STR_FMT ": a tag of a tag, more than %d deep",
	    STR_ARG(ref->name), TAGS_DEEP);
}

/* Where a ref stood before, if it is a commit that is here. */
static int add_base(struct pushed *p, const struct git_oid *oid, struct err *err)
{
	enum git_object_kind kind;

	if (oid->hex[0] == '\0')
		return 0;
	if (git_object_kind(p->repo, oid, &kind, err) != 0)
		return -1;
	if (kind == GIT_OBJECT_COMMIT)
		vec_push(&p->bases, p->arena, *oid);
	return arena_check(p->arena, err);
}

/* ---- what is no commit ---- */

struct others_job {
	const struct pushed *pushed;
	const struct skip_list *skip;
};

struct others_visit {
	struct unit_detectors detectors;
	const struct others_job *task;
	struct str ref;
};

static int visit_file(void *arg, const struct git_entry *entry, struct err *err)
{
	struct others_visit *v = arg;
	struct unit unit = {.origin.path = entry->path, .origin.ref = v->ref, .mode = entry->mode};

	if (skip_has(v->task->skip, entry->path))
		return 0;
	return unit_detect_content(&v->detectors, git_oid_str(&entry->oid), &unit, err) != 0
		   ? -1
		   : GIT_SEEN;
}

static int look_at(
    struct others_visit *v, struct job *job, const struct pushed_object *object, struct err *err)
{
	struct git_walk walk = {.content = job->content,
	    .limits = job->limits,
	    .stage = STAGE_SECRETS,
	    .sink = job->sink,
	    .arena = job->arena,
	    .visitor = {.entry = visit_file, .arg = v}};
	struct unit unit = {.origin.path = object->ref, .origin.ref = object->ref};

	v->ref = object->ref;
	if (object->kind == GIT_OBJECT_TREE)
		return git_tree_walk(&walk, &object->oid, &object->oid, err);
	return unit_detect_content(&v->detectors, git_oid_str(&object->oid), &unit, err);
}

static void visit_release(struct others_visit *v)
{
	unit_detectors_release(&v->detectors);
}

static int run_others(struct job *job, void *arg, struct err *err)
{
	const struct others_job *o = arg;
	struct others_visit visit CLEANUP(visit_release) = {.task = o};

	if (unit_detectors_init(&visit.detectors, job, o->pushed->scan, SCAN_SECRETS, err) != 0)
		return -1;
	visit.detectors.names = UNIT_OBJECTS;
	for (size_t i = 0; i < o->pushed->others.n; i++) {
		const struct pushed_object *object = &o->pushed->others.p[i];

		if (!skip_has(o->skip, object->ref) && look_at(&visit, job, object, err) != 0)
			return -1;
	}
	return 0;
}

static int scan_others(struct pushed *p, struct err *err)
{
	struct skip_list skip = {.n = 0};
	struct others_job job = {p, &skip};

	if (p->others.n == 0)
		return 0;
	return scan_walk_objects(p->scan, STAGE_SECRETS, p->repo,
	    &(struct pool_one){.fn = run_others, .arg = &job}, &skip, err);
}

int scan_pushed(struct scan *scan, struct git_repo *repo, const struct pushed_ref *refs,
    size_t n_refs, const char *known, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct pushed p = {.scan = scan, .repo = repo, .arena = &arena};
	struct git_oid_list commits = {0};

	arena_init(&arena, scan->limits->scan_memory);
	for (size_t i = 0; i < n_refs; i++) {
		if (refs[i].to.hex[0] != '\0' &&
		    (add_ref(&p, &refs[i], err) != 0 || add_base(&p, &refs[i].old, err) != 0))
			return -1;
	}
	if (git_rev_list_new(repo, &p.heads, &p.bases, known, &arena, &commits, err) != 0 ||
	    (commits.n > 0 && scan_commits(scan, repo, &commits, &p.bases, err) != 0))
		return -1;
	return scan_others(&p, err);
}

int scan_all_commits(struct scan *scan, struct git_repo *repo, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	const struct git_oid_list none = {0};
	struct git_oid_list commits = {0};

	arena_init(&arena, scan->limits->scan_memory);
	if (git_rev_list_all(repo, &arena, &commits, err) != 0)
		return -1;
	return commits.n > 0 ? scan_commits(scan, repo, &commits, &none, err) : 0;
}
