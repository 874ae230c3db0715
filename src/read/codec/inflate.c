#include "read/codec/inflate.h"

#include "base/os/library.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { FIRST_GUESS = 4096, RATIO = 4 };

struct deflate {
	__typeof__(libdeflate_alloc_decompressor) *alloc;
	__typeof__(libdeflate_free_decompressor) *free;
	__typeof__(libdeflate_zlib_decompress_ex) *inflate;
};

static struct deflate deflate;

struct inflater {
	struct libdeflate_decompressor *own;
};

int inflate_prepare(struct err *err)
{
	static const struct library_function functions[] = {
	    {"libdeflate_alloc_decompressor", offsetof(struct deflate, alloc)},
	    {"libdeflate_free_decompressor", offsetof(struct deflate, free)},
	    {"libdeflate_zlib_decompress_ex", offsetof(struct deflate, inflate)},
	};

	if (deflate.inflate)
		return 0;
	return library_load("libdeflate.so.0", functions, ARRAY_LEN(functions), &deflate, err);
}

struct inflater *inflater_new(void)
{
	struct inflater *inflater = calloc(1, sizeof *inflater);

	if (!inflater)
		return NULL;
	inflater->own = deflate.alloc();
	if (inflater->own)
		return inflater;
	free(inflater);
	return NULL;
}

void inflater_free(struct inflater *inflater)
{
	if (inflater)
		deflate.free(inflater->own);
	free(inflater);
}

bool inflate_exact(struct inflater *inflater, struct str stream, void *out, size_t n)
{
	size_t taken, made;

	return deflate.inflate(inflater->own, stream.p, stream.n, out, n, &taken, &made) ==
		   LIBDEFLATE_SUCCESS &&
	       made == n;
}

int inflate_all(struct inflater *inflater, struct str stream, size_t max, char **ret_bytes,
    size_t *ret_n, struct err *err)
{
	size_t cap = MIN_OF(max, FIRST_GUESS + stream.n * RATIO), taken;

	for (;;) {
		char *bytes = malloc(cap + 1);
		enum libdeflate_result result;

		if (!bytes)
			return err_nomem(err);
		result =
		    deflate.inflate(inflater->own, stream.p, stream.n, bytes, cap, &taken, ret_n);
		if (result == LIBDEFLATE_SUCCESS) {
			*ret_bytes = bytes;
			return 0;
		}
		free(bytes);
		if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
			return err_set(err, ERR_FORMAT, "its compressed bytes are damaged");
		if (cap == max)
			return err_set(err, ERR_LIMIT, "more than %zu bytes when inflated", max);
		cap = cap > max / 2 ? max : cap * 2;
	}
}
