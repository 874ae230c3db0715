/*
 * Compiles rules: each pattern once for PCRE2 (spans and groups) and all together for
 * vectorscan (where to look). A pattern beyond what vectorscan can run exactly is given to
 * it as a prefilter: it then finds a superset, and PCRE2 has the last word all the same.
 */
#include "detect/secret/compiled.h"

#include "detect/secret/pattern.h"

enum { PATTERN_NEST_MAX = 64, JIT_STACK_MIN = 32 << 10, JIT_STACK_MAX = 1 << 20 };

static int refuse(const struct secret_rule *rule, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFIG, "%.*s: secret rule \"%.*s\": %s", STR_ARG(rule->source),
	    STR_ARG(rule->name), what);
}

static int refuse_pcre2(const struct secret_rule *rule, int code, size_t offset, struct err *err)
{
	PCRE2_UCHAR text[160];

	if (pcre2_get_error_message(code, text, sizeof text) < 0)
		text[0] = '\0';
	return err_set(err, ERR_CONFIG, "%.*s: secret rule \"%.*s\": near byte %zu: %s",
	    STR_ARG(rule->source), STR_ARG(rule->name), offset + 1, (const char *)text);
}

static void compile_context_release(pcre2_compile_context **context)
{
	pcre2_compile_context_free(*context);
}

/* `.` stops at LF alone, as Python's does. */
static int compile_exact(
    const struct secret_pattern *pattern, struct compiled_rule *c, struct err *err)
{
	CLEANUP(compile_context_release)
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	size_t offset = 0;
	int code = 0;

	if (!context)
		return err_nomem(err);
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	(void)pcre2_set_parens_nest_limit(context, PATTERN_NEST_MAX);
	c->code = pcre2_compile((PCRE2_SPTR)pattern->text.p, pattern->text.n,
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP | PCRE2_NEVER_UTF, &code, &offset, context);
	if (!c->code)
		return refuse_pcre2(c->rule, code, offset, err);
	c->jit = pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE) == 0;
	(void)pcre2_pattern_info(c->code, PCRE2_INFO_CAPTURECOUNT, &c->groups);
	c->to_end = pattern->to_end;
	return 0;
}

static void free_hs(hs_expr_info_t **info)
{
	free(*info);
}

static void free_hs_error(hs_compile_error_t **error)
{
	(void)hs_free_compile_error(*error);
}

/* How long a match may be; vectorscan's flags for the pattern. */
static int measure(const char *text, struct compiled_rule *c, unsigned *ret_flags, struct err *err)
{
	CLEANUP(free_hs) hs_expr_info_t *info = NULL;
	CLEANUP(free_hs_error) hs_compile_error_t *error = NULL;
	CLEANUP(free_hs_error) hs_compile_error_t *again = NULL;

	*ret_flags = 0;
	if (hs_expression_info(text, 0, &info, &error) != HS_SUCCESS) {
		*ret_flags = HS_FLAG_PREFILTER;
		if (hs_expression_info(text, HS_FLAG_PREFILTER, &info, &again) != HS_SUCCESS)
			return refuse(c->rule, again ? again->message : "not taken", err);
	}
	if (info->min_width == 0)
		return refuse(c->rule, "the pattern matches where there is nothing", err);
	c->reach_bytes = MIN_OF(info->max_width, SECRET_SPAN_BYTES);
	return 0;
}

/* What vectorscan is given; freed once the database is made. */
struct patterns {
	const char **texts;
	unsigned *flags, *ids;
};

static int compile_rule(struct secret_engine *e, size_t i, struct arena *arena,
    struct patterns *patterns, struct err *err)
{
	struct compiled_rule *c = &e->compiled[i];
	struct secret_pattern pattern;

	c->rule = &e->rules->rules.p[i];
	if (secret_pattern_translate(c->rule->pattern, arena, &pattern, err))
		return err_wrap(err, "%.*s: secret rule \"%.*s\"", STR_ARG(c->rule->source),
		    STR_ARG(c->rule->name));
	if (compile_exact(&pattern, c, err) || measure(pattern.text.p, c, &patterns->flags[i], err))
		return -1;
	patterns->texts[i] = pattern.text.p;
	patterns->ids[i] = (unsigned)i;
	return 0;
}

