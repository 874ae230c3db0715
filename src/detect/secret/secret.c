/*
 * From a unit to findings: the unit's path and bytes become regions, their hits are
 * gathered by rule and secret, and each such group is one finding with all its places.
 * What `secret_scan_content` reads comes in steps, each with what stands before and
 * behind it as context, so that no match is cut in two.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "detect/secret/decode_scan.h"
#include "detect/secret/region.h"
#include "detect/secret/terms.h"
#include "detect/secret/text_kind.h"
#include "detect/secret/wide.h"

#include <stdlib.h>

enum {
	STEP_BYTES = 4 << 20,
	MARGIN_BYTES = 2 * SECRET_WINDOW_BYTES,
	BUFFER_BYTES = STEP_BYTES + 2 * MARGIN_BYTES + 8, /* a margin may begin a character early */
	LFS_BYTES_MAX = 1024, /* a pointer file is shorter, by its specification */
};

#define UTF8_MARK "\xef\xbb\xbf"

struct secret_pass {
	struct secret_scanner *scanner;
	const struct unit *unit;
	struct str key;
	struct sink *sink;
	struct arena arena; /* hits and findings; the scanner's is emptied between regions */
	struct secret_hits hits;
	bool binary;
	struct secret_view view;
	enum wide_order order;
	struct text_cursor narrow, wide; /* where the next step's text begins, read either way */
	/* Of what comes in pieces: the margin before the next step, and what is there of it. */
	char *buffer;
	size_t cap, have;
	size_t from; /* what begins here was not scanned yet */
	bool looked;
	bool undecoded; /* there was more encoded text than could be decoded */
};

static int tell_problem(
    struct secret_pass *s, enum err_code code, struct str message, uint32_t line, struct err *err)
{
	struct problem problem = {
	    .stage = STAGE_SECRETS,
	    .code = code,
	    .message = message,
	    .place = {.origin = s->unit->origin, .line = line},
	};

	return sink_problem(s->sink, &problem, err);
}

/* ---- hits to findings ---- */

static int by_secret(const void *a, const void *b)
{
	const struct secret_hit *x = a, *y = b;
	int order = memcmp(x->hash, y->hash, sizeof x->hash);

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (order != 0)
		return order;
	if (x->from.line != y->from.line)
		return x->from.line < y->from.line ? -1 : 1;
	return x->from.column < y->from.column ? -1 : x->from.column > y->from.column;
}

