/*
 * Variables of Dockerfile words, and image references taken apart.
 */
#include "read/syntax/dockerfile_view.h"

/* ${A:-${B:-…}}: beyond, a variable is not known. */
enum { NESTING_MAX = 8 };

struct expander {
	char escape;
	docker_lookup_fn *lookup;
	const void *arg;
	size_t n;
	unsigned depth;
	bool known;
	bool full;     /* the result is longer than the room for it */
	bool no_close; /* a "${" without its "}" was met: another is not searched for */
	char p[DOCKER_EXPAND_MAX];
};

static void expand_text(struct expander *x, struct str raw);

static void put(struct expander *x, struct str text)
{
	if (text.n > sizeof x->p - x->n) {
		x->full = true;
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

	if (s.n > 0 && byte_is_digit(s.p[0]))
		return str_sub(s, 0, 1);
	while (n < s.n && (byte_is_alnum(s.p[n]) || s.p[n] == '_'))
		n++;
	return str_sub(s, 0, n);
}

/* Where the '}' stands that closes the "${" at the start of s, not counting what stands in quotes;
 * STR_NPOS if there is none. */
static size_t find_close(struct expander *x, struct str s)
{
	size_t open = 0, quoted_at = 0;
	bool quoted = false; /* in double quotes, which began with `quoted_at` braces open */

	for (size_t i = 0; i < s.n && !x->no_close; i++) {
		if (s.p[i] == x->escape && i + 1 < s.n) {
			i++;
		} else if (s.p[i] == '\'' && !quoted) {
			i += 1 + MIN_OF(str_chr(str_sub(s, i + 1, s.n), '\''), s.n);
		} else if (s.p[i] == '"') {
			quoted = !quoted;
			quoted_at = open;
		} else if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{') {
			open++;
		} else if (s.p[i] == '}' && !(quoted && open == quoted_at) && --open == 0) {
			return i;
		}
	}
	x->no_close = true;
	return STR_NPOS;
}

static void put_word(struct expander *x, struct str word)
{
	if (x->depth >= NESTING_MAX) {
		x->known = false;
		put(x, word);
		return;
	}
	x->depth++;
	expand_text(x, word);
	x->depth--;
}

/* What stands in ${…}: NAME, and behind it one of - + ? with or without : and a word. */
static void expand_braces(struct expander *x, struct str inside)
{
	struct str name = cut_name(inside), value = STR_NONE;
	struct str word = str_sub(inside, name.n, inside.n);
	bool colon = str_starts(word, STR(":"));
	enum docker_worth worth =
	    name.n > 0 ? x->lookup(x->arg, name, &value) : DOCKER_UNKNOWN_WORTH;
	bool set = worth == DOCKER_SET, use = set && !(colon && value.n == 0);
	char how = word.n > colon ? word.p[colon] : '\0';

	word = str_sub(word, colon + 1U, word.n);
	if ((how == '-' || how == '+') && name.n > 0 && worth == DOCKER_UNKNOWN_WORTH)
		x->known = false;
	if (how == '-' && name.n > 0 && !use)
		put_word(x, word);
	else if (how == '+' && name.n > 0)
		put_word(x, use || worth == DOCKER_UNKNOWN_WORTH ? word : STR_NONE);
	else if (set && ((how == '\0' && !colon) || how == '-' || (how == '?' && use)))
		put(x, value);
	else if (worth == DOCKER_UNSET && how == '\0' && !colon)
		;
	else
		put_unknown(x, name.n > 0 ? name : inside);
}

/* s begins with '$'. Returns how much of it belongs together. */
static size_t expand_dollar(struct expander *x, struct str s)
{
	struct str rest = str_sub(s, 1, s.n), name, value = STR_NONE;
	enum docker_worth worth;

	if (str_starts(rest, STR("{"))) {
		size_t close = find_close(x, s);

		if (close != STR_NPOS) {
			expand_braces(x, str_sub(s, 2, close - 2));
			return close + 1;
		}
		x->known = false;
	}
	name = cut_name(rest);
	if (name.n == 0) {
		put(x, STR("$"));
		return 1;
	}
	worth = x->lookup(x->arg, name, &value);
	if (worth == DOCKER_SET)
		put(x, value);
	else if (worth != DOCKER_UNSET)
		put_unknown(x, name);
	return 1 + name.n;
}

static void expand_text(struct expander *x, struct str raw)
{
	char quote = '\0';
	size_t at = 0;

	while (at < raw.n && !x->full) {
		char c = raw.p[at];

		if (quote != '\'' && c == '$') {
			at += expand_dollar(x, str_sub(raw, at, raw.n));
		} else if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
			at++;
		} else if (quote != '\0' && c == quote) {
			quote = '\0';
			at++;
		} else {
			char next = at + 1 < raw.n ? raw.p[at + 1] : '\0';

			/* In double quotes the escape only counts before '"', '$' and itself. */
			if (c == x->escape && at + 1 < raw.n &&
			    (quote == '\0' || (quote == '"' && (next == '"' || next == '$' ||
								   next == x->escape))))
				at++;
			put(x, str_sub(raw, at++, 1));
		}
	}
}

int docker_expand(struct str raw, char escape, docker_lookup_fn *lookup, const void *arg,
    struct arena *arena, struct str *ret_text, bool *ret_known, struct err *err)
{
	struct expander x;
	struct str text;

	/* Nothing in it to expand or to remove. */
	if (str_chr(raw, '$') == STR_NPOS && str_chr(raw, '\'') == STR_NPOS &&
	    str_chr(raw, '"') == STR_NPOS && str_chr(raw, escape) == STR_NPOS) {
		*ret_text = raw.p ? raw : STR("");
		*ret_known = true;
		return 0;
	}
	x.escape = escape;
	x.lookup = lookup;
	x.arg = arg;
	x.n = 0;
	x.depth = 0;
	x.known = true;
	x.full = false;
	x.no_close = false;
	expand_text(&x, raw);
	text = arena_str(arena, str_make(x.p, x.n));
	*ret_text = text;
	*ret_known = x.known;
	return arena_check(arena, err);
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
