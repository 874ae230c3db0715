/*
 * From bytes to exact matches. Vectorscan says, for each rule, where matches end; ends
 * that lie close together become one window, and PCRE2 searches the window as findall
 * would: leftmost, then on from where the match ended.
 *
 *        cursor          first end        last end
 *   ───────┴──────▒▒▒▒▒▒▒▒▒▒▒┴▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒┴▒▒▒▒─────►
 *                 ├─ reach ──┤                ├──┤ what stands behind, for \b and (?=…)
 *
 * Every true match ends where vectorscan said one ends, so nothing outside the windows is
 * missed, and a window's size bounds what one search can cost.
 */
#include "detect/secret/compiled.h"
#include "detect/secret/terms.h"

enum { CONTEXT_BYTES = 256, WINDOWS_MAX = 1 << 20 };

struct window {
	uint32_t rule;
	uint32_t first, last; /* ends of matches; both are one */
};

/* What vectorscan's callback fills. */
struct windows {
	const struct secret_engine *engine;
	struct arena *arena;
	VEC(struct window) list;
	uint32_t *open; /* by rule: index + 1 of its newest window */
	struct str text;
	const struct origin *origin;
	enum { WANT_UNKNOWN, WANTED, NOT_WANTED } * wants; /* by rule, of those with terms */
	enum secret_leave leave;
	bool full, no_memory;
};

static bool widen(struct window *w, uint32_t end, size_t reach)
{
	if (end >= w->first && end <= w->last)
		return true;
	if (end > w->last && end - w->last <= reach && end - w->first <= SECRET_WINDOW_BYTES) {
		w->last = end;
		return true;
	}
	if (end < w->first && w->first - end <= reach && w->last - end <= SECRET_WINDOW_BYTES) {
		w->first = end;
		return true;
	}
	return false;
}

static bool is_left(const struct secret_rule *rule, enum secret_leave leave)
{
	if (leave == SECRET_LEAVE_WORDS)
		return rule->own && (rule->generic || rule->words);
	return leave == SECRET_LEAVE_GENERIC && rule->generic;
}

/* What the file's name and the text around say before anything is looked at. */
static bool is_wanted(struct windows *w, unsigned id)
{
	const struct secret_terms *terms = w->engine->compiled[id].rule->terms;

	if (!terms || !w->origin)
		return true;
	if (w->wants[id] == WANT_UNKNOWN)
		w->wants[id] = secret_terms_want_file(terms, w->origin) &&
				       (terms->hidden || secret_terms_want_text(terms, w->text))
				   ? WANTED
				   : NOT_WANTED;
	return w->wants[id] == WANTED;
}

static int on_end(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	struct windows *w = arg;
	const struct compiled_rule *c = &w->engine->compiled[id];
	struct window fresh = {id, (uint32_t)to, (uint32_t)to};

	(void)from, (void)flags;
	if (is_left(c->rule, w->leave) || !is_wanted(w, id))
		return 0;
	if (w->open[id] > 0 && widen(&w->list.p[w->open[id] - 1], (uint32_t)to, c->reach_bytes))
		return 0;
	w->full = w->list.n >= WINDOWS_MAX;
	w->no_memory = !w->full && !vec_push(&w->list, w->arena, fresh);
	if (w->full || w->no_memory)
		return 1;
	w->open[id] = (uint32_t)w->list.n;
	return 0;
}

