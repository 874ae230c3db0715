#include "engine/scan_dlint.h"

#include "core/content.h"
#include "engine/readers.h"

enum {
	TAG_DLINT = 1 << 16 | 0x202,
	RULE_FILES_MAX = 32,
	RULE_BYTES = 1 << 20,
	MERGED_BYTES = 32 << 20,
	WARNINGS_MAX = 100,
};

struct dlint_job {
	const struct dlint_question *question;
	struct str why; /* there is no answer; empty: there is */
	struct dlint_answer answer;
	bool answered;
	struct arena *arena; /* of the report */
};

/* ---- what is sent ---- */

static void walk_reference(struct wire *w, struct dlint_reference *reference)
{
	wire_strs(w, &reference->parts);
	wire_bool(w, &reference->is_list);
}

static void walk_finding(struct wire *w, void *item)
{
	struct dlint_finding *f = item;

	wire_enum(w, &f->kind, DLINT_OF_FILE);
	wire_enum(w, &f->level, DLINT_INFO);
	wire_str(w, &f->label);
	wire_str(w, &f->message);
	wire_str(w, &f->description);
	wire_str(w, &f->content);
	walk_reference(w, &f->reference);
	wire_str(w, &f->instruction);
	wire_str(w, &f->count);
	wire_bool(w, &f->inverse);
	wire_int(w, &f->line, -1, INT32_MAX);
}

static void walk_report(struct wire *w, void *item)
{
	enum { LEAST_FINDING = 40 };
	struct dlint_report *report = item;

	wire_str(w, &report->path);
	for (int level = 0; level < DLINT_LEVELS; level++) {
		void *findings =
		    wire_items(w, (void *)(uintptr_t)report->findings[level], &report->n[level],
			sizeof *report->findings[level], LEAST_FINDING, walk_finding);

		if (!w->out)
			report->findings[level] = findings;
	}
}

static void walk_ignored(struct wire *w, void *item)
{
	wire_strs(w, item);
}

static void walk_answer(struct wire *w, void *item)
{
	enum { LEAST_REPORT = 16, LEAST_LIST = 4 };
	struct dlint_job *d = item;
	struct dlint_answer *answer = &d->answer;
	size_t n = answer->n_reports;
	void *reports, *ignored;

	wire_str(w, &d->why);
	wire_strs(w, &answer->warnings);
	wire_str(w, &answer->merged);
	reports = wire_items(w, answer->reports, &answer->n_reports, sizeof *answer->reports,
	    LEAST_REPORT, walk_report);
	ignored =
	    wire_items(w, answer->ignored, &n, sizeof *answer->ignored, LEAST_LIST, walk_ignored);
	if (w->out)
		return;
	answer->reports = reports;
	answer->ignored = ignored;
	/* Both lists are of the files. */
	if (n != answer->n_reports || n > d->question->n_files)
		answer->n_reports = 0;
}

/* ---- in the reader ---- */

struct rule_files {
	struct job *job;
	const struct dlint_question *question;
	VEC(struct dlint_file) files;
	struct str
	    chain[RULE_FILES_MAX]; /* which file includes which, down to the one that is read */
	VEC(struct str) warnings;
};

static void keep_warning(void *arg, struct str message)
{
	struct rule_files *r = arg;

	if (r->warnings.n < WARNINGS_MAX)
		vec_push(&r->warnings, r->job->arena, message);
}

static bool was_read(const struct rule_files *r, struct str name)
{
	for (size_t i = 0; i < r->files.n; i++)
		if (str_eq(r->files.p[i].name, name))
			return true;
	return false;
}

static int check_include(
    const struct rule_files *r, struct str name, size_t depth, struct str by, struct err *err)
{
	if (str_chr(name, '/') != STR_NPOS || str_starts(name, STR(".")) || name.n == 0)
		return err_set(err, ERR_CONFIG,
		    STR_FMT
		    ": only files in the folder of the rule file are included, not " STR_FMT,
		    STR_ARG(by), STR_ARG(str_excerpt(name, 80)));
	for (size_t i = 0; i < depth; i++)
		if (str_eq(r->chain[i], name))
			return err_set(err, ERR_CONFIG,
			    STR_FMT " includes " STR_FMT ", which includes it", STR_ARG(by),
			    STR_ARG(name));
	if (depth == RULE_FILES_MAX || r->files.n == RULE_FILES_MAX)
		return err_set(err, ERR_CONFIG, "more than %d rule files include one another",
		    (int)RULE_FILES_MAX);
	return 0;
}

