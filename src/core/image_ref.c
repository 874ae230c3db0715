#include "core/image_ref.h"

#include "base/hash.h"

#define DEFAULT_HOST "docker.io"

static bool is_path_byte(char c)
{
	return byte_is_digit(c) || (c >= 'a' && c <= 'z');
}

/* [a-z0-9]+ pieces with one '.', one or two '_' or any run of '-' between two of them. */
static bool is_path_component(struct str s)
{
	size_t at = 0;

	while (at < s.n && is_path_byte(s.p[at])) {
		size_t start;
		char sep;

		while (at < s.n && is_path_byte(s.p[at]))
			at++;
		if (at == s.n)
			return true;
		start = at;
		sep = s.p[at];
		while (at < s.n && s.p[at] == sep)
			at++;
		if (sep != '-' && !(sep == '_' && at - start <= 2) &&
		    !(sep == '.' && at - start == 1))
			return false;
	}
	return false;
}

static bool is_host_label(struct str s)
{
	if (s.n == 0 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	}
	return true;
}

static bool is_host_name(struct str s)
{
	struct str label;

	if (s.n == 0 || s.p[s.n - 1] == '.')
		return false;
	while (str_cut(&s, '.', &label)) {
		if (!is_host_label(label))
			return false;
	}
	return true;
}

/* "[" hex digits and colons "]" */
static bool is_ipv6_literal(struct str s)
{
	if (s.n < 4 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i < s.n - 1; i++) {
		char c = byte_lower(s.p[i]);

		if (!byte_is_digit(c) && c != ':' && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}

/* Splits the port off; false if what follows the last ':' is no port. */
static bool cut_port(struct str *host)
{
	size_t colon = str_rchr(*host, ':');
	uint64_t port;

	if (colon == STR_NPOS || str_ends(*host, STR("]")))
		return true;
	if (!str_to_u64(str_sub(*host, colon + 1, host->n), &port) || port == 0 || port > 65535)
		return false;
	host->n = colon;
	return true;
}

static bool is_host(struct str s)
{
	return cut_port(&s) && (is_host_name(s) || is_ipv6_literal(s));
}

/* Whether the first component is a host: it has a dot, a colon or an upper-case letter, or is
 * localhost. Otherwise it is a part of the path on Docker's own registry. */
static bool looks_like_host(struct str s)
{
	if (str_eq(s, STR("localhost")))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' || s.p[i] == ':' || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return true;
	}
	return false;
}

bool image_tag_is_valid(struct str tag)
{
	if (tag.n == 0 || tag.n > IMAGE_REF_TAG_MAX || tag.p[0] == '.' || tag.p[0] == '-')
		return false;
	for (size_t i = 0; i < tag.n; i++) {
		char c = tag.p[i];

		if (!byte_is_alnum(c) && c != '_' && c != '.' && c != '-')
			return false;
	}
	return true;
}

/* Takes "@digest" and ":tag" off the end of *rest. */
static int cut_selectors(struct str *rest, struct image_ref *ref, struct err *err)
{
	size_t at = str_chr(*rest, '@');
	size_t colon, slash;

	if (at != STR_NPOS) {
		ref->digest = str_sub(*rest, at + 1, rest->n);
		rest->n = at;
		if (!digest_is_valid(ref->digest))
			return err_set(err, ERR_FORMAT,
			    "what follows '@' is not a digest: write sha256: and 64 lower-case hex digits");
	}
	colon = str_rchr(*rest, ':');
	slash = str_rchr(*rest, '/');
	if (colon == STR_NPOS || (slash != STR_NPOS && colon < slash))
		return 0;
	ref->tag = str_sub(*rest, colon + 1, rest->n);
	rest->n = colon;
	if (!image_tag_is_valid(ref->tag))
		return err_set(err, ERR_FORMAT,
		    "what follows ':' is not a tag: up to 128 letters, digits, '_', '.', '-', and neither "
		    "'.' nor '-' first");
	return 0;
}

static int check_path(struct str path, struct err *err)
{
	struct str rest = path, component;

	if (path.n == 0)
		return err_set(err, ERR_FORMAT, "it names no repository");
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] >= 'A' && path.p[i] <= 'Z')
			return err_set(err, ERR_FORMAT,
			    "its path has an upper-case letter: registries take lower case only");
	}
	if (path.p[path.n - 1] == '/')
		return err_set(err, ERR_FORMAT, "its path ends in '/'");
	while (str_cut(&rest, '/', &component)) {
		if (!is_path_component(component))
			return err_set(err, ERR_FORMAT,
			    "its path may have a-z and 0-9, with '.', '_', '__' or '-' between them, and "
			    "'/' between parts");
	}
	return 0;
}

