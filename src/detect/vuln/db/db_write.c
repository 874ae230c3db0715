/*
 * The layout of a database: sections one after the other, each row written field by
 * field in the order of docs/format-vulndb.md.
 */
#include "base/frame.h"
#include "base/hash.h"
#include "detect/vuln/db/builder.h"
#include "detect/vuln/db/db_format.h"

struct section {
	uint64_t offset, size;
};

struct writer {
	struct db_builder *b;
	struct buf *out;
	size_t base; /* out->n before the first byte */
	struct section sections[DB_SECTION_COUNT];
};

static void put_u64(struct buf *out, int64_t value)
{
	frame_u64(out, (uint64_t)value);
}

static void put_list(struct buf *out, const struct built_list *list)
{
	frame_u32(out, list->at);
	frame_u32(out, list->n);
}

static void pad(struct buf *out, size_t base)
{
	while ((out->n - base) % DB_ALIGN != 0 && buf_ok(out))
		buf_addc(out, '\0');
}

/* ---- what the reader looks up ---- */

/* By ecosystem key, then hash and name of the package, then the order of the feeds. */
static int entry_order(const void *left, const void *right, void *arg)
{
	const struct built_entry *a = left, *b = right;
	const struct built_ecosystem *ecosystems = arg;
	int order = str_cmp(ecosystems[a->ecosystem].key, ecosystems[b->ecosystem].key);

	if (order == 0)
		order = a->hash < b->hash ? -1 : a->hash > b->hash;
	if (order == 0)
		order = str_cmp(a->name, b->name);
	if (order == 0)
		order = a->advisory < b->advisory ? -1 : a->advisory > b->advisory;
	if (order == 0)
		order = a->events.at < b->events.at ? -1 : a->events.at > b->events.at;
	return order;
}

static int ecosystem_order(const void *left, const void *right)
{
	const struct built_ecosystem *const *a = left, *const *b = right;

	return str_cmp((*a)->key, (*b)->key);
}

static void count_advisory(struct built_ecosystem *ecosystem, uint32_t advisory, uint32_t *seen)
{
	if (seen[advisory] == ecosystem->key_text + 1)
		return;
	seen[advisory] = ecosystem->key_text + 1;
	ecosystem->advisories++;
}

/* Entries are sorted: a run of one package is one row. */
static int write_index(struct writer *w, struct err *err)
{
	struct db_builder *b = w->b;
	uint32_t *seen = arena_array(&b->arena, b->advisories.n, sizeof *seen), rows = 0;

	if (!seen)
		return arena_err(&b->arena, err);
	for (size_t i = 0, end; i < b->entries.n; i = end) {
		const struct built_entry *first = &b->entries.p[i];
		struct built_ecosystem *ecosystem = &b->ecosystems.p[first->ecosystem];

		for (end = i; end < b->entries.n; end++) {
			const struct built_entry *entry = &b->entries.p[end];

			if (entry->ecosystem != first->ecosystem ||
			    entry->package != first->package)
				break;
			count_advisory(ecosystem, entry->advisory, seen);
		}
		if (ecosystem->packages++ == 0)
			ecosystem->index_at = rows;
		frame_u64(w->out, first->hash);
		frame_u32(w->out, first->package);
		frame_u32(w->out, (uint32_t)i);
		frame_u32(w->out, (uint32_t)(end - i));
		frame_u32(w->out, 0);
		rows++;
	}
	b->stats.packages = rows;
	return 0;
}

static int write_ecosystems(struct writer *w, struct err *err)
{
	struct db_builder *b = w->b;
	const struct built_ecosystem **sorted =
	    arena_array(&b->arena, b->ecosystems.n, sizeof *sorted);

	if (!sorted)
		return arena_err(&b->arena, err);
	for (size_t i = 0; i < b->ecosystems.n; i++)
		sorted[i] = &b->ecosystems.p[i];
	if (b->ecosystems.n > 0)
		qsort(sorted, b->ecosystems.n, sizeof *sorted, ecosystem_order);
	for (size_t i = 0; i < b->ecosystems.n; i++) {
		frame_u32(w->out, sorted[i]->key_text);
		frame_u32(w->out, sorted[i]->scheme_text);
		frame_u32(w->out, sorted[i]->index_at);
		frame_u32(w->out, sorted[i]->packages);
		frame_u32(w->out, sorted[i]->advisories);
		frame_u32(w->out, 0);
	}
	return 0;
}

