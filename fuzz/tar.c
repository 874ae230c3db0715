/* Any bytes as a tar archive. If the first one is odd, each block with a magic is first given
 * the checksum that fits, which no fuzzer would find. The names that come out are plain ones. */
#include "read/codec/tar.h"

#include "base/buf.h"
#include "read/codec/tar_header.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAGIC_AT = 257, SUM_AT = 148, SUM_BYTES = 8 };

static void mend_checksums(char *p, size_t n)
{
	for (size_t at = 0; at + TAR_BLOCK <= n; at += TAR_BLOCK) {
		unsigned sum = 0;

		if (memcmp(p + at + MAGIC_AT, "ustar", 5) != 0)
			continue;
		memset(p + at + SUM_AT, ' ', SUM_BYTES);
		for (size_t i = 0; i < TAR_BLOCK; i++)
			sum += (unsigned char)p[at + i];
		(void)snprintf(p + at + SUM_AT, SUM_BYTES, "%06o", sum);
	}
}

static void check_entry(const struct tar_entry *entry, const struct limits *limits)
{
	struct buf again CLEANUP(buf_release) = BUF_INIT(limits->path_bytes);

	if (!tar_path_normal(entry->path, &again) || !str_eq(buf_str(&again), entry->path) ||
	    entry->path.n > limits->path_bytes || entry->link.n > limits->path_bytes)
		abort();
	if (entry->kind == TAR_HARD_LINK &&
	    (!tar_path_normal(entry->link, &again) || !str_eq(buf_str(&again), entry->link)))
		abort();
	if (entry->kind != TAR_FILE && entry->size != 0)
		abort();
}

/* Every other body is read, the rest gone over. Returns whether more can be read. */
static bool read_body(struct tar *tar, const struct tar_entry *entry, struct err *err)
{
	char bytes[700];
	uint64_t done = 0;
	size_t n;

	do {
		if (tar_read(tar, bytes, sizeof bytes, &n, err) != 0)
			return false;
		done += n;
	} while (n > 0);
	if (done != entry->size)
		abort();
	return true;
}

static void read_all(struct tar *tar, const struct limits *limits)
{
	struct err err = ERR_INIT;
	uint64_t met = 0, at = 0;

	for (;;) {
		struct tar_entry entry = {0};

		err.code = ERR_NONE;
		switch (tar_next(tar, &entry, &err)) {
		case TAR_END:
			return;
		case TAR_ERROR:
			if (err.code == ERR_NONE)
				abort();
			return;
		case TAR_REFUSED:
			if (err.code == ERR_NONE)
				abort();
			break;
		case TAR_ENTRY:
			check_entry(&entry, limits);
			if (entry.offset < at)
				abort();
			at = entry.offset;
			if (met % 2 == 0 && !read_body(tar, &entry, &err))
				return;
		}
		if (++met > limits->layer_entries)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct limits limits = limits_default;
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct tar *tar CLEANUP(tar_cleanup) = NULL;
	struct err err = ERR_INIT;
	char *copy;

	limits.layer_entries = 200;
	limits.path_bytes = 300;
	limits.path_depth = 20;
	if (size == 0)
		return 0;
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	if (data[0] % 2)
		mend_checksums(copy, size - 1);
	if (stream_of_bytes(str_make(copy, size - 1), &s, &err) != 0 ||
	    tar_open(s, &limits, &tar, &err) != 0)
		abort();
	read_all(tar, &limits);
	free(copy);
	return 0;
}
