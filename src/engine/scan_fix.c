#include "engine/scan_fix.h"

#include "engine/readers.h"

enum { TAG_FIXES = 1 << 16 | 0x211, LEAST_FIX = 12, LEAST_CHANGE = 20 };

struct fix_question {
	const struct scan *scan;
	struct str path, bytes;
	enum edit_level level;
	struct str_list rules;
	struct arena *arena;
	struct lint_fixes *ret;
};

static void walk_fix(struct wire *w, void *item)
{
	struct lint_fix *fix = item;

	wire_str(w, &fix->rule);
	wire_u32(w, &fix->line);
	wire_enum(w, &fix->end, LINT_FIX_FINDS);
}

static void walk_change(struct wire *w, void *item)
{
	struct lint_change *change = item;

	wire_u64(w, &change->offset);
	wire_u64(w, &change->end);
	wire_str(w, &change->text);
}

static void walk_fixes(struct wire *w, void *item)
{
	struct lint_fixes *fixes = item;
	void *p =
	    wire_items(w, fixes->fixes, &fixes->n_fixes, sizeof *fixes->fixes, LEAST_FIX, walk_fix);
	void *q = wire_items(
	    w, fixes->edits, &fixes->n_edits, sizeof *fixes->edits, LEAST_CHANGE, walk_change);

	wire_u64(w, &fixes->n_left);
	if (!w->out) {
		fixes->fixes = p;
		fixes->edits = q;
	}
}

static int run_fix(struct job *job, void *arg, struct err *err)
{
	const struct fix_question *q = arg;
	const struct lint_opts opts = {.trusted_registries = q->scan->policy->trusted_registries,
	    .named = true,
	    .build = q->scan->build};
	const struct unit unit = {.origin.path = q->path, .bytes = q->bytes};
	struct lint_fixes fixes;

	job_at(job, q->path);
	if (lint_fix(&unit, &opts, q->level, q->rules, job->arena, &fixes, err) != 0)
		return -1;
	return reply_send(job, TAG_FIXES, &fixes, walk_fixes, err);
}

static int take_fix(void *arg, struct str bytes, struct err *err)
{
	const struct fix_question *q = arg;

	if (reply_take(bytes, TAG_FIXES, q->ret, walk_fixes, q->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < q->ret->n_edits; i++) {
		const struct lint_change *c = &q->ret->edits[i];

		if (c->end < c->offset || c->end > q->bytes.n ||
		    (i > 0 && c->offset < q->ret->edits[i - 1].end))
			return err_set(err, ERR_FORMAT, "a reader's edits are not in the file");
	}
	return 0;
}

int scan_fix(const struct scan *scan, struct str path, struct str bytes, enum edit_level level,
    struct str_list rules, struct arena *arena, struct lint_fixes *ret, struct err *err)
{
	const struct pool_opts opts = {.limits = scan->limits, .in_process = scan->no_sandbox};
	struct fix_question q = {scan, path, bytes, level, rules, arena, ret};
	const struct pool_one job = {.fn = run_fix, .reply = take_fix, .arg = &q};

	*ret = (struct lint_fixes){0};
	return pool_run_one(&opts, &job, NULL, NULL, err);
}
