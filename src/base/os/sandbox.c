#include "base/os/sandbox.h"

#include "base/os/call_filter.h"
#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Landlock ----
 *
 * An empty set of rules over every right that the running kernel knows: nothing is
 * allowed. Numbers from include/uapi/linux/landlock.h as of Linux 6.12, since the
 * headers that we are built with may be older than the kernel that we run on.
 */

struct ruleset {
	uint64_t fs;
	uint64_t net;	 /* from ABI 4 */
	uint64_t scoped; /* from ABI 6 */
};

enum { CREATE_RULESET_VERSION = 1 };

static struct ruleset ruleset_of_abi(long abi, size_t *ret_size)
{
	struct ruleset rules = {.fs = (1U << 13) - 1}; /* EXECUTE to MAKE_SYM */

	*ret_size = sizeof rules.fs;
	if (abi >= 2)
		rules.fs |= 1U << 13; /* REFER */
	if (abi >= 3)
		rules.fs |= 1U << 14; /* TRUNCATE */
	if (abi >= 4) {
		rules.net = 1U << 0 | 1U << 1; /* BIND_TCP, CONNECT_TCP */
		*ret_size = offsetof(struct ruleset, scoped);
	}
	if (abi >= 5)
		rules.fs |= 1U << 15; /* IOCTL_DEV */
	if (abi >= 6) {
		rules.scoped = 1U << 0 | 1U << 1; /* ABSTRACT_UNIX_SOCKET, SIGNAL */
		*ret_size = sizeof rules;
	}
	return rules;
}

/* *ret_held is false if the kernel has no Landlock. */
static int enter_landlock(bool *ret_held, struct err *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset rules;
	int fd CLEANUP_FD = -1;
	size_t size;

	*ret_held = false;
	if (abi < 1)
		return 0;
	rules = ruleset_of_abi(abi, &size);
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return err_sys(err, "cannot enter the sandbox (Landlock)");
	*ret_held = true;
	return 0;
}

/* ---- resource limits ---- */

/* Bytes of address space that are mapped now. */
static int mapped_bytes(uint64_t *ret_bytes, struct err *err)
{
	int fd CLEANUP_FD = fd_open_read("/proc/self/statm", false, err);
	char text[128];
	struct str pages;
	uint64_t n;
	size_t got;

	if (fd < 0 || fd_read_full(fd, text, sizeof text, &got, err) != 0)
		return err_wrap(err, "cannot enter the sandbox");
	if (!str_split(str_make(text, got), ' ', &pages, &(struct str){0}) ||
	    !str_to_u64(pages, &n))
		return err_set(
		    err, ERR_UNSUPPORTED, "cannot enter the sandbox: /proc/self/statm is odd");
	*ret_bytes = n * (uint64_t)sysconf(_SC_PAGESIZE);
	return 0;
}

static uint64_t used_cpu_seconds(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) < 0)
		return 0;
	return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
}

static int limit(int resource, uint64_t soft, uint64_t hard, struct err *err)
{
	struct rlimit now, wanted;

	if (getrlimit((__rlimit_resource_t)resource, &now) < 0)
		return err_sys(err, "cannot enter the sandbox (resource limits)");
	/* A limit that holds already is never raised. */
	wanted.rlim_max = MIN_OF((rlim_t)hard, now.rlim_max);
	wanted.rlim_cur = MIN_OF((rlim_t)soft, MIN_OF(now.rlim_cur, wanted.rlim_max));
	if (setrlimit((__rlimit_resource_t)resource, &wanted) < 0)
		return err_sys(err, "cannot enter the sandbox (resource limits)");
	return 0;
}

static int enter_limits(const struct sandbox_limits *limits, uint64_t mapped, struct err *err)
{
	uint64_t bytes, seconds;

	if (limits->memory_bytes > 0 && !SANDBOX_UNDER_ASAN) {
		if (add_overflows(mapped, limits->memory_bytes, &bytes))
			bytes = UINT64_MAX;
		if (limit(RLIMIT_AS, bytes, bytes, err) != 0)
			return -1;
	}
	if (limits->cpu_seconds > 0) {
		if (add_overflows(used_cpu_seconds(), limits->cpu_seconds, &seconds))
			seconds = UINT64_MAX - 1;
		if (limit(RLIMIT_CPU, seconds, seconds + 1, err) != 0)
			return -1;
	}
	if (limit(RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes, err) != 0 ||
	    limit(RLIMIT_NPROC, 0, 0, err) != 0)
		return -1;
	/* What is open stays usable. */
	return limit(RLIMIT_NOFILE, limits->descriptors, limits->descriptors, err);
}

