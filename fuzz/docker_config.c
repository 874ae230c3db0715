/* Credentials of a Docker configuration (src/net/registry/login.h). */
#include "net/registry/login.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct image_ref ref = {.host = STR("r.example:5000"), .path = STR("team/app")};
	struct str json = str_make((const char *)data, size);
	struct registry_login login;
	struct err err = ERR_INIT;

	if (registry_login_parse(json, &ref, &login, &err))
		return 0;
	if (strlen(login.user) >= sizeof login.user || strchr(login.user, ':'))
		abort();
	registry_login_wipe(&login);
	return 0;
}
