/* Any bytes as a file of secret rules, and as one Python pattern. */
#include "detect/secret/secret_rules.h"

#include "detect/secret/pattern.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void translate(struct str python, struct arena *arena)
{
	struct secret_pattern pattern;
	struct err err = ERR_INIT;

	if (secret_pattern_translate(python, arena, &pattern, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	if (pattern.text.p[pattern.text.n] != '\0' || str_chr(pattern.text, '\0') != STR_NPOS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct secret_rules rules = {0};
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (secret_rules_add_builtin(&rules, &arena, &err) != 0)
		abort();
	if (secret_rules_add_json(&rules, text, STR("rules.json"), &arena, &err) == 0) {
		for (size_t i = 0; i < rules.rules.n; i++) {
			const struct secret_rule *rule = &rules.rules.p[i];

			if (rule->id.n == 0 || secret_rules_find(&rules, rule->id) != rule)
				abort();
			translate(rule->pattern, &arena);
		}
	}
	translate(text, &arena);
	arena_release(&arena);
	return 0;
}