static bool same_secret(const struct secret_hit *a, const struct secret_hit *b)
{
	return a->rule == b->rule && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

static struct place place_of(
    const struct secret_pass *s, const struct secret_hit *hit, struct str path)
{
	struct place place = {
	    .origin = s->unit->origin,
	    .line = hit->from.line,
	    .column = hit->from.column,
	    .end_line = hit->to.line,
	    .end_column = hit->to.column,
	};

	place.origin.path = path;
	if (hit->where)
		place.origin.encoding = hit->where->encoding;
	return place;
}

/* What a comment on its line asks; whether that excuses it the policy says. */
static struct str request_of(struct secret_pass *s, const struct place *place)
{
	return arena_fmt(&s->arena, STR_FMT ":%u: a comment asks to leave it alone",
	    STR_ARG(place->origin.path), place->line);
}

static int tell_finding(struct secret_pass *s, const struct secret_hit *hit, struct place *places,
    size_t n_places, bool asked, struct err *err)
{
	const struct secret_rule *rule = s->scanner->engine->compiled[hit->rule].rule;
	char hash[SECRET_HASH_HEX + 1];
	struct finding_secret secret = {.kind = rule->id,
	    .length = (uint32_t)hit->length_bytes,
	    .prefix = str_of(hit->prefix),
	    .generic = rule->generic};
	struct finding_fix fix = {.text = rule->fix};
	struct finding finding = {.rule = rule->id,
	    .stage = STAGE_SECRETS,
	    /* Warnings are for a person to look at, whatever the rule's severity. */
	    .severity = hit->warns ? MIN_OF(rule->severity, SEVERITY_MEDIUM) : rule->severity,
	    .weight = hit->warns ? WEIGHT_WARNS : WEIGHT_FULL,
	    .title = rule->title,
	    .threat = rule->threat,
	    .since = rule->since,
	    .places = places,
	    .n_places = MIN_OF(n_places, (size_t)FINDING_PLACES_MAX),
	    .secret = &secret,
	    .fix = &fix,
	    .references = rule->references};

	if (asked) {
		finding.request = request_of(s, &places[0]);
		if (!finding.request.p)
			return arena_err(&s->arena, err);
	}
	finding.more_places = (uint32_t)(n_places - finding.n_places);
	hex_write(hit->hash, sizeof hit->hash, hash);
	secret.hash = finding.identity = str_of(hash);
	finding.message = arena_fmt(&s->arena, "%zu character%s%s%s", hit->length_bytes,
	    hit->length_bytes == 1 ? "" : "s", hit->remark ? "; " : "",
	    hit->remark ? hit->remark : "");
	if (!finding.message.p)
		return arena_err(&s->arena, err);
	return sink_finding(s->sink, &finding, err);
}

/* path: what places show. */
static int tell_hits(struct secret_pass *s, struct str path, struct err *err)
{
	struct secret_hit *hits = s->hits.list.p;
	size_t n = s->hits.list.n, end;
	struct place *places = arena_array(&s->arena, n, sizeof *places);

	if (!places)
		return arena_err(&s->arena, err);
	if (n > 1)
		qsort(hits, n, sizeof *hits, by_secret);
	for (size_t i = 0; i < n; i = end) {
		const struct secret_hit *strongest = &hits[i];
		bool asked = true;

		for (end = i; end < n && same_secret(&hits[i], &hits[end]); end++) {
			places[end] = place_of(s, &hits[end], path);
			strongest = hits[end].warns ? strongest : &hits[end];
			asked = asked && hits[end].asked;
		}
		if (tell_finding(s, strongest, &places[i], end - i, asked, err))
			return -1;
	}
	s->hits.list.n = 0;
	return 0;
}

static int tell_undecoded(struct secret_pass *s, struct err *err)
{
	struct not_covered gap = {.stage = STAGE_SECRETS,
	    .kind = GAP_TOO_LARGE,
	    .what = s->unit->origin.path,
	    .why = STR("so much of it is encoded text that not all was decoded")};

	return sink_gap(s->sink, &gap, err);
}

static int tell_limits(struct secret_pass *s, struct err *err)
{
	const struct secret_engine *engine = s->scanner->engine;
	struct str message;

	if (s->hits.full) {
		message = arena_fmt(&s->arena,
		    "more than %zu secrets in one file: those behind are not in this report",
		    engine->hits_max);
		if (!message.p || tell_problem(s, ERR_LIMIT, message, 0, err))
			return message.p ? -1 : arena_err(&s->arena, err);
	}
	if (s->undecoded && tell_undecoded(s, err))
		return -1;
	if (!s->hits.gave_up)
		return 0;
	message = arena_fmt(&s->arena,
	    "the secret rule %.*s needs more than %u steps here; what it would have found behind "
	    "is not in this report. Make its pattern simpler, or split the line",
	    STR_ARG(engine->compiled[s->hits.gave_up_rule].rule->id), engine->match_limit);
	if (!message.p)
		return arena_err(&s->arena, err);
	return tell_problem(s, ERR_LIMIT, message, s->hits.gave_up_line, err);
}

/* ---- the path ---- */

/* The path with each hit's match left out: the report prints paths. */
static struct str without_hits(struct secret_pass *s, struct str path)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(path.n + s->hits.list.n * 16 + 16);
	size_t at = 0, done = 0;

	while (at < path.n) {
		size_t end = at;

		for (size_t i = 0; i < s->hits.list.n; i++) {
			if (s->hits.list.p[i].from.at <= at && s->hits.list.p[i].to.at > at)
				end = MAX_OF(end, s->hits.list.p[i].to.at);
		}
		if (end == at) {
			at++;
			continue;
		}
		buf_add(&out, str_sub(path, done, at - done));
		buf_add(&out, STR("[secret]"));
		at = done = end;
	}
	buf_add(&out, str_sub(path, done, path.n));
	return buf_ok(&out) ? arena_str(&s->arena, buf_str(&out)) : STR_NONE;
}

