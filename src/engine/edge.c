#include "engine/edge.h"

#include "base/buf.h"
#include "base/map.h"
#include "engine/readers.h"

#include <stdio.h>

/* No kind of secret but a password in a URL has a shorter unbroken run of these letters. */
enum { TOKEN_RUN_MIN = 16 };

enum { TAG_SPANS = 1 << 16 | 0x107 };

/* What is to be hidden of a text. */
struct edge_span {
	uint64_t text; /* which one, from 1 */
	uint64_t start, end;
};

struct edge_spans {
	struct edge_span *p;
	size_t n;
};

static void walk_span(struct wire *w, void *item)
{
	struct edge_span *span = item;

	wire_u64(w, &span->text);
	wire_u64(w, &span->start);
	wire_u64(w, &span->end);
}

static void walk_spans(struct wire *w, void *item)
{
	enum { LEAST_SPAN = 24 };
	struct edge_spans *spans = item;
	void *p = wire_items(w, spans->p, &spans->n, sizeof *spans->p, LEAST_SPAN, walk_span);

	if (!w->out)
		spans->p = p;
}

enum text_kind {
	TEXT_PLAIN,
	TEXT_LINE, /* columns stand below it: as many asterisks as it had characters */
};

typedef int text_fn(void *arg, struct str *text, enum text_kind kind, struct err *err);

void edge_init(struct edge *edge, const struct limits *limits)
{
	*edge = (struct edge){.limits = limits};
	arena_init(&edge->arena, MIB(64));
}

void edge_release(struct edge *edge)
{
	secret_engine_free(edge->own);
	arena_release(&edge->arena);
}

static bool is_token_byte(char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '_' || c == '=' || c == '-';
}

/* False for words, whatever joins them: a token has a digit, or both cases side by side, or it is
 * capitals alone, like one AWS key id in thirty. */
static bool may_be_token(struct str run)
{
	size_t capitals = 0;

	if (run.n < TOKEN_RUN_MIN)
		return false;
	for (size_t i = 0; i < run.n; i++) {
		bool capital = run.p[i] >= 'A' && run.p[i] <= 'Z';

		if (byte_is_digit(run.p[i]) || capitals + capital >= TOKEN_RUN_MIN ||
		    (i > 0 && byte_is_alpha(run.p[i]) && byte_is_alpha(run.p[i - 1]) &&
			capital != (capitals > 0)))
			return true;
		capitals = capital ? capitals + 1 : 0;
	}
	return false;
}

/* False only for texts in which no rule of ours can find anything. */
static bool may_hide(const struct edge *edge, struct str text)
{
	size_t end;

	if (edge->given && text.n > 0)
		return true;
	for (size_t start = 0; start < text.n; start = end + 1) {
		for (end = start; end < text.n && is_token_byte(text.p[end]); end++)
			;
		if (may_be_token(str_sub(text, start, end - start)))
			return true;
	}
	return str_has(text, STR("://")) || str_has(text, STR("-----"));
}

/* What the reader cannot make itself. */
static int load(struct edge *edge, struct err *err)
{
	if (edge->own || edge->shared || secret_fits_inside())
		return 0;
	return scan_secret_engine(NULL, NULL, edge->limits, &edge->arena, &edge->own, err);
}

/* ---- in the reader ---- */

typedef int each_fn(void *texts, text_fn *fn, void *arg, struct err *err);

struct look {
	const struct edge *edge;
	each_fn *each;
	void *texts;
	struct job *job;
	struct secret_scanner *scanners[2];
	size_t n_scanners;
	uint64_t index; /* of the text that is looked at */
	VEC(struct edge_span) spans;
	struct arena arena; /* of one text */
	/* in the parent */
	struct arena answers;
	struct edge_spans answer;
};

static void look_release(struct look *l)
{
	for (size_t i = 0; i < l->n_scanners; i++)
		secret_scanner_free(l->scanners[i]);
	l->n_scanners = 0;
	arena_release(&l->arena);
	arena_release(&l->answers);
}

static int add_span(struct look *l, size_t start, size_t end, struct err *err)
{
	const struct edge_span span = {l->index, start, end};

	return vec_push(&l->spans, l->job->arena, span) ? 0 : arena_err(l->job->arena, err);
}

static int add_spans(
    struct look *l, struct secret_scanner *scanner, struct str text, struct err *err)
{
	struct secret_spans spans;

	arena_clear(&l->arena);
	if (secret_find_spans(scanner, text, SECRET_SPANS_SPECIFIC, &l->arena, &spans, err) != 0)
		return -1;
	for (size_t i = 0; i < spans.n; i++) {
		if (add_span(l, spans.p[i].start, spans.p[i].end, err) != 0)
			return -1;
	}
	return spans.complete ? 0 : add_span(l, 0, text.n, err);
}

