#include "base/fault.h"
#include "base/os/fd.h"
#include "gate/judge.h"
#include "pipeline/stage.h"
#include "ship/build/build.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 4096, TRIES = 3 };

/* ---- what the files of the pipeline share ---- */

struct str run_path(const struct pipeline *p, const char *name)
{
	return arena_fmt(p->arena, STR_FMT "/%s", STR_ARG(p->folder), name);
}

void say(const struct pipeline *p, const char *format, ...)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT(LINE_BYTES_MAX);
	va_list args;

	if (!p->plan->progress)
		return;
	va_start(args, format);
	buf_addv(&line, format, args);
	va_end(args);
	p->plan->progress(p->plan->progress_arg, buf_cstr(&line));
}

int run_reach(struct pipeline *p, enum run_step step, struct err *err)
{
	const struct clock *clock = p->plan->scan->clock;

	/* What a killed process had done already stays done. */
	if (!run_step_is_end(step))
		step = MAX_OF(step, p->run.step);
	if (fault_here("run-reach"))
		return err_sys(err, "run store");
	p->run.step = step;
	p->run.updated_ms = clock->now_ms(clock);
	if (run_store_save(p->store, &p->run, err) != 0)
		return -1;
	return fault_here("run-reached") ? err_sys(err, "run store") : 0;
}

int run_tell(struct report *report, enum stage stage, const struct err *why, struct err *err)
{
	struct report_sink sink;

	report_sink_init(&sink, report, 0);
	return sink_error(&sink.sink, stage, STR_NONE, why, err);
}

/* ---- taking hold of the state ---- */

static int take_oid(struct str text, struct git_oid *ret, struct err *err)
{
	if (!git_oid_parse(text, ret))
		return err_set(err, ERR_FORMAT, "run store: a damaged object id");
	return 0;
}

static int open_state(struct pipeline *p, struct err *err)
{
	struct str locks = arena_fmt(p->arena, "%s/locks", p->plan->state_dir);
	struct str runs = arena_fmt(p->arena, "%s/runs", p->plan->state_dir);
	struct str store = arena_fmt(p->arena, "%s/runs.db", p->plan->state_dir);

	if (!locks.p || !runs.p || !store.p)
		return arena_err(p->arena, err);
	if (dir_make(locks.p, 0700, err) != 0 || dir_make(runs.p, 0700, err) != 0 ||
	    run_lock_pull(p, err) != 0)
		return -1;
	return run_store_open(store.p, &p->store, err);
}

static int open_repo(struct pipeline *p, struct err *err)
{
	char real[PATH_MAX];

	if (git_repo_open(p->plan->repo, p->plan->scan->limits, &p->repo, err) != 0)
		return -1;
	if (!git_repo_is_bare(p->repo) && str_eq(git_head_branch(p->repo), p->pull.target))
		return err_set(err, ERR_UNSUPPORTED,
		    "%s has " STR_FMT
		    " checked out, and merging would leave its files behind; use a "
		    "bare repository, or check out another branch",
		    p->plan->repo, STR_ARG(p->pull.target));
	if (!realpath(p->plan->repo, real))
		return err_sys(err, "%s", p->plan->repo);
	p->run.repo = arena_str(p->arena, str_of(real));
	forge_local_init(&p->local, p->repo);
	p->forge = &p->local.forge;
	return arena_check(p->arena, err);
}

/* ---- which run this is ---- */

/* The judged commit is in the target's history: a process that was killed had landed it. */
static bool has_landed(struct pipeline *p, const struct run *run, const struct git_oid *target)
{
	struct git_oid merge, base;
	struct err ignored = ERR_INIT;

	return run->step >= RUN_JUDGED && git_oid_parse(run->merge_oid, &merge) &&
	       git_merge_base(p->repo, &merge, target, &base, &ignored) == 0 &&
	       git_oid_eq(&base, &merge);
}

static bool is_same(const struct pipeline *p, const struct run *run)
{
	return str_eq(run->source_oid, git_oid_str(&p->source)) &&
	       str_eq(run->target_oid, git_oid_str(&p->target)) &&
	       str_eq(run->policy_source, p->plan->scan->policy->source) &&
	       str_eq(run->policy_commit, p->plan->scan->policy->commit);
}

