#include "peer/hadolint_config.h"

#include "gate/keys.h"
#include "peer/hadolint_format.h"

/* ---- words ---- */

static const struct str level_words[HADOLINT_LEVEL_COUNT] = {
#define X(name, word) STR_INIT(word),
    HADOLINT_LEVELS(X)
#undef X
};

struct str hadolint_level_word(enum hadolint_level level)
{
	return level_words[level];
}

bool hadolint_level_parse(struct str word, enum hadolint_level *ret)
{
	for (size_t i = 0; i < HADOLINT_LEVEL_COUNT; i++) {
		if (str_eq(word, level_words[i])) {
			*ret = (enum hadolint_level)i;
			return true;
		}
	}
	if (!str_eq(word, STR("none")))
		return false;
	*ret = HADOLINT_IGNORE;
	return true;
}

static const struct str label_types[] = {
    [LABEL_TEXT] = STR_INIT("text"),
    [LABEL_URL] = STR_INIT("url"),
    [LABEL_SEMVER] = STR_INIT("semver"),
    [LABEL_HASH] = STR_INIT("hash"),
    [LABEL_RFC3339] = STR_INIT("rfc3339"),
    [LABEL_SPDX] = STR_INIT("spdx"),
    [LABEL_EMAIL] = STR_INIT("email"),
};

/* Nothing is a text too. */
static bool label_type_parse(struct str word, enum lint_label_type *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(label_types); i++) {
		if (str_eq(word, label_types[i]) || (word.n == 0 && i == LABEL_TEXT)) {
			*ret = (enum lint_label_type)i;
			return true;
		}
	}
	return false;
}

static struct lint_label *find_label(const struct hadolint_labels *labels, struct str key)
{
	for (size_t i = 0; i < labels->n; i++)
		if (str_eq(labels->p[i].key, key))
			return &labels->p[i];
	return NULL;
}

/* An arena that is full says so at the end. */
static void put_label(struct hadolint_labels *labels, struct lint_label label, struct arena *arena)
{
	struct lint_label *there = find_label(labels, label.key);

	if (there)
		there->type = label.type;
	else
		(void)vec_push(labels, arena, label);
}

bool hadolint_add_label(struct hadolint_labels *labels, struct str text, struct arena *arena)
{
	struct lint_label label = {.key = text};
	struct str type = STR_NONE;

	(void)str_split(text, ':', &label.key, &type);
	if (!label_type_parse(type, &label.type))
		return false;
	put_label(labels, label, arena);
	return true;
}

/* ---- the file ---- */

static bool is_absent(const struct node *value)
{
	return node_is(value, NODE_NULL);
}

static int read_said(struct keys *k, const struct node *value, void *target, struct err *err)
{
	enum hadolint_said *said = target;
	bool yes;

	if (is_absent(value))
		return 0;
	if (key_flag(k, value, &yes, err) != 0)
		return -1;
	*said = yes ? HADOLINT_YES : HADOLINT_NO;
	return 0;
}

static int add_text(
    struct keys *k, const struct node *value, struct opt_list *list, struct err *err)
{
	if (!node_is(value, NODE_STRING))
		return keys_fail(k, value, "a text is expected here", err);
	return vec_push(list, k->arena, arena_str(k->arena, value->text))
		   ? 0
		   : arena_err(k->arena, err);
}

static int read_texts(struct keys *k, const struct node *value, void *target, struct err *err)
{
	if (is_absent(value))
		return 0;
	if (!node_is(value, NODE_LIST))
		return keys_fail(k, value, "a list is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		if (add_text(k, item, target, err) != 0)
			return -1;
	}
	return 0;
}

static int add_format(
    struct keys *k, const struct node *value, struct opt_list *formats, struct err *err)
{
	if (!node_is(value, NODE_STRING) || !hadolint_format_find(value->text))
		return keys_fail(
		    k, value, "a format is expected here: one of " HADOLINT_FORMATS_TOLD, err);
	return add_text(k, value, formats, err);
}

static int read_formats(struct keys *k, const struct node *value, void *target, struct err *err)
{
	if (is_absent(value))
		return 0;
	if (!node_is(value, NODE_LIST))
		return keys_fail(k, value, "a list of formats is expected here", err);
	for (const struct node *item = node_first(value); item; item = item->next) {
		if (add_format(k, item, target, err) != 0)
			return -1;
	}
	return 0;
}

