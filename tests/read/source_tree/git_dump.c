/*
 * Prints what the walks see, for the comparison with git itself:
 *   git_dump tree REPO REV          mode id path NUL
 *   git_dump range REPO BASE HEAD   commit mode id path NUL
 *   git_dump texts REPO BASE HEAD   commit text NUL, NULs of the text as \0
 *   git_dump changes REPO BASE HEAD commit tree parents' trees NUL
 *   git_dump differ REPO TREE OTHER mode id path NUL
 *   git_dump path REPO REV PATH     mode id NUL, or "none" NUL
 * and each problem as "problem text NUL".
 */
#include "core/report.h"
#include "read/source/git/git_walk.h"
#include "read/source/git/repo.h"

#include <stdio.h>

static bool with_commit;

static int print_text(void *arg, const struct unit *unit, struct err *err)
{
	(void)arg, (void)err;
	if (unit->origin.path.n > 0)
		return -1;
	(void)printf(STR_FMT " ", STR_ARG(unit->origin.commit));
	for (size_t i = 0; i < unit->bytes.n; i++) {
		if (unit->bytes.p[i] == '\0')
			(void)fputs("\\0", stdout);
		else
			(void)putchar(unit->bytes.p[i]);
	}
	(void)putchar('\0');
	return 0;
}

static int print_change(void *arg, const struct git_change *c, struct err *err)
{
	(void)arg, (void)err;
	(void)printf("%s %s", c->commit.hex, c->tree.hex);
	for (size_t i = 0; i < c->n_parents; i++)
		(void)printf(" %s", c->parents[i]->hex);
	(void)putchar('\0');
	return 0;
}

static int nothing(void *arg, const struct git_entry *e, struct err *err)
{
	(void)arg, (void)e, (void)err;
	return GIT_SEEN;
}

static int print_entry(void *arg, const struct git_entry *e, struct err *err)
{
	(void)arg, (void)err;
	if (with_commit)
		(void)printf("%s ", e->commit.hex);
	(void)printf("%06o %s ", (unsigned)e->mode, e->oid.hex);
	(void)fwrite(e->path.p, 1, e->path.n, stdout);
	(void)putchar('\0');
	return 0;
}

static int print_path(
    struct git_walk *walk, const struct git_oid *commit, struct str path, struct err *err)
{
	struct git_tree_entry entry;

	switch (
	    git_path_find(walk->content, walk->limits, commit, path, walk->arena, &entry, err)) {
	case CONTENT_OK:
		(void)printf("%06o %s%c", (unsigned)entry.mode, entry.oid.hex, 0);
		return 0;
	case CONTENT_MISSING:
		(void)printf("none%c", 0);
		return 0;
	case CONTENT_ERROR:
		break;
	}
	return -1;
}

static int dump(struct git_walk *walk, struct git_repo *repo, char **argv, struct err *err)
{
	struct git_oid_list commits = {0};
	struct git_oid a, b;

	if (strcmp(argv[1], "differ") == 0)
		return git_oid_parse(str_of(argv[3]), &a) && git_oid_parse(str_of(argv[4]), &b)
			   ? git_difference_walk(walk, &a, &b, err)
			   : -1;
	if (git_resolve(repo, str_of(argv[3]), &a, err))
		return -1;
	if (strcmp(argv[1], "path") == 0)
		return print_path(walk, &a, str_of(argv[4]), err);
	if (strcmp(argv[1], "tree") == 0)
		return git_commit_walk(walk, &a, err);
	if (git_resolve(repo, str_of(argv[4]), &b, err) ||
	    git_rev_list(repo, &a, 1, &b, walk->arena, &commits, err))
		return -1;
	return git_range_walk(walk, commits.p, commits.n, &a, 1, err);
}

int main(int argc, char **argv)
{
	struct report report;
	struct report_sink sink;
	struct git_repo *repo = NULL;
	struct err err = ERR_INIT;
	struct arena arena;
	struct git_walk walk = {.limits = &limits_default,
	    .stage = STAGE_SECRETS,
	    .sink = &sink.sink,
	    .arena = &arena,
	    .visitor = {.entry = print_entry}};
	int failed;

	if (argc < 4)
		return 2;
	with_commit = strcmp(argv[1], "range") == 0;
	if (strcmp(argv[1], "texts") == 0)
		walk.visitor = (struct git_visitor){.entry = nothing, .text = print_text};
	if (strcmp(argv[1], "changes") == 0)
		walk.visitor = (struct git_visitor){.entry = nothing, .change = print_change};
	arena_init(&arena, MIB(512));
	report_init(&report, MIB(64), 1000);
	report_sink_init(&sink, &report, 0);
	failed = git_repo_open(argv[2], &limits_default, &repo, &err);
	if (!failed) {
		walk.content = git_repo_content(repo);
		failed = dump(&walk, repo, argv, &err);
	}
	if (failed)
		(void)fprintf(stderr, "git_dump: %s\n", err.text);
	for (size_t i = 0; i < report.problems.n; i++)
		(void)printf("problem " STR_FMT "%c", STR_ARG(report.problems.p[i].message), 0);
	git_repo_close(repo);
	report_release(&report);
	arena_release(&arena);
	return failed ? 1 : 0;
}
