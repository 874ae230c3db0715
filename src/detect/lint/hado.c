#include "detect/lint/hado.h"

#include "base/buf.h"
#include "detect/lint/kind.h"
#include "read/syntax/dockerfile_view.h"
#include "read/syntax/shell.h"

/* ---- words ---- */

/* Behind the bracket that closes the one at `at`; the end of the text if none does. */
static size_t closing(struct str s, size_t at, char open, char close)
{
	size_t depth = 0;

	for (; at < s.n; at++) {
		if (s.p[at] == '\\')
			at++;
		else if (s.p[at] == open)
			depth++;
		else if (s.p[at] == close && --depth == 0)
			return at + 1;
	}
	return s.n;
}

static bool is_name_byte(char c)
{
	return byte_is_alnum(c) || c == '_';
}

/* What a '$' at `at` begins, as hadolint writes it; returns where it ends. */
static size_t add_dollar(struct buf *b, struct str raw, size_t at)
{
	size_t end = at + 1;

	if (str_starts(str_sub(raw, at, raw.n), STR("$(("))) {
		buf_add(b, STR("${VAR}"));
		return closing(raw, at + 1, '(', ')');
	}
	if (end < raw.n && raw.p[end] == '(') {
		end = closing(raw, end, '(', ')');
		buf_add(b, STR("${"));
		for (size_t i = at + 2; i + 1 < end; i++)
			if (!byte_is_blank(raw.p[i]))
				buf_addc(b, raw.p[i]);
		buf_addc(b, '}');
		return end;
	}
	if (end < raw.n && raw.p[end] == '{') {
		end = closing(raw, end, '{', '}');
		buf_add(b, str_sub(raw, at, end - at));
		return end;
	}
	while (end < raw.n && is_name_byte(raw.p[end]))
		end++;
	if (end == at + 1 && end < raw.n && str_chr(STR("@*#?-$!"), raw.p[end]) != STR_NPOS)
		end++;
	if (end == at + 1)
		buf_addc(b, '$');
	else
		buf_addf(b, "${" STR_FMT "}", STR_ARG(str_sub(raw, at + 1, end - at - 1)));
	return end;
}

/* {a,b}, <(…), ?(…): pieces that have no text. */
static size_t skip_unread(struct str raw, size_t at)
{
	char c = raw.p[at], next = at + 1 < raw.n ? raw.p[at + 1] : '\0';
	size_t end;

	if (next == '(' && str_chr(STR("<>?*+@!"), c) != STR_NPOS)
		return closing(raw, at + 1, '(', ')');
	if (c != '{')
		return at;
	end = closing(raw, at, '{', '}');
	return str_chr(str_sub(raw, at, end - at), ',') == STR_NPOS &&
		       !str_has(str_sub(raw, at, end - at), STR(".."))
		   ? at
		   : end;
}

static size_t add_piece(struct buf *b, struct str raw, size_t at, char *quote)
{
	char c = raw.p[at];
	size_t end;

	if (c == *quote || (*quote == '\0' && (c == '\'' || c == '"'))) {
		*quote = c == *quote ? '\0' : c;
		return at + 1;
	}
	if (*quote != '\'' && c == '$')
		return add_dollar(b, raw, at);
	if (*quote != '\'' && c == '`') {
		size_t close = str_chr(str_sub(raw, at + 1, raw.n), '`');

		buf_add(b, STR("${VAR}"));
		return close == STR_NPOS ? raw.n : at + close + 2;
	}
	if (*quote == '\0' && (end = skip_unread(raw, at)) > at)
		return end;
	if (c == '\\' && *quote != '\'' && at + 1 < raw.n &&
	    (*quote == '\0' || str_chr(STR("\"\\$`"), raw.p[at + 1]) != STR_NPOS))
		at++;
	buf_addc(b, raw.p[at]);
	return at + 1;
}

/* An empty one if the arena is full, which then says so. */
static struct str word_text(struct str raw, struct arena *arena)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(raw.n * 3 + 16);
	char quote = '\0';
	size_t plain = 0;

	while (plain < raw.n && str_chr(STR("'\"\\$`{(<>"), raw.p[plain]) == STR_NPOS)
		plain++;
	if (plain == raw.n)
		return raw;
	for (size_t at = 0; at < raw.n;)
		at = add_piece(&text, raw, at, &quote);
	return arena_str(arena, buf_str(&text));
}

/* ---- commands ---- */

