#include "base/opt.h"

enum { WORD_MAX = 40, LABEL_MAX = 26, WIDTH_MIN = 40 };

/* ---- nearest word ---- */

/*
 * Edit distance with neighbours swapped as one edit (optimal string alignment), by three
 * rows of the table. Words are at most WORD_MAX bytes long.
 */
static unsigned word_distance(struct str a, struct str b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *two = rows[0], *one = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		one[j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *oldest = two;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			bool same = a.p[i - 1] == b.p[j - 1];
			unsigned best = MIN_OF(one[j] + 1, row[j - 1] + 1);

			best = MIN_OF(best, one[j - 1] + !same);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				best = MIN_OF(best, two[j - 2] + 1);
			row[j] = best;
		}
		two = one;
		one = row;
		row = oldest;
	}
	return one[b.n];
}

/* The nearest that is less than `limit` edits away. */
static const char *nearest_below(
    struct str word, const char *const *names, size_t n, unsigned limit)
{
	const char *nearest = NULL;
	unsigned best = limit;

	if (word.n == 0 || word.n > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		unsigned distance;

		if (name.n == 0 || name.n > WORD_MAX)
			continue;
		distance = word_distance(word, name);
		if (distance < best && distance < name.n) {
			best = distance;
			nearest = names[i];
		}
	}
	return nearest;
}

const char *opt_nearest(struct str word, const char *const *names, size_t n)
{
	/* One edit for every three letters: more is no longer the same word. */
	return nearest_below(word, names, n, MIN_OF((unsigned)(word.n + 2) / 3, 3U) + 1);
}

const char *opt_closest(struct str word, const char *const *names, size_t n)
{
	return nearest_below(word, names, n, WORD_MAX);
}

/* ---- parsing ---- */

struct parser {
	const struct opt *rows;
	struct arena *arena;
	int argc, at;
	char **argv;
	struct err *err;
};

static bool takes_value(const struct opt *row)
{
	return row->kind == OPT_TEXT || row->kind == OPT_LIST || row->kind == OPT_COUNT;
}

static bool is_option(const struct opt *row)
{
	return row->kind != OPT_GROUP;
}

static const struct opt *find_long(const struct opt *rows, struct str name)
{
	for (; rows->kind != OPT_END; rows++) {
		if (is_option(rows) && rows->name && str_eq(name, str_of(rows->name)))
			return rows;
	}
	return NULL;
}

static const struct opt *find_short(const struct opt *rows, char name)
{
	for (; rows->kind != OPT_END; rows++) {
		if (is_option(rows) && rows->short_name == name)
			return rows;
	}
	return NULL;
}

static int set_value(const struct parser *p, const struct opt *row, struct str value)
{
	struct opt_list *list = row->target;

	if (row->kind == OPT_COUNT)
		return str_to_u64(value, row->target)
			   ? 0
			   : err_set(p->err, ERR_USAGE, "--%s takes a number, not \"" STR_FMT "\"",
				 row->name, STR_ARG(value));
	/* As of a variable that is not set: what was asked for is not the default. */
	if (value.n == 0)
		return err_set(p->err, ERR_USAGE, "--%s was given an empty value", row->name);
	if (row->kind == OPT_LIST)
		return vec_push(list, p->arena, value) ? 0 : arena_err(p->arena, p->err);
	*(struct str *)row->target = value;
	return 0;
}

/* The value is the next argument. */
static int take_value(struct parser *p, const struct opt *row)
{
	if (p->at >= p->argc)
		return err_set(p->err, ERR_USAGE, "--%s needs a value: --%s %s", row->name,
		    row->name, row->value_name ? row->value_name : "VALUE");
	return set_value(p, row, str_of(p->argv[p->at++]));
}

static int unknown_long(const struct parser *p, struct str name)
{
	VEC(const char *) names = {0};
	const char *nearest;

	for (const struct opt *row = p->rows; row->kind != OPT_END; row++) {
		if (is_option(row) && row->name && !vec_push(&names, p->arena, row->name))
			return arena_err(p->arena, p->err);
	}
	nearest = opt_nearest(name, names.p, names.n);
	if (nearest)
		return err_set(p->err, ERR_USAGE,
		    "unknown option --" STR_FMT "; did you mean --%s?", STR_ARG(name), nearest);
	return err_set(
	    p->err, ERR_USAGE, "unknown option --" STR_FMT "; --help lists them", STR_ARG(name));
}

