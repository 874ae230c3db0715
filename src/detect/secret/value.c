/*
 * The tests that a pattern cannot make: neighbours, structure, checksums, entropy,
 * stand-ins.
 */
#include "detect/secret/value.h"

#include "base/buf.h"
#include "core/placeholder.h"
#include "detect/secret/pem.h"
#include "detect/secret/token.h"

#include <math.h>

enum {
	PREFIX_FROM = 16,
	PREFIX_BYTES = 4,
	PART_MIN = 8,	     /* a shorter part of a token says nothing … */
	WORDY_PART_MIN = 12, /* … and by chance a shorter one is words with digits between them */
	QUOTE_MAX = 4,	     /* a match that takes the value's quotes in ends so far behind it */
	GENEROUS_MIN = 16,   /* so much of a block's body, and it is masked */
};

/* ---- neighbours ---- */

static bool is_hex_digit(char c)
{
	return byte_is_digit(c) || (byte_lower(c) >= 'a' && byte_lower(c) <= 'f');
}

/* The byte before `at` ends an escape ("\n", "%3D", "\u003d"), and is no letter of its own. */
static bool ends_escape(struct str text, size_t at)
{
	if (at >= 2 && text.p[at - 2] == '\\' && strchr("nrt", text.p[at - 1]))
		return true;
	if (at >= 3 && text.p[at - 3] == '%' && is_hex_digit(text.p[at - 2]))
		return is_hex_digit(text.p[at - 1]);
	return at >= 6 && text.p[at - 6] == '\\' && text.p[at - 5] == 'u';
}

/* A token does not begin or end in the middle of a word. */
static bool stands_alone(struct str text, size_t start, size_t end)
{
	char before = start > 0 ? text.p[start - 1] : ' ',
	     behind = end < text.n ? text.p[end] : ' ';

	return (!byte_is_alnum(before) || ends_escape(text, start)) && !byte_is_alnum(behind) &&
	       behind != '_';
}

/* ---- form ---- */

/* Of x > 0, exact for powers of two. By ln m = 2 artanh((m - 1) / (m + 1)), whose terms shrink to a
 * ninth each; libm would be one more library for each start to load. */
double secret_log2(double x)
{
	const double ln_2 = 0.69314718055994530942;
	int exponent;
	double m = 2 * frexp(x, &exponent), t = (m - 1) / (m + 1), power = t, sum = 0;

	for (int i = 1; i < 36; i += 2) {
		sum += power / i;
		power *= t * t;
	}
	return exponent - 1 + 2 * sum / ln_2;
}

/* In tenths of a bit for each character. */
static unsigned entropy_of(struct str s)
{
	size_t count[256] = {0};
	double bits = 0;

	for (size_t i = 0; i < s.n; i++)
		count[(unsigned char)s.p[i]]++;
	for (size_t i = 0; i < ARRAY_LEN(count); i++) {
		double part = (double)count[i] / (double)MAX_OF(s.n, (size_t)1);

		if (count[i] > 0)
			bits -= part * secret_log2(part);
	}
	return (unsigned)(bits * 10);
}

static unsigned classes_of(struct str s)
{
	bool lower = false, upper = false, digit = false;

	for (size_t i = 0; i < s.n; i++) {
		digit = digit || byte_is_digit(s.p[i]);
		upper = upper || (s.p[i] >= 'A' && s.p[i] <= 'Z');
		lower = lower || (s.p[i] >= 'a' && s.p[i] <= 'z');
	}
	return (unsigned)lower + upper + digit;
}

/* Takes the next run of letters and digits off the front. */
static bool next_part(struct str *rest, struct str *ret_part)
{
	size_t at = 0, end;

	while (at < rest->n && !byte_is_alnum(rest->p[at]))
		at++;
	for (end = at; end < rest->n && byte_is_alnum(rest->p[end]);)
		end++;
	*ret_part = str_sub(*rest, at, end - at);
	*rest = str_sub(*rest, end, rest->n);
	return ret_part->n > 0;
}