static bool is_flag(struct str text)
{
	return text.n > 1 && text.p[0] == '-' && !str_eq(text, STR("--"));
}

/* "command X", "builtin X", "busybox X", "run X" and "exec -a n X" are X; the arguments stay. */
static struct str command_name(const struct str *words, size_t n)
{
	static const char *const modifiers[] = {"command", "builtin", "busybox", "run"};
	size_t i = 1;

	for (size_t k = 0; k < ARRAY_LEN(modifiers) && n > 1; k++)
		if (str_eq(words[0], str_of(modifiers[k])))
			return words[1];
	if (n < 2 || !str_eq(words[0], STR("exec")))
		return words[0];
	while (i < n && is_flag(words[i]))
		i += str_eq(words[i], STR("-a")) ? 2 : 1;
	return i < n ? words[i] : words[0];
}

/* "[ … ]" is a condition to it, and no command; `test` is one. */
static bool is_command(struct str raw)
{
	return !str_eq(raw, STR("[")) && str_chr(raw, '$') == STR_NPOS &&
	       str_chr(raw, '`') == STR_NPOS;
}

static int read_commands(
    const struct shell_script *script, struct arena *arena, struct hado_step *step, struct err *err)
{
	struct hado_command *commands = arena_array(arena, script->commands.n, sizeof *commands);

	for (size_t i = 0; commands && i < script->commands.n; i++) {
		const struct shell_command *c = &script->commands.p[i];
		struct str *words = arena_array(arena, c->n_words, sizeof *words);

		if (!words)
			break;
		for (size_t k = 0; k < c->n_words; k++)
			words[k] = word_text(c->words[k].raw, arena);
		if (c->n_words > 0 && is_command(c->words[0].raw))
			commands[step->n_commands++] = (struct hado_command){
			    command_name(words, c->n_words), words + 1, c->n_words - 1};
	}
	step->commands = commands;
	return arena_check(arena, err);
}

/* ---- steps ---- */

static int run_text(struct hado_step *step, struct arena *arena, struct err *err)
{
	const struct docker_instruction *in = step->in;
	struct buf joined CLEANUP(buf_release) = BUF_INIT(in->text.text.n * 3 + 16);

	step->script = in->args;
	if (in->n_heredocs > 0) {
		size_t at = str_find(in->args, in->heredocs[0].raw);
		struct str before = str_trim(str_sub(in->args, 0, at == STR_NPOS ? 0 : at));

		/* The body is the script, or only what stands before the marker counts. */
		step->script = before.n > 0 ? before : str_trim(in->heredocs[0].body);
	}
	if (!in->exec_form)
		return 0;
	for (size_t i = 0; i < in->n_words; i++) {
		if (i > 0)
			buf_addc(&joined, ' ');
		buf_add(&joined, in->words[i].text);
	}
	if (!buf_ok(&joined))
		return buf_err(&joined, "an exec form", err);
	step->script = arena_str(arena, buf_str(&joined));
	return step->script.p ? 0 : arena_err(arena, err);
}

static int read_run(struct hado_step *step, struct arena *arena, struct err *err)
{
	struct placed_text *source = arena_new(arena, struct placed_text);
	struct shell_script script;

	if (!source)
		return arena_err(arena, err);
	if (run_text(step, arena, err) != 0)
		return -1;
	*source = (struct placed_text){.text = step->script};
	if (shell_parse_as_written(source, arena, &script, err) != 0)
		return -1;
	step->limited = script.limited;
	step->pipes = !script.incomplete && script.pipes.n > 0;
	/* A script that cannot be read to its end has no commands. */
	return script.incomplete ? 0 : read_commands(&script, arena, step, err);
}

/* Where one of `what` stands outside of ${…}. */
static size_t find_outside(struct str text, char what)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '$' && i + 1 < text.n && text.p[i + 1] == '{')
			i = closing(text, i + 1, '{', '}') - 1;
		else if (text.p[i] == what)
			return i;
	}
	return STR_NPOS;
}

struct hado_image hado_image_split(struct str text)
{
	struct hado_image image = {.text = text, .name = text};
	size_t at = find_outside(text, '/');

