/*
 * Engines and scanners: each pattern once for PCRE2 (spans and groups), all of them
 * together in one vectorscan database (where to look).
 */
#include "detect/secret/compiled.h"

#include "detect/secret/embedded.h"
#include "detect/secret/pattern.h"

enum {
	PATTERN_NEST_MAX = 64,
	JIT_STACK_MIN = 32 << 10,
	JIT_STACK_MAX = 1 << 20,
	OWN_RULES_BYTES = 4 << 20
};

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
    const struct secret_pattern *pattern, struct compiled_rule *c, bool jit, struct err *err)
{
	pcre2_compile_context *context CLEANUP(compile_context_release) =
	    pcre2_compile_context_create(NULL);
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
	/* What cannot be had is done without. */
	if (jit)
		(void)pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE);
	(void)pcre2_pattern_info(c->code, PCRE2_INFO_CAPTURECOUNT, &c->groups);
	c->to_end = pattern->to_end;
	return 0;
}

static int translate(const struct secret_rule *rule, struct arena *arena,
    struct secret_pattern *ret, struct err *err)
{
	if (secret_dialect_translate(rule->dialect, rule->pattern, arena, ret, err) == 0)
		return 0;
	return err_wrap(
	    err, "%.*s: secret rule \"%.*s\"", STR_ARG(rule->source), STR_ARG(rule->name));
}

int secret_rule_ready(struct compiled_rule *c, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct secret_pattern pattern;

	arena_init(&arena, MIB(1));
	if (c->code)
		return 0;
	if (translate(c->rule, &arena, &pattern, err) != 0)
		return -1;
	return compile_exact(&pattern, c, false, err);
}

/* All patterns, as vectorscan will have them. */
static int translate_all(
    struct secret_engine *e, const char **texts, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < e->n; i++) {
		struct compiled_rule *c = &e->compiled[i];
		struct secret_pattern pattern;

		if (translate(c->rule, arena, &pattern, err) != 0)
			return -1;
		/* Of ours few are needed in one run, and a test has compiled them all. */
		if (!c->rule->own && compile_exact(&pattern, c, true, err) != 0)
			return -1;
		texts[i] = pattern.text.p;
	}
	return 0;
}

/* The built-in rules, all of them and no other. */
static bool is_builtin(const struct secret_engine *e)
{
	for (size_t i = 0; i < e->n; i++) {
		if (!e->compiled[i].rule->own)
			return false;
	}
	return e->n == embed_secret_rules_n;
}

static int compile_all(struct secret_engine *e, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct err why = ERR_INIT;
	const char **texts;

	arena_init(&arena, MIB(256));
	if (is_builtin(e) && secret_database_load_carried(e, &why) == 0)
		return 0;
	texts = arena_array(&arena, e->n, sizeof *texts);
	if (!texts)
		return arena_err(&arena, err);
	if (translate_all(e, texts, &arena, err))
		return -1;
	if (!secret_database_load(e, texts) && secret_database_compile(e, texts, &arena, err) != 0)
		return -1;
	return 0;
}

static int engine_init(struct secret_engine *e, const struct secret_rules *rules,
    const struct limits *limits, bool inside, struct err *err)
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
	if (e->n == 0 && rules->path_rules.n == 0)
		return err_set(err, ERR_CONFIG, "there are no secret rules to look for");
	if (e->n == 0)
		return 0;
	e->compiled = calloc(e->n, sizeof *e->compiled);
	if (!e->compiled)
		return err_nomem(err);
	for (size_t i = 0; i < e->n; i++)
		e->compiled[i].rule = &rules->rules.p[i];
	if ((inside ? secret_database_load_carried(e, err) : compile_all(e, err)) != 0)
		return -1;
	return hs_alloc_scratch(e->database, &e->scratch) == HS_SUCCESS ? 0 : err_nomem(err);
}

int secret_engine_new(const struct secret_rules *rules, const struct limits *limits,
    struct secret_engine **ret_engine, struct err *err)
{
	struct secret_engine *e = malloc(sizeof *e);

	if (!e)
		return err_nomem(err);
	if (engine_init(e, rules, limits, false, err) != 0) {
		secret_engine_free(e);
		return -1;
	}
	*ret_engine = e;
	return 0;
}

/* The rules are freed with the engine. */
static int engine_new_inside(
    const struct limits *limits, struct secret_engine **ret_engine, struct err *err)
{
	struct arena arena;
	struct secret_rules rules = {0};
	struct secret_engine *e = malloc(sizeof *e);
	int result;

	if (!e)
		return err_nomem(err);
	arena_init(&arena, OWN_RULES_BYTES);
	result = secret_rules_add_builtin(&rules, &arena, err);
	if (result == 0)
		result = engine_init(e, &rules, limits, true, err);
	else
		*e = (struct secret_engine){0};
	e->own_arena = arena;
	e->own_rules = rules;
	e->rules = &e->own_rules;
	if (result != 0)
		secret_engine_free(e);
	else
		*ret_engine = e;
	return result;
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
	arena_release(&engine->own_arena);
	free(engine);
}

const struct secret_rules *secret_engine_rules(const struct secret_engine *engine)
{
	return engine->rules;
}

/* At least as many as the pattern has. */
static uint32_t groups_of(struct str pattern)
{
	uint32_t n = 0;

	for (size_t i = 0; i < pattern.n; i++)
		n += pattern.p[i] == '(';
	return n;
}

static int scanner_init(
    struct secret_scanner *s, const struct secret_engine *engine, struct err *err)
{
	uint32_t groups = 0;

	*s = (struct secret_scanner){.engine = engine};
	arena_init(&s->arena, SECRET_SCANNER_BYTES);
	for (size_t i = 0; i < engine->n; i++)
		groups = MAX_OF(groups, groups_of(engine->compiled[i].rule->pattern));
	s->match_data = pcre2_match_data_create(groups + 1, NULL);
	s->match_context = pcre2_match_context_create(NULL);
	s->jit_stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (!s->match_data || !s->match_context || !s->jit_stack ||
	    (engine->scratch && hs_clone_scratch(engine->scratch, &s->scratch) != HS_SUCCESS))
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

int secret_scanner_new_inside(
    const struct limits *limits, struct secret_scanner **ret_scanner, struct err *err)
{
	struct secret_engine *engine;

	if (engine_new_inside(limits, &engine, err) != 0)
		return -1;
	if (secret_scanner_new(engine, ret_scanner, err) != 0) {
		secret_engine_free(engine);
		return -1;
	}
	(*ret_scanner)->own = engine;
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
	secret_engine_free(scanner->own);
	free(scanner);
}
