/* plimsoll fix: the edits that findings carry, those that can be proved. */
#include "base/log.h"
#include "base/map.h"
#include "base/os/fd.h"
#include "cli/diff.h"
#include "cli/lint_paths.h"
#include "engine/scan_fix.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_BYTES = 64 << 20 };

struct fix_options {
	struct session_options session;
	struct opt_list rules;
	struct str level;
	bool diff;
};

struct fixer {
	struct session *session;
	const struct fix_options *options;
	enum edit_level level;
	struct arena arena; /* of one file */
	struct buf out;	    /* what goes to stdout */
	bool any;	    /* something was, or would be, changed */
	bool failed;
};

static const char *title_of(struct str rule)
{
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	for (size_t i = 0; i < n; i++)
		if (lint_rule_is(rules[i], rule))
			return rules[i]->title;
	return "";
}

/* What was done about each finding; on stderr if stdout is the diff or the file itself. */
static void tell(struct fixer *f, struct str path, const struct lint_fixes *fixes, bool aside)
{
	static const char *const ends[] = {[LINT_FIXED] = "fixed",
	    [LINT_FIX_OVERLAPS] = "left out, a more important one changes the same words",
	    [LINT_FIX_UNPROVED] = "left out, the file would say something else",
	    [LINT_FIX_FINDS] = "left out, something new would be found"};
	struct buf line CLEANUP(buf_release) = BUF_INIT(KIB(64));

	for (size_t i = 0; i < fixes->n_fixes; i++) {
		const struct lint_fix *fix = &fixes->fixes[i];

		buf_clear(&line);
		buf_add_safe(&line, path);
		buf_addf(&line, ":%u: ", fix->line);
		buf_add_safe(&line, fix->rule);
		buf_addf(&line, " %s: %s", ends[fix->end], title_of(fix->rule));
		if (aside)
			log_progress(buf_cstr(&line));
		else
			buf_addf(&f->out, "%s\n", buf_cstr(&line));
	}
}

static void tell_rest(struct str path, const struct lint_fixes *fixes)
{
	if (fixes->n_left > 0)
		log_warn(STR_FMT ": %llu more findings could be repaired: run this again",
		    STR_ARG(path), (unsigned long long)fixes->n_left);
}

/* The file is the one that was read, and nobody wrote to it meanwhile. */
static int check_same(const char *path, const struct stat *was, struct err *err)
{
	struct stat now;

	if (lstat(path, &now) < 0)
		return err_sys(err, "%s", path);
	if (now.st_dev != was->st_dev || now.st_ino != was->st_ino || now.st_size != was->st_size ||
	    now.st_mtim.tv_sec != was->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != was->st_mtim.tv_nsec)
		return err_set(
		    err, ERR_IO, "%s was changed while it was read: nothing is written", path);
	return 0;
}

static int replace(const char *path, const struct stat *was, struct str text, struct err *err)
{
	return check_same(path, was, err) != 0 ? -1 : file_replace(path, text, was, err);
}

/* A diff shows whole lines: with a secret in one it is shown without, and is of no use to a tool.
 */
static void add_diff(
    struct fixer *f, struct str path, struct str text, const struct lint_fixes *fixes)
{
	struct buf diff CLEANUP(buf_release) = BUF_INIT(TEXT_BYTES);
	struct str shown;
	struct err err = ERR_INIT;

	diff_changes(path, text, fixes->edits, fixes->n_edits, &diff);
	if (edge_text(f->session->cli->edge, buf_str(&diff), &f->arena, &shown, &err) != 0) {
		log_error("%s", err.text);
		f->failed = true;
		return;
	}
	if (!str_eq(shown, buf_str(&diff)))
		log_warn("a secret is hidden in the diff of " STR_FMT ": it cannot be applied",
		    STR_ARG(path));
	buf_add(&f->out, shown);
}

static int cannot_open(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return -1;
	*err = ERR_INIT;
	return err_set(err, ERR_UNSUPPORTED,
	    "%s is a symbolic link, which is not followed: name the file that it leads to", path);
}

static int read_file(
    struct fixer *f, const char *path, struct stat *ret_st, struct str *ret_text, struct err *err)
{
	int fd CLEANUP_FD = fd_open_read(path, true, err);
	struct buf text CLEANUP(buf_release) = BUF_INIT(f->session->scan.limits->unit_bytes);