/* ---- rows ---- */

static void write_strings(struct writer *w)
{
	for (size_t i = 0; i < w->b->pool.n; i++)
		frame_str(w->out, w->b->pool.p[i].text);
}

static void write_words(struct writer *w)
{
	for (size_t i = 0; i < w->b->words.n; i++)
		frame_u32(w->out, w->b->words.p[i]);
}

static bool is_exploited(const struct db_builder *b, const struct built_advisory *a)
{
	for (size_t i = 0; i <= a->aliases.n; i++) {
		uint32_t text = i < a->aliases.n ? b->words.p[a->aliases.at + i] : a->id;

		if (map_has(&b->exploited, builder_text_at(b, text)))
			return true;
	}
	return false;
}

static void write_advisories(struct writer *w)
{
	const struct db_builder *b = w->b;

	for (size_t i = 0; i < b->advisories.n; i++) {
		const struct built_advisory *a = &b->advisories.p[i];
		unsigned score = a->cvss_tenths < 0 ? DB_NO_SCORE : (unsigned)a->cvss_tenths;
		unsigned kev = DB_KEV_UNKNOWN;

		if (b->has_kev)
			kev = is_exploited(b, a) ? DB_KEV_YES : DB_KEV_NO;
		frame_u32(w->out, a->id);
		frame_u32(w->out, a->summary);
		frame_u32(w->out, a->feed);
		frame_u32(w->out, a->peer_severity);
		frame_u32(w->out, a->cvss_vector);
		frame_u32(w->out, (unsigned)a->severity | kev << 8 | score << 16);
		put_u64(w->out, a->published_ms);
		put_u64(w->out, a->modified_ms);
		put_u64(w->out, a->withdrawn_ms);
		put_list(w->out, &a->aliases);
		put_list(w->out, &a->references);
	}
}

static void write_entries(struct writer *w)
{
	for (size_t i = 0; i < w->b->entries.n; i++) {
		const struct built_entry *e = &w->b->entries.p[i];

		frame_u32(w->out, e->advisory);
		frame_u32(w->out, (uint32_t)e->status);
		put_list(w->out, &e->events);
		put_list(w->out, &e->versions);
	}
}

static void write_feeds(struct writer *w)
{
	for (size_t i = 0; i < w->b->feeds.n; i++) {
		const struct built_feed *feed = &w->b->feeds.p[i];

		frame_u32(w->out, feed->name_text);
		frame_u32(w->out, feed->files);
		frame_u32(w->out, feed->records);
		frame_u32(w->out, feed->refused);
		put_u64(w->out, feed->newest_ms);
	}
}

/* ---- the frame around them ---- */

static void patch(struct writer *w, size_t offset, const struct buf *bytes)
{
	if (buf_ok(w->out) && buf_ok(bytes))
		memcpy(w->out->p + w->base + offset, bytes->p, bytes->n);
}

static void begin_section(struct writer *w, enum db_section section)
{
	pad(w->out, w->base);
	w->sections[section].offset = w->out->n - w->base;
}

static void end_section(struct writer *w, enum db_section section)
{
	w->sections[section].size = w->out->n - w->base - w->sections[section].offset;
}

static void write_header(struct writer *w, int64_t built_ms)
{
	static const char *const letters[] = {
#define X(name, four, row_bytes) four,
	    DB_SECTIONS(X)
#undef X
	};
	struct buf head CLEANUP(buf_release) = BUF_INIT(4096);

	buf_add(&head, str_make(DB_MAGIC, DB_MAGIC_BYTES));
	frame_u32(&head, DB_VERSION);
	frame_u32(&head, DB_SECTION_COUNT);
	frame_u64(&head, w->out->n - w->base + DB_TRAILER_BYTES);
	put_u64(&head, built_ms);
	frame_u32(&head, DB_BLOCK_BYTES);
	frame_u32(&head, 0);
	for (size_t i = 0; i < DB_SECTION_COUNT; i++) {
		buf_add(&head, str_make(letters[i], 4));
		frame_u32(&head, 0);
		frame_u64(&head, w->sections[i].offset);
		frame_u64(&head, w->sections[i].size);
	}
	patch(w, 0, &head);
	if (!buf_ok(&head))
		w->out->failed = true;
}

