/* Names that say that they hold a secret, and values that are none. */
#include "core/placeholder.h"
#include "detect/lint/rule.h"

static bool is_any(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_nocase(word, str_of(words[i])))
			return true;
	}
	return false;
}

/* Words end at what names of variables, labels and options have between them. */
static bool next_word(struct str *rest, struct str *ret_word)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && str_chr(STR("_-./"), rest->p[n]) == STR_NPOS)
		n++;
	*ret_word = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n + 1, rest->n);
	return true;
}

/* "BUNDLE_GITHUB__COM": Bundler's login for a host. */
static bool is_bundler_login(struct str name)
{
	return str_starts(name, STR("BUNDLE_")) && str_has(name, STR("__")) &&
	       !str_starts(name, STR("BUNDLE_BUILD__")) &&
	       !str_starts(name, STR("BUNDLE_LOCAL__")) &&
	       !str_starts(name, STR("BUNDLE_MIRROR__")) && !str_has(name, STR("___"));
}

bool lint_names_secret(struct str name)
{
	static const char *const secret[] = {"apikey", "auth", "credential", "credentials",
	    "password", "passwd", "pword", "secret", "token", "passphrase"};
	static const char *const harmless[] = {
	    "public", "file", "path", "version", "url", "ttl", "length", "dir", "name", "id"};
	static const char *const keys[] = {
	    "api", "access", "private", "secret", "master", "encryption", "signing"};
	struct str rest = name, word, before = STR_NONE;
	bool found = is_bundler_login(name);

	while (next_word(&rest, &word)) {
		if (is_any(word, harmless, ARRAY_LEN(harmless)))
			return false;
		found |= is_any(word, secret, ARRAY_LEN(secret));
		found |= str_eq_nocase(word, STR("key")) && is_any(before, keys, ARRAY_LEN(keys));
		before = word;
	}
	return found;
}

bool lint_is_harmless(struct str value)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "none",
	    "null", "basic", "bearer", "enabled", "disabled"};
	uint64_t number;

	return is_any(value, words, ARRAY_LEN(words)) || str_starts(value, STR("/")) ||
	       str_starts(value, STR("http://")) || str_starts(value, STR("https://")) ||
	       (value.n <= 4 && str_to_u64(value, &number));
}
