/* Any bytes as a compressed stream: sniffed, inflated within limits, and the same whatever the
 * size of the pieces that are asked for. */
#include "read/codec/codec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BYTES = 1 << 20, PIECE_MAX = 32 << 10 };

struct outcome {
	enum err_code code;
	uint64_t bytes;
	char digest[SHA256_HEX_SIZE];
};

static int pull_all(struct stream *s, size_t piece, struct outcome *o, struct err *err)
{
	struct hasher hasher CLEANUP(hasher_release) = {0};
	char *bytes = malloc(piece);
	size_t n = 1;
	int result = 0;

	if (!bytes || hasher_open(&hasher, "sha256", err) != 0)
		abort();
	while (result == 0 && n > 0) {
		result = stream_pull(s, bytes, piece, &n, err);
		if (result != 0)
			break;
		if (n > piece)
			abort();
		hasher_add(&hasher, str_make(bytes, n));
		o->bytes += n;
	}
	free(bytes);
	if (result == 0 && hasher_close(&hasher, o->digest, sizeof o->digest, err) != 0)
		abort();
	return result;
}

static void inflate(struct str bytes, size_t piece, struct outcome *o)
{
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct stream_sum sum CLEANUP(stream_sum_release) = {0};
	struct stream_limits limits = {
	    .max_bytes = MAX_BYTES, .ratio = 1000, .compressed = &sum.bytes};
	const struct codec *codec;
	struct err err = ERR_INIT;

	if (stream_of_bytes(bytes, &s, &err) != 0 ||
	    stream_tee(&s, STR("sha256:"), &sum, &err) != 0)
		abort();
	if (codec_push(&s, &codec, &err) != 0 || stream_limit(&s, &limits, &err) != 0 ||
	    pull_all(s, piece, o, &err) != 0) {
		if (err.code == ERR_NONE)
			abort();
		o->code = err.code;
	} else if (sum.bytes != bytes.n || (!codec && o->bytes != bytes.n)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);
	struct outcome large = {0}, small = {0};

	inflate(bytes, PIECE_MAX, &large);
	if (large.bytes < KIB(64))
		inflate(bytes, 7, &small);
	else
		small = large;
	if (large.code != small.code ||
	    (large.code == ERR_NONE &&
		(large.bytes != small.bytes || strcmp(large.digest, small.digest) != 0)))
		abort();
	return 0;
}
