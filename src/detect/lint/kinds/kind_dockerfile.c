/*
 * Dockerfiles: by their names, and by their first instruction.
 */
#include "base/opt.h"
#include "detect/lint/kind.h"
#include "detect/lint/shellcheck.h"

/* ---- Dockerfiles ---- */

enum docker_name {
	NAME_OTHER,
	NAME_DERIVED, /* a Dockerfile's name with an ending that says it is something else */
	NAME_FITS,
	NAME_EXACT, /* Dockerfile, Containerfile */
};

/* Endings of what is made from a Dockerfile, or what a Dockerfile is made from. */
static bool is_derived(struct str name)
{
	static const char *const ends[] = {"ignore", ".md", ".markdown", ".rst", ".adoc", ".html",
	    ".golden", ".want", ".expected", ".expect", ".snap", ".out", ".log", ".lock",
	    ".template", ".templ", ".tmpl", ".tpl", ".j2", ".jinja", ".jinja2", ".erb", ".ejs",
	    ".hbs", ".mustache", ".mako", ".gotmpl", ".m4", ".in", ".bak", ".backup", ".orig",
	    ".old", ".rej", ".swp", ".swo", ".save", ".tmp", ".patch", ".diff", "~", ".json",
	    ".yaml", ".yml", ".toml", ".xml", ".sum", ".sha256", ".sig", ".asc", ".gz", ".zip"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends_nocase(name, str_of(ends[i])))
			return true;
	return false;
}

static enum docker_name docker_name(struct str path)
{
	static const struct str names[] = {STR_INIT("dockerfile"), STR_INIT("containerfile")};
	static const struct str ends[] = {STR_INIT(".dockerfile"), STR_INIT(".containerfile")};
	struct str name = str_base_name(path);
	bool fits = false;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char next = name.n > names[i].n ? name.p[names[i].n] : '\0';

		if (str_eq_nocase(name, names[i]))
			return NAME_EXACT;
		fits |= str_starts_nocase(name, names[i]) &&
			(next == '.' || next == '-' || next == '_' || next == '~');
		fits |= str_ends_nocase(name, ends[i]);
	}
	if (!fits)
		return NAME_OTHER;
	return is_derived(name) ? NAME_DERIVED : NAME_FITS;
}

bool lint_is_dockerfile_name(struct str path)
{
	return docker_name(path) >= NAME_FITS;
}

static size_t count_words(struct str line, struct str words[4])
{
	size_t n = 0;

	for (line = str_trim_left(line); line.n > 0 && n < 4; line = str_trim_left(line)) {
		size_t end = 0;

		while (end < line.n && !byte_is_blank(line.p[end]))
			end++;
		if (n < 2 || !str_starts(line, STR("--")))
			words[n++] = str_sub(line, 0, end);
		line = str_sub(line, end, line.n);
	}
	return n;
}

/* FROM or ARG as they are written; in small letters only if the rest fits too, since "from"
 * begins a line of Python and of prose. */
static bool begins_dockerfile(struct str first)
{
	struct str words[4];
	size_t n = count_words(first, words);

	if (n == 0)
		return false;
	if (str_eq(words[0], STR("FROM")) || str_eq(words[0], STR("ARG")))
		return true;
	if (n >= 2 && str_eq_nocase(words[0], STR("from")))
		return str_starts(words[1], STR("--")) || n == 2 ||
		       (n == 4 && str_eq_nocase(words[2], STR("as")));
	return n == 2 && str_eq_nocase(words[0], STR("arg"));
}

/* In a file that is called Dockerfile: nearly FROM or ARG, in capitals; or one of them alone. */
static bool begins_broken_dockerfile(struct str first)
{
	static const char *const starts[] = {"FROM", "ARG"};
	size_t n = 0;

	if (docker_kind_of(first) == DOCKER_FROM || docker_kind_of(first) == DOCKER_ARG)
		return true;
	while (n < first.n && first.p[n] >= 'A' && first.p[n] <= 'Z')
		n++;
	if (n < 2 || (n < first.n && !byte_is_blank(first.p[n])))
		return false;
	return docker_kind_of(str_sub(first, 0, n)) == DOCKER_UNKNOWN &&
	       opt_nearest(str_sub(first, 0, n), starts, ARRAY_LEN(starts)) != NULL;
}

struct lint_builds lint_builds_of(const struct lint_opts *opts, struct str path)
{
	struct lint_builds found = {opts->builds.p, 0};
	size_t low = 0, high = opts->builds.n;

