/* What a match is worth, by its neighbours, its form and its kind: one a row. The value stands at
 * the '@' of the text; a text with none is the value alone. */
#include "../../core/unit.h"
#include "detect/secret/value.h"

enum {
	TEST = 1,
	PUBLISHED = 2,
	PROGRAM = 4,
	GENEROUS = 8,
};

struct value_case {
	const char *text, *value;
	enum secret_check check;
	uint32_t skip, entropy, classes;
	unsigned view;
	enum secret_worth worth;
	const char *remark; /* NULL: none */
};

#define VALUE "x7Kq2mW9vR4tLp8Z"
#define ISSUED \
	"AKI"  \
	"AQ7ZJ5WTN2RXKD4MB" /* twenty, and nobody's */
#define ACCOUNT "of the AWS account 068270535899"
#define LETTERS \
	"ASI"   \
	"AQWERTYUIOPASDFG"
#define TOKEN \
	"gh"  \
	"p_x7Kq2mW9vR4tLp8ZsYc3Nd6HfJb1Ga"

static const struct value_case cases[] = {
    /* neighbours */
    {"@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {" @ ", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"-@-", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"_@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"@_", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"a@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"9@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"@a", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"@9", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"a@a", VALUE, SECRET_CHECK_NONE, 0, 0, 0, GENEROUS, WORTH_FULL, NULL},
    {"\\n@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"\\r@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"x\\t@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"\\s@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"/n@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"n@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"%3D@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"a%af@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"%FA@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"%3G@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"%g3@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"a3D@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"3D@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"\\u003d@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"x\\u003d@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_FULL, NULL},
    {"\\v003d@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"/u003d@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"u003d@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    {"\\u03d@", VALUE, SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_NOTHING, NULL},
    /* entropy in tenths of a bit a character, classes, what is the same in each */
    {"@", "aabb", SECRET_CHECK_NONE, 0, 10, 0, 0, WORTH_FULL, NULL},
    {"@", "aabb", SECRET_CHECK_NONE, 0, 11, 0, 0, WORTH_NOTHING, NULL},
    {"@", "wkqz", SECRET_CHECK_NONE, 0, 20, 0, 0, WORTH_FULL, NULL},
    {"@", "wkqz", SECRET_CHECK_NONE, 0, 21, 0, 0, WORTH_NOTHING, NULL},
    {"@", "kwkk", SECRET_CHECK_NONE, 0, 8, 0, 0, WORTH_FULL, NULL},
    {"@", "kwkk", SECRET_CHECK_NONE, 0, 9, 0, 0, WORTH_NOTHING, NULL},
    {"@", "aZ9b", SECRET_CHECK_NONE, 0, 0, 3, 0, WORTH_FULL, NULL},
    {"@", "azbc", SECRET_CHECK_NONE, 0, 0, 1, 0, WORTH_FULL, NULL},
    {"@", "azbc", SECRET_CHECK_NONE, 0, 0, 2, 0, WORTH_NOTHING, NULL},
    {"@", "AZBC", SECRET_CHECK_NONE, 0, 0, 2, 0, WORTH_NOTHING, NULL},
    {"@", "A0ZQ", SECRET_CHECK_NONE, 0, 0, 2, 0, WORTH_FULL, NULL},
    {"@", "wkqzwwww", SECRET_CHECK_NONE, 0, 15, 0, 0, WORTH_FULL, NULL},
    {"@", "bcdaaaaa", SECRET_CHECK_NONE, 3, 1, 0, 0, WORTH_STAND_IN, NULL},
    {"@", "QKZWxmvq", SECRET_CHECK_NONE, 4, 20, 2, 0, WORTH_NOTHING, NULL},
    /* stand-ins */
    {"@", "XXXXXXXXXXXXXXXX", SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_STAND_IN, NULL},
    {"@", "x7Kq2mW9-XXXXXXXX", SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_STAND_IN, NULL},
    {"@", "XXXXXXXX-x7Kq2mW9", SECRET_CHECK_NONE, 0, 0, 0, 0, WORTH_STAND_IN, NULL},
    /* AWS */
    {"@", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, ACCOUNT},
    {"@",
	"AKI"
	"AQ7ZJ5WTN2RXKD4MB0",
	SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, NULL},
    {"@",
	"AKI"
	"AQ7ZJ5WTN2RXKD40",
	SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, NULL},
    {"@",
	"AKI"
	"AQ7ZJ5WTN2RXKD4MBA",
	SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, NULL},
    {"Credential=@/20190814/us", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_WARNING,
	"the key's id in a signed request, without the key"},
    {"Credential=@%2F20190814%2Fus", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_WARNING,
	"the key's id in a signed request, without the key"},
    {"Credential=@%2f20190814", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_WARNING,
	"the key's id in a signed request, without the key"},
    {"@/2019081", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, ACCOUNT},
    {"@/2019081x", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, ACCOUNT},
    {"@/20060000", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, ACCOUNT},
    {"@/20060001", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_WARNING,
	"the key's id in a signed request, without the key"},
    {"@-20190814", ISSUED, SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, ACCOUNT},
    /* checksums */
    {"@", TOKEN, SECRET_CHECK_CHECKSUM, 4, 0, 0, 0, WORTH_FULL, NULL},
    {"@", TOKEN "000000", SECRET_CHECK_CHECKSUM, 4, 0, 0, 0, WORTH_WARNING,
	"its checksum does not fit, so this one may be made up"},
    {"@", TOKEN "0000000", SECRET_CHECK_CHECKSUM, 4, 0, 0, 0, WORTH_FULL, NULL},
    {"@", TOKEN "00000", SECRET_CHECK_CHECKSUM, 4, 0, 0, 0, WORTH_FULL, NULL},
};

static void check_case(struct fixture *f, const struct value_case *c)
{
	struct secret_rule rule = {.own = true,
	    .check = c->check,
	    .skip = c->skip,
	    .entropy = c->entropy,
	    .classes = c->classes};
	struct secret_view view = {.test = c->view & TEST,
	    .published = c->view & PUBLISHED,
	    .program = c->view & PROGRAM,
	    .generous = c->view & GENEROUS};
	size_t at = str_chr(str_of(c->text), '@');
	struct str text =
	    arena_fmt(&f->arena, "%.*s%s%s", (int)at, c->text, c->value, c->text + at + 1);
	size_t n = strlen(c->value);
	struct secret_match match = {0, at, at + n, at, at + n};
	struct secret_value v;

	assert_int_equal(secret_value_of(&rule, text, &match, &view, &f->arena, &v, &f->err), 0);
	if (v.worth != c->worth)
		fail_msg("%s: worth %d, not %d", text.p, (int)v.worth, (int)c->worth);
	if (!v.remark != !c->remark || (c->remark && strcmp(v.remark, c->remark) != 0))
		fail_msg("%s: %s", text.p, v.remark ? v.remark : "no remark");
	assert_str(v.hashed, c->value);
	assert_int_equal(v.length_bytes, n);
	assert_int_equal(v.from, at);
	assert_int_equal(v.to, at + n);
	if (v.worth > WORTH_STAND_IN && n >= 16)
		assert_memory_equal(v.prefix, c->value, 4);
	else
		assert_string_equal(v.prefix, "");
}

static void values_are_worth_what_they_show(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_case(*state, &cases[i]);
}

/* Bits 2 to 40 of the sixty-four behind the first four characters, as a number. */
static void say_account(const char *id, char *out, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned long long account = 0;

	for (int bit = 1; bit < 41; bit++) {
		const char *digit = strchr(digits, id[4 + bit / 5]);

		account = account * 2 + (digit ? (digit - digits) >> (4 - bit % 5) & 1 : 0);
	}
	(void)snprintf(out, size, "of the AWS account %012llu", account);
}

/* AWS issues ids of A-Z and 2-7: another digit anywhere behind the first four is remarked, and of
 * session keys so are letters alone. */
static void ids_that_aws_does_not_issue(void **state)
{
	for (size_t i = 4; i < 20; i++) {
		for (const char *digit = "01892345670"; *digit; digit++) {
			char value[] = ISSUED;
			bool issued = *digit >= '2' && *digit <= '7';
			char account[40];
			struct value_case c = {"@", value, SECRET_CHECK_AWS_ID, 4, 0, 0, 0,
			    WORTH_FULL,
			    issued ? account
				   : "AWS issues no id with 0, 1, 8 or 9 in it, so this one may be "
				     "made up"};

			value[i] = *digit;
			say_account(value, account, sizeof account);
			check_case(*state, &c);
		}
	}
}

static void letters_alone_may_be_words(void **state)
{
	static const struct value_case rows[] = {
	    {"@", LETTERS "H", SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_WARNING,
		"letters alone: it may be words"},
	    {"@", LETTERS "7", SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL,
		"of the AWS account 047550022928"},
	    {"@",
		"AKI"
		"AQWERTYUIOPASDFGH",
		SECRET_CHECK_AWS_ID, 4, 0, 0, 0, WORTH_FULL, "of the AWS account 047550022928"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_case(*state, &rows[i]);
}

/* "ghp_" and thirty characters, then their CRC-32 in base 62, computed here another way. */
static void a_checksum_that_fits_is_not_remarked(void **state)
{
	static const char digits[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char value[sizeof TOKEN + 6] = TOKEN;
	uint64_t table[256], crc = 0xffffffff;

	for (uint64_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int k = 0; k < 8; k++)
			table[i] = table[i] % 2 ? table[i] / 2 ^ 0xedb88320 : table[i] / 2;
	}
	for (size_t i = 4; i < 34; i++)
		crc = table[(crc ^ (unsigned char)value[i]) & 0xff] ^ crc >> 8;
	crc ^= 0xffffffff;
	for (size_t i = 0, divisor = 916132832; i < 6; i++, divisor /= 62)
		value[34 + i] = digits[crc / divisor % 62];
	value[40] = '\0';
	{
		struct value_case c = {
		    "@", value, SECRET_CHECK_CHECKSUM, 4, 0, 0, 0, WORTH_FULL, NULL};

		check_case(*state, &c);
		value[39] = value[39] == 'a' ? 'b' : 'a';
		c.worth = WORTH_WARNING;
		c.remark = "its checksum does not fit, so this one may be made up";
		check_case(*state, &c);
	}
}

/* ---- where it stands ---- */

static void fixtures_only_warn(void **state)
{
	static const struct {
		bool own_fixtures;
		unsigned view;
		enum secret_worth worth;
	} rows[] = {
	    {true, TEST, WORTH_WARNING},
	    {false, TEST, WORTH_FULL},
	    {true, PUBLISHED, WORTH_WARNING},
	    {false, PUBLISHED, WORTH_FULL},
	    {true, PROGRAM, WORTH_FULL},
	    {true, 0, WORTH_FULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct secret_rule rule = {.own = true, .fixtures = rows[i].own_fixtures};
		struct secret_view view = {.test = rows[i].view & TEST,
		    .published = rows[i].view & PUBLISHED,
		    .program = rows[i].view & PROGRAM};
		struct secret_match match = {0, 0, 16, 0, 16};
		struct secret_value v;

		assert_int_equal(
		    secret_value_of(&rule, STR(VALUE), &match, &view, &f->arena, &v, &f->err), 0);
		assert_int_equal(v.worth, rows[i].worth);
		assert_int_equal(v.remark != NULL, rows[i].worth == WORTH_WARNING);
	}
}

/* A rule that is not ours: whatever matches, and its first four characters if it is long. */
static void rules_of_others_are_taken_as_they_are(void **state)
{
	static const struct {
		const char *value, *prefix;
	} rows[] = {
	    {"XXXXXXXXXXXXXXXX", "XXXX"},
	    {"abcdefghijklmno", ""},
	    {"abcdefghijklmnop", "abcd"},
	    {"ab cdefghijklmnop", ""},
	    {"abc\x7f"
	     "efghijklmnop",
		""},
	    {"ab~!efghijklmnop", "ab~!"},
	    {"abcd efghijklmnop", "abcd"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct secret_rule rule = {.own = false, .entropy = 99};
		struct secret_view view = {0};
		size_t n = strlen(rows[i].value);
		struct secret_match match = {0, 1, n + 1, 1, n + 1};
		struct str text = arena_fmt(&f->arena, "a%sa", rows[i].value);
		struct secret_value v;

		assert_int_equal(
		    secret_value_of(&rule, text, &match, &view, &f->arena, &v, &f->err), 0);
		assert_int_equal(v.worth, WORTH_FULL);
		assert_string_equal(v.prefix, rows[i].prefix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(values_are_worth_what_they_show),
	    unit_test_here(ids_that_aws_does_not_issue),
	    unit_test_here(letters_alone_may_be_words),
	    unit_test_here(a_checksum_that_fits_is_not_remarked),
	    unit_test_here(fixtures_only_warn),
	    unit_test_here(rules_of_others_are_taken_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