/* Some patterns show only here that they are too large for anything but a prefilter. */
static int compile_database(struct secret_engine *e, struct patterns *p, struct err *err)
{
	for (size_t tries = 0; tries <= e->n; tries++) {
		CLEANUP(free_hs_error) hs_compile_error_t *error = NULL;
		size_t at;

		if (hs_compile_multi(p->texts, p->flags, p->ids, (unsigned)e->n, HS_MODE_BLOCK,
			NULL, &e->database, &error) == HS_SUCCESS)
			return 0;
		if (!error || error->expression < 0 || (size_t)error->expression >= e->n)
			return err_set(err, ERR_CONFIG, "the secret rules cannot be compiled: %s",
			    error ? error->message : "no reason given");
		at = (size_t)error->expression;
		if (p->flags[at] & HS_FLAG_PREFILTER)
			return refuse(e->compiled[at].rule, error->message, err);
		p->flags[at] |= HS_FLAG_PREFILTER;
	}
	return err_set(err, ERR_CONFIG, "the secret rules cannot be compiled");
}

static int compile_all(struct secret_engine *e, struct err *err)
{
	CLEANUP(arena_release) struct arena arena;
	struct patterns p;

	arena_init(&arena, MIB(256));
	p.texts = arena_array(&arena, e->n, sizeof *p.texts);
	p.flags = arena_array(&arena, e->n, sizeof *p.flags);
	p.ids = arena_array(&arena, e->n, sizeof *p.ids);
	if (!p.texts || !p.flags || !p.ids)
		return arena_err(&arena, err);
	for (size_t i = 0; i < e->n; i++) {
		if (compile_rule(e, i, &arena, &p, err))
			return -1;
	}
	if (compile_database(e, &p, err))
		return -1;
	if (hs_alloc_scratch(e->database, &e->scratch) != HS_SUCCESS)
		return err_nomem(err);
	return 0;
}

static int engine_init(struct secret_engine *e, const struct secret_rules *rules,
    const struct limits *limits, struct err *err)
{
	*e = (struct secret_engine){
	    .rules = rules,
	    .n = rules->rules.n,
	    .content_bytes_max = limits->object_bytes,
	    .hits_max = limits->findings,
	    .match_limit = limits->secret_match_limit,
	};
	if (hs_valid_platform() != HS_SUCCESS)
		return err_set(err, ERR_UNSUPPORTED,
		    "this processor lacks the vector instructions (SSE4.2, or NEON) that the "
		    "secret rules need");
	if (e->n == 0)
		return err_set(err, ERR_CONFIG, "there are no secret rules to look for");
	e->compiled = calloc(e->n, sizeof *e->compiled);
	return e->compiled ? compile_all(e, err) : err_nomem(err);
}

int secret_engine_new(const struct secret_rules *rules, const struct limits *limits,
    struct secret_engine **ret_engine, struct err *err)
{
	struct secret_engine *e = malloc(sizeof *e);

	if (!e)
		return err_nomem(err);
	if (engine_init(e, rules, limits, err)) {
		secret_engine_free(e);
		return -1;
	}
	*ret_engine = e;
	return 0;
}

void secret_engine_free(struct secret_engine *engine)
{
	if (!engine)
		return;
	for (size_t i = 0; engine->compiled && i < engine->n; i++)
		pcre2_code_free(engine->compiled[i].code);
	free(engine->compiled);
	(void)hs_free_scratch(engine->scratch);
	(void)hs_free_database(engine->database);
	free(engine);
}

const struct secret_rules *secret_engine_rules(const struct secret_engine *engine)
{
	return engine->rules;
}

static int scanner_init(
    struct secret_scanner *s, const struct secret_engine *engine, struct err *err)
{
	uint32_t groups = 0;

	*s = (struct secret_scanner){.engine = engine};
	arena_init(&s->arena, SECRET_SCANNER_BYTES);
	for (size_t i = 0; i < engine->n; i++)
		groups = MAX_OF(groups, engine->compiled[i].groups);
	s->match_data = pcre2_match_data_create(groups + 1, NULL);
	s->match_context = pcre2_match_context_create(NULL);
	s->jit_stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (!s->match_data || !s->match_context || !s->jit_stack ||
	    hs_clone_scratch(engine->scratch, &s->scratch) != HS_SUCCESS)
		return err_nomem(err);
	(void)pcre2_set_match_limit(s->match_context, engine->match_limit);
	pcre2_jit_stack_assign(s->match_context, NULL, s->jit_stack);
	return 0;
}

int secret_scanner_new(
    const struct secret_engine *engine, struct secret_scanner **ret_scanner, struct err *err)
{
	struct secret_scanner *s = malloc(sizeof *s);

	if (!s)
		return err_nomem(err);
	if (scanner_init(s, engine, err)) {
		secret_scanner_free(s);
		return -1;
	}
	*ret_scanner = s;
	return 0;
}

void secret_scanner_free(struct secret_scanner *scanner)
{
	if (!scanner)
		return;
	(void)hs_free_scratch(scanner->scratch);
	pcre2_match_data_free(scanner->match_data);
	pcre2_match_context_free(scanner->match_context);
	pcre2_jit_stack_free(scanner->jit_stack);
	arena_release(&scanner->arena);
	free(scanner);
}