	if (at != STR_NPOS && str_chr(str_sub(text, 0, at), '.') != STR_NPOS) {
		image.registry = str_sub(text, 0, at);
		image.name = str_sub(text, at + 1, text.n);
	}
	at = find_outside(image.name, '@');
	if (at != STR_NPOS) {
		image.has_digest = true;
		image.digest = str_sub(image.name, at + 1, image.name.n);
		image.name = str_sub(image.name, 0, at);
	}
	at = find_outside(image.name, ':');
	if (at != STR_NPOS) {
		image.has_tag = true;
		image.tag = str_sub(image.name, at + 1, image.name.n);
		image.name = str_sub(image.name, 0, at);
	}
	return image;
}

static const struct hado_image *read_from(const struct hado_step *step, struct arena *arena)
{
	const struct docker_instruction *in = step->in;
	struct hado_image *image = arena_new(arena, struct hado_image);

	if (!image)
		return NULL;
	*image = hado_image_split(in->n_words > 0 ? in->words[0].text : STR_NONE);
	image->platform = hado_flag(step, "platform");
	if (in->n_words >= 3 && str_eq_nocase(in->words[1].text, STR("AS")))
		image->alias = in->words[2].text;
	return image;
}

static int read_pass(const struct dockerfile *file, bool onbuild, struct arena *arena,
    struct hado_pass *pass, struct err *err)
{
	struct hado_step *steps = arena_array(arena, file->instructions.n, sizeof *steps);
	const struct hado_image *from = NULL;
	size_t stage = 0;

	if (!steps)
		return arena_err(arena, err);
	*pass = (struct hado_pass){.file = file, .steps = steps, .onbuild = onbuild};
	for (size_t i = 0; i < file->instructions.n; i++) {
		const struct docker_instruction *in = &file->instructions.p[i];
		struct hado_step *step = &steps[pass->n_steps];

		if (onbuild && !in->inner)
			continue;
		*step = (struct hado_step){.in = onbuild ? in->inner : in,
		    .line = line_index_line(&file->lines, in->offset)};
		if (step->in->kind == DOCKER_FROM) {
			from = read_from(step, arena);
			stage++;
		}
		step->from = from;
		step->stage = stage;
		if (step->in->kind == DOCKER_RUN && read_run(step, arena, err) != 0)
			return -1;
		pass->n_steps++;
	}
	return arena_check(arena, err);
}

int hado_read(
    const struct dockerfile *file, struct arena *arena, struct hado_file *ret, struct err *err)
{
	if (read_pass(file, false, arena, &ret->plain, err) != 0 ||
	    read_pass(file, true, arena, &ret->onbuild, err) != 0)
		return -1;
	ret->plain.pragmas = ret->onbuild.pragmas = &ret->pragmas;
	return hado_pragmas_read(&ret->plain, arena, &ret->pragmas, err);
}

/* ---- asking ---- */

bool hado_is(const struct hado_command *c, const char *name)
{
	return str_eq(c->name, str_of(name));
}

bool hado_is_any(const struct hado_command *c, const char *const *names)
{
	for (; *names; names++)
		if (hado_is(c, *names))
			return true;
	return false;
}

bool hado_has_arg(const struct hado_command *c, const char *arg)
{
	for (size_t i = 0; i < c->n_args; i++)
		if (str_eq(c->args[i], str_of(arg)))
			return true;
	return false;
}

bool hado_has_any_arg(const struct hado_command *c, const char *const *args)
{
	for (; *args; args++)
		if (hado_has_arg(c, *args))
			return true;
	return false;
}

static size_t count_in(struct str arg, struct str name)
{
	size_t count = 0;

	if (!is_flag(arg))
		return 0;
	if (arg.p[1] == '-')
		return str_eq(str_sub(arg, 2, MIN_OF(str_chr(arg, '='), arg.n) - 2), name);
	for (size_t i = 1; name.n == 1 && i < arg.n; i++)
		count += arg.p[i] == name.p[0];
	return count;
}

size_t hado_count_flag(const struct hado_command *c, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < c->n_args; i++)
		count += count_in(c->args[i], str_of(name));
	return count;
}

bool hado_has_flag(const struct hado_command *c, const char *name)
{
	return hado_count_flag(c, name) > 0;
}

bool hado_has_any_flag(const struct hado_command *c, const char *const *names)
{
	for (; *names; names++)
		if (hado_has_flag(c, *names))
			return true;
	return false;
}

static bool takes_value(struct str arg, const char *const *valued)
{
	for (; valued && *valued && str_chr(arg, '=') == STR_NPOS; valued++)
		if (count_in(arg, str_of(*valued)) > 0)
			return true;
	return false;
}

