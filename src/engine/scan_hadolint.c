#include "engine/scan_hadolint.h"

#include "engine/readers.h"
#include "peer/hadolint_format.h"

enum { TAG_CONFIG = 1 << 16 | 0x201, LEAST_LABEL = 8 };

struct answer {
	struct str why;	  /* nothing of it holds; empty: it does */
	struct str wrong; /* one thing does not */
	struct hadolint_config config;
};

struct question {
	struct str name, text;
	struct arena *arena;
	bool answered;
	struct answer answer;
};

static void walk_texts(struct wire *w, struct opt_list *list)
{
	struct str_list texts = {list->p, list->n};

	wire_strs(w, &texts);
	*list = (struct opt_list){texts.p, texts.n, texts.n};
}

static void walk_label(struct wire *w, void *item)
{
	struct lint_label *label = item;

	wire_str(w, &label->key);
	wire_enum(w, &label->type, LABEL_EMAIL);
}

static void walk_labels(struct wire *w, struct hadolint_labels *labels)
{
	void *p = wire_items(w, labels->p, &labels->n, sizeof *labels->p, LEAST_LABEL, walk_label);

	if (!w->out) {
		labels->p = p;
		labels->cap = labels->n;
	}
}

static void walk_answer(struct wire *w, void *item)
{
	struct answer *answer = item;
	struct hadolint_config *config = &answer->config;

	wire_str(w, &answer->why);
	wire_str(w, &answer->wrong);
	wire_enum(w, &config->no_fail, HADOLINT_YES);
	wire_enum(w, &config->no_color, HADOLINT_YES);
	wire_enum(w, &config->verbose, HADOLINT_YES);
	wire_enum(w, &config->strict_labels, HADOLINT_YES);
	wire_enum(w, &config->no_pragmas, HADOLINT_YES);
	wire_bool(w, &config->has_threshold);
	wire_enum(w, &config->threshold, HADOLINT_IGNORE);
	walk_texts(w, &config->formats);
	for (size_t i = 0; i < HADOLINT_LEVEL_COUNT; i++)
		walk_texts(w, &config->rules[i]);
	walk_texts(w, &config->trusted);
	walk_labels(w, &config->labels);
}

static int run_config(struct job *job, void *arg, struct err *err)
{
	const struct question *question = arg;
	struct err wrong = ERR_INIT, why = ERR_INIT;
	struct answer answer = {0};

	if (hadolint_config_parse(
		question->name, question->text, job->arena, &answer.config, &wrong, &why) != 0)
		answer = (struct answer){.why = str_of(why.text)};
	answer.wrong = str_of(wrong.text);
	return reply_send(job, TAG_CONFIG, &answer, walk_answer, err);
}

static int take_config(void *arg, struct str bytes, struct err *err)
{
	struct question *question = arg;

	question->answered = true;
	return reply_take(bytes, TAG_CONFIG, &question->answer, walk_answer, question->arena, err);
}

/* The reader's word: a format is what this program has. */
static int check_formats(const struct hadolint_config *config, struct err *err)
{
	for (size_t i = 0; i < config->formats.n; i++)
		if (!hadolint_format_find(config->formats.p[i]))
			return err_set(err, ERR_FORMAT, "a reader named an unknown format");
	return 0;
}

int scan_hadolint_config(struct scan *scan, struct str name, struct str text,
    struct hadolint_config *ret, struct err *ret_wrong, struct err *err)
{
	struct question question = {.name = name, .text = text, .arena = &scan->report->arena};
	const struct pool_one job = {.fn = run_config, .reply = take_config, .arg = &question};
	struct str why;

	if (scan_walk(scan, STAGE_VALIDATE, &job, NULL, err) != 0)
		return -1;
	if (!question.answered)
		return err_set(err, ERR_CONFIG, STR_FMT ": it could not be read", STR_ARG(name));
	why = question.answer.why;
	if (why.n > 0)
		return err_set(err, ERR_CONFIG, STR_FMT, STR_ARG(why));
	if (question.answer.wrong.n > 0)
		(void)err_set(ret_wrong, ERR_CONFIG, STR_FMT, STR_ARG(question.answer.wrong));
	if (check_formats(&question.answer.config, err) != 0)
		return -1;
	*ret = question.answer.config;
	return 0;
}
