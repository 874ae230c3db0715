#include "core/pool_tool.h"

#include "base/clock.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"
#include "base/rd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOOL_ARGS_MAX = 16 };

static int64_t mono_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

/* ---- starting. Input and output are files in memory: nobody has to keep pipes going. ---- */

struct inputs {
	int in; /* stdin */
	int files[TOOL_FILES_MAX];
	size_t n;
	char names[TOOL_FILES_MAX][16];
	const char *argv[TOOL_ARGS_MAX + TOOL_FILES_MAX + 1];
};

static void inputs_release(struct inputs *inputs)
{
	fd_cleanup(&inputs->in);
	for (size_t i = 0; i < inputs->n; i++)
		fd_cleanup(&inputs->files[i]);
}

static int memory_file(struct str bytes, struct err *err)
{
	int fd CLEANUP_FD = memfd_create("tool-input", MFD_CLOEXEC);
	int ret = fd;

	if (fd < 0)
		return err_sys(err, "no memory for a tool's input");
	if (fd_write_all(fd, bytes, err) != 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot write a tool's input");
	fd = -1;
	return ret;
}

static int make_files(struct inputs *inputs, struct str list, size_t n_args, struct err *err)
{
	struct rd rd = rd_of(list);
	struct str text;
	uint32_t count;

	if (!rd_u32le(&rd, &count) || count > TOOL_FILES_MAX)
		return err_set(err, ERR_FORMAT, "more than %d files for a tool", TOOL_FILES_MAX);
	for (; count > 0; count--) {
		if (!rd_str(&rd, &text))
			return err_set(err, ERR_FORMAT, "a tool's files are cut short");
		inputs->files[inputs->n] = memory_file(text, err);
		if (inputs->files[inputs->n] < 0)
			return -1;
		(void)snprintf(inputs->names[inputs->n], sizeof inputs->names[0], "/dev/fd/%zu",
		    TOOL_FIRST_FILE + inputs->n);
		inputs->argv[n_args + inputs->n] = inputs->names[inputs->n];
		inputs->n++;
	}
	return 0;
}

static int make_inputs(
    struct inputs *inputs, const struct tool *tool, struct str input, struct err *err)
{
	size_t n_args = 0;

	for (; tool->argv[n_args]; n_args++) {
		if (n_args == TOOL_ARGS_MAX)
			return err_set(err, ERR_FORMAT, "more than %d arguments", TOOL_ARGS_MAX);
		inputs->argv[n_args] = tool->argv[n_args];
	}
	if (tool->files && make_files(inputs, input, n_args, err) != 0)
		return -1;
	inputs->in = memory_file(tool->files ? STR("") : input, err);
	return inputs->in < 0 ? -1 : 0;
}

/* The answer is known already. */
static bool is_known(const char *cache, struct tool_run *run)
{
	if (cache)
		run->output = tool_cache_get(cache, &run->key, &run->status);
	run->known = run->output >= 0;
	return run->known;
}

int tool_start(const struct tool *tool, struct str input, const char *cache, struct tool_run *ret,
    struct err *err)
{
	struct inputs inputs CLEANUP(inputs_release) = {.in = -1};
	struct tool_run run = {.tool = tool, .pidfd = -1, .output = -1, .cache = cache};
	int out CLEANUP_FD = -1;
	struct spawn s = {.argv = inputs.argv,
	    .cwd = "/",
	    .kept = inputs.files,
	    .first_kept = TOOL_FIRST_FILE,
	    .cpu_seconds = tool->cpu_seconds,
	    .memory_bytes = tool->memory_bytes,
	    .file_bytes = tool->output_bytes};
	struct spawned spawned;

	if (!tool_key_make(tool, input, &run.key))
		return err_set(err, ERR_NOT_FOUND, "%s is not installed", tool->argv[0]);
	if (is_known(cache, &run)) {
		*ret = run;
		return 0;
	}
	out = memfd_create("tool-output", MFD_CLOEXEC);
	if (out < 0)
		return err_sys(err, "cannot run %s", tool->argv[0]);
	if (make_inputs(&inputs, tool, input, err) != 0)
		return -1;
	s.in_fd = inputs.in;
	s.out_fd = out;
	s.n_kept = inputs.n;
	if (spawn_open(&s, &spawned, err) != 0)
		return -1;
	run.pid = spawned.pid;
	run.pidfd = (int)syscall(SYS_pidfd_open, spawned.pid, 0);
	run.output = out;
	run.deadline_ms = tool->wall_ms > 0 ? mono_ms() + tool->wall_ms : 0;
	*ret = run;
	out = -1;
	return 0;
}

/* It and what it left running are gone afterwards. */
static int bury_tool(struct tool_run *run)
{
	siginfo_t info = {0};
	int status = 0;

	while (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	(void)kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	run->pid = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

enum tool_state tool_look(
    struct tool_run *run, int *ret_status, uint64_t *ret_size, struct err *err)
{
	const char *name = run->tool->argv[0];
	siginfo_t info = {0};
	struct stat st;
	int status = run->status;

	if (!run->known)
		(void)waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT | WNOHANG);
	if (!run->known && info.si_pid != run->pid) {
		if (run->deadline_ms == 0 || mono_ms() < run->deadline_ms)
			return TOOL_RUNS;
		(void)err_set(err, ERR_LIMIT, "%s ran longer than %lld ms", name,
		    (long long)run->tool->wall_ms);
		return TOOL_FAILED;
	}
	if (!run->known)
		status = bury_tool(run);
	if (fstat(run->output, &st) < 0) {
		(void)err_sys(err, "cannot read what %s wrote", name);
		return TOOL_FAILED;
	}
	if (status == 128 + SIGXFSZ || (uint64_t)st.st_size >= run->tool->output_bytes)
		(void)err_set(
		    err, ERR_LIMIT, "%s wrote more than %zu bytes", name, run->tool->output_bytes);
	else if (status == 128 + SIGXCPU || status == 128 + SIGKILL)
		(void)err_set(err, ERR_LIMIT, "%s ran out of CPU time (%llu s) or memory", name,
		    (unsigned long long)run->tool->cpu_seconds);
	if (err->code != ERR_NONE)
		return TOOL_FAILED;
	*ret_status = status;
	*ret_size = (uint64_t)st.st_size;
	if (!run->known)
		tool_cache_put(run->cache, &run->key, status, run->output, *ret_size);
	return TOOL_ENDED;
}

void tool_release(struct tool_run *run)
{
	if (run->pid > 0) {
		(void)kill(-run->pid, SIGKILL);
		(void)bury_tool(run);
	}
	if (run->tool) {
		fd_cleanup(&run->pidfd);
		fd_cleanup(&run->output);
	}
	*run = (struct tool_run){.pidfd = -1, .output = -1};
}
