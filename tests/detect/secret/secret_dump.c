/*
 * Prints every match of a rule file in a file, for the comparison with Python's re:
 * rule's name, start, end, value's start, value's end. `-` is the built-in set.
 */
#include "base/os/fd.h"
#include "detect/secret/compiled.h"

#include <stdio.h>

static int fail(const struct err *err)
{
	(void)fprintf(stderr, "secret_dump: %s\n", err->text);
	return 1;
}

static int load(struct secret_rules *rules, const char *path, struct arena *arena, struct err *err)
{
	struct str json;

	if (str_eq(str_of(path), STR("-")))
		return secret_rules_add_builtin(rules, arena, err);
	if (file_read(path, SECRET_RULE_FILE_BYTES, arena, &json, err))
		return -1;
	return secret_rules_add_json(rules, json, str_of(path), arena, err);
}

static void print(const struct secret_engine *engine, const struct secret_matches *m)
{
	for (size_t i = 0; i < m->found.n; i++) {
		const struct secret_match *f = &m->found.p[i];

		(void)printf(STR_FMT "\t%zu\t%zu\t%zu\t%zu\n",
		    STR_ARG(engine->rules->rules.p[f->rule].name), f->start, f->end, f->value_start,
		    f->value_end);
	}
	if (m->gave_up || m->full)
		(void)printf("!limit\t%zu\t0\t0\t0\n", m->gave_up_at);
}

int main(int argc, char **argv)
{
	struct secret_rules rules = {0};
	struct secret_engine *engine = NULL;
	struct secret_scanner *scanner = NULL;
	struct secret_matches matches;
	struct err err = ERR_INIT;
	struct arena arena;
	struct str text;
	int failed = 0;

	arena_init(&arena, MIB(512));
	if (argc != 3)
		return 2;
	if (load(&rules, argv[1], &arena, &err) ||
	    secret_engine_new(&rules, &limits_default, &engine, &err) ||
	    secret_scanner_new(engine, &scanner, &err) ||
	    file_read(argv[2], MIB(256), &arena, &text, &err) ||
	    secret_match_text(scanner, text, SECRET_LEAVE_NONE, &matches, &err))
		failed = fail(&err);
	else
		print(engine, &matches);
	secret_scanner_free(scanner);
	secret_engine_free(engine);
	arena_release(&arena);
	return failed;
}
