#include "detect/vuln/db/db.h"

#include "base/os/fd.h"
#include "base/rd.h"
#include "detect/vuln/db/db_format.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct extent {
	uint64_t offset, size;
};

struct db {
	struct str bytes;
	void *map; /* NULL: bytes are borrowed */
	struct extent sections[DB_SECTION_COUNT];
	uint64_t covered; /* bytes that the sums speak of */
	bool unchecked;
	int64_t built_ms;
	/* One for each block: it has been found whole. Threads may set the same one twice. */
	atomic_uchar *checked;
	size_t n_blocks;
};

static const uint32_t row_sizes[DB_SECTION_COUNT] = {
#define X(name, letters, row_bytes) [DB_##name] = (row_bytes),
    DB_SECTIONS(X)
#undef X
};

static int damaged(struct err *err, const char *what)
{
	return err_set(err, ERR_DATABASE,
	    "the advisory database is damaged (%s); build or fetch it again", what);
}

/* ---- bytes ---- */

static struct str sums_of(const struct db *db)
{
	const struct extent *sums = &db->sections[DB_SUMS];

	return str_sub(db->bytes, (size_t)sums->offset, (size_t)sums->size);
}

static int check_block(const struct db *db, size_t block, struct err *err)
{
	size_t at = block * (size_t)DB_BLOCK_BYTES;
	size_t n = MIN_OF((size_t)db->covered - at, (size_t)DB_BLOCK_BYTES);
	struct str sum = str_sub(sums_of(db), block * 8, 8);
	struct rd r = rd_of(sum);
	uint64_t expected;

	if (atomic_load_explicit(&db->checked[block], memory_order_relaxed))
		return 0;
	if (!rd_u64le(&r, &expected) || hash64(str_sub(db->bytes, at, n), 0) != expected)
		return err_set(err, ERR_DATABASE,
		    "the advisory database is damaged (block %zu, at byte %zu); build or fetch it "
		    "again",
		    block, at);
	atomic_store_explicit(&db->checked[block], 1, memory_order_relaxed);
	return 0;
}

/* Bytes [offset, offset + n) of a section, whole and checked. */
static int section_bytes(const struct db *db, enum db_section section, uint64_t offset, uint64_t n,
    struct str *ret, struct err *err)
{
	const struct extent *s = &db->sections[section];
	size_t at;

	if (offset > s->size || n > s->size - offset)
		return damaged(err, "an offset points outside of its section");
	at = (size_t)(s->offset + offset);
	if (n > 0 && !db->unchecked) {
		size_t last = (at + (size_t)n - 1) / DB_BLOCK_BYTES;

		for (size_t block = at / DB_BLOCK_BYTES; block <= last; block++) {
			if (check_block(db, block, err) != 0)
				return -1;
		}
	}
	*ret = str_sub(db->bytes, at, (size_t)n);
	return 0;
}

static uint64_t row_count(const struct db *db, enum db_section section)
{
	return db->sections[section].size / row_sizes[section];
}

static int row(
    const struct db *db, enum db_section section, uint64_t i, struct rd *ret, struct err *err)
{
	struct str bytes;

	if (i >= row_count(db, section))
		return damaged(err, "a row that does not exist is asked for");
	if (section_bytes(db, section, i * row_sizes[section], row_sizes[section], &bytes, err) !=
	    0)
		return -1;
	*ret = rd_of(bytes);
	return 0;
}

/* Rows were read to their size, so that these cannot run out. */
static uint32_t u32(struct rd *r)
{
	uint32_t value = 0;

	(void)!rd_u32le(r, &value);
	return value;
}

static int64_t time_of(struct rd *r)
{
	uint64_t value = 0;

	(void)!rd_u64le(r, &value);
	return value > INT64_MAX ? 0 : (int64_t)value;
}

static struct db_list list_of(struct rd *r)
{
	uint32_t at = u32(r);

	return (struct db_list){at, u32(r)};
}

