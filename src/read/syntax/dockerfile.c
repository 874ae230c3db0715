/*
 * Lines into instructions: directives, comments, continuations, here-documents. What
 * stands in an instruction is read in dockerfile_args.c.
 */
#include "read/syntax/dockerfile.h"

#include "base/opt.h"
#include "read/syntax/dockerfile_parse.h"

/* Lines that are searched for the end of here-documents that never end, as multiples of the file:
 * beyond that the rest of the file belongs to the here-document, as BuildKit has it. */
enum { SEARCH_FACTOR = 8 };

static const char *const kind_words[] = {"?",
#define X(name, word) word,
    DOCKER_KINDS(X)
#undef X
};

const char *docker_kind_word(enum docker_kind kind)
{
	return (size_t)kind < ARRAY_LEN(kind_words) ? kind_words[kind] : "?";
}

enum docker_kind docker_kind_of(struct str keyword)
{
	for (size_t i = 1; i < ARRAY_LEN(kind_words); i++)
		if (str_eq_nocase(keyword, str_of(kind_words[i])))
			return (enum docker_kind)i;
	return DOCKER_UNKNOWN;
}

const struct docker_flag *docker_flag_get(
    const struct docker_instruction *instruction, const char *name)
{
	for (size_t i = 0; i < instruction->n_flags; i++)
		if (str_eq(instruction->flags[i].name, str_of(name)))
			return &instruction->flags[i];
	return NULL;
}

struct text_range docker_range(const struct docker_instruction *instruction, struct str part)
{
	return placed_range(&instruction->text, part);
}

bool docker_next_line(const struct dockerfile *file, size_t at, struct docker_line *ret_line)
{
	struct str rest = str_sub(file->text, at, file->text.n);
	size_t lf;

	if (rest.n == 0)
		return false;
	lf = str_chr(rest, '\n');
	ret_line->start = at;
	ret_line->end = lf == STR_NPOS ? file->text.n : at + lf;
	ret_line->next = lf == STR_NPOS ? file->text.n : at + lf + 1;
	while (ret_line->end > at && file->text.p[ret_line->end - 1] == '\r')
		ret_line->end--;
	return true;
}

static struct str line_text(const struct dockerfile *file, const struct docker_line *line)
{
	return str_sub(file->text, line->start, line->end - line->start);
}

void docker_problem_add(
    struct docker_reader *r, const char *what, const char *fix, size_t offset, size_t end)
{
	struct docker_problem problem = {what, fix, offset, end, r->file->instructions.n};

	if (r->file->problems.n > DOCKER_PROBLEMS_MAX)
		return;
	if (r->file->problems.n == DOCKER_PROBLEMS_MAX) {
		problem.what = "and more from here on that is not listed";
		problem.fix = NULL;
	}
	vec_push(&r->file->problems, r->arena, problem);
}

void docker_malformed(struct docker_reader *r, struct docker_instruction *in, struct str part,
    const char *what, const char *fix)
{
	struct text_range range = docker_range(in, part);

	in->malformed = true;
	docker_problem_add(r, what, fix, range.offset, range.end);
}

/* ---- the leading block ---- */

static void set_escape(struct docker_reader *r, struct str value)
{
	size_t offset = (size_t)(value.p - r->file->text.p);

	if (str_eq(value, STR("\\")) || str_eq(value, STR("`")))
		r->file->escape = value.p[0];
	else
		docker_problem_add(r, "the escape directive takes only \\ or `",
		    "write \"# escape=\\\" or \"# escape=`\"", offset, offset + value.n);
}

static bool has_directive(const struct dockerfile *file, struct str name)
{
	for (size_t i = 0; i < file->directives.n; i++)
		if (str_eq_nocase(file->directives.p[i].name, name))
			return true;
	return false;
}

