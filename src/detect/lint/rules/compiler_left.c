#include "detect/lint/rule.h"

static const char *const packages[] = {"alpine-sdk", "autoconf", "automake", "base-devel",
    "build-base", "build-essential", "cargo", "clang", "cmake", "g++", "gcc", "gcc-c++", "golang",
    "golang-go", "make", "maven", "gradle", "rustc", "rust", "ninja-build", "bison", "default-jdk",
    "@development", NULL};
static const char *const programs[] = {
    "cc", "go", "mvn", "distccd", "sbt", "bazel", "msbuild", "scons", NULL};
static const char *const bases[] = {"gcc", "golang", "rust", "buildpack-deps", "maven", "gradle",
    "haskell", "swift", "erlang", "elixir", "perl", "julia", "clojure", "sbt", "dart",
    "emscripten/emsdk", "openjdk", NULL};
static const char *const full_bases[] = {"python", "node", "ruby", "pypy", "php", NULL};

/* "'Development Tools'", a group of yum's; Java's by number */
static bool is_more(struct str name)
{
	return str_eq_nocase(name, STR("Development Tools")) ||
	       str_eq_nocase(name, STR("@Development Tools")) ||
	       (str_starts(name, STR("openjdk-")) && str_ends(name, STR("-jdk")));
}

static const struct lint_left compilers = {packages, is_more, programs, bases, full_bases};

static void check_compiler_left(struct lint *l, const struct docker_view *view)
{
	lint_check_left(l, view, &compilers);
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
