/*
 * What a job over hostile bytes sees: it reads through `content` alone, reports through
 * `sink` alone, and answers with one typed reply, which its own file encodes and decodes.
 * In a sandboxed reader (core/pool.h) all of that are frames to the parent.
 */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/content.h"
#include "core/limits.h"
#include "core/sink.h"

struct job;

/* A program that the parent may be asked to run on bytes: no reader can start one. */
struct tool {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	uint64_t cpu_seconds;
	uint64_t memory_bytes; /* 0: no limit */
	int64_t wall_ms;
	size_t output_bytes; /* past that it is killed */
	/* Its input is a list (u32le count, then each as frame_str has it), and each becomes a file
	 * whose name "/dev/fd/N", N from TOOL_FIRST_FILE on, is one more argument; stdin is empty.
	 */
	bool files;
};
enum { TOOL_FIRST_FILE = 10, TOOL_FILES_MAX = 64 };

struct tool_result {
	int status;	   /* exit status, or 128 and the signal that ended it */
	struct str output; /* what it wrote to stdout, in the job's arena */
};

struct job_ops {
	void (*at)(struct job *job, struct str path);
	int (*reply)(struct job *job, struct str bytes, struct err *err);
	int (*run_tool)(struct job *job, size_t tool, struct str input, struct tool_result *ret,
	    struct err *err);
};

struct job {
	struct content *content;
	struct sink *sink;
	struct arena *arena; /* the item's: limits->scan_memory */
	const struct limits *limits;
	void *state; /* what pool_work.begin made; each reader has its own */
	const struct job_ops *ops;
	void *ops_arg; /* for ops alone; a job may be copied */
};

typedef int job_fn(struct job *job, void *arg, struct err *err);

/* Says which unit of the item is being read, so that a crash is blamed on it. Costs no system call.
 */
static inline void job_at(struct job *job, struct str path)
{
	job->ops->at(job, path);
}

/* The item's answer. A second one, or one that nobody takes, ends the item with an error. */
MUST_USE static inline int job_reply(struct job *job, struct str bytes, struct err *err)
{
	return job->ops->reply(job, bytes, err);
}

/* Has tool number `tool` of the pool's table run with `input` as its stdin, and waits for it.
 * ERR_NOT_FOUND if it is not installed, ERR_LIMIT if it took too long or wrote too much. */
enum { TOOL_INPUT_MAX = 4 << 20 };
MUST_USE static inline int job_run_tool(
    struct job *job, size_t tool, struct str input, struct tool_result *ret, struct err *err)
{
	return job->ops->run_tool(job, tool, input, ret, err);
}

#endif