/* "# name = value" with a known name, not given before; anything else ends the block. */
static void read_directive(struct docker_reader *r, struct str comment)
{
	struct docker_directive d;

	if (!str_split(str_sub(comment, 1, comment.n), '=', &d.name, &d.value))
		goto over;
	d.name = str_trim(d.name);
	d.value = str_trim(d.value);
	if (d.value.n == 0 ||
	    (!str_eq_nocase(d.name, STR("syntax")) && !str_eq_nocase(d.name, STR("escape")) &&
		!str_eq_nocase(d.name, STR("check"))))
		goto over;
	if (has_directive(r->file, d.name)) {
		size_t offset = (size_t)(comment.p - r->file->text.p);

		docker_problem_add(r, "this directive is given twice", "keep one of the two",
		    offset, offset + comment.n);
		return;
	}
	vec_push(&r->file->directives, r->arena, d);
	if (str_eq_nocase(d.name, STR("escape")))
		set_escape(r, d.value);
	return;
over:
	r->directives_done = true;
}

/* `comment` begins with '#'. */
static void read_comment(struct docker_reader *r, struct str comment)
{
	struct docker_comment c = {comment};

	vec_push(&r->file->comments, r->arena, c);
	if (!r->directives_done)
		read_directive(r, comment);
}

/* ---- continuations ---- */

/* Whether the line ends in the escape character (blanks may follow it, but another escape must
 * not stand before it), and how much of it counts. */
static bool line_continues(struct str line, char escape, size_t *ret_keep)
{
	size_t n = line.n;

	while (n > 0 && (line.p[n - 1] == ' ' || line.p[n - 1] == '\t'))
		n--;
	if (n == 0 || line.p[n - 1] != escape || (n > 1 && line.p[n - 2] == escape))
		return false;
	*ret_keep = n - 1;
	return true;
}

enum line_use { LINE_LAST, LINE_CONTINUES, LINE_COMMENT, LINE_BLANK };

static enum line_use line_use(const struct docker_reader *r, struct str *line, bool first)
{
	struct str trimmed = str_trim_left(*line);

	if (!first && trimmed.n == 0)
		return LINE_BLANK;
	if (!first && trimmed.p[0] == '#') {
		*line = trimmed;
		return LINE_COMMENT;
	}
	if (first)
		*line = trimmed;
	return line_continues(*line, r->file->escape, &line->n) ? LINE_CONTINUES : LINE_LAST;
}

/* Joins the lines from `first` on into in->text and moves r->at behind them. */
static void join_lines(
    struct docker_reader *r, struct docker_line first, struct docker_instruction *in, size_t stop)
{
	struct placed_builder b;
	struct err ignored = ERR_INIT;
	struct docker_line line = first;
	bool more = true, is_first = true;

	placed_begin(&b, stop - first.start, r->arena);
	while (more && docker_next_line(r->file, line.start, &line)) {
		struct str text = line_text(r->file, &line);
		enum line_use use = line_use(r, &text, is_first);

		is_first = false;
		in->empty_continuation |= use == LINE_BLANK;
		if (use == LINE_COMMENT)
			read_comment(r, text);
		if (use == LINE_CONTINUES || use == LINE_LAST)
			placed_add(&b, text, (uint32_t)(text.p - r->file->text.p));
		more = use != LINE_LAST;
		r->at = line.next;
		line.start = line.next;
	}
	if (placed_done(&b, &in->text, &ignored) != 0)
		arena_fail(r->arena, ERR_NOMEM);
}

/* Where the instruction that begins with `line` ends: behind its last line's bytes. */
static size_t find_stop(const struct docker_reader *r, struct docker_line line)
{
	size_t stop = line.end, at = line.start;
	bool first = true;

	while (docker_next_line(r->file, at, &line)) {
		struct str text = line_text(r->file, &line);

		stop = line.end;
		if (line_use(r, &text, first) == LINE_LAST)
			break;
		first = false;
		at = line.next;
	}
	return stop;
}

/* ---- here-documents ---- */

