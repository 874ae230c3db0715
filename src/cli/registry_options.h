/* The options by which a command reaches a registry, and the login they give. */
#ifndef CLI_REGISTRY_OPTIONS_H
#define CLI_REGISTRY_OPTIONS_H

#include "base/opt.h"
#include "ship/registry/client.h"

struct registry_options {
	struct str user;
	struct str password_file;
	bool insecure;
};

#define REGISTRY_ROWS(o)                                                                           \
	OPT_GROUP_ROW("Registry"),                                                                 \
	    OPT_TEXT_ROW(0, "registry-user", &(o)->user, "NAME",                                   \
		"with the password from --registry-password-file or $PLIMSOLL_REGISTRY_PASSWORD; " \
		"default: what `docker login` left"),                                              \
	    OPT_TEXT_ROW(0, "registry-password-file", &(o)->password_file, "FILE",                 \
		"a file that holds the password"),                                                 \
	    OPT_FLAG_ROW(0, "registry-insecure", &(o)->insecure,                                   \
		"plain HTTP also to a registry that is not on this machine")

/* services: the policy's token-services. Fills *ret_opts, which borrows *ret_login and them. Wipe
 * the login afterwards. */
MUST_USE int registry_options_open(const struct registry_options *o, const struct image_ref *ref,
    struct str_list services, struct arena *arena, struct registry_login *ret_login,
    struct registry_opts *ret_opts, struct err *err);

#endif