/* Docker's own registry: its old name, and "library/" before a single name. */
static int apply_docker_defaults(struct image_ref *ref, struct arena *arena, struct err *err)
{
	if (str_eq(ref->host, STR("index.docker.io")))
		ref->host = STR(DEFAULT_HOST);
	if (!str_eq(ref->host, STR(DEFAULT_HOST)) || str_chr(ref->path, '/') != STR_NPOS)
		return 0;
	ref->path = arena_fmt(arena, "library/" STR_FMT, STR_ARG(ref->path));
	return ref->path.p ? 0 : arena_err(arena, err);
}

int image_ref_parse(struct str text, struct arena *arena, struct image_ref *ret, struct err *err)
{
	struct image_ref ref = {.host = STR(DEFAULT_HOST)};
	struct str first, after;

	if (text.n == 0)
		return err_set(err, ERR_FORMAT, "an image reference is empty");
	if (text.n > IMAGE_REF_MAX)
		return err_set(
		    err, ERR_LIMIT, "an image reference is longer than %d bytes", IMAGE_REF_MAX);
	ref.path = text;
	if (str_split(text, '/', &first, &after) && looks_like_host(first)) {
		if (!is_host(first))
			return err_set(err, ERR_FORMAT,
			    "\"" STR_FMT "\": \"" STR_FMT "\" is not a host", STR_ARG(text),
			    STR_ARG(first));
		ref.host = first;
		ref.host_written = true;
		ref.path = after;
	}
	if (cut_selectors(&ref.path, &ref, err) || check_path(ref.path, err))
		return err_wrap(err, "\"" STR_FMT "\"", STR_ARG(str_excerpt(text, 200)));
	if (apply_docker_defaults(&ref, arena, err))
		return -1;
	if (ref.path.n > IMAGE_REF_PATH_MAX)
		return err_set(err, ERR_LIMIT, "an image reference's path is longer than %d bytes",
		    IMAGE_REF_PATH_MAX);
	*ret = ref;
	return 0;
}

struct str image_ref_selector(const struct image_ref *ref)
{
	if (ref->tag.n > 0)
		return ref->tag;
	return ref->digest.n > 0 ? ref->digest : STR("latest");
}

struct str image_ref_name(const struct image_ref *ref, struct arena *arena)
{
	return arena_fmt(arena, STR_FMT "/" STR_FMT, STR_ARG(ref->host), STR_ARG(ref->path));
}

struct str image_ref_text(const struct image_ref *ref, struct arena *arena)
{
	return arena_fmt(arena, STR_FMT "/" STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(ref->host),
	    STR_ARG(ref->path), ref->tag.n ? ":" : "", STR_ARG(ref->tag), ref->digest.n ? "@" : "",
	    STR_ARG(ref->digest));
}

/* Four decimal numbers up to 255, the first of them 127. */
static bool is_loopback_ipv4(struct str host)
{
	unsigned n = 0;
	struct str part;
	uint64_t value;

	if (!str_starts(host, STR("127.")) || str_ends(host, STR(".")))
		return false;
	while (str_cut(&host, '.', &part)) {
		if (part.n > 3 || !str_to_u64(part, &value) || value > 255)
			return false;
		n++;
	}
	return n == 4;
}

bool image_ref_host_is_loopback(struct str host)
{
	if (!cut_port(&host))
		return false;
	return str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("[::1]")) ||
	       is_loopback_ipv4(host);
}

struct str image_platform_own(void)
{
#if defined(__x86_64__)
	return STR("linux/amd64");
#elif defined(__i386__)
	return STR("linux/386");
#elif defined(__aarch64__)
	return STR("linux/arm64");
#elif defined(__arm__) && __ARM_ARCH >= 7
	return STR("linux/arm/v7");
#elif defined(__arm__)
	return STR("linux/arm/v6");
#elif defined(__powerpc64__)
	return STR("linux/ppc64le");
#elif defined(__s390x__)
	return STR("linux/s390x");
#elif defined(__riscv)
	return STR("linux/riscv64");
#else
#	error "which platform is this in an image index?"
#endif
}
