#include "peer/dlint.h"

#include "base/map.h"
#include "read/syntax/dockerfile.h"

#define REFERENCE "https://docs.docker.com/reference/dockerfile/"

struct dlint_judging {
	const struct dlint_rules *rules;
	struct dlint_result *result;
	struct dockerfile file;
	struct arena *arena;
	struct map
	    seen; /* "KEYWORD" of instructions, and "KEYWORD name" of names, that are there */
	size_t next_problem, next_comment;
	/* the instruction that is judged */
	const struct docker_instruction *in;
	struct str raw, parameters; /* its joined text, and what is behind its keyword */
	int line;
};

static void add(struct dlint_judging *j, struct dlint_finding finding)
{
	vec_push(&j->result->findings[finding.level], j->arena, finding);
}

static struct dlint_reference own_reference(struct dlint_judging *j)
{
	struct str *text = arena_new(j->arena, struct str);

	if (text)
		*text = STR(REFERENCE);
	return (struct dlint_reference){.parts = {text, text ? 1 : 0}};
}

static void add_error(struct dlint_judging *j, struct str message)
{
	struct dlint_finding finding = {.kind = DLINT_OF_FILE,
	    .level = DLINT_ERROR,
	    .message = message,
	    .content = j->raw,
	    .reference = own_reference(j),
	    .line = j->line};

	add(j, finding);
}

/* What an expression says of a text; if it took too long, that is an error of the file, once. */
static enum js_match match(struct dlint_judging *j, struct js_regex *regex, const char *what,
    struct str name, struct str text)
{
	enum js_match result = js_regex_test(regex, text);

	if (result == JS_GAVE_UP)
		add_error(j, arena_fmt(j->arena,
				 "the expression of %s" STR_FMT
				 " takes too long: it is left out from here on",
				 what, STR_ARG(name)));
	return result;
}

/* ---- names and values ---- */

static bool is_name(const struct dlint_name *name, struct str text)
{
	return name->match_case ? str_eq(name->name, text) : str_eq_nocase(name->name, text);
}

static const struct dlint_name *name_of(const struct dlint_instruction *about, struct str text)
{
	const struct dlint_name *found = NULL;

	for (size_t i = 0; i < about->names.n && !found; i++)
		if (is_name(&about->names.p[i], text))
			found = &about->names.p[i];
	return found;
}

static void mark(struct dlint_judging *j, struct str keyword, struct str name)
{
	struct str key = arena_fmt(j->arena, STR_FMT " " STR_FMT, STR_ARG(keyword), STR_ARG(name));

	if (key.p)
		map_put(&j->seen, key, j);
}

/* "what ->'name=value'", as dockerfile_lint shows them. */
static void add_pair(struct dlint_judging *j, enum dlint_level level,
    struct dlint_reference reference, struct str what, const struct docker_pair *pair)
{
	struct dlint_finding finding = {.kind = DLINT_OF_FILE,
	    .level = level,
	    .content = j->raw,
	    .reference = reference,
	    .line = j->line};

	finding.message = arena_fmt(j->arena, STR_FMT " ->'" STR_FMT "=" STR_FMT "'", STR_ARG(what),
	    STR_ARG(pair->name.text), STR_ARG(pair->value.text));
	add(j, finding);
}

static void judge_known(struct dlint_judging *j, const struct dlint_instruction *about,
    const struct dlint_name *name, const struct docker_pair *pair)
{
	mark(j, about->keyword, name->name);
	if (!name->value || !pair->has_value ||
	    match(j, name->value, "the value of ", name->name, pair->value.text) != JS_MATCHES_NOT)
		return;
	add_pair(j, name->level, name->reference,
	    name->message.n > 0 ? name->message : STR("the value has another form than it should"),
	    pair);
}

static void judge_other(
    struct dlint_judging *j, const struct dlint_names *others, const struct docker_pair *pair)
{
	static const struct str all = STR_INIT("other names");

	if (others->name &&
	    match(j, others->name, "the name of ", all, pair->name.text) == JS_MATCHES_NOT)
		add_pair(j, others->level, others->reference,
		    others->name_message.n > 0 ? others->name_message
					       : STR("the name has another form than it should"),
		    pair);
	if (others->value && pair->has_value &&
	    match(j, others->value, "the value of ", all, pair->value.text) == JS_MATCHES_NOT)
		add_pair(j, others->level, others->reference,
		    others->value_message.n > 0 ? others->value_message
						: STR("the value has another form than it should"),
		    pair);
}

