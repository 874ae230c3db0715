/*
 * From a judged run to a published one: push by digest, land by compare-and-swap, tag. In
 * this order nothing carries a name that people use before the target has the commit.
 */
#include "base/fault.h"
#include "pipeline/pipeline_inner.h"

static int image_of(const struct pipeline *p, struct image_ref *ret, struct err *err)
{
	return image_ref_parse(p->run.image, p->arena, ret, err);
}

/* Whether there is an image that goes to a registry. */
static bool has_image(const struct pipeline *p)
{
	return p->run.image.n > 0 && p->run.image_digest.n > 0;
}

struct str run_published(const struct pipeline *p)
{
	if (p->run.step < RUN_TAGGED || p->run.step > RUN_DONE || !has_image(p))
		return STR("");
	return arena_fmt(p->arena, STR_FMT ":%s", STR_ARG(p->run.image), p->merge.hex);
}

static int push(struct pipeline *p, struct err *err)
{
	struct str layout = run_path(p, "image");
	struct image_ref ref;

	if (p->run.step >= RUN_PUSHED)
		return 0;
	if (!layout.p)
		return arena_err(p->arena, err);
	if (has_image(p)) {
		say(p, "publish: pushing " STR_FMT "@" STR_FMT, STR_ARG(p->run.image),
		    STR_ARG(p->run.image_digest));
		if (image_of(p, &ref, err) != 0 || registry_push(p->plan->registry_opts, layout.p,
						       p->run.image_digest, &ref, err) != 0)
			return -1;
	}
	return run_reach(p, RUN_PUSHED, err);
}

static int land(struct pipeline *p, struct err *err)
{
	struct forge_landing landing = {&p->source, &p->target, &p->merge};

	if (p->run.step >= RUN_LANDED)
		return 0;
	if (!p->landed) {
		say(p, "publish: merging %.12s into " STR_FMT, p->merge.hex,
		    STR_ARG(p->pull.target));
		if (forge_land(p->forge, &p->pull, &landing, err) != 0)
			return -1;
	}
	p->landed = true;
	return run_reach(p, RUN_LANDED, err);
}

static int tag(struct pipeline *p, struct err *err)
{
	char digest[REGISTRY_DIGEST_SIZE];
	struct image_ref ref;

	if (p->run.step >= RUN_TAGGED)
		return 0;
	if (has_image(p)) {
		if (image_of(p, &ref, err) != 0)
			return -1;
		ref.digest = p->run.image_digest;
		say(p, "publish: tagging " STR_FMT ":%s", STR_ARG(p->run.image), p->merge.hex);
		if (registry_tag(p->plan->registry_opts, &ref, git_oid_str(&p->merge), err) != 0)
			return -1;
		ref.digest = STR_NONE;
		ref.tag = git_oid_str(&p->merge);
		if (registry_resolve(p->plan->registry_opts, &ref, digest, err) != 0)
			return -1;
		if (!str_eq(str_of(digest), p->run.image_digest))
			return err_set(err, ERR_NET,
			    "the registry names %.80s by the tag %s, not what was scanned", digest,
			    p->merge.hex);
	}
	if (run_store_put_inventory(
		p->store, p->run.repo, git_oid_str(&p->merge), &p->report->inventory, err) != 0)
		return -1;
	return run_reach(p, RUN_TAGGED, err);
}

int run_not_published(struct pipeline *p, struct err *err)
{
	struct stage_result result = {.stage = STAGE_PUBLISH};

	result.why = p->report->verdict == REPORT_BLOCKED ? STR("the policy blocks")
							  : STR("not everything could be judged");
	return report_add_stage(p->report, &result, err);
}

bool run_target_moved(const struct pipeline *p)
{
	struct git_oid now;
	struct err ignored = ERR_INIT;

	return git_resolve_branch(p->repo, p->pull.target, &now, &ignored) == 0 &&
	       !git_oid_eq(&now, &p->target);
}

/* Before anything is pushed: this run's turn has come, and what it was judged with stands. */
static int take_turn(struct pipeline *p, struct err *err)
{
	if (p->landed)
		return 0;
	if (run_lock_target(p, err) != 0)
		return -1;
	if (!run_target_moved(p))
		return 0;
	return err_set(err, ERR_MOVED, "refs/heads/" STR_FMT " moved while the merge was judged",
	    STR_ARG(p->pull.target));
}

int run_publish(struct pipeline *p, struct err *err)
{
	struct scan_stage clocked = scan_stage_begin(p->plan->scan, STAGE_PUBLISH);
	struct err why = ERR_INIT;

	if (take_turn(p, &why) != 0 || push(p, &why) != 0 || land(p, &why) != 0 ||
	    tag(p, &why) != 0) {
		/* What a branch that moved means for whoever reads it. */
		if (why.code == ERR_MOVED && p->tries_left == 0)
			(void)err_wrap(&why, "nothing was merged after three tries; run it again");
		else if (why.code == ERR_MOVED && !run_target_moved(p))
			(void)err_wrap(
			    &why, "nothing was merged; run it again to judge what is there now");
		if (run_tell(p->report, STAGE_PUBLISH, &why, err) != 0)
			return -1;
		/* What has landed is finished by the next call; nothing else was changed. */
		if (!p->landed)
			p->run.step = why.code == ERR_MOVED ? RUN_SUPERSEDED : RUN_FAILED;
	}
	return scan_stage_end(p->plan->scan, &clocked, err);
}
