#include "engine/own.h"

#include <stdlib.h>

#define KEPT_BYTES MIB(64)

/* How often a secret stands in a file, and on which lines (the first ones). */
struct own_count {
	struct str id; /* rule and hash */
	size_t n;
	const uint32_t *lines;
	size_t n_lines;
};

struct own_counts {
	struct own_count *p; /* by id */
	size_t n;
};

/* A secret that stands in a file more often than before. */
struct own_secret {
	const struct finding *finding;
	struct str id, path;
	size_t total, grown, in_base;
	const struct own_count *before; /* where it stood most often; NULL: nowhere */
};

/* How often a change took a secret away from other files, in all and from this parent. */
struct own_moved {
	size_t left, from_this;
	bool was_known; /* the base has it in a file that it was taken away from */
};

/* ---- what a scanner reports ---- */

static struct own *own_of(struct sink *sink)
{
	return container_of(sink, struct own, sink);
}

static int gather_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct own *own = own_of(sink);
	struct finding copy;

	own->is_quiet = false;
	if (finding_copy(finding, &own->arena, &copy, err) != 0)
		return -1;
	return vec_push(&own->found, &own->arena, copy) ? 0 : arena_err(&own->arena, err);
}

static int gather_problem(struct sink *sink, const struct problem *problem, struct err *err)
{
	struct own *own = own_of(sink);

	own->is_quiet = false;
	return own->is_deaf ? 0 : sink_problem(own->detectors->job->sink, problem, err);
}

static int gather_gap(struct sink *sink, const struct not_covered *gap, struct err *err)
{
	struct own *own = own_of(sink);

	own->is_quiet = false;
	return own->is_deaf ? 0 : sink_gap(own->detectors->job->sink, gap, err);
}

static const struct sink_ops gather_ops = {
    .finding = gather_finding, .problem = gather_problem, .gap = gather_gap};

/* ---- a file's secrets, counted ---- */

static int by_id(const void *a, const void *b)
{
	const struct own_count *x = a, *y = b;

	return str_cmp(x->id, y->id);
}

static int count_one(
    const struct finding *f, struct arena *arena, struct own_count *ret, struct err *err)
{
	uint32_t *lines = arena_array(arena, f->n_places, sizeof *lines);

	*ret = (struct own_count){.id = scan_secret_id(f, arena),
	    .n = f->n_places + f->more_places,
	    .lines = lines,
	    .n_lines = f->n_places};
	if (!lines || !ret->id.p)
		return arena_err(arena, err);
	for (size_t i = 0; i < f->n_places; i++)
		lines[i] = f->places[i].line;
	return 0;
}

/* Of what was found in the unit that was looked at last. */
static int count_found(
    const struct own *own, struct arena *arena, struct own_counts **ret, struct err *err)
{
	struct own_counts *counts = arena_new(arena, struct own_counts);

	if (counts)
		counts->p = arena_array(arena, own->found.n, sizeof *counts->p);
	if (!counts || !counts->p)
		return arena_err(arena, err);
	for (size_t i = 0; i < own->found.n; i++) {
		if (count_one(&own->found.p[i], arena, &counts->p[counts->n++], err) != 0)
			return -1;
	}
	if (counts->n > 1)
		qsort(counts->p, counts->n, sizeof *counts->p, by_id);
	*ret = counts;
	return 0;
}

static const struct own_count *count_of(const struct own_counts *counts, struct str id)
{
	const struct own_count key = {.id = id};

	if (!counts || counts->n == 0)
		return NULL;
	return bsearch(&key, counts->p, counts->n, sizeof key, by_id);
}

/* ---- scanning, each object at each path once ---- */

static int scan_unit(struct own *own, struct content *content, struct str name, bool is_object,
    const struct unit *unit, struct err *err)
{
	struct unit_detectors *d = own->detectors;
	struct str key = d->scan->policy->secret_key;
	struct unit only_path = *unit;

	own->found.n = 0;
	own->is_quiet = true;
	job_at(d->job, unit->origin.path);
	if (!content)
		return secret_scan(d->scanner, unit, key, &own->sink, err);
	only_path.bytes = STR("");
	if (is_object && map_has(&own->clean, name))
		return secret_scan(d->scanner, &only_path, key, &own->sink, err);
	if (unit_scan_secrets(d, content, name, is_object, unit, &own->sink, err) != 0)
		return -1;
	if (!is_object || !own->is_quiet)
		return 0;
	name = arena_str(&own->kept, name);
	return name.p && map_put(&own->clean, name, own) ? 0 : arena_err(&own->kept, err);
}

