/* Any bytes as a policy; what is taken judges without a fault. The last line is a glob's text. */
#include "gate/judge.h"
#include "gate/names.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct policy *policy, struct arena *arena)
{
	struct place place = {.origin.path = STR("app/Dockerfile"), .line = 1, .column = 1};
	struct finding finding = {.rule = STR("DL3002"),
	    .severity = SEVERITY_HIGH,
	    .since = STR("2026-01-01"),
	    .request = STR("app/Dockerfile:1 old"),
	    .places = &place,
	    .n_places = 1};
	struct err err = ERR_INIT;

	for (int stage = 0; stage < STAGE_COUNT; stage++) {
		finding.stage = (enum stage)stage;
		if (judge_finding(policy, 1795600000000, arena, &finding, &err) != 0 &&
		    err.code == ERR_NONE)
			abort();
	}
}

static const struct policy_name known[] = {
    {.id = STR_INIT("DL3002"), .stages = 1U << STAGE_VALIDATE, .severity = SEVERITY_MEDIUM},
    {.id = STR_INIT("aws-access-key"), .stages = 1U << STAGE_SECRETS, .severity = SEVERITY_HIGH},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct policy_names names = {known, ARRAY_LEN(known)};
	struct str text = str_make((const char *)data, size);
	size_t last = str_rchr(text, '\n');
	struct policy policy;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (policy_parse(
		text, STR("policy.yaml"), size % 2 ? &names : NULL, &arena, &policy, &err) == 0)
		judge(&policy, &arena);
	else if (err.code == ERR_NONE)
		abort();
	if (last != STR_NPOS && last < 256)
		(void)glob_match(str_sub(text, 0, last), str_sub(text, last + 1, 4096));
	arena_release(&arena);
	return 0;
}
