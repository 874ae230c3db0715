#include "support.h"

#include "base/os/fd.h"
#include "base/os/owned.h"
#include "base/os/spawn.h"

#include <stdlib.h>

void bench_open(struct bench *b)
{
	*b = (struct bench){.err = ERR_INIT};
	arena_init(&b->arena, MIB(256));
	assert_int_equal(tempdir_open(NULL, &b->arena, &b->folder, &b->err), 0);
	report_init(&b->report, MIB(64), 10000);
	report_sink_init(&b->sink, &b->report, 0);
}

void bench_close(struct bench *b)
{
	assert_int_equal(dir_remove(b->folder, &b->err), 0);
	report_release(&b->report);
	arena_release(&b->arena);
}

struct str bench_sh(struct bench *b, const char *script)
{
	static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent",
	    "LC_ALL=C.UTF-8", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
	    "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=C",
	    "GIT_COMMITTER_EMAIL=c@example.org", "GIT_AUTHOR_DATE=@1700000000 +0000",
	    "GIT_COMMITTER_DATE=@1700000000 +0000", "GIT_ALLOW_PROTOCOL=file", NULL};
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(4)),
		       errors CLEANUP(buf_release) = BUF_INIT(MIB(4));
	const char *argv[] = {"sh", "-euc", script, NULL};
	struct spawn s = {.argv = argv,
	    .env = env,
	    .cwd = b->folder,
	    .out = &out,
	    .errors = &errors,
	    .timeout_ms = 60000};
	struct spawn_result result;

	assert_int_equal(spawn_run(&s, &result, &b->err), 0);
	if (result.status != 0)
		print_error("%s\n%s\n", script, buf_cstr(&errors));
	assert_int_equal(result.status, 0);
	return arena_str(&b->arena, buf_str(&out));
}

const char *bench_path(struct bench *b, const char *name)
{
	return arena_fmt(&b->arena, "%s/%s", b->folder, name).p;
}

struct git_oid bench_oid(struct bench *b, const char *script)
{
	struct git_oid oid;

	assert_true(git_oid_parse(str_trim(bench_sh(b, script)), &oid));
	return oid;
}

struct git_repo *bench_repo(struct bench *b, const char *name)
{
	struct git_repo *repo;

	if (git_repo_open(bench_path(b, name), &limits_default, &repo, &b->err) != 0)
		fail_msg("%s", b->err.text);
	return repo;
}
