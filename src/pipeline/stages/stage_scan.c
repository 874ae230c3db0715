/* Packages, vulnerabilities and secrets of the image that was built; what the target's image has
 * too, by the same database, is known (design 6.3). */
#include "pipeline/stage.h"

static int compare_with_target(struct stage_run *s, struct err *err)
{
	struct report before CLEANUP(report_release) = {0};
	struct inventory inventory = {0};
	struct scan scan = s->scan;
	struct subject subject = {.kind = STR("image")};
	enum store_result found = run_store_get_inventory(s->p->store, s->p->run.repo,
	    git_oid_str(&s->p->target), &s->scan.report->arena, &inventory, err);

	if (found != STORE_FOUND)
		return found == STORE_NONE ? 0 : -1;
	report_init(&before, scan.limits->scan_memory, scan.limits->findings);
	scan.report = &before;
	if (report_add_subject(&before, &subject, &scan.subject, err) != 0 ||
	    scan_inventory(&scan, &inventory, err) != 0)
		return -1;
	return scan_compare(s->scan.report, &before, STAGE_SCAN, NULL, NULL, err);
}

static bool has_secrets(const struct report *report)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		if (report->findings.p[i].secret)
			return true;
	}
	return false;
}

/* A secret that the target's files hold is in its images too, or could be: this change did not
 * bring it. One that the change copies is reported as new by the stage that reads its commits. */
static int compare_secrets(struct stage_run *s, struct err *err)
{
	struct report before CLEANUP(report_release) = {0};
	struct subject subject = {.kind = STR("repository")};
	struct scan scan = s->scan;

	if (!has_secrets(s->scan.report))
		return 0;
	report_init(&before, scan.limits->scan_memory, scan.limits->findings);
	scan.report = &before;
	if (report_add_subject(&before, &subject, &scan.subject, err) != 0 ||
	    scan_tree_secrets(&scan, s->p->repo, &s->p->target, err) != 0)
		return -1;
	return scan_compare_layers(s->scan.report, &before, err);
}

static enum stage_outcome run_scan(struct stage_run *s, struct err *err)
{
	struct image_scan image = {
	    .path = s->image->layout.p,
	    .name = STR("the built image"),
	    .base_diff_ids = s->image->base_diff_ids.p,
	    .n_base_diff_ids = s->image->base_diff_ids.n,
	    .dockerfile = s->image->dockerfile,
	    .dockerfile_path = s->image->dockerfile_path,
	    .secrets_in_layers = true,
	};
	const struct subject *subject = &s->scan.report->subjects.p[s->scan.subject];

	if (!s->image->there) {
		s->why = STR("no image was built");
		return STAGE_NOT_RUN;
	}
	if (scan_image(&s->scan, &image, err) != 0)
		return STAGE_BROKE;
	if (subject->digest.n > 0 && !str_eq(subject->digest, s->p->run.image_digest)) {
		(void)err_set(err, ERR_FORMAT,
		    "the image that was scanned is not the one that was built: another program wrote "
		    "into %s",
		    s->image->layout.p);
		return STAGE_BROKE;
	}
	if (compare_with_target(s, err) != 0 || compare_secrets(s, err) != 0)
		return STAGE_BROKE;
	return STAGE_RAN;
}

const struct pipeline_stage pipeline_stage_scan = {
    .stage = STAGE_SCAN,
    .summary = "packages, vulnerabilities and secrets of the image",
    .follows = true,
    .run = run_scan,
};
