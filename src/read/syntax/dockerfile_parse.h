/*
 * Private to the Dockerfile reader: what its files share. One reader a file, on the
 * caller's stack; all memory is the arena's.
 */
#ifndef READ_SYNTAX_DOCKERFILE_PARSE_H
#define READ_SYNTAX_DOCKERFILE_PARSE_H

#include "read/syntax/dockerfile.h"

struct docker_step;

/* Whether the arena held all is asked once, at the end of the file. */
struct docker_reader {
	struct dockerfile *file;
	struct arena *arena;
	enum docker_dialect dialect;
	size_t at;	      /* where the next line begins */
	size_t search_left;   /* bytes that may still be searched in vain for the end of heredocs */
	bool directives_done; /* the leading block is over */
	struct str *first;    /* only the first instruction's text is wanted; NULL: all */
};

/* Bytes of a line [start, end) without its end, and where the next begins. */
struct docker_line {
	size_t start, end, next;
};
bool docker_next_line(const struct dockerfile *file, size_t at, struct docker_line *ret_line);

/* Records a problem of the instruction that is being read. */
void docker_problem_add(
    struct docker_reader *r, const char *what, const char *fix, size_t offset, size_t end);
/* The same for a slice of the instruction's joined text; marks the instruction. */
void docker_malformed(struct docker_reader *r, struct docker_instruction *in, struct str part,
    const char *what, const char *fix);

/* Fills keyword, kind, flags, args, words and pairs from in->text.
 * `wrapped` is set for what stands behind ONBUILD. */
void docker_read_arguments(struct docker_reader *r, struct docker_instruction *in, bool wrapped);
/* Whether a heredoc may stand on it, and the heredoc words of its text. */
void docker_find_heredocs(struct docker_reader *r, struct docker_instruction *in);

/* Takes the next word of *rest: blanks end it, but not inside quotes or behind the escape. */
bool docker_cut_word(struct str *rest, char escape, struct str *ret_word);
/* Quotes and escapes removed; the same slice if there are none. p is NULL if the arena is
 * full. */
struct str docker_unquote(struct str raw, char escape, struct arena *arena);
/* A JSON list of strings and nothing else: 1 and its words, 0 if it is not, -1 if the arena
 * is full. */
int docker_json_words(const struct placed_text *text, struct str args, struct arena *arena,
    const struct docker_word **ret_words, size_t *ret_n);

/* Sets step->script: what the step's instruction runs, or NULL. */
MUST_USE int docker_read_script(
    const struct dockerfile *file, struct docker_step *step, struct arena *arena, struct err *err);

struct docker_view;
/* Sets needed, shipped and built, and which sources close a cycle. */
void docker_mark_stages(struct docker_view *view, struct arena *arena);

#endif
