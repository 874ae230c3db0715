/*
 * The layout of an advisory database, shared by its writer and its reader. It is written
 * down byte for byte in docs/format-vulndb.md; a change here is a change there, and a new
 * DB_VERSION. All numbers are little-endian.
 */
#ifndef DETECT_VULN_DB_FORMAT_H
#define DETECT_VULN_DB_FORMAT_H

#include "base/defs.h"

#define DB_MAGIC     "PLIMSDB\0"
#define DB_MAGIC_END "PLIMEND\0"

enum {
	DB_VERSION = 2,
	DB_MAGIC_BYTES = 8,
	DB_HEADER_BYTES = 40,
	DB_SECTION_ROW_BYTES = 24,
	DB_BLOCK_BYTES = 64 << 10,
	DB_DIGEST_BYTES = 64, /* hex */
	DB_TRAILER_BYTES = DB_DIGEST_BYTES + 8 + DB_MAGIC_BYTES,
	DB_ALIGN = 8,
};

/* The sections: four letters, and the bytes of one row (1: no rows). In the file they stand in
 * this order; SUMS is last. */
#define DB_SECTIONS(X)            \
	X(STRINGS, "STRS", 1)     \
	X(WORDS, "WRDS", 4)       \
	X(ADVISORIES, "ADVS", 64) \
	X(ENTRIES, "ENTR", 24)    \
	X(INDEX, "INDX", 24)      \
	X(ECOSYSTEMS, "ECOS", 24) \
	X(FEEDS, "FEED", 24)      \
	X(SUMS, "SUMS", 8)

enum db_section {
#define X(name, letters, row_bytes) DB_##name,
	DB_SECTIONS(X)
#undef X
	    DB_SECTION_COUNT,
};

/* Flags in an event's first word. */
enum { DB_EVENT_KIND = 0xff, DB_EVENT_BEGINS = 0x100 };

enum { DB_KEV_NO, DB_KEV_YES, DB_KEV_UNKNOWN };

/* cvss_tenths of an advisory without a score. */
enum { DB_NO_SCORE = 0xffff };

#endif