static int key_of(
    struct own *own, struct str oid, struct str path, struct str *ret, struct err *err)
{
	*ret = arena_fmt(&own->kept, STR_FMT " " STR_FMT, STR_ARG(oid), STR_ARG(path));
	return ret->p ? 0 : arena_err(&own->kept, err);
}

static int remember(struct own *own, struct str key, struct own_counts **ret, struct err *err)
{
	if (count_found(own, &own->kept, ret, err) != 0)
		return -1;
	return map_put(&own->counts, key, *ret) ? 0 : arena_err(&own->kept, err);
}

/* Of an object that stood at path before. What breaks its reader is as if it held nothing: then
 * more is new, never less. */
static int counts_before(struct own *own, const struct git_oid *oid, struct str path,
    const struct own_counts **ret, struct err *err)
{
	struct unit unit = {.origin.path = path};
	struct own_counts *counts;
	bool was_deaf = own->is_deaf;
	struct str key;

	*ret = NULL;
	if (skip_has(own->skip, path))
		return 0;
	if (key_of(own, git_oid_str(oid), path, &key, err) != 0)
		return -1;
	*ret = map_get(&own->counts, key);
	if (*ret)
		return 0;
	own->is_deaf = true;
	if (scan_unit(own, own->objects, git_oid_str(oid), true, &unit, err) != 0 ||
	    remember(own, key, &counts, err) != 0)
		return -1;
	own->is_deaf = was_deaf;
	*ret = counts;
	return 0;
}

static int look_at_object(struct own *own, struct content *content, struct str name,
    const struct unit *unit, bool *ret_any, struct err *err)
{
	struct own_counts *counts;
	struct str key;

	if (key_of(own, name, unit->origin.path, &key, err) != 0)
		return -1;
	counts = map_get(&own->counts, key);
	*ret_any = !counts || counts->n > 0;
	if (!*ret_any)
		return 0;
	own->is_deaf = counts != NULL;
	if (scan_unit(own, content, name, true, unit, err) != 0 ||
	    (!counts && remember(own, key, &counts, err) != 0))
		return -1;
	own->is_deaf = false;
	*ret_any = own->found.n > 0;
	return 0;
}

int own_look(struct own *own, struct content *content, struct str name, bool is_object,
    const struct unit *unit, bool *ret_any, struct err *err)
{
	if (is_object)
		return look_at_object(own, content, name, unit, ret_any, err);
	if (scan_unit(own, content, name, false, unit, err) != 0)
		return -1;
	*ret_any = own->found.n > 0;
	return 0;
}

/* ---- telling ---- */

static bool take_line(uint32_t *lines, size_t n, uint32_t line)
{
	for (size_t i = 0; i < n; i++) {
		if (lines[i] == line) {
			lines[i] = UINT32_MAX;
			return true;
		}
	}
	return false;
}

/* Which of the places stood there before: those on the same lines, and then the first ones. */
static int mark_before(
    struct own *own, const struct own_secret *s, size_t n_before, bool *marks, struct err *err)
{
	const struct finding *f = s->finding;
	size_t n = s->before ? s->before->n_lines : 0, marked = 0;
	uint32_t *lines = arena_array(&own->arena, n, sizeof *lines);

	if (!lines)
		return arena_err(&own->arena, err);
	if (n > 0)
		memcpy(lines, s->before->lines, n * sizeof *lines);
	for (size_t i = 0; i < f->n_places && marked < n_before; i++) {
		marks[i] = take_line(lines, n, f->places[i].line);
		marked += marks[i];
	}
	for (size_t i = 0; i < f->n_places && marked < n_before; i++) {
		marked += !marks[i];
		marks[i] = true;
	}
	return 0;
}

static int tell_part(struct own *own, const struct finding *whole, const bool *marks, bool marked,
    enum finding_state state, size_t more, struct err *err)
{
	struct finding f = *whole;

