#include "detect/lint/rule.h"

/* Programs whose work is to start others and keep them running. */
static bool is_supervisor(struct str name)
{
	static const char *const names[] = {"supervisord", "runsvdir", "runsvdir-start",
	    "s6-svscan", "my_init", "circusd", "foreman", "honcho", "forego", "goreman", "overmind",
	    "systemd", "multirun", "mprocs", "concurrently", "process-compose", "godaemon", NULL};

	return lint_is_any(name, names);
}

/* systemd and s6 by the path that they are started by; an init that only reaps has another. */
static bool is_init(const struct shell_command *c)
{
	static const char *const paths[] = {"/init", "/sbin/init", "/usr/sbin/init", NULL};

	return c->n_words > 0 && lint_is_any(c->words[0].text, paths);
}

/* What is started beside a service, and is none. */
static bool is_helper(const struct shell_command *c)
{
	static const char *const names[] = {"tail", "wait", "sleep", "true", ":", "cat", "exec",
	    "bash", "sh", "ash", "echo", "cd", "export", "mkdir", "chown", "chmod", "rm", "touch",
	    "printf", "read", "while", "kill", "trap", "exit", "source", ".", "set", "test", "[",
	    "ln", "cp", "mv", "sed", "envsubst", "tee", "ls", "id", "env", "umask", "ulimit",
	    "head", NULL};

	return c->name.n == 0 || lint_is_any(c->name, names);
}

/* What they start is a command of its own. */
static const char *const wrappers[] = {
    "nohup", "sudo", "gosu", "su-exec", "su", "setpriv", "nice", "ionice", "setsid", "time", NULL};

/* "service nginx start", "/etc/init.d/nginx start", "rc-service nginx start" */
static bool starts_service(const struct shell_command *c)
{
	static const char *const programs[] = {"service", "rc-service", "systemctl", NULL};

	return c->n_words > 1 && (shell_has_arg(c, "start") || shell_has_arg(c, "restart")) &&
	       (lint_is_any(c->name, programs) ||
		   str_starts(c->words[0].text, STR("/etc/init.d/")));
}

/* A program that leaves the shell to itself unless it is told to stay, or only if it is told to
 * go: the words that say so, NULL-terminated. */
struct daemon {
	const char *name;
	const char *stays[5], *goes[5];
};

static bool has_any_text(const struct shell_command *c, const char *const *texts)
{
	for (size_t i = 1; i < c->n_words; i++)
		for (const char *const *text = texts; *text; text++)
			if (str_eq(c->words[i].text, str_of(*text)) ||
			    (str_chr(str_of(*text), ' ') != STR_NPOS &&
				str_has(c->words[i].text, str_of(*text))))
				return true;
	return false;
}

static bool goes_away(const struct shell_command *c)
{
	static const struct daemon daemons[] = {
	    {.name = "nginx", .stays = {"daemon off", "-t", "-s", "-v"}},
	    {.name = "cron", .stays = {"-f"}},
	    {.name = "crond", .stays = {"-f", "-n"}},
	    {.name = "sshd", .stays = {"-D", "-t", "-De"}},
	    {.name = "rsyslogd", .stays = {"-n"}},
	    {.name = "atd", .stays = {"-f"}},
	    {.name = "php-fpm", .goes = {"-D", "--daemonize"}},
	    {.name = "memcached", .goes = {"-d", "--daemon"}},
	    {.name = "redis-server", .goes = {"--daemonize", "--daemonize yes"}},
	    {.name = "apachectl", .goes = {"start"}},
	    {.name = "apache2ctl", .goes = {"start"}},
	    {.name = "postfix", .goes = {"start"}},
	    {.name = "haproxy", .goes = {"-D"}},
	    {.name = "mongod", .goes = {"--fork"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
		const struct daemon *d = &daemons[i];

		if (shell_is(c, d->name))
			return d->goes[0] ? has_any_text(c, d->goes) : !has_any_text(c, d->stays);
	}
	return false;
}

/* "nginx", of `service nginx start` and `systemctl start nginx` too. */
static struct str program_of(const struct shell_command *c)
{
	const struct shell_word *word;

	if (!starts_service(c) || str_starts(c->words[0].text, STR("/etc/init.d/")))
		return c->name;
	word = shell_arg(c, shell_is(c, "systemctl") ? 1 : 0);
	return word ? word->text : c->name;
}

/* The second service that the script starts, or NULL. Behind one that was left to itself, or that
 * `service` has started, or that goes away by itself, comes another. */
static const struct shell_command *find_second(const struct shell_script *script)
{
	const struct shell_command *last = NULL;
	bool left_one = false;

	for (size_t i = 0; i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];
		bool is_left = i + 1 < script->commands.n && c[1].join == SHELL_BACKGROUND;

		if (is_helper(c) || lint_is_any(c->name, wrappers) || c->join == SHELL_PIPE ||
		    c->join == SHELL_OR)
			continue;
		if (left_one)
			last = c;
		left_one |= is_left || starts_service(c) || goes_away(c);
	}
	return last;
}

/* The same of a script of many steps: what it leaves to itself, starts by `service`, or ends with
 * is a service; another is not, and one that it stops again is none. */
static const struct shell_command *find_second_of_script(const struct shell_script *script)
{
	static const char *const stops[] = {"stop", "shutdown", "quit", NULL};
	const struct shell_command *first = NULL;

	for (size_t i = 0; i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];
		bool is_last = i + 1 == script->commands.n;
		bool is_left = !is_last && c[1].join == SHELL_BACKGROUND;
		bool ends = shell_is(c, "kill") || shell_is(c, "pkill") || shell_is(c, "killall");

		for (const char *const *stop = stops; *stop && !ends; stop++)
			ends = shell_has_arg(c, *stop) || shell_has_arg(c, "-q");
		if (ends)
			first = NULL;
		if (ends || is_helper(c) || lint_is_any(c->name, wrappers) ||
		    c->join == SHELL_PIPE || c->join == SHELL_OR || c->condition ||
		    !(is_left || is_last || starts_service(c) || goes_away(c)))
			continue;
		if (first && !str_starts(program_of(first), program_of(c)))
			return c;
		first = c;
	}
	return NULL;
}

