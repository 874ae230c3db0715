#include "ship/forge/forge.h"

int forge_comment(
    struct forge *forge, const struct pull_request *pull, struct str text, struct err *err)
{
	return forge->kind->comment(forge, pull, text, err);
}

int forge_land(struct forge *forge, const struct pull_request *pull,
    const struct forge_landing *landing, struct err *err)
{
	return forge->kind->land(forge, pull, landing, err);
}
