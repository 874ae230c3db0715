/*
 * Run by the build: writes the built-in rules' database (database.c) to a file.
 */
#include "base/buf.h"
#include "base/os/output.h"
#include "detect/secret/compiled.h"

static void engine_freep(struct secret_engine **engine)
{
	secret_engine_free(*engine);
}

static int precompile(const char *path, struct arena *arena, struct err *err)
{
	struct secret_engine *engine CLEANUP(engine_freep) = NULL;
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct secret_rules rules = {0};

	if (secret_rules_add_builtin(&rules, arena, err) ||
	    secret_engine_new(&rules, &limits_default, &engine, err) ||
	    secret_database_store(engine, &out, err))
		return -1;
	return output_write(path, buf_str(&out), 0644, err);
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct arena arena;
	int failed;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: precompile OUTPUT\n");
		return 2;
	}
	arena_init(&arena, MIB(64));
	failed = precompile(argv[1], &arena, &err);
	if (failed)
		(void)fprintf(stderr, "precompile: %s\n", err.text);
	arena_release(&arena);
	return failed ? 1 : 0;
}
