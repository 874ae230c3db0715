/*
 * What stands in one instruction: keyword, flags, exec form or words, name=value pairs,
 * here-document words; and what of it a build would refuse.
 */
#include "base/opt.h"
#include "read/syntax/dockerfile_parse.h"

/* How the arguments of a kind are read. */
enum shape {
	SHAPE_SHELL,  /* exec form or a script */
	SHAPE_LIST,   /* exec form or words */
	SHAPE_WORDS,  /* words */
	SHAPE_ONE,    /* all of it is one word */
	SHAPE_PAIRS,  /* name=value … or name value */
	SHAPE_ARGS,   /* name or name=value … */
	SHAPE_HEALTH, /* NONE, or CMD and a script */
	SHAPE_INNER,  /* an instruction */
	SHAPE_NONE,   /* not read: unknown */
};

static const struct {
	enum shape shape;
	unsigned least; /* words or bytes that there must be */
	const char *what, *fix;
} shapes[] = {
    [DOCKER_UNKNOWN] = {SHAPE_NONE, 0, NULL, NULL},
    [DOCKER_ADD] = {SHAPE_LIST, 2, "ADD needs a source and a destination",
	"write ADD SOURCE DESTINATION"},
    [DOCKER_ARG] = {SHAPE_ARGS, 1, "ARG needs a name", "write ARG NAME or ARG NAME=value"},
    [DOCKER_CMD] = {SHAPE_SHELL, 0, NULL, NULL},
    [DOCKER_COPY] = {SHAPE_LIST, 2, "COPY needs a source and a destination",
	"write COPY SOURCE DESTINATION"},
    [DOCKER_ENTRYPOINT] = {SHAPE_SHELL, 0, NULL, NULL},
    [DOCKER_ENV] = {SHAPE_PAIRS, 1, "ENV needs a name and a value", "write ENV NAME=value"},
    [DOCKER_EXPOSE] = {SHAPE_WORDS, 1, "EXPOSE needs a port", "write EXPOSE 8080"},
    [DOCKER_FROM] = {SHAPE_WORDS, 1, "FROM needs an image", "write FROM IMAGE:TAG"},
    [DOCKER_HEALTHCHECK] = {SHAPE_HEALTH, 1, "HEALTHCHECK needs CMD or NONE",
	"write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE"},
    [DOCKER_LABEL] = {SHAPE_PAIRS, 1, "LABEL needs a name and a value", "write LABEL NAME=value"},
    [DOCKER_MAINTAINER] = {SHAPE_ONE, 1, "MAINTAINER needs a name", "remove the line"},
    [DOCKER_ONBUILD] = {SHAPE_INNER, 1, "ONBUILD needs an instruction",
	"write the instruction behind it"},
    [DOCKER_RUN] = {SHAPE_SHELL, 1, "RUN needs a command", "write the command behind it"},
    [DOCKER_SHELL] = {SHAPE_SHELL, 1, "SHELL needs a list", "write SHELL [\"/bin/sh\", \"-c\"]"},
    [DOCKER_STOPSIGNAL] = {SHAPE_ONE, 1, "STOPSIGNAL needs a signal", "write STOPSIGNAL SIGTERM"},
    [DOCKER_USER] = {SHAPE_ONE, 1, "USER needs a user", "write USER 10001"},
    [DOCKER_VOLUME] = {SHAPE_LIST, 1, "VOLUME needs a folder", "write VOLUME /data"},
    [DOCKER_WORKDIR] = {SHAPE_ONE, 1, "WORKDIR needs a folder", "write WORKDIR /app"},
};

/* ---- keyword and flags ---- */

static struct str cut_keyword(struct str text, struct str *ret_rest)
{
	size_t n = 0;

	while (n < text.n && !byte_is_blank(text.p[n]))
		n++;
	*ret_rest = str_trim(str_sub(text, n, text.n));
	return str_sub(text, 0, n);
}