	if (opts->build && str_eq(path, opts->build->path))
		return (struct lint_builds){opts->build, 1};
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(opts->builds.p[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	found.p += low;
	while (low + found.n < opts->builds.n && str_eq(found.p[found.n].path, path))
		found.n++;
	return found;
}

int lint_builds_add(
    struct lint_builds *builds, struct lint_builds more, struct arena *arena, struct err *err)
{
	struct lint_build *all = arena_array(arena, builds->n + more.n, sizeof *all);
	size_t n = 0, i = 0, k = 0;

	if (!all)
		return arena_err(arena, err);
	while (i < builds->n || k < more.n) {
		bool old = k == more.n ||
			   (i < builds->n && str_cmp(builds->p[i].path, more.p[k].path) <= 0);

		all[n++] = old ? builds->p[i++] : more.p[k++];
	}
	*builds = (struct lint_builds){all, n};
	return 0;
}

static bool is_built(struct str path, const struct lint_opts *opts)
{
	return lint_builds_of(opts, path).n > 0;
}

static bool wants(struct str path, const struct lint_opts *opts)
{
	return is_built(path, opts) || docker_name(path) >= NAME_FITS;
}

static int recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, enum lint_match *ret, struct err *err)
{
	enum docker_name name = docker_name(path);
	struct str first;

	*ret = LINT_IS_NOT;
	if (!opts->named && !wants(path, opts))
		return 0;
	/* To hadolint all that it is given is one. */
	if (opts->named && opts->dialect == LINT_HADOLINT) {
		*ret = LINT_IS;
		return 0;
	}
	if (is_built(path, opts) || (opts->named && name != NAME_OTHER)) {
		*ret = name == NAME_DERIVED && !is_built(path, opts) ? LINT_MAY_BE : LINT_IS;
		return 0;
	}
	if (dockerfile_first(bytes, arena, &first, err) != 0)
		return -1;
	/* One without any instruction, or in UTF-16, is one that a build refuses. */
	if (begins_dockerfile(first) || (name == NAME_EXACT && begins_broken_dockerfile(first)) ||
	    (name >= NAME_FITS && first.n == 0))
		*ret = name >= NAME_FITS ? LINT_IS : LINT_MAY_BE;
	return 0;
}

/* ---- judging ---- */

extern const struct lint_rule rule_parse_error;

static bool is_prose(const struct dockerfile *file)
{
	size_t known = 0;

	for (size_t i = 0; i < file->instructions.n; i++) {
		const struct docker_instruction *in = &file->instructions.p[i];
		char first = in->keyword.n > 0 ? in->keyword.p[0] : '\0';

		known +=
		    in->kind != DOCKER_UNKNOWN && !in->malformed && first >= 'A' && first <= 'Z';
	}
	return file->instructions.n > 0 && file->instructions.p[0].kind != DOCKER_FROM &&
	       file->instructions.p[0].kind != DOCKER_ARG && known * 2 < file->instructions.n;
}

/* A text that is no Dockerfile at all: one finding, not one for each of its lines. */
static void report_prose(struct lint *l)
{
	struct text_range range = {
	    l->file->instructions.p[0].offset, l->file->instructions.p[0].head_end};

	lint_rule_begin(l, &rule_parse_error);
	lint_report(l, range, STR("no Dockerfile"), "begin it with FROM, or name another file",
	    "this is no Dockerfile: its first line is neither FROM nor ARG, and most of its "
	    "lines are not instructions");
}

static void each_command(struct lint *l, const struct docker_step *step)
{
	if (!lint_step_is(step, DOCKER_RUN) || !step->script)
		return;
	for (size_t i = 0; i < step->script->commands.n; i++)
		l->rule->command(l, step, &step->script->commands.p[i]);
}

static int run_rules(struct lint *l, const struct docker_view *view)
{
	const struct lint_rule *rule;

	l->next_rule = 0;
	while ((rule = lint_next_rule(l)) != NULL) {
		if (rule->dockerfile)
			rule->dockerfile(l, view);
		for (size_t i = 0; i < view->n_steps && (rule->step || rule->command); i++) {
			if (rule->step)
				rule->step(l, &view->steps[i]);
			if (rule->command)
				each_command(l, &view->steps[i]);
		}
	}
	shellcheck_view(l, view);
	return 0;
}

/* ---- as hadolint judges ---- */

static int judge_as_hadolint(struct lint *l)
{
	const struct lint_rule *rule;
	struct hado_file hado;

	/* What it cannot read it does not judge. */
	if (l->file->problems.n > 0) {
		const struct docker_problem *problem = &l->file->problems.p[0];
		struct text_range range = {(uint32_t)problem->offset, (uint32_t)problem->end};

		lint_rule_begin(l, &rule_parse_error);
		lint_report(l, range, str_of(problem->what), problem->fix, "%s", problem->what);
		return 0;
	}
	if (hado_read(l->file, l->arena, &hado, l->err) != 0)
		return -1;
	l->pragmas = &hado.pragmas;
	while ((rule = lint_next_rule(l)) != NULL) {
		hado_judge(l, &hado.plain);
		if (rule->hadolint.onbuild && hado.onbuild.n_steps > 0)
			hado_judge(l, &hado.onbuild);
	}
	shellcheck_hado(l, &hado.plain);
	shellcheck_hado(l, &hado.onbuild);
	l->pragmas = NULL;
	return 0;
}

/* A target that the file does not have: the source's own build cannot go on; that of a build file
 * is judged there (PL1101), and the Dockerfile as if it had none. */
static int judge_build(struct lint *l, const struct docker_build *how)
{
	struct docker_view view;

	if (docker_view_init_build(&view, l->file, how, l->arena, l->err) != 0)
		return -1;
	if (view.built || view.cut || !how || how->target.n == 0)
		return run_rules(l, &view);
	if (!l->opts->build || how != &l->opts->build->how)
		return judge_build(l, NULL);
	return err_set(l->err, ERR_CONFIG, STR_FMT " has no stage " STR_FMT ", which is the target",
	    STR_ARG(l->unit->origin.path), STR_ARG(how->target));
}

/* As each of them builds it; what several find alike is one finding. */
static int judge_builds(struct lint *l, struct lint_builds builds)
{
	struct map seen;

	check_directive_read(l->file, &l->check);
	if (builds.n == 0)
		return judge_build(l, NULL);
	map_init(&seen, l->arena);
	l->seen = builds.n > 1 ? &seen : NULL;
	for (size_t i = 0; i < builds.n && !l->failed; i++)
		if (judge_build(l, &builds.p[i].how) != 0)
			return -1;
	l->seen = NULL;
	return 0;
}

static int read_file(struct lint *l, enum docker_dialect dialect)
{
	struct dockerfile *file = arena_new(l->arena, struct dockerfile);

	if (!file)
		return arena_err(l->arena, l->err);
	if (dockerfile_parse_dialect(l->unit->bytes, dialect, l->arena, file, l->err) != 0)
		return -1;
	l->file = file;
	l->lines = &file->lines;
	return 0;
}

static int judge(struct lint *l)
{
	struct lint_builds builds = lint_builds_of(l->opts, l->unit->origin.path);

	if (read_file(l, builds.n > 0 ? builds.p[0].dialect : DOCKER_BUILDKIT) != 0)
		return -1;
	if (l->opts->dialect == LINT_HADOLINT)
		return judge_as_hadolint(l);
	if (!is_prose(l->file))
		return judge_builds(l, builds);
	report_prose(l);
	return 0;
}

extern const struct lint_kind kind_dockerfile;

/* The lines of the file that a text's own stand on, if they are as they stand there: those of a
 * block in YAML ("|"), and of a here-document. */
static struct lint_shift shift_of(
    const struct unit *unit, const struct node *text, const struct syntax_tree *tree)
{
	struct lint_shift shift = {.whole = true};
	char first = tree->text.p[text->offset];
	struct str line;

	node_place(tree, text, unit->origin.path, &shift.at);
	if (first != '|' && first != '<')
		return shift;
	shift.whole = false;
	shift.lines = line_index_line(&tree->lines, text->offset);
	line = line_index_text(&tree->lines, shift.lines + 1);
	shift.columns = (uint32_t)(line.n - str_trim_left(line).n);
	shift.columns -= (uint32_t)(text->text.n - str_trim_left(text->text).n);
	return shift;
}

int lint_inner(
    struct lint *outer, const struct build_target *target, const struct syntax_tree *tree)
{
	struct unit unit = *outer->unit;
	const struct lint_shift shift = shift_of(&unit, target->text, tree);
	const struct lint_build build = {.how = target->how};
	struct lint inner = {.unit = &unit,
	    .opts = outer->opts,
	    .kind = &kind_dockerfile,
	    .shift = &shift,
	    .sink = outer->sink,
	    .arena = outer->arena,
	    .err = outer->err};

	unit.bytes = target->text->text;
	if (read_file(&inner, DOCKER_BUILDKIT) != 0 ||
	    judge_builds(&inner, (struct lint_builds){&build, 1}) != 0)
		return -1;
	outer->failed = inner.failed;
	return 0;
}

static bool has_rule(const struct lint_rule *rule)
{
	return rule->dockerfile || rule->step || rule->command || hado_has(&rule->hadolint);
}

const struct lint_kind kind_dockerfile = {
    .name = "Dockerfile",
    .wants = wants,
    .means = wants,
    .recognise = recognise,
    .has_rule = has_rule,
    .judge = judge,
};