/* A token of which a part is a stand-in is one: "xoxb-000000000000-…", "…/XXXXXXXX". */
static bool is_stand_in(struct str random)
{
	struct str rest = random, part;

	if (placeholder_is(random))
		return true;
	while (next_part(&rest, &part)) {
		if (part.n >= WORDY_PART_MIN ? placeholder_is(part)
					     : part.n >= PART_MIN && placeholder_is_plain(part))
			return true;
	}
	return false;
}

/* How the keys begin that stand in manuals and come with emulators: everybody has them. */
static bool is_known_to_all(struct str random)
{
	static const char *const known[] = {"Eby8vdM02xNO", "C2y6yDjf5/R+", "4eC39HqLyjWD",
	    "BQokikJOvBiI", "16C7e42F292c", "pdFZKVeTuE8s", "ac0974bec39a", "59c6995e998f"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_has(random, str_of(known[i])))
			return true;
	}
	return false;
}

static enum secret_worth form_worth(const struct secret_rule *rule, struct str value)
{
	struct str random = str_sub(value, rule->skip, value.n);

	if (is_stand_in(random) || is_known_to_all(random))
		return WORTH_STAND_IN;
	if (entropy_of(random) < rule->entropy || classes_of(random) < rule->classes)
		return WORTH_NOTHING;
	return WORTH_FULL;
}

/* ---- what single kinds show ---- */

/* "Credential=AKIA…/20190814/us-west-2/s3/aws4_request": a signed request names the key, and the
 * signature is all that it gives away. */
static bool is_in_signature(struct str text, size_t end)
{
	struct str rest = str_sub(text, end, 16);
	struct str date = str_sub(rest, str_starts_nocase(rest, STR("%2F")) ? 3 : 1, 8);
	uint64_t day;

	return (str_starts(rest, STR("/")) || str_starts_nocase(rest, STR("%2F"))) && date.n == 8 &&
	       str_to_u64(date, &day) && day > 20060000;
}

static void aws_value(struct str text, const struct secret_match *match, struct secret_value *v)
{
	if (str_starts(v->hashed, STR("ASIA")) && classes_of(v->hashed) < 2) {
		v->worth = WORTH_WARNING;
		v->remark = "letters alone: it may be words";
	}
	if (!is_in_signature(text, match->value_end))
		return;
	v->worth = WORTH_WARNING;
	v->remark = "the key's id in a signed request, without the key";
}

/* ---- PEM and PGP blocks ---- */

static enum secret_worth pem_worth(const struct pem *pem, bool generous)
{
	if (pem->kind == PEM_KEY || pem->kind == PEM_ENCRYPTED)
		return WORTH_FULL;
	if (pem->kind == PEM_DAMAGED || (generous && pem->body.n >= GENEROUS_MIN))
		return WORTH_WARNING;
	return WORTH_NOTHING;
}

static const char *pem_remark(const struct pem *pem)
{
	if (pem->kind == PEM_ENCRYPTED)
		return "encrypted: as safe as its passphrase";
	return pem->kind == PEM_DAMAGED ? "it does not decode to a key: cut, or made up" : NULL;
}

static int block_value(struct str text, const struct secret_match *match, bool generous,
    struct arena *arena, struct secret_value *ret, struct err *err)
{
	struct pem pem CLEANUP(pem_release) = {0};
	struct str header = str_sub(text, match->start, match->end - match->start);

	if (pem_read(text, match->start, match->end, arena, &pem, err))
		return -1;
	ret->worth = pem_worth(&pem, generous);
	ret->remark = pem_remark(&pem);
	ret->to = pem.end;
	ret->length_bytes = pem.end - match->start;
	ret->hashed =
	    arena_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(header), STR_ARG(buf_str(&pem.body)));
	return ret->hashed.p ? 0 : arena_err(arena, err);
}

/* A service account's key id; the key itself stands behind it, or somebody took it out. */
static int account_value(struct str text, const struct secret_match *match, struct arena *arena,
    struct secret_value *ret, struct err *err)
{
	struct str behind = str_sub(text, match->value_end, match->end - match->value_end);
	size_t begin = str_find(behind, STR("-----BEGIN"));
	struct pem pem CLEANUP(pem_release) = {0};