static void judge_pairs(struct dlint_judging *j, const struct dlint_instruction *about)
{
	for (size_t i = 0; i < j->in->n_pairs; i++) {
		const struct docker_pair *pair = &j->in->pairs[i];
		const struct dlint_name *name = name_of(about, pair->name.text);

		if (name)
			judge_known(j, about, name, pair);
		else if (about->others)
			judge_other(j, about->others, pair);
	}
}

/* ---- one instruction ---- */

static void judge_rule(struct dlint_judging *j, const struct dlint_rule *rule)
{
	enum js_match result = match(j, rule->regex, "rule ", rule->label, j->raw);
	struct dlint_finding finding = {.kind = DLINT_OF_RULE,
	    .level = rule->level,
	    .label = rule->label,
	    .message = rule->message,
	    .description = rule->description,
	    .reference = rule->reference,
	    .inverse = rule->inverse,
	    .content = j->raw,
	    .line = j->line};

	if (result == (rule->inverse ? JS_MATCHES_NOT : JS_MATCHES))
		add(j, finding);
}

static const struct dlint_instruction *rules_of(const struct dlint_judging *j, struct str keyword)
{
	for (size_t i = 0; i < j->rules->instructions.n; i++)
		if (str_eq_nocase(j->rules->instructions.p[i].keyword, keyword))
			return &j->rules->instructions.p[i];
	return NULL;
}

static bool is_valid_keyword(const struct dlint_judging *j, struct str keyword)
{
	for (size_t i = 0; i < j->rules->keywords.n; i++)
		if (str_eq_nocase(j->rules->keywords.p[i], keyword))
			return true;
	return false;
}

/* What cannot be read of it. A keyword that a rule file calls valid is. */
static void judge_problems(struct dlint_judging *j, size_t index)
{
	bool known = j->in->kind == DOCKER_UNKNOWN && is_valid_keyword(j, j->in->keyword);

	for (; j->next_problem < j->file.problems.n; j->next_problem++) {
		const struct docker_problem *problem = &j->file.problems.p[j->next_problem];

		if (problem->instruction > index)
			return;
		if (problem->instruction == index && !known)
			add_error(j, str_of(problem->what));
	}
}

static void judge_instruction(struct dlint_judging *j, size_t index)
{
	const struct dlint_instruction *about = rules_of(j, j->in->keyword);

	judge_problems(j, index);
	if (!about)
		return;
	for (size_t i = 0; i < about->rules.n; i++)
		judge_rule(j, &about->rules.p[i]);
	if (about->parameters && j->parameters.n > 0 &&
	    match(j, about->parameters, "the parameters of ", about->keyword, j->parameters) ==
		JS_MATCHES_NOT)
		add_error(j, STR("the parameters have another form than the rules say"));
	judge_pairs(j, about);
}

/* ---- the file ---- */

/* Its joined text, and what its here-documents hold behind it, as one line. */
static struct str text_of(struct dlint_judging *j, const struct docker_instruction *in)
{
	struct str text = in->text.text, whole;
	char *p;

	if (in->n_heredocs == 0)
		return str_trim(text);
	for (size_t i = 0; i < in->n_heredocs; i++)
		text = arena_fmt(
		    j->arena, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(in->heredocs[i].body));
	p = arena_alloc(j->arena, text.n + 1);
	for (size_t i = 0; p && i < text.n; i++)
		p[i] = text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i];
	whole = str_make(p, p ? text.n : 0);
	return str_trim(whole);
}

/* "# dockerfile_lint ignore", with one character that is no letter between the two words. */
static bool asks_to_ignore(struct str comment)
{
	static const struct str name = STR_INIT("dockerfile_lint"), word = STR_INIT("ignore");
	size_t at;

	while ((at = str_find(comment, name)) != STR_NPOS) {
		struct str rest = str_sub(comment, at + name.n, comment.n),
			   tail = str_trim_left(rest);
		bool mark = tail.n > 0 && !byte_is_alnum(tail.p[0]) && tail.p[0] != '_';

		comment = rest;
		if (tail.n < rest.n && str_starts(tail, word))
			return true;
		if (mark && str_starts(str_trim_left(str_sub(tail, 1, tail.n)), word))
			return true;
	}
	return false;
}