/* Sums cover every byte before them, the header included, so that the header is written first:
 * its own section's size is known from where the sums begin. */
static void write_sums(struct writer *w, int64_t built_ms)
{
	size_t covered, blocks;
	struct buf sums CLEANUP(buf_release) = BUF_INIT(MIB(1));

	begin_section(w, DB_SUMS);
	covered = w->sections[DB_SUMS].offset;
	blocks = (covered + DB_BLOCK_BYTES - 1) / DB_BLOCK_BYTES;
	for (size_t i = 0; i < blocks; i++)
		frame_u64(w->out, 0);
	end_section(w, DB_SUMS);
	write_header(w, built_ms);
	for (size_t i = 0; i < blocks && buf_ok(w->out); i++) {
		size_t at = i * DB_BLOCK_BYTES, n = MIN_OF(covered - at, (size_t)DB_BLOCK_BYTES);

		frame_u64(&sums, hash64(str_make(w->out->p + w->base + at, n), 0));
	}
	if (!buf_ok(&sums)) {
		w->out->failed = true;
		return;
	}
	patch(w, covered, &sums);
}

static int write_trailer(struct writer *w, struct err *err)
{
	char hex[SHA256_HEX_SIZE];
	size_t sums_at = w->base + (size_t)w->sections[DB_SUMS].offset;

	if (!buf_ok(w->out))
		return buf_err(w->out, "the advisory database", err);
	sha256_hex(str_make(w->out->p + w->base, w->out->n - w->base), hex);
	buf_add(w->out, str_make(hex, DB_DIGEST_BYTES));
	if (buf_ok(w->out))
		frame_u64(w->out, hash64(str_make(w->out->p + sums_at, w->out->n - sums_at), 0));
	buf_add(w->out, str_make(DB_MAGIC_END, DB_MAGIC_BYTES));
	return buf_ok(w->out) ? 0 : buf_err(w->out, "the advisory database", err);
}

typedef void rows_fn(struct writer *w);

static void write_section(struct writer *w, enum db_section section, rows_fn *rows)
{
	begin_section(w, section);
	rows(w);
	end_section(w, section);
}

int db_write(struct db_builder *b, int64_t built_ms, struct buf *out, struct err *err)
{
	struct writer w = {.b = b, .out = out, .base = out->n};

	for (size_t i = 0; i < b->feeds.n; i++) {
		struct built_feed *feed = &b->feeds.p[i];

		if (builder_text(b, feed->name, &feed->name_text, err) != 0)
			return -1;
	}
	qsort_r(b->entries.p, b->entries.n, sizeof *b->entries.p, entry_order, b->ecosystems.p);
	for (size_t i = 0; i < DB_HEADER_BYTES + DB_SECTION_COUNT * DB_SECTION_ROW_BYTES; i++)
		buf_addc(out, '\0');
	write_section(&w, DB_STRINGS, write_strings);
	write_section(&w, DB_WORDS, write_words);
	write_section(&w, DB_ADVISORIES, write_advisories);
	write_section(&w, DB_ENTRIES, write_entries);
	begin_section(&w, DB_INDEX);
	if (write_index(&w, err) != 0)
		return -1;
	end_section(&w, DB_INDEX);
	begin_section(&w, DB_ECOSYSTEMS);
	if (write_ecosystems(&w, err) != 0)
		return -1;
	end_section(&w, DB_ECOSYSTEMS);
	write_section(&w, DB_FEEDS, write_feeds);
	write_sums(&w, built_ms);
	return write_trailer(&w, err);
}