static int text(const struct db *db, uint32_t offset, struct str *ret, struct err *err)
{
	struct str length;
	struct rd r;

	if (section_bytes(db, DB_STRINGS, offset, 4, &length, err) != 0)
		return -1;
	r = rd_of(length);
	return section_bytes(db, DB_STRINGS, (uint64_t)offset + 4, u32(&r), ret, err);
}

/* Reads an offset off the row, and the text there. */
static int text_of(const struct db *db, struct rd *r, struct str *ret, struct err *err)
{
	return text(db, u32(r), ret, err);
}

/* ---- opening ---- */

static int read_section(struct db *db, struct rd *r, enum db_section section, const char *letters,
    uint64_t *end, struct err *err)
{
	struct extent *s = &db->sections[section];
	uint64_t limit = db->bytes.n - DB_TRAILER_BYTES;
	struct str name;
	uint32_t zero;

	if (!rd_bytes(r, 4, &name) || !rd_u32le(r, &zero) || !rd_u64le(r, &s->offset) ||
	    !rd_u64le(r, &s->size))
		return damaged(err, "the table of sections is cut short");
	if (!str_eq(name, str_make(letters, 4)) || zero != 0 || s->offset % DB_ALIGN != 0 ||
	    s->offset < *end || s->offset > limit || s->size > limit - s->offset ||
	    s->size % row_sizes[section] != 0)
		return damaged(err, "the table of sections is wrong");
	*end = s->offset + s->size;
	return 0;
}

static int read_sections(struct db *db, struct rd *r, struct err *err)
{
	static const char *const letters[] = {
#define X(name, four, row_bytes) four,
	    DB_SECTIONS(X)
#undef X
	};
	uint64_t end = DB_HEADER_BYTES + DB_SECTION_COUNT * DB_SECTION_ROW_BYTES;

	for (size_t i = 0; i < DB_SECTION_COUNT; i++) {
		if (read_section(db, r, (enum db_section)i, letters[i], &end, err) != 0)
			return -1;
	}
	db->covered = db->sections[DB_SUMS].offset;
	db->n_blocks = ((size_t)db->covered + DB_BLOCK_BYTES - 1) / DB_BLOCK_BYTES;
	if (end != db->bytes.n - DB_TRAILER_BYTES || sums_of(db).n != db->n_blocks * 8)
		return damaged(err, "its checksums do not fit its size");
	return 0;
}

static int read_header(struct db *db, struct err *err)
{
	struct rd r = rd_of(db->bytes);
	struct str magic, end_magic = str_sub(db->bytes, db->bytes.n - DB_MAGIC_BYTES, 8);
	uint32_t version, sections, block, zero;
	uint64_t size, built;

	if (!rd_bytes(&r, DB_MAGIC_BYTES, &magic) || !rd_u32le(&r, &version) ||
	    !rd_u32le(&r, &sections) || !rd_u64le(&r, &size) || !rd_u64le(&r, &built) ||
	    !rd_u32le(&r, &block) || !rd_u32le(&r, &zero))
		return damaged(err, "it is cut short");
	if (!str_eq(magic, str_make(DB_MAGIC, DB_MAGIC_BYTES)))
		return err_set(err, ERR_DATABASE, "not an advisory database of plimsoll");
	if (version != DB_VERSION)
		return err_set(err, ERR_DATABASE,
		    "an advisory database of version %u, but this program reads version %d; build "
		    "it again with `plimsoll db build`",
		    version, (int)DB_VERSION);
	if (size != db->bytes.n || sections != DB_SECTION_COUNT || block != DB_BLOCK_BYTES ||
	    zero != 0 || !str_eq(end_magic, str_make(DB_MAGIC_END, DB_MAGIC_BYTES)))
		return damaged(err, "its size is not what its header says");
	db->built_ms = built > INT64_MAX ? 0 : (int64_t)built;
	return read_sections(db, &r, err);
}

static struct str trailer_digest(const struct db *db)
{
	return str_sub(db->bytes, db->bytes.n - DB_TRAILER_BYTES, DB_DIGEST_BYTES);
}