/* Goes on from the step at which a process stopped. */
static int resume(struct pipeline *p, const struct run *run, struct err *err)
{
	size_t slash = str_rchr(run->image, '/');
	struct str registry = str_sub(run->image, 0, slash == STR_NPOS ? 0 : slash);

	if (p->landed && !str_eq(registry, p->plan->registry))
		return err_set(err, ERR_CONFIG,
		    "run %lld has merged and has yet to publish " STR_FMT
		    ": finish it with that --registry first",
		    (long long)run->id, STR_ARG(run->image));
	p->run = *run;
	p->run.attempts++;
	if (take_oid(run->source_oid, &p->source, err) != 0 ||
	    take_oid(run->target_oid, &p->target, err) != 0 ||
	    take_oid(run->base_oid, &p->base, err) != 0)
		return -1;
	say(p, "resuming run %lld, which stopped when it had %s", (long long)run->id,
	    run_step_word(run->step).p);
	return run_reach(p, run->step, err);
}

static int begin(struct pipeline *p, struct err *err)
{
	const struct clock *clock = p->plan->scan->clock;
	const struct policy *policy = p->plan->scan->policy;

	p->run.source = p->pull.source;
	p->run.target = p->pull.target;
	p->run.policy_source = policy->source;
	p->run.policy_commit = policy->commit;
	p->run.started_ms = clock->now_ms(clock);
	p->run.attempts = 1;
	p->run.source_oid = arena_str(p->arena, git_oid_str(&p->source));
	p->run.target_oid = arena_str(p->arena, git_oid_str(&p->target));
	p->run.base_oid = arena_str(p->arena, git_oid_str(&p->base));
	return arena_check(p->arena, err) != 0 ? -1 : run_reach(p, RUN_STARTED, err);
}

/* Resolves the branches, and takes up the run that has not ended, or a new one; neither if there
 * is nothing to merge. */
static int take_up(struct pipeline *p, bool *ret_nothing, struct err *err)
{
	struct run run;
	enum store_result found;

	if (git_resolve_branch(p->repo, p->pull.source, &p->source, err) != 0 ||
	    git_resolve_branch(p->repo, p->pull.target, &p->target, err) != 0)
		return -1;
	found = run_store_active(
	    p->store, p->run.repo, p->pull.source, p->pull.target, p->arena, &run, err);
	if (found == STORE_ERROR)
		return -1;
	p->landed = found == STORE_FOUND && has_landed(p, &run, &p->target);
	if (p->landed || (found == STORE_FOUND && is_same(p, &run)))
		return resume(p, &run, err);
	if (found == STORE_FOUND) {
		run.step = RUN_SUPERSEDED;
		if (run_store_save(p->store, &run, err) != 0)
			return -1;
	}
	if (git_merge_base(p->repo, &p->target, &p->source, &p->base, err) != 0)
		return -1;
	*ret_nothing = git_oid_eq(&p->base, &p->source);
	return *ret_nothing ? 0 : begin(p, err);
}

/* ---- the test merge ---- */

/* The same commit whenever it is made for this run. */
static int commit_merge(struct pipeline *p, struct err *err)
{
	const struct git_oid parents[] = {p->target, p->source};
	struct git_person person = {STR("Plimsoll"), STR("plimsoll@localhost"), p->run.started_ms};
	struct str policy = p->run.policy_commit.n ? p->run.policy_commit : p->run.policy_source;
	struct str message = arena_fmt(p->arena,
	    "Merge " STR_FMT " into " STR_FMT "\n\nPlimsoll-Run: %lld\nPlimsoll-Policy: " STR_FMT
	    "\n",
	    STR_ARG(p->pull.source), STR_ARG(p->pull.target), (long long)p->run.id,
	    STR_ARG(policy));

	if (!message.p || edge_text(p->plan->scan->edge, message, p->arena, &message, err) != 0)
		return message.p ? -1 : arena_err(p->arena, err);
	return git_commit_tree(p->repo, &p->test_merge.tree, parents, ARRAY_LEN(parents), &person,
	    &person, message, &p->merge, err);
}

