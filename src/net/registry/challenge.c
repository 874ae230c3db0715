#include "net/registry/challenge.h"

/* One "name=value" of a challenge. */
struct parameter {
	struct str name, value;
};

static bool is_token_byte(char c)
{
	return byte_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

/* The padding and alphabet of token68 (RFC 9110, 11.2) beyond those of a token. */
static bool is_token68_byte(char c)
{
	return is_token_byte(c) || c == '/' || c == '=';
}

static void skip_blanks(struct str *s)
{
	while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = str_sub(*s, 1, s->n);
}

static void skip_blanks_and_commas(struct str *s)
{
	skip_blanks(s);
	while (s->n > 0 && s->p[0] == ',') {
		*s = str_sub(*s, 1, s->n);
		skip_blanks(s);
	}
}

static struct str take_while(struct str *s, bool (*wanted)(char c))
{
	size_t n = 0;
	struct str taken;

	while (n < s->n && wanted(s->p[n]))
		n++;
	taken = str_sub(*s, 0, n);
	*s = str_sub(*s, n, s->n);
	return taken;
}

/* The place of the closing quote, s beginning inside the quotes; STR_NPOS if there is none. */
static size_t quote_end(struct str s)
{
	for (size_t at = 0; at < s.n; at++) {
		if (s.p[at] == '"')
			return at;
		if (s.p[at] == '\\')
			at++;
	}
	return STR_NPOS;
}

/* The inside of a quoted string without its backslashes. *s begins behind the first quote. */
static int take_quoted(struct str *s, struct arena *arena, struct str *ret, struct err *err)
{
	size_t end = quote_end(*s), n = 0;
	char *out;

	if (end == STR_NPOS)
		return err_set(err, ERR_FORMAT, "a quoted value has no end");
	out = arena_alloc(arena, end + 1);
	if (!out)
		return arena_err(arena, err);
	for (size_t at = 0; at < end; at++) {
		if (s->p[at] == '\\')
			at++;
		out[n++] = s->p[at];
	}
	*ret = str_make(out, n);
	*s = str_sub(*s, end + 1, s->n);
	return 0;
}

/* Takes "name = value" off the front of *s; *ret_found: whether it stood there. */
static int take_parameter(
    struct str *s, struct arena *arena, struct parameter *ret, bool *ret_found, struct err *err)
{
	struct str rest = *s;

	*ret_found = false;
	ret->name = take_while(&rest, is_token_byte);
	skip_blanks(&rest);
	if (ret->name.n == 0 || rest.n == 0 || rest.p[0] != '=')
		return 0;
	rest = str_sub(rest, 1, rest.n);
	skip_blanks(&rest);
	if (rest.n > 0 && rest.p[0] == '"') {
		rest = str_sub(rest, 1, rest.n);
		if (take_quoted(&rest, arena, &ret->value, err))
			return -1;
	} else {
		ret->value = take_while(&rest, is_token_byte);
		if (ret->value.n == 0)
			return 0; /* "abc=": the padding of a token68 */
	}
	*s = rest;
	*ret_found = true;
	return 0;
}

/* One challenge off the front of *s: a scheme, then parameters or a token68. *ret is zeroed. */
static int take_challenge(
    struct str *s, struct arena *arena, struct challenge *ret, struct err *err)
{
	struct parameter parameter = {0};
	bool found;

	ret->other = take_while(s, is_token_byte);
	if (ret->other.n == 0)
		return err_set(err, ERR_FORMAT, "a scheme's name is missing");
	for (;;) {
		skip_blanks_and_commas(s);
		if (take_parameter(s, arena, &parameter, &found, err))
			return -1;
		if (!found)
			break;
		if (str_eq_nocase(parameter.name, STR("realm")))
			ret->realm = parameter.value;
		else if (str_eq_nocase(parameter.name, STR("service")))
			ret->service = parameter.value;
	}
	if (str_eq_nocase(ret->other, STR("basic")))
		ret->scheme = CHALLENGE_BASIC;
	else if (str_eq_nocase(ret->other, STR("bearer")) && ret->realm.n > 0)
		ret->scheme = CHALLENGE_BEARER; /* without a realm nobody knows whom to ask */
	return 0;
}

/* Skips a token68 before the next challenge; false if there is none. */
static bool skip_token68(struct str *s)
{
	struct str rest = *s;
	struct str token = take_while(&rest, is_token68_byte);
	bool is_alone;

	skip_blanks(&rest);
	is_alone = rest.n == 0 || rest.p[0] == ',';
	if (!is_alone || token.n == 0 || !str_has(token, STR("=")))
		return false;
	*s = rest;
	skip_blanks_and_commas(s);
	return true;
}

int challenge_parse(struct str header, struct arena *arena, struct challenge *ret, struct err *err)
{
	struct challenge best = {0};

	if (header.n > CHALLENGE_HEADER_MAX)
		return err_set(
		    err, ERR_LIMIT, "the challenge is longer than %d bytes", CHALLENGE_HEADER_MAX);
	skip_blanks_and_commas(&header);
	while (header.n > 0) {
		struct challenge one = {0};

		if (take_challenge(&header, arena, &one, err))
			return -1;
		(void)skip_token68(&header);
		if (best.other.n == 0 || one.scheme > best.scheme)
			best = one;
	}
	*ret = best;
	return 0;
}