/* The checksums themselves, the digest behind them, and the block that the header lies in. */
static int check_sums(struct db *db, struct err *err)
{
	size_t end = db->bytes.n - DB_MAGIC_BYTES - 8;
	struct rd r = rd_of(str_sub(db->bytes, end, 8));
	struct str summed = str_sub(db->bytes, (size_t)db->covered, end - (size_t)db->covered);
	uint64_t expected = 0;

	db->checked = calloc(db->n_blocks + 1, sizeof *db->checked);
	if (!db->checked)
		return err_nomem(err);
	if (db->unchecked)
		return 0;
	(void)!rd_u64le(&r, &expected);
	if (hash64(summed, 0) != expected)
		return damaged(err, "its checksums are not what they were");
	return check_block(db, 0, err);
}

static int db_init(struct db *db, struct err *err)
{
	if (db->bytes.n < DB_HEADER_BYTES + DB_TRAILER_BYTES)
		return err_set(err, ERR_DATABASE,
		    "%zu bytes are too few to be an advisory database", db->bytes.n);
	if (read_header(db, err) != 0)
		return -1;
	return check_sums(db, err);
}

int db_open_bytes(struct str bytes, unsigned flags, struct db **ret_db, struct err *err)
{
	struct db *db = calloc(1, sizeof *db);

	if (!db)
		return err_nomem(err);
	db->bytes = bytes;
	db->unchecked = (flags & DB_UNCHECKED) != 0;
	if (db_init(db, err) != 0) {
		db_close(db);
		return -1;
	}
	*ret_db = db;
	return 0;
}

static int map_file(const char *path, void **ret_map, struct str *ret_bytes, struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD = fd_open_read(path, false, err);
	void *map;

	if (fd < 0) {
		err->code = ERR_DATABASE;
		return err_wrap(err, "no advisory database");
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_DATABASE, "%s is %s, and no advisory database", path,
		    file_kind(st.st_mode));
	if (st.st_size < DB_HEADER_BYTES + DB_TRAILER_BYTES)
		return err_set(
		    err, ERR_DATABASE, "%s is too short to be an advisory database", path);
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return err_set(err, ERR_DATABASE, "%s cannot be mapped into memory", path);
	*ret_map = map;
	*ret_bytes = str_make(map, (size_t)st.st_size);
	return 0;
}

int db_open(const char *path, struct db **ret_db, struct err *err)
{
	struct str bytes = STR_NONE;
	void *map = NULL;

	if (map_file(path, &map, &bytes, err) != 0)
		return -1;
	if (db_open_bytes(bytes, 0, ret_db, err) != 0) {
		(void)munmap(map, bytes.n);
		return err_wrap(err, "%s", path);
	}
	(*ret_db)->map = map;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	if (db->map)
		(void)munmap(db->map, db->bytes.n);
	free(db->checked);
	free(db);
}

void db_cleanup(struct db **db)
{
	db_close(*db);
	*db = NULL;
}

int db_verify(const struct db *db, struct err *err)
{
	char hex[SHA256_HEX_SIZE];
	size_t n = db->bytes.n - DB_TRAILER_BYTES;

	sha256_hex(str_sub(db->bytes, 0, n), hex);
	if (!str_eq(str_of(hex), trailer_digest(db)))
		return damaged(err, "its SHA-256 is another than it states");
	return 0;
}

int db_info(const struct db *db, struct db_info *ret_info, struct err *err)
{
	char digest[SHA256_DIGEST_SIZE] = "sha256:";
	struct str hex = trailer_digest(db);

	memcpy(digest + 7, hex.p, hex.n);
	if (!digest_is_valid(str_of(digest)))
		return damaged(err, "its digest is invalid");
	*ret_info = (struct db_info){
	    .built_ms = db->built_ms,
	    .file_bytes = db->bytes.n,
	    .advisories = (uint32_t)row_count(db, DB_ADVISORIES),
	    .ecosystems = (uint32_t)row_count(db, DB_ECOSYSTEMS),
	    .feeds = (uint32_t)row_count(db, DB_FEEDS),
	};
	memcpy(ret_info->digest, digest, sizeof digest);
	return 0;
}