static int make_merge(struct pipeline *p, struct err *err)
{
	p->folder = arena_fmt(p->arena, "%s/runs/%lld", p->plan->state_dir, (long long)p->run.id);
	if (!p->folder.p)
		return arena_err(p->arena, err);
	if (dir_make(p->folder.p, 0700, err) != 0 ||
	    git_merge_tree(p->repo, &p->target, &p->source, p->arena, &p->test_merge, err) != 0)
		return -1;
	p->merge = p->source;
	if (!p->test_merge.clean)
		return 0;
	if (commit_merge(p, err) != 0)
		return -1;
	p->run.merge_oid = arena_str(p->arena, git_oid_str(&p->merge));
	return arena_check(p->arena, err) != 0 ? -1 : run_reach(p, RUN_MERGED, err);
}

/* ---- judging, and what follows from it ---- */

static int judge(struct pipeline *p, struct err *err)
{
	const struct scan *scan = p->plan->scan;

	if (stages_run(p, err) != 0)
		return -1;
	p->report->subjects.p[0].digest = p->run.merge_oid;
	if (judge_report(scan->policy, scan->clock->now_ms(scan->clock), p->report, err) != 0)
		return -1;
	return edge_report(scan->edge, p->report, err);
}

static struct str trailer_of(const struct pipeline *p)
{
	if (p->run.step < RUN_LANDED || p->run.step > RUN_DONE)
		return STR("nothing was merged, nothing was published");
	if (p->run.step < RUN_TAGGED)
		return arena_fmt(p->arena,
		    "merged into " STR_FMT " as %.12s, but not published: run it again to finish",
		    STR_ARG(p->pull.target), p->merge.hex);
	if (p->run.image.n == 0 || p->run.image_digest.n == 0)
		return arena_fmt(p->arena,
		    "merged into " STR_FMT " as %.12s; no image was published",
		    STR_ARG(p->pull.target), p->merge.hex);
	return arena_fmt(p->arena, "merged into " STR_FMT " as %.12s · published " STR_FMT " as",
	    STR_ARG(p->pull.target), p->merge.hex, STR_ARG(p->run.image_digest));
}

/* What is large, and can be had again, goes. */
static int tidy(struct pipeline *p, struct err *err)
{
	static const char *const parts[] = {"image", "bases", "context"};
	struct str work = run_path(p, "work");

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct str path = run_path(p, parts[i]);

		if (!path.p)
			return arena_err(p->arena, err);
		if (dir_remove(path.p, err) != 0)
			return -1;
	}
	return work.p ? build_work_remove(work.p, err) : arena_err(p->arena, err);
}

/* A change may pass because the policy excuses or ignores what keeps its image from being built. */
static int check_image(struct pipeline *p, struct err *err)
{
	struct err why = ERR_INIT;

	if (p->report->verdict != REPORT_PASSED || p->landed || !p->image_due ||
	    p->run.image_digest.n > 0)
		return 0;
	(void)err_set(&why, ERR_UNSUPPORTED,
	    "no image was built, and what keeps it from being built is only excused by the policy");
	if (run_tell(p->report, STAGE_BUILD, &why, err) != 0)
		return -1;
	report_conclude(p->report);
	return 0;
}

/* The step that this run ends in, or the one it stopped at. */
static int decide(struct pipeline *p, struct err *err)
{
	if (check_image(p, err) != 0)
		return -1;
	if (p->report->verdict == REPORT_PASSED || p->landed) {
		if (run_reach(p, RUN_JUDGED, err) != 0 || run_publish(p, err) != 0)
			return -1;
		report_sort(p->report);
		report_conclude(p->report);
		return 0;
	}
	p->run.step = p->report->verdict == REPORT_BLOCKED ? RUN_BLOCKED : RUN_FAILED;
	return run_not_published(p, err);
}

