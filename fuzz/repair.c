/* Any bytes as a requirements file, and the edit that cures a finding on each of its lines. */
#include "detect/vuln/match.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair(struct str text, uint32_t line, struct arena *arena)
{
	struct place place = {.origin.path = STR("requirements.txt"),
	    .line = line,
	    .column = 1,
	    .end_line = line,
	    .end_column = 13};
	struct package package = {.type = STR("pypi"), .name = STR("demo"), .version = STR("1.0")};
	struct str fixed[] = {STR("1.0.1"), STR("2.0")};
	struct finding_vulnerability vulnerability = {.fixed = {fixed, ARRAY_LEN(fixed)}};
	struct finding finding = {
	    .places = &place, .n_places = 1, .package = &package, .vulnerability = &vulnerability};
	struct finding_fix fix;

	if (!vuln_repair(&finding, text, arena, &fix))
		return;
	for (size_t i = 0; i < fix.n_edits; i++) {
		const struct finding_edit *edit = &fix.edits[i];

		if (edit->offset > edit->end || edit->end > text.n ||
		    !str_eq(str_sub(text, edit->offset, edit->end - edit->offset), package.version))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct arena arena;

	arena_init(&arena, MIB(16));
	for (uint32_t line = 0; line < 6; line++)
		repair(text, line, &arena);
	arena_release(&arena);
	return 0;
}