/* ---- looking up ---- */

int db_ecosystem_at(const struct db *db, uint32_t i, struct db_ecosystem *ret, struct err *err)
{
	struct db_ecosystem e;
	struct rd r;

	if (row(db, DB_ECOSYSTEMS, i, &r, err) != 0 || text_of(db, &r, &e.key, err) != 0 ||
	    text_of(db, &r, &e.scheme, err) != 0)
		return -1;
	e.index_at = u32(&r);
	e.packages = u32(&r);
	e.advisories = u32(&r);
	if (e.index_at > row_count(db, DB_INDEX) ||
	    e.packages > row_count(db, DB_INDEX) - e.index_at)
		return damaged(err, "an ecosystem's packages lie outside of the index");
	*ret = e;
	return 0;
}

enum db_result db_ecosystem_find(
    const struct db *db, struct str key, struct db_ecosystem *ret, struct err *err)
{
	uint64_t low = 0, high = row_count(db, DB_ECOSYSTEMS);

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct db_ecosystem e;
		int order;

		if (db_ecosystem_at(db, (uint32_t)middle, &e, err) != 0)
			return DB_ERROR;
		order = str_cmp(e.key, key);
		if (order == 0) {
			*ret = e;
			return DB_FOUND;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return DB_MISSING;
}

int db_feed_at(const struct db *db, uint32_t i, struct db_feed *ret, struct err *err)
{
	struct db_feed feed;
	struct rd r;

	if (row(db, DB_FEEDS, i, &r, err) != 0 || text_of(db, &r, &feed.name, err) != 0)
		return -1;
	feed.files = u32(&r);
	feed.records = u32(&r);
	feed.refused = u32(&r);
	feed.newest_ms = time_of(&r);
	*ret = feed;
	return 0;
}

struct index_row {
	uint64_t hash;
	uint32_t name, at, n;
};

static int index_row_at(const struct db *db, uint64_t i, struct index_row *ret, struct err *err)
{
	struct rd r;

	if (row(db, DB_INDEX, i, &r, err) != 0)
		return -1;
	(void)!rd_u64le(&r, &ret->hash);
	ret->name = u32(&r);
	ret->at = u32(&r);
	ret->n = u32(&r);
	return 0;
}

/* The first row of [low, high) whose hash is not less. */
static int index_lower_bound(
    const struct db *db, uint64_t low, uint64_t high, uint64_t hash, uint64_t *ret, struct err *err)
{
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct index_row at;

		if (index_row_at(db, middle, &at, err) != 0)
			return -1;
		if (at.hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	*ret = low;
	return 0;
}

enum db_result db_find(const struct db *db, const struct db_ecosystem *ecosystem,
    struct str package, struct db_entries *ret, struct err *err)
{
	uint64_t hash = hash64(package, 0), i;
	uint64_t end = (uint64_t)ecosystem->index_at + ecosystem->packages;

	if (index_lower_bound(db, ecosystem->index_at, end, hash, &i, err) != 0)
		return DB_ERROR;
	for (; i < end; i++) {
		struct index_row at;
		struct str name;

		if (index_row_at(db, i, &at, err) != 0)
			return DB_ERROR;
		if (at.hash != hash)
			break;
		if (text(db, at.name, &name, err) != 0)
			return DB_ERROR;
		if (!str_eq(name, package))
			continue;
		*ret = (struct db_entries){at.at, at.n};
		return DB_FOUND;
	}
	return DB_MISSING;
}

int db_package_at(const struct db *db, const struct db_ecosystem *ecosystem, uint32_t i,
    struct str *ret_name, struct db_entries *ret, struct err *err)
{
	struct index_row at;

	if (i >= ecosystem->packages)
		return damaged(err, "a package that does not exist is asked for");
	if (index_row_at(db, (uint64_t)ecosystem->index_at + i, &at, err) != 0 ||
	    text(db, at.name, ret_name, err) != 0)
		return -1;
	*ret = (struct db_entries){at.at, at.n};
	return 0;
}

int db_entry_at(const struct db *db, const struct db_entries *entries, uint32_t i,
    struct db_entry *ret, struct err *err)
{
	struct db_entry entry;
	uint32_t status;
	struct rd r;

	if (i >= entries->n)
		return damaged(err, "an entry that does not exist is asked for");
	if (row(db, DB_ENTRIES, (uint64_t)entries->at + i, &r, err) != 0)
		return -1;
	entry.advisory = u32(&r);
	status = u32(&r);
	if (status > STATUS_END_OF_LIFE)
		return damaged(err, "an invalid status");
	entry.status = (enum advisory_status)status;
	entry.events = list_of(&r);
	entry.versions = list_of(&r);
	*ret = entry;
	return 0;
}

static int word(const struct db *db, const struct db_list *list, uint32_t i, uint32_t width,
    struct rd *ret, struct err *err)
{
	uint64_t at = list->at + (uint64_t)i * width;
	struct str bytes;

	if (i >= list->n)
		return damaged(err, "an item that does not exist is asked for");
	if (section_bytes(db, DB_WORDS, at * 4, (uint64_t)width * 4, &bytes, err) != 0)
		return -1;
	*ret = rd_of(bytes);
	return 0;
}

int db_event_at(const struct db *db, const struct db_list *events, uint32_t i,
    struct advisory_event *ret, struct err *err)
{
	struct advisory_event event;
	struct rd r;
	uint32_t flags;

	if (word(db, events, i, 2, &r, err) != 0)
		return -1;
	flags = u32(&r);
	if ((flags & DB_EVENT_KIND) < EVENT_INTRODUCED || (flags & DB_EVENT_KIND) > EVENT_LIMIT)
		return damaged(err, "an invalid range event");
	event.kind = (enum event_kind)(flags & DB_EVENT_KIND);
	event.begins = (flags & DB_EVENT_BEGINS) != 0;
	if (text_of(db, &r, &event.version, err) != 0)
		return -1;
	*ret = event;
	return 0;
}

int db_text_at(
    const struct db *db, const struct db_list *list, uint32_t i, struct str *ret, struct err *err)
{
	struct rd r;

	if (word(db, list, i, 1, &r, err) != 0)
		return -1;
	return text_of(db, &r, ret, err);
}

static int read_score(uint32_t packed, struct db_advisory *ret, struct err *err)
{
	uint32_t severity = packed & 0xff, kev = packed >> 8 & 0xff, score = packed >> 16;

	if (severity > SEVERITY_CRITICAL || kev > DB_KEV_UNKNOWN ||
	    (score > 100 && score != DB_NO_SCORE))
		return damaged(err, "an invalid severity");
	ret->severity = (enum severity)severity;
	ret->kev = kev == DB_KEV_UNKNOWN ? -1 : kev == DB_KEV_YES;
	ret->cvss_tenths = score == DB_NO_SCORE ? -1 : (int)score;
	return 0;
}

int db_advisory_at(const struct db *db, uint32_t i, struct db_advisory *ret, struct err *err)
{
	struct db_advisory a;
	struct rd r;

	if (row(db, DB_ADVISORIES, i, &r, err) != 0 || text_of(db, &r, &a.id, err) != 0 ||
	    text_of(db, &r, &a.summary, err) != 0 || text_of(db, &r, &a.feed, err) != 0 ||
	    text_of(db, &r, &a.peer_severity, err) != 0 ||
	    text_of(db, &r, &a.cvss_vector, err) != 0 || read_score(u32(&r), &a, err) != 0)
		return -1;
	a.published_ms = time_of(&r);
	a.modified_ms = time_of(&r);
	a.withdrawn_ms = time_of(&r);
	a.aliases = list_of(&r);
	a.references = list_of(&r);
	*ret = a;
	return 0;
}
