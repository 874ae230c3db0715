#include "engine/image_config.h"

#include "detect/lint/lint.h"
#include "engine/image_rules.h"
#include "read/syntax/dockerfile_view.h"

#define CONFIG_PATH "image configuration"

enum { SHOWN_BYTES = 80 };

/* ---- telling ---- */

static const struct lint_rule *lint_rule_of(const char *id)
{
	size_t n;
	const struct lint_rule *const *rules = lint_rules(&n);

	for (size_t i = 0; i < n; i++) {
		if (str_eq(str_of(rules[i]->id), str_of(id)))
			return rules[i];
	}
	return NULL;
}

/* "web/Dockerfile: USER", or "USER" if the Dockerfile is not known. */
static struct str where(struct image_judging *j, const char *instruction)
{
	if (j->dockerfile.n == 0)
		return str_of(instruction);
	return arena_fmt(j->arena, STR_FMT ": %s", STR_ARG(j->dockerfile), instruction);
}

static int tell(struct image_judging *j, const char *id, enum finding_weight weight,
    const char *instruction, struct str message, struct err *err)
{
	const struct lint_rule *rule = lint_rule_of(id);
	const struct image_rule own = {.id = rule->id,
	    .title = rule->title,
	    .threat = rule->threat,
	    .since = rule->since,
	    .severity = rule->severity,
	    .fix = rule->fix};
	struct place place = {
	    .origin = {.path = STR(CONFIG_PATH), .instruction = where(j, instruction)}};
	struct finding_fix fix = {STR_NONE, NULL, 0};
	struct finding f;

	if (!message.p || !place.origin.instruction.p)
		return arena_err(j->arena, err);
	f = image_finding(&own, message, message, &place);
	fix.text = str_of(own.fix);
	f.fix = &fix;
	f.weight = weight;
	f.more_stages = 1U << STAGE_VALIDATE;
	return sink_finding(j->sink, &f, err);
}

/* ---- the user ---- */

/* Runtimes read the number with errors ignored: what is missing or not a number is 0. */
static bool line_is_root(struct str line)
{
	struct str field, rest;

	if (!str_split(line, ':', &field, &rest) || !str_split(rest, ':', &field, &rest))
		return true;
	if (!str_split(rest, ':', &field, &line))
		field = rest;
	return !docker_is_number(field) || docker_user_is_root(field);
}

/* A runtime looks the name up first, also one that is a number, and takes the first line of it.
 * Some skip a line that is malformed, and take the next. */
static bool passwd_says_root(struct str passwd, struct str name)
{
	struct str line, field, rest;

	while (name.n > 0 && str_cut(&passwd, '\n', &line)) {
		line = field = str_trim(line);
		(void)str_split(line, ':', &field, &rest);
		if (str_eq(str_trim(field), name))
			return line_is_root(line);
	}
	return false;
}

/* Without a command it holds files for somebody to take out. */
static bool is_export(const struct image_judging *j)
{
	return j->image->config.entrypoint.n == 0 && j->image->config.cmd.n == 0;
}

static int judge_user(struct image_judging *j, struct err *err)
{
	struct str user = j->image->config.user, name = user, group;

	(void)str_split(user, ':', &name, &group);
	name = str_trim(name);
	if (str_eq(j->image->os, STR("windows")))
		return 0;
	if (str_trim(user).n == 0)
		return tell(j, "PL1001", is_export(j) ? WEIGHT_WARNS : WEIGHT_COMPARED, "USER",
		    STR("the image names no user: it runs as root"), err);
	if (docker_user_is_root(user))
		return tell(j, "DL3002", WEIGHT_FULL, "USER",
		    arena_fmt(j->arena, "the image runs as root: its user is \"" STR_FMT "\"",
			STR_ARG(str_sub(user, 0, SHOWN_BYTES))),
		    err);
	if (passwd_says_root(j->passwd, name))
		return tell(j, "DL3002", WEIGHT_FULL, "USER",
		    arena_fmt(j->arena,
			"the image runs as root: its user " STR_FMT
			" has the number 0, or none, in etc/passwd",
			STR_ARG(str_sub(name, 0, SHOWN_BYTES))),
		    err);
	if (!docker_user_is_valid(user))
		return tell(j, "PL1005", WEIGHT_WARNS, "USER",
		    arena_fmt(j->arena,
			"the image's user \"" STR_FMT
			"\" is neither a name nor a number: the runtime decides what it is",
			STR_ARG(str_sub(user, 0, SHOWN_BYTES))),
		    err);
	return 0;
}