	ret->to = match->end;
	if (begin != STR_NPOS &&
	    pem_read(text, match->value_end + begin, match->end, arena, &pem, err))
		return -1;
	if (pem.kind == PEM_NONE) {
		ret->worth = WORTH_WARNING;
		ret->remark = "the id of the key; the key itself is not beside it";
	}
	return 0;
}

/* ---- all together ---- */

/* Four characters, or nothing if they are not plain ones: half a character helps nobody. */
static void set_prefix(struct str value, char prefix[PREFIX_BYTES + 1])
{
	if (value.n < PREFIX_FROM)
		return;
	for (size_t i = 0; i < PREFIX_BYTES; i++) {
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return;
	}
	memcpy(prefix, value.p, PREFIX_BYTES);
}

/* Values that a word in front of them makes a secret; the rest of the rule's matches are tokens. */
static bool is_captured(const struct secret_match *match)
{
	return match->value_start > match->start;
}

/* By a person, so it need not look like chance. */
static bool is_chosen(const struct secret_rule *rule)
{
	return rule->check == SECRET_CHECK_URL || rule->check == SECRET_CHECK_PASSWORD;
}

static enum secret_worth place_worth(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, const struct secret_view *view, const char **ret_remark)
{
	if (rule->check == SECRET_CHECK_URL)
		return secret_url_worth(
		    text, match->start, match->value_start, match->value_end, ret_remark);
	if (rule->check == SECRET_CHECK_SETTING)
		return secret_setting_worth(
		    text, match->start, match->value_start, match->value_end);
	if (rule->check == SECRET_CHECK_PASSWORD)
		return WORTH_FULL;
	if ((rule->check == SECRET_CHECK_ASSIGNED || rule->check == SECRET_CHECK_NAMED) &&
	    is_captured(match) && match->end > match->value_end + QUOTE_MAX)
		return secret_name_behind_worth(
		    text, match->value_start, match->value_end, match->end);
	if (rule->check == SECRET_CHECK_NAMED)
		return secret_named_worth(text, match->start, match->value_start, match->value_end);
	if (rule->check == SECRET_CHECK_ASSIGNED && is_captured(match))
		return secret_assignment_worth(
		    text, match->start, match->value_start, match->value_end);
	if (view->generous || stands_alone(text, match->value_start, match->value_end))
		return WORTH_FULL;
	return WORTH_NOTHING;
}

/* "Server=localhost;…;Password=…" */
static void near_value(struct str text, const struct secret_match *match, struct secret_value *v)
{
	struct str whole = str_sub(text, match->start, match->end - match->start);

	if (!str_has(whole, STR("localhost")) && !str_has(whole, STR("127.0.0.1")))
		return;
	v->worth = MIN_OF(v->worth, WORTH_WARNING);
	v->remark = "the host is this machine";
}

/* "…&se=2023-12-20T22:54:52Z&…" ended before the rule was written. */
static void sas_value(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, struct secret_value *v)
{
	struct str whole = str_sub(text, match->start, match->end - match->start);
	size_t at = str_find(whole, STR("se=20"));
	struct str day = str_sub(whole, at == STR_NPOS ? whole.n : at + 3, rule->since.n);

	if (day.n == 0 || day.n != rule->since.n || memcmp(day.p, rule->since.p, day.n) >= 0)
		return;
	v->worth = WORTH_WARNING;
	v->remark = "the day until which it was made is over";
}

/* Worth what its own bytes prove, and no more than it was. */
static void prove(struct secret_value *v, const struct token_proof *proof)
{
	v->worth = MIN_OF(v->worth, proof->worth);
	if (proof->remark)
		v->remark = proof->remark;
}

