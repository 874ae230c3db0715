/*
 * Variables of Dockerfile words, and image references taken apart.
 */
#include "read/syntax/dockerfile_view.h"

struct expander {
	struct str raw;
	size_t at;
	char escape;
	docker_lookup_fn *lookup;
	const void *arg;
	char *p;
	size_t n, cap;
	bool known;
};

static void put(struct expander *x, struct str text)
{
	if (text.n > x->cap - x->n) {
		x->known = false;
		return;
	}
	if (text.n > 0)
		memcpy(x->p + x->n, text.p, text.n);
	x->n += text.n;
}

static void put_unknown(struct expander *x, struct str name)
{
	x->known = false;
	put(x, STR("${"));
	put(x, name);
	put(x, STR("}"));
}

static struct str cut_name(struct str s)
{
	size_t n = 0;

	while (n < s.n && (byte_is_alnum(s.p[n]) || s.p[n] == '_') &&
	       !(n == 0 && byte_is_digit(s.p[0])))
		n++;
	return str_sub(s, 0, n);
}

/* What stands in ${…}: NAME, and behind it one of :- - :+ + with a word, which is taken as it is.
 */
static void expand_braces(struct expander *x, struct str inside)
{
	struct str name = cut_name(inside), value = STR_NONE;
	struct str rest = str_sub(inside, name.n, inside.n);
	bool colon = str_starts(rest, STR(":"));
	bool set = x->lookup(x->arg, name, &value);
	bool use = set && !(colon && value.n == 0);
	char how;

	rest = str_sub(rest, colon, rest.n);
	how = rest.n ? rest.p[0] : '\0';
	if (name.n == 0 || (how == '\0' && !set)) {
		put_unknown(x, name.n ? name : inside);
		return;
	}
	rest = str_sub(rest, 1, rest.n);
	if (how == '-')
		put(x, use ? value : rest);
	else if (how == '+')
		put(x, use ? rest : STR_NONE);
	else if (how == '\0')
		put(x, value);
	else
		put_unknown(x, name);
}

/* At a '$'; moves behind what belongs to it. */
static void expand_dollar(struct expander *x)
{
	struct str rest = str_sub(x->raw, x->at + 1, x->raw.n), name, value = STR_NONE;

	if (rest.n > 0 && rest.p[0] == '{') {
		size_t close = str_chr(rest, '}');

		if (close != STR_NPOS) {
			expand_braces(x, str_sub(rest, 1, close - 1));
			x->at += close + 2;
			return;
		}
	}
	name = cut_name(rest);
	x->at += 1 + name.n;
	if (name.n == 0)
		put(x, STR("$"));
	else if (x->lookup(x->arg, name, &value))
		put(x, value);
	else
		put_unknown(x, name);
}

int docker_expand(struct str raw, char escape, docker_lookup_fn *lookup, const void *arg,
    struct arena *arena, struct str *ret_text, bool *ret_known, struct err *err)
{
	struct expander x = {.raw = raw,
	    .escape = escape,
	    .lookup = lookup,
	    .arg = arg,
	    .cap = DOCKER_EXPAND_MAX,
	    .known = true};
	char quote = '\0';
	char storage[DOCKER_EXPAND_MAX];

	x.p = storage;
	while (x.at < raw.n) {
		char c = raw.p[x.at];

		if (quote != '\'' && c == '$') {
			expand_dollar(&x);
			continue;
		}
		x.at++;
		if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
		} else if (quote != '\0' && c == quote) {
			quote = '\0';
		} else if (quote != '\'' && c == escape && x.at < raw.n) {
			put(&x, str_sub(raw, x.at++, 1));
		} else {
			put(&x, str_make(&c, 1));
		}
	}
	*ret_text = arena_str(arena, str_make(storage, x.n));
	*ret_known = x.known;
	return ret_text->p ? 0 : arena_err(arena, err);
}

struct docker_reference docker_reference_split(struct str text)
{
	struct docker_reference ref = {.repository = text};
	struct str first, rest;
	size_t at = str_chr(text, '@'), colon, slash;

	if (at != STR_NPOS) {
		ref.digest = str_sub(text, at + 1, text.n);
		ref.repository = str_sub(text, 0, at);
	}
	if (str_split(ref.repository, '/', &first, &rest) &&
	    (str_chr(first, '.') != STR_NPOS || str_chr(first, ':') != STR_NPOS ||
		str_eq(first, STR("localhost")))) {
		ref.registry = first;
		ref.repository = rest;
	}
	colon = str_rchr(ref.repository, ':');
	slash = str_rchr(ref.repository, '/');
	if (colon != STR_NPOS && (slash == STR_NPOS || colon > slash)) {
		ref.tag = str_sub(ref.repository, colon + 1, ref.repository.n);
		ref.repository = str_sub(ref.repository, 0, colon);
	}
	return ref;
}
