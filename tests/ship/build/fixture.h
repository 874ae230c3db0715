/*
 * What the build tests share: a folder of its own, a base image that holds one static
 * program (guest.c) as /bin/sh, contexts, plans. Fails the test if it cannot.
 */
#ifndef TESTS_SHIP_BUILD_FIXTURE_H
#define TESTS_SHIP_BUILD_FIXTURE_H

#include "base/os/fd.h"
#include "ship/build/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// clang-format off: it wants the ones above
#include <cmocka.h>
// clang-format on

struct fixture {
	struct arena arena;
	const char *dir;
	const char *layout;
	char digest[SHA256_DIGEST_SIZE];
	struct build_base base;
	struct build_result result;
	struct err err;
	unsigned contexts;
};

#define GUEST_REFERENCE "plimsoll-test/guest:1"

void fixture_open(struct fixture *f);
void fixture_close(struct fixture *f);
/* "dir/name" in the arena. */
const char *fixture_path(struct fixture *f, const char *name);
void fixture_write(const char *path, const char *text);
/* A new context folder with this Dockerfile. */
const char *fixture_context(struct fixture *f, const char *dockerfile);
struct build_plan fixture_plan(struct fixture *f, const char *context);
/* The text of a file, NUL-terminated. */
const char *fixture_read(struct fixture *f, const char *path);
/* Begins the build and waits for its end. */
MUST_USE int build_plan_run(
    const struct build_plan *plan, struct build_result *ret, struct err *err);
/* Builds a Dockerfile into f->result and f->err; returns what build_plan_run returned. */
int fixture_build(struct fixture *f, const char *dockerfile);
/* The bytes of a file of the built image, from its last layer that has it; empty: none has. */
struct str fixture_image_file(struct fixture *f, const char *layout, const char *name);
/* Processes of this machine with this word on their command line. */
unsigned fixture_count_processes(const char *word);

#endif
