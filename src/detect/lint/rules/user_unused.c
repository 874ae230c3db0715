#include "base/buf.h"
#include "detect/lint/rule.h"

struct made {
	struct {
		struct lint_account account;
		const struct shell_command *command;
		const struct docker_step *step;
		bool used;
	} users[LINT_ACCOUNTS_MAX];
	size_t n;
	bool has_command; /* a CMD or ENTRYPOINT says what runs, and that is no script of its own */
	bool may_switch;
};

/* A script, or a program that goes on or starts others as somebody else. */
static bool may_switch(struct str word)
{
	static const char *const parts[] = {".sh", "entrypoint", "init", "start", "run", "su-exec",
	    "gosu", "setpriv", "sudo", "supervis", "s6-", "chpst", "exec", "boot", "launch",
	    /* servers that go on as another user by themselves */
	    "ftpd", "smtpd", "nginx", "httpd", "apache", "php-fpm", "postgres", "mysqld", "mariadb",
	    "named", "sshd", "dovecot", "postfix", "haproxy", "squid", "memcached", "unbound",
	    "dnsmasq", "chronyd", "ntpd", "privoxy", "crond", "cron", "syslog", "varnish", "exim",
	    "snmpd", "transmission", "zabbix", "nagios", "stunnel", "smbd", "slapd", "inetd",
	    "icecast", "turnserver", "mosquitto", "openvpn", "radius", "prosody", "-u", "--user"};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (str_has(word, str_of(parts[i])))
			return true;
	return str_eq(word, STR("su"));
}

static void note_use(struct made *m, const struct docker_step *step, struct str text)
{
	for (size_t i = 0; i < m->n; i++)
		m->users[i].used |= m->users[i].step->stage && step->stage &&
				    str_has(text, m->users[i].account.user);
}

/* To own files is no use. */
static bool is_about_files(const struct shell_command *c)
{
	static const char *const names[] = {"chown", "chgrp", "groupadd", "addgroup", "mkdir",
	    "install", "useradd", "usermod", "adduser", "gpasswd", "passwd", "chmod", "cd", "echo",
	    "rm", NULL};

	return lint_is_any(c->name, names);
}

static void read_command(
    struct made *m, const struct docker_step *step, const struct shell_command *c)
{
	struct lint_account account;

	if (lint_account_read(c, &account)) {
		if (account.created && account.user.n > 2 && m->n < LINT_ACCOUNTS_MAX &&
		    str_chr(account.user, '$') == STR_NPOS && !c->condition) {
			m->users[m->n].account = account;
			m->users[m->n].command = c;
			m->users[m->n].step = step;
			m->n++;
		}
		return;
	}
	if (is_about_files(c))
		return;
	for (size_t i = 0; i < c->n_words; i++)
		note_use(m, step, c->words[i].text);
	for (size_t i = 0; i < c->n_assigns; i++)
		note_use(m, step, c->assigns[i].text);
}

static void read_start(struct made *m, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	m->has_command |= in->kind == DOCKER_CMD || in->kind == DOCKER_ENTRYPOINT;
	for (size_t i = 0; i < step->script->commands.n; i++)
		for (size_t k = 0; k < step->script->commands.p[i].n_words; k++)
			m->may_switch |= may_switch(step->script->commands.p[i].words[k].text);
}

static void read_step(struct made *m, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	for (size_t i = 0; step->script && i < step->script->commands.n; i++)
		read_command(m, step, &step->script->commands.p[i]);
	if (step->script && in->kind != DOCKER_RUN)
		read_start(m, step);
	else if (!step->script && (in->kind == DOCKER_RUN || in->kind == DOCKER_USER))
		note_use(m, step, in->args);
	for (size_t i = 0; i < in->n_pairs; i++)
		note_use(m, step, in->pairs[i].value.text);
}

static bool is_start(const struct docker_step *step)
{
	return lint_step_is(step, DOCKER_CMD) || lint_step_is(step, DOCKER_ENTRYPOINT);
}

/* In front of the CMD and ENTRYPOINT that end the image, behind all that may need root. */
static void offer_user(struct lint *l, const struct docker_view *view, struct str user)
{
	const struct docker_stage *built = view->built;
	const struct docker_step *start = NULL;
	struct buf text CLEANUP(buf_release) = BUF_INIT(256);

	for (size_t i = 0; i < built->n_steps; i++) {
		const struct docker_step *step = &view->steps[built->first_step + i];

		if (lint_step_is(step, DOCKER_RUN) || lint_step_is(step, DOCKER_COPY) ||
		    lint_step_is(step, DOCKER_ADD) || lint_step_is(step, DOCKER_WORKDIR) ||
		    lint_step_is(step, DOCKER_USER))
			start = NULL;
		else if (is_start(step) && !start && !step->onbuild)
			start = step;
	}
	buf_addf(&text, "USER " STR_FMT "\n", STR_ARG(user));
	if (start && buf_ok(&text))
		lint_edit(l, EDIT_SAFE,
		    (struct text_range){start->instruction->offset, start->instruction->offset},
		    lint_keep(l, buf_str(&text)));
}

static void check_user_unused(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *built = view->built;
	struct made made = {.n = 0};

	if (!built || lint_is_for_development(l, built) ||
	    (built->user_step && (!built->user_known || !docker_user_is_root(built->user))))
		return;
	for (size_t i = 0; i < view->n_steps; i++)
		if (view->steps[i].stage && view->steps[i].stage->shipped &&
		    !view->steps[i].onbuild)
			read_step(&made, &view->steps[i]);
	if (!made.has_command || made.may_switch)
		return;
	for (size_t i = 0; i < made.n; i++) {
		if (made.users[i].used)
			continue;
		if (made.n == 1 && docker_user_is_valid(made.users[i].account.user))
			offer_user(l, view, made.users[i].account.user);
		lint_word(l, made.users[i].command, made.users[i].account.word,
		    "nothing runs as " STR_FMT ", and the image runs as root",
		    STR_ARG(made.users[i].account.user));
	}
}

const struct lint_rule rule_user_unused = {
    .id = "PL1023",
    .title = "a user is made and never used",
    .why =
	"Somebody meant this image not to run as root, and it does: the user stands in /etc/passwd and nothing runs as it.",
    .fix = "end the stage with USER and the number of that user",
    .threat = "host",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://docs.docker.com/reference/dockerfile/#user",
	"https://docs.docker.com/build/building/best-practices/#user"},
    .clauses = {NIST("4.1.2"), PCI("7.2.5"), CIS("4.1")},
    .severity = SEVERITY_LOW,
    .dockerfile = check_user_unused,
};
