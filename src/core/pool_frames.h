/*
 * Private to the two sides of a reader: the frames between them, over one stream socket. A
 * reader asks and reports; the parent hands out items and answers OPEN, READ and TOOL, one
 * answer for each, in order. Descriptors travel with the first byte of a frame.
 */
#ifndef CORE_POOL_FRAMES_H
#define CORE_POOL_FRAMES_H

#include "base/buf.h"
#include "base/rd.h"
#include "core/pool.h"

enum pool_frame {
	/* reader to parent */
	FRAME_OPEN = 1, /* the name's bytes */
	FRAME_READ,	/* u32 handle, u64 offset, u32 count (up to POOL_READ_MAX) */
	FRAME_CLOSE,	/* u32 handle */
	FRAME_TOOL,	/* u32 tool, and its input */
	FRAME_FINDING,	/* records of core/wire.h */
	FRAME_PACKAGE,
	FRAME_DISTRO,
	FRAME_PROBLEM,
	FRAME_GAP,
	FRAME_PLACE,
	FRAME_REPLY,   /* the job's own bytes */
	FRAME_DONE,    /* u32 item */
	FRAME_FAILED,  /* u32 item (NO_ITEM: begin failed), u32 code, u32 errno, str text */
	FRAME_RETIRED, /* nothing: it used much of its CPU time, and is between two items */
	/* parent to reader */
	FRAME_ITEMS,   /* for each: u32 item, u32 opened_how, u64 size; and a descriptor for each
			  OPENED_FILE */
	FRAME_OPENED,  /* u32 handle, u64 size, u32 opened_how; OPENED_FILE: its descriptor */
	FRAME_MISSING, /* nothing */
	FRAME_BYTES,   /* up to count bytes, fewer only at the end */
	FRAME_REFUSED, /* an error, as in FRAME_FAILED */
	FRAME_RAN,     /* u32 status, u64 size of the output; the descriptor that has it */
};

enum opened_how {
	OPENED_NOT,  /* an item that the reader has to ask for, if it wants it */
	OPENED_FILE, /* by its descriptor */
	OPENED_HERE, /* by FRAME_READ: it is no file */
};

enum {
	POOL_OPEN_MAX = 64,	   /* handles at a time */
	POOL_READ_MAX = 256 << 10, /* one FRAME_BYTES, and the read-ahead of a handle */
	POOL_NAME_MAX = 16 << 10,  /* of FRAME_OPEN and of a unit */
	POOL_BATCH = 32,	   /* items of one FRAME_ITEMS */
	POOL_HANDED_MAX = 2 * POOL_BATCH,
};

/* In FRAME_FAILED: begin failed. */
#define POOL_NO_ITEM_U32 UINT32_MAX

/* Memory that a reader shares with its parent, so that saying where it is costs nothing. The parent
 * believes none of it. */
struct reader_page {
	uint32_t item; /* the one that is being read, and 1; 0: none */
	uint32_t at_n;
	char at[POOL_NAME_MAX];
};

void pool_put_err(struct buf *b, const struct err *err);
/* Fills *ret with what is left of r; false if it is malformed. */
bool pool_get_err(struct rd *r, struct err *ret);

struct reader_start {
	int fd;
	int parent_pid;
	struct reader_page *page;
	const struct pool_opts *opts;
	const struct pool_work *work;
};

/* What the forked process does: shuts itself in, works down what it is handed, ends. */
_Noreturn void reader_main(const struct reader_start *start);

#endif
