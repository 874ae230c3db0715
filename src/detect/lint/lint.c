#include "base/buf.h"
#include "core/trusted.h"
#include "detect/lint/kind.h"

#include <stdarg.h>

enum {
	MESSAGE_BYTES = 1024,
	IDENTITY_BYTES = 4096,
	LINE_BYTES = 512,
	REQUEST_LINES =
	    32, /* comment lines above an instruction in which a request is looked for */
};

#define RECORDS	       "detect/lint/rules.def"
#define RECORDS_TYPE   struct lint_rule
#define RECORDS_PREFIX rule
#define RECORDS_LIST   rules
#include "base/records.h"

#define RECORDS	       "detect/lint/kinds.def"
#define RECORDS_TYPE   struct lint_kind
#define RECORDS_PREFIX kind
#define RECORDS_LIST   kinds
#include "base/records.h"

const struct lint_rule *const *lint_rules(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(rules);
	return rules;
}

bool lint_rule_is(const struct lint_rule *rule, struct str name)
{
	if (str_eq(name, str_of(rule->id)))
		return true;
	for (size_t i = 0; i < LINT_ALIASES_MAX && rule->alias[i]; i++)
		if (str_eq(name, str_of(rule->alias[i])))
			return true;
	return false;
}

const struct lint_opts *lint_opts(const struct lint *lint)
{
	return lint->opts;
}

enum content_result lint_sibling(struct lint *l, struct str path, struct str *ret_bytes)
{
	struct lint_siblings *siblings = l->opts->siblings;
	struct err why = ERR_INIT;

	if (!siblings || l->failed)
		return CONTENT_ERROR;
	return siblings->read(siblings, l->unit->origin.path, path, l->arena, ret_bytes, &why);
}

enum content_result lint_of_source(struct lint *l, struct str path, struct str *ret_bytes)
{
	struct str unit = l->unit->origin.path;
	size_t folder = unit.n - str_base_name(unit).n;

	if (str_starts(path, str_sub(unit, 0, folder)))
		path = str_sub(path, folder, path.n);
	else
		path = arena_fmt(l->arena, "/" STR_FMT, STR_ARG(path));
	return path.n > 0 ? lint_sibling(l, path, ret_bytes) : CONTENT_ERROR;
}

void lint_check_second(
    struct lint *l, const struct docker_view *view, enum docker_kind kind, struct str identity)
{
	const struct docker_step *before = NULL;

	for (size_t i = 0; i < view->n_steps; i++) {
		const struct docker_step *step = &view->steps[i];
		const struct docker_instruction *in = step->instruction;

		if (step->onbuild || in->kind != kind)
			continue;
		if (before && before->stage == step->stage)
			lint_report(l, (struct text_range){in->offset, in->head_end}, identity,
			    NULL, STR_FMT " in this stage: the one on line %u does nothing",
			    STR_ARG(identity),
			    line_index_line(&view->file->lines, before->instruction->offset));
		before = step;
	}
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
static bool names_rule(struct str list, const struct lint_rule *rule, struct str *ret_reason)
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
		found = lint_rule_is(rule, one);
	return found;
}

/* What a comment's text asks for: "hadolint ignore=…" or "plimsoll ignore=…". */
static bool asks_to_ignore(struct str comment, const struct lint_rule *rule, struct str *ret_reason)
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
			return names_rule(str_sub(rest, 7, rest.n), rule, ret_reason);
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
		if (!asks_to_ignore(above, l->rule, &reason))
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

/* By "# check=skip=…", for the whole file. */
static struct str request_of_directive(struct lint *l)
{
	if (!check_is_listed(l->check.skip, l->rule))
		return STR_NONE;
	return arena_fmt(
	    l->arena, STR_FMT ":%u asks to skip it", STR_ARG(l->unit->origin.path), l->check.line);
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

static struct str_list list_of(const char *const *words, size_t max, struct str *storage)
{
	struct str_list list = {storage, 0};

	while (list.n < max && words[list.n]) {
		storage[list.n] = str_of(words[list.n]);
		list.n++;
	}
	return list;
}

static void shift_place(const struct lint_shift *shift, struct place *place)
{
	if (shift->whole) {
		*place = shift->at;
		return;
	}
	place->line += shift->lines;
	place->end_line += shift->lines;
	place->column += shift->columns;
	place->end_column += shift->columns;
}

/* Whether another build of the file has had the very same. */
static bool is_seen(struct lint *l, struct text_range range, struct str identity)
{
	struct str key;

	if (!l->seen)
		return false;
	key = arena_fmt(
	    l->arena, "%s:%u:%u:" STR_FMT, l->rule->id, range.offset, range.end, STR_ARG(identity));
	if (!key.p || map_has(l->seen, key))
		return true;
	map_put(l->seen, key, l);
	return false;
}

static void PRINTF_LIKE(5, 0) report(struct lint *l, struct text_range range, struct str identity,
    const char *fix, const char *format, va_list args)
{
	char storage[IDENTITY_BYTES];
	struct buf message CLEANUP(buf_release) = BUF_INIT(MESSAGE_BYTES);
	struct str references[LINT_REFERENCES_MAX], clauses[LINT_CLAUSES_MAX];
	struct finding_fix cure = {
	    .text = str_of(fix ? fix : l->rule->fix), .edits = l->edits, .n_edits = l->n_edits};
	struct place place = {.origin = l->unit->origin};
	bool line_hidden = l->line_hidden;
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
	    .references = list_of(l->rule->references, LINT_REFERENCES_MAX, references),
	    .compliance = list_of(l->rule->clauses, LINT_CLAUSES_MAX, clauses),
	    .weight = l->weight,
	};

