/*
 * Python versions: PEP 440, with the spellings that its appendix B accepts.
 *
 *   [v] [N!] N(.N)* [{a|b|rc}N] [.postN] [.devN] [+local]
 *
 * A parsed version holds slices of the text, so that numbers may have any length.
 */
#include "detect/vuln/version/digits.h"
#include "detect/vuln/version/version.h"

/* Order of what stands where a pre-release can: a bare .devN comes before a, a release after rc. */
enum pre_rank { PRE_DEV, PRE_ALPHA, PRE_BETA, PRE_RC, PRE_NONE };

struct pep440 {
	struct str epoch, release; /* release: "1.2.3" */
	enum pre_rank pre;
	struct str pre_number;
	bool has_post, has_dev;
	struct str post_number, dev_number;
	bool has_local;
	struct str local;
};

struct word {
	struct str text;
	enum pre_rank rank;
};

/* Longer words first: "alpha" before "a", "preview" before "pre". */
static const struct word pre_words[] = {
    {STR_INIT("alpha"), PRE_ALPHA},
    {STR_INIT("preview"), PRE_RC},
    {STR_INIT("beta"), PRE_BETA},
    {STR_INIT("pre"), PRE_RC},
    {STR_INIT("rc"), PRE_RC},
    {STR_INIT("a"), PRE_ALPHA},
    {STR_INIT("b"), PRE_BETA},
    {STR_INIT("c"), PRE_RC},
};
static const struct word post_words[] = {
    {STR_INIT("post"), PRE_NONE},
    {STR_INIT("rev"), PRE_NONE},
    {STR_INIT("r"), PRE_NONE},
};
static const struct word dev_words[] = {
    {STR_INIT("dev"), PRE_DEV},
};

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static struct str skip_separator(struct str s)
{
	return s.n > 0 && is_separator(s.p[0]) ? str_sub(s, 1, s.n) : s;
}

static struct str take_digits(struct str *s)
{
	struct str digits = digits_prefix(*s);

	*s = str_sub(*s, digits.n, s->n);
	return digits;
}

/* [separator] word [separator] [digits], off the front of *s. */
static const struct word *take_word(
    struct str *s, const struct word *words, size_t n, struct str *ret_number)
{
	struct str rest = skip_separator(*s);

	for (size_t i = 0; i < n; i++) {
		if (!str_starts_nocase(rest, words[i].text))
			continue;
		rest = skip_separator(str_sub(rest, words[i].text.n, rest.n));
		*ret_number = take_digits(&rest);
		*s = rest;
		return &words[i];
	}
	return NULL;
}

static bool take_release(struct str *s, struct str *ret_release)
{
	const char *begin = s->p;
	struct str digits = take_digits(s);

	if (digits.n == 0)
		return false;
	while (s->n > 1 && s->p[0] == '.' && byte_is_digit(s->p[1])) {
		*s = str_sub(*s, 1, s->n);
		(void)take_digits(s);
	}
	*ret_release = str_make(begin, (size_t)(s->p - begin));
	return true;
}

static void take_post(struct str *s, struct pep440 *v)
{
	if (s->n > 1 && s->p[0] == '-' && byte_is_digit(s->p[1])) {
		*s = str_sub(*s, 1, s->n);
		v->has_post = true;
		v->post_number = take_digits(s);
		return;
	}
	v->has_post = take_word(s, post_words, ARRAY_LEN(post_words), &v->post_number) != NULL;
}

/* What stands behind '+': runs of letters and digits with single separators between. */
static bool local_is_valid(struct str s)
{
	bool after_separator = true;

	for (size_t i = 0; i < s.n; i++) {
		bool separator = is_separator(s.p[i]);

		if (separator ? after_separator : !byte_is_alnum(s.p[i]))
			return false;
		after_separator = separator;
	}
	return !after_separator;
}

