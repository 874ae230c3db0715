/* Dockerfiles as the reader takes them, every field of it: each file of
 * tests/data/syntax/dockerfile has beside it what is read. Ranges are bytes of the file. */
#include "base/os/fd.h"
#include "expected.h"
#include "full_arena.h"
#include "read/syntax/dockerfile_view.h"
#include "with_cmocka.h"

static void add_word(struct buf *out, const struct docker_word *word)
{
	add_quoted(out, word->text);
	if (!str_eq(word->raw, word->text)) {
		buf_add(out, STR(" from "));
		add_quoted(out, word->raw);
	}
}

static void add_place(struct buf *out, struct text_range range)
{
	buf_addf(out, " @%u-%u", range.offset, range.end);
}

static void add_arguments(struct buf *out, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->n_flags; i++) {
		buf_addf(out, "\n  flag " STR_FMT, STR_ARG(in->flags[i].name));
		if (in->flags[i].has_value) {
			buf_add(out, STR(" = "));
			add_word(out, &in->flags[i].value);
		}
		add_place(out, docker_range(in, in->flags[i].raw));
	}
	for (size_t i = 0; i < in->n_words; i++) {
		buf_add(out, STR("\n  word "));
		add_word(out, &in->words[i]);
		add_place(out, docker_range(in, in->words[i].raw));
	}
	for (size_t i = 0; i < in->n_pairs; i++) {
		buf_add(out, STR("\n  pair "));
		add_word(out, &in->pairs[i].name);
		if (in->pairs[i].has_value) {
			buf_add(out, STR(" = "));
			add_word(out, &in->pairs[i].value);
		}
		add_place(out, docker_range(in, in->pairs[i].raw));
	}
	for (size_t i = 0; i < in->n_heredocs; i++) {
		const struct docker_heredoc *doc = &in->heredocs[i];

		buf_addf(out, "\n  heredoc " STR_FMT "%s%s%s ", STR_ARG(doc->name),
		    doc->chomp ? " chomp" : "", doc->expand ? " expand" : "",
		    doc->ended ? "" : " not-ended");
		add_quoted(out, doc->body);
		add_place(out, docker_range(in, doc->raw));
	}
}

static void add_instruction(struct buf *out, const struct docker_instruction *in)
{
	buf_addf(out, "%s %u-%u", docker_kind_word(in->kind), in->offset, in->end);
	if (in->head_end != in->end)
		buf_addf(out, " head %u", in->head_end);
	buf_addf(out, "%s%s%s%s", in->malformed ? " malformed" : "", in->exec_form ? " exec" : "",
	    in->legacy_pair ? " legacy" : "", in->empty_continuation ? " blank-line" : "");
	if (!str_eq(in->keyword, str_of(docker_kind_word(in->kind))))
		buf_addf(out, " written " STR_FMT, STR_ARG(in->keyword));
	if (in->args.n > 0) {
		buf_add(out, STR("\n  args "));
		add_quoted(out, in->args);
		add_place(out, docker_range(in, in->args));
	}
	add_arguments(out, in);
	buf_addc(out, '\n');
	if (in->inner) {
		buf_add(out, STR("  inner "));
		add_instruction(out, in->inner);
	}
}

static void add_file(struct buf *out, const struct dockerfile *file)
{
	buf_addf(out, "escape %c\n", file->escape);
	for (size_t i = 0; i < file->directives.n; i++)
		buf_addf(out, "directive " STR_FMT " = " STR_FMT "\n",
		    STR_ARG(file->directives.p[i].name), STR_ARG(file->directives.p[i].value));
	for (size_t i = 0; i < file->comments.n; i++) {
		buf_add(out, STR("comment "));
		add_quoted(out, file->comments.p[i].text);
		buf_addf(out, " @%zu\n", (size_t)(file->comments.p[i].text.p - file->text.p));
	}
	for (size_t i = 0; i < file->problems.n; i++) {
		const struct docker_problem *p = &file->problems.p[i];

		buf_addf(out, "problem %s; %s @%zu-%zu of %zu\n", p->what, p->fix ? p->fix : "-",
		    p->offset, p->end, p->instruction);
	}
	for (size_t i = 0; i < file->instructions.n; i++) {
		buf_addf(out, "%zu ", i);
		add_instruction(out, &file->instructions.p[i]);
	}
}

static void add_value(struct buf *out, const char *what, const struct map_item *item)
{
	const struct docker_value *value = item->value;

	buf_addf(out, "  %s " STR_FMT " = ", what, STR_ARG(item->key));
	add_quoted(out, value->text);
	buf_add(out, value->known ? STR("\n") : STR(" unknown\n"));
}

