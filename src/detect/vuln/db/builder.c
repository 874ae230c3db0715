#include "detect/vuln/db/builder.h"

#include "base/hash.h"
#include "detect/vuln/db/db_format.h"
#include "detect/vuln/ecosystem.h"
#include "detect/vuln/feeds/feed.h"
#include "detect/vuln/range.h"
#include "read/codec/codec.h"

enum { FEEDS_MAX = 256, ENTRIES_MAX = 1 << 26 };

static uint32_t as_index(const void *value)
{
	return (uint32_t)(uintptr_t)value;
}

static void *as_value(size_t index)
{
	return (void *)(uintptr_t)index;
}

struct db_builder *db_builder_new(size_t memory_bytes)
{
	struct db_builder *b = calloc(1, sizeof *b);

	if (!b)
		return NULL;
	arena_init(&b->arena, memory_bytes);
	arena_init(&b->scratch, memory_bytes);
	map_init(&b->texts, &b->arena);
	map_init(&b->lists, &b->arena);
	map_init(&b->ecosystem_of, &b->arena);
	map_init(&b->feed_of, &b->arena);
	map_init(&b->exploited, &b->arena);
	return b;
}

void db_builder_free(struct db_builder *b)
{
	if (!b)
		return;
	arena_release(&b->arena);
	arena_release(&b->scratch);
	free(b);
}

void db_builder_cleanup(struct db_builder **b)
{
	db_builder_free(*b);
	*b = NULL;
}

/* A pool offset is 32 bits wide; each text lies behind its length. */
static int pool_add(struct db_builder *b, struct str text, uint32_t *ret_offset, struct err *err)
{
	struct str copy = arena_str(&b->arena, text);
	size_t size = 4 + text.n;
	uint32_t offset = b->pool_bytes;
	struct built_text built = {copy, offset};

	if (!copy.p || !vec_push(&b->pool, &b->arena, built) ||
	    !map_put(&b->texts, copy, as_value((size_t)offset + 1)))
		return arena_err(&b->arena, err);
	if (size > UINT32_MAX - 1 - offset)
		return err_set(err, ERR_LIMIT, "more than 4 GiB of texts in the feeds");
	b->pool_bytes = offset + (uint32_t)size;
	*ret_offset = offset;
	return 0;
}

/* Offset 0 is the empty text, so that it comes first. */
int builder_text(struct db_builder *b, struct str text, uint32_t *ret_offset, struct err *err)
{
	uint32_t found, ignored;

	if (b->pool.n == 0 && pool_add(b, STR(""), &ignored, err) != 0)
		return -1;
	found = as_index(map_get(&b->texts, text));
	if (found == 0)
		return pool_add(b, text, ret_offset, err);
	*ret_offset = found - 1;
	return 0;
}

