/*
 * Command lines from tables: the same rows parse, check and print --help. Long options
 * (--name VALUE, --name=VALUE, --no-name for flags that allow it), short ones (-n VALUE),
 * "--" ends them. A text may not be empty. An unknown option is an error that names the nearest
 * known one.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

enum opt_kind {
	OPT_END,   /* last row */
	OPT_FLAG,  /* bool * */
	OPT_TEXT,  /* struct str * */
	OPT_LIST,  /* struct opt_list *: may be given several times */
	OPT_COUNT, /* uint64_t *: a number */
	OPT_GROUP, /* a heading in --help; only `help` is read */
};

struct opt_list {
	struct str *p;
	size_t n, cap;
};

struct opt {
	enum opt_kind kind;
	char short_name;	/* 0 = none */
	const char *name;	/* without the dashes */
	void *target;		/* by kind; use the OPT_… macros, which check the type */
	const char *value_name; /* "PATH", for --help */
	const char *help;	/* one sentence; what the default is */
};

/* Type-checked rows: OPT_FLAG_ROW('v', "verbose", &o->verbose, "say more"). */
static inline void *opt_bool(bool *p)
{
	return p;
}
static inline void *opt_text(struct str *p)
{
	return p;
}
static inline void *opt_list_of(struct opt_list *p)
{
	return p;
}
static inline void *opt_count(uint64_t *p)
{
	return p;
}
#define OPT_FLAG_ROW(short, name, target, help) \
	{OPT_FLAG, (short), (name), opt_bool(target), NULL, (help)}
#define OPT_TEXT_ROW(short, name, target, value, help) \
	{OPT_TEXT, (short), (name), opt_text(target), (value), (help)}
#define OPT_LIST_ROW(short, name, target, value, help) \
	{OPT_LIST, (short), (name), opt_list_of(target), (value), (help)}
#define OPT_COUNT_ROW(short, name, target, value, help) \
	{OPT_COUNT, (short), (name), opt_count(target), (value), (help)}
#define OPT_GROUP_ROW(help) {OPT_GROUP, 0, NULL, NULL, NULL, (help)}
#define OPT_END_ROW	    {OPT_END, 0, NULL, NULL, NULL, NULL}

/* Reads argv[0..argc) (without the command's name). What is not an option goes to *ret_operands,
 * which borrow argv. --help and -h set *ret_help and stop. ERR_USAGE on a mistake. */
MUST_USE int opt_parse(const struct opt *rows, int argc, char **argv, struct arena *arena,
    struct opt_list *ret_operands, bool *ret_help, struct err *err);
/* The options as --help shows them, wrapped to `width` columns. */
void opt_help(const struct opt *rows, unsigned width, struct buf *out);
/* The nearest of `names` by edit distance if it is near enough for "did you mean", or NULL. */
const char *opt_nearest(struct str word, const char *const *names, size_t n);
/* The same however far it is; NULL if they have nothing in common. */
const char *opt_closest(struct str word, const char *const *names, size_t n);

#endif
