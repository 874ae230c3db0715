#include "base/os/library.h"

#include <dlfcn.h>

/* dlerror has said why for this thread, or nothing. */
static int refuse(const char *file, struct err *err)
{
	const char *why = dlerror();

	return err_set(err, ERR_UNSUPPORTED, "cannot load a library: %s", why ? why : file);
}

int library_load(const char *file, const struct library_function *functions, size_t n,
    void *ret_pointers, struct err *err)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return refuse(file, err);
	for (size_t i = 0; i < n; i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function)
			return refuse(file, err);
		memcpy((char *)ret_pointers + functions[i].offset, &function, sizeof function);
	}
	return 0;
}