/* A rule that knows a file by its path. */
static int tell_path_rule(struct secret_pass *s, const struct secret_rule *rule, struct err *err)
{
	struct str path = s->unit->origin.path;
	struct place place = {.origin = s->unit->origin};
	unsigned char mac[SHA256_BYTES];
	char hash[SECRET_HASH_HEX + 1];
	struct finding_secret secret = {.kind = rule->id, .generic = rule->generic};
	struct finding_fix fix = {.text = rule->fix};
	struct finding finding = {.rule = rule->id,
	    .stage = STAGE_SECRETS,
	    .severity = rule->severity,
	    .title = rule->title,
	    .message = STR("the file's path says it"),
	    .threat = rule->threat,
	    .since = rule->since,
	    .places = &place,
	    .n_places = 1,
	    .secret = &secret,
	    .fix = &fix,
	    .references = rule->references};

	hmac_sha256(s->key, path, mac);
	hex_write(mac, SECRET_HASH_HEX / 2, hash);
	secret.hash = finding.identity = str_of(hash);
	return sink_finding(s->sink, &finding, err);
}

static int tell_path_rules(struct secret_pass *s, struct err *err)
{
	const struct secret_rules *rules = s->scanner->engine->rules;

	for (size_t i = 0; i < rules->path_rules.n; i++) {
		const struct secret_rule *rule = &rules->path_rules.p[i];

		if (!str_empty(s->unit->origin.path) &&
		    secret_terms_want_file(rule->terms, &s->unit->origin) &&
		    tell_path_rule(s, rule, err) != 0)
			return -1;
	}
	return 0;
}

static int scan_path(struct secret_pass *s, struct err *err)
{
	struct str path = s->unit->origin.path, shown;
	struct secret_region region = {.text = path,
	    .keep_to = path.n,
	    .start = TEXT_CURSOR_START,
	    .leave = SECRET_LEAVE_GENERIC,
	    .view = s->view,
	    .key = s->key};

	if (tell_path_rules(s, err) != 0)
		return -1;
	if (str_empty(path) || path.n > SECRET_WINDOW_BYTES)
		return 0;
	arena_clear(&s->scanner->arena);
	if (secret_region_scan(s->scanner, &region, &s->arena, &s->hits, err))
		return -1;
	if (s->hits.list.n == 0)
		return 0;
	shown = without_hits(s, path);
	if (!shown.p)
		return arena_err(&s->arena, err);
	for (size_t i = 0; i < s->hits.list.n; i++)
		s->hits.list.p[i].from = s->hits.list.p[i].to = (struct text_cursor){0};
	return tell_hits(s, shown, err);
}

/* ---- the bytes ---- */

/* One step. Hits begin in bytes[from, to); the next step's bytes begin at `next`. */
enum { MARK_FROM, MARK_NEXT, MARK_TO, MARK_COUNT }; /* ascending */
struct secret_step {
	struct str bytes;
	size_t marks[MARK_COUNT];
};

/* What stands in a text that was encoded itself. */
static int mark_hits(struct secret_pass *s, size_t first, struct str encoding, struct err *err)
{
	struct secret_where *where;

	if (first == s->hits.list.n || str_empty(encoding))
		return 0;
	where = arena_new(&s->arena, struct secret_where);
	if (!where)
		return arena_err(&s->arena, err);
	where->encoding = encoding;
	for (; first < s->hits.list.n; first++)
		s->hits.list.p[first].where = where;
	return 0;
}

/* encoding: static text. */
static int scan_text(struct secret_pass *s, struct str text, const size_t marks[MARK_COUNT],
    struct text_cursor *cursor, const char *encoding, struct err *err)
{
	struct secret_region region = {.text = text,
	    .keep_from = marks[MARK_FROM],
	    .keep_to = marks[MARK_TO],
	    .start = *cursor,
	    .leave = s->binary ? SECRET_LEAVE_WORDS : SECRET_LEAVE_NONE,
	    .view = s->view,
	    .key = s->key};

	struct decode_scan decoded = {.scanner = s->scanner,
	    .region = &region,
	    .encoding = str_of(encoding),
	    .arena = &s->arena,
	    .hits = &s->hits,
	    .first = s->hits.list.n};