/* A line that in a file whose here-document never ends is taken for the next instruction. */
static bool line_is_instruction(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] >= 'A' && line.p[n] <= 'Z')
		n++;
	return n < line.n && (line.p[n] == ' ' || line.p[n] == '\t') &&
	       docker_kind_of(str_sub(line, 0, n)) != DOCKER_UNKNOWN;
}

/* The here-document has no end: it takes the lines up to the next instruction. */
static size_t recover_heredoc(const struct docker_reader *r)
{
	struct docker_line line;
	size_t at = r->at;

	while (docker_next_line(r->file, at, &line)) {
		if (line_is_instruction(line_text(r->file, &line)))
			break;
		at = line.next;
	}
	return at;
}

static void read_heredoc(
    struct docker_reader *r, struct docker_instruction *in, struct docker_heredoc *doc)
{
	struct docker_line line;
	size_t start = r->at, at = start;

	while (docker_next_line(r->file, at, &line)) {
		struct str text = line_text(r->file, &line);

		while (doc->chomp && str_starts(text, STR("\t")))
			text = str_sub(text, 1, text.n);
		if (str_eq(text, doc->name)) {
			doc->ended = true;
			doc->body = str_sub(r->file->text, start, at - start);
			in->end = (uint32_t)line.end;
			r->at = line.next;
			return;
		}
		at = line.next;
	}
	if (r->search_left >= at - start) {
		r->search_left -= at - start;
		at = recover_heredoc(r);
	}
	doc->body = str_sub(r->file->text, start, at - start);
	in->end = (uint32_t)(at > start ? at : in->end);
	r->at = at;
	docker_malformed(r, in, doc->raw, "this here-document has no end",
	    "end it with a line that holds its name and nothing else");
}

static void read_heredocs(struct docker_reader *r, struct docker_instruction *in)
{
	struct docker_heredoc *docs;

	if (r->dialect == DOCKER_BUILDKIT)
		docker_find_heredocs(r, in);
	if (in->n_heredocs == 0)
		return;
	docs = arena_array(r->arena, in->n_heredocs, sizeof *docs);
	if (!docs)
		return;
	memcpy(docs, in->heredocs, in->n_heredocs * sizeof *docs);
	for (size_t i = 0; i < in->n_heredocs; i++)
		read_heredoc(r, in, &docs[i]);
	in->heredocs = docs;
}

/* What ONBUILD holds has its here-documents too. */
static void share_heredocs(struct docker_reader *r, struct docker_instruction *in)
{
	struct docker_instruction *inner;

	if (!in->inner || in->n_heredocs == 0)
		return;
	inner = arena_new(r->arena, struct docker_instruction);
	if (!inner)
		return;
	*inner = *in->inner;
	inner->heredocs = in->heredocs;
	inner->n_heredocs = in->n_heredocs;
	inner->end = in->end;
	in->inner = inner;
}

/* ---- instructions ---- */

/* The blanks beyond ASCII that builders cut off too: U+0085, U+00A0, U+1680, U+2000 to U+200A,
 * U+2028, U+2029, U+202F, U+205F, U+3000. */
