/*
 * The vectorscan database. A pattern beyond what vectorscan can run exactly is given to it
 * as a prefilter: it then finds a superset, and PCRE2 has the last word all the same.
 *
 * Compiling the built-in rules takes a fifth of a second, so the build does it once
 * (precompile.c) and the program carries the result:
 *   u64le  hash of vectorscan's version
 *   u64le  hash of the patterns, their number and vectorscan's version
 *   u32le  reach of each rule, in their order
 *   …      the database as hs_serialize_database writes it
 * It is used if the hash is that of the rules at hand, on any processor that vectorscan runs on:
 * with what the build's own one has besides, no tree of files was searched faster. Otherwise the
 * rules are compiled when they are needed.
 */
#include "base/buf.h"
#include "base/frame.h"
#include "base/hash.h"
#include "base/os/library.h"
#include "base/rd.h"
#include "detect/secret/compiled.h"
#include "detect/secret/embedded.h"

static int refuse(const struct secret_rule *rule, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFIG, "%.*s: secret rule \"%.*s\": %s", STR_ARG(rule->source),
	    STR_ARG(rule->name), what);
}

/* ---- compiling ---- */

/* These are in libhs alone, which takes longer to load than most runs take. What scans comes with
 * libhs_runtime, of the same build: a database goes from one to the other. */
struct compiler {
	__typeof__(hs_expression_info) *expression_info;
	__typeof__(hs_compile_multi) *compile_multi;
	__typeof__(hs_free_compile_error) *free_compile_error;
};

static struct compiler compiler;

static int load_compiler(struct err *err)
{
	static const struct library_function functions[] = {
	    {"hs_expression_info", offsetof(struct compiler, expression_info)},
	    {"hs_compile_multi", offsetof(struct compiler, compile_multi)},
	    {"hs_free_compile_error", offsetof(struct compiler, free_compile_error)},
	};

	return library_load("libhs.so.5", functions, ARRAY_LEN(functions), &compiler, err);
}

static void free_info(hs_expr_info_t **info)
{
	free(*info);
}

static void free_error(hs_compile_error_t **error)
{
	if (*error)
		(void)compiler.free_compile_error(*error);
}

/* How long a match may be; vectorscan's flags for the pattern. */
static int measure(const char *text, struct compiled_rule *c, unsigned *ret_flags, struct err *err)
{
	hs_expr_info_t *info CLEANUP(free_info) = NULL;
	hs_compile_error_t *error CLEANUP(free_error) = NULL;
	hs_compile_error_t *again CLEANUP(free_error) = NULL;

	*ret_flags = 0;
	if (compiler.expression_info(text, 0, &info, &error) != HS_SUCCESS) {
		*ret_flags = HS_FLAG_PREFILTER;
		if (compiler.expression_info(text, HS_FLAG_PREFILTER, &info, &again) != HS_SUCCESS)
			return refuse(c->rule, again ? again->message : "not taken", err);
	}
	if (info->min_width == 0)
		return refuse(c->rule, "the pattern matches where there is nothing", err);
	c->reach_bytes = MIN_OF(info->max_width, SECRET_SPAN_BYTES);
	return 0;
}

/* Some patterns show only here that they are too large for anything but a prefilter. */
static int compile_multi(struct secret_engine *e, const char *const *texts, unsigned *flags,
    const unsigned *ids, struct err *err)
{
	const hs_platform_info_t any = {0};

	for (size_t tries = 0; tries <= e->n; tries++) {
		hs_compile_error_t *error CLEANUP(free_error) = NULL;
		size_t at;

		if (compiler.compile_multi(texts, flags, ids, (unsigned)e->n, HS_MODE_BLOCK, &any,
			&e->database, &error) == HS_SUCCESS)
			return 0;
		if (!error || error->expression < 0 || (size_t)error->expression >= e->n)
			return err_set(err, ERR_CONFIG, "the secret rules cannot be compiled: %s",
			    error ? error->message : "no reason given");
		at = (size_t)error->expression;
		if (flags[at] & HS_FLAG_PREFILTER)
			return refuse(e->compiled[at].rule, error->message, err);
		flags[at] |= HS_FLAG_PREFILTER;
	}
	return err_set(err, ERR_CONFIG, "the secret rules cannot be compiled");
}

int secret_database_compile(
    struct secret_engine *e, const char *const *texts, struct arena *arena, struct err *err)
{
	unsigned *flags = arena_array(arena, e->n, sizeof *flags);
	unsigned *ids = arena_array(arena, e->n, sizeof *ids);

	if (!flags || !ids)
		return arena_err(arena, err);
	if (load_compiler(err) != 0)
		return err_wrap(err, "the secret rules cannot be compiled");
	for (size_t i = 0; i < e->n; i++) {
		if (measure(texts[i], &e->compiled[i], &flags[i], err))
			return -1;
		ids[i] = (unsigned)i;
	}
	return compile_multi(e, texts, flags, ids, err);
}

/* ---- carrying it along ---- */

static uint64_t hash_of(const struct secret_engine *e, const char *const *texts)
{
	uint64_t hash = hash64(str_of(hs_version()), e->n);

	for (size_t i = 0; i < e->n; i++)
		hash = hash64(str_of(texts[i]), hash);
	return hash;
}

static uint64_t version_hash(void)
{
	return hash64(str_of(hs_version()), 0);
}

/* What was carried along; false if it is of another vectorscan, or of another kind of processor.
 */
static bool load(struct secret_engine *e, struct rd *r)
{
	struct str bytes;

	for (size_t i = 0; i < e->n; i++) {
		uint32_t reach;

		if (!rd_u32le(r, &reach) || reach == 0 || reach > SECRET_SPAN_BYTES)
			return false;
		e->compiled[i].reach_bytes = reach;
	}
	return rd_bytes(r, rd_left(r), &bytes) &&
	       hs_deserialize_database(bytes.p, bytes.n, &e->database) == HS_SUCCESS;
}

static bool begin_carried(struct rd *ret, uint64_t *ret_patterns)
{
	uint64_t version;

	*ret = rd_of(str_make(embed_secret_database, embed_secret_database_size));
	return rd_u64le(ret, &version) && version == version_hash() && rd_u64le(ret, ret_patterns);
}

bool secret_database_load(struct secret_engine *e, const char *const *texts)
{
	struct rd r;
	uint64_t hash;

	e->patterns_hash = hash_of(e, texts);
	return begin_carried(&r, &hash) && hash == e->patterns_hash && load(e, &r);
}

bool secret_fits_inside(void)
{
	struct rd r;
	uint64_t hash;

	return begin_carried(&r, &hash);
}

int secret_database_load_carried(struct secret_engine *e, struct err *err)
{
	struct rd r;
	uint64_t hash;

	if (begin_carried(&r, &hash) && load(e, &r))
		return 0;
	return err_set(err, ERR_UNSUPPORTED, "the compiled secret rules are of another vectorscan");
}

int secret_database_store(const struct secret_engine *e, struct buf *out, struct err *err)
{
	char *bytes = NULL;
	size_t n = 0;

	frame_u64(out, version_hash());
	frame_u64(out, e->patterns_hash);
	for (size_t i = 0; i < e->n; i++)
		frame_u32(out, (uint32_t)e->compiled[i].reach_bytes);
	if (hs_serialize_database(e->database, &bytes, &n) != HS_SUCCESS)
		return err_nomem(err);
	buf_add(out, str_make(bytes, n));
	free(bytes);
	return buf_ok(out) ? 0 : buf_err(out, "the compiled secret rules", err);
}
