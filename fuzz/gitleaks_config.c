/* Any bytes as gitleaks' configuration; the expressions of what is taken are compiled, or refused.
 * The same bytes as a pattern of git-secrets.
 */
#include "peer/gitleaks_config.h"

#include "detect/secret/terms.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_expressions(const struct str_list *list, struct arena *arena)
{
	struct secret_regex *regex;
	struct err err = ERR_INIT;

	if (list->n == 0)
		return;
	if (secret_regex_make(SECRET_DIALECT_RE2, list->p, list->n, arena, &regex, &err) == 0)
		(void)secret_regex_matches(regex, STR("key = \"abc-123\" # x\n"));
	else if (err.code == ERR_NONE)
		abort();
}

static void try_pattern(struct str text, struct arena *arena)
{
	struct secret_regex *regex;
	struct err err = ERR_INIT;

	if (secret_regex_make(SECRET_DIALECT_ERE, &text, 1, arena, &regex, &err) == 0)
		(void)secret_regex_matches(regex, STR("key = \"abc-123\" # x\n"));
	else if (err.code == ERR_NONE)
		abort();
}

static void try_rule(struct gitleaks_rule *rule, struct arena *arena)
{
	const struct str_list regex = {&rule->regex, 1}, path = {&rule->path, 1};

	if (rule->id.n == 0)
		abort();
	try_expressions(&regex, arena);
	try_expressions(&path, arena);
	for (size_t i = 0; i < rule->allows.n; i++) {
		try_expressions(&rule->allows.p[i].regexes, arena);
		try_expressions(&rule->allows.p[i].paths, arena);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct gitleaks_config config, base;
	struct gitleaks_warnings warnings = {0};
	struct err err = ERR_INIT;
	struct arena arena;

	arena_init(&arena, MIB(64));
	if (gitleaks_config_parse(STR("f.toml"), text, &arena, &config, &warnings, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
	} else {
		base = config;
		for (size_t i = 0; i < config.rules.n && i < 100; i++)
			try_rule(&config.rules.p[i], &arena);
		if (gitleaks_config_extend(&config, &base, &arena, &err) != 0 &&
		    err.code != ERR_LIMIT && err.code != ERR_NOMEM)
			abort();
	}
	try_pattern(str_sub(text, 0, 2000), &arena);
	arena_release(&arena);
	return 0;
}