static int by_rule_and_place(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* One search. */
struct search {
	struct secret_scanner *scanner;
	struct compiled_rule *c;
	uint32_t rule;
	struct str text;
	size_t near; /* where vectorscan said that there is something */
	struct secret_matches *out;
};

static void note_gave_up(struct search *s)
{
	if (s->out->gave_up && s->out->gave_up_at <= s->near)
		return;
	s->out->gave_up = true;
	s->out->gave_up_rule = s->rule;
	s->out->gave_up_at = s->near;
}

/* The group that is the secret: the one that is named, else the first that is not empty. */
static void take_group(
    const struct secret_terms *terms, const size_t *span, int n, struct secret_match *ret)
{
	int from = terms->group > 0 ? (int)terms->group : 1;
	int to = terms->group > 0 ? from + 1 : n;

	for (int i = from; i < to && i < n; i++) {
		if (span[2 * i] == PCRE2_UNSET || span[2 * i + 1] <= span[2 * i])
			continue;
		ret->value_start = span[2 * i];
		ret->value_end = span[2 * i + 1];
		return;
	}
}

/* The leftmost match in text[at, cut). 1 found, 0 none or given up on (which is noted). */
static int find(struct search *s, size_t at, size_t cut, struct secret_match *ret)
{
	struct secret_scanner *scanner = s->scanner;
	const size_t *span = pcre2_get_ovector_pointer(scanner->match_data);
	uint32_t options = cut < s->text.n ? PCRE2_NOTEOL : 0;
	int rc = pcre2_match(s->c->code, (PCRE2_SPTR)s->text.p, cut, at, options,
	    scanner->match_data, scanner->match_context);

	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(s->c->code, (PCRE2_SPTR)s->text.p, cut, at, options | PCRE2_NO_JIT,
		    scanner->match_data, scanner->match_context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0) {
		note_gave_up(s);
		return 0;
	}
	*ret = (struct secret_match){s->rule, span[0], span[1], span[0], span[1]};
	if (s->c->rule->terms && !s->c->rule->own) {
		take_group(s->c->rule->terms, span, rc, ret);
		return 1;
	}
	/* A pattern of ours may have a group in each of its alternatives. */
	for (int i = 1; i < rc && (s->c->groups == 1 || s->c->rule->own); i++) {
		if (span[2 * i] == PCRE2_UNSET || span[2 * i + 1] <= span[2 * i])
			continue;
		ret->value_start = span[2 * i];
		ret->value_end = span[2 * i + 1];
	}
	return 1;
}

static int keep(struct search *s, const struct secret_match *match, struct err *err)
{
	if (s->out->found.n >= s->scanner->engine->hits_max) {
		s->out->full = true;
		return 0;
	}
	vec_push(&s->out->found, &s->scanner->arena, *match);
	return arena_check(&s->scanner->arena, err);
}

static int search_window(struct search *s, const struct window *w, size_t *cursor, struct err *err)
{
	size_t reach = s->c->reach_bytes;
	size_t at = MAX_OF(*cursor, w->first > reach ? w->first - reach : 0);
	size_t cut = MIN_OF(s->text.n, (size_t)w->last + CONTEXT_BYTES);
	struct secret_match match;

	if (secret_rule_ready(s->c, err) != 0)
		return -1;
	if (s->c->to_end)
		cut = s->text.n;
	while (at < w->last && !s->out->full && find(s, at, cut, &match)) {
		if (keep(s, &match, err))
			return -1;
		at = match.end > at ? match.end : at + 1;
		*cursor = at;
	}
	return 0;
}

static int search_windows(struct secret_scanner *scanner, struct str text, struct windows *w,
    struct secret_matches *out, struct err *err)
{
	size_t cursor = 0;

	if (w->list.n > 1)
		qsort(w->list.p, w->list.n, sizeof *w->list.p, by_rule_and_place);
	for (size_t i = 0; i < w->list.n && !out->full; i++) {
		const struct window *window = &w->list.p[i];
		struct search s = {.scanner = scanner,
		    .c = &scanner->engine->compiled[window->rule],
		    .rule = window->rule,
		    .near = window->first,
		    .text = text,
		    .out = out};

		if (i == 0 || w->list.p[i - 1].rule != window->rule)
			cursor = 0;
		if (search_window(&s, window, &cursor, err))
			return -1;
	}
	return 0;
}

/* All patterns over a text of less than 4 GiB; on_match may end it. Rules may have no pattern. */
static int run_patterns(struct secret_scanner *scanner, struct str text,
    match_event_handler on_match, void *arg, struct err *err)
{
	const hs_database_t *database = scanner->engine->database;
	hs_error_t rc = HS_SUCCESS;

	if (database && text.n > 0)
		rc =
		    hs_scan(database, text.p, (unsigned)text.n, 0, scanner->scratch, on_match, arg);
	if (rc == HS_SUCCESS || rc == HS_SCAN_TERMINATED)
		return 0;
	return err_set(err, ERR_IO, "vectorscan ended with its code %d", rc);
}

int secret_match_text(struct secret_scanner *scanner, struct str text, enum secret_leave leave,
    struct secret_matches *ret_matches, struct err *err)
{
	const struct secret_engine *engine = scanner->engine;
	struct windows w = {.engine = engine,
	    .arena = &scanner->arena,
	    .leave = leave,
	    .text = text,
	    .origin = scanner->origin};
	struct secret_matches out = {0};

	if (text.n == 0) {
		*ret_matches = out;
		return 0;
	}
	if (text.n > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "a text of 4 GiB or more");
	w.open = arena_array(&scanner->arena, engine->n, sizeof *w.open);
	w.wants = arena_array(&scanner->arena, engine->n, sizeof *w.wants);
	if (!w.open || !w.wants)
		return arena_err(&scanner->arena, err);
	if (run_patterns(scanner, text, on_end, &w, err) != 0)
		return -1;
	if (w.no_memory)
		return arena_err(&scanner->arena, err);
	out.full = false;
	if (search_windows(scanner, text, &w, &out, err))
		return -1;
	out.full = out.full || w.full;
	*ret_matches = out;
	return 0;
}

static int on_any(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
	bool *any = arg;

	(void)id, (void)from, (void)to, (void)flags;
	*any = true;
	return 1;
}

int secret_match_any(
    struct secret_scanner *scanner, struct str text, bool *ret_any, struct err *err)
{
	*ret_any = text.n > UINT32_MAX;
	return *ret_any ? 0 : run_patterns(scanner, text, on_any, ret_any, err);
}
