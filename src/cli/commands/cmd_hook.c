/* plimsoll hook: git's hooks, put up, taken out, listed, and what they run. */
#include "cli/hook_run.h"

#include <limits.h>
#include <stdlib.h>

struct hook_options {
	struct session_options session;
};

/* What a hook does without: it says nothing that a file of the current folder would change. */
enum { PASSED_ON = 2 };

enum { LIST_BYTES = 64 << 10 };

static const char *const state_words[] = {
    [HOOK_NONE] = "none",
    [HOOK_OURS] = "plimsoll",
    [HOOK_OURS_AND_OTHER] = "plimsoll, behind one that was there before",
    [HOOK_OTHER] = "somebody else's",
};

/* Which hooks the words name; without one, those that a repository of this kind can have. */
struct hook_set {
	bool has[HOOK_COUNT];
};

static int choose(const struct opt_list *words, const struct hook_place *place,
    struct hook_set *ret, struct err *err)
{
	enum hook_kind kind;

	*ret = (struct hook_set){.has = {false}};
	for (size_t i = 1; i < words->n; i++) {
		if (!hook_find(words->p[i], &kind, err))
			return -1;
		ret->has[kind] = true;
	}
	if (words->n > 1)
		return 0;
	for (int i = 0; i < HOOK_COUNT; i++)
		ret->has[i] = (i == HOOK_PRE_RECEIVE) == place->bare;
	return 0;
}

/* A file is named so that it is found from wherever git runs the hook. */
static int pass_on(struct cli *cli, const char *option, struct str value, struct str *ret,
    size_t *ret_n, struct err *err)
{
	const char *path;
	char real[PATH_MAX];

	if (value.n == 0)
		return 0;
	path = arena_cstr(cli->arena, value);
	if (!path)
		return arena_err(cli->arena, err);
	if (realpath(path, real))
		value = str_of(real);
	ret[*ret_n] = arena_fmt(cli->arena, "--%s=" STR_FMT, option, STR_ARG(value));
	return ret[(*ret_n)++].p ? 0 : arena_err(cli->arena, err);
}

static int install(struct cli *cli, const struct hook_options *o, const struct hook_place *place,
    const struct hook_set *set, struct buf *out, struct err *err)
{
	struct str options[PASSED_ON];
	size_t n = 0;
	bool kept;

	if (pass_on(cli, "policy", o->session.policy, options, &n, err) != 0 ||
	    pass_on(cli, "rules", o->session.rules, options, &n, err) != 0)
		return -1;
	for (int i = 0; i < HOOK_COUNT; i++) {
		if (!set->has[i])
			continue;
		if (hook_put(place, (enum hook_kind)i, options, n, cli->arena, &kept, err) != 0)
			return -1;
		buf_addf(out, "%s/%s%s\n", place->folder, hook_name((enum hook_kind)i),
		    kept ? " (the one that was there runs first)" : "");
	}
	if (place->shared)
		buf_add(out,
		    STR("core.hooksPath names this folder, which is outside of the repository: the "
			"hooks hold wherever it is named.\n"));
	return 0;
}

static int uninstall(struct cli *cli, const struct hook_place *place, const struct hook_set *set,
    bool named, struct buf *out, struct err *err)
{
	for (int i = 0; i < HOOK_COUNT; i++) {
		enum hook_state state;

		if (!set->has[i] && named)
			continue;
		if (hook_look(place, (enum hook_kind)i, cli->arena, &state, err) != 0)
			return -1;
		if (!named && (state == HOOK_NONE || state == HOOK_OTHER))
			continue;
		if (hook_take_out(place, (enum hook_kind)i, cli->arena, err) != 0)
			return -1;
		buf_addf(out, "%s/%s is gone%s\n", place->folder, hook_name((enum hook_kind)i),
		    state == HOOK_OURS_AND_OTHER ? "; the one that was there before is back" : "");
	}
	return 0;
}

