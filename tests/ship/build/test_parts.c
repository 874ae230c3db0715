/* Parts of a build that need no build: user id ranges, control groups, addresses, the layout that
 * is taken, the folder that is written. */
#include "../../base/os/unit.h"
#include "base/hash.h"
#include "ship/build/build_context.h"
#include "ship/build/build_output.h"
#include "ship/build/cgroup.h"
#include "ship/build/ids.h"
#include "ship/build/inside.h"
#include "ship/build/network.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- /etc/subuid ---- */

static const struct {
	const char *text;
	uint32_t count, first; /* first 0: none is found */
} ranges[] = {
    {"app:100000:65536\n", 65536, 100000},
    {"app:100000:65536", 65536, 100000},
    {"app:100000:65535\n", 65536, 0},
    {"app:100000:65537\n", 65536, 100000},
    {"other:1:65536\napp:200000:65536\n", 65536, 200000},
    {"1000:300000:65536\n", 65536, 300000},
    {"10001:300000:65536\n", 65536, 0},
    {"ap:1:65536\napps:1:65536\n", 65536, 0},
    {"app:1:10\napp:400000:65536\n", 65536, 400000},
    {"app:0:65536\n", 65536, 0},
    {"app:1:65536\n", 65536, 1},
    {"app:x:65536\napp:1\napp\n:::\n\napp:5:65536 \n", 65536, 5},
    {"app:4294967295:1\n", 1, 0},
    {"app:4294967294:1\n", 1, 4294967294},
    {"app:4294967296:1\n", 1, 0},
    {"", 1, 0},
};

static void ranges_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		uint32_t first = 0;
		bool found =
		    subid_find(str_of(ranges[i].text), STR("app"), 1000, ranges[i].count, &first);

		if (found != (ranges[i].first != 0) || first != ranges[i].first)
			fail_msg("%s: %u", ranges[i].text, first);
	}
}

/* ---- control groups ---- */

static const char v2_mounts[] =
    "24 1 0:21 / /proc rw - proc proc rw\n"
    "30 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
static const char v1_mounts[] =
    "31 1 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 1 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "33 1 0:29 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";

static const struct {
	const char *cgroup, *mounts, *controller;
	const char *path; /* NULL: not found */
} groups[] = {
    {"0::/user.slice/a.scope\n", v2_mounts, "", "/sys/fs/cgroup/user.slice/a.scope"},
    {"0::/\n", v2_mounts, "", "/sys/fs/cgroup"},
    {"4:memory:/m\n0::/u\n", v2_mounts, "", "/sys/fs/cgroup/u"},
    {"4:memory:/m\n", v2_mounts, "", NULL},
    {"4:memory:/m\n0::/u\n", v1_mounts, "memory", "/sys/fs/cgroup/memory/m"},
    {"4:cpu,memory:/m\n", v1_mounts, "memory", "/sys/fs/cgroup/memory/m"},
    {"4:memory2:/m\n", v1_mounts, "memory", NULL},
    {"2:cpuacct:/c\n", v1_mounts, "cpuacct", "/sys/fs/cgroup/cpu/c"},
    {"7:pids:/docker/abc/x\n", v1_mounts, "pids", "/sys/fs/cgroup/pids/x"},
    {"7:pids:/docker/abc\n", v1_mounts, "pids", "/sys/fs/cgroup/pids"},
    {"7:pids:/elsewhere\n", v1_mounts, "pids", "/sys/fs/cgroup/pids/elsewhere"},
    {"0::/u\n", v1_mounts, "", NULL},
    {"4:memory:/m\n", v2_mounts, "memory", NULL},
    {"4:memory:/m\n", "1 2 0:1 / /x rw cgroup cgroup rw,memory\n", "memory", NULL},
    {"broken\n0:only\n0::/u\n", v2_mounts, "", "/sys/fs/cgroup/u"},
    {"", v2_mounts, "", NULL},
};

static void control_groups_are_found(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		const char *path = NULL;
		bool found = cgroup_locate(str_of(groups[i].cgroup), str_of(groups[i].mounts),
		    str_of(groups[i].controller), &f->arena, &path);

		if (found != (groups[i].path != NULL) ||
		    (found && strcmp(path, groups[i].path) != 0))
			fail_msg("%s %s: %s", groups[i].cgroup, groups[i].controller,
			    found ? path : "none");
	}
}

