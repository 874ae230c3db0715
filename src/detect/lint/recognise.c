#include "detect/lint/lint.h"

static struct str base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

static bool is_dockerfile_name(struct str path)
{
	static const struct str names[] = {STR_INIT("dockerfile"), STR_INIT("containerfile")};
	struct str name = base_name(path);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str rest;

		if (str_eq_nocase(name, names[i]))
			return true;
		if (!str_starts_nocase(name, names[i]))
			continue;
		rest = str_sub(name, names[i].n, name.n);
		/* Dockerfile.dockerignore and its like are lists of paths. */
		if ((rest.p[0] == '.' || rest.p[0] == '-') && !str_ends(rest, STR("ignore")) &&
		    !str_ends(rest, STR(".md")))
			return true;
	}
	return str_ends(name, STR(".dockerfile")) || str_ends(name, STR(".Dockerfile"));
}

bool lint_wants_path(struct str path)
{
	return is_dockerfile_name(path) || str_ends(path, STR(".json"));
}

/* "key" and behind it, blanks apart, a colon. */
static bool has_key(struct str text, struct str quoted)
{
	for (;;) {
		size_t at = str_find(text, quoted);
		struct str rest;

		if (at == STR_NPOS)
			return false;
		text = str_sub(text, at + quoted.n, text.n);
		rest = str_trim_left(text);
		if (rest.n > 0 && rest.p[0] == ':')
			return true;
	}
}

enum lint_kind lint_recognise(struct str path, struct str bytes)
{
	static const struct str container_keys[] = {STR_INIT("\"portMappings\""),
	    STR_INIT("\"essential\""), STR_INIT("\"cpu\""), STR_INIT("\"memory\""),
	    STR_INIT("\"memoryReservation\""), STR_INIT("\"entryPoint\""),
	    STR_INIT("\"logConfiguration\""), STR_INIT("\"mountPoints\"")};
	struct str start = str_trim_left(bytes);

	if (is_dockerfile_name(path))
		return LINT_DOCKERFILE;
	if (!str_ends(path, STR(".json")) || start.n == 0 ||
	    (start.p[0] != '{' && start.p[0] != '['))
		return LINT_NONE;
	if (has_key(bytes, STR("\"containerDefinitions\"")))
		return LINT_TASKDEF;
	if (!has_key(bytes, STR("\"image\"")) || !has_key(bytes, STR("\"name\"")))
		return LINT_NONE;
	for (size_t i = 0; i < ARRAY_LEN(container_keys); i++) {
		if (has_key(bytes, container_keys[i]))
			return LINT_TASKDEF;
	}
	/* A bare container has few keys; a file that is mostly something else has many. */
	return bytes.n < KIB(2) ? LINT_TASKDEF : LINT_NONE;
}