/* ---- seccomp ---- */

/* Harmless with any argument, given that no descriptor can be had but those that are open or sent.
 */
static const long allowed_calls[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_recvmsg,
    SYS_close,
    SYS_fstat,
    SYS_lseek,
    /* memory; see allowed_if for what maps it */
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    /* time, chance, locks */
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
#ifdef SYS_time
    SYS_time,
#endif
    SYS_getrandom,
    SYS_futex,
    SYS_sched_yield,
    /* what the C library asks of itself */
    SYS_getpid,
    SYS_gettid,
    SYS_sysinfo, /* qsort, for how much memory there is */
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigtimedwait,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_exit,
    SYS_exit_group,
};

/* Allowed if argument `arg`, seen through `mask`, is `value`; rows of one call are
 * alternatives. The mask of a C int leaves out the upper half of its register, as the kernel does.
 */
struct allowed_if {
	long call;
	unsigned arg;
	uint64_t mask, value;
};

static void allow_conditions(struct call_filter *filter)
{
	const struct allowed_if rows[] = {
	    /* memory that is not executable */
	    {SYS_mmap, 2, PROT_EXEC, 0},
	    {SYS_mprotect, 2, PROT_EXEC, 0},
	    /* abort() */
	    {SYS_tgkill, 0, UINT32_MAX, (uint32_t)getpid()},
	    /* stdio asks whether a stream is a terminal */
	    {SYS_ioctl, 1, UINT32_MAX, TCGETS},
	    {SYS_fcntl, 1, UINT32_MAX, F_GETFL},
	    /* reading limits, not setting them */
	    {SYS_prlimit64, 2, UINT64_MAX, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		call_filter_row_if(filter, rows[i].call, rows[i].arg, rows[i].mask, rows[i].value,
		    SECCOMP_RET_ALLOW);
}

/* Everything else is EPERM: what refuses to work without it says so, and is not killed. */
static int enter_seccomp(struct err *err)
{
	struct call_filter filter;

	call_filter_begin(&filter);
	for (size_t i = 0; i < ARRAY_LEN(allowed_calls); i++)
		call_filter_row(&filter, allowed_calls[i], SECCOMP_RET_ALLOW);
	allow_conditions(&filter);
	if (call_filter_load(&filter, SECCOMP_RET_ERRNO | EPERM) == 0)
		return 0;
	(void)err_sys(err, "cannot enter the sandbox (seccomp)");
	err->code = ERR_UNSUPPORTED;
	return err_wrap(err, "the kernel needs CONFIG_SECCOMP_FILTER");
}

/* No core dump, no debugger, no privileges from a program that is executed. */
static int enter_always(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(err, "cannot enter the sandbox");
	return limit(RLIMIT_CORE, 0, 0, err);
}

int sandbox_enter(
    unsigned layers, const struct sandbox_limits *limits, unsigned *ret_layers, struct err *err)
{
	unsigned held = layers & SANDBOX_RLIMITS;
	bool landlocked = false;
	uint64_t mapped = 0;

	/* While files can still be opened. */
	if ((layers & SANDBOX_RLIMITS) && mapped_bytes(&mapped, err) != 0)
		return -1;
	if (enter_always(err) != 0)
		return -1;
	if ((layers & SANDBOX_LANDLOCK) && enter_landlock(&landlocked, err) != 0)
		return -1;
	if (landlocked)
		held |= SANDBOX_LANDLOCK;
	else if ((layers & SANDBOX_LANDLOCK) && !(layers & SANDBOX_SECCOMP))
		return err_set(
		    err, ERR_UNSUPPORTED, "cannot enter the sandbox: this kernel has no Landlock");
	if ((layers & SANDBOX_RLIMITS) && enter_limits(limits, mapped, err) != 0)
		return -1;
	if (layers & SANDBOX_SECCOMP) {
		if (enter_seccomp(err) != 0)
			return -1;
		held |= SANDBOX_SECCOMP;
	}
	*ret_layers = held;
	return 0;
}
