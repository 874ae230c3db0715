#include "detect/lint/lint.h"

#include "base/buf.h"
#include "core/trusted.h"
#include "detect/lint/taskdef.h"

#include <stdarg.h>

enum {
	MESSAGE_BYTES = 1024,
	IDENTITY_BYTES = 4096,
	LINE_BYTES = 512,
	REQUEST_LINES =
	    32, /* comment lines above an instruction in which a request is looked for */
	EDITS_MAX = 4,
};

#define RECORDS	       "detect/lint/rules.def"
#define RECORDS_TYPE   struct lint_rule
#define RECORDS_PREFIX rule
#define RECORDS_LIST   rules
#include "base/records.h"

struct lint {
	const struct unit *unit;
	const struct lint_opts *opts;
	const struct lint_rule *rule;
	const struct line_index *lines;
	enum finding_weight weight;	      /* of the next finding */
	const struct dockerfile *file;	      /* NULL: a task definition */
	struct finding_edit edits[EDITS_MAX]; /* of the next finding */
	size_t n_edits;
	uint32_t request_line; /* for which `request` was looked up, of this rule; 0: none yet */
	struct str request;
	struct sink *sink;
	struct arena *arena;
	struct err *err;
	bool failed;
};

const struct lint_rule *const *lint_rules(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(rules);
	return rules;
}

struct str_list lint_trusted_registries(const struct lint *lint)
{
	return lint->opts->trusted_registries;
}

bool lint_is_trusted(const struct lint *lint, struct docker_reference image)
{
	return registry_is_trusted(
	    lint->opts->trusted_registries, image.registry, image.repository);
}

/* ---- reporting ---- */

/* Blanks of any kind and number become one: the same instruction on other lines is the same. */
static struct str squeeze(struct str text, char storage[IDENTITY_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < IDENTITY_BYTES; i++) {
		bool blank = byte_is_blank(text.p[i]);

		if (blank && (n == 0 || storage[n - 1] == ' '))
			continue;
		storage[n++] = blank ? ' ' : text.p[i];
	}
	return str_make(storage, n);
}

/* "DL3008,DL3009 reason" behind "ignore=": whether it names the rule; *ret_reason is the rest. */
static bool names_rule(struct str list, const char *id, struct str *ret_reason)
{
	size_t end = 0;
	struct str ids, one;
	bool found = false;

	while (end < list.n &&
	       (byte_is_alnum(list.p[end]) || list.p[end] == ',' || list.p[end] == '-'))
		end++;
	ids = str_sub(list, 0, end);
	*ret_reason = str_trim(str_sub(list, end, list.n));
	while (!found && str_cut(&ids, ',', &one))
		found = str_eq(one, str_of(id));
	return found;
}

/* What a comment's text asks for: "hadolint ignore=…" or "plimsoll ignore=…". */
static bool asks_to_ignore(struct str comment, const char *id, struct str *ret_reason)
{
	static const struct str words[] = {STR_INIT("plimsoll"), STR_INIT("hadolint")};
	struct str text = comment;

	while (text.n > 0 && (text.p[0] == '#' || byte_is_blank(text.p[0])))
		text = str_sub(text, 1, text.n);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct str rest = str_sub(text, words[i].n, text.n);

		if (!str_starts(text, words[i]))
			continue;
		rest = str_trim_left(rest);
		if (str_starts(rest, STR("ignore=")))
			return names_rule(str_sub(rest, 7, rest.n), id, ret_reason);
	}
	return false;
}

/* Comment lines stand right above the line; the nearest that asks wins. */
static struct str request_above(struct lint *l, uint32_t line)
{
	for (int i = 0; i < REQUEST_LINES && line > 1; i++) {
		struct str above = str_trim(line_index_text(l->lines, --line));
		struct str reason;

		if (above.n == 0 || above.p[0] != '#')
			break;
		if (!asks_to_ignore(above, l->rule->id, &reason))
			continue;
		return arena_fmt(l->arena, STR_FMT ":%u asks to ignore it%s" STR_FMT,
		    STR_ARG(l->unit->origin.path), line, reason.n ? ": " : "", STR_ARG(reason));
	}
	return STR_NONE;
}

