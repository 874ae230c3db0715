/*
 * A user name and a password for one registry, and the places they come from. Whoever
 * holds one owns it and wipes it. Nothing here prints; no secret goes into an error.
 *
 * Refused by name (ERR_UNSUPPORTED): credHelpers, credsStore and identity tokens of a Docker
 * configuration.
 */
#ifndef NET_REGISTRY_LOGIN_H
#define NET_REGISTRY_LOGIN_H

#include "core/image_ref.h"

enum {
	LOGIN_USER_SIZE = 512,
	LOGIN_PASSWORD_SIZE = 8192,
	LOGIN_FILE_MAX = 1 << 20,
	LOGIN_HOSTS_SIZE = 1536
};

struct registry_login {
	char user[LOGIN_USER_SIZE]; /* "" : none, anonymous */
	char password[LOGIN_PASSWORD_SIZE];
	/* Every host that the Docker configuration has an entry for, separated by spaces: whoever
	 * logged in there named it. Those without room are left out. */
	char hosts[LOGIN_HOSTS_SIZE];
};

/* Overwrites it. Usable as CLEANUP(registry_login_wipe). */
void registry_login_wipe(struct registry_login *login);

/* hosts alone, from the same files as registry_login_find; nothing if none can be read. */
void registry_login_hosts(struct registry_login *login);

/* As given: password from the file (its last line end dropped) if one is named, else from
 * $PLIMSOLL_REGISTRY_PASSWORD. ERR_CONFIG if there is neither, or the user has a ':'. */
MUST_USE int registry_login_given(
    struct str user, const char *password_file, struct registry_login *ret, struct err *err);

/* From the first that is there of $REGISTRY_AUTH_FILE, $DOCKER_CONFIG/config.json and
 * ~/.docker/config.json. user is "" if there is no entry for ref. */
MUST_USE int registry_login_find(
    const struct image_ref *ref, struct registry_login *ret, struct err *err);

/* From the text of such a file ("auths", by host or host/path, the longest that fits). */
MUST_USE int registry_login_parse(
    struct str json, const struct image_ref *ref, struct registry_login *ret, struct err *err);

#endif