/* ---- what it runs ---- */

static struct str base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

static bool is_shell(struct str word)
{
	static const struct str shells[] = {STR_INIT("sh"), STR_INIT("bash"), STR_INIT("dash"),
	    STR_INIT("ash"), STR_INIT("zsh"), STR_INIT("ksh"), STR_INIT("busybox")};

	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (str_eq(base_name(word), shells[i]))
			return true;
	}
	return false;
}

/* ["/bin/sh", "-c", "…"], as a builder writes the shell form; SHELL makes it another. */
static bool is_shell_form(const struct image_config *c, const struct str_list *words)
{
	return words->n == 3 && c->shell.n == 0 && is_shell(words->p[0]) &&
	       str_eq(words->p[1], STR("-c"));
}

static bool runs_sshd(const struct str_list *words)
{
	for (size_t i = 0; i < words->n; i++) {
		struct str rest = words->p[i], word;

		while (str_cut(&rest, ' ', &word)) {
			word = base_name(str_trim(word));
			if (str_eq(word, STR("sshd")) || str_eq(word, STR("dropbear")))
				return true;
		}
	}
	return false;
}

static int judge_command(
    struct image_judging *j, const char *instruction, const struct str_list *words, struct err *err)
{
	if (is_shell_form(&j->image->config, words) &&
	    tell(j, "DL3025", WEIGHT_FULL, instruction,
		arena_fmt(j->arena, "%s in shell form", instruction), err) != 0)
		return -1;
	if (!runs_sshd(words))
		return 0;
	return tell(
	    j, "PL1002", WEIGHT_FULL, instruction, STR("the image runs an SSH server"), err);
}

/* ---- ports and volumes ---- */

static int judge_ports(struct image_judging *j, struct err *err)
{
	const struct str_list *ports = &j->image->config.exposed_ports;

	for (size_t i = 0; i < ports->n; i++) {
		struct docker_ports port = {0};
		bool is_port = docker_ports_read(ports->p[i], &port);

		if (!is_port && tell(j, "DL3011", WEIGHT_FULL, "EXPOSE",
				    arena_fmt(j->arena, STR_FMT " is not a port",
					STR_ARG(str_sub(ports->p[i], 0, SHOWN_BYTES))),
				    err) != 0)
			return -1;
		if (is_port && port.tcp && port.low <= 22 && 22 <= port.high &&
		    tell(j, "PL1002", WEIGHT_FULL, "EXPOSE", STR("port 22 is the SSH server's"),
			err) != 0)
			return -1;
	}
	return 0;
}

static int judge_volumes(struct image_judging *j, struct err *err)
{
	const struct str_list *volumes = &j->image->config.volumes;

	for (size_t i = 0; i < volumes->n; i++) {
		if (lint_is_system_folder(volumes->p[i]) &&
		    tell(j, "PL3002", WEIGHT_FULL, "VOLUME",
			arena_fmt(j->arena, "a volume over " STR_FMT,
			    STR_ARG(str_sub(volumes->p[i], 0, SHOWN_BYTES))),
			err) != 0)
			return -1;
	}
	return 0;
}

/* ---- secrets: a sink that says where in the configuration they stand ---- */

struct placing {
	struct sink sink;
	struct str instruction;
};

static int place_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct placing *p = container_of(sink, struct placing, sink);
	struct place place = {.origin = {.path = STR(CONFIG_PATH), .instruction = p->instruction}};
	struct finding placed = *finding;

	placed.places = &place;
	placed.n_places = 1;
	return sink_finding(p->sink.to, &placed, err);
}

static const struct sink_ops placing_ops = {.finding = place_finding};

