#include "cli/registry_options.h"

int registry_options_open(const struct registry_options *o, const struct image_ref *ref,
    struct str_list services, struct arena *arena, struct registry_login *ret_login,
    struct registry_opts *ret_opts, struct err *err)
{
	char *file = NULL;

	if (o->password_file.n > 0) {
		file = arena_cstr(arena, o->password_file);
		if (!file)
			return arena_err(arena, err);
	}
	if (o->user.n > 0 ? registry_login_given(o->user, file, ret_login, err) != 0
			  : registry_login_find(ref, ret_login, err) != 0)
		return -1;
	if (o->user.n > 0)
		registry_login_hosts(ret_login);
	*ret_opts = (struct registry_opts){
	    .login = ret_login, .insecure = o->insecure, .token_services = services};
	return 0;
}