	if (secret_region_scan(s->scanner, &region, &s->arena, &s->hits, err) ||
	    mark_hits(s, decoded.first, decoded.encoding, err) ||
	    decode_scan(&decoded, &s->undecoded, err))
		return -1;
	/* Behind the last step nothing asks where it ended, and counting lines is not for nothing.
	 */
	if (marks[MARK_NEXT] < text.n)
		text_cursor_move(cursor, text, marks[MARK_NEXT]);
	cursor->at = 0;
	return 0;
}

/* As the bytes are; and as characters, if they look like UTF-16 or such: a byte order mark in front
 * of plain text hides nothing. */
static int scan_step(struct secret_pass *s, struct secret_step *step, struct err *err)
{
	struct arena arena CLEANUP(arena_release) = {0};
	struct str text;

	arena_clear(&s->scanner->arena);
	if (scan_text(s, step->bytes, step->marks, &s->narrow, "", err))
		return -1;
	if (s->order == WIDE_NONE)
		return 0;
	arena_init(&arena, SECRET_SCANNER_BYTES);
	if (wide_decode(step->bytes, s->order, step->marks, MARK_COUNT, &arena, &text, err))
		return -1;
	return scan_text(s, text, step->marks, &s->wide, wide_name(s->order), err);
}

/* Before the first step: what kind of bytes these are. A UTF-8 byte order mark is not a column. */
static void look_at(struct secret_pass *s, struct secret_step *first)
{
	s->order = wide_detect(first->bytes);
	s->binary = s->order == WIDE_NONE && text_is_binary(first->bytes);
	s->view.program = s->binary && text_is_program(first->bytes);
	s->narrow = s->wide = TEXT_CURSOR_START;
	if (!str_starts(first->bytes, STR(UTF8_MARK)))
		return;
	first->bytes = str_sub(first->bytes, sizeof UTF8_MARK - 1, first->bytes.n);
	for (size_t i = 0; i < MARK_COUNT; i++) {
		if (first->marks[i] > 0)
			first->marks[i] -= MIN_OF(first->marks[i], sizeof UTF8_MARK - 1);
	}
}

bool secret_is_lfs_pointer(struct str bytes)
{
	return bytes.n <= LFS_BYTES_MAX &&
	       str_starts(bytes, STR("version https://git-lfs.github.com/spec/"));
}

/* Its content lies on another server: said, not silently passed over. */
static int tell_pointer(struct secret_pass *s, struct str bytes, struct err *err)
{
	struct not_covered gap = {.stage = STAGE_SECRETS,
	    .kind = GAP_LFS_POINTER,
	    .what = s->unit->origin.path,
	    .why = STR("a Git LFS pointer: its content is not here")};

	if (!secret_is_lfs_pointer(bytes))
		return 0;
	return sink_gap(s->sink, &gap, err);
}

static int scan_bytes(struct secret_pass *s, struct str bytes, struct err *err)
{
	struct secret_step step = {bytes, {0, bytes.n, bytes.n}};

	if (tell_pointer(s, bytes, err))
		return -1;
	look_at(s, &step);
	return scan_step(s, &step, err);
}

static void scan_init(struct secret_pass *s, struct secret_scanner *scanner,
    const struct unit *unit, struct str key, struct sink *sink)
{
	*s = (struct secret_pass){.scanner = scanner,
	    .unit = unit,
	    .key = key,
	    .sink = sink,
	    .view = {.path = unit->origin.path,
		.test = secret_path_is_test(unit->origin.path),
		.published = secret_path_is_published(unit->origin.path)}};
	arena_init(&s->arena, SECRET_SCANNER_BYTES);
	scanner->origin = &unit->origin;
}

static void scan_release(struct secret_pass *s)
{
	arena_release(&s->arena);
	if (s->scanner)
		s->scanner->origin = NULL;
}

static int scan_end(struct secret_pass *s, struct err *err)
{
	return tell_hits(s, s->unit->origin.path, err) || tell_limits(s, err) ? -1 : 0;
}

int secret_scan(struct secret_scanner *scanner, const struct unit *unit, struct str key,
    struct sink *sink, struct err *err)
{
	struct secret_pass s CLEANUP(scan_release);