static int look_for_secrets(
    struct image_judging *j, struct str text, struct str instruction, struct err *err)
{
	struct unit_detectors *d = j->detectors;
	struct placing placing = {{&placing_ops, j->sink}, instruction};
	struct unit unit = {.origin.path = STR(CONFIG_PATH), .bytes = text};

	if (!instruction.p)
		return arena_err(j->arena, err);
	if (!d->scanner || text.n == 0)
		return 0;
	return secret_scan(d->scanner, &unit, d->scan->policy->secret_key, &placing.sink, err);
}

/* "ENV", and which one it is; never its name, which may be a secret too. */
static struct str numbered(struct image_judging *j, const char *word, size_t i)
{
	return where(j, arena_cstr(j->arena, arena_fmt(j->arena, "%s %zu", word, i + 1)));
}

static int judge_secrets(struct image_judging *j, struct err *err)
{
	const struct image *image = j->image;
	const struct image_config *c = &image->config;

	for (size_t i = 0; i < c->env.n; i++) {
		if (look_for_secrets(j, c->env.p[i], numbered(j, "ENV", i), err) != 0)
			return -1;
	}
	for (size_t i = 0; i < c->n_labels; i++) {
		struct str text = arena_fmt(j->arena, STR_FMT "=" STR_FMT,
		    STR_ARG(c->labels[i].key), STR_ARG(c->labels[i].value));

		if (!text.p)
			return arena_err(j->arena, err);
		if (look_for_secrets(j, text, numbered(j, "LABEL", i), err) != 0)
			return -1;
	}
	for (size_t i = 0; i < image->n_history; i++) {
		if (look_for_secrets(j, image->history[i].key, numbered(j, "history", i), err) !=
			0 ||
		    look_for_secrets(j, image->history[i].value, numbered(j, "history", i), err) !=
			0)
			return -1;
	}
	return 0;
}

static int judge_words(struct image_judging *j, struct err *err)
{
	const struct image_config *c = &j->image->config;
	const struct {
		const char *instruction;
		const struct str_list *words;
	} lists[] = {
	    {"ENTRYPOINT", &c->entrypoint},
	    {"CMD", &c->cmd},
	    {"HEALTHCHECK", &c->healthcheck},
	    {"SHELL", &c->shell},
	    {"VOLUME", &c->volumes},
	};
	const struct str rest[] = {c->workdir, c->user, c->author};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (size_t k = 0; k < lists[i].words->n; k++) {
			if (look_for_secrets(
				j, lists[i].words->p[k], where(j, lists[i].instruction), err) != 0)
				return -1;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(rest); i++) {
		if (look_for_secrets(j, rest[i], where(j, "WORKDIR, USER or author"), err) != 0)
			return -1;
	}
	return 0;
}

int image_config_judge(struct image_judging *j, struct err *err)
{
	const struct image_config *c = &j->image->config;

	if (judge_user(j, err) != 0 || judge_command(j, "ENTRYPOINT", &c->entrypoint, err) != 0 ||
	    judge_command(j, "CMD", &c->cmd, err) != 0 || judge_ports(j, err) != 0 ||
	    judge_volumes(j, err) != 0)
		return -1;
	return judge_secrets(j, err) != 0 ? -1 : judge_words(j, err);
}

/* ---- one with the text ---- */

static bool is_about_user(const struct finding *f)
{
	return str_eq(f->rule, STR("DL3002")) || str_eq(f->rule, STR("PL1001"));
}

/* What the message is about: its first word, "CMD" or a port; a Dockerfile may leave out "/tcp". */
static struct str about(struct str message)
{
	struct str word = message, rest;

	(void)str_split(message, ' ', &word, &rest);
	return str_ends(word, STR("/tcp")) ? str_sub(word, 0, word.n - 4) : word;
}

static bool is_same_fact(const struct finding *text, const struct finding *image)
{
	if (is_about_user(text) && is_about_user(image))
		return true;
	if (!str_eq(text->rule, image->rule))
		return false;
	if (str_eq(text->rule, STR("PL1005")))
		return true;
	if (str_eq(text->rule, STR("PL1002")) || str_eq(text->rule, STR("PL3002")))
		return str_eq(text->message, image->message);
	return str_eq(about(text->message), about(image->message));
}

