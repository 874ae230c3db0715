/*
 * What an instruction runs: the text of a shell form, a here-document, an exec form, given
 * to the shell reader with the places of its bytes.
 */
#include "read/syntax/dockerfile_parse.h"
#include "read/syntax/dockerfile_view.h"

/* Of a script that begins with #!: whether a shell reads it. "#!/usr/bin/env -S bash" is one. */
static bool interpreter_is_shell(struct str body)
{
	struct str line, word;

	if (!str_starts(body, STR("#!")) || !str_cut(&body, '\n', &line))
		return true;
	line = str_sub(line, 2, line.n);
	while (docker_cut_word(&line, '\\', &word)) {
		bool is_option = word.p[0] == '-' || str_chr(word, '=') != STR_NPOS;

		word = str_base_name(word);
		if (!is_option && !str_eq(word, STR("env")))
			return shell_is_shell(word);
	}
	return true;
}

static int exec_script(const struct docker_instruction *in, struct arena *arena,
    struct shell_script *script, struct err *err)
{
	struct shell_word *words = arena_array(arena, in->n_words, sizeof *words);
	struct placed_text *texts = arena_array(arena, in->n_words, sizeof *texts);

	if (!words || !texts)
		return arena_err(arena, err);
	for (size_t i = 0; i < in->n_words; i++) {
		words[i] =
		    (struct shell_word){in->words[i].raw, in->words[i].text, SHELL_WORD_QUOTED};
		texts[i] = in->words[i].placed;
	}
	return shell_parse_exec(&in->text, words, texts, in->n_words, arena, script, err);
}

/* The command line and behind it the here-documents as they stand in the file. */
static int with_heredocs(const struct dockerfile *file, const struct docker_instruction *in,
    struct arena *arena, struct placed_text *ret, struct err *err)
{
	const char *start = in->heredocs[0].body.p;
	size_t at = (size_t)(start - file->text.p);
	struct str bodies = str_sub(file->text, at, in->end > at ? in->end - at : 0);
	struct placed_text line = placed_sub(&in->text, in->args);
	struct placed_builder b;

	placed_begin(&b, line.text.n + 1 + bodies.n, arena);
	placed_append(&b, &line);
	/* Without a body the file may end here, and no line end stands behind the line. */
	if (bodies.n > 0)
		placed_add(&b, STR("\n"), in->head_end);
	placed_add(&b, bodies, (uint32_t)at);
	return placed_done(&b, ret, err);
}

/* The text of a shell form: *ret_text.p is NULL if it is for another interpreter. */
static int script_text(const struct dockerfile *file, const struct docker_instruction *in,
    struct arena *arena, struct placed_text *ret, struct err *err)
{
	struct str args = in->args;

	if (in->kind == DOCKER_HEALTHCHECK)
		args = str_trim_left(str_sub(args, 3, args.n)); /* behind CMD */
	if (in->n_heredocs == 0) {
		*ret = placed_sub(&in->text, args);
		return 0;
	}
	if (!str_eq(args, in->heredocs[0].raw))
		return with_heredocs(file, in, arena, ret, err);
	*ret = (struct placed_text){.text = in->heredocs[0].body,
	    .base = (uint32_t)(in->heredocs[0].body.p - file->text.p)};
	if (!interpreter_is_shell(ret->text))
		ret->text.p = NULL;
	return 0;
}

static int shell_script_of(const struct dockerfile *file, const struct docker_instruction *in,
    struct arena *arena, struct shell_script *script, bool *ret_read, struct err *err)
{
	struct placed_text *source = arena_new(arena, struct placed_text);

	if (!source)
		return arena_err(arena, err);
	if (script_text(file, in, arena, source, err) != 0)
		return -1;
	*ret_read = source->text.p != NULL;
	return *ret_read ? shell_parse(source, arena, script, err) : 0;
}

static bool runs_commands(const struct docker_instruction *in)
{
	switch (in->kind) {
	case DOCKER_RUN:
	case DOCKER_CMD:
	case DOCKER_ENTRYPOINT:
		return in->args.n > 0;
	case DOCKER_HEALTHCHECK:
		return str_starts_nocase(in->args, STR("CMD")) && in->args.n > 3 && !in->malformed;
	case DOCKER_UNKNOWN:
	case DOCKER_ADD:
	case DOCKER_ARG:
	case DOCKER_COPY:
	case DOCKER_ENV:
	case DOCKER_EXPOSE:
	case DOCKER_FROM:
	case DOCKER_LABEL:
	case DOCKER_MAINTAINER:
	case DOCKER_ONBUILD:
	case DOCKER_SHELL:
	case DOCKER_STOPSIGNAL:
	case DOCKER_USER:
	case DOCKER_VOLUME:
	case DOCKER_WORKDIR:
		break;
	}
	return false;
}

int docker_read_script(
    const struct dockerfile *file, struct docker_step *step, struct arena *arena, struct err *err)
{
	const struct docker_instruction *in = step->instruction, *shell = step->shell;
	struct shell_script *script;
	bool read = true;
	int result;

	if (!runs_commands(in))
		return 0;
	if (!in->exec_form && shell && shell->exec_form && shell->n_words > 0 &&
	    !shell_is_shell(str_base_name(shell->words[0].text)))
		return 0;
	script = arena_new(arena, struct shell_script);
	if (!script)
		return arena_err(arena, err);
	result = in->exec_form ? exec_script(in, arena, script, err)
			       : shell_script_of(file, in, arena, script, &read, err);
	step->script = read ? script : NULL;
	return result;
}