	scan_init(&s, scanner, unit, key, sink);
	if (scan_path(&s, err) || scan_bytes(&s, unit->bytes, err))
		return -1;
	return scan_end(&s, err);
}

bool secret_knows_paths(const struct secret_scanner *scanner)
{
	return scanner->engine->rules->path_rules.n > 0;
}

int secret_probe(struct secret_scanner *scanner, struct str bytes, bool *ret_any, struct err *err)
{
	static const struct unit nowhere = {.mode = 0};
	struct secret_pass s CLEANUP(scan_release);
	struct secret_step step = {bytes, {0, bytes.n, bytes.n}};
	bool any, encoded, far;

	scan_init(&s, scanner, &nowhere, STR(""), NULL);
	scanner->origin = NULL;
	s.view.any_path = true;
	if (secret_match_any(scanner, bytes, &any, err) != 0 ||
	    decode_glance(bytes, &encoded, &far, err) != 0)
		return -1;
	*ret_any = secret_is_lfs_pointer(bytes);
	if (*ret_any || (!any && !encoded && wide_detect(bytes) == WIDE_NONE))
		return 0;
	look_at(&s, &step);
	if (scan_step(&s, &step, err) != 0)
		return -1;
	*ret_any = s.hits.list.n > 0 || s.hits.full || s.hits.gave_up || s.undecoded;
	return 0;
}

/* ---- what comes in pieces ---- */

static int make_room(struct secret_pass *s, uint64_t size, struct err *err)
{
	size_t cap = (size_t)MIN_OF(size, (uint64_t)BUFFER_BYTES);
	char *buffer;

	if (cap <= s->cap)
		return 0;
	buffer = arena_alloc(&s->arena, cap);
	if (!buffer)
		return arena_err(&s->arena, err);
	if (s->have > 0)
		memcpy(buffer, s->buffer, s->have);
	s->buffer = buffer;
	s->cap = cap;
	return 0;
}

