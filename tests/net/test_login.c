/* Logins: as given, and from Docker configurations. The passwords are made up. */
#include "base/hash.h"
#include "base/os/fd.h"
#include "base/os/owned.h"
#include "net/registry/login.h"
#include "with_cmocka.h"

#include <stdlib.h>

#define PASSWORD "made-up:load line"

static struct image_ref ref_of(const char *host, const char *path)
{
	return (struct image_ref){.host = str_of(host), .path = str_of(path)};
}

/* base64 of "user:PASSWORD" in the place of '@'. */
static struct str fill_in(const char *json, const char *user, struct buf *out)
{
	struct buf pair CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct str rest = str_of(json), piece;

	buf_addf(&pair, "%s:%s", user, PASSWORD);
	while (str_cut(&rest, '@', &piece)) {
		buf_add(out, piece);
		if (piece.p + piece.n < json + strlen(json))
			base64_encode(buf_str(&pair), out);
	}
	return buf_str(out);
}

static void check_found(const char *json, const char *host, const char *path, const char *user)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(16));
	struct image_ref ref = ref_of(host, path);
	struct registry_login login;
	struct err err = ERR_INIT;

	if (registry_login_parse(fill_in(json, "keeper", &text), &ref, &login, &err))
		fail_msg("%s: %s", json, err.text);
	assert_string_equal(login.user, user);
	assert_string_equal(login.password, *user ? PASSWORD : "");
}

static void entries_are_found_by_host_and_path(void **state)
{
	(void)state;
	check_found("{\"auths\":{\"r.example\":{\"auth\":\"@\"}}}", "r.example", "a/b", "keeper");
	check_found(
	    "{\"auths\":{\"https://r.example/v2/\":{\"auth\":\"@\"}}}", "r.example", "a", "keeper");
	check_found("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"@\"}}}", "docker.io",
	    "library/debian", "keeper");
	check_found(
	    "{\"auths\":{\"r.example:5000\":{\"auth\":\"@\"}}}", "r.example:5000", "a", "keeper");
	check_found("{\"auths\":{\"r.example:5000\":{\"auth\":\"@\"}}}", "r.example", "a", "");
	check_found("{\"auths\":{\"r.example\":{\"auth\":\"@\"}}}", "r.example:5000", "a", "");
	check_found("{\"auths\":{\"r.example\":{\"auth\":\"@\"}}}", "r.example.evil", "a", "");
	check_found("{\"auths\":{\"r\":{\"auth\":\"@\"}}}", "r.example", "a", "");
	check_found(
	    "{\"auths\":{\"r.example/team\":{\"auth\":\"@\"}}}", "r.example", "team/app", "keeper");
	check_found(
	    "{\"auths\":{\"r.example/team\":{\"auth\":\"@\"}}}", "r.example", "teams/app", "");
	check_found(
	    "{\"auths\":{\"r.example/a\":{\"auth\":\"@\"},\"r.example\":{\"username\":\"x\","
	    "\"password\":\"y\"}}}",
	    "r.example", "a/b", "keeper");
	check_found("{\"auths\":{\"r.example\":{\"username\":\"x\",\"password\":\"y\"},"
		    "\"r.example/a\":{\"auth\":\"@\"}}}",
	    "r.example", "a/b", "keeper");
	check_found("{\"auths\":{\"r.example\":{\"username\":\"other\",\"password\":\"" PASSWORD
		    "\"}}}",
	    "r.example", "a", "other");
	check_found("{\"auths\":{\"r.example\":{}}}", "r.example", "a", "");
	check_found("{\"HttpHeaders\":{\"a\":[1,{}]},\"auths\":{}}", "r.example", "a", "");
	check_found("{\"credsStore\":\"desktop\",\"auths\":{}}", "r.example", "a", "");
	check_found("{\"credHelpers\":{\"other.example\":\"x\"},\"auths\":{\"r.example\":{\"auth\":"
		    "\"@\"}}}",
	    "r.example", "a", "keeper");
	check_found("{}", "r.example", "a", "");
}

/* Whoever has logged in somewhere has named that host as one for passwords. */
static void hosts_that_were_logged_in_to(void **state)
{
	static const struct image_ref ref = {.host = STR_INIT("r.example"), .path = STR_INIT("a")};
	struct registry_login login = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
	    registry_login_parse(
		STR("{\"auths\":{\"r.example\":{\"username\":\"x\",\"password\":\"y\"},"
		    "\"https://auth.example/v2/\":{},\"t.example:8443/team\":{},"
		    "\"two words\":{}}}"),
		&ref, &login, &err),
	    0);
	assert_string_equal(login.hosts, " r.example auth.example t.example:8443");
	registry_login_wipe(&login);
}

