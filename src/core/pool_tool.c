#include "core/pool_tool.h"

#include "base/clock.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t mono_ms(void)
{
	return clock_system.mono_ms(&clock_system);
}

/* Input and output are files in memory: nobody has to keep pipes going meanwhile. */
int tool_start(const struct tool *tool, struct str input, struct tool_run *ret, struct err *err)
{
	int in CLEANUP_FD = memfd_create("tool-input", MFD_CLOEXEC);
	int out CLEANUP_FD = memfd_create("tool-output", MFD_CLOEXEC);
	struct spawn s = {.argv = tool->argv,
	    .cwd = "/",
	    .in_fd = in,
	    .out_fd = out,
	    .cpu_seconds = tool->cpu_seconds,
	    .file_bytes = tool->output_bytes};
	struct spawned spawned;

	if (in < 0 || out < 0)
		return err_sys(err, "cannot run %s", tool->argv[0]);
	if (!spawn_has(tool->argv[0]))
		return err_set(err, ERR_NOT_FOUND, "%s is not installed", tool->argv[0]);
	if (fd_write_all(in, input, err) != 0)
		return -1;
	if (lseek(in, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot run %s", tool->argv[0]);
	if (spawn_open(&s, &spawned, err) != 0)
		return -1;
	*ret = (struct tool_run){.tool = tool,
	    .pid = spawned.pid,
	    .pidfd = (int)syscall(SYS_pidfd_open, spawned.pid, 0),
	    .output = out,
	    .deadline_ms = tool->wall_ms > 0 ? mono_ms() + tool->wall_ms : 0};
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
	int status;

	(void)waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT | WNOHANG);
	if (info.si_pid != run->pid) {
		if (run->deadline_ms == 0 || mono_ms() < run->deadline_ms)
			return TOOL_RUNS;
		(void)err_set(err, ERR_LIMIT, "%s ran longer than %lld ms", name,
		    (long long)run->tool->wall_ms);
		return TOOL_FAILED;
	}
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
	else
		*ret_status = status, *ret_size = (uint64_t)st.st_size;
	return err->code == ERR_NONE ? TOOL_ENDED : TOOL_FAILED;
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
