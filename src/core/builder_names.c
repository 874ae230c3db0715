#include "core/builder_names.h"

/* Those that end in '*' are prefixes. */
bool is_builders_own(struct str name)
{
	static const char *const own[] = {"LD_*", "GLIBC_*", "MALLOC_*", "GCONV_PATH", "LOCPATH",
	    "NLSPATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "RESOLV_*",
	    "TZDIR", "TMPDIR", "TMP", "TEMP", "PATH", "HOME", "USER", "LANG", "LANGUAGE", "LC_*",
	    "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "GOCOVERDIR",
	    "CONTAINERS_*", "_CONTAINERS_*", "BUILDAH_*", "_BUILDAH_*", "STORAGE_*",
	    "REGISTRY_AUTH_FILE", "REGISTRIES_CONFIG_PATH", "DOCKER_*", "XDG_*", "NOTIFY_SOCKET",
	    "LISTEN_*", "DBUS_*", "SSL_CERT_*", "OPENSSL_*", "GNUPGHOME", "GPG*", "KRB5*",
	    "SSH_AUTH_SOCK", "SOURCE_DATE_EPOCH", "container", "PLIMSOLL_*"};

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		struct str one = str_of(own[i]);
		bool begins = str_ends(one, STR("*"));

		if (begins ? str_starts(name, str_sub(one, 0, one.n - 1)) : str_eq(name, one))
			return true;
	}
	return false;
}
