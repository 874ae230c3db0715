#include "net/url.h"

#include <curl/curl.h>
#include <stdlib.h>

static void url_handle_cleanup(CURLU **handle)
{
	curl_url_cleanup(*handle);
}

/* One part in the arena; p NULL if it has none or memory ran out. */
static struct str copy_part(CURLU *handle, CURLUPart part, unsigned flags, struct arena *arena)
{
	struct str copy = STR_NONE;
	char *text = NULL;

	if (curl_url_get(handle, part, &text, flags) == CURLUE_OK)
		copy = arena_str(arena, str_of(text));
	curl_free(text);
	return copy;
}

static struct str lower_case(struct str s, struct arena *arena)
{
	char *out = arena_alloc(arena, s.n + 1);

	for (size_t i = 0; out && i < s.n; i++)
		out[i] = byte_lower(s.p[i]);
	return str_make(out, out ? s.n : 0);
}

static int describe(CURLU *handle, struct arena *arena, struct url *ret, struct err *err)
{
	struct url url;

	url.text = copy_part(handle, CURLUPART_URL, 0, arena).p;
	url.scheme = copy_part(handle, CURLUPART_SCHEME, 0, arena);
	url.host = lower_case(copy_part(handle, CURLUPART_HOST, 0, arena), arena);
	url.port = copy_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, arena);
	if (!url.text || !url.scheme.p || url.host.n == 0 || !url.port.p)
		return err_set(err, ERR_FORMAT, "a URL cannot be taken apart");
	if (!str_eq(url.scheme, STR("http")) && !str_eq(url.scheme, STR("https")))
		return err_set(err, ERR_FORMAT, "a URL is neither http nor https");
	*ret = url;
	return 0;
}

int url_resolve(
    const char *base, struct str location, struct arena *arena, struct url *ret, struct err *err)
{
	CURLU *handle CLEANUP(url_handle_cleanup) = curl_url();
	const char *text = arena_cstr(arena, location);

	if (!handle)
		return err_nomem(err);
	if (!text)
		return arena_err(arena, err);
	if (location.n == 0 || location.n > URL_MAX)
		return err_set(err, ERR_FORMAT, "a URL is empty or longer than %d bytes", URL_MAX);
	if ((base && curl_url_set(handle, CURLUPART_URL, base, 0) != CURLUE_OK) ||
	    curl_url_set(handle, CURLUPART_URL, text, CURLU_DISALLOW_USER) != CURLUE_OK ||
	    curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
		return err_set(err, ERR_FORMAT, "a URL is malformed");
	return describe(handle, arena, ret, err);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return str_eq(a->scheme, b->scheme) && str_eq(a->host, b->host) && str_eq(a->port, b->port);
}

int url_add_query(const struct url *url, const char *name, struct str value, struct arena *arena,
    struct url *ret, struct err *err)
{
	CURLU *handle CLEANUP(url_handle_cleanup) = curl_url();
	struct str pair = arena_fmt(arena, "%s=" STR_FMT, name, STR_ARG(value));

	if (!handle)
		return err_nomem(err);
	if (!pair.p)
		return arena_err(arena, err);
	if (curl_url_set(handle, CURLUPART_URL, url->text, 0) != CURLUE_OK ||
	    curl_url_set(handle, CURLUPART_QUERY, pair.p, CURLU_APPENDQUERY | CURLU_URLENCODE) !=
		CURLUE_OK)
		return err_set(err, ERR_FORMAT, "a URL's query cannot be added to");
	return describe(handle, arena, ret, err);
}
