/*
 * What the tests of this folder share: folders to work in, git run by a shell script,
 * a report to tell into. A test that fails leaves its folder behind.
 */
#ifndef TESTS_READ_SOURCE_TREE_SUPPORT_H
#define TESTS_READ_SOURCE_TREE_SUPPORT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#include "core/report.h"
#include "read/source/git/git_walk.h"
#include "read/source/git/repo.h"

struct bench {
	struct arena arena;
	const char *folder;
	struct report report;
	struct report_sink sink;
	struct err err;
};

void bench_open(struct bench *b);
void bench_close(struct bench *b);
/* Runs a shell script in the folder with a git that knows no config but a name; fails the test
 * if it fails. Its output is the result. */
struct str bench_sh(struct bench *b, const char *script);
/* "<folder>/<name>" */
const char *bench_path(struct bench *b, const char *name);
/* The id that a script prints. */
struct git_oid bench_oid(struct bench *b, const char *script);
struct git_repo *bench_repo(struct bench *b, const char *name);

#endif