static int look_at(void *arg, struct str *text, enum text_kind kind, struct err *err)
{
	struct look *l = arg;

	(void)kind;
	l->index++;
	if (!may_hide(l->edge, *text))
		return 0;
	for (size_t i = 0; i < l->n_scanners; i++) {
		if (add_spans(l, l->scanners[i], *text, err) != 0)
			return -1;
	}
	return 0;
}

static int run_look(struct job *job, void *arg, struct err *err)
{
	struct look *l = arg;
	const struct secret_engine *const engines[] = {
	    l->edge->shared ? l->edge->shared : l->edge->own, l->edge->given};
	struct edge_spans found;

	l->job = job;
	for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
		struct secret_scanner **scanner = &l->scanners[l->n_scanners];

		if (i > 0 && !engines[i])
			continue;
		if ((engines[i] ? secret_scanner_new(engines[i], scanner, err)
				: secret_scanner_new_inside(job->limits, scanner, err)) != 0)
			return -1;
		l->n_scanners++;
	}
	if (l->each(l->texts, look_at, l, err) != 0)
		return -1;
	found = (struct edge_spans){l->spans.p, l->spans.n};
	return reply_send(job, TAG_SPANS, &found, walk_spans, err);
}

static int take_look(void *arg, struct str bytes, struct err *err)
{
	struct look *l = arg;

	return reply_take(bytes, TAG_SPANS, &l->answer, walk_spans, &l->answers, err);
}

/* ---- in the parent ---- */

struct hide {
	struct edge_spans left; /* of the texts that are still to come, in their order */
	struct arena *arena;	/* of the texts that are made */
	uint64_t index;
};

/* The next span of this text; false if there is none. One that does not lie in it is passed over.
 */
static bool next_span(struct hide *h, size_t n, size_t *ret_start, size_t *ret_end)
{
	while (h->left.n > 0 && h->left.p->text <= h->index) {
		const struct edge_span *span = h->left.p++;

		h->left.n--;
		if (span->text < h->index || span->start >= span->end || span->end > n)
			continue;
		*ret_start = (size_t)span->start;
		*ret_end = (size_t)span->end;
		return true;
	}
	return false;
}

static void add_stars(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' || text.p[i] == '\t')
			buf_addc(b, text.p[i]);
		else if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			buf_addc(b, '*');
	}
}

/* The spans of one engine are ascending and apart; those of two may overlap. */
static int hide_spans(struct hide *h, struct str *text, enum text_kind kind, struct err *err)
{
	bool *hidden = arena_array(h->arena, text->n + 1, sizeof *hidden);
	struct buf out CLEANUP(buf_release) = BUF_INIT(text->n * 10 + 16);
	size_t start, end;

	if (!hidden)
		return arena_err(h->arena, err);
	while (next_span(h, text->n, &start, &end))
		memset(hidden + start, true, end - start);
	for (size_t i = 0; i < text->n; i = end) {
		for (end = i; end < text->n && hidden[end] == hidden[i]; end++)
			;
		if (!hidden[i])
			buf_add(&out, str_sub(*text, i, end - i));
		else if (kind == TEXT_LINE)
			add_stars(&out, str_sub(*text, i, end - i));
		else
			buf_add(&out, STR("[secret]"));
	}
	if (!buf_ok(&out))
		return buf_err(&out, "a text with a secret in it", err);
	*text = arena_str(h->arena, buf_str(&out));
	return text->p ? 0 : arena_err(h->arena, err);
}

static int hide_in(void *arg, struct str *text, enum text_kind kind, struct err *err)
{
	struct hide *h = arg;

	h->index++;
	if (h->left.n == 0 || h->left.p->text > h->index)
		return 0;
	return hide_spans(h, text, kind, err);
}

static int look_for_any(void *arg, struct str *text, enum text_kind kind, struct err *err)
{
	(void)kind;
	(void)err;
	return may_hide(arg, *text) ? 1 : 0;
}

/* Looks at all texts in a reader, then hides what it found. */
static int hide_all(
    struct edge *edge, each_fn *each, void *texts, struct arena *arena, struct err *err)
{
	const struct pool_opts opts = {.limits = edge->limits, .in_process = edge->no_sandbox};
	struct look look CLEANUP(look_release) = {.edge = edge, .each = each, .texts = texts};
	const struct pool_one job = {.fn = run_look, .reply = take_look, .arg = &look};
	struct hide hide = {.arena = arena};

	if (each(texts, look_for_any, edge, err) == 0)
		return 0;
	if (load(edge, err) != 0)
		return -1;
	arena_init(&look.arena, edge->limits->scan_memory);
	arena_init(&look.answers, edge->limits->scan_memory);
	if (pool_run_one(&opts, &job, NULL, NULL, err) != 0)
		return err_wrap(err, "looking for secrets in what is to be shown");
	hide.left = look.answer;
	return each(texts, hide_in, &hide, err);
}

