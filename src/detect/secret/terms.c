#include "detect/secret/terms.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "detect/secret/pattern.h"
#include "detect/secret/value.h"

enum { NEST_MAX = 64, STEPS_MAX = 200000, DEPTH_MAX = 10000, PATTERNS_BYTES = 4 << 20 };

/* ---- expressions ---- */

int secret_dialect_translate(enum secret_dialect dialect, struct str text, struct arena *arena,
    struct secret_pattern *ret, struct err *err)
{
	switch (dialect) {
	case SECRET_DIALECT_RE2:
		return secret_pattern_translate_re2(text, arena, ret, err);
	case SECRET_DIALECT_ERE:
	case SECRET_DIALECT_ERE_WORD:
		return secret_pattern_translate_ere(
		    text, dialect == SECRET_DIALECT_ERE_WORD, arena, ret, err);
	case SECRET_DIALECT_PYTHON:
	default:
		return secret_pattern_translate(text, arena, ret, err);
	}
}

struct secret_regex {
	pcre2_code *code;
	uint32_t groups;
};

/* PCRE2 takes what it needs from the arena, and gives nothing back. */
static void *take_memory(size_t n, void *arena)
{
	return arena_alloc(arena, n);
}

static void keep_memory(void *p, void *arena)
{
	(void)p, (void)arena;
}

static int join(enum secret_dialect dialect, const struct str *expressions, size_t n,
    struct arena *arena, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct secret_pattern pattern;

		if (secret_dialect_translate(dialect, expressions[i], arena, &pattern, err) != 0)
			return err_wrap(
			    err, "\"" STR_FMT "\"", STR_ARG(str_excerpt(expressions[i], 100)));
		if (n > 1)
			buf_add(out, i > 0 ? STR("|(?:") : STR("(?:"));
		buf_add(out, pattern.text);
		if (n > 1)
			buf_addc(out, ')');
	}
	return buf_ok(out) ? 0 : buf_err(out, "expressions", err);
}

int secret_regex_make(enum secret_dialect dialect, const struct str *expressions, size_t n,
    struct arena *arena, struct secret_regex **ret, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(PATTERNS_BYTES);
	pcre2_general_context *memory =
	    pcre2_general_context_create(take_memory, keep_memory, arena);
	pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
	struct secret_regex *regex = arena_new(arena, struct secret_regex);
	size_t offset = 0;
	int code = 0;

	if (!context || !regex)
		return arena_err(arena, err);
	if (join(dialect, expressions, n, arena, &text, err) != 0)
		return -1;
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	(void)pcre2_set_parens_nest_limit(context, NEST_MAX + 1);
	regex->code = pcre2_compile((PCRE2_SPTR)text.p, text.n,
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP | PCRE2_NEVER_UTF | PCRE2_DUPNAMES, &code,
	    &offset, context);
	if (!regex->code) {
		PCRE2_UCHAR why[160];

		if (!arena_ok(arena))
			return arena_err(arena, err);
		if (pcre2_get_error_message(code, why, sizeof why) < 0)
			why[0] = '\0';
		return err_set(err, ERR_CONFIG, "\"" STR_FMT "\": %s",
		    STR_ARG(str_excerpt(expressions[0], 100)), (const char *)why);
	}
	(void)pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &regex->groups);
	*ret = regex;
	return arena_check(arena, err);
}

unsigned secret_regex_groups(const struct secret_regex *regex)
{
	return regex->groups;
}

bool secret_regex_matches(const struct secret_regex *regex, struct str text)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	bool found = false;

	if (data && context) {
		const size_t *span = pcre2_get_ovector_pointer(data);

		(void)pcre2_set_match_limit(context, STEPS_MAX);
		(void)pcre2_set_depth_limit(context, DEPTH_MAX);
		found = pcre2_match(regex->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0,
			    PCRE2_NOTEMPTY, data, context) >= 0 &&
			span[1] > span[0];
	}
	pcre2_match_context_free(context);
	pcre2_match_data_free(data);
	return found;
}

/* ---- terms ---- */

