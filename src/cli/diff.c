#include "cli/diff.h"

enum { AROUND = 3 };

struct differ {
	struct str text;
	const struct lint_change *changes;
	size_t n, next; /* changes; the first that is not written */
	size_t at;	/* the text is written up to here: a line's begin */
	size_t line;	/* 0-based, of `at`; in the new text line + shift */
	int64_t shift;
	struct buf *out;
};

/* Behind the LF of the line that holds `at`, or the end. */
static size_t line_end(struct str text, size_t at)
{
	size_t end = str_chr(str_sub(text, at, text.n), '\n');

	return end == STR_NPOS ? text.n : at + end + 1;
}

static size_t line_begin(struct str text, size_t at)
{
	size_t before = str_rchr(str_sub(text, 0, at), '\n');

	return before == STR_NPOS ? 0 : before + 1;
}

static size_t count_lines(struct str text)
{
	size_t n = text.n > 0 && text.p[text.n - 1] != '\n';

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static void add_lines(struct buf *out, char sign, struct str text)
{
	while (text.n > 0) {
		size_t end = line_end(text, 0);

		buf_addc(out, sign);
		buf_add(out, str_sub(text, 0, end));
		if (text.p[end - 1] != '\n')
			buf_add(out, STR("\n\\ No newline at end of file\n"));
		text = str_sub(text, end, text.n);
	}
}

/* Whole lines that hold the changes from..to: those whose lines touch are one region. */
struct region {
	size_t begin, end; /* in the text */
	size_t to;	   /* behind its last change */
};

static struct region region_at(const struct differ *d, size_t from)
{
	const struct lint_change *c = &d->changes[from];
	struct region r = {
	    line_begin(d->text, (size_t)c->offset), line_end(d->text, (size_t)c->end), from + 1};

	while (r.to < d->n && d->changes[r.to].offset < r.end) {
		r.end = line_end(d->text, (size_t)d->changes[r.to].end);
		r.to++;
	}
	return r;
}

static void make_new(const struct differ *d, const struct region *r, size_t from, struct buf *out)
{
	size_t at = r->begin;

	for (size_t i = from; i < r->to; i++) {
		buf_add(out, str_sub(d->text, at, (size_t)d->changes[i].offset - at));
		buf_add(out, d->changes[i].text);
		at = (size_t)d->changes[i].end;
	}
	buf_add(out, str_sub(d->text, at, r->end - at));
}

/* Three lines back from `at`, not before `least`. */
static size_t lines_back(struct str text, size_t at, size_t least)
{
	for (int i = 0; i < AROUND && at > least; i++)
		at = line_begin(text, at - 1);
	return MAX_OF(at, least);
}

static size_t lines_on(struct str text, size_t at)
{
	for (int i = 0; i < AROUND && at < text.n; i++)
		at = line_end(text, at);
	return at;
}

/* One hunk: regions with at most six lines between. */
static void write_hunk(struct differ *d)
{
	struct buf body CLEANUP(buf_release) = BUF_INIT(d->out->max);
	struct buf new_lines CLEANUP(buf_release) = BUF_INIT(d->out->max);
	struct region r = region_at(d, d->next);
	size_t begin = lines_back(d->text, r.begin, d->at), at = begin, line, end;
	int64_t grown = 0, new_line, new_count;

	line = d->line + count_lines(str_sub(d->text, d->at, begin - d->at));
	for (;;) {
		struct str old = str_sub(d->text, r.begin, r.end - r.begin);

		buf_clear(&new_lines);
		make_new(d, &r, d->next, &new_lines);
		add_lines(&body, ' ', str_sub(d->text, at, r.begin - at));
		add_lines(&body, '-', old);
		add_lines(&body, '+', buf_str(&new_lines));
		grown += (int64_t)count_lines(buf_str(&new_lines)) - (int64_t)count_lines(old);
		at = r.end;
		d->next = r.to;
		end = lines_on(d->text, at);
		if (d->next == d->n)
			break;
		r = region_at(d, d->next);
		if (lines_back(d->text, r.begin, at) > end)
			break;
	}
	add_lines(&body, ' ', str_sub(d->text, at, end - at));
	at = count_lines(str_sub(d->text, begin, end - begin));
	new_line = (int64_t)line + 1 + d->shift;
	new_count = (int64_t)at + grown;
	buf_addf(d->out, "@@ -%zu,%zu +%lld,%lld @@\n", line + 1, at, (long long)new_line,
	    (long long)new_count);
	buf_add(d->out, buf_str(&body));
	d->line = line + at;
	d->at = end;
	d->shift += grown;
}

/* A name may have no line end in it, or it would be lines of its own. */
static void add_name(struct buf *out, const char *sign, struct str path)
{
	buf_add(out, str_of(sign));
	buf_add_safe(out, path);
	buf_add(out, str_chr(path, ' ') == STR_NPOS ? STR("\n") : STR("\t\n"));
}

void diff_changes(
    struct str path, struct str text, const struct lint_change *changes, size_t n, struct buf *out)
{
	struct differ d = {.text = text, .changes = changes, .n = n, .out = out};

	if (n == 0)
		return;
	while (str_starts(path, STR("./")) || str_starts(path, STR("/")))
		path = str_sub(path, path.p[0] == '/' ? 1 : 2, path.n);
	add_name(out, "--- a/", path);
	add_name(out, "+++ b/", path);
	while (d.next < d.n)
		write_hunk(&d);
}
