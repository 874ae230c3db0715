/* Any bytes as a commit and as a tree, with ids of both lengths. */
#include "read/source/git/tree_row.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct str part, struct str whole)
{
	if (part.n > 0 && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
		abort();
}

static void check_oid(const struct git_oid *oid, size_t hex_digits)
{
	struct git_oid again;

	if (git_oid_str(oid).n != hex_digits || !git_oid_parse(git_oid_str(oid), &again) ||
	    !git_oid_eq(oid, &again))
		abort();
}

static void check_commit(struct str bytes, size_t hex_digits, struct arena *arena)
{
	struct git_commit commit;
	struct err err = ERR_INIT;

	if (git_commit_parse(bytes, hex_digits, arena, &commit, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		return;
	}
	check_oid(&commit.tree, hex_digits);
	for (size_t i = 0; i < commit.parents.n; i++)
		check_oid(&commit.parents.p[i], hex_digits);
	inside(commit.headers, bytes);
	inside(commit.message, bytes);
}

static void check_tree(struct str bytes, size_t hex_digits, struct arena *arena)
{
	struct git_tree tree;
	struct err err = ERR_INIT;

	if (git_tree_parse(bytes, hex_digits, 1000, arena, &tree, &err) != 0)
		return;
	for (size_t i = 0; i < tree.n; i++) {
		const struct git_tree_entry *found = git_tree_get(&tree, tree.p[i].name);

		check_oid(&tree.p[i].oid, hex_digits);
		inside(tree.p[i].name, bytes);
		(void)git_mode_kind(tree.p[i].mode);
		if (!found || !str_eq(found->name, tree.p[i].name) ||
		    !git_tree_holds(&tree, &tree.p[i]))
			abort();
	}
}

static void check_rows(struct str bytes, size_t id_bytes)
{
	struct git_row row = git_row_of(bytes), last = row;

	for (git_row_read(&row, id_bytes); row.n > 0; git_row_next(&row, id_bytes)) {
		inside(row.name, bytes);
		inside(str_make((const char *)row.id, id_bytes), bytes);
		if (last.n > 0)
			(void)git_row_order(&last, &row);
		last = row;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t lengths[] = {GIT_OID_HEX_SHA1, GIT_OID_HEX_MAX};
	struct str bytes = str_make((const char *)data, size);

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct arena arena;

		arena_init(&arena, MIB(64));
		check_commit(bytes, lengths[i], &arena);
		check_tree(bytes, lengths[i], &arena);
		check_rows(bytes, lengths[i] / 2);
		arena_release(&arena);
	}
	return 0;
}
