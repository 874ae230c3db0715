/*
 * Private to the two sides of a sandboxed child: the frames between them. The child
 * asks and tells, the parent answers OPEN and READ, one answer for each, in order.
 */
#ifndef CORE_CHILD_FRAMES_H
#define CORE_CHILD_FRAMES_H

#include "base/buf.h"
#include "core/child.h"

enum child_frame {
	/* child to parent */
	FRAME_OPEN = 1, /* the name's bytes */
	FRAME_READ,	/* u32 handle, u64 offset, u32 count (up to CHILD_READ_MAX) */
	FRAME_CLOSE,	/* u32 handle */
	FRAME_AT,	/* the unit's path */
	FRAME_FINDING,	/* records of core/wire.h */
	FRAME_PACKAGE,
	FRAME_DISTRO,
	FRAME_PROBLEM,
	FRAME_GAP,
	FRAME_NOTE,   /* str key, str value */
	FRAME_DONE,   /* nothing: the job returned 0 */
	FRAME_FAILED, /* an error: u32 code, u32 errno, str text */
	/* parent to child */
	FRAME_OPENED,  /* u32 handle, u64 size */
	FRAME_MISSING, /* nothing */
	FRAME_BYTES,   /* up to count bytes, fewer only at the end */
	FRAME_REFUSED, /* an error, as FRAME_FAILED */
};

enum {
	CHILD_OPEN_MAX = 64,	    /* handles at a time */
	CHILD_READ_MAX = 256 << 10, /* one FRAME_BYTES, and the read-ahead of a handle */
	CHILD_NAME_MAX = 16 << 10,  /* of FRAME_OPEN and FRAME_AT */
};

void child_put_err(struct buf *b, const struct err *err);
/* Fills *ret from a payload; false where it is malformed. */
bool child_get_err(struct str payload, struct err *ret);

struct child_start {
	int from_parent, to_parent;
	int parent_pid;
	const struct limits *limits;
	job_fn *fn;
	void *arg;
};

/* What the forked process does: shuts itself in, runs the job, ends. */
_Noreturn void child_main(const struct child_start *start);

#endif
