#include "base/opt.h"
#include "detect/lint/rule.h"

enum value_kind {
	VALUE_TEXT,
	VALUE_BOOL, /* and none is true */
	VALUE_COUNT,
	VALUE_DURATION,
	VALUE_MODE,
	VALUE_DIGEST,
	VALUE_MOUNT,
	VALUE_NETWORK,
	VALUE_SECURITY,
};

/* The Dockerfile reference's, with those of the labs channel. */
static const struct known_flag {
	enum docker_kind kind;
	const char *name;
	enum value_kind value;
} flags[] = {
    {DOCKER_FROM, "platform", VALUE_TEXT},
    {DOCKER_RUN, "mount", VALUE_MOUNT},
    {DOCKER_RUN, "network", VALUE_NETWORK},
    {DOCKER_RUN, "security", VALUE_SECURITY},
    {DOCKER_RUN, "device", VALUE_TEXT},
    {DOCKER_COPY, "from", VALUE_TEXT},
    {DOCKER_COPY, "chown", VALUE_TEXT},
    {DOCKER_COPY, "chmod", VALUE_MODE},
    {DOCKER_COPY, "link", VALUE_BOOL},
    {DOCKER_COPY, "parents", VALUE_BOOL},
    {DOCKER_COPY, "exclude", VALUE_TEXT},
    {DOCKER_ADD, "chown", VALUE_TEXT},
    {DOCKER_ADD, "chmod", VALUE_MODE},
    {DOCKER_ADD, "link", VALUE_BOOL},
    {DOCKER_ADD, "checksum", VALUE_DIGEST},
    {DOCKER_ADD, "keep-git-dir", VALUE_BOOL},
    {DOCKER_ADD, "exclude", VALUE_TEXT},
    {DOCKER_ADD, "unpack", VALUE_BOOL},
    {DOCKER_HEALTHCHECK, "interval", VALUE_DURATION},
    {DOCKER_HEALTHCHECK, "timeout", VALUE_DURATION},
    {DOCKER_HEALTHCHECK, "start-period", VALUE_DURATION},
    {DOCKER_HEALTHCHECK, "start-interval", VALUE_DURATION},
    {DOCKER_HEALTHCHECK, "retries", VALUE_COUNT},
};

/* ---- values ---- */

static bool is_all(struct str text, const char *of)
{
	for (size_t i = 0; i < text.n; i++)
		if (str_chr(str_of(of), text.p[i]) == STR_NPOS)
			return false;
	return text.n > 0;
}

static bool is_bool(struct str text)
{
	static const char *const words[] = {
	    "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False", NULL};

	return text.n == 0 || lint_is_any(text, words);
}

/* "1m30s", "1.5h", "0", with a sign or without, as Go has it. */
static bool is_duration(struct str text)
{
	static const char *const units[] = {"ns", "us", "\xc2\xb5s", "ms", "s", "m", "h"};

	if (text.n > 0 && (text.p[0] == '-' || text.p[0] == '+'))
		text = str_sub(text, 1, text.n);
	if (str_eq(text, STR("0")))
		return true;
	for (size_t n; text.n > 0; text = str_sub(text, n, text.n)) {
		size_t number = 0;

		while (number < text.n && (byte_is_digit(text.p[number]) || text.p[number] == '.'))
			number++;
		n = 0;
		for (size_t i = 0; i < ARRAY_LEN(units) && number > 0 && n == 0; i++)
			if (str_starts(str_sub(text, number, text.n), str_of(units[i])))
				n = number + strlen(units[i]);
		if (n == 0)
			return false;
		if (n == text.n)
			return true;
	}
	return false;
}

/* Digits are octal; "u=rwX,go=rX" is for builders that know it. */
static bool is_mode(struct str text)
{
	if (is_all(text, "ugoa+-=,rwxXst"))
		return true;
	return text.n <= 5 && is_all(text, "01234567");
}