double secret_entropy(struct str text)
{
	uint32_t counts[256] = {0};
	double bits = 0;
	size_t at = 0;

	/* Characters outside of ASCII are told apart by their first bytes and lengths alone: close
	 * enough, and the same for any text that is a secret's. */
	while (at < text.n) {
		uint32_t rune;
		size_t n = utf8_decode(str_sub(text, at, text.n), &rune);

		counts[(unsigned char)text.p[at + (n > 1 ? n - 1 : 0)]]++;
		at += n > 0 ? n : 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		double share = (double)counts[i] / (double)text.n;

		if (counts[i] > 0)
			bits -= share * secret_log2(share);
	}
	return bits;
}

/* word is in lower case. */
static bool has_word(struct str text, struct str word)
{
	for (size_t i = 0; word.n > 0 && i + word.n <= text.n; i++) {
		if (byte_lower(text.p[i]) == word.p[0] &&
		    str_eq_nocase(str_sub(text, i, word.n), word))
			return true;
	}
	return false;
}

static bool has_any_word(struct str text, const struct str_list *words)
{
	for (size_t i = 0; i < words->n; i++) {
		if (has_word(text, words->p[i]))
			return true;
	}
	return false;
}

static bool has_commit(const struct secret_allow *allow, struct str commit)
{
	for (size_t i = 0; i < allow->commits.n && commit.n > 0; i++) {
		if (str_eq_nocase(allow->commits.p[i], commit))
			return true;
	}
	return false;
}

static bool has_path(const struct secret_regex *paths, struct str path)
{
	return paths && path.n > 0 && secret_regex_matches(paths, path);
}

/* What commit and path alone decide. */
static bool allows_file(const struct secret_allow *allow, const struct origin *origin)
{
	bool commit = has_commit(allow, origin->commit),
	     path = has_path(allow->paths, origin->path);

	if (!allow->all)
		return commit || path;
	if (allow->regexes || allow->stopwords.n > 0)
		return false;
	return (allow->commits.n == 0 || commit) && (!allow->paths || path);
}

static bool allows(const struct secret_allow *allow, const struct secret_seen *seen)
{
	const struct str targets[] = {[SECRET_TARGET_SECRET] = seen->secret,
	    [SECRET_TARGET_MATCH] = seen->match,
	    [SECRET_TARGET_LINE] = seen->line,
	    [SECRET_TARGET_GREP] = seen->grep};
	struct str target = targets[allow->target];
	bool regex = allow->regexes && target.n > 0 && secret_regex_matches(allow->regexes, target);
	bool word = has_any_word(seen->secret, &allow->stopwords);

	if (!allow->all)
		return regex || word;
	return (allow->commits.n == 0 || has_commit(allow, seen->origin->commit)) &&
	       (!allow->paths || has_path(allow->paths, seen->origin->path)) &&
	       (!allow->regexes || regex) && (allow->stopwords.n == 0 || word);
}

bool secret_terms_want_file(const struct secret_terms *terms, const struct origin *origin)
{
	if ((terms->path && !has_path(terms->path, origin->path)) ||
	    (terms->include && !has_path(terms->include, origin->path)))
		return false;
	for (size_t i = 0; i < terms->allows.n; i++) {
		if (allows_file(terms->allows.p[i], origin))
			return false;
	}
	return true;
}

bool secret_terms_need_grep(const struct secret_terms *terms)
{
	for (size_t i = 0; i < terms->allows.n; i++) {
		if (terms->allows.p[i]->target == SECRET_TARGET_GREP)
			return true;
	}
	return false;
}

bool secret_terms_want_text(const struct secret_terms *terms, struct str text)
{
	return terms->keywords.n == 0 || has_any_word(text, &terms->keywords);
}

bool secret_terms_want(const struct secret_terms *terms, const struct secret_seen *seen)
{
	if (terms->entropy > 0 && !(secret_entropy(seen->secret) > terms->entropy))
		return false;
	for (size_t i = 0; i < terms->allows.n; i++) {
		if (allows(terms->allows.p[i], seen))
			return false;
	}
	return true;
}
