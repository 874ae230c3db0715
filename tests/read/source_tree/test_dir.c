/*
 * The walk of a folder: sorted, complete, and never outside it.
 */
#include "../../base/faults.h"
#include "base/os/fd.h"
#include "read/source/dir/dir.h"
#include "support.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void walk(struct bench *b, const struct limits *limits, struct dir_list *list)
{
	int fd CLEANUP_FD = open(b->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(dir_walk(fd, NULL, limits, &b->arena, list, &b->err), 0);
}

static const struct dir_entry *find(const struct dir_list *list, const char *path)
{
	for (size_t i = 0; i < list->entries.n; i++) {
		if (str_eq(list->entries.p[i].path, str_of(path)))
			return &list->entries.p[i];
	}
	return NULL;
}

/* The entry, or one that matches no mode and no size that is asked for. */
static const struct dir_entry *entry(const struct dir_list *list, const char *path)
{
	static const struct dir_entry none;
	const struct dir_entry *found = find(list, path);

	return found ? found : &none;
}

static void test_everything_once(void **state)
{
	struct dir_list list = {0};
	struct bench b;

	(void)state;
	bench_open(&b);
	bench_sh(&b,
	    "mkdir -p a/b .git/objects sub/.git .hidden; echo 1234 > a/b/file; echo x > .hidden/f\n"
	    "echo config > .git/config; echo s > sub/.git/secret; echo gitdir > a/.git\n"
	    "ln -s /etc/passwd link; ln -s .. a/up; ln -s a loop; echo z > z; echo q > 'q\n"
	    "x'; mkfifo pipe; chmod 700 z; : > a.txt; echo '*' > .gitignore");
	walk(&b, &limits_default, &list);
	assert_int_equal(list.entries.n, 11);
	for (size_t i = 1; i < list.entries.n; i++)
		assert_true(str_cmp(list.entries.p[i - 1].path, list.entries.p[i].path) < 0);
	assert_int_equal(entry(&list, "a/b/file")->size_bytes, 5);
	assert_true(S_ISREG(entry(&list, "z")->mode));
	assert_int_equal(entry(&list, "z")->mode & 0777, 0700);
	assert_true(str_eq(entry(&list, "link")->target, STR("/etc/passwd")));
	assert_true(S_ISLNK(entry(&list, "loop")->mode));
	assert_true(str_eq(entry(&list, "a/up")->target, STR("..")));
	assert_non_null(find(&list, ".hidden/f"));
	assert_non_null(find(&list, "a/.git"));
	assert_non_null(find(&list, "q\nx"));
	assert_null(find(&list, ".git/config"));
	assert_null(find(&list, "sub/.git/secret"));
	assert_null(find(&list, "loop/b/file"));
	assert_true(S_ISFIFO(entry(&list, "pipe")->mode));
	assert_int_equal(list.unread.n, 0);
	bench_close(&b);
}

static void test_limits(void **state)
{
	struct limits limits = limits_default;
	struct dir_list list = {0};
	struct bench b;

	(void)state;
	bench_open(&b);
	bench_sh(&b, "mkdir -p 1/2/3/4; echo > 1/2/3/4/deep; echo > 1/2/near; echo > 0; echo > 9\n"
		     "echo > 01234567890123456789");
	limits.path_depth = 2;
	limits.path_bytes = 12;
	walk(&b, &limits, &list);
	assert_int_equal(list.entries.n, 3);
	assert_non_null(find(&list, "1/2/near"));
	assert_null(find(&list, "1/2/3/4/deep"));
	assert_int_equal(list.unread.n, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(list.unread.p[i].code, ERR_LIMIT);
	limits.path_depth = 9;
	limits.tree_entries = 2;
	walk(&b, &limits, &list);
	assert_int_equal(list.entries.n, 2);
	assert_int_equal(list.unread.n, 2);
	bench_close(&b);
}

static void test_unreadable_is_a_problem(void **state)
{
	struct dir_list list = {0};
	struct bench b;

	(void)state;
	if (geteuid() == 0)
		NEED_FAULTS(); /* root reads everything: a fault stands in for the refusal */
	bench_open(&b);
	bench_sh(&b, "mkdir shut open; echo > shut/a; echo > open/b; chmod 0 shut");
	if (geteuid() == 0) {
		(void)setenv("PLIMSOLL_FAULT", "dir-open:1", 1);
		walk(&b, &limits_default, &list);
		(void)unsetenv("PLIMSOLL_FAULT");
	} else {
		walk(&b, &limits_default, &list);
	}
	bench_sh(&b, "chmod 700 shut");
	assert_int_equal(list.entries.n, 1);
	assert_int_equal(list.unread.n, 1);
	assert_int_equal(list.unread.p[0].code, ERR_IO);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_everything_once),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_unreadable_is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
