#include "detect/lint/shellcheck.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "read/syntax/node.h"

#include <string.h>

enum {
	NESTING = 16,
	CODE_MIN = 1000, /* of ShellCheck's findings */
	CODE_MAX = 9999,
	/* Names that a script is given, in bytes: a file that sets a million is not worth it. */
	NAMES_BYTES = 8 << 10,
	SCRIPT_BYTES = 512 << 10, /* a longer one is not given to it */
	RUN_BYTES = 2 << 20,	  /* nor more at once, unless one script is */
};

/* Said of every script: what it sources is not there, and that ash is not fully known. */
static const unsigned excluded[] = {1090, 1091, 2187};

/* One text for ShellCheck. */
struct script {
	struct str text;		  /* "#!/bin/sh", the names, and the script itself */
	struct str body;		  /* the script, as `placed` has it */
	const struct placed_text *placed; /* NULL: hadolint's, which has no places */
	uint32_t first_line;		  /* of the body in the text, 1-based */
	uint32_t line;			  /* of the instruction in the file */
};

struct remark;

struct scripts {
	struct script *p;
	size_t n, cap;
};

struct check {
	struct lint *lint;
	struct remark *last; /* hadolint's: the last of each script; a script of NULL: none */
	struct buf names;    /* "export NAME=1" lines */
	uint32_t n_names;
	struct scripts scripts;
};

/* ---- what it is given ---- */

static bool is_name(struct str name)
{
	if (name.n == 0 || byte_is_digit(name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!byte_is_alnum(name.p[i]) && name.p[i] != '_')
			return false;
	return true;
}

static void add_name(struct check *c, struct str name)
{
	if (!is_name(name) || c->names.n + name.n > NAMES_BYTES)
		return;
	buf_addf(&c->names, "export " STR_FMT "=1\n", STR_ARG(name));
	c->n_names++;
}

/* What every builder lets through. */
static void add_proxies(struct check *c)
{
	static const char *const names[] = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY",
	    "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy"};

	buf_clear(&c->names);
	c->n_names = 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add_name(c, str_of(names[i]));
}

/* Bytes that are no UTF-8 become '?', one for each, so that columns stay. */
static void add_body(struct buf *b, struct str body)
{
	uint32_t rune;

	for (size_t i = 0, n; i < body.n; i += n) {
		n = utf8_decode(str_sub(body, i, body.n), &rune);
		if (n == 0)
			buf_addc(b, '?');
		else
			buf_add(b, str_sub(body, i, n));
		n = MAX_OF(n, (size_t)1);
	}
}

/* shell: an absolute path; ignored if the body says who reads it. */
static void add_script(struct check *c, struct script script, struct str shell)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(c->names.n + script.body.n + shell.n + 16);

	if (script.body.n == 0 || script.body.n > SCRIPT_BYTES ||
	    str_chr(script.body, '\0') != STR_NPOS)
		return;
	script.first_line = 1;
	if (!str_starts(script.body, STR("#!"))) {
		buf_addf(&text, "#!" STR_FMT "\n", STR_ARG(shell));
		buf_add(&text, buf_str(&c->names));
		script.first_line += 1 + c->n_names;
	}
	add_body(&text, script.body);
	if (!buf_ok(&text))
		return;
	script.text = arena_str(c->lint->arena, buf_str(&text));
	(void)vec_push(&c->scripts, c->lint->arena, script);
}

/* ---- what it says ---- */

struct remark {
	const struct script *script;
	uint32_t line, column, end_line, end_column;
	unsigned code;
	struct str level, message;
};

typedef void remark_fn(struct check *check, const struct remark *remark);

static uint32_t number(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, str_of(key));
	uint64_t value = 0;

	if (!node || !str_to_u64(node_text(node), &value) || value > UINT32_MAX)
		return 0;
	return (uint32_t)value;
}

static bool is_excluded(unsigned code)
{
	for (size_t i = 0; i < ARRAY_LEN(excluded); i++)
		if (excluded[i] == code)
			return true;
	return false;
}