struct str builder_text_at(const struct db_builder *b, uint32_t offset)
{
	size_t low = 0, high = b->pool.n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (b->pool.p[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low < b->pool.n ? b->pool.p[low].text : STR("");
}

static int add_list(
    struct db_builder *b, const uint32_t *words, size_t n, uint32_t *ret_at, struct err *err)
{
	struct str key = str_make((const char *)words, n * sizeof *words);
	uint32_t found = as_index(map_get(&b->lists, key));

	if (found != 0) {
		*ret_at = found - 1;
		return 0;
	}
	if (n > UINT32_MAX - 1 - b->words.n)
		return err_set(err, ERR_LIMIT, "more lists in the feeds than a database holds");
	*ret_at = (uint32_t)b->words.n;
	for (size_t i = 0; i < n; i++) {
		if (!vec_push(&b->words, &b->arena, words[i]))
			return arena_err(&b->arena, err);
	}
	key = arena_str(&b->arena, key);
	if (!key.p || !map_put(&b->lists, key, as_value((size_t)*ret_at + 1)))
		return arena_err(&b->arena, err);
	return 0;
}

static int add_texts(
    struct db_builder *b, const struct str_list *texts, struct built_list *ret, struct err *err)
{
	uint32_t *words = arena_array(&b->scratch, texts->n, sizeof *words);

	*ret = (struct built_list){0, 0};
	if (!words)
		return arena_err(&b->scratch, err);
	for (size_t i = 0; i < texts->n; i++) {
		if (builder_text(b, texts->p[i], &words[i], err) != 0)
			return -1;
	}
	ret->n = (uint32_t)texts->n;
	return texts->n ? add_list(b, words, texts->n, &ret->at, err) : 0;
}

static int add_events(struct db_builder *b, const struct advisory_affected *affected,
    struct built_list *ret, struct err *err)
{
	size_t n = affected->events.n;
	uint32_t *words = arena_array(&b->scratch, n, 2 * sizeof *words);

	*ret = (struct built_list){0, (uint32_t)n};
	if (!words)
		return arena_err(&b->scratch, err);
	for (size_t i = 0; i < n; i++) {
		const struct advisory_event *event = &affected->events.p[i];

		words[2 * i] = (uint32_t)event->kind | (event->begins ? DB_EVENT_BEGINS : 0);
		if (builder_text(b, event->version, &words[2 * i + 1], err) != 0)
			return -1;
	}
	return n ? add_list(b, words, 2 * n, &ret->at, err) : 0;
}

static int take_ecosystem(
    struct db_builder *b, struct str key, uint32_t *ret_index, struct err *err)
{
	uint32_t found = as_index(map_get(&b->ecosystem_of, key));
	struct built_ecosystem e = {.scheme = ecosystem_scheme(key)};

	if (found != 0) {
		*ret_index = found - 1;
		return 0;
	}
	e.key = arena_str(&b->arena, key);
	if (!e.key.p)
		return arena_err(&b->arena, err);
	if (builder_text(b, e.key, &e.key_text, err) != 0 ||
	    builder_text(b, e.scheme ? e.scheme->name : STR(""), &e.scheme_text, err) != 0)
		return -1;
	*ret_index = (uint32_t)b->ecosystems.n;
	if (!vec_push(&b->ecosystems, &b->arena, e) ||
	    !map_put(&b->ecosystem_of, e.key, as_value(b->ecosystems.n)))
		return arena_err(&b->arena, err);
	return 0;
}

/* The versions that no range holds: what the ranges say already is not said twice. */
static int versions_beside_ranges(struct db_builder *b, const struct version_scheme *scheme,
    const struct advisory_affected *affected, struct str_list *ret, struct err *err)
{
	const struct str_list *all = &affected->versions;
	struct str_list kept = {arena_array(&b->scratch, all->n, sizeof *kept.p), 0};
	struct range_hit ignored;

	if (!kept.p)
		return arena_err(&b->scratch, err);
	for (size_t i = 0; i < all->n; i++) {
		if (!scheme || range_contains(scheme, affected->events.p, affected->events.n,
				   all->p[i], &ignored) != RANGE_INSIDE)
			kept.p[kept.n++] = all->p[i];
	}
	*ret = kept;
	return 0;
}

static int add_entry(struct db_builder *b, const struct advisory_affected *affected,
    uint32_t advisory, struct err *err)
{
	struct built_entry entry = {.advisory = advisory, .status = affected->status};
	const struct version_scheme *scheme;
	struct str_list versions;

	if (b->entries.n >= ENTRIES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d affected packages in the feeds",
		    (int)ENTRIES_MAX);
	if (take_ecosystem(b, affected->ecosystem, &entry.ecosystem, err) != 0 ||
	    builder_text(b, affected->package, &entry.package, err) != 0)
		return -1;
	scheme = b->ecosystems.p[entry.ecosystem].scheme;
	if (versions_beside_ranges(b, scheme, affected, &versions, err) != 0 ||
	    add_texts(b, &versions, &entry.versions, err) != 0 ||
	    add_events(b, affected, &entry.events, err) != 0)
		return -1;
	entry.name = arena_str(&b->arena, affected->package);
	entry.hash = hash64(entry.name, 0);
	if (!entry.name.p || !vec_push(&b->entries, &b->arena, entry))
		return arena_err(&b->arena, err);
	return 0;
}

static int add_advisory(
    struct db_builder *b, const struct advisory *a, struct str feed, struct err *err)
{
	uint32_t index = (uint32_t)b->advisories.n;
	struct built_advisory built = {
	    .severity = a->severity,
	    .cvss_tenths = a->cvss_tenths,
	    .published_ms = a->published_ms,
	    .modified_ms = a->modified_ms,
	    .withdrawn_ms = a->withdrawn_ms,
	};

	if (builder_text(b, a->id, &built.id, err) != 0 ||
	    builder_text(b, a->summary, &built.summary, err) != 0 ||
	    builder_text(b, feed, &built.feed, err) != 0 ||
	    builder_text(b, a->peer_severity, &built.peer_severity, err) != 0 ||
	    builder_text(b, a->cvss_vector, &built.cvss_vector, err) != 0 ||
	    add_texts(b, &a->aliases, &built.aliases, err) != 0 ||
	    add_texts(b, &a->references, &built.references, err) != 0)
		return -1;
	if (!vec_push(&b->advisories, &b->arena, built))
		return arena_err(&b->arena, err);
	for (size_t i = 0; i < a->affected.n; i++) {
		if (add_entry(b, &a->affected.p[i], index, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- one file ---- */

struct db_reading {
	struct db_builder *b;
	const struct feed *feed;
	const struct feed_file *file;
	struct sink *sink;
	uint32_t last_feed; /* + 1: of the last record */
};

/* "osv/PYSEC". Beyond FEEDS_MAX publishers a record counts for its format alone. */
static int take_feed(
    struct db_reading *r, struct str publisher, struct built_feed **ret, struct err *err)
{
	struct db_builder *b = r->b;
	struct built_feed feed = {.name = r->feed->name};
	uint32_t found;

	if (publisher.n > 0 && b->feeds.n < FEEDS_MAX)
		feed.name = arena_fmt(
		    &b->scratch, STR_FMT "/" STR_FMT, STR_ARG(r->feed->name), STR_ARG(publisher));
	if (!feed.name.p)
		return arena_err(&b->scratch, err);
	found = as_index(map_get(&b->feed_of, feed.name));
	if (found == 0) {
		feed.name = arena_str(&b->arena, feed.name);
		if (!feed.name.p || !vec_push(&b->feeds, &b->arena, feed) ||
		    !map_put(&b->feed_of, feed.name, as_value(b->feeds.n)))
			return arena_err(&b->arena, err);
		found = (uint32_t)b->feeds.n;
	}
	*ret = &b->feeds.p[found - 1];
	if (r->last_feed != found)
		(*ret)->files++;
	r->last_feed = found;
	return 0;
}

/* A record of which nothing is kept is one; of another, what it lacks is counted. */
static void count_left_out(struct db_stats *stats, const struct advisory *a)
{
	bool none = a->affected.n == 0;

	if (none && a->left_out.git_only > 0)
		db_stats_leave_out(stats, "records with only ranges of commits (GIT)", 1);
	else if (none && a->left_out.unversioned > 0)
		db_stats_leave_out(stats, "records without a range or version", 1);
	else if (none)
		db_stats_leave_out(stats, "records that name no package", 1);
	if (none)
		return;
	if (a->left_out.git_only > 0)
		db_stats_leave_out(stats,
		    "affected packages with only ranges of commits (GIT), of records that are kept",
		    a->left_out.git_only);
	if (a->left_out.unversioned > 0)
		db_stats_leave_out(stats,
		    "affected packages without a range or version, of records that are kept",
		    a->left_out.unversioned);
	if (a->left_out.nameless > 0)
		db_stats_leave_out(stats,
		    "affected entries that name no package, of records that are kept",
		    a->left_out.nameless);
}

static int on_advisory(void *arg, const struct advisory *advisory, struct err *err)
{
	struct db_reading *r = arg;
	struct built_feed *feed;

	if (take_feed(r, advisory->feed, &feed, err) != 0)
		return -1;
	feed->records++;
	feed->newest_ms = MAX_OF(feed->newest_ms, advisory->modified_ms);
	r->b->stats.records++;
	count_left_out(&r->b->stats, advisory);
	if (advisory->affected.n == 0)
		return 0;
	return add_advisory(r->b, advisory, feed->name, err);
}

static int on_exploited(void *arg, struct str cve, struct err *err)
{
	struct db_reading *r = arg;
	struct built_feed *feed;
	struct str copy;

	if (take_feed(r, STR_NONE, &feed, err) != 0)
		return -1;
	feed->records++;
	r->b->stats.records++;
	r->b->has_kev = true;
	if (map_has(&r->b->exploited, cve))
		return 0;
	copy = arena_str(&r->b->arena, cve);
	if (!copy.p || !map_put(&r->b->exploited, copy, as_value(1)))
		return arena_err(&r->b->arena, err);
	return 0;
}

static uint32_t line_at(struct str text, size_t offset)
{
	uint32_t line = 1;
	struct str before = str_sub(text, 0, offset);
	size_t at;

	while ((at = str_chr(before, '\n')) != STR_NPOS) {
		before = str_sub(before, at + 1, before.n);
		line++;
	}
	return line;
}

static int tell(
    struct db_reading *r, enum err_code code, uint32_t line, const char *what, struct err *err)
{
	struct problem problem = {.stage = STAGE_SCAN, .code = code};

	problem.place.origin.path = r->file->name;
	problem.place.line = line;
	problem.message =
	    arena_fmt(&r->b->scratch, "advisory feed: %s; this record is left out", what);
	if (!problem.message.p)
		return arena_err(&r->b->scratch, err);
	return sink_problem(r->sink, &problem, err);
}

static int on_problem(void *arg, size_t offset, const char *what, struct err *err)
{
	struct db_reading *r = arg;
	struct built_feed *feed;

	if (take_feed(r, STR_NONE, &feed, err) != 0)
		return -1;
	feed->refused++;
	r->b->stats.refused++;
	db_stats_leave_out(&r->b->stats, what, 1);
	return tell(r, ERR_FORMAT, line_at(r->file->bytes, offset), what, err);
}

/* A README beside the records is no problem; a file that looks like one of them is. */
static int not_recognised(struct db_reading *r, struct err *err)
{
	static const char *const endings[] = {".json", ".yaml", ".yml"};
	struct problem problem = {.stage = STAGE_SCAN, .code = ERR_FORMAT};

	r->b->stats.ignored_files++;
	problem.place.origin.path = r->file->name;
	problem.message = STR("no advisory feed that is known here; the file is left out");
	if (codec_of(r->file->bytes)) {
		db_stats_leave_out(&r->b->stats, "compressed files inside an archive", 1);
		problem.code = ERR_UNSUPPORTED;
		problem.message = STR("a compressed file inside an archive: it is left out");
		return sink_problem(r->sink, &problem, err);
	}
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		if (!str_ends(r->file->name, str_of(endings[i])))
			continue;
		db_stats_leave_out(&r->b->stats, "files of no advisory feed that is known here", 1);
		return sink_problem(r->sink, &problem, err);
	}
	db_stats_leave_out(&r->b->stats, "files that are not feeds, such as a README", 1);
	return 0;
}

void db_stats_leave_out(struct db_stats *stats, const char *what, uint64_t n)
{
	struct db_left_out *last;

	for (size_t i = 0; i < stats->n_left_out; i++) {
		if (strcmp(stats->left_out[i].what, what) == 0) {
			stats->left_out[i].n += n;
			return;
		}
	}
	if (stats->n_left_out < DB_LEFT_OUT_MAX) {
		last = &stats->left_out[stats->n_left_out++];
		(void)snprintf(last->what, sizeof last->what, "%s",
		    stats->n_left_out < DB_LEFT_OUT_MAX ? what : "for further reasons");
	}
	last = &stats->left_out[stats->n_left_out - 1];
	last->n += n;
}

struct db_stats *db_builder_stats(struct db_builder *b)
{
	return &b->stats;
}

int db_builder_add(
    struct db_builder *b, struct str name, struct str bytes, struct sink *sink, struct err *err)
{
	struct feed_file file = {name, bytes};
	struct db_reading r = {b, feed_recognise(&file), &file, sink, 0};
	struct feed_out out = {on_advisory, on_exploited, on_problem, &r};
	int result;

	b->stats.files++;
	result = r.feed ? r.feed->read(&file, &out, &b->scratch, err) : not_recognised(&r, err);
	arena_clear(&b->scratch);
	return result;
}

int db_builder_finish(struct db_builder *b, int64_t built_ms, struct buf *out,
    struct db_stats *ret_stats, struct err *err)
{
	size_t before = out->n;

	if (b->advisories.n == 0)
		return err_set(err, ERR_DATABASE,
		    "no advisory in %llu files (%llu refused); give a folder of OSV records or "
		    "Debian's DSA list",
		    (unsigned long long)b->stats.files, (unsigned long long)b->stats.refused);
	if (db_write(b, built_ms, out, err) != 0)
		return -1;
	b->stats.advisories = b->advisories.n;
	b->stats.bytes = out->n - before;
	*ret_stats = b->stats;
	return 0;
}