static int read_rule_file(struct rule_files *r, struct str name, size_t depth, struct err *err)
{
	struct arena *arena = r->job->arena;
	struct dlint_file file;
	struct err why = ERR_INIT;
	struct str text;

	if (content_read_all(r->question->folder, name, RULE_BYTES, arena, &text, &why) !=
	    CONTENT_OK)
		return err_set(err, ERR_CONFIG, STR_FMT ": %s", STR_ARG(str_excerpt(name, 80)),
		    why.code != ERR_NONE ? why.text : "there is no such file");
	if (dlint_file_read(name, text, arena, keep_warning, r, &file, err) != 0)
		return -1;
	vec_push(&r->files, arena, file);
	r->chain[depth] = name;
	for (size_t i = 0; i < file.includes.n; i++) {
		struct str other = file.includes.p[i];

		if (check_include(r, other, depth + 1, name, err) != 0)
			return -1;
		if (!was_read(r, other) && read_rule_file(r, other, depth + 1, err) != 0)
			return -1;
	}
	return arena_check(arena, err);
}

static int judge_file(struct dlint_rules *rules, const struct dlint_input *input,
    struct arena *arena, struct dlint_report *ret, struct str_list *ret_ignored, struct err *err)
{
	struct dlint_result result;

	*ret = (struct dlint_report){.path = input->path};
	if (dlint_judge(rules, input->bytes, arena, &result, err) != 0)
		return err_wrap(err, STR_FMT, STR_ARG(str_excerpt(input->path, 200)));
	for (int level = 0; level < DLINT_LEVELS; level++) {
		ret->findings[level] = result.findings[level].p;
		ret->n[level] = result.findings[level].n;
	}
	*ret_ignored = (struct str_list){result.ignored.p, result.ignored.n};
	return 0;
}

static int judge_files(
    struct job *job, struct dlint_rules *rules, struct dlint_job *d, struct err *err)
{
	const struct dlint_question *q = d->question;
	struct dlint_answer *answer = &d->answer;

	answer->reports = arena_array(job->arena, q->n_files, sizeof *answer->reports);
	answer->ignored = arena_array(job->arena, q->n_files, sizeof *answer->ignored);
	if (!answer->reports || !answer->ignored)
		return arena_err(job->arena, err);
	for (size_t i = 0; i < q->n_files; i++) {
		job_at(job, q->files[i].path);
		if (judge_file(rules, &q->files[i], job->arena, &answer->reports[i],
			&answer->ignored[i], err) != 0)
			return -1;
	}
	answer->n_reports = q->n_files;
	return 0;
}

static int print_merged(
    struct dlint_rules *rules, struct arena *arena, struct str *ret, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MERGED_BYTES);

	dlint_rules_print(rules, &out);
	if (!buf_ok(&out))
		return buf_err(&out, "the rules", err);
	*ret = arena_str(arena, buf_str(&out));
	return arena_check(arena, err);
}

static int answer_question(struct job *job, struct dlint_job *d, struct err *err)
{
	struct rule_files files = {.job = job, .question = d->question};
	struct dlint_rules rules CLEANUP(dlint_rules_release) = {0};
	bool own = d->question->folder == NULL;

	if (!own && read_rule_file(&files, d->question->rules, 0, err) != 0)
		return -1;
	d->answer.warnings = (struct str_list){files.warnings.p, files.warnings.n};
	if (dlint_rules_make(own ? NULL : files.files.p, files.files.n, job->arena, &rules, err) !=
	    0)
		return -1;
	if (d->question->n_files == 0)
		return print_merged(&rules, job->arena, &d->answer.merged, err);
	return judge_files(job, &rules, d, err);
}

static int run_dlint(struct job *job, void *arg, struct err *err)
{
	struct dlint_job *d = arg;
	struct dlint_question question = *d->question;
	struct dlint_job mine = {.question = &question};
	struct err why = ERR_INIT;

	/* The folder is read through the job's own content. */
	question.folder = d->question->folder ? job->content : NULL;
	if (answer_question(job, &mine, &why) != 0) {
		mine.answer = (struct dlint_answer){.warnings = mine.answer.warnings};
		mine.why = str_of(why.text);
	}
	return reply_send(job, TAG_DLINT, &mine, walk_answer, err);
}

/* ---- in the parent ---- */

static int take_dlint(void *arg, struct str bytes, struct err *err)
{
	struct dlint_job *d = arg;

	d->answered = true;
	return reply_take(bytes, TAG_DLINT, d, walk_answer, d->arena, err);
}

int scan_dlint(struct scan *scan, const struct dlint_question *question, struct dlint_answer *ret,
    struct err *err)
{
	struct dlint_job d = {.question = question, .arena = &scan->report->arena};
	const struct pool_one job = {
	    .content = question->folder, .fn = run_dlint, .reply = take_dlint, .arg = &d};

	if (scan_walk(scan, STAGE_VALIDATE, &job, NULL, err) != 0)
		return -1;
	if (!d.answered)
		return err_set(err, ERR_CONFIG, "the files could not be read");
	if (d.why.n > 0)
		return err_set(err, ERR_CONFIG, STR_FMT, STR_ARG(d.why));
	*ret = d.answer;
	return 0;
}