	if (fd < 0)
		return cannot_open(path, err);
	if (fstat(fd, ret_st) < 0)
		return err_sys(err, "%s", path);
	if (!S_ISREG(ret_st->st_mode))
		return err_set(err, ERR_UNSUPPORTED, "%s is not a regular file", path);
	if (fd_read_to_end(fd, &text, err) != 0)
		return err_wrap(err, "%s", path);
	*ret_text = arena_str(&f->arena, buf_str(&text));
	return arena_check(&f->arena, err);
}

/* What the policy leaves out is not repaired either. */
static bool is_ignored(const struct fixer *f, struct str rule, struct str path)
{
	const struct policy *policy = &f->session->policy;

	for (size_t i = 0; i < policy->ignores.n; i++) {
		const struct finding_match *m = &policy->ignores.p[i].match;

		if (m->rule.n > 0 && glob_match(m->rule, rule) &&
		    (m->path.n == 0 || glob_match(m->path, path)))
			return true;
	}
	return false;
}

static bool is_asked_for(const struct fixer *f, const struct lint_rule *rule)
{
	for (size_t i = 0; i < f->options->rules.n; i++)
		if (lint_rule_is(rule, f->options->rules.p[i]))
			return true;
	return f->options->rules.n == 0;
}

static int fix_text(
    struct fixer *f, struct str path, struct str text, struct lint_fixes *ret, struct err *err)
{
	struct str_list wanted = {0};
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	wanted.p = arena_array(&f->arena, n, sizeof *wanted.p);
	if (!wanted.p)
		return arena_err(&f->arena, err);
	for (size_t i = 0; i < n; i++)
		if (is_asked_for(f, rules[i]) && !is_ignored(f, str_of(rules[i]->id), path))
			wanted.p[wanted.n++] = str_of(rules[i]->id);
	*ret = (struct lint_fixes){0};
	if (wanted.n == 0)
		return 0;
	return scan_fix(&f->session->scan, path, text, f->level, wanted, &f->arena, ret, err);
}

static int fix_file(struct fixer *f, struct str name, struct err *err)
{
	const char *path = arena_cstr(f->session->cli->arena, name);
	struct lint_fixes fixes;
	struct stat st;
	struct str text, fixed;

	arena_clear(&f->arena);
	if (!path)
		return arena_err(f->session->cli->arena, err);
	if (read_file(f, path, &st, &text, err) != 0 || fix_text(f, name, text, &fixes, err) != 0)
		return -1;
	tell(f, name, &fixes, f->options->diff);
	tell_rest(name, &fixes);
	f->any |= fixes.n_edits > 0;
	if (fixes.n_edits == 0)
		return 0;
	if (f->options->diff) {
		add_diff(f, name, text, &fixes);
		return 0;
	}
	fixed = lint_apply(text, fixes.edits, fixes.n_edits, &f->arena);
	return fixed.p ? replace(path, &st, fixed, err) : arena_err(&f->arena, err);
}

/* Each file that has a finding with an edit, once. */
static int fix_found(struct fixer *f, struct err *err)
{
	struct report *r = &f->session->report;
	struct map seen;

	map_init(&seen, &r->arena);
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *finding = &r->findings.p[i];
		struct err why = ERR_INIT;
		struct str path;

		if (!finding->fix || finding->fix->n_edits == 0 || finding->n_places == 0)
			continue;
		path = finding->places[0].origin.path;
		if (map_has(&seen, path))
			continue;
		if (!map_put(&seen, path, r))
			return arena_err(&r->arena, err);
		if (fix_file(f, path, &why) != 0) {
			log_error("%s", why.text);
			f->failed = true;
		}
	}
	for (size_t i = 0; i < r->problems.n; i++)
		log_error(STR_FMT, STR_ARG(r->problems.p[i].message));
	f->failed |= r->problems.n > 0;
	return 0;
}

/* From the standard input to the standard output. */
static int fix_stdin(struct fixer *f, struct err *err)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(f->session->scan.limits->unit_bytes);
	struct lint_fixes fixes;
	struct str fixed;

	if (fd_read_to_end(STDIN_FILENO, &text, err) != 0)
		return err_wrap(err, "the standard input");
	if (fix_text(f, STR("Dockerfile"), buf_str(&text), &fixes, err) != 0)
		return -1;
	tell(f, STR("-"), &fixes, true);
	tell_rest(STR("-"), &fixes);
	f->any = fixes.n_edits > 0;
	if (f->options->diff) {
		add_diff(f, STR("Dockerfile"), buf_str(&text), &fixes);
		return 0;
	}
	fixed = lint_apply(buf_str(&text), fixes.edits, fixes.n_edits, &f->arena);
	if (!fixed.p)
		return arena_err(&f->arena, err);
	buf_add(&f->out, fixed);
	return 0;
}