	f.n_places = 0;
	f.places = arena_array(&own->arena, whole->n_places, sizeof *f.places);
	if (!f.places)
		return arena_err(&own->arena, err);
	for (size_t i = 0; i < whole->n_places; i++) {
		if (marks[i] != marked)
			continue;
		f.places[f.n_places] = whole->places[i];
		f.places[f.n_places++].state = state;
	}
	f.state = state;
	f.more_places = (uint32_t)MIN_OF(more, (size_t)UINT32_MAX);
	return f.n_places == 0 ? 0 : sink_finding(own->detectors->job->sink, &f, err);
}

static int tell(
    struct own *own, const struct own_secret *s, size_t n_new, bool is_known, struct err *err)
{
	const struct finding *f = s->finding;
	bool *marks = arena_array(&own->arena, f->n_places, sizeof *marks);
	size_t listed = 0;
	struct str key;

	if (!marks)
		return arena_err(&own->arena, err);
	if (mark_before(own, s, s->total - n_new, marks, err) != 0)
		return -1;
	for (size_t i = 0; i < f->n_places; i++)
		listed += !marks[i];
	if (n_new > 0 && tell_part(own, f, marks, false, STATE_NEW,
			     n_new > listed ? n_new - listed : 0, err) != 0)
		return -1;
	if (!is_known || n_new == s->total)
		return 0;
	/* Once for each file, not for each commit that touched it. */
	key = arena_fmt(&own->kept, STR_FMT "\n" STR_FMT, STR_ARG(s->id), STR_ARG(s->path));
	if (key.p && map_has(&own->reported, key))
		return 0;
	if (!key.p || !map_put(&own->reported, key, own))
		return arena_err(&own->kept, err);
	return tell_part(own, f, marks, true, STATE_KNOWN, 0, err);
}

/* ---- what stood there before ---- */

static int weigh_one(struct own *own, const struct finding *f, struct str path,
    const struct own_counts *const *before, const struct git_old *olds, size_t n, struct err *err)
{
	struct own_secret s = {.finding = f,
	    .id = scan_secret_id(f, &own->arena),
	    .path = path,
	    .total = f->n_places + f->more_places};
	size_t most = 0;

	if (!s.id.p)
		return arena_err(&own->arena, err);
	for (size_t i = 0; i < n; i++) {
		const struct own_count *count = count_of(before[i], s.id);

		if (!count)
			continue;
		if (olds[i].is_base || own->parent_is_base)
			s.in_base = MAX_OF(s.in_base, count->n);
		if (!olds[i].is_base && count->n > most) {
			most = count->n;
			s.before = count;
		}
	}
	s.grown = s.total > most ? s.total - most : 0;
	if (s.grown == 0)
		return tell(own, &s, 0, s.in_base > 0, err);
	if (!map_has(&own->moved, s.id)) {
		struct own_moved *moved = arena_new(&own->arena, struct own_moved);

		if (!moved || !map_put(&own->moved, s.id, moved))
			return arena_err(&own->arena, err);
	}
	return vec_push(&own->own, &own->arena, s) ? 0 : arena_err(&own->arena, err);
}

int own_weigh(
    struct own *own, struct str path, const struct git_old *olds, size_t n, struct err *err)
{
	const struct own_counts **before = arena_array(&own->arena, n, sizeof(struct own_counts *));
	size_t n_found = own->found.n;
	struct finding *found = arena_array(&own->arena, n_found, sizeof *found);
	struct own_counts *now;

