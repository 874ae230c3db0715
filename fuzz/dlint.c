/* Any bytes as a rule file of dockerfile_lint, and as the Dockerfile that it judges. */
#include "peer/dlint_print.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nobody(void *arg, struct str message)
{
	(void)arg;
	if (message.n == 0)
		abort();
}

static void check_result(const struct dlint_result *result)
{
	struct dlint_report report = {.path = STR("Dockerfile")};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(256));

	for (int level = 0; level < DLINT_LEVELS; level++) {
		report.findings[level] = result->findings[level].p;
		report.n[level] = result->findings[level].n;
		for (size_t i = 0; i < report.n[level]; i++)
			if ((int)report.findings[level][i].level != level)
				abort();
	}
	dlint_print_json(&report, 1, &out);
	dlint_print_junit(&report, 1, &out);
	dlint_print_text(&report, 1, &out);
}

static void judge(
    const struct dlint_file *files, size_t n, struct str dockerfile, struct arena *arena)
{
	struct buf merged CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct dlint_rules rules CLEANUP(dlint_rules_release) = {0};
	struct dlint_result result;
	struct err err = ERR_INIT;

	if (dlint_rules_make(files, n, arena, &rules, &err) != 0) {
		if (err.code != ERR_LIMIT && err.code != ERR_NOMEM)
			abort();
		return;
	}
	dlint_rules_print(&rules, &merged);
	if (dlint_judge(&rules, dockerfile, arena, &result, &err) == 0)
		check_result(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size), rules = bytes, dockerfile;
	size_t cut = str_find(bytes, STR("\nFROM "));
	struct dlint_file file;
	struct arena arena;
	struct err err = ERR_INIT;

	dockerfile =
	    cut == STR_NPOS ? STR("FROM x\nRUN yum\nLABEL a=b\n") : str_sub(bytes, cut + 1, size);
	if (cut != STR_NPOS)
		rules = str_sub(bytes, 0, cut);
	arena_init(&arena, MIB(128));
	if (dlint_file_read(STR("x"), rules, &arena, nobody, NULL, &file, &err) == 0)
		judge(&file, 1, dockerfile, &arena);
	arena_release(&arena);
	arena_init(&arena, MIB(128));
	judge(NULL, 0, bytes, &arena);
	arena_release(&arena);
	return 0;
}
