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
	    "password", "passwd", "pword", "secret", "token", "passphrase", "pgpassword",
	    "dbpassword", "mysqlpassword", "rootpassword", "userpassword", "adminpassword",
	    "authtoken", "accesstoken", "apitoken", "secretkey", "clientsecret"};
	static const char *const owners[] = {
	    "mysql", "mariadb", "postgres", "db", "database", "sa", "admin", "root", "user"};
	static const char *const short_words[] = {"pass", "pwd"};
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
		found |= is_any(word, short_words, ARRAY_LEN(short_words)) &&
			 is_any(before, owners, ARRAY_LEN(owners));
		before = word;
	}
	return found;
}

bool lint_is_secret(struct str value)
{
	return value.n >= 4 && str_chr(value, '$') == STR_NPOS && str_chr(value, '<') == STR_NPOS &&
	       str_chr(value, '%') == STR_NPOS && !placeholder_is_guessable(value) &&
	       !lint_is_harmless(value) && str_chr(value, ' ') == STR_NPOS &&
	       str_chr(value, '/') == STR_NPOS;
}

/* Long, of letters and digits: no user is called so. */
static bool is_token(struct str text)
{
	enum { TOKEN_BYTES = 20 };
	size_t letters = 0, digits = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (!byte_is_alnum(text.p[i]) && text.p[i] != '_' && text.p[i] != '-')
			return false;
		digits += byte_is_digit(text.p[i]);
		letters += byte_is_alnum(text.p[i]) && !byte_is_digit(text.p[i]);
	}
	return text.n >= TOKEN_BYTES && letters > 2 && digits > 2;
}

bool lint_has_login(struct str text)
{
	size_t at = str_find(text, STR("://"));
	struct str host, login, user, password;

	if (at == STR_NPOS)
		return false;
	host = str_sub(text, at + 3, text.n);
	at = str_chr(host, '/');
	host = str_sub(host, 0, at == STR_NPOS ? host.n : at);
	at = str_rchr(host, '@');
	if (at == STR_NPOS)
		return false;
	login = str_sub(host, 0, at);
	if (!str_split(login, ':', &user, &password))
		return is_token(login) && lint_is_secret(login);
	return lint_is_secret(password);
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