/* ---- one text ---- */

static int each_of_one(void *texts, text_fn *fn, void *arg, struct err *err)
{
	return fn(arg, texts, TEXT_PLAIN, err);
}

int edge_text(
    struct edge *edge, struct str text, struct arena *arena, struct str *ret, struct err *err)
{
	struct str shown = text;

	if (hide_all(edge, each_of_one, &shown, arena, err) != 0)
		return -1;
	*ret = shown;
	return 0;
}

struct str edge_line(struct edge *edge, struct str text, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct str shown;

	if (edge_text(edge, text, arena, &shown, &err) == 0)
		return shown;
	return STR("a message that could not be looked through for secrets");
}

/* ---- a report ---- */

struct texts {
	text_fn *fn;
	void *arg;
	struct err *err;
	int result; /* of the first that is not 0 */
};

static void each_text(struct texts *t, struct str *text, enum text_kind kind)
{
	if (t->result == 0 && text->n > 0)
		t->result = t->fn(t->arg, text, kind, t->err);
}

static void each_plain(struct texts *t, struct str *text)
{
	each_text(t, text, TEXT_PLAIN);
}

static void each_of_place(struct texts *t, struct place *place)
{
	struct origin *origin = &place->origin;

	each_plain(t, &origin->path);
	each_plain(t, &origin->inner);
	each_plain(t, &origin->author);
	each_plain(t, &origin->ref);
	each_plain(t, &origin->instruction);
}

static void each_of_package(struct texts *t, struct package *package)
{
	each_plain(t, &package->name);
	each_plain(t, &package->version);
	each_plain(t, &package->arch);
	each_plain(t, &package->source);
	each_plain(t, &package->source_version);
	each_plain(t, &package->purl);
	each_plain(t, &package->licence);
	each_of_place(t, &package->place);
	for (size_t i = 0; i < package->n_occurrences; i++)
		each_of_place(t, &package->occurrences[i]);
}

static void each_of_fix(struct texts *t, struct finding_fix *fix)
{
	each_plain(t, &fix->text);
	for (size_t i = 0; i < fix->n_edits; i++) {
		each_plain(t, &fix->edits[i].path);
		each_plain(t, &fix->edits[i].text);
	}
}

/* The groups of a finding are the report's own copies. */
#define OWN(type, pointer) ((type *)(uintptr_t)(pointer))

static void each_of_finding(struct texts *t, struct finding *f)
{
	each_plain(t, &f->message);
	each_text(t, &f->source_line, TEXT_LINE);
	each_plain(t, &f->identity);
	each_plain(t, &f->request);
	each_plain(t, &f->waiver_ended);
	for (size_t i = 0; i < f->n_places; i++)
		each_of_place(t, &f->places[i]);
	if (f->package)
		each_of_package(t, OWN(struct package, f->package));
	if (f->fix)
		each_of_fix(t, OWN(struct finding_fix, f->fix));
	if (f->waiver) {
		each_plain(t, &OWN(struct finding_waiver, f->waiver)->owner);
		each_plain(t, &OWN(struct finding_waiver, f->waiver)->reason);
	}
}

static void each_of_inventory(struct texts *t, struct inventory *inventory)
{
	each_plain(t, &inventory->distro.id);
	each_plain(t, &inventory->distro.version_id);
	each_plain(t, &inventory->distro.codename);
	each_plain(t, &inventory->distro.pretty);
	for (size_t i = 0; i < inventory->packages.n; i++)
		each_of_package(t, &inventory->packages.p[i]);
}

/* Digests, commits, hashes and what our own rules say of themselves hold no secret. */
static int each_of_report(void *report, text_fn *fn, void *arg, struct err *err)
{
	struct report *r = report;
	struct texts t = {.fn = fn, .arg = arg, .err = err};

	for (size_t i = 0; i < r->findings.n; i++)
		each_of_finding(&t, &r->findings.p[i]);
	for (size_t i = 0; i < r->problems.n; i++) {
		each_plain(&t, &r->problems.p[i].message);
		each_of_place(&t, &r->problems.p[i].place);
	}
	for (size_t i = 0; i < r->subjects.n; i++)
		each_plain(&t, &r->subjects.p[i].name);
	for (size_t i = 0; i < r->stages.n; i++)
		each_plain(&t, &r->stages.p[i].why);
	for (size_t i = 0; i < r->not_covered.n; i++) {
		each_plain(&t, &r->not_covered.p[i].what);
		each_plain(&t, &r->not_covered.p[i].why);
	}
	each_plain(&t, &r->policy.source);
	each_plain(&t, &r->policy.note);
	each_of_inventory(&t, &r->inventory);
	return t.result;
}

int edge_report(struct edge *edge, struct report *report, struct err *err)
{
	return hide_all(edge, each_of_report, report, &report->arena, err);
}
