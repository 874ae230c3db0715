/*
 * The parent's side of one reader: its process, its socket, the files and tools that it
 * asks for. Whatever comes from it is hostile once it is taken over: each frame is checked,
 * none is waited for, and it is killed at the end however it ended. Private to the pool.
 */
#ifndef CORE_READER_H
#define CORE_READER_H

#include "core/pool_frames.h"
#include "core/pool_tool.h"

struct served_file {
	bool open;
	uint32_t handle; /* content's */
};

struct reader {
	const struct pool_opts *opts;
	const struct pool_work *work;
	int pid; /* 0: there is none */
	int fd;
	int64_t deadline_ms; /* by the monotonic clock, of the item that it is at; 0: none */
	struct reader_page *page;
	struct buf input; /* came, and from `taken` on not looked at yet */
	size_t taken;
	struct buf output; /* an answer that did not fit into the socket, from `sent` on */
	size_t sent;
	int output_fd; /* goes with its first byte; -1: none */
	struct served_file files[POOL_OPEN_MAX];
	struct tool_run tool;

	size_t handed[POOL_HANDED_MAX]; /* items, in order; the first is being read */
	size_t n_handed;
	struct buf results; /* frames that the first sent */
	size_t n_done;	    /* since it was started */
	bool retired;	    /* it ends of its own accord */
};

enum reader_event {
	READER_WAITS,  /* nothing more came */
	READER_DONE,   /* the first of `handed` is done; its results are in `results` */
	READER_FAILED, /* the first of `handed` ended with an error (err), and the reader with it */
	READER_STARTED_NOT, /* begin failed (err) */
	READER_GONE,	    /* it ended, or broke its protocol: reader_bury says why */
};

/* Zeroed, with nothing open. */
void reader_init(struct reader *r, const struct pool_opts *opts, const struct pool_work *work);
MUST_USE int reader_start(struct reader *r, struct err *err);
/* Hands it items, opened if they have a name. *ret_n: how many it took, fewer if its socket is
 * full.
 */
MUST_USE int reader_hand(
    struct reader *r, const size_t *items, size_t n, size_t *ret_n, struct err *err);
/* Reads what came, answers questions, and stops at the first event. */
enum reader_event reader_listen(struct reader *r, struct err *err);
/* After READER_DONE: the next item is the first. */
void reader_next(struct reader *r);
/* For poll: events of its socket. */
short reader_events(const struct reader *r);
/* Milliseconds until somebody must look at it again; -1: for ever. */
int reader_wait_ms(const struct reader *r);
/* False, and err, if its time is up. */
bool reader_in_time(const struct reader *r, struct err *err);
/* Kills it, if it lives, and says in err why it ended, unless err is set already. *ret_first: which
 * of `handed` it was at, *ret_at: the unit (valid until the reader is started again). */
void reader_bury(struct reader *r, size_t *ret_first, struct str *ret_at, struct err *err);
void reader_release(struct reader *r);

#endif
