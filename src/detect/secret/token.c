#include "detect/secret/token.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/placeholder.h"

#define NO_MATCH "its checksum does not fit, so this one may be made up"

static const struct token_proof full = {WORTH_FULL, NULL};
static const struct token_proof nothing = {WORTH_NOTHING, NULL};

static struct token_proof fits(bool yes)
{
	return yes ? full : (struct token_proof){WORTH_WARNING, NO_MATCH};
}

/* ---- checksums ---- */

static uint32_t crc32_of(struct str s)
{
	uint32_t crc = 0xffffffffU;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
	}
	return ~crc;
}

/* `number` in as many digits as `written` has is what is written. */
static bool is_written(uint32_t number, const char *digits, struct str written)
{
	uint32_t base = (uint32_t)strlen(digits);

	for (size_t i = written.n; i-- > 0; number /= base) {
		if (written.p[i] != digits[number % base])
			return false;
	}
	return number == 0;
}

enum { CHECKSUM_DIGITS = 6, CHECKED_BYTES = 30, CHECKED_PREFIX = 4 };

struct token_proof token_prove_checksum(struct str token)
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct str checked = str_sub(token, CHECKED_PREFIX, CHECKED_BYTES);

	if (token.n != CHECKED_PREFIX + CHECKED_BYTES + CHECKSUM_DIGITS)
		return full;
	return fits(is_written(crc32_of(checked), digits,
	    str_sub(token, CHECKED_PREFIX + CHECKED_BYTES, CHECKSUM_DIGITS)));
}

enum { GRAFANA_DIGITS = 8 };

struct token_proof token_prove_grafana(struct str token)
{
	size_t checked = token.n - MIN_OF(token.n, (size_t)GRAFANA_DIGITS + 1);
	uint32_t crc = crc32_of(str_sub(token, 0, checked));
	unsigned char bytes[4];
	char hex[GRAFANA_DIGITS + 1];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(crc >> (8 * i));
	hex_write(bytes, sizeof bytes, hex);
	return fits(str_eq_nocase(str_sub(token, checked + 1, GRAFANA_DIGITS), str_of(hex)));
}

enum { ROUTABLE_TAIL = 9, ROUTABLE_CRC = 7, ROUTABLE_LENGTH = 2 };

struct token_proof token_prove_gitlab(struct str token)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct str rest = str_sub(token, 0, token.n - MIN_OF(token.n, (size_t)ROUTABLE_CRC));
	size_t dot = str_chr(token, '.');

	if (dot == STR_NPOS || token.n < dot + 1 + ROUTABLE_TAIL)
		return full;
	return fits(is_written(crc32_of(rest), digits, str_sub(token, rest.n, ROUTABLE_CRC)));
}

/* ---- what base64 holds ---- */

/* Of either alphabet, with or without padding. 0, or -1. */
static int decode(struct str text, struct arena *arena, struct str *ret)
{
	char *plain = arena_alloc(arena, text.n + 4);
	struct err err = ERR_INIT;
	size_t n = 0;

	if (!plain)
		return -1;
	for (size_t i = 0; i < text.n && text.p[i] != '='; i++)
		plain[n++] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
	while (n % 4 != 0)
		plain[n++] = '=';
	return base64_decode(str_make(plain, n), arena, ret, &err);
}

struct token_claims {
	struct str algorithm, subject, name;
};

/* The texts among the members of one object; 0, or -1 if it is none. */
static int read_claims(struct str json, struct arena *arena, struct token_claims *ret)
{
	struct json_in in;
	struct json_event event;
	struct err err = ERR_INIT;
	struct str key = STR_NONE;

	json_in_init(&in, json, arena);
	if (json_next(&in, &event, &err) != 0 || event.kind != JSON_OBJECT)
		return -1;
	while (json_next(&in, &event, &err) == 0) {
		if (event.kind == JSON_END)
			return 0;
		if (event.kind == JSON_STRING && str_eq(key, STR("alg")))
			ret->algorithm = event.text;
		else if (event.kind == JSON_STRING && str_eq(key, STR("sub")))
			ret->subject = event.text;
		else if (event.kind == JSON_STRING && str_eq(key, STR("name")))
			ret->name = event.text;
		key = event.kind == JSON_KEY ? event.text : STR_NONE;
	}
	return -1;
}