/* "name", "name=value" or "no-name" */
static int parse_long(struct parser *p, struct str text)
{
	struct str name = text, value = STR_NONE;
	bool has_value = str_split(text, '=', &name, &value), negated = false;
	const struct opt *row = find_long(p->rows, name);

	if (!row && str_starts(name, STR("no-"))) {
		row = find_long(p->rows, str_sub(name, 3, name.n));
		negated = true;
	}
	if (!row || (negated && takes_value(row)))
		return unknown_long(p, name);
	if (takes_value(row))
		return has_value ? set_value(p, row, value) : take_value(p, row);
	if (has_value)
		return err_set(p->err, ERR_USAGE, "--%s takes no value", row->name);
	*(bool *)row->target = !negated;
	return 0;
}

/* "v", "vq", "nVALUE" or "n" with the value behind it. *ret_help is set by h if it is not an
 * option's. */
static int parse_short(struct parser *p, struct str letters, bool *ret_help)
{
	for (size_t i = 0; i < letters.n; i++) {
		const struct opt *row = find_short(p->rows, letters.p[i]);
		struct str rest = str_sub(letters, i + 1, letters.n);

		if (!row && letters.p[i] == 'h') {
			*ret_help = true;
			return 0;
		}
		if (!row)
			return err_set(p->err, ERR_USAGE, "unknown option -%c; --help lists them",
			    letters.p[i]);
		if (takes_value(row))
			return rest.n > 0 ? set_value(p, row, rest) : take_value(p, row);
		*(bool *)row->target = true;
	}
	return 0;
}

int opt_parse(const struct opt *rows, int argc, char **argv, struct arena *arena,
    struct opt_list *ret_operands, bool *ret_help, struct err *err)
{
	struct parser p = {rows, arena, argc, 0, argv, err};
	struct opt_list operands = {0};
	bool help = false, only_operands = false;

	while (p.at < argc && !help) {
		struct str arg = str_of(argv[p.at++]);
		int failed = 0;

		if (only_operands || arg.n < 2 || arg.p[0] != '-')
			failed = vec_push(&operands, arena, arg) ? 0 : arena_err(arena, err);
		else if (str_eq(arg, STR("--")))
			only_operands = true;
		else if (str_eq(arg, STR("--help")))
			help = true;
		else if (arg.p[1] == '-')
			failed = parse_long(&p, str_sub(arg, 2, arg.n));
		else
			failed = parse_short(&p, str_sub(arg, 1, arg.n), &help);
		if (failed)
			return -1;
	}
	*ret_operands = operands;
	*ret_help = help;
	return 0;
}

/* ---- help ---- */

static void pad_to(struct buf *line, size_t column)
{
	while (line->n < column && buf_ok(line))
		buf_addc(line, ' ');
}

/* Words of text from the column where `line` stands, wrapped; each line goes to out. */
static void wrap(struct buf *line, size_t indent, size_t width, struct str text, struct buf *out)
{
	struct str word;

	while (str_cut(&text, ' ', &word)) {
		if (line->n > indent && line->n + 1 + word.n > width) {
			buf_addf(out, "%s\n", buf_cstr(line));
			buf_clear(line);
		}
		if (line->n > indent)
			buf_addc(line, ' ');
		pad_to(line, indent);
		buf_add(line, word);
	}
	buf_addf(out, "%s\n", buf_cstr(line));
	buf_clear(line);
}

static void add_label(const struct opt *row, struct buf *line)
{
	if (row->short_name)
		buf_addf(line, "  -%c, ", row->short_name);
	else
		buf_add(line, STR("      "));
	buf_addf(line, "--%s", row->name);
	if (takes_value(row))
		buf_addf(line, " %s", row->value_name ? row->value_name : "VALUE");
}

static size_t label_width(const struct opt *rows)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT(KIB(4));
	size_t widest = 0;

	for (; rows->kind != OPT_END; rows++) {
		if (!is_option(rows))
			continue;
		buf_clear(&line);
		add_label(rows, &line);
		if (line.n <= LABEL_MAX)
			widest = MAX_OF(widest, line.n);
	}
	return widest ? widest : LABEL_MAX;
}

void opt_help(const struct opt *rows, unsigned width, struct buf *out)
{
	struct buf line CLEANUP(buf_release) = BUF_INIT(KIB(4));
	size_t indent = label_width(rows) + 2;
	size_t columns = MAX_OF(width, (unsigned)WIDTH_MIN);

	for (; rows->kind != OPT_END; rows++) {
		if (!is_option(rows)) {
			buf_addf(out, "\n%s\n", rows->help);
			continue;
		}
		add_label(rows, &line);
		if (line.n + 2 > indent) {
			buf_addf(out, "%s\n", buf_cstr(&line));
			buf_clear(&line);
		}
		pad_to(&line, indent);
		wrap(&line, indent, columns, str_of(rows->help), out);
	}
}