/* A comment between the instruction before and this one; in the middle of one it asks nothing. */
static bool is_ignored(struct dlint_judging *j, const struct docker_instruction *before)
{
	bool ignored = false;

	for (; j->next_comment < j->file.comments.n; j->next_comment++) {
		struct str text = j->file.comments.p[j->next_comment].text;
		size_t at = (size_t)(text.p - j->file.text.p);

		if (at > j->in->offset)
			break;
		ignored |= (!before || at >= before->end) && asks_to_ignore(text);
	}
	return ignored;
}

static void judge_missing(struct dlint_judging *j)
{
	for (size_t i = 0; i < j->rules->needed.n; i++) {
		const struct dlint_needed *needed = &j->rules->needed.p[i];
		struct dlint_finding finding = {.kind = DLINT_OF_NEEDED,
		    .level = needed->level,
		    .instruction = needed->instruction,
		    .count = needed->count,
		    .message = needed->message,
		    .description = needed->description,
		    .reference = needed->reference};

		if (!map_has(&j->seen, needed->instruction))
			add(j, finding);
	}
}

static void judge_missing_names(struct dlint_judging *j, const struct dlint_instruction *about)
{
	for (size_t i = 0; i < about->names.n; i++) {
		const struct dlint_name *name = &about->names.p[i];
		struct dlint_finding finding = {.kind = DLINT_OF_FILE,
		    .level = name->required == DLINT_REQUIRED ? DLINT_ERROR : DLINT_WARN,
		    .reference = name->reference,
		    .line = -1};
		struct str key = arena_fmt(
		    j->arena, STR_FMT " " STR_FMT, STR_ARG(about->keyword), STR_ARG(name->name));

		if (name->required == DLINT_OPTIONAL || map_has(&j->seen, key))
			continue;
		finding.message =
		    arena_fmt(j->arena, "no " STR_FMT " sets '" STR_FMT "', which is %s",
			STR_ARG(about->keyword), STR_ARG(name->name),
			name->required == DLINT_REQUIRED ? "required" : "recommended");
		if (finding.reference.parts.n == 0)
			finding.reference = own_reference(j);
		add(j, finding);
	}
}

static struct str capitals(struct dlint_judging *j, struct str word)
{
	char *p = arena_alloc(j->arena, word.n + 1);

	for (size_t i = 0; p && i < word.n; i++)
		p[i] = byte_upper(word.p[i]);
	return str_make(p, p ? word.n : 0);
}

static size_t judge_all(struct dlint_judging *j)
{
	const struct docker_instruction *before = NULL;
	size_t n = 0;

	for (size_t i = 0; i < j->file.instructions.n; i++, before = j->in) {
		j->in = &j->file.instructions.p[i];
		j->raw = text_of(j, j->in);
		j->parameters = str_trim(str_sub(j->raw, j->in->keyword.n, j->raw.n));
		j->line = (int)line_index_line(&j->file.lines, j->in->end > 0 ? j->in->end - 1 : 0);
		if (is_ignored(j, before)) {
			vec_push(&j->result->ignored, j->arena, j->raw);
			continue;
		}
		if (n++ == 0 && j->in->kind != DOCKER_FROM && j->in->kind != DOCKER_ARG)
			add_error(j, STR("the first instruction is neither FROM nor ARG"));
		map_put(&j->seen, capitals(j, j->in->keyword), j);
		judge_instruction(j, i);
	}
	return n;
}

int dlint_judge(struct dlint_rules *rules, struct str bytes, struct arena *arena,
    struct dlint_result *ret, struct err *err)
{
	struct dlint_judging j = {.rules = rules, .result = ret, .arena = arena};

	*ret = (struct dlint_result){.ignored = {0}};
	if (dockerfile_parse(bytes, arena, &j.file, err) != 0)
		return -1;
	map_init(&j.seen, arena);
	for (size_t i = 0; i < rules->regexes.n; i++)
		js_regex_begin(rules->regexes.p[i]);
	if (judge_all(&j) == 0) {
		j.raw = STR_NONE;
		j.line = 0;
		add_error(&j, STR("there is no instruction in this file"));
		return arena_check(arena, err);
	}
	judge_missing(&j);
	for (size_t i = 0; i < rules->instructions.n; i++)
		judge_missing_names(&j, &rules->instructions.p[i]);
	return arena_check(arena, err);
}