/* The script that "/dev/fd/N" is; NULL: it is not one of them. */
static const struct script *script_of(
    const struct script *scripts, size_t n, unsigned first_file, struct str file)
{
	static const struct str folder = STR_INIT("/dev/fd/");
	uint64_t number;

	if (!str_starts(file, folder) || !str_to_u64(str_sub(file, folder.n, file.n), &number) ||
	    number < first_file || number - first_file >= n)
		return NULL;
	return &scripts[number - first_file];
}

static void take_remarks(
    struct check *c, const struct script *scripts, size_t n, struct str json, remark_fn *fn)
{
	struct lint *l = c->lint;
	const struct node *list;
	struct syntax_tree tree;

	if (json_tree(json, NESTING, l->arena, &tree, l->err) != 0) {
		l->failed = true;
		return;
	}
	list = tree.roots.n > 0 ? node_get(tree.roots.p[0], STR("comments")) : NULL;
	for (const struct node *at = list ? node_first(list) : NULL; at; at = at->next) {
		struct str file = node_text(node_get(at, STR("file")));
		struct remark r = {script_of(scripts, n, l->opts->checker->first_file, file),
		    number(at, "line"), number(at, "column"), number(at, "endLine"),
		    number(at, "endColumn"), number(at, "code"),
		    node_text(node_get(at, STR("level"))), node_text(node_get(at, STR("message")))};

		if (r.script && r.line >= r.script->first_line && r.code >= CODE_MIN &&
		    r.code <= CODE_MAX && !is_excluded(r.code))
			fn(c, &r);
	}
}

/* One process for each LINT_CHECKED_MAX of them. */
static void run(struct check *c, remark_fn *fn)
{
	struct lint *l = c->lint;
	struct lint_checker *checker = l->opts->checker;
	struct str texts[LINT_CHECKED_MAX], json;

	for (size_t i = 0, n; i < c->scripts.n && !l->failed; i += n) {
		struct err why = ERR_INIT;
		size_t bytes = 0;

		for (n = 0; n < LINT_CHECKED_MAX && i + n < c->scripts.n && bytes < RUN_BYTES;
		    n++) {
			texts[n] = c->scripts.p[i + n].text;
			bytes += texts[n].n;
		}
		if (checker->run(checker, texts, n, l->arena, &json, &why) == 0) {
			take_remarks(c, c->scripts.p + i, n, json, fn);
		} else if (why.code != ERR_NOT_FOUND) {
			*l->err = why;
			l->failed = true;
		}
	}
}

/* ---- as rules ---- */

static enum severity severity_of(struct str level)
{
	if (str_eq(level, STR("error")))
		return SEVERITY_MEDIUM;
	return str_eq(level, STR("warning")) ? SEVERITY_LOW : SEVERITY_INFO;
}

static const struct lint_rule *rule_of(struct lint *l, const struct remark *r)
{
	struct lint_rule *rule = arena_new(l->arena, struct lint_rule);

	if (!rule)
		return NULL;
	*rule = (struct lint_rule){
	    .id = arena_fmt(l->arena, "SC%u", r->code).p,
	    /* Never the script's words: it stands for a message that quotes a secret. */
	    .title = "a mistake that ShellCheck knows",
	    .why = "ShellCheck reads the script and knows this for a mistake that shells accept.",
	    .fix = arena_fmt(l->arena, "see https://www.shellcheck.net/wiki/SC%u", r->code).p,
	    .threat = "image",
	    .since = "2026-11-27",
	    .peer = arena_cstr(l->arena, r->level),
	    .references = {arena_fmt(l->arena, "https://www.shellcheck.net/wiki/SC%u", r->code).p},
	    .severity = severity_of(r->level),
	};
	return arena_ok(l->arena) ? rule : NULL;
}