/* One fact: a rule may have several, as PL1002 has a package and a port. */
static bool says_the_same(const struct finding *text, const struct finding *image)
{
	struct str path = text->n_places > 0 ? text->places[0].origin.path : STR_NONE, rest;

	if (text->stage != STAGE_VALIDATE || path.n == 0 || text->secret ||
	    !is_same_fact(text, image))
		return false;
	rest = image->places[0].origin.instruction;
	return str_starts(rest, path) && str_starts(str_sub(rest, path.n, rest.n), STR(": "));
}

static bool is_of_config(const struct finding *f)
{
	return f->stage == STAGE_SCAN && !f->secret && f->n_places > 0 &&
	       str_eq(f->places[0].origin.path, STR(CONFIG_PATH));
}

/* What the image says is certain. */
static int join(
    struct report *r, struct finding *text, const struct finding *image, struct err *err)
{
	struct place *places = arena_array(&r->arena, text->n_places + 1, sizeof *places);

	if (!places)
		return arena_err(&r->arena, err);
	memcpy(places, text->places, text->n_places * sizeof *places);
	places[text->n_places++] = image->places[0];
	text->places = places;
	text->more_stages |= 1U << STAGE_SCAN;
	/* Without USER on scratch, or on Windows, both know as much: the text's weight holds. */
	if (text->weight == WEIGHT_WARNS && !str_eq(image->rule, STR("PL1001")))
		text->weight = image->weight;
	return 0;
}

static struct finding *find_text(struct report *report, const struct finding *image)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *f = &report->findings.p[i];

		if (f->state != STATE_FIXED && says_the_same(f, image))
			return f;
	}
	return NULL;
}

/* The target's text says it and the merge's does not, but the image has it: nothing was fixed. The
 * image's own finding stays, and is known: unless the target's text said it as likely only. */
static void know_by_fixed(const struct report *report, struct finding *image)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];

		if (f->state == STATE_FIXED && f->weight != WEIGHT_WARNS && says_the_same(f, image))
			image->state = STATE_KNOWN;
	}
}

static bool is_in_image(const struct finding *fixed, const struct finding *images, size_t n)
{
	for (size_t i = 0; i < n && fixed->state == STATE_FIXED; i++) {
		if (says_the_same(fixed, &images[i]))
			return true;
	}
	return false;
}

static int join_all(struct report *report, struct finding *images, size_t *n, struct err *err)
{
	for (size_t i = 0; i < report->findings.n;) {
		struct finding *image = &report->findings.p[i];
		struct finding *text;

		if (!is_of_config(image)) {
			i++;
			continue;
		}
		know_by_fixed(report, image);
		images[(*n)++] = *image;
		text = find_text(report, image);
		if (!text) {
			/* The comparison that it waits for was made: the target did not say it. */
			if (report->compared && image->weight == WEIGHT_COMPARED &&
			    image->state == STATE_NEW)
				image->weight = WEIGHT_FULL;
			i++;
			continue;
		}
		if (join(report, text, image, err) != 0)
			return -1;
		*image = report->findings.p[--report->findings.n];
	}
	return 0;
}

int scan_join_image(struct report *report, struct err *err)
{
	size_t n = 0;
	struct finding *images;

	for (size_t i = 0; i < report->findings.n; i++)
		n += is_of_config(&report->findings.p[i]);
	images = arena_array(&report->arena, n + 1, sizeof *images);
	n = 0;
	if (!images)
		return arena_err(&report->arena, err);
	if (join_all(report, images, &n, err) != 0)
		return -1;
	/* What the image has is never fixed. */
	for (size_t i = 0; i < report->findings.n;) {
		if (is_in_image(&report->findings.p[i], images, n))
			report->findings.p[i] = report->findings.p[--report->findings.n];
		else
			i++;
	}
	if (n > 0)
		report_sort(report);
	return 0;
}