/* Behind those of `formats`, wherever it stands. */
struct file {
	struct hadolint_config config;
	struct opt_list format;
};

static int read_format(struct keys *k, const struct node *value, void *target, struct err *err)
{
	return is_absent(value) ? 0 : add_format(k, value, target, err);
}

static int read_threshold(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct hadolint_config *config = target;

	if (is_absent(value))
		return 0;
	if (!node_is(value, NODE_STRING) || !hadolint_level_parse(value->text, &config->threshold))
		return keys_fail(
		    k, value, "error, warning, info, style, ignore or none is expected here", err);
	config->has_threshold = true;
	return 0;
}

static int read_labels(struct keys *k, const struct node *value, void *target, struct err *err)
{
	struct hadolint_labels *labels = target;

	if (is_absent(value))
		return 0;
	if (!node_is(value, NODE_MAP))
		return keys_fail(
		    k, value, "labels are expected here, such as maintainer: text", err);
	for (const struct node *member = node_first(value); member; member = member->next) {
		struct lint_label label = {.key = arena_str(k->arena, member->key)};

		if (!node_is(member, NODE_STRING) || !label_type_parse(member->text, &label.type))
			return keys_fail(k, member,
			    "text, url, semver, hash, rfc3339, spdx or email is expected here",
			    err);
		put_label(labels, label, k->arena);
	}
	return arena_check(k->arena, err);
}

#define RULES(level) offsetof(struct hadolint_config, rules) + (level) * sizeof(struct opt_list)
static const struct key_row override_rows[] = {
    {"error", read_texts, RULES(HADOLINT_ERROR)},
    {"warning", read_texts, RULES(HADOLINT_WARNING)},
    {"info", read_texts, RULES(HADOLINT_INFO)},
    {"style", read_texts, RULES(HADOLINT_STYLE)},
};

static int read_override(struct keys *k, const struct node *value, void *target, struct err *err)
{
	if (is_absent(value))
		return 0;
	return keys_read(k, value, override_rows, ARRAY_LEN(override_rows), target, err);
}

static const struct key_row rows[] = {
    {"failure-threshold", read_threshold, 0},
    {"format", read_format, offsetof(struct file, format)},
    {"formats", read_formats, offsetof(struct file, config.formats)},
    {"ignored", read_texts, RULES(HADOLINT_IGNORE)},
    {"override", read_override, 0},
    {"label-schema", read_labels, offsetof(struct file, config.labels)},
    {"strict-labels", read_said, offsetof(struct file, config.strict_labels)},
    {"trustedRegistries", read_texts, offsetof(struct file, config.trusted)},
    {"no-color", read_said, offsetof(struct file, config.no_color)},
    {"no-fail", read_said, offsetof(struct file, config.no_fail)},
    {"verbose", read_said, offsetof(struct file, config.verbose)},
    {"disable-ignore-pragma", read_said, offsetof(struct file, config.no_pragmas)},
};

/* Comments, and what begins and ends a document. */
static bool says_nothing(struct str text)
{
	struct str line;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 0 && str_chr(STR("#%"), line.p[0]) == STR_NPOS &&
		    !str_eq(line, STR("---")) && !str_eq(line, STR("...")))
			return false;
	}
	return true;
}

int hadolint_config_parse(struct str name, struct str text, struct arena *arena,
    struct hadolint_config *ret, struct err *ret_wrong, struct err *err)
{
	struct file file = {0};
	const struct node *root;
	struct keys k;

	if (says_nothing(text)) {
		*ret = file.config;
		return 0;
	}
	if (keys_open(text, name, arena, &k, &root, err) != 0)
		return -1;
	k.unknown = ret_wrong;
	if (keys_read(&k, root, rows, ARRAY_LEN(rows), &file, err) != 0)
		return -1;
	for (size_t i = 0; i < file.format.n; i++)
		(void)vec_push(&file.config.formats, arena, file.format.p[i]);
	if (arena_check(arena, err) != 0)
		return -1;
	*ret = file.config;
	return 0;
}

/* ---- the environment ---- */

struct environment {
	char *(*get)(const char *name);
	struct arena *arena;
	struct err *wrong;
};

static struct str value_of(const struct environment *e, const char *name)
{
	const char *value = e->get(name);

	return value ? arena_str(e->arena, str_of(value)) : STR_NONE;
}

