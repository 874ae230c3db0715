/* Secrets in what the commits of the pull request introduce. */
#include "pipeline/stage.h"

static enum stage_outcome run_secrets(struct stage_run *s, struct err *err)
{
	if (scan_range(&s->scan, s->p->repo, &s->p->base, &s->p->source, err) != 0)
		return STAGE_BROKE;
	return STAGE_RAN;
}

const struct pipeline_stage pipeline_stage_secrets = {
    .stage = STAGE_SECRETS,
    .summary = "secrets in the commits of the pull request",
    .run = run_secrets,
};
