/*
 * The advisory database, read: one immutable file, mapped, used in place. Its bytes are
 * written down in docs/format-vulndb.md. The file is hostile until proven otherwise: each
 * offset and count is checked where it is used, each block of 64 KiB against its checksum
 * at its first touch; whatever is wrong is ERR_DATABASE. A db owns its map (or borrows the
 * bytes); slices it gives live as long as it does. Several threads may read one db.
 */
#ifndef DETECT_VULN_DB_H
#define DETECT_VULN_DB_H

#include "base/hash.h"
#include "detect/vuln/advisory.h"

struct db;

enum db_flags {
	DB_UNCHECKED = 1 << 0, /* no block checksums: for fuzzing what lies behind them */
};

/* ERR_DATABASE: missing, too short, not ours, another version, or damaged in a part that was looked
 * at.
 */
MUST_USE int db_open(const char *path, struct db **ret_db, struct err *err);
/* Over borrowed bytes. */
MUST_USE int db_open_bytes(struct str bytes, unsigned flags, struct db **ret_db, struct err *err);
void db_close(struct db *db);
/* Usable as CLEANUP(db_cleanup). */
void db_cleanup(struct db **db);

/* The whole file against its SHA-256: when it is installed, and for `db status --verify`. */
MUST_USE int db_verify(const struct db *db, struct err *err);

struct db_info {
	char digest[SHA256_DIGEST_SIZE]; /* identity, as the file's trailer has it */
	int64_t built_ms;
	uint64_t file_bytes;
	uint32_t advisories, ecosystems, feeds;
};
MUST_USE int db_info(const struct db *db, struct db_info *ret_info, struct err *err);

/* What the database covers: a release or ecosystem that is not among these is not covered. */
struct db_ecosystem {
	struct str key;	   /* "debian:12" */
	struct str scheme; /* of its versions; empty: this build cannot compare them */
	uint32_t packages, advisories;
	uint32_t index_at; /* private */
};
MUST_USE int db_ecosystem_at(
    const struct db *db, uint32_t i, struct db_ecosystem *ret, struct err *err);
enum db_result { DB_FOUND, DB_MISSING, DB_ERROR };
enum db_result db_ecosystem_find(
    const struct db *db, struct str key, struct db_ecosystem *ret, struct err *err);

struct db_feed {
	struct str name;
	uint32_t files, records, refused;
	int64_t newest_ms; /* the latest change that one of its records states; 0: none does */
};
MUST_USE int db_feed_at(const struct db *db, uint32_t i, struct db_feed *ret, struct err *err);

/* The affected entries of one package: db_entry_at(db, &entries, 0..n). */
struct db_entries {
	uint32_t at, n;
};
enum db_result db_find(const struct db *db, const struct db_ecosystem *ecosystem,
    struct str package, struct db_entries *ret, struct err *err);

/* The i-th package of an ecosystem, in the order of the file. */
MUST_USE int db_package_at(const struct db *db, const struct db_ecosystem *ecosystem, uint32_t i,
    struct str *ret_name, struct db_entries *ret, struct err *err);

struct db_list {
	uint32_t at, n;
};

struct db_entry {
	uint32_t advisory; /* index: the same advisory has the same one */
	enum advisory_status status;
	struct db_list events, versions;
};
MUST_USE int db_entry_at(const struct db *db, const struct db_entries *entries, uint32_t i,
    struct db_entry *ret, struct err *err);
MUST_USE int db_event_at(const struct db *db, const struct db_list *events, uint32_t i,
    struct advisory_event *ret, struct err *err);
/* Of lists of texts: versions, aliases, references. */
MUST_USE int db_text_at(
    const struct db *db, const struct db_list *list, uint32_t i, struct str *ret, struct err *err);

struct db_advisory {
	struct str id, summary, feed, peer_severity, cvss_vector;
	enum severity severity;
	int cvss_tenths; /* -1 unknown */
	int kev;	 /* 1, 0, -1 unknown */
	int64_t published_ms, modified_ms, withdrawn_ms;
	struct db_list aliases, references;
};
MUST_USE int db_advisory_at(
    const struct db *db, uint32_t i, struct db_advisory *ret, struct err *err);

#endif