static void unknown_keyword(struct docker_reader *r, struct docker_instruction *in)
{
#define X(name, word) word,
	static const char *const words[] = {DOCKER_KINDS(X)};
#undef X
#define X(name, word) "write " word ", or join the line to the one before it",
	static const char *const fixes[] = {DOCKER_KINDS(X)};
#undef X
	const char *nearest = NULL;
	char upper[16];
	const char *fix = "remove the line, or join it to the one before it";

	if (in->keyword.n < sizeof upper) {
		for (size_t i = 0; i < in->keyword.n; i++)
			upper[i] = byte_upper(in->keyword.p[i]);
		nearest = opt_nearest(str_make(upper, in->keyword.n), words, ARRAY_LEN(words));
	}
	for (size_t i = 0; nearest && i < ARRAY_LEN(words); i++)
		if (words[i] == nearest)
			fix = fixes[i];
	docker_malformed(r, in, in->keyword, "this is not an instruction", fix);
}

static void make_word(struct docker_reader *r, struct str raw, struct docker_word *ret)
{
	ret->raw = raw;
	ret->text = docker_unquote(raw, r->file->escape, r->arena);
}

/* "--name[=value] …" in front of the arguments; "--" ends them. */
static void read_flags(struct docker_reader *r, struct docker_instruction *in)
{
	VEC(struct docker_flag) flags = {0};
	struct str raw, rest = in->args;

	while (str_starts(str_trim_left(rest), STR("--")) &&
	       docker_cut_word(&rest, r->file->escape, &raw)) {
		struct docker_flag flag = {.raw = raw, .name = str_sub(raw, 2, raw.n)};
		struct str value;

		in->args = str_trim(rest);
		if (flag.name.n == 0)
			break;
		flag.has_value = str_split(flag.name, '=', &flag.name, &value);
		if (flag.has_value)
			make_word(r, value, &flag.value);
		vec_push(&flags, r->arena, flag);
	}
	in->flags = flags.p;
	in->n_flags = flags.n;
}

/* ---- words and pairs ---- */

static void read_words(struct docker_reader *r, struct docker_instruction *in, struct str rest)
{
	VEC(struct docker_word) words = {0};

	for (;;) {
		struct docker_word word = {0};
		size_t n = 0;

		rest = str_trim_left(rest);
		while (n < rest.n && !byte_is_blank(rest.p[n]))
			n++;
		if (n == 0)
			break;
		make_word(r, str_sub(rest, 0, n), &word);
		vec_push(&words, r->arena, word);
		rest = str_sub(rest, n, rest.n);
	}
	in->words = words.p;
	in->n_words = words.n;
}

static void read_one(struct docker_reader *r, struct docker_instruction *in)
{
	struct docker_word *word = arena_new(r->arena, struct docker_word);

	if (!word)
		return;
	in->words = word;
	in->n_words = in->args.n > 0;
	make_word(r, in->args, word);
}

/* An exec form; if it is not one, words are read if words_otherwise says so. */
static void read_list(
    struct docker_reader *r, struct docker_instruction *in, struct str args, bool words_otherwise)
{
	int answer = docker_json_words(&in->text, args, r->arena, &in->words, &in->n_words);

	if (answer < 0)
		arena_fail(r->arena, ERR_NOMEM);
	in->exec_form = answer == 1;
	if (answer == 0 && words_otherwise)
		read_words(r, in, args);
}

static void check_pair(
    struct docker_reader *r, struct docker_instruction *in, const struct docker_pair *pair)
{
	if (pair->name.text.n == 0)
		docker_malformed(
		    r, in, pair->raw, "a name is missing before =", "write NAME=value");
	else if (!pair->has_value && in->kind != DOCKER_ARG)
		docker_malformed(r, in, pair->raw, "this word has no =",
		    "write NAME=value, with the value in quotes if it holds blanks");
}

static void read_pairs(struct docker_reader *r, struct docker_instruction *in)
{
	VEC(struct docker_pair) pairs = {0};
	struct str raw, rest = in->args;

	while (docker_cut_word(&rest, r->file->escape, &raw)) {
		struct docker_pair pair = {.raw = raw};
		struct str name = raw, value = STR_NONE;

		pair.has_value = str_split(raw, '=', &name, &value);
		make_word(r, name, &pair.name);
		if (pair.has_value)
			make_word(r, value, &pair.value);
		check_pair(r, in, &pair);
		vec_push(&pairs, r->arena, pair);
	}
	in->pairs = pairs.p;
	in->n_pairs = pairs.n;
}

