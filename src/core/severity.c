#include "core/severity.h"

#define X(name, word) STR_INIT(word),
static const struct str severity_words[] = {SEVERITIES(X)};
static const struct str stage_words[] = {STAGES(X)};
static const struct str state_words[] = {FINDING_STATES(X)};
static const struct str verdict_words[] = {VERDICTS(X)};
static const struct str gap_kind_words[] = {GAP_KINDS(X)};
static const struct str edit_level_words[] = {EDIT_LEVELS(X)};
static const struct str package_scope_words[] = {PACKAGE_SCOPES(X)};
#undef X

static struct str word_of(const struct str *words, size_t n, size_t i)
{
	return i < n ? words[i] : STR("unknown");
}

static bool word_find(const struct str *words, size_t n, struct str word, size_t *ret_i)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(words[i], word)) {
			*ret_i = i;
			return true;
		}
	}
	return false;
}

struct str severity_word(enum severity severity)
{
	return word_of(severity_words, ARRAY_LEN(severity_words), (size_t)severity);
}

struct str stage_word(enum stage stage)
{
	return word_of(stage_words, ARRAY_LEN(stage_words), (size_t)stage);
}

struct str state_word(enum finding_state state)
{
	return word_of(state_words, ARRAY_LEN(state_words), (size_t)state);
}

struct str verdict_word(enum verdict verdict)
{
	return word_of(verdict_words, ARRAY_LEN(verdict_words), (size_t)verdict);
}

struct str gap_kind_word(enum gap_kind kind)
{
	return word_of(gap_kind_words, ARRAY_LEN(gap_kind_words), (size_t)kind);
}

struct str edit_level_word(enum edit_level level)
{
	return word_of(edit_level_words, ARRAY_LEN(edit_level_words), (size_t)level);
}

struct str package_scope_word(enum package_scope scope)
{
	return word_of(package_scope_words, ARRAY_LEN(package_scope_words), (size_t)scope);
}

bool severity_parse(struct str word, enum severity *ret)
{
	size_t i;

	if (!word_find(severity_words, ARRAY_LEN(severity_words), word, &i))
		return false;
	*ret = (enum severity)i;
	return true;
}

bool stage_parse(struct str word, enum stage *ret)
{
	size_t i;

	if (!word_find(stage_words, ARRAY_LEN(stage_words), word, &i))
		return false;
	*ret = (enum stage)i;
	return true;
}

bool gap_kind_parse(struct str word, enum gap_kind *ret)
{
	size_t i;

	if (!word_find(gap_kind_words, ARRAY_LEN(gap_kind_words), word, &i))
		return false;
	*ret = (enum gap_kind)i;
	return true;
}

bool edit_level_parse(struct str word, enum edit_level *ret)
{
	size_t i;

	if (!word_find(edit_level_words, ARRAY_LEN(edit_level_words), word, &i))
		return false;
	*ret = (enum edit_level)i;
	return true;
}

enum severity severity_of_cvss(int tenths)
{
	if (tenths >= 90)
		return SEVERITY_CRITICAL;
	if (tenths >= 70)
		return SEVERITY_HIGH;
	if (tenths >= 40)
		return SEVERITY_MEDIUM;
	return tenths > 0 ? SEVERITY_LOW : SEVERITY_INFO;
}
