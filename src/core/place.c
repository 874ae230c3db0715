#include "core/place.h"

#include "base/utf8.h"

int place_copy(
    const struct place *from, struct arena *arena, struct place *ret_copy, struct err *err)
{
	struct place copy = *from;

	if (origin_copy(&from->origin, arena, &copy.origin, err) != 0)
		return -1;
	copy.within = from->within.n > 0 ? arena_str(arena, from->within) : STR_NONE;
	*ret_copy = copy;
	return arena_check(arena, err);
}

/* A line up to this long is counted anew for each place on it. */
enum { MARK_EVERY = 4096 };

/* Code points before byte `offset` of the text, which is where one begins: at or up to three
 * bytes behind a multiple of MARK_EVERY. */
struct line_mark {
	uint32_t offset, runes;
};

static int marks_init(struct line_index *lines, struct arena *arena, struct err *err)
{
	struct str text = lines->text;
	size_t n = text.n / MARK_EVERY + 1;
	uint32_t runes = 0;
	size_t at = 0;

	lines->marks = arena_array(arena, n, sizeof *lines->marks);
	if (!lines->marks)
		return arena_err(arena, err);
	for (size_t i = 0; i < n; i++) {
		while (at < i * MARK_EVERY) {
			uint32_t rune;
			size_t step = utf8_decode(str_sub(text, at, 4), &rune);

			at += MAX_OF(step, (size_t)1);
			runes++;
		}
		lines->marks[i] = (struct line_mark){(uint32_t)at, runes};
	}
	lines->n_marks = n;
	return 0;
}

static size_t count_lf(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

int line_index_init(struct line_index *lines, struct str text, struct arena *arena, struct err *err)
{
	struct line_index made = {.text = text};
	size_t at = 0, longest = 0;

	if (text.n > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "a text of %zu bytes: more than 4 GiB", text.n);
	made.n = count_lf(text) + 1;
	made.starts = arena_array(arena, made.n, sizeof *made.starts);
	if (!made.starts)
		return arena_err(arena, err);
	for (size_t i = 1; i < made.n; i++) {
		size_t n = str_chr(str_sub(text, at, text.n), '\n') + 1;

		longest = MAX_OF(longest, n);
		at += n;
		made.starts[i] = (uint32_t)at;
	}
	longest = MAX_OF(longest, text.n - at);
	if (longest > MARK_EVERY && marks_init(&made, arena, err) != 0)
		return -1;
	*lines = made;
	return 0;
}

uint32_t line_index_line(const struct line_index *lines, size_t offset)
{
	size_t low = 0, high = lines->n;

	/* starts[low] <= offset < starts[high] all the way. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (lines->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low + 1;
}

/* Code points of text[0, offset), counted from the nearest mark. */
static size_t runes_before(const struct line_index *lines, size_t offset)
{
	size_t i = offset / MARK_EVERY;
	struct line_mark mark = lines->marks[i];

	if (mark.offset > offset)
		mark = lines->marks[i - 1];
	return mark.runes + utf8_count(str_sub(lines->text, mark.offset, offset - mark.offset));
}

static uint32_t column_of(const struct line_index *lines, uint32_t line, size_t offset)
{
	size_t start = lines->starts[line - 1];
	size_t runes;

	if (offset - start > MARK_EVERY && lines->marks)
		runes = runes_before(lines, offset) - runes_before(lines, start);
	else
		runes = utf8_count(str_sub(lines->text, start, offset - start));
	return (uint32_t)MIN_OF(runes, (size_t)UINT32_MAX - 1) + 1;
}

void line_index_place(
    const struct line_index *lines, size_t offset, size_t end, struct place *place)
{
	offset = MIN_OF(offset, lines->text.n);
	end = MIN_OF(MAX_OF(end, offset), lines->text.n);
	place->line = line_index_line(lines, offset);
	place->column = column_of(lines, place->line, offset);
	place->end_line = line_index_line(lines, end);
	/* A range that takes its line's LF along ends behind that line, not on the next. */
	if (place->end_line > place->line && lines->starts[place->end_line - 1] == end) {
		place->end_line--;
		end--;
	}
	place->end_column = column_of(lines, place->end_line, end);
}

struct str line_index_text(const struct line_index *lines, uint32_t line)
{
	size_t start, end;
	struct str text;

	if (line == 0 || line > lines->n)
		return STR_NONE;
	start = lines->starts[line - 1];
	end = line < lines->n ? lines->starts[line] : lines->text.n;
	text = str_sub(lines->text, start, end - start);
	if (str_ends(text, STR("\n")))
		text.n--;
	if (str_ends(text, STR("\r")))
		text.n--;
	return text;
}
