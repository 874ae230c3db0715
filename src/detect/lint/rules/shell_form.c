#include "base/buf.h"
#include "detect/lint/rule.h"

/* What only a shell does, or does otherwise than the program of that name. */
static bool is_builtin(struct str name)
{
	static const char *const names[] = {".", ":", "[", "[[", "alias", "cd", "command", "eval",
	    "exec", "exit", "export", "hash", "read", "set", "source", "test", "time", "trap",
	    "type", "ulimit", "umask", "unset", "wait", "builtin", "let", "shopt"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return false;
}

static bool is_literal(const struct shell_word *word)
{
	for (size_t i = 0; i < word->text.n; i++) {
		unsigned char c = (unsigned char)word->text.p[i];

		if (c < 0x20 || c == '"' || c == '\\' || c == '{' || c == '~')
			return false;
	}
	return !(word->flags & (SHELL_WORD_EXPANDS | SHELL_WORD_GLOBS));
}

/* One command and nothing that a shell is needed for: no operator, no redirection, no variable. */
static const struct shell_command *plain_command(const struct docker_step *step)
{
	const struct shell_script *script = step->script;
	const struct shell_command *c;
	struct text_range range, all;

	if (!script || script->incomplete || script->commands.n != 1)
		return NULL;
	c = &script->commands.p[0];
	range = shell_command_range(c);
	all = docker_range(step->instruction, step->instruction->args);
	if (range.offset != all.offset || range.end != all.end || c->n_assigns > 0 ||
	    c->name.n == 0 || is_builtin(c->name))
		return NULL;
	for (size_t i = 0; i < c->n_words; i++)
		if (!is_literal(&c->words[i]))
			return NULL;
	return c;
}

static bool stage_has(
    const struct docker_view *view, const struct docker_step *step, enum docker_kind kind)
{
	for (size_t i = 0; i < view->n_steps; i++)
		if (view->steps[i].stage == step->stage && lint_step_is(&view->steps[i], kind))
			return true;
	return false;
}

/* Docker's official images that have no ENTRYPOINT, or one that executes the words of a CMD. */
static bool runs_what_it_is_given(const struct docker_reference *image)
{
	static const char *const names[] = {"almalinux", "alpine", "amazonlinux", "archlinux",
	    "buildpack-deps", "busybox", "centos", "debian", "eclipse-temurin", "fedora", "gcc",
	    "golang", "httpd", "nginx", "node", "openjdk", "opensuse/leap", "opensuse/tumbleweed",
	    "oraclelinux", "perl", "php", "python", "rockylinux", "ruby", "rust", "ubuntu", NULL};
	struct str name = image->repository;

	if (str_starts(name, STR("library/")))
		name = str_sub(name, 8, name.n);
	return (image->registry.n == 0 || str_eq(image->registry, STR("docker.io"))) &&
	       lint_is_any(name, names);
}

/* Of a CMD: with an ENTRYPOINT its words would be arguments, and with another shell it may be
 * meant. *ret_level says how far it is known that there is neither. */
static bool stands_alone(
    const struct docker_view *view, const struct docker_step *step, enum edit_level *ret_level)
{
	const struct docker_stage *lowest;

	if (!step->stage || step->shell)
		return false;
	for (const struct docker_stage *s = step->stage; s; s = s->parent)
		for (size_t i = 0; i < s->n_steps; i++)
			if (lint_step_is(&view->steps[s->first_step + i], DOCKER_ENTRYPOINT))
				return false;
	lowest = step->stage->lowest;
	*ret_level = lowest->image_known && runs_what_it_is_given(&lowest->base) ? EDIT_SAFE
										 : EDIT_SUGGESTED;
	return true;
}

/* A CMD that stands alone, or an ENTRYPOINT with no CMD beside it, whose words would become its
 * arguments. */
static void offer_list(struct lint *l, const struct docker_view *view,
    const struct docker_step *step, struct buf *text)
{
	const struct shell_command *c = plain_command(step);
	enum edit_level level = EDIT_SAFE;

	if (!c)
		return;
	if (lint_step_is(step, DOCKER_CMD)
		? !stands_alone(view, step, &level)
		: !lint_step_is(step, DOCKER_ENTRYPOINT) || stage_has(view, step, DOCKER_CMD))
		return;
	for (size_t i = 0; i < c->n_words; i++)
		buf_addf(text, "%s\"" STR_FMT "\"", i ? ", " : "[", STR_ARG(c->words[i].text));
	buf_addc(text, ']');
	if (buf_ok(text))
		lint_edit(l, level, shell_command_range(c), buf_str(text));
}

static void check_shell_form(struct lint *l, const struct docker_view *view)
{
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;
		struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));

		/* Who sets SHELL in the file wants one. */
		if ((in->kind != DOCKER_CMD && in->kind != DOCKER_ENTRYPOINT) || in->exec_form ||
		    in->args.n == 0 || step->shell)
			continue;
		offer_list(l, view, step, &text);
		if (in->args.p[0] == '[')
			lint_instruction(l, in,
			    "%s looks like a JSON list but is not one: a shell runs it",
			    docker_kind_word(in->kind));
		else
			lint_instruction(l, in, "%s in shell form", docker_kind_word(in->kind));
	}
}

static bool is_shell_form(struct lint *l, const struct hado_step *step)
{
	const struct docker_instruction *in = step->in;

	(void)l;
	return (in->kind == DOCKER_CMD || in->kind == DOCKER_ENTRYPOINT ||
		   (in->kind == DOCKER_HEALTHCHECK && str_starts_nocase(in->args, STR("CMD")))) &&
	       !in->exec_form;
}

const struct lint_rule rule_shell_form = {
    .id = "DL3025",
    .alias = {"JSONArgsRecommended"},
    .title = "CMD or ENTRYPOINT in shell form",
    .why = "A shell stands between the container and its process: signals do not reach it, "
	   "so it is killed instead of stopped, and the shell expands what it is given.",
    .fix = "write its words as a JSON list, such as [\"program\", \"--option\"]",
    .threat = "runtime",
    .since = "2026-11-23",
    .peer = "warning",
    .references = {"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form"},
    .severity = SEVERITY_LOW,
    .dockerfile = check_shell_form,
    .hadolint = {.step = is_shell_form},
};