static void fixer_release(struct fixer *f)
{
	arena_release(&f->arena);
	buf_release(&f->out);
}

static int fix_all(struct session *s, const struct fix_options *o, const struct opt_list *paths,
    enum edit_level level, int *ret_code, struct err *err)
{
	struct fixer f CLEANUP(fixer_release) = {
	    .session = s, .options = o, .level = level, .out = BUF_INIT(TEXT_BYTES)};
	int failed;

	arena_init(&f.arena, s->scan.limits->scan_memory);
	s->scan.shellcheck = false;
	if (paths->n == 1 && str_eq(paths->p[0], STR("-")))
		failed = fix_stdin(&f, err);
	else
		failed = lint_paths(s, paths, err) != 0 ? -1 : fix_found(&f, err);
	if (failed != 0)
		return -1;
	if (!buf_ok(&f.out))
		return buf_err(&f.out, "what was fixed", err);
	*ret_code = command_print(buf_str(&f.out));
	if (f.failed)
		*ret_code = EXIT_INCOMPLETE;
	else if (*ret_code == 0 && o->diff && f.any)
		*ret_code = EXIT_BLOCKED;
	return 0;
}

static int run_fix(struct cli *cli, int argc, char **argv)
{
	struct fix_options o = {.level = STR("safe")};
	const struct opt rows[] = {
	    OPT_FLAG_ROW('d', "diff", &o.diff, "show what would change, and change nothing"),
	    OPT_TEXT_ROW('l', "level", &o.level, "LEVEL",
		"safe: right whatever the file; suggested: right in nearly all files, look at it; "
		"unsafe: changes what the build does; default: safe"),
	    OPT_LIST_ROW('r', "rule", &o.rules, "ID",
		"only what this rule finds; may be given several times"),
	    OPT_TEXT_ROW('p', "policy", &o.session.policy, "POLICY",
		"a file, a folder or a git repository (with @REVISION) that holds policy.yaml; "
		"default: the built-in starter"),
	    OPT_FLAG_ROW(0, "no-sandbox", &o.session.no_sandbox,
		"read hostile bytes in this process, for debugging only"),
	    OPT_END_ROW};
	struct opt_list operands = {0};
	struct session s CLEANUP(session_close) = {0};
	enum edit_level level = EDIT_SAFE;
	struct err err = ERR_INIT;
	int code = command_options(cli, &command_fix, rows, argc, argv, &operands);

	if (code >= 0)
		return code;
	if (!edit_level_parse(o.level, &level))
		return command_misuse(&command_fix, "--level is safe, suggested or unsafe");
	for (size_t i = 0; i < o.rules.n; i++)
		if (*title_of(o.rules.p[i]) == '\0')
			return command_misuse(&command_fix,
			    "--rule is no rule about files (`plimsoll rules` lists them)");
	for (size_t i = 0; i < operands.n; i++)
		if (operands.n > 1 && str_eq(operands.p[i], STR("-")))
			return command_misuse(&command_fix, "- stands alone");
	if (session_open(&s, cli, &o.session, SESSION_MASK, &err) != 0 ||
	    fix_all(&s, &o, &operands, level, &code, &err) != 0)
		return command_fail(&err);
	return code;
}

const struct command command_fix = {
    .name = "fix",
    .summary = "repairs Dockerfiles, as far as it can be proved",
    .usage = "[OPTION…] [PATH…]",
    .about =
	"Makes the edits that findings carry, in the files and folders given, or here. Each is proved\n"
	"before it is written: with it the file is read again and has the same instructions but for\n"
	"those that the edit is about, and nothing new is found; what cannot be proved is left out,\n"
	"and said. Of two edits of the same words the more important one is made. Files are replaced\n"
	"at once and keep their mode and owner; a link is not followed; what a comment or the policy\n"
	"excuses is left. `-` reads a Dockerfile from the standard input and prints it. With --diff\n"
	"nothing is written, and the exit code is 1 if something would be.\n\n"
	"  plimsoll fix --diff\n"
	"  plimsoll fix --level suggested --rule DL3015 Dockerfile",
    .run = run_fix,
};
