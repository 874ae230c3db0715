#include "detect/secret/probe.h"

#include "detect/secret/decode_scan.h"
#include "detect/secret/text_kind.h"
#include "detect/secret/wide.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 16384, SEPARATOR = PROBE_LINES + 1 };

bool secret_facts_push(struct secret_facts *facts, const struct secret_fact *fact)
{
	if (facts->n == facts->cap) {
		size_t cap = MAX_OF(facts->cap * 2, (size_t)4);
		struct secret_fact *grown = reallocarray(facts->p, cap, sizeof *grown);

		if (!grown)
			return false;
		facts->p = grown;
		facts->cap = cap;
	}
	facts->p[facts->n++] = *fact;
	return true;
}

bool secret_facts_any(const struct secret_facts *facts)
{
	for (size_t i = 0; i < facts->n; i++) {
		if (facts->p[i].is_hit)
			return true;
	}
	return false;
}

/* ---- a stretch of the text, for certain ---- */

static int by_place(const void *a, const void *b)
{
	const struct secret_fact *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

static enum probe_kind kind_of(struct str text)
{
	return text_is_binary(text) ? PROBE_BINARY : PROBE_TEXT;
}

/* What begins in text[at, end). The stretch begins and ends where lines do, or far from anything.
 */
static int look_at(struct secret_scanner *scanner, struct str text, size_t at, size_t end,
    struct secret_facts *facts, struct err *err)
{
	struct secret_hits hits = {.want_anchors = true};
	struct secret_region region = {.text = str_sub(text, at, end - at + BLOCK_BYTES),
	    .keep_to = end - at,
	    .start = TEXT_CURSOR_START,
	    .leave = SECRET_LEAVE_NONE,
	    .view = {.any_path = true}};
	bool ok = true;

	if (facts->kind == PROBE_ANY)
		facts->kind = kind_of(text);
	if (facts->kind == PROBE_BINARY) {
		region.leave = SECRET_LEAVE_WORDS;
		region.view.program = text_is_program(text);
	}
	arena_clear(&scanner->arena);
	if (secret_region_scan(scanner, &region, &scanner->arena, &hits, err) != 0)
		return -1;
	for (size_t i = 0; i < hits.list.n && ok; i++)
		ok = secret_facts_push(facts, &(struct secret_fact){at + hits.list.p[i].from.at,
						  at + hits.list.p[i].to.at, true});
	for (size_t i = 0; i < hits.anchors.n && ok; i++)
		ok = secret_facts_push(facts, &(struct secret_fact){at + hits.anchors.p[i].at,
						  at + hits.anchors.p[i].end, false});
	if (hits.full || hits.gave_up)
		ok = ok && secret_facts_push(facts, &(struct secret_fact){at, end, true});
	return ok ? 0 : err_nomem(err);
}

static void sort_facts(struct secret_facts *facts)
{
	size_t kept = 0;

	if (facts->n > 1)
		qsort(facts->p, facts->n, sizeof *facts->p, by_place);
	for (size_t i = 0; i < facts->n; i++) {
		if (kept == 0 || by_place(&facts->p[kept - 1], &facts->p[i]) != 0 ||
		    facts->p[kept - 1].is_hit != facts->p[i].is_hit)
			facts->p[kept++] = facts->p[i];
	}
	facts->n = kept;
}

/* What is encoded in the text. */
static int look_at_decoded(
    struct secret_scanner *scanner, struct str text, struct secret_facts *facts, struct err *err)
{
	struct arena arena CLEANUP(arena_release) = {0};
	struct secret_hits hits = {.full = false};
	struct secret_region region = {.text = text,
	    .keep_to = text.n,
	    .start = TEXT_CURSOR_START,
	    .leave = kind_of(text) == PROBE_BINARY ? SECRET_LEAVE_WORDS : SECRET_LEAVE_NONE,
	    .view = {.any_path = true}};
	struct decode_scan scan = {
	    .scanner = scanner, .region = &region, .arena = &arena, .hits = &hits};
	bool full = false, ok = true;

	arena_init(&arena, SECRET_SCANNER_BYTES);
	if (decode_scan(&scan, &full, err) != 0)
		return -1;
	for (size_t i = 0; i < hits.list.n && ok; i++)
		ok = secret_facts_push(facts,
		    &(struct secret_fact){hits.list.p[i].from.at, hits.list.p[i].to.at, true});
	if (full || hits.full)
		ok = ok && secret_facts_push(facts, &(struct secret_fact){0, text.n, true});
	return ok ? 0 : err_nomem(err);
}

int secret_probe_whole(
    struct secret_scanner *scanner, struct str text, struct secret_facts *ret, struct err *err)
{
	bool any, encoded, far;

	ret->n = 0;
	ret->kind = PROBE_ANY;
	if (decode_glance(text, &encoded, &far, err) != 0)
		return -1;
	ret->by_lines = wide_detect(text) == WIDE_NONE && !far;
	if (!ret->by_lines || secret_is_lfs_pointer(text)) {
		if (secret_probe(scanner, text, &any, err) != 0)
			return -1;
		return !any || secret_facts_push(ret, &(struct secret_fact){0, text.n, true})
			   ? 0
			   : err_nomem(err);
	}
	if (secret_match_any(scanner, text, &any, err) != 0)
		return -1;
	if (any && look_at(scanner, text, 0, text.n, ret, err) != 0)
		return -1;
	if (encoded && look_at_decoded(scanner, text, ret, err) != 0)
		return -1;
	sort_facts(ret);
	return 0;
}

/* ---- changed lines ---- */

struct stretches {
	struct secret_change *p;
	size_t n, cap;
};

static size_t stretched_bytes(const struct stretches *s)
{
	size_t bytes = 0;

	for (size_t i = 0; i < s->n; i++)
		bytes += s->p[i].end - s->p[i].at;
	return bytes;
}

/* Where the line begins that is PROBE_LINES above the one with byte `at`; not far. */
static size_t lines_before(struct str text, size_t at)
{
	size_t least = at > PROBE_SIDE_BYTES ? at - PROBE_SIDE_BYTES : 0;

	for (unsigned i = 0; i <= PROBE_LINES && at > least; i++) {
		const char *end = memrchr(text.p + least, '\n', at - least);

		if (!end)
			return least;
		at = (size_t)(end - text.p);
	}
	return at > 0 ? at + (text.p[at] == '\n') : 0;
}

static size_t lines_behind(struct str text, size_t at)
{
	size_t most = MIN_OF(text.n, at + PROBE_SIDE_BYTES);

	for (unsigned i = 0; i <= PROBE_LINES && at < most; i++) {
		const char *end = memchr(text.p + at, '\n', most - at);

		if (!end)
			return most;
		at = (size_t)(end - text.p) + 1;
	}
	return at;
}

static int add_stretch(struct stretches *s, size_t at, size_t end, struct err *err)
{
	struct secret_change *last = s->n > 0 ? &s->p[s->n - 1] : NULL;

	if (last && at <= last->end) {
		last->end = MAX_OF(end, last->end);
		return 0;
	}
	if (s->n == s->cap) {
		size_t cap = MAX_OF(s->cap * 2, (size_t)32);
		struct secret_change *grown = reallocarray(s->p, cap, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		s->p = grown;
		s->cap = cap;
	}
	s->p[s->n++] = (struct secret_change){at, end};
	return 0;
}

/* The changes with the lines around them. One that begins in the lines of the one before goes on
 * with it, so that lines are looked for once a group. */
static int stretch_changes(struct str text, const struct secret_change *changes, size_t n,
    struct stretches *ret, struct err *err)
{
	for (size_t i = 0, last; i < n; i = last + 1) {
		size_t end = changes[i].end;

		for (last = i; last + 1 < n && changes[last + 1].at <= end + 64; last++)
			end = MAX_OF(end, changes[last + 1].end);
		if (add_stretch(
			ret, lines_before(text, changes[i].at), lines_behind(text, end), err) != 0)
			return -1;
	}
	return 0;
}

/* A fact that a stretch reaches into is looked at again, all of it. */
static void widen(struct stretches *s, const struct secret_facts *kept)
{
	size_t at = 0;

	for (size_t i = 0; i < s->n; i++) {
		while (at < kept->n && kept->p[at].end <= s->p[i].at)
			at++;
		for (size_t k = at; k < kept->n && kept->p[k].at < s->p[i].end; k++) {
			s->p[i].at = MIN_OF(s->p[i].at, kept->p[k].at);
			s->p[i].end = MAX_OF(s->p[i].end, kept->p[k].end);
		}
	}
}

static bool is_inside(const struct stretches *s, const struct secret_fact *fact)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->p[middle].end <= fact->at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->n && s->p[low].at < fact->end;
}

/* All stretches as one text, so that the patterns run once. *ret_encoded: something is encoded. */
static int match_stretches(struct secret_scanner *scanner, struct str text,
    const struct stretches *s, bool *ret_any, bool *ret_encoded, struct err *err)
{
	bool far;
	size_t n = 0;
	char *all = malloc(stretched_bytes(s) + s->n * SEPARATOR + 1);
	int result;

	if (!all)
		return err_nomem(err);
	for (size_t i = 0; i < s->n; i++) {
		struct str part = str_sub(text, s->p[i].at, s->p[i].end - s->p[i].at);

		memcpy(all + n, part.p, part.n);
		memset(all + n + part.n, '\n', SEPARATOR);
		n += part.n + SEPARATOR;
	}
	result = secret_match_any(scanner, str_make(all, n), ret_any, err);
	if (result == 0)
		result = decode_glance(str_make(all, n), ret_encoded, &far, err);
	free(all);
	return result;
}

/* What is known of other lines, and anchors looked at again: their blocks may have changed. */
static int take_over(struct secret_scanner *scanner, struct str text, const struct stretches *s,
    const struct secret_facts *kept, struct secret_facts *ret, struct err *err)
{
	for (size_t i = 0; i < kept->n; i++) {
		const struct secret_fact *fact = &kept->p[i];

		if (is_inside(s, fact))
			continue;
		if (fact->is_hit && !secret_facts_push(ret, fact))
			return err_nomem(err);
		if (!fact->is_hit && look_at(scanner, text, fact->at, fact->end, ret, err) != 0)
			return -1;
	}
	return 0;
}

static int probe_stretches(struct secret_scanner *scanner, struct str text,
    const struct stretches *s, const struct secret_facts *kept, struct secret_facts *ret,
    struct err *err)
{
	bool any = false, encoded = false;

	if (s->n > 0 && match_stretches(scanner, text, s, &any, &encoded, err) != 0)
		return -1;
	if (encoded)
		return secret_probe_whole(scanner, text, ret, err);
	for (size_t i = 0; any && i < s->n; i++) {
		if (look_at(scanner, text, s->p[i].at, s->p[i].end, ret, err) != 0)
			return -1;
	}
	if (take_over(scanner, text, s, kept, ret, err) != 0)
		return -1;
	sort_facts(ret);
	return 0;
}

int secret_probe_changed(struct secret_scanner *scanner, struct str text,
    const struct secret_change *changes, size_t n_changes, const struct secret_facts *kept,
    struct secret_facts *ret, struct err *err)
{
	struct stretches s = {.p = NULL};
	bool by_lines = kept->by_lines && wide_detect(text) == WIDE_NONE &&
			(kept->kind == PROBE_ANY || kept->kind == kind_of(text)) &&
			!secret_is_lfs_pointer(text);
	int result;

	ret->n = 0;
	ret->by_lines = true;
	ret->kind = kept->kind;
	if (!by_lines)
		return secret_probe_whole(scanner, text, ret, err);
	result = stretch_changes(text, changes, n_changes, &s, err);
	if (result == 0 && stretched_bytes(&s) * 2 > text.n) {
		result = secret_probe_whole(scanner, text, ret, err);
	} else if (result == 0) {
		widen(&s, kept);
		result = probe_stretches(scanner, text, &s, kept, ret, err);
	}
	free(s.p);
	return result;
}