/* A script that the image starts, and that this file or its folder holds. */
static bool check_script(
    struct lint *l, const struct docker_view *view, const struct docker_step *step)
{
	enum { WORDS = 8 };
	const struct shell_command *c = step->script->commands.p;

	for (size_t i = 0; step->script->commands.n > 0 && i < c->n_words && i < WORDS; i++) {
		const struct shell_script *script;
		const struct shell_command *second;

		if (c->words[i].text.n == 0 || c->words[i].text.p[0] == '-' ||
		    (i > 0 && str_chr(c->words[i].text, '/') == STR_NPOS &&
			!str_ends(c->words[i].text, STR(".sh"))))
			continue;
		script = lint_image_script(l, view, c->words[i].text);
		second = script ? find_second_of_script(script) : NULL;
		if (!second)
			continue;
		lint_word(l, c, &c->words[i], STR_FMT " starts " STR_FMT " beside another service",
		    STR_ARG(str_base_name(c->words[i].text)), STR_ARG(program_of(second)));
		return true;
	}
	return false;
}

static bool check_start(struct lint *l, const struct docker_step *step)
{
	const struct shell_command *second;

	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];

		if (is_supervisor(c->name)) {
			lint_word(l, c, &c->words[0],
			    STR_FMT " starts other programs and keeps them running",
			    STR_ARG(c->name));
			return true;
		}
		if (is_init(c)) {
			lint_word(l, c, &c->words[0],
			    STR_FMT " starts the services of a whole system",
			    STR_ARG(c->words[0].text));
			return true;
		}
	}
	second = find_second(step->script);
	if (second)
		lint_command(l, second, STR_FMT " is started beside another service",
		    STR_ARG(program_of(second)));
	return second != NULL;
}

static const struct shell_word *find_supervisor(const struct shell_command *c)
{
	for (size_t i = 1; lint_installs(c) && i < c->n_words; i++)
		if (str_eq(c->words[i].text, STR("supervisor")) ||
		    str_starts(c->words[i].text, STR("supervisor=")))
			return &c->words[i];
	return NULL;
}

static bool check_install(struct lint *l, const struct docker_step *step)
{
	for (size_t i = 0; i < step->script->commands.n; i++) {
		const struct shell_command *c = &step->script->commands.p[i];
		const struct shell_word *word = find_supervisor(c);

		if (!word)
			continue;
		lint_word(l, c, word, "it starts other programs and keeps them running");
		return true;
	}
	return false;
}

/* The last of each kind holds; one finding says it. What starts says more than what is installed.
 */
static void check_several_services(struct lint *l, const struct docker_view *view)
{
	const struct docker_step *starts[2] = {NULL, NULL};

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (step->onbuild || !step->stage || !step->stage->shipped || !step->script)
			continue;
		if (lint_step_is(step, DOCKER_ENTRYPOINT))
			starts[0] = step;
		else if (lint_step_is(step, DOCKER_CMD))
			starts[1] = step;
	}
	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (starts[i] && (check_start(l, starts[i]) || check_script(l, view, starts[i])))
			return;
	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];

		if (lint_step_is(step, DOCKER_RUN) && step->script && step->stage &&
		    step->stage->shipped && check_install(l, step))
			return;
	}
}

const struct lint_rule rule_several_services = {
    .id = "PL1020",
    .title = "several services in one container",
    .why =
	"What starts several services hides from the runtime whether each of them lives, gives all of them the rights of each, and has to be stopped and replaced for any of them.",
    .fix = "one image for each service, and compose, a pod or a task to run them together",
    .threat = "runtime",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/build/building/best-practices/#decouple-applications",
	"https://docs.docker.com/engine/containers/multi-service_container/"},
    .clauses = {PCI("2.2.3")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_several_services,
};