/* The first is reported. */
static void PRINTF_LIKE(2, 3) tell(const struct environment *e, const char *format, ...)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(1));
	va_list args;

	if (e->wrong->code != ERR_NONE)
		return;
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	(void)err_set(e->wrong, ERR_CONFIG, "%s", buf_cstr(&text));
}

static void take_said(const struct environment *e, const char *name, enum hadolint_said *ret)
{
	static const char *const yes[] = {"1", "y", "on", "true", "yes"};
	static const char *const no[] = {"0", "n", "off", "false", "no"};
	struct str value = value_of(e, name);

	if (value.n == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (str_eq_nocase(value, str_of(yes[i])))
			*ret = HADOLINT_YES;
		if (str_eq_nocase(value, str_of(no[i])))
			*ret = HADOLINT_NO;
	}
	if (*ret == HADOLINT_UNSAID)
		tell(e, "%s: true or false is expected, not \"" STR_FMT "\"", name,
		    STR_ARG(str_excerpt(value, 40)));
}

static void take_list(const struct environment *e, const char *name, struct opt_list *list)
{
	struct str rest = value_of(e, name), one;

	while (str_cut(&rest, ',', &one))
		if (one.n > 0)
			(void)vec_push(list, e->arena, one);
}

static void take_formats(const struct environment *e, const char *name, struct opt_list *formats)
{
	struct opt_list all = {0};

	take_list(e, name, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (hadolint_format_find(all.p[i]))
			(void)vec_push(formats, e->arena, all.p[i]);
		else
			tell(e, "%s: no such format: " STR_FMT "; there are " HADOLINT_FORMATS_TOLD,
			    name, STR_ARG(str_excerpt(all.p[i], 40)));
	}
}

static void take_labels(
    const struct environment *e, const char *name, struct hadolint_labels *labels)
{
	struct opt_list all = {0};

	take_list(e, name, &all);
	for (size_t i = 0; i < all.n; i++)
		if (!hadolint_add_label(labels, all.p[i], e->arena))
			tell(e,
			    "%s: " STR_FMT ": text, url, semver, hash, rfc3339, spdx or email is "
			    "expected behind the colon",
			    name, STR_ARG(str_excerpt(all.p[i], 40)));
}

static void take_threshold(
    const struct environment *e, const char *name, struct hadolint_config *config)
{
	struct str value = value_of(e, name);

	if (value.n == 0)
		return;
	config->has_threshold = hadolint_level_parse(value, &config->threshold);
	if (!config->has_threshold)
		tell(e,
		    "%s: error, warning, info, style, ignore or none is expected, not \"" STR_FMT
		    "\"",
		    name, STR_ARG(str_excerpt(value, 40)));
}

int hadolint_config_environment(char *(*get)(const char *name), struct arena *arena,
    struct hadolint_config *ret, struct err *ret_wrong, struct err *err)
{
	const struct environment e = {get, arena, ret_wrong};
	struct hadolint_config config = {0};

	if (get("NO_COLOR"))
		config.no_color = HADOLINT_YES;
	take_said(&e, "HADOLINT_NOFAIL", &config.no_fail);
	take_said(&e, "HADOLINT_VERBOSE", &config.verbose);
	take_formats(&e, "HADOLINT_FORMAT", &config.formats);
	take_threshold(&e, "HADOLINT_FAILURE_THRESHOLD", &config);
	take_list(&e, "HADOLINT_OVERRIDE_ERROR", &config.rules[HADOLINT_ERROR]);
	take_list(&e, "HADOLINT_OVERRIDE_WARNING", &config.rules[HADOLINT_WARNING]);
	take_list(&e, "HADOLINT_OVERRIDE_INFO", &config.rules[HADOLINT_INFO]);
	take_list(&e, "HADOLINT_OVERRIDE_STYLE", &config.rules[HADOLINT_STYLE]);
	take_list(&e, "HADOLINT_IGNORE", &config.rules[HADOLINT_IGNORE]);
	take_said(&e, "HADOLINT_STRICT_LABELS", &config.strict_labels);
	take_said(&e, "HADOLINT_DISABLE_IGNORE_PRAGMA", &config.no_pragmas);
	take_list(&e, "HADOLINT_TRUSTED_REGISTRIES", &config.trusted);
	take_labels(&e, "HADOLINT_REQUIRE_LABELS", &config.labels);
	*ret = config;
	return arena_check(arena, err);
}

/* ---- all of it ---- */

