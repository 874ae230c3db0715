/*
 * Two ways a secret gets into a finding. It stands on the finding's lines: then the line is
 * shown with the secret as asterisks, the message is the rule's title, and no edit is
 * offered. Or the finding's own texts hold one, put together by the linter from pieces: then
 * those texts go.
 */
#include "engine/mask.h"

#include "base/buf.h"

/* The secrets of a text: what the rules find in it, and what they found in the unit. */
static int find(
    struct mask *m, struct str text, struct arena *arena, struct secret_spans *ret, struct err *err)
{
	if (secret_find_spans(*m->scanner, text, SECRET_SPANS_ALL, arena, ret, err) != 0)
		return -1;
	return secret_add_repeats(text, m->values.p, m->values.n, arena, ret, err);
}

/* Of a file that is nothing but secrets not all are looked for in all of it. */
enum { VALUES_MAX = 256 };

static int look(struct mask *m, struct err *err)
{
	struct str bytes = m->unit->bytes;

	if (m->looked)
		return 0;
	m->looked = true;
	if (!*m->scanner && secret_scanner_new_inside(m->limits, m->scanner, err) != 0)
		return -1;
	if (find(m, bytes, &m->arena, &m->spans, err) != 0)
		return -1;
	for (size_t i = 0; i < m->spans.n_values && m->values.n < VALUES_MAX; i++)
		vec_push(&m->values, &m->arena, m->spans.values[i]);
	return secret_add_repeats(bytes, m->values.p, m->values.n, &m->arena, &m->spans, err);
}

/* The first span that ends behind byte `at` and on `line` or below. */
static size_t first_span(const struct secret_spans *spans, size_t at, uint32_t line)
{
	size_t low = 0, high = spans->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spans->p[middle].end <= at || spans->p[middle].end_line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool touches(const struct mask *m, const struct place *place)
{
	size_t i = first_span(&m->spans, 0, place->line);

	return !m->spans.complete ||
	       (i < m->spans.n && m->spans.p[i].line <= MAX_OF(place->end_line, place->line));
}

/* A copy with the bytes of the spans as asterisks, one for a character; p is NULL if the arena is
 * full. Spans count from byte `from` before text[0]. */
static struct str starred(
    struct str text, size_t from, const struct secret_spans *spans, struct arena *arena)
{
	char *p = arena_alloc(arena, text.n + 1);
	size_t n = 0, span = first_span(spans, from, 0);

	for (size_t i = 0; p && i < text.n; i++) {
		while (span < spans->n && spans->p[span].end <= from + i)
			span++;
		if (span == spans->n || spans->p[span].start > from + i)
			p[n++] = text.p[i];
		else if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			p[n++] = '*';
	}
	return str_make(p, n);
}

static bool is_part_of(struct str part, struct str whole)
{
	uintptr_t p = (uintptr_t)part.p, start = (uintptr_t)whole.p;

	return part.p && whole.p && p >= start && p - start <= whole.n &&
	       part.n <= whole.n - (p - start);
}

static int mask_text(struct mask *m, struct str *text, struct arena *arena, struct err *err)
{
	struct secret_spans spans;

	if (text->n == 0)
		return 0;
	if (find(m, *text, arena, &spans, err) != 0)
		return -1;
	if (!spans.complete)
		*text = STR_NONE;
	else if (spans.n > 0)
		*text = starred(*text, 0, &spans, arena);
	return 0;
}

/* All that the linter put together, in one text: mostly it is clean, and seen in one pass. */
static int find_in_texts(struct mask *m, const struct finding *f, struct arena *arena,
    struct secret_spans *ret, struct err *err)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT(MIB(32));

	buf_add(&all, f->message);
	buf_addc(&all, '\n');
	buf_add(&all, f->identity);
	buf_addc(&all, '\n');
	buf_add(&all, f->request);
	buf_addc(&all, '\n');
	buf_add(&all, f->places[0].origin.path);
	for (size_t i = 0; f->fix && i < f->fix->n_edits; i++) {
		buf_addc(&all, '\n');
		buf_add(&all, f->fix->edits[i].text);
	}
	if (!buf_ok(&all))
		return buf_err(&all, "one finding", err);
	return find(m, buf_str(&all), arena, ret, err);
}

static int mask_finding_in(
    struct mask *m, const struct finding *finding, struct arena *arena, struct err *err)
{
	struct finding f = *finding;
	struct place place = finding->places[0];
	struct finding_fix fix = {.n_edits = 0};
	struct secret_spans own;

	if (look(m, err) != 0 || find_in_texts(m, &f, arena, &own, err) != 0)
		return -1;
	if (!touches(m, &place) && own.n == 0 && own.complete)
		return sink_finding(m->sink.to, finding, err);
	f.message = f.title;
	/* The line is shown only if its secrets are known to the byte. */
	f.source_line = m->spans.complete && is_part_of(f.source_line, m->unit->bytes)
			    ? starred(f.source_line, (size_t)(f.source_line.p - m->unit->bytes.p),
				  &m->spans, arena)
			    : STR_NONE;
	f.places = &place;
	f.n_places = 1;
	if (f.fix) {
		fix.text = f.fix->text;
		f.fix = &fix;
	}
	if (mask_text(m, &f.identity, arena, err) != 0 ||
	    mask_text(m, &f.request, arena, err) != 0 ||
	    mask_text(m, &place.origin.path, arena, err) != 0)
		return -1;
	return sink_finding(m->sink.to, &f, err);
}

static int mask_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct arena arena CLEANUP(arena_release) = {0};

	if (finding->n_places != 1)
		return err_set(err, ERR_FORMAT, "the linter reported a finding without its place");
	arena_init(&arena, MIB(64));
	return mask_finding_in(container_of(sink, struct mask, sink), finding, &arena, err);
}

static const struct sink_ops mask_ops = {.finding = mask_finding};

void mask_init(struct mask *mask, struct secret_scanner **scanner, const struct unit *unit,
    const struct limits *limits, struct sink *to)
{
	*mask = (struct mask){
	    .sink = {&mask_ops, to}, .scanner = scanner, .limits = limits, .unit = unit};
	arena_init(&mask->arena, limits->scan_memory);
}

void mask_release(struct mask *mask)
{
	arena_release(&mask->arena);
}
