/* Any bytes as .hadolint.yaml; what is taken can be printed, taken again, and used in each format.
 */
#include "peer/hadolint_format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_taken(const struct hadolint_config *config, struct arena *arena)
{
	const struct hadolint_config none = {0};
	struct hadolint_config all;
	struct buf text CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct err err = ERR_INIT;

	for (size_t i = 0; i < config->formats.n; i++)
		if (!hadolint_format_find(config->formats.p[i]))
			abort();
	for (size_t i = 1; i < config->labels.n; i++)
		if (str_eq(config->labels.p[0].key, config->labels.p[i].key))
			abort();
	if (hadolint_config_merge(&none, config, &none, arena, &all, &err) != 0)
		return;
	hadolint_config_print(&all, &text);
	if (!buf_ok(&text))
		abort();
}

/* Hostile bytes as a path, a rule and a message. */
static void check_formats(struct str bytes)
{
	static const char *const names[] = {"tty", "gnu", "json", "checkstyle", "codeclimate",
	    "gitlab_codeclimate", "codacy", "sonarqube", "sarif", "junit"};
	const struct hadolint_finding findings[] = {{bytes, bytes, HADOLINT_STYLE, 1, 1, false, 0},
	    {bytes, bytes, HADOLINT_ERROR, 2, 3, true, 0}};
	const struct hadolint_file file = {bytes, bytes, findings, ARRAY_LEN(findings)};
	const struct hadolint_report report = {&file, 1, 0, true};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(256));

		hadolint_format_find(str_of(names[i]))->write(&report, &out);
		if (!buf_ok(&out))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);
	struct err err = ERR_INIT, wrong = ERR_INIT;
	struct hadolint_config config;
	struct arena arena;

	arena_init(&arena, MIB(64));
	if (hadolint_config_parse(STR("f"), bytes, &arena, &config, &wrong, &err) == 0)
		check_taken(&config, &arena);
	else if (err.code == ERR_NONE)
		abort();
	check_formats(str_sub(bytes, 0, KIB(64)));
	arena_release(&arena);
	return 0;
}