static void append(struct opt_list *to, const struct opt_list *from, struct arena *arena)
{
	for (size_t i = 0; i < from->n; i++)
		(void)vec_push(to, arena, from->p[i]);
}

static void say(enum hadolint_said *said, enum hadolint_said over)
{
	if (over != HADOLINT_UNSAID)
		*said = over;
}

static void lay_over(
    struct hadolint_config *under, const struct hadolint_config *over, struct arena *arena)
{
	say(&under->no_fail, over->no_fail);
	say(&under->no_color, over->no_color);
	say(&under->verbose, over->verbose);
	say(&under->strict_labels, over->strict_labels);
	say(&under->no_pragmas, over->no_pragmas);
	if (over->has_threshold)
		under->threshold = over->threshold;
	append(&under->formats, &over->formats, arena);
	append(&under->trusted, &over->trusted, arena);
	for (size_t i = 0; i < HADOLINT_LEVEL_COUNT; i++)
		append(&under->rules[i], &over->rules[i], arena);
}

int hadolint_config_merge(const struct hadolint_config *environment,
    const struct hadolint_config *file, const struct hadolint_config *line, struct arena *arena,
    struct hadolint_config *ret, struct err *err)
{
	const struct hadolint_config *const sources[] = {environment, file, line};
	const struct hadolint_config *const of_labels[] = {line, environment, file};
	struct hadolint_config all = {.has_threshold = true, .threshold = HADOLINT_INFO};

	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		lay_over(&all, sources[i], arena);
	for (size_t i = 0; i < ARRAY_LEN(of_labels); i++) {
		for (size_t j = 0; j < of_labels[i]->labels.n; j++)
			put_label(&all.labels, of_labels[i]->labels.p[j], arena);
	}
	*ret = all;
	return arena_check(arena, err);
}

static bool has_rule(const struct opt_list *ids, struct str rule)
{
	for (size_t i = 0; i < ids->n; i++)
		if (str_eq(ids->p[i], rule))
			return true;
	return false;
}

enum hadolint_level hadolint_level_of(
    const struct hadolint_config *config, struct str rule, struct str word)
{
	enum hadolint_level level = HADOLINT_INFO;

	if (has_rule(&config->rules[HADOLINT_IGNORE], rule))
		return HADOLINT_IGNORE;
	for (size_t i = 0; i < HADOLINT_IGNORE; i++)
		if (has_rule(&config->rules[i], rule))
			return (enum hadolint_level)i;
	(void)hadolint_level_parse(word, &level);
	return level;
}

static void print_list(struct buf *out, const char *key, const struct opt_list *list)
{
	buf_addf(out, "%s: [", key);
	for (size_t i = 0; i < list->n; i++) {
		buf_add(out, i > 0 ? STR(", ") : STR(""));
		buf_add_safe(out, list->p[i]);
	}
	buf_add(out, STR("]\n"));
}

static void print_said(struct buf *out, const char *key, enum hadolint_said said)
{
	buf_addf(out, "%s: %s\n", key, said == HADOLINT_YES ? "true" : "false");
}

void hadolint_config_print(const struct hadolint_config *config, struct buf *out)
{
	static const char *const keys[] = {"  error", "  warning", "  info", "  style", "ignored"};

	buf_addf(out, "failure-threshold: " STR_FMT "\n",
	    STR_ARG(hadolint_level_word(config->threshold)));
	print_list(out, "formats", &config->formats);
	print_list(out, keys[HADOLINT_IGNORE], &config->rules[HADOLINT_IGNORE]);
	buf_add(out, STR("override:\n"));
	for (size_t i = 0; i < HADOLINT_IGNORE; i++)
		print_list(out, keys[i], &config->rules[i]);
	print_list(out, "trustedRegistries", &config->trusted);
	buf_addf(out, "label-schema:%s\n", config->labels.n > 0 ? "" : " {}");
	for (size_t i = 0; i < config->labels.n; i++) {
		buf_add(out, STR("  "));
		buf_add_safe(out, config->labels.p[i].key);
		buf_addf(out, ": " STR_FMT "\n", STR_ARG(label_types[config->labels.p[i].type]));
	}
	print_said(out, "strict-labels", config->strict_labels);
	print_said(out, "disable-ignore-pragma", config->no_pragmas);
	print_said(out, "no-fail", config->no_fail);
	print_said(out, "no-color", config->no_color);
}
