/*
 * What the tree tests share: a tree printed line by line, and a check of what every tree
 * keeps to. Test code: it fails the test by itself.
 */
#ifndef TESTS_READ_SYNTAX_TREE_SUPPORT_H
#define TESTS_READ_SYNTAX_TREE_SUPPORT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "read/syntax/node.h"

typedef int tree_reader(struct str text, unsigned nesting_max, struct arena *arena,
    struct syntax_tree *ret, struct err *err);

/* "map 0..9\n  a: string 5..8 x\n", documents apart by "---", then "! 3..4 what" each. */
void tree_print(const struct syntax_tree *tree, struct buf *out);
/* Kinds, counts, links and offsets agree; places can be had. Returns how many nodes a walk meets.
 */
size_t tree_check(const struct syntax_tree *tree);
/* Reads, checks, and compares with what tree_print should give. */
void assert_tree(tree_reader *read, const char *text, const char *want);
/* With each allocation failing in turn: -1 and a named error, until none fails. */
void assert_survives_full_arena(tree_reader *read, struct str text);

#endif