/* The byte of the body at a line and column of the text; the body's end if it has no such place. */
static size_t byte_at(const struct script *s, uint32_t line, uint32_t column)
{
	size_t at = 0;
	uint32_t rune;

	for (uint32_t i = s->first_line; i < line && at < s->body.n; i++) {
		size_t end = str_chr(str_sub(s->body, at, s->body.n), '\n');

		at = end == STR_NPOS ? s->body.n : at + end + 1;
	}
	for (; column > 1 && at < s->body.n && s->body.p[at] != '\n'; column--)
		at += MAX_OF(utf8_decode(str_sub(s->body, at, s->body.n), &rune), (size_t)1);
	return at;
}

static void report_remark(struct check *c, const struct remark *r)
{
	struct lint *l = c->lint;
	const struct lint_rule *rule = rule_of(l, r);
	size_t start = byte_at(r->script, r->line, r->column);
	size_t end = byte_at(r->script, r->end_line, r->end_column);
	struct str part = str_sub(r->script->body, start, end > start ? end - start : 0);

	if (!rule)
		return;
	lint_rule_begin(l, rule);
	lint_report(
	    l, placed_range(r->script->placed, part), part, NULL, STR_FMT, STR_ARG(r->message));
}

/* The interpreter's path by its name; empty: ShellCheck does not know that shell. */
static struct str interpreter(struct lint *l, struct str shell)
{
	static const char *const known[] = {"sh", "bash", "dash", "ksh", "ash"};
	struct str name = str_base_name(shell);

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(name, str_of(known[i])))
			return arena_fmt(l->arena, "/bin/%s", known[i]);
	return STR_NONE;
}

static void add_pairs(struct check *c, const struct docker_instruction *in)
{
	if (in->kind != DOCKER_ENV && in->kind != DOCKER_ARG)
		return;
	for (size_t i = 0; i < in->n_pairs; i++)
		add_name(c, in->pairs[i].name.text);
}

/* What the stage has from those that it builds on. */
static void add_inherited(
    struct check *c, const struct docker_view *view, const struct docker_stage *stage)
{
	add_proxies(c);
	for (const struct docker_stage *s = stage ? stage->parent : NULL;
	    s && c->names.n < NAMES_BYTES / 2; s = s->parent)
		for (size_t i = 0; i < s->n_steps; i++)
			add_pairs(c, view->steps[s->first_step + i].instruction);
}

/* One way through the steps of a view. */
struct view_walk {
	struct check *c;
	const struct docker_view *view;
	const struct docker_stage *stage;
	/* The shell that a comment names ("# hadolint shell=bash"), empty if none does: above the
	 * first FROM, here, and where each stage ended. */
	struct str first, said, *ends;
	size_t next_comment;
	uint32_t behind; /* where the instruction before ends: comments in it say nothing */
};

static void take_comments(struct view_walk *w, const struct docker_instruction *in)
{
	const struct dockerfile *file = w->view->file;

	for (; w->next_comment < file->comments.n; w->next_comment++) {
		struct str comment = file->comments.p[w->next_comment].text;
		size_t offset = (size_t)(comment.p - file->text.p);
		struct hado_pragma pragma;

		if (offset >= in->offset)
			break;
		if (offset >= w->behind && hado_pragma_read(comment, &pragma) &&
		    pragma.scope == HADO_SHELL)
			w->said = pragma.ids;
	}
	w->behind = in->end;
}

/* A stage goes on from the one that it builds on. */
static void begin_stage(struct view_walk *w, const struct docker_stage *stage)
{
	if (w->stage)
		w->ends[w->stage->index] = w->said;
	else
		w->first = w->said;
	w->said = stage && stage->parent ? w->ends[stage->parent->index] : w->first;
	w->stage = stage;
	add_inherited(w->c, w->view, stage);
}

/* Empty: none that ShellCheck knows. */
static struct str shell_of(const struct view_walk *w, const struct docker_step *step)
{
	struct str said = w->said, word;

	if (str_cut(&said, ' ', &word) && word.n > 0)
		return interpreter(w->c->lint, word);
	if (!step->shell || step->shell->n_words == 0)
		return STR("/bin/sh");
	return interpreter(w->c->lint, step->shell->words[0].text);
}

