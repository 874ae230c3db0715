/*
 * Any bytes under the built-in secret rules: every place lies in the text, and of a secret
 * no more is reported than its first four characters. A text of which a probe says that nothing is
 * in it has no finding; and a probe says the same of a text's changed lines as of all of it.
 */
#include "detect/secret/probe.h"
#include "null_sink.h"

static bool found;

static int check_finding(struct sink *s, const struct finding *f, struct err *err)
{
	found = true;
	if (!f->secret || f->n_places == 0 || f->secret->prefix.n > 4 ||
	    (f->secret->prefix.n > 0 && f->secret->length < 16) || f->source_line.n > 0 ||
	    (f->fix && f->fix->n_edits > 0) || f->secret->hash.n != SECRET_HASH_HEX)
		abort();
	for (size_t i = 0; i < f->n_places; i++) {
		const struct place *at = &f->places[i];

		if (at->end_line < at->line ||
		    (at->end_line == at->line && at->end_column < at->column))
			abort();
	}
	return null_finding(s, f, err);
}

static const struct sink_ops check_ops = {.finding = check_finding,
    .package = null_package,
    .distro = null_distro,
    .problem = null_problem,
    .gap = null_gap,
    .owned = null_owned};

/* Ascending, apart, and in the text. */
static void check_spans(struct secret_scanner *scanner, struct str text)
{
	struct secret_spans spans;
	struct arena arena;
	struct err err = ERR_INIT;
	size_t at = 0;

	arena_init(&arena, MIB(64));
	if (secret_find_spans(scanner, text, SECRET_SPANS_ALL, &arena, &spans, &err) != 0)
		abort();
	for (size_t i = 0; i < spans.n; i++) {
		const struct secret_span *span = &spans.p[i];

		if (span->start < at || span->end < span->start || span->end > text.n ||
		    span->end_line < span->line)
			abort();
		at = span->end;
	}
	arena_release(&arena);
}

static void check_probe(struct secret_scanner *scanner, struct str text, bool has_finding)
{
	struct secret_change change = {text.n / 3, text.n / 2};
	struct secret_facts whole = {.p = NULL}, changed = {.p = NULL};
	struct err err = ERR_INIT;
	bool any;

	if (secret_probe(scanner, text, &any, &err) != 0 ||
	    secret_probe_whole(scanner, text, &whole, &err) != 0 ||
	    secret_probe_changed(scanner, text, &change, 1, &whole, &changed, &err) != 0)
		abort();
	if (any != secret_facts_any(&whole) || (has_finding && !any) || whole.n != changed.n)
		abort();
	free(whole.p);
	free(changed.p);
}

static struct secret_scanner *make_scanner(void)
{
	static struct arena arena;
	static struct secret_rules rules;
	struct secret_engine *engine;
	struct secret_scanner *scanner;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (secret_rules_add_builtin(&rules, &arena, &err) != 0 ||
	    secret_engine_new(&rules, &limits_default, &engine, &err) != 0 ||
	    secret_scanner_new(engine, &scanner, &err) != 0)
		abort();
	return scanner;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct secret_scanner *scanner; /* vectorscan compiles for milliseconds */
	struct str text = str_make((const char *)data, size);
	struct unit unit = {.origin.path = STR("a/b.txt"), .bytes = text};
	struct unit named = {.origin.path = str_sub(text, 0, 400), .bytes = STR("x")};
	struct sink sink = {.ops = &check_ops};
	struct err err = ERR_INIT;

	if (!scanner)
		scanner = make_scanner();
	found = false;
	if (secret_scan(scanner, &unit, STR("key"), &sink, &err) != 0)
		abort();
	check_probe(scanner, text, found);
	if (secret_scan(scanner, &named, STR("key"), &sink, &err) != 0)
		abort();
	check_spans(scanner, text);
	return 0;
}
