/*
 * JSON by RFC 8259: a writer into a buffer, and a pull reader whose events know where in
 * the text they stand. The reader is strict unless it is given `on_problem`: then it
 * reports each mistake (a comma too many, a stray brace, a missing comma or quote, a
 * comment, text after the end) and goes on with what can still be read.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"

/* ---- writer ---- */

enum { JSON_DEPTH_MAX = 256 };

struct json_out {
	struct buf *out;
	unsigned depth;
	bool pretty; /* two blanks a level, one member a line */
	bool after_key;
	unsigned char has_items[JSON_DEPTH_MAX / 8];
};

void json_out_init(struct json_out *j, struct buf *out, bool pretty);
void json_begin_object(struct json_out *j);
void json_end_object(struct json_out *j);
void json_begin_array(struct json_out *j);
void json_end_array(struct json_out *j);
void json_key(struct json_out *j, const char *key);
void json_key_str(struct json_out *j, struct str key);
/* Broken UTF-8 becomes U+FFFD; what comes out is always valid JSON. */
void json_str(struct json_out *j, struct str s);
void json_int(struct json_out *j, int64_t value);
void json_uint(struct json_out *j, uint64_t value);
/* One decimal place, as CVSS scores are written. */
void json_tenths(struct json_out *j, int tenths);
void json_bool(struct json_out *j, bool value);
void json_null(struct json_out *j);
/* A member; json_member_str writes nothing if s is empty ("absent is unknown"). */
void json_member_str(struct json_out *j, const char *key, struct str s);
void json_member_int(struct json_out *j, const char *key, int64_t value);
void json_member_bool(struct json_out *j, const char *key, bool value);

/* ---- reader ---- */

enum json_kind {
	JSON_OBJECT,	 /* { */
	JSON_OBJECT_END, /* } */
	JSON_ARRAY,	 /* [ */
	JSON_ARRAY_END,	 /* ] */
	JSON_KEY,	 /* a member's name; its value is the next event */
	JSON_STRING,
	JSON_NUMBER, /* text is the number as written */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_END, /* after the one value of the text */
};

struct json_event {
	enum json_kind kind;
	struct str text;    /* decoded; borrowed from the text, or in the arena */
	size_t offset, end; /* bytes of the text it covers */
};

/*
 * A mistake at text[offset, end). What is absent stands behind what it belongs after, with
 * end == offset. `what` is static text such as "a comma with nothing after it", never the
 * input's. Mistakes come in the order in which they are met, each once.
 */
typedef void json_problem_fn(void *arg, const char *what, size_t offset, size_t end);

/*
 * With on_problem, what is read is always well-formed: a member without a value is null, a value
 * without a name has the name "", and what was left open is closed (ends have offset == end if
 * nothing stands in the text). Unquoted texts and numbers that JSON does not know ("007", "1.")
 * are strings. A closer that does not fit is left out, taken for the other kind, or taken to
 * close two, by what follows it: a "}" before more members does not end their object.
 */
struct json_in {
	struct str text;
	struct arena *arena; /* decoded strings */
	size_t at;
	unsigned depth, depth_max;   /* at most JSON_DEPTH_MAX */
	json_problem_fn *on_problem; /* NULL: the first mistake is an error */
	void *on_problem_arg;
	/* Private from here. */
	int state;
	bool skipping;	    /* strings are checked, but not decoded */
	size_t last_end;    /* behind the last token: where something absent belongs */
	size_t comma_at;    /* the last comma between items */
	size_t stray_until; /* closers before this are known to be stray */
	unsigned balances;  /* how often the rest was counted through */
	unsigned char in_object[JSON_DEPTH_MAX / 8];
};

/* A byte order mark at the front is passed over (RFC 8259 section 8.1 allows it). */
void json_in_init(struct json_in *j, struct str text, struct arena *arena);
/* 0 and an event, or -1: ERR_FORMAT with line and column, ERR_LIMIT (depth), ERR_NOMEM. After
 * JSON_END it keeps answering JSON_END. With on_problem only ERR_LIMIT and ERR_NOMEM remain. */
MUST_USE int json_next(struct json_in *j, struct json_event *ret_event, struct err *err);
/* Skips the rest of the value that `event` began, or the value of the key that it is. The arena
 * does not grow by what is skipped. */
MUST_USE int json_skip(struct json_in *j, const struct json_event *event, struct err *err);

#endif