/* The sample of the format's own page, under any key. */
static bool is_john_doe(const struct token_claims *claims)
{
	return str_eq(claims->name, STR("John Doe")) ||
	       (claims->subject.n > 0 && placeholder_is(claims->subject));
}

struct token_proof token_prove_jwt(struct str token, struct arena *arena)
{
	struct str header, payload, signature, json;
	struct token_claims claims = {.algorithm = STR_NONE};

	if (!str_split(token, '.', &header, &payload) ||
	    !str_split(payload, '.', &payload, &signature))
		return nothing;
	if (decode(header, arena, &json) != 0 || read_claims(json, arena, &claims) != 0 ||
	    claims.algorithm.n == 0)
		return nothing;
	/* Of an encrypted one the second part is a key. */
	if (decode(payload, arena, &json) == 0 && read_claims(json, arena, &claims) != 0)
		return nothing;
	if (is_john_doe(&claims))
		return (struct token_proof){WORTH_STAND_IN, NULL};
	if (str_eq_nocase(claims.algorithm, STR("none")))
		return (struct token_proof){
		    WORTH_WARNING, "nobody signed it: its algorithm is \"none\""};
	return full;
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

struct token_proof token_prove_basic(struct str token, struct arena *arena)
{
	struct str plain, user, password;

	if (decode(token, arena, &plain) != 0 || !is_printable(plain) ||
	    !str_split(plain, ':', &user, &password) || password.n == 0)
		return nothing;
	/* The last is the example of the standard. */
	if (placeholder_is_weak(password) || str_eq_nocase(user, password) ||
	    str_eq(user, STR("Aladdin")))
		return (struct token_proof){WORTH_STAND_IN, NULL};
	if (password.n < 6)
		return (struct token_proof){
		    WORTH_WARNING, "a password of fewer than six characters"};
	return full;
}

struct token_proof token_prove_setting(struct str token, struct arena *arena)
{
	struct str plain;

	return decode(token, arena, &plain) == 0 && plain.n > 0 && is_printable(plain) ? nothing
										       : full;
}

/* "$PASS", "getpass()", "config.password": where it comes from, not what it is. */
static bool is_code(struct str s)
{
	return s.p[0] == '$' || s.p[0] == '%' || s.p[0] == '<' || str_has(s, STR("()")) ||
	       str_has(s, STR("${")) || str_starts(s, STR("!vault")) || str_has(s, STR("{{")) ||
	       str_has(s, STR("->")) || str_has(s, STR("::"));
}

struct token_proof token_prove_password(struct str password)
{
	if (password.n == 0 || is_code(password))
		return nothing;
	if (placeholder_is_plain(password) || str_starts_nocase(password, STR("your")))
		return (struct token_proof){WORTH_STAND_IN, NULL};
	if (password.n <= 4 || placeholder_is_weak(password))
		return (struct token_proof){WORTH_WARNING, "a password that everybody tries first"};
	return full;
}

/* ---- AWS ---- */

enum { AWS_ID_BYTES = 20, AWS_PREFIX = 4, AWS_DIGITS = 10, AWS_ACCOUNT_SHIFT = 7 };

static int base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

struct token_proof token_prove_aws(struct str id, struct arena *arena)
{
	struct token_proof proof = full;
	uint64_t bits = 0;

	if (id.n != AWS_ID_BYTES)
		return proof;
	for (size_t i = AWS_PREFIX; i < id.n; i++) {
		if (base32_value(id.p[i]) < 0) {
			proof.remark = "AWS issues no id with 0, 1, 8 or 9 in it, so this one may "
				       "be made up";
			return proof;
		}
	}
	/* Older ids have no account in them. */
	if (base32_value(id.p[AWS_PREFIX]) < 16)
		return proof;
	for (size_t i = 0; i < AWS_DIGITS; i++)
		bits = bits << 5 | (uint64_t)base32_value(id.p[AWS_PREFIX + i]);
	bits = bits >> 2 & 0x7fffffffff80ULL;
	proof.remark = arena_fmt(
	    arena, "of the AWS account %012llu", (unsigned long long)(bits >> AWS_ACCOUNT_SHIFT))
			   .p;
	return proof;
}
