#include "detect/lint/rule.h"

static const char *const packages[] = {"python3-pip", "python-pip", "python2-pip", "py3-pip",
    "py-pip", "py2-pip", "npm", "nodejs-npm", "yarn", "yarnpkg", "pnpm", "composer", "rubygems",
    "ruby-bundler", "bundler", "cpanminus", "luarocks", "pipx", "python3-setuptools", NULL};
static const char *const programs[] = {
    "pip", "pip3", "npm", "npx", "yarn", "pnpm", "bundle", "composer", "pipx", NULL};
static const char *const bases[] = {"python", "node", "ruby", "pypy", "composer", NULL};
static const char *const full_bases[] = {"buildpack-deps", NULL};

static const struct lint_left managers = {packages, NULL, programs, bases, full_bases};

static void check_package_manager_left(struct lint *l, const struct docker_view *view)
{
	lint_check_left(l, view, &managers);
}

const struct lint_rule rule_package_manager_left = {
    .id = "PL1049",
    .title = "a package manager of a language is left in the image",
    .why =
	"What installs packages serves whoever breaks in as well: it fetches whatever they want and runs it, and it has flaws of its own that somebody has to watch.",
    .fix = "install in a stage of its own and copy the result, or remove the tool in the same RUN",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/multi-stage/",
	"https://www.cisecurity.org/benchmark/docker"},
    .clauses = {NIST("4.1.2"), PCI("2.2.4"), CIS("4.3")},
    .severity = SEVERITY_INFO,
    .dockerfile = check_package_manager_left,
};