static bool pep440_parse(struct str text, struct pep440 *ret)
{
	struct pep440 v = {.pre = PRE_NONE};
	struct str s = str_trim(text), probe;
	const struct word *word;

	if (s.n > 0 && byte_lower(s.p[0]) == 'v')
		s = str_sub(s, 1, s.n);
	probe = s;
	v.epoch = take_digits(&probe);
	if (v.epoch.n > 0 && probe.n > 0 && probe.p[0] == '!')
		s = str_sub(probe, 1, probe.n);
	else
		v.epoch = STR_NONE;
	if (!take_release(&s, &v.release))
		return false;
	word = take_word(&s, pre_words, ARRAY_LEN(pre_words), &v.pre_number);
	if (word)
		v.pre = word->rank;
	take_post(&s, &v);
	v.has_dev = take_word(&s, dev_words, ARRAY_LEN(dev_words), &v.dev_number) != NULL;
	if (!word && !v.has_post && v.has_dev)
		v.pre = PRE_DEV;
	if (s.n > 0 && s.p[0] == '+') {
		v.has_local = true;
		v.local = str_sub(s, 1, s.n);
		if (!local_is_valid(v.local))
			return false;
	} else if (s.n > 0) {
		return false;
	}
	*ret = v;
	return true;
}

static bool pep440_valid(struct str text)
{
	struct pep440 v;

	return pep440_parse(text, &v);
}

/* Part by part; what is missing is 0, so that 1.0 equals 1. */
static int release_compare(struct str a, struct str b)
{
	while (a.n > 0 || b.n > 0) {
		struct str a_part = STR_NONE, b_part = STR_NONE;
		int order;

		(void)str_cut(&a, '.', &a_part);
		(void)str_cut(&b, '.', &b_part);
		order = digits_compare(a_part, b_part);
		if (order != 0)
			return order;
	}
	return 0;
}

static int text_compare_nocase(struct str a, struct str b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		int order = byte_lower(a.p[i]) - byte_lower(b.p[i]);

		if (order != 0)
			return order;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

static struct str take_segment(struct str *s)
{
	size_t n = 0;
	struct str segment;

	while (n < s->n && !is_separator(s->p[n]))
		n++;
	segment = str_sub(*s, 0, n);
	*s = str_sub(*s, n + 1, s->n);
	return segment;
}

/* A number is greater than a word, the longer list greater than its beginning. */
static int local_compare(struct str a, struct str b)
{
	while (a.n > 0 && b.n > 0) {
		struct str a_part = take_segment(&a), b_part = take_segment(&b);
		bool a_number = digits_prefix(a_part).n == a_part.n;
		bool b_number = digits_prefix(b_part).n == b_part.n;
		int order;

		if (a_number != b_number)
			return a_number ? 1 : -1;
		order =
		    a_number ? digits_compare(a_part, b_part) : text_compare_nocase(a_part, b_part);
		if (order != 0)
			return order;
	}
	return (a.n > 0) - (b.n > 0);
}

static int pep440_compare(struct str a_text, struct str b_text)
{
	struct pep440 a, b;
	int order;

	if (!pep440_parse(a_text, &a) || !pep440_parse(b_text, &b))
		return 0;
	order = digits_compare(a.epoch, b.epoch);
	if (order == 0)
		order = release_compare(a.release, b.release);
	if (order == 0)
		order = (int)a.pre - (int)b.pre;
	if (order == 0)
		order = digits_compare(a.pre_number, b.pre_number);
	if (order == 0)
		order = (int)a.has_post - (int)b.has_post;
	if (order == 0)
		order = digits_compare(a.post_number, b.post_number);
	if (order == 0)
		order = (int)b.has_dev - (int)a.has_dev;
	if (order == 0)
		order = digits_compare(a.dev_number, b.dev_number);
	if (order == 0)
		order = (int)a.has_local - (int)b.has_local;
	return order ? order : local_compare(a.local, b.local);
}

const struct version_scheme version_scheme_pep440 = {
    .name = STR_INIT("pep440"),
    .what = STR_INIT("Python packages, by PEP 440"),
    .since = STR_INIT("2026-11-24"),
    .valid = pep440_valid,
    .compare = pep440_compare,
};