static struct token_proof proof_of(
    const struct secret_rule *rule, struct str value, struct arena *arena)
{
	switch (rule->check) {
	case SECRET_CHECK_AWS_ID:
		return token_prove_aws(value, arena);
	case SECRET_CHECK_CHECKSUM:
		return token_prove_checksum(value);
	case SECRET_CHECK_GRAFANA:
		return token_prove_grafana(value);
	case SECRET_CHECK_GITLAB:
		return token_prove_gitlab(value);
	case SECRET_CHECK_JWT:
		return token_prove_jwt(value, arena);
	case SECRET_CHECK_BASIC:
		return token_prove_basic(value, arena);
	case SECRET_CHECK_SETTING:
		return token_prove_setting(value, arena);
	case SECRET_CHECK_PASSWORD:
		return token_prove_password(value);
	case SECRET_CHECK_NONE:
	case SECRET_CHECK_PEM:
	case SECRET_CHECK_ASSIGNED:
	case SECRET_CHECK_URL:
	case SECRET_CHECK_ACCOUNT:
	case SECRET_CHECK_NAMED:
	case SECRET_CHECK_SAS:
	default:
		return (struct token_proof){WORTH_FULL, NULL};
	}
}

static int own_value(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, const struct secret_view *view, struct arena *arena,
    struct secret_value *v, struct err *err)
{
	struct str value = v->hashed;
	struct token_proof proof;

	v->worth = place_worth(rule, text, match, view, &v->remark);
	if (v->worth > WORTH_STAND_IN && !is_chosen(rule))
		v->worth = MIN_OF(v->worth, form_worth(rule, value));
	if (v->worth <= WORTH_STAND_IN)
		return 0;
	proof = proof_of(rule, value, arena);
	prove(v, &proof);
	set_prefix(value, v->prefix);
	if (rule->check == SECRET_CHECK_AWS_ID)
		aws_value(text, match, v);
	else if (rule->check == SECRET_CHECK_PASSWORD)
		near_value(text, match, v);
	else if (rule->check == SECRET_CHECK_SAS)
		sas_value(rule, text, match, v);
	else if (rule->check == SECRET_CHECK_ACCOUNT && !view->generous)
		return account_value(text, match, arena, v, err);
	return 0;
}

/* Real in form, and made for others to see: why, or NULL. Tokens that somebody issued are not
 * excused so: in a test, they were pasted there. */
static const char *fixture_remark(const struct secret_rule *rule, const struct secret_view *view)
{
	bool block = rule->check == SECRET_CHECK_PEM;

	if (rule->fixtures && view->test)
		return "in a test's file or an example, so it blocks nothing";
	if ((block || (rule->fixtures && rule->check != SECRET_CHECK_URL)) && view->published)
		return "in documentation or third-party code, so it blocks nothing";
	if (block && view->program)
		return "inside a program; many have keys to test themselves with, so it blocks nothing";
	return NULL;
}

/* A rule about a kind of file is for files of that name, and "a/b.ext" for those in a folder of
 * that name as well. */
static bool is_for(const struct secret_rule *rule, const struct secret_view *view)
{
	for (size_t i = 0; i < rule->files.n; i++) {
		struct str name = rule->files.p[i];
		size_t before = view->path.n - MIN_OF(view->path.n, name.n);

		if (str_eq_nocase(str_sub(view->path, before, name.n), name) &&
		    (before == 0 || name.p[0] == '.' || view->path.p[before - 1] == '/'))
			return true;
	}
	return rule->files.n == 0 || view->any_path;
}

int secret_value_of(const struct secret_rule *rule, struct str text,
    const struct secret_match *match, const struct secret_view *view, struct arena *arena,
    struct secret_value *ret_value, struct err *err)
{
	struct str value = str_sub(text, match->value_start, match->value_end - match->value_start);
	struct secret_value v = {.worth = WORTH_FULL,
	    .hashed = value,
	    .length_bytes = value.n,
	    .from = match->value_start,
	    .to = match->value_end};

	if (!rule->own)
		set_prefix(value, v.prefix);
	else if (!is_for(rule, view))
		v.worth = WORTH_NOTHING;
	else if (rule->check == SECRET_CHECK_PEM
		     ? block_value(text, match, view->generous, arena, &v, err)
		     : own_value(rule, text, match, view, arena, &v, err))
		return -1;
	if (v.worth == WORTH_FULL && fixture_remark(rule, view)) {
		v.worth = WORTH_WARNING;
		v.remark = fixture_remark(rule, view);
	}
	*ret_value = v;
	return 0;
}