/* A shell that reads its script from the standard input: "bash", "sh -eu", "bash -eo pipefail". */
static bool reads_input(const struct shell_command *command)
{
	if (!shell_is_shell(command->name))
		return false;
	for (size_t i = 1; i < command->n_words; i++) {
		struct str word = command->words[i].text;

		if (word.n == 0 || (word.p[0] != '-' && word.p[0] != '+') ||
		    (!str_starts(word, STR("--")) && str_chr(word, 'c') != STR_NPOS))
			return false;
		if (!str_starts(word, STR("--")) && word.p[word.n - 1] == 'o')
			i++;
	}
	return true;
}

/* The only command beside what is in here-documents; NULL: there are several. */
static const struct shell_command *only_command(const struct shell_script *script)
{
	const struct shell_command *only = NULL;

	for (size_t i = 0; i < script->commands.n; i++) {
		if (script->commands.p[i].depth > 0)
			continue;
		if (only)
			return NULL;
		only = &script->commands.p[i];
	}
	return only;
}

/* RUN <<'EOF' bash -e: to the shell in force the here-document is a text, to the one that is named
 * it is the script. */
static void add_inner(struct view_walk *w, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;
	const struct shell_command *command = only_command(step->script);
	struct str body = in->n_heredocs == 1 ? in->heredocs[0].body : STR_NONE, shell;
	struct placed_text *placed;

	if (body.n == 0 || str_eq(in->args, in->heredocs[0].raw) || !command ||
	    !reads_input(command))
		return;
	/* What the shell in force replaces is another text. */
	for (size_t i = 0; in->heredocs[0].expand && i < body.n; i++)
		if (str_chr(STR("$`\\"), body.p[i]) != STR_NPOS)
			return;
	shell = interpreter(w->c->lint, command->name);
	placed = arena_new(w->c->lint->arena, struct placed_text);
	if (shell.n == 0 || !placed)
		return;
	*placed =
	    (struct placed_text){.text = body, .base = (uint32_t)(body.p - w->view->file->text.p)};
	add_script(w->c, (struct script){.body = body, .placed = placed}, shell);
}

static void walk_view_step(struct view_walk *w, const struct docker_step *step)
{
	const struct shell_script *script = step->script;
	struct str shell;

	take_comments(w, step->outer);
	if (step->stage != w->stage)
		begin_stage(w, step->stage);
	add_pairs(w->c, step->instruction);
	if (lint_step_is(step, DOCKER_SHELL))
		w->said = STR_NONE;
	if (!lint_step_is(step, DOCKER_RUN) || step->instruction->exec_form || !script ||
	    script->limited)
		return;
	shell = shell_of(w, step);
	if (shell.n == 0)
		return;
	add_script(
	    w->c, (struct script){.body = script->source->text, .placed = script->source}, shell);
	add_inner(w, step);
}

void shellcheck_view(struct lint *l, const struct docker_view *view)
{
	struct check c = {.lint = l, .names = BUF_INIT(NAMES_BYTES + KIB(1))};
	struct view_walk w = {.c = &c, .view = view};

	if (!l->opts->checker || l->failed)
		return;
	w.ends = arena_array(l->arena, view->n_stages + 1, sizeof *w.ends);
	if (!w.ends)
		return;
	add_proxies(&c);
	for (size_t i = 0; i < view->n_steps; i++)
		walk_view_step(&w, &view->steps[i]);
	run(&c, report_remark);
	buf_release(&c.names);
}

/* ---- as hadolint has them ---- */

/* They come in the order of the text: the last of a RUN stays. */
static void keep_last(struct check *c, const struct remark *r)
{
	c->last[r->script - c->scripts.p] = *r;
}

/* What a stage knows; one that builds on it by its name goes on from there. */
struct hado_state {
	struct str shell;
	struct str names; /* lines */
	uint32_t n_names;
};

struct hado_walk {
	struct check *c;
	const struct hado_pass *pass;
	struct str first_shell;	 /* of each stage: what a pragma above the first FROM says */
	struct hado_state *ends; /* of each stage, by its number; its state where it ended */
	size_t *names;		 /* the step of its FROM */
	size_t n_stages, next_pragma;
	struct str shell;
};