bool hado_next_word(
    const struct hado_command *c, const char *const *valued, size_t *at, struct str *ret_word)
{
	while (*at < c->n_args) {
		struct str arg = c->args[(*at)++];

		if (takes_value(arg, valued)) {
			(*at)++;
		} else if (!is_flag(arg)) {
			*ret_word = arg;
			return true;
		}
	}
	return false;
}

bool hado_has_mount(const struct hado_step *run, const char *part)
{
	for (size_t i = 0; i < run->in->n_flags; i++) {
		const struct docker_flag *flag = &run->in->flags[i];
		struct str type = STR_NONE, target = STR_NONE;

		if (!str_eq(flag->name, STR("mount")))
			continue;
		(void)docker_mount_option(flag->value.text, "type", &type);
		if (!docker_mount_option(flag->value.text, "target", &target) &&
		    !docker_mount_option(flag->value.text, "dst", &target))
			(void)docker_mount_option(flag->value.text, "destination", &target);
		if ((str_eq(type, STR("cache")) || str_eq(type, STR("tmpfs"))) &&
		    str_has(target, str_of(part)))
			return true;
	}
	return false;
}

bool hado_is_archive(struct str path)
{
	static const char *const ends[] = {".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ",
	    ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz", ".txz", ".xz"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(path, str_of(ends[i])))
			return true;
	return false;
}

bool hado_is_alias(const struct hado_pass *pass, size_t at, struct str name)
{
	for (size_t i = 0; name.n > 0 && i < at; i++)
		if (pass->steps[i].in->kind == DOCKER_FROM &&
		    str_eq(pass->steps[i].from->alias, name))
			return true;
	return false;
}

size_t hado_parent(const struct hado_pass *pass, size_t at)
{
	for (size_t i = at; i-- > 0;)
		if (pass->steps[i].in->kind == DOCKER_FROM && pass->steps[i].from->alias.n > 0 &&
		    str_eq(pass->steps[i].from->alias, pass->steps[at].from->text))
			return i;
	return pass->n_steps;
}

struct str hado_flag(const struct hado_step *step, const char *name)
{
	const struct docker_flag *flag = docker_flag_get(step->in, name);

	return flag && flag->has_value ? flag->value.text : STR_NONE;
}

/* ---- judging ---- */

void hado_report_as(struct lint *l, uint32_t line, struct str message)
{
	struct str text = line_index_text(l->lines, line);
	uint32_t offset = (uint32_t)(text.p - l->file->text.p);

	if (l->opts->no_pragmas || !hado_is_excused(l->pragmas, str_of(l->rule->id), line))
		lint_report(
		    l, (struct text_range){offset, offset}, text, NULL, STR_FMT, STR_ARG(message));
}

void hado_report(struct lint *l, uint32_t line)
{
	hado_report_as(l, line, str_of(l->rule->title));
}

void hado_report_second(struct lint *l, const struct hado_pass *pass, enum docker_kind kind)
{
	const struct hado_step *first = NULL;

	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_step *step = &pass->steps[i];

		if (step->in->kind != kind)
			continue;
		if (first && first->stage == step->stage)
			hado_report(l, step->line);
		first = step;
	}
}

static bool is_bad(struct lint *l, const struct hado_check *check, const struct hado_step *step)
{
	bool bad = check->step && check->step(l, step);

	for (size_t i = 0; check->command && !bad && i < step->n_commands; i++)
		bad = check->command(&step->commands[i]);
	return bad;
}

void hado_judge(struct lint *l, const struct hado_pass *pass)
{
	const struct hado_check *check = &l->rule->hadolint;

	if (check->pass)
		check->pass(l, pass);
	for (size_t i = 0; i < pass->n_steps; i++)
		if (is_bad(l, check, &pass->steps[i]))
			hado_report(l, pass->steps[i].line);
}

bool hado_is_kept(const struct hado_pass *pass, const struct hado_step *step)
{
	const struct hado_image *own = step->from, *last = NULL;
	bool is_base = false;

	if (pass->onbuild || !own)
		return true;
	for (size_t i = 0; i < pass->n_steps; i++) {
		const struct hado_image *from = pass->steps[i].from;

		if (!from)
			continue;
		last = from;
		is_base |= own->alias.n && str_eq(from->name, own->alias);
	}
	return is_base || (str_eq(own->text, last->text) && str_eq(own->alias, last->alias) &&
			      str_eq(own->platform, last->platform));
}