/* ENV NAME the whole rest. */
static void read_legacy_pair(struct docker_reader *r, struct docker_instruction *in)
{
	struct docker_pair *pair = arena_new(r->arena, struct docker_pair);
	struct str rest, name = cut_keyword(in->args, &rest);

	if (!pair)
		return;
	in->legacy_pair = true;
	in->pairs = pair;
	in->n_pairs = 1;
	pair->raw = in->args;
	pair->has_value = rest.n > 0;
	make_word(r, name, &pair->name);
	make_word(r, rest, &pair->value);
	if (rest.n == 0)
		check_pair(r, in, pair);
}

static void read_pairs_or_legacy(struct docker_reader *r, struct docker_instruction *in)
{
	struct str first, rest = in->args;

	if (docker_cut_word(&rest, r->file->escape, &first) && str_chr(first, '=') == STR_NPOS)
		read_legacy_pair(r, in);
	else
		read_pairs(r, in);
}

static void read_health(struct docker_reader *r, struct docker_instruction *in)
{
	struct str rest, word = cut_keyword(in->args, &rest);

	if (str_eq_nocase(word, STR("CMD")) && rest.n > 0)
		read_list(r, in, rest, false);
	else if (str_eq_nocase(word, STR("CMD")))
		docker_malformed(
		    r, in, word, "the health check has no command", "write the command behind CMD");
	else if (!str_eq_nocase(word, STR("NONE")) || rest.n > 0)
		docker_malformed(r, in, in->args, "this is neither CMD nor NONE",
		    "write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE");
}

static void read_inner(struct docker_reader *r, struct docker_instruction *in)
{
	struct docker_instruction *inner = arena_new(r->arena, struct docker_instruction);

	if (!inner || in->args.n == 0)
		return;
	inner->text = placed_sub(&in->text, in->args);
	inner->offset = docker_range(in, in->args).offset;
	inner->end = inner->head_end = in->end;
	docker_read_arguments(r, inner, true);
	in->malformed = inner->malformed;
	in->inner = inner;
}

/* ---- what a build would refuse ---- */

static void check_from(struct docker_reader *r, struct docker_instruction *in)
{
	struct str name;

	if (in->n_words == 1)
		return;
	if (in->n_words != 3 || !str_eq_nocase(in->words[1].raw, STR("AS"))) {
		docker_malformed(r, in, in->args, "FROM takes an image, or image AS name",
		    "write FROM IMAGE:TAG or FROM IMAGE:TAG AS NAME");
		return;
	}
	name = in->words[2].raw;
	for (size_t i = 0; i < name.n; i++) {
		bool fits = byte_is_alpha(name.p[i]) ||
			    (i > 0 && (byte_is_digit(name.p[i]) ||
					  str_chr(STR("-_."), name.p[i]) != STR_NPOS));

		if (!fits) {
			docker_malformed(r, in, name, "this is not a name for a stage",
			    "begin it with a letter; letters, digits, - _ . may follow");
			return;
		}
	}
}

/* The quote that is open at the end of a word, or nothing. */
static struct str open_quote(struct str raw, char escape)
{
	size_t at = 0;
	char quote = '\0';

	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == escape && quote != '\'') {
			i++;
		} else if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
			at = i;
		} else if (c == quote) {
			quote = '\0';
		}
	}
	return str_sub(raw, at, quote != '\0');
}

static void check_quotes(struct docker_reader *r, struct docker_instruction *in, struct str raw)
{
	struct str quote = open_quote(raw, r->file->escape);

	if (quote.n > 0)
		docker_malformed(r, in, quote, "a quote that is not closed",
		    "close it, or write the escape character before it");
}

/* The first of the words in which a builder looks for variables. */
static void check_all_quotes(struct docker_reader *r, struct docker_instruction *in)
{
	static const unsigned expanded =
	    1U << DOCKER_ADD | 1U << DOCKER_ARG | 1U << DOCKER_COPY | 1U << DOCKER_ENV |
	    1U << DOCKER_EXPOSE | 1U << DOCKER_FROM | 1U << DOCKER_LABEL | 1U << DOCKER_STOPSIGNAL |
	    1U << DOCKER_USER | 1U << DOCKER_VOLUME | 1U << DOCKER_WORKDIR;

	if (in->exec_form || !(expanded & 1U << in->kind))
		return;
	for (size_t i = 0; i < in->n_words && !in->malformed; i++)
		check_quotes(r, in, in->words[i].raw);
	for (size_t i = 0; i < in->n_pairs && !in->malformed; i++) {
		check_quotes(r, in, in->pairs[i].name.raw);
		check_quotes(r, in, in->pairs[i].value.raw);
	}
}