	path = arena_str(&own->arena, path);
	if (!before || !found || !path.p)
		return arena_err(&own->arena, err);
	if (count_found(own, &own->arena, &now, err) != 0)
		return -1;
	if (!map_put(&own->now, path, now))
		return arena_err(&own->arena, err);
	/* Scanning what stood there before gathers its findings in the same list. */
	memcpy(found, own->found.p, n_found * sizeof *found);
	for (size_t i = 0; i < n; i++) {
		if (counts_before(own, &olds[i].oid, path, &before[i], err) != 0)
			return -1;
	}
	for (size_t i = 0; i < n_found; i++) {
		if (weigh_one(own, &found[i], path, before, olds, n, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- what was taken away elsewhere ---- */

static int base_has(struct own *own, struct str path, struct str id, bool *ret, struct err *err)
{
	*ret = own->parent_is_base;
	for (size_t i = 0; i < own->n_bases && !*ret; i++) {
		const struct own_counts *counts;
		struct git_tree_entry entry;
		struct err ignored = ERR_INIT;

		arena_clear(&own->scratch);
		if (git_path_find(own->objects, own->detectors->job->limits, &own->bases[i], path,
			&own->scratch, &entry, &ignored) != CONTENT_OK)
			continue;
		if (counts_before(own, &entry.oid, path, &counts, err) != 0)
			return -1;
		*ret = count_of(counts, id) != NULL;
	}
	return 0;
}

static int take_away(struct own *own, struct str path, const struct own_counts *before,
    const struct own_counts *now, struct err *err)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct own_count *had = &before->p[i], *has = count_of(now, had->id);
		struct own_moved *moved = map_get(&own->moved, had->id);
		size_t left = has ? has->n : 0;

		if (!moved || had->n <= left)
			continue;
		moved->from_this += had->n - left;
		if (!moved->was_known && base_has(own, path, had->id, &moved->was_known, err) != 0)
			return -1;
	}
	return 0;
}

static int see_again(void *arg, struct str path, struct err *err)
{
	(void)arg, (void)path, (void)err;
	return 0;
}

static int see_commit_difference(void *arg, const struct git_entry *entry, struct err *err)
{
	struct own *own = arg;
	const struct own_counts *before, *now = NULL;

	if (counts_before(own, &entry->oid, entry->path, &before, err) != 0)
		return -1;
	if (!before || before->n == 0)
		return GIT_QUIET;
	if (entry->n_olds > 0 &&
	    counts_before(own, &entry->olds[0].oid, entry->path, &now, err) != 0)
		return -1;
	return take_away(own, entry->path, before, now, err);
}

static struct git_walk walk_quietly(struct own *own, struct arena *arena)
{
	return (struct git_walk){
	    .content = own->objects,
	    .limits = own->detectors->job->limits,
	    .stage = STAGE_SECRETS,
	    .sink = &own->sink,
	    .arena = arena,
	    .visitor = {.again = see_again, .arg = own},
	};
}

/* A secret counts as moved only if it was taken away in the sight of every parent. */
static void end_parent(struct own *own, bool is_first)
{
	for (size_t i = 0; i < own->moved.n; i++) {
		struct own_moved *moved = own->moved.items[i].value;

		moved->left = is_first ? moved->from_this : MIN_OF(moved->left, moved->from_this);
		moved->from_this = 0;
	}
}

static int tell_own(struct own *own, struct err *err)
{
	for (size_t i = 0; i < own->own.n; i++) {
		const struct own_secret *s = &own->own.p[i];
		struct own_moved *moved = map_get(&own->moved, s->id);
		size_t n_moved = MIN_OF(moved->left, s->grown);
		size_t not_in_base = s->total > s->in_base ? s->total - s->in_base : 0;
		bool is_known = s->in_base > 0 || (n_moved > 0 && moved->was_known);

		moved->left -= n_moved;
		if (tell(own, s, MIN_OF(s->grown - n_moved, not_in_base), is_known, err) != 0)
			return -1;
	}
	return 0;
}

static void end_change(struct own *own)
{
	arena_clear(&own->arena);
	own->found.p = NULL;
	own->found.n = own->found.cap = 0;
	own->own.p = NULL;
	own->own.n = own->own.cap = 0;
	map_init(&own->moved, &own->arena);
	map_init(&own->now, &own->arena);
	if (own->kept.used_bytes < KEPT_BYTES)
		return;
	arena_release(&own->kept);
	map_init(&own->counts, &own->kept);
	map_init(&own->clean, &own->kept);
	map_init(&own->reported, &own->kept);
}

int own_end_commit(struct own *own, const struct git_change *change, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct git_walk walk = walk_quietly(own, &arena);

	arena_init(&arena, own->detectors->job->limits->scan_memory);
	walk.visitor.entry = see_commit_difference;
	own->is_deaf = true;
	for (size_t i = 0; i < change->n_parents && own->own.n > 0; i++) {
		if (git_difference_walk(&walk, change->parents[i], &change->tree, err) != 0)
			return -1;
		end_parent(own, i == 0);
	}
	own->is_deaf = false;
	if (tell_own(own, err) != 0)
		return -1;
	end_change(own);
	return 0;
}

struct folder_end {
	struct own *own;
	struct str scope;
	const struct git_oid *head;
};

static bool is_in(struct str path, struct str scope)
{
	if (scope.n == 0)
		return true;
	return str_starts(path, scope) && (path.n == scope.n || path.p[scope.n] == '/');
}

/* Of a file outside the folder that was looked at: as it is in the last commit. */
static int counts_outside(
    struct folder_end *end, struct str path, const struct own_counts **ret, struct err *err)
{
	struct own *own = end->own;
	struct git_tree_entry entry;
	struct err ignored = ERR_INIT;

	*ret = NULL;
	arena_clear(&own->scratch);
	if (git_path_find(own->objects, own->detectors->job->limits, end->head, path, &own->scratch,
		&entry, &ignored) != CONTENT_OK)
		return 0;
	return counts_before(own, &entry.oid, path, ret, err);
}

static int see_base_file(void *arg, const struct git_entry *entry, struct err *err)
{
	struct folder_end *end = arg;
	const struct own_counts *before, *now;

	if (counts_before(end->own, &entry->oid, entry->path, &before, err) != 0)
		return -1;
	if (!before || before->n == 0)
		return GIT_QUIET;
	now = map_get(&end->own->now, entry->path);
	if (!is_in(entry->path, end->scope) && counts_outside(end, entry->path, &now, err) != 0)
		return -1;
	return take_away(end->own, entry->path, before, now, err);
}

int own_end_folder(struct own *own, struct str scope, const struct git_oid *head, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct folder_end end = {own, scope, head};
	struct git_walk walk = walk_quietly(own, &arena);

	arena_init(&arena, own->detectors->job->limits->scan_memory);
	walk.visitor.entry = see_base_file;
	walk.visitor.arg = &end;
	own->is_deaf = true;
	if (own->own.n > 0 && git_commit_walk(&walk, &own->bases[0], err) != 0)
		return -1;
	own->is_deaf = false;
	end_parent(own, true);
	if (tell_own(own, err) != 0)
		return -1;
	end_change(own);
	return 0;
}

static int take_staged(struct own *own, const struct git_staged *staged, struct err *err)
{
	const struct own_counts *before, *now = NULL;

	if (staged->before.hex[0] == '\0')
		return 0;
	if (counts_before(own, &staged->before, staged->path, &before, err) != 0)
		return -1;
	if (!before || before->n == 0)
		return 0;
	if (staged->now.hex[0] != '\0' &&
	    counts_before(own, &staged->now, staged->path, &now, err) != 0)
		return -1;
	return take_away(own, staged->path, before, now, err);
}

int own_end_staged(
    struct own *own, const struct git_staged_list *parents, size_t n_parents, struct err *err)
{
	own->is_deaf = true;
	for (size_t i = 0; i < n_parents && own->own.n > 0; i++) {
		for (size_t k = 0; k < parents[i].n; k++) {
			if (take_staged(own, &parents[i].p[k], err) != 0)
				return -1;
		}
		end_parent(own, i == 0);
	}
	own->is_deaf = false;
	if (tell_own(own, err) != 0)
		return -1;
	end_change(own);
	return 0;
}

void own_init(struct own *own, struct unit_detectors *detectors, const struct skip_list *skip)
{
	size_t limit_bytes = detectors->job->limits->scan_memory;

	*own = (struct own){.sink = {.ops = &gather_ops},
	    .detectors = detectors,
	    .skip = skip,
	    .objects = detectors->job->content};
	arena_init(&own->arena, limit_bytes);
	arena_init(&own->kept, limit_bytes);
	arena_init(&own->scratch, limit_bytes);
	map_init(&own->moved, &own->arena);
	map_init(&own->now, &own->arena);
	map_init(&own->counts, &own->kept);
	map_init(&own->clean, &own->kept);
	map_init(&own->reported, &own->kept);
}

void own_release(struct own *own)
{
	arena_release(&own->arena);
	arena_release(&own->kept);
	arena_release(&own->scratch);
}
