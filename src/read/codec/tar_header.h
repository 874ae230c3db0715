/*
 * The fields of one 512-byte tar header, and the records of a pax header: pure functions
 * over bytes. Private to the tar reader and to the codec sniffer.
 */
#ifndef READ_CODEC_TAR_HEADER_H
#define READ_CODEC_TAR_HEADER_H

#include "base/err.h"
#include "base/str.h"

enum { TAR_BLOCK = 512 };

/* POSIX.1-1988 names for the fields; `magic` tells the formats apart. */
struct tar_header {
	struct str name, link, prefix; /* up to their first NUL; prefix empty if there is none */
	struct str magic;	       /* 8 bytes */
	char type;
	uint64_t size;
	uint64_t mode, dev_major, dev_minor; /* 0 if the field is not a number */
	bool size_is_valid;
	bool sparse_continues; /* old GNU sparse: further blocks of the map follow */
};

bool tar_block_is_zero(struct str block);
/* The header's sum of bytes, as unsigned or (some old writers) as signed ones. */
bool tar_block_has_checksum(struct str block);
/* block is TAR_BLOCK bytes; slices point into it. */
void tar_header_parse(struct str block, struct tar_header *ret);

/* Octal text, or GNU's base-256 if the first bit is set; at most 63 bits. */
bool tar_number(struct str field, uint64_t *ret_value);

/* What a pax header said of the next entry. */
struct tar_pax {
	struct str path, link; /* meaning only with has_ */
	uint64_t size;
	bool has_path, has_link, has_size;
	bool is_sparse; /* GNU.sparse.* */
};
/* Records "LENGTH KEY=VALUE\n" (POSIX.1-2001, pax interchange). Slices point into records. An empty
 * value takes a setting back. */
MUST_USE int tar_pax_parse(struct str records, struct tar_pax *pax, struct err *err);

#endif
