/* Any bytes as a Dockerfile: parsed, resolved, and every place inside the file. */
#include "read/syntax/dockerfile_dialect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct text_range range, size_t size)
{
	if (range.offset > range.end || range.end > size)
		abort();
}

static void check_script(const struct shell_script *script, size_t size)
{
	for (size_t i = 0; i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];

		check(shell_command_range(c), size);
		for (size_t k = 0; k < c->n_words; k++)
			check(shell_word_range(c, &c->words[k]), size);
	}
	if (script->incomplete)
		check(script->incomplete_at, size);
}

/* As a build of its first stage on a known base sees it, and as an old builder reads it. */
static void check_build(const struct dockerfile *file, struct arena *arena, size_t size)
{
	static const struct str env[] = {STR_INIT("PATH=/bin"), STR_INIT("U=0")};
	static const struct docker_base base = {
	    .reference = STR_INIT("debian:12"), .env = env, .n_env = 2};
	struct docker_build build = {.target = STR("0"), .bases = &base, .n_bases = 1};
	struct docker_constructs found;
	struct docker_view view;
	struct err err = ERR_INIT;

	if (docker_view_init_build(&view, file, &build, arena, &err) != 0 ||
	    docker_constructs_find(&view, STR("Dockerfile.in"), (struct docker_builder){1, 28},
		arena, &found, &err) != 0)
		return;
	for (size_t i = 0; i < found.n; i++)
		check(found.p[i].range, size);
	if (view.built)
		(void)docker_user_is_root(view.built->user);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dockerfile file;
	struct docker_view view;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(256));
	if (dockerfile_parse(str_make((const char *)data, size), &arena, &file, &err) == 0 &&
	    docker_view_init(&view, &file, &arena, &err) == 0) {
		for (size_t i = 0; i < file.problems.n; i++)
			if (file.problems.p[i].offset > file.problems.p[i].end ||
			    file.problems.p[i].end > size)
				abort();
		for (size_t i = 0; i < view.n_steps; i++) {
			const struct docker_instruction *in = view.steps[i].instruction;

			check((struct text_range){in->offset, in->end}, size);
			check(docker_range(in, in->keyword), size);
			for (size_t k = 0; k < in->n_words; k++)
				check(docker_range(in, in->words[k].raw), size);
			if (view.steps[i].script)
				check_script(view.steps[i].script, size);
		}
		check_build(&file, &arena, size);
	}
	arena_release(&arena);
	return 0;
}