/* Without effect outside of the run's folder if another try follows. */
static int finish(struct pipeline *p, struct pipeline_result *ret, struct err *err)
{
	if (run_record(p, trailer_of(p), run_published(p), err) != 0)
		return -1;
	p->run.exit_code = p->report->exit_code;
	if (p->run.step == RUN_TAGGED)
		p->run.step = RUN_DONE;
	if (run_step_is_end(p->run.step) &&
	    (tidy(p, err) != 0 || run_reach(p, p->run.step, err) != 0))
		return -1;
	*ret = (struct pipeline_result){.step = p->run.step,
	    .run_id = p->run.id,
	    .commit = p->run.merge_oid,
	    .folder = p->folder,
	    .image = run_published(p),
	    .trailer = trailer_of(p)};
	return ret->trailer.p && ret->image.p ? 0 : arena_err(p->arena, err);
}

static int nothing_to_merge(struct pipeline *p, struct pipeline_result *ret, struct err *err)
{
	struct str why = arena_fmt(p->arena, STR_FMT " is in " STR_FMT " already",
	    STR_ARG(p->pull.source), STR_ARG(p->pull.target));
	const struct clock *clock = p->plan->scan->clock;

	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		struct stage_result result = {.stage = (enum stage)stage, .why = why};

		if (report_add_stage(p->report, &result, err) != 0)
			return -1;
	}
	*ret = (struct pipeline_result){.step = RUN_DONE};
	ret->trailer = arena_fmt(p->arena, "nothing to merge: " STR_FMT, STR_ARG(why));
	if (arena_check(p->arena, err) != 0)
		return -1;
	return judge_report(p->plan->scan->policy, clock->now_ms(clock), p->report, err);
}

static int check_registry(const struct pipeline_plan *plan, struct arena *arena, struct err *err)
{
	struct str probe = arena_fmt(arena, STR_FMT "/x", STR_ARG(plan->registry));
	struct image_ref ref;

	if (plan->registry.n == 0)
		return 0;
	if (!probe.p)
		return arena_err(arena, err);
	if (image_ref_parse(probe, arena, &ref, err) == 0 && ref.host_written && ref.tag.n == 0)
		return 0;
	return err_set(err, ERR_USAGE,
	    "\"" STR_FMT "\" is not a registry: HOST[:PORT][/PATH] is expected, such as "
	    "registry.example:5000/team",
	    STR_ARG(str_excerpt(plan->registry, 100)));
}

static void pipeline_close(struct pipeline *p)
{
	run_store_close(p->store);
	git_repo_close(p->repo);
}

static int try_once(struct pipeline *p, struct pipeline_result *ret, struct err *err)
{
	struct subject subject = {.kind = STR("repository"), .name = str_of(p->plan->repo)};
	bool nothing = false;
	uint32_t index;

	if (open_repo(p, err) != 0 || open_state(p, err) != 0 ||
	    report_add_subject(p->report, &subject, &index, err) != 0 ||
	    take_up(p, &nothing, err) != 0)
		return -1;
	if (nothing)
		return nothing_to_merge(p, ret, err);
	if (make_merge(p, err) != 0 || judge(p, err) != 0 || decide(p, err) != 0)
		return -1;
	/* If the target moved, and not the source, what is there now was not judged yet. */
	p->goes_on = p->run.step == RUN_SUPERSEDED && p->tries_left > 0 && run_target_moved(p);
	return finish(p, ret, err);
}

int pipeline_run(const struct pipeline_plan *plan, struct pipeline_result *ret, struct err *err)
{
	struct run_locks locks CLEANUP(run_unlock) = {-1, -1};
	const struct limits *limits = plan->scan->limits;
	struct report *report = plan->scan->report;
	int64_t started_ms = report->started_ms;

	if (check_registry(plan, &report->arena, err) != 0)
		return -1;
	for (unsigned left = TRIES; left-- > 0;) {
		struct pipeline p CLEANUP(pipeline_close) = {
		    .plan = plan,
		    .report = report,
		    .arena = &report->arena,
		    .pull = {plan->source, plan->target},
		    .locks = &locks,
		    .tries_left = left,
		};

		if (try_once(&p, ret, err) != 0)
			return -1;
		if (!p.goes_on)
			break;
		say(&p, STR_FMT " moved: judging the merge with what it is now",
		    STR_ARG(plan->target));
		/* Nothing of an earlier try is in the report of the next one. */
		report_release(report);
		report_init(report, limits->scan_memory, limits->findings);
		report->started_ms = started_ms;
	}
	return 0;
}
