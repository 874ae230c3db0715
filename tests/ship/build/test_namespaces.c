/*
 * What stands in the build's tree, seen by the strongest process that the build has: root of its
 * users before it gives its rights away, with no chroot around it. What a RUN finds that has
 * broken out of buildah's chroot is at most this.
 */
#include "fixture.h"
#include "ship/build/namespaces.h"
#include "ship/build/network.h"
#include "ship/build/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct look {
	struct fixture f;
	struct tree_plan tree;
	struct id_range ids;
	const char *secret, *root;
	bool users; /* the build's users own the tree's folders */
};

static int make_tree(void *arg, const char *root, int users_fd, struct err *err)
{
	struct look *l = arg;

	if (users_fd >= 0 && l->users) {
		l->tree.uid = l->ids.first_uid;
		l->tree.gid = l->ids.first_gid;
	}
	return tree_make(&l->tree, root, users_fd, err);
}

static int seal(void *arg, const char *root, struct err *err)
{
	(void)arg;
	return tree_seal(root, err);
}

static int keep_rights(void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	return 0;
}

static int fails(struct err *err, const char *what, bool failed)
{
	return failed ? 0 : err_set(err, ERR_FORMAT, "%s was not refused", what);
}

static int look_around(void *arg, struct ns_outcome *ret, struct err *err)
{
	const struct look *l = arg;
	static const char *const absent[] = {"/home", "/srv", "/opt", "/mnt", "/boot",
	    "/etc/shadow", "/etc/ssh", "/usr/local", "/usr/src", "/var/lib", "/root/.ssh", "/tmp/x",
	    "/proc/2", "/dev/sda", "/dev/vda", "/dev/mem", "/dev/kmsg", "/dev/tty", "/sys/class"};

	if (fails(err, "the secret", open(l->secret, O_RDONLY) < 0) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		if (fails(err, absent[i], !file_exists(absent[i])) != 0)
			return -1;
	if (fails(err, "writing /usr/bin", open("/usr/bin/x", O_WRONLY | O_CREAT, 0644) < 0) != 0 ||
	    fails(err, "writing /", open("/x", O_WRONLY | O_CREAT, 0644) < 0) != 0 ||
	    fails(err, "writing a context", open("/given/x", O_WRONLY | O_CREAT, 0644) < 0) != 0)
		return -1;
	if (fails(err, "making /usr/bin writable",
		mount(NULL, "/usr/bin", NULL, MS_REMOUNT | MS_BIND, NULL) != 0) != 0 ||
	    fails(err, "taking /usr/bin off", umount2("/usr/bin", MNT_DETACH) != 0) != 0 ||
	    fails(err, "taking /proc/sys off", umount2("/proc/sys", MNT_DETACH) != 0) != 0 ||
	    fails(err, "a disk device", mknod("/tmp/disk", S_IFBLK | 0600, 0xfe00) != 0) != 0)
		return -1;
	if (fails(err, "another pid", getpid() == 1 && getuid() == 0) != 0)
		return -1;
	/* And what it must be able to do. */
	if (fails(err, "no /tmp", open("/tmp/y", O_WRONLY | O_CREAT, 0600) >= 0) != 0 ||
	    fails(err, "no program", access("/usr/bin/env", X_OK) == 0) != 0 ||
	    fails(err, "no context", access("/given/readable", R_OK) == 0) != 0)
		return -1;
	(void)snprintf(ret->text, sizeof(ret->text), "seen");
	return 0;
}

static struct ns_job job_of(struct look *l)
{
	return (struct ns_job){.root = l->root,
	    .own_network = true,
	    .ids = l->ids,
	    .tree = make_tree,
	    .proc = seal,
	    .confine = keep_rights,
	    .init = look_around,
	    .arg = l};
}

static void test_tree(void **state)
{
	struct look *l = *state;
	struct ns_job job = job_of(l);
	struct ns_child child;
	struct ns_outcome outcome;

	assert_int_equal(ns_start(&job, NULL, &child, &l->f.err), 0);
	if (!child.has_users) {
		print_message("skipped: no user namespace here: %s\n", child.why);
		ns_stop(&child);
		skip();
	}
	assert_int_equal(ns_go(&child, &l->f.err), 0);
	if (ns_result(&child, &outcome, &l->f.err) != 0)
		fail_msg("%s", l->f.err.text);
	assert_string_equal(outcome.text, "seen");
	ns_stop(&child);
}

static int fail_network(void *arg, struct err *err)
{
	(void)arg;
	return err_set(err, ERR_NET, "no network today");
}

/* Each step's error comes back with its words and its code. */
static void test_errors_come_back(void **state)
{
	struct look *l = *state;
	struct ns_job job = job_of(l);
	struct ns_child child;
	struct ns_outcome outcome;

	job.network = fail_network;
	assert_int_equal(ns_start(&job, NULL, &child, &l->f.err), 0);
	assert_int_equal(ns_go(&child, &l->f.err), 0);
	assert_int_equal(ns_result(&child, &outcome, &l->f.err), -1);
	assert_int_equal(l->f.err.code, ERR_NET);
	assert_string_equal(l->f.err.text, "no network today");
	ns_stop(&child);

	job = job_of(l);
	job.root = "/nowhere/at/all";
	assert_int_equal(ns_start(&job, NULL, &child, &l->f.err), 0);
	assert_int_equal(ns_go(&child, &l->f.err), 0);
	assert_int_equal(ns_result(&child, &outcome, &l->f.err), -1);
	assert_int_equal(l->f.err.code, ERR_IO);
	ns_stop(&child);
}

static int sleep_long(void *arg, struct ns_outcome *ret, struct err *err)
{
	(void)arg;
	(void)ret;
	(void)err;
	(void)sleep(1000);
	return 0;
}

/* Stopped before it runs, while it runs, and when its supervisor is killed. */
static void test_stop(void **state)
{
	struct look *l = *state;
	struct ns_job job = job_of(l);
	struct ns_child child;
	struct ns_outcome outcome;

	assert_int_equal(ns_start(&job, NULL, &child, &l->f.err), 0);
	ns_stop(&child);
	assert_int_equal(child.pid, -1);

	job.init = sleep_long;
	assert_int_equal(ns_start(&job, NULL, &child, &l->f.err), 0);
	assert_int_equal(ns_go(&child, &l->f.err), 0);
	ns_stop(&child);

	assert_int_equal(ns_start(&job, NULL, &child, &l->f.err), 0);
	assert_int_equal(ns_go(&child, &l->f.err), 0);
	assert_int_equal(kill(child.pid, SIGKILL), 0);
	assert_int_equal(ns_result(&child, &outcome, &l->f.err), -1);
	assert_int_equal(l->f.err.code, ERR_IO);
	ns_stop(&child);
}

static int setup(void **state)
{
	static struct look l;
	static struct tree_bind given = {.to = "/given", .as_users = true};

	fixture_open(&l.f);
	if (id_range_find(&l.ids, &l.f.err) != 0)
		fail_msg("%s", l.f.err.text);
	l.users = geteuid() == 0;
	l.root = fixture_path(&l.f, "tree");
	l.secret = fixture_path(&l.f, "secret");
	given.from = fixture_context(&l.f, "FROM scratch\n");
	fixture_write(arena_fmt(&l.f.arena, "%s/readable", given.from).p, "x");
	fixture_write(l.secret, "not for builds");
	assert_int_equal(dir_make(l.root, 0755, &l.f.err), 0);
	l.tree.binds = &given;
	l.tree.n_binds = 1;
	*state = &l;
	return 0;
}

static int teardown(void **state)
{
	struct look *l = *state;

	fixture_close(&l->f);
	return 0;
}

/* The build gets only name servers that it may reach: none of this machine. */
static void test_resolvers(void **state)
{
	struct network_plan plan;
	struct arena arena CLEANUP(arena_release);
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(network_plan_make(&plan, &arena, &err), 0);
	assert_true(str_eq(
	    network_resolvers(&plan,
		STR("# nameserver 192.0.2.7\nnameserver 127.0.0.53\nnameserver ::1\n"
		    "nameserver 0.0.0.0\nnameserver 169.254.169.253\nnameserver fe80::1%eth0\n"
		    "nameserver ::ffff:127.0.0.1\nnameserver name\nnameserver\nsearch example\n"),
		&arena),
	    STR("")));
	assert_true(str_eq(network_resolvers(&plan,
			       STR("nameserver 127.0.0.1\nnameserver\t192.0.2.53 \n"
				   "nameserver 2001:db8::53"),
			       &arena),
	    STR("nameserver 192.0.2.53\nnameserver 2001:db8::53\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_resolvers),
	    cmocka_unit_test(test_tree),
	    cmocka_unit_test(test_errors_come_back),
	    cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
