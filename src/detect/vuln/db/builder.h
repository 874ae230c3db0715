/*
 * What the builder gathers before it writes: private to db/. Texts are offsets into the
 * string pool, lists are runs of words; both are kept once however often they occur. All
 * memory is the builder's arena.
 */
#ifndef DETECT_VULN_BUILDER_H
#define DETECT_VULN_BUILDER_H

#include "base/map.h"
#include "detect/vuln/advisory.h"
#include "detect/vuln/db/db_build.h"
#include "detect/vuln/version/version.h"

struct built_text {
	struct str text;
	uint32_t offset;
};

struct built_list {
	uint32_t at, n; /* words; n counts texts or events */
};

struct built_advisory {
	uint32_t id, summary, feed, peer_severity, cvss_vector;
	enum severity severity;
	int cvss_tenths;
	int64_t published_ms, modified_ms, withdrawn_ms;
	struct built_list aliases, references;
};

struct built_entry {
	uint32_t ecosystem;
	uint32_t package; /* text */
	uint64_t hash;	  /* of the package's name */
	struct str name;
	uint32_t advisory;
	enum advisory_status status;
	struct built_list events, versions;
};

struct built_ecosystem {
	struct str key;
	uint32_t key_text, scheme_text;
	const struct version_scheme *scheme;
	uint32_t index_at, packages, advisories;
	uint32_t last_advisory; /* + 1 */
};

struct built_feed {
	struct str name;
	uint32_t name_text;
	uint32_t files, records, refused;
	int64_t newest_ms;
};

struct db_builder {
	struct arena arena;
	struct arena scratch;	     /* of one file */
	struct map texts;	     /* to offset + 1 */
	VEC(struct built_text) pool; /* by offset */
	uint32_t pool_bytes;
	struct map lists; /* the bytes of a list, to its first word + 1 */
	VEC(uint32_t) words;
	VEC(struct built_advisory) advisories;
	VEC(struct built_entry) entries;
	struct map ecosystem_of; /* key to index + 1 */
	VEC(struct built_ecosystem) ecosystems;
	struct map feed_of; /* name to index + 1 */
	VEC(struct built_feed) feeds;
	struct map exploited; /* CVE */
	bool has_kev;
	struct db_stats stats;
};

/* Lays out what was gathered and appends it. Sorts b->entries. */
MUST_USE int db_write(struct db_builder *b, int64_t built_ms, struct buf *out, struct err *err);
/* The text at an offset that builder_text gave. */
struct str builder_text_at(const struct db_builder *b, uint32_t offset);
/* The text's offset in the string pool. */
MUST_USE int builder_text(
    struct db_builder *b, struct str text, uint32_t *ret_offset, struct err *err);

#endif
