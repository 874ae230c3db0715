/* Any bytes under all lint rules, as a Dockerfile, a task definition, a bake and a Compose file. */
#include "detect/lint/lint.h"

#include "null_sink.h"

struct lint_sink {
	struct sink sink;
	size_t size;
};

static int check_finding(struct sink *s, const struct finding *f, struct err *err)
{
	const struct lint_sink *lint = (const struct lint_sink *)(const void *)s;

	if (f->n_places != 1 || f->rule.n == 0 || f->message.n == 0 || f->identity.n == 0 ||
	    f->places[0].line == 0 || f->places[0].column == 0 ||
	    f->places[0].end_line < f->places[0].line)
		abort();
	for (size_t i = 0; f->fix && i < f->fix->n_edits; i++) {
		const struct finding_edit *edit = &f->fix->edits[i];

		if (edit->offset > edit->end || edit->end > lint->size)
			abort();
	}
	return null_finding(s, f, err);
}

static const struct sink_ops check_ops = {.finding = check_finding,
    .package = null_package,
    .distro = null_distro,
    .problem = null_problem,
    .gap = null_gap,
    .owned = null_owned};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		struct str path;
		enum lint_dialect dialect;
	} as[] = {{STR_INIT("Dockerfile"), LINT_OURS}, {STR_INIT("Dockerfile"), LINT_HADOLINT},
	    {STR_INIT("task.json"), LINT_OURS}, {STR_INIT("docker-bake.hcl"), LINT_OURS},
	    {STR_INIT("compose.yaml"), LINT_OURS}};
	struct str trusted[] = {STR("docker.io"), STR("*.example/base*")};
	struct lint_opts opts = {
	    .trusted_registries = {trusted, ARRAY_LEN(trusted)}, .named = true};
	const struct lint_kind *kind;
	struct lint_sink sink = {{.ops = &check_ops}, size};

	for (size_t i = 0; i < ARRAY_LEN(as); i++) {
		struct unit unit = {
		    .origin.path = as[i].path, .bytes = str_make((const char *)data, size)};
		struct arena arena;
		struct err err = ERR_INIT;

		arena_init(&arena, MIB(256));
		opts.dialect = as[i].dialect;
		if (lint_unit(&unit, &opts, &arena, &sink.sink, &kind, &err) != 0 &&
		    err.code == ERR_NONE)
			abort();
		arena_release(&arena);
	}
	return 0;
}