static int list(struct cli *cli, const struct hook_place *place, struct buf *out, struct err *err)
{
	for (int i = 0; i < HOOK_COUNT; i++) {
		enum hook_state state;

		if (hook_look(place, (enum hook_kind)i, cli->arena, &state, err) != 0)
			return -1;
		buf_addf(out, "%-12s %s\n", hook_name((enum hook_kind)i), state_words[state]);
	}
	return 0;
}

static int by_word(struct cli *cli, const struct hook_options *o, const struct opt_list *words,
    struct buf *out, struct err *err)
{
	struct hook_place place;
	struct hook_set set;

	if (hook_place_find(cli->arena, &place, err) != 0 || choose(words, &place, &set, err) != 0)
		return -1;
	if (str_eq(words->p[0], STR("install")))
		return install(cli, o, &place, &set, out, err);
	if (str_eq(words->p[0], STR("uninstall")))
		return uninstall(cli, &place, &set, words->n > 1, out, err);
	return list(cli, &place, out, err);
}

static int run_one(struct cli *cli, const struct hook_options *o, const struct opt_list *words)
{
	struct opt_list args = {.n = 0};
	enum hook_kind kind;
	struct err err = ERR_INIT;

	if (words->n < 2)
		return command_misuse(&command_hook, "run: which hook is expected");
	if (!hook_find(words->p[1], &kind, &err))
		return command_fail(&err);
	args.p = words->p + 2;
	args.n = words->n - 2;
	return hook_run(cli, &o->session, kind, &args);
}

static int run_hook(struct cli *cli, int argc, char **argv)
{
	struct hook_options o = {.session = {.all = false}};
	const struct opt rows[] = {
	    OPT_TEXT_ROW('r', "rules", &o.session.rules, "FILE",
		"a JSON object of names and regular expressions, instead of the built-in rules"),
	    OPT_TEXT_ROW('c', "config", &o.session.rules, "FILE",
		"gitleaks' configuration, a file whose name ends in .toml; --rules takes it too"),
	    SESSION_ROWS(&o.session),
	    OPT_END_ROW,
	};
	struct buf out CLEANUP(buf_release) = BUF_INIT(LIST_BYTES);
	struct opt_list words = {0};
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_hook, rows, argc, argv, &words);

	if (code >= 0)
		return code;
	if (words.n > 0 && str_eq(words.p[0], STR("run")))
		return run_one(cli, &o, &words);
	if (words.n == 0 ||
	    (!str_eq(words.p[0], STR("install")) && !str_eq(words.p[0], STR("uninstall")) &&
		!str_eq(words.p[0], STR("list"))))
		return command_misuse(
		    &command_hook, "`install`, `uninstall`, `list` or `run` is expected");
	if (by_word(cli, &o, &words, &out, &err) != 0)
		return command_fail(&err);
	return buf_ok(&out) ? command_print(buf_str(&out)) : EXIT_INCOMPLETE;
}

const struct command command_hook = {
    .name = "hook",
    .summary = "git hooks that keep secrets out of commits and pushes",
    .usage = "install|uninstall|list [OPTION…] [HOOK…]",
    .about =
	"`install` puts up pre-commit, commit-msg and pre-push, and in a bare repository\n"
	"pre-receive, or those that are named, where git looks for them (core.hooksPath). A hook that\n"
	"is there already is kept beside ours and runs first; `uninstall` brings it back.\n\n"
	"pre-commit looks at what is staged, not at the work tree; commit-msg at the message; pre-push\n"
	"at the commits that the other side does not have; pre-receive at what is pushed before it is\n"
	"accepted, merges, tags and new branches too. --policy and --rules are given to each.\n\n"
	"  plimsoll hook install\n"
	"  plimsoll hook install --policy /etc/plimsoll/policy.yaml pre-receive\n"
	"  plimsoll hook run pre-commit             what the hook runs",
    .run = run_hook,
};