static void check_arguments(struct docker_reader *r, struct docker_instruction *in)
{
	size_t least = shapes[in->kind].least;
	bool counts = in->n_words > 0 || shapes[in->kind].shape == SHAPE_LIST ||
		      shapes[in->kind].shape == SHAPE_WORDS;
	size_t have = in->args.n == 0 ? 0 : counts ? in->n_words : 1;

	if (in->exec_form && in->kind == DOCKER_HEALTHCHECK)
		have = 1;
	if (have < least)
		docker_malformed(r, in, in->text.text, shapes[in->kind].what, shapes[in->kind].fix);
	else if (in->kind == DOCKER_FROM)
		check_from(r, in);
	else if (in->kind == DOCKER_SHELL && !in->exec_form)
		docker_malformed(r, in, in->args, "SHELL takes only a JSON list",
		    "write SHELL [\"/bin/sh\", \"-c\"]");
}

static void read_shape(struct docker_reader *r, struct docker_instruction *in)
{
	switch (shapes[in->kind].shape) {
	case SHAPE_SHELL:
		read_list(r, in, in->args, false);
		break;
	case SHAPE_LIST:
		read_list(r, in, in->args, true);
		break;
	case SHAPE_WORDS:
		read_words(r, in, in->args);
		break;
	case SHAPE_ONE:
		read_one(r, in);
		break;
	case SHAPE_PAIRS:
		read_pairs_or_legacy(r, in);
		break;
	case SHAPE_ARGS:
		read_pairs(r, in);
		break;
	case SHAPE_HEALTH:
		if (in->args.n > 0)
			read_health(r, in);
		break;
	case SHAPE_INNER:
		read_inner(r, in);
		break;
	case SHAPE_NONE:
		break;
	}
}

void docker_read_arguments(struct docker_reader *r, struct docker_instruction *in, bool wrapped)
{
	in->keyword = cut_keyword(in->text.text, &in->args);
	in->kind = docker_kind_of(in->keyword);
	if (wrapped && in->kind == DOCKER_ONBUILD)
		return;
	if (in->kind == DOCKER_UNKNOWN) {
		unknown_keyword(r, in);
		return;
	}
	read_flags(r, in);
	read_shape(r, in);
	check_all_quotes(r, in);
	check_arguments(r, in);
}

/* ---- here-document words ---- */

/* [0-9]*<<-?NAME without another '<'. */
static bool heredoc_of(struct docker_reader *r, struct str word, struct docker_heredoc *ret)
{
	struct str name = word;

	while (name.n > 0 && byte_is_digit(name.p[0]))
		name = str_sub(name, 1, name.n);
	if (!str_starts(name, STR("<<")))
		return false;
	*ret = (struct docker_heredoc){.raw = word};
	name = str_sub(name, 2, name.n);
	ret->chomp = str_starts(name, STR("-"));
	name = str_sub(name, ret->chomp, name.n);
	if (name.n == 0 || str_chr(name, '<') != STR_NPOS)
		return false;
	ret->expand = str_chr(name, '\'') == STR_NPOS && str_chr(name, '"') == STR_NPOS &&
		      str_chr(name, '\\') == STR_NPOS;
	ret->name = docker_unquote(name, '\\', r->arena);
	return ret->name.n > 0;
}

void docker_find_heredocs(struct docker_reader *r, struct docker_instruction *in)
{
	const struct docker_instruction *host = in->inner ? in->inner : in;
	VEC(struct docker_heredoc) docs = {0};
	struct str word, rest = host->args;
	struct docker_heredoc doc;

	if ((host->kind != DOCKER_RUN && host->kind != DOCKER_COPY && host->kind != DOCKER_ADD) ||
	    host->exec_form || !str_has(rest, STR("<<")))
		return;
	while (docker_cut_word(&rest, '\\', &word))
		if (heredoc_of(r, word, &doc))
			vec_push(&docs, r->arena, doc);
	in->heredocs = docs.p;
	in->n_heredocs = docs.n;
}