/* The last place at or before `at` where a character begins, so that none is cut in two. */
static size_t step_back(const struct secret_pass *s, size_t at)
{
	size_t least = at > 3 ? at - 3 : 0;

	if (s->order != WIDE_NONE) {
		at &= ~(wide_unit(s->order) - 1);
		return at >= 2 && wide_is_second(str_make(s->buffer, s->have), at, s->order)
			   ? at - 2
			   : at;
	}
	while (at > least && ((unsigned char)s->buffer[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* Scans what begins in the buffer behind what was scanned before; what the next step needs of it
 * stays. */
static int scan_buffer(struct secret_pass *s, bool is_last, struct err *err)
{
	size_t to = is_last ? s->have : s->from + STEP_BYTES, next = to;
	struct secret_step step = {str_make(s->buffer, s->have), {s->from, to, to}};

	if (!s->looked) {
		if (is_last && tell_pointer(s, step.bytes, err))
			return -1;
		s->looked = true;
		s->narrow = s->wide = TEXT_CURSOR_START;
		s->order = wide_detect(step.bytes);
		if (!is_last)
			next = step.marks[MARK_NEXT] = step_back(s, to - MARGIN_BYTES);
		look_at(s, &step);
	} else if (!is_last) {
		next = step.marks[MARK_NEXT] = step_back(s, to - MARGIN_BYTES);
	}
	if (scan_step(s, &step, err))
		return -1;
	s->have -= next;
	s->from = to - next;
	memmove(s->buffer, s->buffer + next, s->have);
	return 0;
}

/* Behind each piece that was put into the buffer. */
static int scan_if_full(struct secret_pass *s, struct err *err)
{
	while (s->have >= s->from + STEP_BYTES + MARGIN_BYTES) {
		if (scan_buffer(s, false, err))
			return -1;
	}
	return 0;
}

static int scan_rest(struct secret_pass *s, struct err *err)
{
	return s->have > 0 ? scan_buffer(s, true, err) : 0;
}

struct secret_feed {
	struct secret_pass scan;
	struct unit unit;
};

static int feed_open(struct secret_feed *feed, uint64_t size, struct err *err)
{
	struct secret_pass *s = &feed->scan;
	struct unit *unit = &feed->unit;

	unit->bytes = STR_NONE;
	if (origin_copy(&unit->origin, &s->arena, &unit->origin, err) != 0 ||
	    make_room(s, size, err) != 0)
		return -1;
	return scan_path(s, err);
}

int secret_feed_begin(struct secret_scanner *scanner, const struct unit *unit, uint64_t size,
    struct str key, struct sink *sink, struct secret_feed **ret_feed, struct err *err)
{
	struct secret_feed *feed = calloc(1, sizeof *feed);

	if (!feed)
		return err_nomem(err);
	feed->unit = *unit;
	scan_init(&feed->scan, scanner, &feed->unit, key, sink);
	if (feed_open(feed, size, err)) {
		secret_feed_free(feed);
		return -1;
	}
	*ret_feed = feed;
	return 0;
}

int secret_feed_bytes(struct secret_feed *feed, struct str bytes, struct err *err)
{
	struct secret_pass *s = &feed->scan;

	while (bytes.n > 0) {
		size_t n;

		if (make_room(s, s->have + bytes.n, err))
			return -1;
		n = MIN_OF(bytes.n, s->cap - s->have);
		memcpy(s->buffer + s->have, bytes.p, n);
		s->have += n;
		bytes = str_sub(bytes, n, bytes.n);
		if (scan_if_full(s, err))
			return -1;
	}
	return 0;
}

int secret_feed_end(struct secret_feed *feed, struct err *err)
{
	return scan_rest(&feed->scan, err) || scan_end(&feed->scan, err) ? -1 : 0;
}

void secret_feed_free(struct secret_feed *feed)
{
	if (feed)
		scan_release(&feed->scan);
	free(feed);
}

/* ---- what is read ---- */

struct pieces {
	struct content *content;
	uint32_t handle;
	uint64_t size;
};

static int scan_pieces(struct secret_pass *s, struct pieces *p, struct err *why, struct err *err)
{
	uint64_t at = 0;

	if (make_room(s, p->size, err))
		return -1;
	while (at < p->size) {
		size_t want = (size_t)MIN_OF(p->size - at, (uint64_t)(s->cap - s->have)), got;

		if (p->content->ops->read(
			p->content, p->handle, at, s->buffer + s->have, want, &got, why))
			break;
		s->have += got;
		at += got;
		if (got < want) {
			(void)err_set(why, ERR_IO, "it became shorter while it was read");
			break;
		}
		if (scan_if_full(s, err))
			return -1;
	}
	return scan_rest(s, err);
}

static int scan_opened(struct secret_pass *s, struct pieces *p, struct err *err)
{
	struct err why = ERR_INIT;

	if (p->size > s->scanner->engine->content_bytes_max)
		(void)err_set(&why, ERR_LIMIT,
		    "%llu bytes, more than the %llu that one file may have: not looked through for "
		    "secrets",
		    (unsigned long long)p->size,
		    (unsigned long long)s->scanner->engine->content_bytes_max);
	else if (scan_pieces(s, p, &why, err))
		return -1;
	if (why.code != ERR_NONE && tell_problem(s, why.code, str_of(why.text), 0, err))
		return -1;
	return 0;
}

static int scan_named(
    struct secret_pass *s, struct content *content, struct str name, struct err *err)
{
	struct pieces p = {.content = content};
	struct err why = ERR_INIT;
	int failed;

	switch (content->ops->open(content, name, &p.handle, &p.size, &why)) {
	case CONTENT_OK:
		failed = scan_opened(s, &p, err);
		content->ops->close(content, p.handle);
		return failed;
	case CONTENT_MISSING:
		return tell_problem(s, ERR_NOT_FOUND,
		    STR("its content is not there, so it was not looked through for secrets"), 0,
		    err);
	case CONTENT_ERROR:
	default:
		return tell_problem(s, why.code, str_of(why.text), 0, err);
	}
}

int secret_scan_content(struct secret_scanner *scanner, struct content *content, struct str name,
    const struct unit *unit, struct str key, struct sink *sink, struct err *err)
{
	struct secret_pass s CLEANUP(scan_release);

	scan_init(&s, scanner, unit, key, sink);
	if (scan_path(&s, err) || scan_named(&s, content, name, err))
		return -1;
	return scan_end(&s, err);
}
