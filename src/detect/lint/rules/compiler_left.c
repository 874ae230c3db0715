#include "detect/lint/rule.h"

static const char *const packages[] = {"alpine-sdk", "autoconf", "automake", "base-devel",
    "build-base", "build-essential", "cargo", "clang", "cmake", "g++", "gcc", "gcc-c++", "golang",
    "golang-go", "make", "maven", "gradle", "rustc", "rust", "ninja-build", "bison", "default-jdk",
    "@development", NULL};

/* "gcc=12.2", "gcc-12", "'Development Tools'" */
static bool is_tool(struct str word)
{
	struct str name = word, version;
	size_t dash;

	(void)str_split(word, '=', &name, &version);
	if (str_eq_nocase(name, STR("Development Tools")) ||
	    str_eq_nocase(name, STR("@Development Tools")))
		return true;
	if (str_starts(name, STR("openjdk-")) && str_ends(name, STR("-jdk")))
		return true;
	if (lint_is_any(name, packages))
		return true;
	dash = str_rchr(name, '-');
	return dash != STR_NPOS && dash + 1 < name.n && byte_is_digit(name.p[dash + 1]) &&
	       lint_is_any(str_sub(name, 0, dash), packages);
}

static const struct shell_word *find_tool(const struct shell_command *c)
{
	for (size_t i = 1; lint_installs(c) && i < c->n_words; i++)
		if (is_tool(c->words[i].text))
			return &c->words[i];
	return NULL;
}

/* "apt-get purge", "apk del", "yum remove": what they name is not asked, one removal is meant for
 * what was installed before. */
static bool removes(const struct shell_command *c)
{
	static const char *const managers[] = {"apt-get", "apt", "aptitude", "apk", "yum", "dnf",
	    "microdnf", "zypper", "pacman", "dpkg", "rpm", "tdnf", NULL};
	static const char *const verbs[] = {"purge", "remove", "autoremove", "auto-remove", "del",
	    "erase", "-R", "-Rs", "-Rns", "-P", "-e", "rm", "--purge", "history", NULL};

	if (!lint_is_any(c->name, managers))
		return false;
	for (size_t i = 1; i < c->n_words; i++)
		if (lint_is_any(c->words[i].text, verbs))
			return true;
	return false;
}

/* Names of stages and images that are for building, or for people who build. */
static bool is_for_building(struct str name)
{
	static const char *const words[] = {"dev", "devel", "develop", "development", "test",
	    "tests", "testing", "ci", "build", "builder", "buildbase", "sdk", "debug", "compile",
	    "compiler", "devcontainer", "devcontainers", "toolchain", "cross", "jdk", "lint",
	    "workspace", "notebook", "buildpack", "runner", "agent"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (lint_name_says(name, words[i]))
			return true;
	return false;
}

/* They hold compilers themselves: what is added is no news. */
static bool has_its_own(const struct docker_reference *image)
{
	static const char *const names[] = {"gcc", "golang", "rust", "buildpack-deps", "maven",
	    "gradle", "haskell", "swift", "erlang", "elixir", "perl", "julia", "clojure", "sbt",
	    "dart", "emscripten/emsdk", "kaniko", "openjdk", NULL};
	static const char *const full[] = {"python", "node", "ruby", "pypy", "php", NULL};
	struct str name = image->repository;

	if (str_starts(name, STR("library/")))
		name = str_sub(name, 8, name.n);
	if (lint_is_any(name, names))
		return true;
	return lint_is_any(name, full) && !lint_name_says(image->tag, "slim") &&
	       !str_has(image->tag, STR("alpine"));
}

static bool is_exempt(const struct docker_view *view)
{
	const struct docker_stage *built = view->built;
	struct str name = built->lowest->base.repository;
	struct str path = name;

	for (const struct docker_stage *s = built; s; s = s->parent)
		if (is_for_building(s->name))
			return true;
	while (str_cut(&path, '/', &name))
		if (is_for_building(name))
			return true;
	return is_for_building(built->lowest->base.tag) || has_its_own(&built->lowest->base);
}

static bool check_run(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *at = NULL;
	const struct shell_word *tool = NULL;

	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];
		const struct shell_word *word = find_tool(c);

		if (word && !tool && !c->condition) {
			tool = word;
			at = c;
		} else if (removes(c)) {
			tool = NULL;
		}
	}
	if (tool)
		lint_word(l, at, tool, STR_FMT " stays in the image", STR_ARG(tool->text));
	return tool != NULL;
}

/* What the image runs is such a tool itself. */
static bool runs_tool(const struct docker_view *view)
{
	static const char *const names[] = {
	    "cc", "go", "mvn", "distccd", "sbt", "bazel", "msbuild", "scons", NULL};

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		bool starts =
		    lint_step_is(step, DOCKER_CMD) || lint_step_is(step, DOCKER_ENTRYPOINT);

		if (!starts || !step->stage || !step->stage->shipped || !step->script)
			continue;
		for (size_t k = 0; k < step->script->commands.n; k++)
			if (is_tool(step->script->commands.p[k].name) ||
			    lint_is_any(step->script->commands.p[k].name, names))
				return true;
	}
	return false;
}

/* The first one says it for all. */
static void check_compiler_left(struct lint *l, const struct docker_view *view)
{
	if (!view->built || is_exempt(view) || runs_tool(view))
		return;
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_RUN) && !step->onbuild && step->script &&
		    step->stage && step->stage->shipped && check_run(l, step))
			return;
	}
}

const struct lint_rule rule_compiler_left = {
    .id = "PL1021",
    .title = "a compiler or build tool is left in the image",
    .why =
	"What builds software serves whoever breaks in as well: it makes programs for this very system, and it has flaws of its own that somebody has to watch.",
    .fix = "build in a stage of its own and copy the result, or remove the tools in the same RUN",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/multi-stage/",
	"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {NIST("4.1.2"), PCI("2.2.4"), CIS("4.3")},
    .severity = SEVERITY_INFO,
    .dockerfile = check_compiler_left,
};