static void end_stage(struct hado_walk *w)
{
	if (w->n_stages > 0)
		w->ends[w->n_stages - 1] = (struct hado_state){
		    w->shell, arena_str(w->c->lint->arena, buf_str(&w->c->names)), w->c->n_names};
}

static void begin_hado_stage(struct hado_walk *w, size_t at)
{
	const struct hado_image *from = w->pass->steps[at].from;
	size_t i = w->n_stages;

	w->shell = w->first_shell.n > 0 ? w->first_shell : STR("/bin/sh");
	add_proxies(w->c);
	while (i > 0 && !(w->pass->steps[w->names[i - 1]].from->alias.n > 0 &&
			    str_eq(w->pass->steps[w->names[i - 1]].from->alias, from->text)))
		i--;
	if (i > 0) {
		w->shell = w->ends[i - 1].shell;
		buf_clear(&w->c->names);
		buf_add(&w->c->names, w->ends[i - 1].names);
		w->c->n_names = w->ends[i - 1].n_names;
	}
	w->names[w->n_stages++] = at;
}

/* Pragmas above the line say which shell it is from there on. */
static void take_pragmas(struct hado_walk *w, uint32_t line)
{
	const struct hado_pragmas *pragmas = w->pass->pragmas;

	for (; w->next_pragma < pragmas->n && pragmas->p[w->next_pragma].line < line;
	    w->next_pragma++) {
		if (pragmas->p[w->next_pragma].scope != HADO_SHELL)
			continue;
		w->shell = pragmas->p[w->next_pragma].ids;
		if (w->n_stages == 0)
			w->first_shell = w->shell;
	}
}

static bool is_foreign(struct str shell, struct str script)
{
	static const char *const known[] = {"#!/bin/sh", "#!/bin/bash", "#!/bin/ksh",
	    "#!/usr/bin/env sh", "#!/usr/bin/env bash", "#!/usr/bin/env ksh"};

	if (str_has(shell, STR("pwsh")) || str_has(shell, STR("powershell")) ||
	    str_has(shell, STR("cmd")))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_starts(script, str_of(known[i])))
			return false;
	return str_starts(script, STR("#!"));
}

static void walk_step(struct hado_walk *w, size_t at)
{
	const struct hado_step *step = &w->pass->steps[at];

	take_pragmas(w, step->line);
	if (step->in->kind == DOCKER_FROM) {
		end_stage(w);
		begin_hado_stage(w, at);
	}
	add_pairs(w->c, step->in);
	if (step->in->kind == DOCKER_SHELL && step->in->n_words > 0)
		w->shell = step->in->words[0].text;
	if (step->in->kind == DOCKER_RUN && !step->in->exec_form && !step->limited &&
	    !is_foreign(w->shell, step->script))
		add_script(
		    w->c, (struct script){.body = step->script, .line = step->line}, w->shell);
}

void shellcheck_hado(struct lint *l, const struct hado_pass *pass)
{
	struct check c = {.lint = l, .names = BUF_INIT(NAMES_BYTES + KIB(1))};
	struct hado_walk w = {.c = &c, .pass = pass, .shell = STR("/bin/sh")};

	if (!l->opts->checker || l->failed || pass->n_steps == 0)
		return;
	w.ends = arena_array(l->arena, pass->n_steps, sizeof *w.ends);
	w.names = arena_array(l->arena, pass->n_steps, sizeof *w.names);
	if (!w.ends || !w.names)
		return;
	add_proxies(&c);
	for (size_t i = 0; i < pass->n_steps; i++)
		walk_step(&w, i);
	c.last = arena_array(l->arena, c.scripts.n + 1, sizeof *c.last);
	if (c.last)
		run(&c, keep_last);
	for (size_t i = 0; c.last && i < c.scripts.n; i++) {
		const struct lint_rule *rule = c.last[i].script ? rule_of(l, &c.last[i]) : NULL;

		if (rule) {
			lint_rule_begin(l, rule);
			hado_report_as(l, c.scripts.p[i].line, c.last[i].message);
		}
	}
	buf_release(&c.names);
}