/* ---- addresses ---- */

static void addresses_are_read(void **state)
{
	static const char *const wrong[] = {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8",
	    "fe80::/129", "fe80::/x", "x/8", "10.0.0.0.0/8", "10.0.0.0/8/9",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/8"};
	struct network_address a;

	(void)state;
	assert_true(network_address_parse("169.254.0.0/16", &a));
	assert_int_equal(a.family, AF_INET);
	assert_int_equal(a.prefix, 16);
	assert_memory_equal(a.bytes, "\xa9\xfe\0\0", 4);
	assert_true(network_address_parse("10.1.2.3/32", &a));
	assert_int_equal(a.prefix, 32);
	assert_true(network_address_parse("0.0.0.0/0", &a));
	assert_true(network_address_parse("fe80::1/128", &a));
	assert_int_equal(a.family, AF_INET6);
	assert_int_equal(a.prefix, 128);
	assert_int_equal(a.bytes[0], 0xfe);
	assert_int_equal(a.bytes[15], 1);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		if (network_address_parse(wrong[i], &a))
			fail_msg("\"%s\" is taken", wrong[i]);
}

/* ---- the layout that a build wrote ---- */

static void put(struct fixture *f, const char *folder, const char *name, const char *text)
{
	const char *path = arena_fmt(&f->arena, "%s/%s/%s", f->folder, folder, name).p;

	assert_ok(file_write(path, str_of(text), 0600, &f->err), &f->err);
}

/* A layout with a manifest, its digest, and one more blob. */
static struct str make_layout(struct fixture *f, const char *folder)
{
	char digest[SHA256_DIGEST_SIZE], other[SHA256_DIGEST_SIZE];
	const char *blobs = arena_fmt(&f->arena, "%s/%s/blobs/sha256", f->folder, folder).p;

	assert_ok(dir_make(blobs, 0755, &f->err), &f->err);
	sha256_digest(STR("{\"manifest\":1}"), digest);
	sha256_digest(STR("other"), other);
	put(f, folder, arena_fmt(&f->arena, "blobs/sha256/%s", digest + 7).p, "{\"manifest\":1}");
	put(f, folder, arena_fmt(&f->arena, "blobs/sha256/%s", other + 7).p, "other");
	put(f, folder, "index.json", "hostile");
	return arena_str(&f->arena, str_of(digest));
}

static void a_layout_is_taken(void **state)
{
	struct fixture *f = *state;
	struct str digest = make_layout(f, "from"), index, blob;
	struct stat st;

	assert_ok(
	    output_take(below(f, "from"), below(f, "to"), digest, &f->arena, &f->err), &f->err);
	assert_ok(
	    file_read(below(f, "to/index.json"), KIB(4), &f->arena, &index, &f->err), &f->err);
	assert_str(index,
	    arena_fmt(&f->arena,
		"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image."
		"manifest.v1+json\",\"digest\":\"" STR_FMT "\",\"size\":14}]}",
		STR_ARG(digest))
		.p);
	assert_ok(file_read(below(f, "to/oci-layout"), KIB(4), &f->arena, &blob, &f->err), &f->err);
	assert_str(blob, "{\"imageLayoutVersion\":\"1.0.0\"}");
	blob = arena_fmt(&f->arena, "%s/to/blobs/sha256/" STR_FMT, f->folder,
	    STR_ARG(str_sub(digest, 7, digest.n)));
	assert_int_equal(lstat(blob.p, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(st.st_uid, geteuid());
	assert_ok(file_read(blob.p, KIB(4), &f->arena, &blob, &f->err), &f->err);
	assert_str(blob, "{\"manifest\":1}");
}

/* A blob that has a second name could be written to by that: it is copied. */
static void a_linked_blob_is_copied(void **state)
{
	struct fixture *f = *state;
	struct str digest = make_layout(f, "from");
	const char *from = arena_fmt(&f->arena, "%s/from/blobs/sha256/" STR_FMT, f->folder,
	    STR_ARG(str_sub(digest, 7, digest.n)))
			       .p;
	struct str blob;

	assert_int_equal(link(from, below(f, "second")), 0);
	assert_ok(
	    output_take(below(f, "from"), below(f, "to"), digest, &f->arena, &f->err), &f->err);
	assert_ok(file_write(below(f, "third"), STR("x"), 0600, &f->err), &f->err);
	{
		FILE *file = fopen(below(f, "second"), "w");

		assert_non_null(file);
		assert_int_equal(fputs("changed", file) >= 0 && fclose(file) == 0, true);
	}
	assert_ok(file_read(arena_fmt(&f->arena, "%s/to/blobs/sha256/" STR_FMT, f->folder,
				STR_ARG(str_sub(digest, 7, digest.n)))
				.p,
		      KIB(4), &f->arena, &blob, &f->err),
	    &f->err);
	assert_str(blob, "{\"manifest\":1}");
}

static void assert_not_taken(struct fixture *f, struct str digest, const char *says)
{
	assert_int_equal(
	    output_take(below(f, "from"), below(f, "to"), digest, &f->arena, &f->err), -1);
	if (!str_has(str_of(f->err.text), str_of(says)))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, says);
	assert_false(file_exists(below(f, "to")));
}

static void a_layout_with_more_is_refused(void **state)
{
	static const char *const names[] = {"short",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg",
	    "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0"};
	struct fixture *f = *state;
	struct str digest = make_layout(f, "from");

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *name = arena_fmt(&f->arena, "blobs/sha256/%s", names[i]).p;

		put(f, "from", name, "x");
		assert_not_taken(f, digest, "more than blobs in it");
		assert_int_equal(dir_remove(below(f, "from"), &f->err), 0);
		digest = make_layout(f, "from");
	}
	assert_not_taken(f, STR("sha256:00"), "reported no digest");
	assert_not_taken(f,
	    STR("sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
		"f0123456789abcdef0123456789abcdef0123456789abcdef"),
	    "reported no digest");
	/* A link under a digest's name. */
	assert_int_equal(
	    symlink("/etc/passwd",
		below(f, "from/blobs/sha256/0123456789abcdef0123456789abcdef0123456789abcd"
			 "ef0123456789abcdef")),
	    0);
	assert_not_taken(f, digest, "more than blobs in it");
}

static void the_manifest_is_verified(void **state)
{
	struct fixture *f = *state;
	struct str digest = make_layout(f, "from");

	put(f, "from",
	    arena_fmt(&f->arena, "blobs/sha256/" STR_FMT, STR_ARG(str_sub(digest, 7, digest.n))).p,
	    "{\"manifest\":2}");
	assert_not_taken(f, digest, "manifest is not what was reported");
	assert_int_equal(dir_remove(below(f, "from"), &f->err), 0);
	(void)make_layout(f, "from");
	assert_not_taken(f,
	    STR("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	    "opening the built image's manifest");
	assert_int_equal(dir_remove(below(f, "from"), &f->err), 0);
	assert_not_taken(f, digest, "opening the built image");
}

/* ---- the folder that a build reads ---- */

static int add(struct context_writer *w, const char *path, enum context_kind kind,
    const char *bytes, struct err *err)
{
	struct context_entry entry = {str_of(path), kind, str_of(bytes)};

	return context_add(w, &entry, err);
}

static void a_tree_becomes_a_folder(void **state)
{
	struct fixture *f = *state;
	struct context_writer w CLEANUP(context_release) = {.dir_fd = -1};
	struct stat st;
	struct str text;
	char target[64] = {0};

	assert_ok(context_open(&w, below(f, "c"), 1700000000, &limits_default, &f->err), &f->err);
	assert_ok(add(&w, "a/b/file", CONTEXT_FILE, "one", &f->err), &f->err);
	assert_ok(add(&w, "a/run", CONTEXT_EXECUTABLE, "two", &f->err), &f->err);
	assert_ok(add(&w, "link", CONTEXT_SYMLINK, "../../etc/passwd", &f->err), &f->err);
	assert_ok(add(&w, "sub", CONTEXT_SUBMODULE, "", &f->err), &f->err);
	assert_ok(file_read(below(f, "c/a/b/file"), KIB(1), &f->arena, &text, &f->err), &f->err);
	assert_str(text, "one");
	assert_int_equal(lstat(below(f, "c/a/b/file"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(st.st_mtime, 1700000000);
	assert_int_equal(lstat(below(f, "c/a/run"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0755);
	assert_int_equal(lstat(below(f, "c/a/b"), &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(lstat(below(f, "c/sub"), &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(readlink(below(f, "c/link"), target, sizeof target - 1), 16);
	assert_string_equal(target, "../../etc/passwd");
	assert_int_equal(lstat(below(f, "c/link"), &st), 0);
	assert_int_equal(st.st_mtime, 1700000000);
}

static void hostile_names_are_refused(void **state)
{
	static const char *const names[] = {"", "/abs", "a//b", "a/", ".", "..", "a/../b", "./a",
	    "a/.", ".git", ".GIT/x", "a/.Git/x", "taken", "taken/x", "link/x"};
	struct fixture *f = *state;
	struct context_writer w CLEANUP(context_release) = {.dir_fd = -1};

	assert_ok(context_open(&w, below(f, "c"), 0, &limits_default, &f->err), &f->err);
	assert_ok(add(&w, "taken", CONTEXT_FILE, "x", &f->err), &f->err);
	assert_ok(add(&w, "link", CONTEXT_SYMLINK, "/tmp", &f->err), &f->err);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		f->err.code = ERR_NONE;
		if (add(&w, names[i], CONTEXT_FILE, "x", &f->err) == 0)
			fail_msg("\"%s\" is taken", names[i]);
		assert_int_not_equal(f->err.code, ERR_NONE);
	}
	assert_false(file_exists("/tmp/x"));
	assert_ok(add(&w, ".gitignore", CONTEXT_FILE, "x", &f->err), &f->err);
	assert_ok(add(&w, "..a", CONTEXT_FILE, "x", &f->err), &f->err);
	assert_int_equal(context_open(&w, below(f, "c"), 0, &limits_default, &f->err), -1);
}

static void a_folder_has_limits(void **state)
{
	struct fixture *f = *state;
	struct context_writer w CLEANUP(context_release) = {.dir_fd = -1};
	struct limits limits = limits_default;

	limits.path_bytes = 8;
	limits.path_depth = 3;
	limits.layer_bytes = 10;
	limits.tree_entries = 5;
	assert_ok(context_open(&w, below(f, "c"), 0, &limits, &f->err), &f->err);
	assert_ok(add(&w, "12345678", CONTEXT_FILE, "12345", &f->err), &f->err);
	assert_int_equal(add(&w, "123456789", CONTEXT_FILE, "", &f->err), -1);
	assert_int_equal(f->err.code, ERR_LIMIT);
	assert_ok(add(&w, "a/b/c", CONTEXT_FILE, "12345", &f->err), &f->err);
	assert_int_equal(add(&w, "a/b/c2/d", CONTEXT_FILE, "", &f->err), -1);
	assert_int_equal(f->err.code, ERR_LIMIT);
	assert_int_equal(add(&w, "e", CONTEXT_FILE, "1", &f->err), -1);
	assert_int_equal(f->err.code, ERR_LIMIT);
}

/* ---- what a build wrote ---- */

static void what_is_on_disk_is_counted(void **state)
{
	struct fixture *f = *state;
	uint64_t empty, bytes;
	static char text[20000];

	memset(text, 'x', sizeof text);
	assert_ok(dir_make(below(f, "d/e"), 0755, &f->err), &f->err);
	assert_ok(inside_usage(f->folder, UINT64_MAX, &empty, &f->err), &f->err);
	assert_ok(
	    file_write(below(f, "d/e/file"), str_make(text, sizeof text), 0600, &f->err), &f->err);
	assert_ok(inside_usage(f->folder, UINT64_MAX, &bytes, &f->err), &f->err);
	assert_in_range(bytes - empty, sizeof text, sizeof text + 8192);
	assert_int_equal(symlink("/", below(f, "d/all")), 0);
	assert_ok(inside_usage(f->folder, UINT64_MAX, &empty, &f->err), &f->err);
	assert_in_range(empty - bytes, 0, 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ranges_are_found),
	    cmocka_unit_test_setup_teardown(control_groups_are_found, set_up, tear_down),
	    cmocka_unit_test(addresses_are_read),
	    cmocka_unit_test_setup_teardown(a_layout_is_taken, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_linked_blob_is_copied, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_layout_with_more_is_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_manifest_is_verified, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_tree_becomes_a_folder, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(hostile_names_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_folder_has_limits, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_on_disk_is_counted, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