/* Many findings on one instruction, below a comment of any length, look once. */
static struct str request_for(struct lint *l, uint32_t line)
{
	if (l->request_line != line) {
		l->request = request_above(l, line);
		l->request_line = line;
	}
	return l->request;
}

/* The line of the instruction that holds the offset: requests stand above it. */
static uint32_t instruction_line(const struct lint *l, size_t offset)
{
	size_t low = 0, high = l->file->instructions.n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (l->file->instructions.p[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	if (low < high && l->file->instructions.p[low].offset <= offset)
		offset = l->file->instructions.p[low].offset;
	return line_index_line(l->lines, offset);
}

static struct str_list references_of(const struct lint_rule *rule, struct str *storage)
{
	struct str_list list = {storage, 0};

	while (list.n < LINT_REFERENCES_MAX && rule->references[list.n]) {
		storage[list.n] = str_of(rule->references[list.n]);
		list.n++;
	}
	return list;
}

static void PRINTF_LIKE(5, 0) report(struct lint *l, struct text_range range, struct str identity,
    const char *fix, const char *format, va_list args)
{
	char storage[IDENTITY_BYTES];
	struct buf message CLEANUP(buf_release) = BUF_INIT(MESSAGE_BYTES);
	struct str references[LINT_REFERENCES_MAX];
	struct finding_fix cure = {
	    .text = str_of(fix ? fix : l->rule->fix), .edits = l->edits, .n_edits = l->n_edits};
	struct place place = {.origin = l->unit->origin};
	struct finding f = {
	    .rule = str_of(l->rule->id),
	    .stage = STAGE_VALIDATE,
	    .severity = l->rule->severity,
	    .peer_severity = str_of(l->rule->peer),
	    .title = str_of(l->rule->title),
	    .threat = str_of(l->rule->threat),
	    .since = str_of(l->rule->since),
	    .identity = squeeze(identity, storage),
	    .places = &place,
	    .n_places = 1,
	    .fix = &cure,
	    .references = references_of(l->rule, references),
	    .weight = l->weight,
	};

	l->n_edits = 0;
	l->weight = WEIGHT_FULL;
	if (l->failed)
		return;
	buf_addv(&message, format, args);
	f.message = buf_ok(&message) ? buf_str(&message) : f.title;
	line_index_place(l->lines, range.offset, range.end, &place);
	f.source_line = str_sub(line_index_text(l->lines, place.line), 0, LINE_BYTES);
	if (l->file)
		f.request = request_for(l, instruction_line(l, range.offset));
	l->failed = arena_check(l->arena, l->err) != 0 || sink_finding(l->sink, &f, l->err) != 0;
}

void lint_edit(struct lint *l, enum edit_level level, struct text_range range, struct str text)
{
	struct finding_edit edit = {l->unit->origin.path, range.offset, range.end, text, level,
	    edit_importance(l->rule->severity)};

	if (l->n_edits < EDITS_MAX)
		l->edits[l->n_edits++] = edit;
}

void lint_weigh(struct lint *l, enum finding_weight weight)
{
	l->weight = weight;
}

void lint_report(struct lint *l, struct text_range range, struct str identity, const char *fix,
    const char *message, ...)
{
	va_list args;

	va_start(args, message);
	report(l, range, identity, fix, message, args);
	va_end(args);
}

void lint_instruction(struct lint *l, const struct docker_instruction *in, const char *message, ...)
{
	struct text_range range = {in->offset, in->head_end};
	struct str text = in->text.text, rest = str_sub(text, in->keyword.n, text.n);
	va_list args;

	if (in->kind != DOCKER_UNKNOWN)
		text = arena_fmt(l->arena, "%s" STR_FMT, docker_kind_word(in->kind), STR_ARG(rest));
	va_start(args, message);
	report(l, range, text.n > 0 ? text : in->text.text, NULL, message, args);
	va_end(args);
}

/* From its name to its last word, as written. */
static struct str command_text(const struct shell_command *command)
{
	struct str first = command->words[0].raw;
	struct str last = command->words[command->n_words - 1].raw;

	return last.p >= first.p ? str_make(first.p, (size_t)(last.p - first.p) + last.n) : first;
}

void lint_command(struct lint *l, const struct shell_command *command, const char *message, ...)
{
	va_list args;

	va_start(args, message);
	report(l, shell_command_range(command), command_text(command), NULL, message, args);
	va_end(args);
}

void lint_word(struct lint *l, const struct shell_command *command, const struct shell_word *word,
    const char *message, ...)
{
	va_list args;

	va_start(args, message);
	report(l, shell_word_range(command, word), command_text(command), NULL, message, args);
	va_end(args);
}

/* "containerDefinitions.image": keys from the root, list positions left out so that a reordered
 * list is the same. */
static void node_keys(const struct node *node, struct buf *keys)
{
	for (const struct node *n = node; n; n = n->parent) {
		buf_add(keys, n->key);
		buf_addc(keys, '<');
	}
	buf_add(keys, node->text);
}

void lint_node(struct lint *l, const struct node *node, const char *message, ...)
{
	struct buf keys CLEANUP(buf_release) = BUF_INIT(IDENTITY_BYTES);
	struct text_range range = {(uint32_t)node->offset, (uint32_t)node->end};
	va_list args;

	node_keys(node, &keys);
	va_start(args, message);
	report(l, range, buf_str(&keys), NULL, message, args);
	va_end(args);
}

/* ---- one unit ---- */

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

	l->rule = &rule_parse_error;
	lint_report(l, range, STR("no Dockerfile"), "begin it with FROM, or name another file",
	    "this is no Dockerfile: its first line is neither FROM nor ARG, and most of its "
	    "lines are not instructions");
}

static int check_target(const struct lint *l, const struct docker_view *view)
{
	if (view->built || !view->build || view->build->target.n == 0)
		return 0;
	return err_set(l->err, ERR_CONFIG, STR_FMT " has no stage " STR_FMT ", which is the target",
	    STR_ARG(l->unit->origin.path), STR_ARG(view->build->target));
}

static int run_dockerfile_rules(struct lint *l, const struct docker_view *view)
{
	if (check_target(l, view) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(rules) && !l->failed; i++) {
		l->rule = rules[i];
		l->request_line = 0;
		if (l->rule->dockerfile)
			l->rule->dockerfile(l, view);
	}
	return l->failed ? -1 : 0;
}

static int lint_dockerfile(struct lint *l)
{
	const struct lint_build *build = l->opts->build;
	struct dockerfile file;
	struct docker_view view;
	int result;

	if (build && !str_eq(build->path, l->unit->origin.path))
		build = NULL;
	if (dockerfile_parse_dialect(l->unit->bytes, build ? build->dialect : DOCKER_BUILDKIT,
		l->arena, &file, l->err) != 0)
		return -1;
	l->file = &file;
	l->lines = &file.lines;
	if (is_prose(&file)) {
		report_prose(l);
		result = l->failed ? -1 : 0;
	} else if (docker_view_init_build(
		       &view, &file, build ? &build->how : NULL, l->arena, l->err) != 0) {
		result = -1;
	} else {
		result = run_dockerfile_rules(l, &view);
	}
	l->file = NULL;
	l->lines = NULL;
	return result;
}

static int lint_taskdef(struct lint *l)
{
	struct syntax_tree tree;

	if (taskdef_read(l->unit->origin.path, l->unit->bytes, l->arena, &tree, l->err) != 0)
		return -1;
	l->lines = &tree.lines;
	for (size_t i = 0; i < ARRAY_LEN(rules) && !l->failed; i++) {
		l->rule = rules[i];
		l->request_line = 0;
		if (l->rule->taskdef)
			l->rule->taskdef(l, &tree);
	}
	l->lines = NULL;
	return l->failed ? -1 : 0;
}

int lint_unit(const struct unit *unit, const struct lint_opts *opts, struct arena *arena,
    struct sink *sink, enum lint_kind *ret_kind, struct err *err)
{
	struct lint l = {.unit = unit, .opts = opts, .sink = sink, .arena = arena, .err = err};

	if (lint_recognise(unit->origin.path, unit->bytes, opts, arena, ret_kind, err) != 0)
		return -1;
	if ((*ret_kind == LINT_DOCKERFILE && lint_dockerfile(&l) != 0) ||
	    (*ret_kind == LINT_TASKDEF && lint_taskdef(&l) != 0))
		return -1;
	return arena_check(arena, err);
}