static bool is_wide_blank(struct str three)
{
	unsigned char last = three.n == 3 ? (unsigned char)three.p[2] : 0;

	if (str_starts(three, STR("\xe2\x80")))
		return (last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 ||
		       last == 0xaf;
	return str_eq(three, STR("\xe1\x9a\x80")) || str_eq(three, STR("\xe2\x81\x9f")) ||
	       str_eq(three, STR("\xe3\x80\x80"));
}

static bool is_narrow_blank(struct str two)
{
	return str_eq(two, STR("\xc2\x85")) || str_eq(two, STR("\xc2\xa0"));
}

static struct str trim_all(struct str s)
{
	size_t before;

	do {
		before = s.n;
		s = str_trim(s);
		if (is_narrow_blank(str_sub(s, 0, 2)))
			s = str_sub(s, 2, s.n);
		else if (is_wide_blank(str_sub(s, 0, 3)))
			s = str_sub(s, 3, s.n);
		if (s.n >= 2 && is_narrow_blank(str_sub(s, s.n - 2, 2)))
			s.n -= 2;
		else if (s.n >= 3 && is_wide_blank(str_sub(s, s.n - 3, 3)))
			s.n -= 3;
	} while (s.n < before);
	return s;
}

static void read_instruction(struct docker_reader *r, struct docker_line line)
{
	struct docker_instruction in = {.kind = DOCKER_UNKNOWN};
	struct str text = line_text(r->file, &line);
	struct text_range range;

	if (line_use(r, &text, true) == LINE_CONTINUES) {
		join_lines(r, line, &in, find_stop(r, line));
	} else {
		in.text.text = text;
		in.text.base = (uint32_t)(text.p - r->file->text.p);
		r->at = line.next;
	}
	in.text = placed_sub(&in.text, trim_all(in.text.text));
	if (in.text.text.n == 0)
		return;
	if (r->first) {
		*r->first = in.text.text;
		r->at = r->file->text.n;
		return;
	}
	range = docker_range(&in, in.text.text);
	in.offset = range.offset;
	in.end = in.head_end = range.end;
	docker_read_arguments(r, &in, false);
	read_heredocs(r, &in);
	share_heredocs(r, &in);
	vec_push(&r->file->instructions, r->arena, in);
}

static void read_line(struct docker_reader *r, struct docker_line line)
{
	struct str text = str_trim_left(line_text(r->file, &line));

	if (text.n > 0 && text.p[0] == '#') {
		r->at = line.next;
		read_comment(r, text);
		return;
	}
	r->directives_done = true;
	if (text.n > 0)
		read_instruction(r, line);
	else
		r->at = line.next;
}

/* Skips a byte order mark. A UTF-16 one makes the whole file one problem. */
static void read_mark(struct docker_reader *r)
{
	struct str text = r->file->text;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		r->at = 3;
	if (!str_starts(text, STR("\xff\xfe")) && !str_starts(text, STR("\xfe\xff")))
		return;
	r->at = text.n;
	docker_problem_add(
	    r, "the file is UTF-16, which a build does not read", "save it as UTF-8", 0, 2);
}

int dockerfile_parse(struct str text, struct arena *arena, struct dockerfile *ret, struct err *err)
{
	return dockerfile_parse_dialect(text, DOCKER_BUILDKIT, arena, ret, err);
}

int dockerfile_parse_dialect(struct str text, enum docker_dialect dialect, struct arena *arena,
    struct dockerfile *ret, struct err *err)
{
	struct dockerfile file = {.text = text, .escape = '\\'};
	struct docker_reader r = {.file = &file, .arena = arena, .dialect = dialect};
	struct docker_line line;

	if (line_index_init(&file.lines, text, arena, err) != 0)
		return -1;
	r.search_left = text.n > SIZE_MAX / SEARCH_FACTOR ? text.n : text.n * SEARCH_FACTOR;
	read_mark(&r);
	while (arena_ok(arena) && docker_next_line(&file, r.at, &line)) {
		read_line(&r, line);
		if (file.instructions.n > DOCKER_INSTRUCTIONS_MAX)
			return err_set(err, ERR_LIMIT,
			    "more than %d instructions in one Dockerfile",
			    (int)DOCKER_INSTRUCTIONS_MAX);
	}
	if (file.instructions.n == 0 && file.problems.n == 0)
		docker_problem_add(&r, "the file holds no instruction", "begin it with FROM", 0, 0);
	*ret = file;
	return arena_check(arena, err);
}

int dockerfile_first(struct str text, struct arena *arena, struct str *ret_text, struct err *err)
{
	struct dockerfile file = {.text = text, .escape = '\\'};
	struct docker_reader r = {.file = &file, .arena = arena, .first = ret_text};
	struct docker_line line;

	*ret_text = STR("");
	read_mark(&r);
	while (arena_ok(arena) && docker_next_line(&file, r.at, &line))
		read_line(&r, line);
	return arena_check(arena, err);
}