static void add_stage(struct buf *out, const struct docker_stage *s)
{
	buf_addf(out, "stage %zu " STR_FMT " from ", s->index, STR_ARG(s->name));
	add_quoted(out, s->image_text);
	buf_addf(out, "%s%s%s%s", s->image_known ? "" : " unknown", s->scratch ? " scratch" : "",
	    s->shipped ? " shipped" : "", s->needed ? " needed" : "");
	buf_addf(out,
	    " registry=" STR_FMT " repository=" STR_FMT " tag=" STR_FMT " digest=" STR_FMT,
	    STR_ARG(s->base.registry), STR_ARG(s->base.repository), STR_ARG(s->base.tag),
	    STR_ARG(s->base.digest));
	buf_addf(out, "%s%s", s->used ? " used" : "", s->empty ? " empty" : "");
	for (size_t i = 0; i < s->labels.n; i++)
		buf_addf(out, " label=" STR_FMT, STR_ARG(s->labels.items[i].key));
	if (s->platform.n > 0)
		buf_addf(out, " platform=" STR_FMT, STR_ARG(s->platform));
	if (s->parent)
		buf_addf(out, " on %zu, in the end on %zu", s->parent->index, s->lowest->index);
	buf_addf(out, " user=" STR_FMT "%s workdir=" STR_FMT "\n", STR_ARG(s->user),
	    s->user_known ? "" : "?", STR_ARG(s->workdir));
	for (size_t i = 0; i < s->env.n; i++)
		add_value(out, "env", &s->env.items[i]);
	for (size_t i = 0; i < s->args.n; i++)
		add_value(out, "arg", &s->args.items[i]);
}

static void add_script(struct buf *out, const struct shell_script *script)
{
	buf_addf(out, "   %s%s\n", script->pipefail ? " pipefail" : "",
	    script->incomplete ? " incomplete" : "");
	for (size_t i = 0; i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];

		buf_add(out, STR("    runs"));
		for (size_t k = 0; k < c->n_words; k++) {
			buf_addc(out, ' ');
			add_quoted(out, c->words[k].text);
		}
		add_place(out, shell_command_range(c));
		buf_addc(out, '\n');
	}
}

static void add_step(struct buf *out, const struct docker_step *step)
{
	const struct docker_instruction *in = step->instruction;

	buf_addf(out, "  %s%s %u user=" STR_FMT " workdir=" STR_FMT,
	    step->onbuild ? "ONBUILD " : "", docker_kind_word(in->kind), in->offset,
	    STR_ARG(step->user), STR_ARG(step->workdir));
	if (step->shell && step->shell->n_words > 0)
		buf_addf(out, " shell=" STR_FMT, STR_ARG(step->shell->words[0].text));
	if (in->kind == DOCKER_RUN && docker_has_cache_mount(in, STR("/var/cache/apt")))
		buf_add(out, STR(" apt-is-cached"));
	for (size_t i = 0; step->ports && i < in->n_words; i++)
		buf_addf(out, " port=" STR_FMT "%s", STR_ARG(step->ports[i].text),
		    step->ports[i].known ? "" : "?");
	buf_addc(out, '\n');
	if (step->script)
		add_script(out, step->script);
}

static void add_view(struct buf *out, const struct docker_view *view)
{
	for (size_t i = 0; i < view->global_args.n; i++)
		add_value(out, "global", &view->global_args.items[i]);
	for (size_t i = 0; i < view->n_steps && !view->steps[i].stage; i++)
		add_step(out, &view->steps[i]);
	for (size_t i = 0; i < view->n_stages; i++) {
		const struct docker_stage *stage = &view->stages[i];

		add_stage(out, stage);
		for (size_t k = 0; k < stage->n_steps; k++)
			add_step(out, &view->steps[stage->first_step + k]);
	}
	for (size_t i = 0; i < view->sources.n; i++) {
		const struct docker_source *s = &view->sources.p[i];

		buf_addf(out, "source " STR_FMT " = " STR_FMT "%s at %u", STR_ARG(s->raw),
		    STR_ARG(s->name), s->known ? "" : "?", s->step->instruction->offset);
		if (s->stage)
			buf_addf(out, " stage %zu", s->stage->index);
		if (s->later)
			buf_addf(out, " later stage %zu", s->later->index);
		if (s->closes_cycle)
			buf_add(out, STR(" closes a circle"));
		buf_addc(out, '\n');
	}
	if (view->built)
		buf_addf(out, "built %zu\n", view->built->index);
}

static int read_whole(const void *text, struct arena *arena, struct buf *out, struct err *err)
{
	struct dockerfile file;
	struct docker_view view;

	if (dockerfile_parse(*(const struct str *)text, arena, &file, err) != 0 ||
	    docker_view_init(&view, &file, arena, err) != 0)
		return -1;
	add_file(out, &file);
	add_view(out, &view);
	return 0;
}

static void check_file(const char *path)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(2));
	struct arena arena CLEANUP(arena_release);
	struct str text;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	if (file_read(path, MIB(1), &arena, &text, &err) != 0 ||
	    read_whole(&text, &arena, &out, &err) != 0)
		fail_msg("%s: %s", path, err.text);
	assert_expected(path, &out);
	assert_true(assert_survives_full_arenas(read_whole, &text) > 0);
}

static void each_file_is_read_as_it_says(void **state)
{
	(void)state;
	assert_true(each_file("syntax/dockerfile/*.Dockerfile", check_file) >= 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_file_is_read_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