/* What is wrong with the option; NULL: nothing. */
static const char *wrong_of_mount(struct str option)
{
	static const char *const keys[] = {"type", "target", "dst", "destination", "source", "src",
	    "from", "rw", "readwrite", "ro", "readonly", "id", "sharing", "mode", "uid", "gid",
	    "required", "size", "env", NULL};
	static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh", NULL};
	struct str key = option, value = STR_NONE;
	bool has_value = str_split(option, '=', &key, &value);

	if (str_chr(option, '$') != STR_NPOS)
		return NULL;
	if (!lint_is_any(key, keys))
		return "has an option that there is not";
	if (str_eq(key, STR("type")) && !(has_value && lint_is_any(value, types)))
		return "is of no type that there is: bind, cache, tmpfs, secret or ssh";
	return NULL;
}

static const char *wrong_of(enum value_kind kind, struct str text)
{
	static const char *const networks[] = {"default", "none", "host", NULL};
	static const char *const securities[] = {"sandbox", "insecure", NULL};
	const char *wrong = NULL;
	struct str option;

	switch (kind) {
	case VALUE_BOOL:
		return is_bool(text) ? NULL : "is true or false";
	case VALUE_COUNT:
		return is_all(text, "0123456789") ? NULL : "is a number";
	case VALUE_DURATION:
		return is_duration(text) ? NULL : "is a time, such as 30s";
	case VALUE_MODE:
		return is_mode(text) ? NULL : "is a mode, such as 0644";
	case VALUE_DIGEST:
		return str_chr(text, ':') != STR_NPOS ? NULL : "is a digest, such as sha256:…";
	case VALUE_NETWORK:
		return lint_is_any(text, networks) ? NULL : "is default, none or host";
	case VALUE_SECURITY:
		return lint_is_any(text, securities) ? NULL : "is sandbox or insecure";
	case VALUE_MOUNT:
		while (!wrong && str_cut(&text, ',', &option))
			wrong = wrong_of_mount(str_trim(option));
		return wrong;
	case VALUE_TEXT:
	default:
		return NULL;
	}
}

/* ---- flags ---- */

static const struct known_flag *known(enum docker_kind kind, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].kind == kind && str_eq(name, str_of(flags[i].name)))
			return &flags[i];
	return NULL;
}

static const char *nearest(enum docker_kind kind, struct str name)
{
	const char *names[ARRAY_LEN(flags)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].kind == kind)
			names[n++] = flags[i].name;
	return opt_nearest(name, names, n);
}

static void report_unknown(
    struct lint *l, const struct docker_instruction *in, const struct docker_flag *flag)
{
	const char *near = nearest(in->kind, flag->name);

	lint_report(l, docker_range(in, flag->raw), in->text.text, NULL,
	    "%s has no flag --" STR_FMT "%s%s%s", docker_kind_word(in->kind), STR_ARG(flag->name),
	    near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
}

static void check_flag(
    struct lint *l, const struct docker_instruction *in, const struct docker_flag *flag)
{
	const struct known_flag *k = known(in->kind, flag->name);
	const char *wrong;

	if (!k) {
		report_unknown(l, in, flag);
		return;
	}
	if (!flag->has_value && k->value != VALUE_BOOL) {
		lint_report(l, docker_range(in, flag->raw), in->text.text, NULL,
		    "--%s has no value: write --%s=…", k->name, k->name);
		return;
	}
	if (str_chr(flag->value.text, '$') != STR_NPOS && k->value != VALUE_MOUNT)
		return;
	wrong = wrong_of(k->value, flag->value.text);
	if (wrong)
		lint_report(
		    l, docker_range(in, flag->raw), in->text.text, NULL, "--%s %s", k->name, wrong);
}

static void check_flag_unknown(struct lint *l, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		any |= flags[i].kind == in->kind;
	for (size_t i = 0; any && i < in->n_flags; i++)
		check_flag(l, in, &in->flags[i]);
}

const struct lint_rule rule_flag_unknown = {
    .id = "PL1050",
    .title = "a flag that the instruction does not have, or a value that it does not take",
    .why =
	"A builder stops at it; one that does not know a newer flag does, too. Everything else in "
	"the file is judged all the same.",
    .fix = "correct the flag; the reference lists what each instruction takes",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/"},
    .severity = SEVERITY_MEDIUM,
    .step = check_flag_unknown,
};