	/* What is missing is what is wrong. */
	if (f.identity.n == 0)
		f.identity = f.title;
	l->n_edits = 0;
	l->weight = WEIGHT_FULL;
	l->line_hidden = false;
	if (l->failed || is_seen(l, range, f.identity))
		return;
	buf_addv(&message, format, args);
	f.message = buf_ok(&message) ? buf_str(&message) : f.title;
	line_index_place(l->lines, range.offset, range.end, &place);
	if (l->shift)
		shift_place(l->shift, &place);
	if (!line_hidden)
		f.source_line =
		    str_sub(line_index_text(l->lines, line_index_line(l->lines, range.offset)), 0,
			LINE_BYTES);
	if (l->file && l->opts->dialect == LINT_OURS)
		f.request = request_for(l, instruction_line(l, range.offset));
	if (f.request.n == 0)
		f.request = request_of_directive(l);
	if (l->check.error && check_is(l->rule) && f.weight == WEIGHT_FULL)
		f.weight = WEIGHT_RAISED;
	l->failed = arena_check(l->arena, l->err) != 0 || sink_finding(l->sink, &f, l->err) != 0;
}

void lint_edit(struct lint *l, enum edit_level level, struct text_range range, struct str text)
{
	struct place place = {.line = 0};
	struct finding_edit edit = {.path = l->unit->origin.path,
	    .offset = range.offset,
	    .end = range.end,
	    .text = text,
	    .level = level,
	    .importance = edit_importance(l->rule->severity)};

	line_index_place(l->lines, range.offset, range.offset, &place);
	edit.line = place.line;
	edit.column = place.column;
	/* Behind a line's end is the next line's beginning: a tool takes it to the byte. */
	line_index_place(l->lines, range.end, range.end, &place);
	edit.end_line = place.line;
	edit.end_column = place.column;
	/* Bytes of a text inside a file are not the file's. */
	if (l->n_edits < LINT_EDITS_MAX && !l->shift)
		l->edits[l->n_edits++] = edit;
}

struct str lint_keep(struct lint *l, struct str text)
{
	return arena_str(l->arena, text);
}

void lint_weigh(struct lint *l, enum finding_weight weight)
{
	l->weight = weight;
}

void lint_hide_line(struct lint *l)
{
	l->line_hidden = true;
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

void lint_node(struct lint *l, const struct node *node, const char *message, ...)
{
	struct buf keys CLEANUP(buf_release) = BUF_INIT(IDENTITY_BYTES);
	struct text_range range = {(uint32_t)node->offset, (uint32_t)node->end};
	va_list args;

	/* Keys up to the root, without list positions so that a reordered list is the same. */
	for (const struct node *n = node; n; n = n->parent) {
		buf_add(&keys, n->key);
		buf_addc(&keys, '<');
	}
	buf_add(&keys, node->text);
	va_start(args, message);
	report(l, range, buf_str(&keys), NULL, message, args);
	va_end(args);
}

/* ---- one unit ---- */

void lint_rule_begin(struct lint *l, const struct lint_rule *rule)
{
	l->rule = rule;
	l->request_line = 0;
}

static bool is_off(const struct lint *l, const struct lint_rule *rule)
{
	const struct lint_opts *opts = l->opts;

	if (!rule->opt_in || opts->dialect != LINT_OURS)
		return false;
	for (size_t i = 0; i < opts->opted.n; i++)
		if (lint_rule_is(rule, opts->opted.p[i]))
			return false;
	return !check_is_listed(l->check.experimental, rule);
}

const struct lint_rule *lint_next_rule(struct lint *l)
{
	while (l->next_rule < ARRAY_LEN(rules) && !l->failed) {
		const struct lint_rule *rule = rules[l->next_rule++];

		if (l->kind->has_rule(rule) && !is_off(l, rule)) {
			lint_rule_begin(l, rule);
			return rule;
		}
	}
	return NULL;
}

bool lint_wants_path(struct str path, const struct lint_opts *opts)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->wants(path, opts))
			return true;
	return opts->named;
}

bool lint_means_path(struct str path, const struct lint_opts *opts)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->means(path, opts))
			return true;
	return false;
}

const char *lint_kind_name(const struct lint_kind *kind)
{
	return kind->name;
}

const struct lint_kind *lint_rule_kind(const struct lint_rule *rule)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(kinds) && !kinds[i]->has_rule(rule))
		i++;
	return kinds[i];
}

int lint_recognise(struct str path, struct str bytes, const struct lint_opts *opts,
    struct arena *arena, const struct lint_kind **ret_kind, struct err *err)
{
	*ret_kind = NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		enum lint_match match;

		if (kinds[i]->recognise(path, bytes, opts, arena, &match, err) != 0)
			return -1;
		if (match == LINT_IS || (match == LINT_MAY_BE && !*ret_kind))
			*ret_kind = kinds[i];
		if (match == LINT_IS)
			break;
	}
	return 0;
}

int lint_unit(const struct unit *unit, const struct lint_opts *opts, struct arena *arena,
    struct sink *sink, const struct lint_kind **ret_kind, struct err *err)
{
	struct lint l = {.unit = unit, .opts = opts, .sink = sink, .arena = arena, .err = err};

	if (lint_recognise(unit->origin.path, unit->bytes, opts, arena, ret_kind, err) != 0)
		return -1;
	l.kind = *ret_kind;
	if (l.kind && (l.kind->judge(&l) != 0 || l.failed))
		return -1;
	return arena_check(arena, err);
}