static void what_is_not_supported_or_broken_is_named(void **state)
{
	static const struct {
		const char *json;
		enum err_code code;
		const char *words;
	} rows[] = {
	    {"{\"credHelpers\":{\"r.example\":\"ecr-login\"}}", ERR_UNSUPPORTED, "\"ecr-login\""},
	    {"{\"auths\":{\"r.example\":{}},\"credsStore\":\"desktop\"}", ERR_UNSUPPORTED,
		"\"desktop\""},
	    {"{\"auths\":{\"r.example\":{\"auth\":\"@\",\"identitytoken\":\"t\"}}}",
		ERR_UNSUPPORTED, "identity token"},
	    {"{\"auths\":{\"r.example\":{\"auth\":\"***\"}}}", ERR_CONFIG, "not base64"},
	    {"{\"auths\":{\"r.example\":{\"auth\":\"YWJj\"}}}", ERR_CONFIG, "no ':'"},
	    {"{\"auths\":{\"r.example\":{\"auth\":\"OmFi\"}}}", ERR_CONFIG, "user name is empty"},
	    {"{\"auths\":{\"r.example\":{\"auth\":7}}}", ERR_CONFIG, "not a Docker configuration"},
	    {"{\"auths\":{\"r.example\":{\"auth\":\"@\"", ERR_CONFIG, "not a Docker configuration"},
	    {"{\"auths\":[]}", ERR_CONFIG, "not a Docker configuration"},
	    {"", ERR_CONFIG, "not a Docker configuration"},
	    {"made-up", ERR_CONFIG, "not a Docker configuration"},
	};
	struct image_ref ref = ref_of("r.example", "a");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(16));
		struct registry_login login;
		struct err err = ERR_INIT;

		assert_int_equal(
		    registry_login_parse(fill_in(rows[i].json, "k", &text), &ref, &login, &err),
		    -1);
		assert_int_equal(err.code, rows[i].code);
		if (!strstr(err.text, rows[i].words))
			fail_msg("%s: %s", rows[i].json, err.text);
		assert_null(strstr(err.text, "made-up"));
	}
}

static const char *make_file(
    struct arena *arena, const char *folder, const char *name, struct str s)
{
	const char *path = arena_fmt(arena, "%s/%s", folder, name).p;
	struct err err = ERR_INIT;

	assert_int_equal(file_write(path, s, 0600, &err), 0);
	return path;
}

static void passwords_come_from_file_or_environment(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct registry_login login;
	const char *folder, *path;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(tempdir_open(NULL, &arena, &folder, &err), 0);
	path = make_file(&arena, folder, "password", STR(" with blanks \r\n"));
	assert_int_equal(registry_login_given(STR("keeper"), path, &login, &err), 0);
	assert_string_equal(login.password, " with blanks ");
	assert_int_equal(registry_login_given(STR("a:b"), path, &login, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(unsetenv("PLIMSOLL_REGISTRY_PASSWORD"), 0);
	assert_int_equal(registry_login_given(STR("keeper"), NULL, &login, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_int_equal(setenv("PLIMSOLL_REGISTRY_PASSWORD", PASSWORD, 1), 0);
	assert_int_equal(registry_login_given(STR("keeper"), NULL, &login, &err), 0);
	assert_string_equal(login.user, "keeper");
	assert_string_equal(login.password, PASSWORD);
	registry_login_wipe(&login);
	assert_string_equal(login.password, "");
	assert_int_equal(dir_remove(folder, &err), 0);
}

static void the_configuration_is_looked_for_in_order(void **state)
{
	struct arena arena CLEANUP(arena_release);
	struct image_ref ref = ref_of("r.example", "a");
	struct registry_login login;
	const char *folder, *path;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena, MIB(1));
	assert_int_equal(tempdir_open(NULL, &arena, &folder, &err), 0);
	path = arena_fmt(&arena, "%s/.docker", folder).p;
	assert_int_equal(unsetenv("REGISTRY_AUTH_FILE"), 0);
	assert_int_equal(unsetenv("DOCKER_CONFIG"), 0);
	assert_int_equal(setenv("HOME", folder, 1), 0);
	assert_int_equal(registry_login_find(&ref, &login, &err), 0);
	assert_string_equal(login.user, "");
	assert_int_equal(dir_make(path, 0700, &err), 0);
	(void)make_file(&arena, path, "config.json",
	    STR("{\"auths\":{\"r.example\":{\"username\":\"home\",\"password\":\"p\"}}}"));
	assert_int_equal(registry_login_find(&ref, &login, &err), 0);
	assert_string_equal(login.user, "home");
	(void)make_file(&arena, folder, "config.json",
	    STR("{\"auths\":{\"r.example\":{\"username\":\"config\",\"password\":\"p\"}}}"));
	assert_int_equal(setenv("DOCKER_CONFIG", folder, 1), 0);
	assert_int_equal(registry_login_find(&ref, &login, &err), 0);
	assert_string_equal(login.user, "config");
	path = make_file(&arena, folder, "auth.json", STR("{\"auths\":{\"r.example\":"));
	assert_int_equal(setenv("REGISTRY_AUTH_FILE", path, 1), 0);
	assert_int_equal(registry_login_find(&ref, &login, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "auth.json"));
	assert_int_equal(setenv("REGISTRY_AUTH_FILE", "/nowhere/auth.json", 1), 0);
	assert_int_equal(registry_login_find(&ref, &login, &err), -1);
	assert_int_equal(dir_remove(folder, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries_are_found_by_host_and_path),
	    cmocka_unit_test(hosts_that_were_logged_in_to),
	    cmocka_unit_test(what_is_not_supported_or_broken_is_named),
	    cmocka_unit_test(passwords_come_from_file_or_environment),
	    cmocka_unit_test(the_configuration_is_looked_for_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
