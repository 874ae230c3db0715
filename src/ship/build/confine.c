#include "ship/build/confine.h"

#include "base/os/fd.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#	define ARCH_NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#	define ARCH_NATIVE AUDIT_ARCH_AARCH64
#else
#	error "the system call filter knows x86-64 and aarch64"
#endif

static const int kept_capabilities[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID,
    CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT,
    CAP_SYS_ADMIN, CAP_SETFCAP};

int confine_capabilities(struct err *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {0};
	uint64_t mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(kept_capabilities); i++)
		mask |= (uint64_t)1 << kept_capabilities[i];
	for (int cap = 0; cap < 64; cap++) {
		if (mask >> cap & 1)
			continue;
		/* EINVAL: this kernel's list ends here. */
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EINVAL)
			return err_sys(err, "dropping a capability of the build");
	}
	for (int i = 0; i < 2; i++)
		sets[i].permitted = sets[i].effective = (uint32_t)(mask >> (32 * i));
	if (syscall(SYS_capset, &header, sets) != 0)
		return err_sys(err, "setting the build's capabilities");
	return 0;
}

/* Where the arguments lie: fields 48 and 49 of proc_pid_stat(5); 3 is the first behind the name. */
static bool find_arguments(struct str stat, uint64_t *ret_start, uint64_t *ret_end)
{
	size_t paren = str_rchr(stat, ')');
	struct str rest, field;

	if (paren == STR_NPOS)
		return false;
	rest = str_sub(stat, paren + 2, stat.n);
	for (int i = 3; str_cut(&rest, ' ', &field); i++) {
		if (i == 48 && !str_to_u64(field, ret_start))
			return false;
		if (i == 49)
			return str_to_u64(field, ret_end) && *ret_start > 0 &&
			       *ret_start < *ret_end;
	}
	return false;
}

int confine_arguments(struct err *err)
{
	static const char shown[] = "build";
	int fd CLEANUP_FD = fd_open_read("/proc/self/stat", true, err);
	uint64_t start = 0, end = 0;
	char text[2048], *arguments;
	size_t n = 0;

	if (fd < 0 || fd_read_full(fd, text, sizeof(text), &n, err) != 0)
		return -1;
	if (!find_arguments(str_make(text, n), &start, &end))
		return err_set(err, ERR_UNSUPPORTED, "/proc does not say where arguments lie");
	arguments = (char *)(uintptr_t)start;
	memset(arguments, 0, (size_t)(end - start));
	if (end - start > sizeof(shown))
		memcpy(arguments, shown, sizeof(shown));
	return 0;
}

int confine_privileges(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_sys(err, "no_new_privs");
	return 0;
}

/* A filter under construction; jumps are never longer than one rule. */
struct filter {
	struct sock_filter code[160];
	unsigned short n;
};

static void emit(struct filter *f, struct sock_filter instruction)
{
	if (f->n < ARRAY_LEN(f->code))
		f->code[f->n++] = instruction;
}

static void load(struct filter *f, size_t offset)
{
	emit(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(struct filter *f, uint32_t what)
{
	emit(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

static uint32_t refuse(int with_errno)
{
	return SECCOMP_RET_ERRNO | ((uint32_t)with_errno & SECCOMP_RET_DATA);
}

static void refuse_call(struct filter *f, long nr, int with_errno)
{
	emit(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1));
	answer(f, refuse(with_errno));
}

/* Refuses `nr` if its first argument has one of `bits`. Leaves the accumulator at nr. */
static void refuse_flag(struct filter *f, long nr, uint32_t bits)
{
	emit(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 4));
	load(f, offsetof(struct seccomp_data, args));
	emit(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
	answer(f, refuse(EPERM));
	answer(f, SECCOMP_RET_ALLOW);
}

/* Only the families that builds use; VM sockets know no network namespace. */
static void allow_socket_families(struct filter *f)
{
	static const uint32_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

	emit(f, (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 2 + 2 * ARRAY_LEN(families)));
	load(f, offsetof(struct seccomp_data, args));
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		emit(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, families[i], 0, 1));
		answer(f, SECCOMP_RET_ALLOW);
	}
	answer(f, refuse(EAFNOSUPPORT));
}

static const long refused_calls[] = {
    SYS_acct,
    SYS_add_key,
    SYS_adjtimex,
    SYS_bpf,
    SYS_clock_adjtime,
    SYS_clock_settime,
    SYS_delete_module,
    SYS_finit_module,
    SYS_init_module,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_io_uring_setup,
    SYS_kexec_file_load,
    SYS_kexec_load,
    SYS_kcmp,
    SYS_keyctl,
    SYS_lookup_dcookie,
    SYS_name_to_handle_at,
    SYS_nfsservctl,
    SYS_open_by_handle_at,
    SYS_pidfd_getfd,
    SYS_perf_event_open,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_ptrace,
    SYS_quotactl,
    SYS_reboot,
    SYS_request_key,
    SYS_settimeofday,
    SYS_swapoff,
    SYS_swapon,
    SYS_syslog,
    SYS_userfaultfd,
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
#endif
};

int confine_syscalls(struct err *err)
{
	struct filter f = {.n = 0};
	struct sock_fprog program;

	load(&f, offsetof(struct seccomp_data, arch));
	emit(&f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_NATIVE, 1, 0));
	answer(&f, refuse(ENOSYS));
	load(&f, offsetof(struct seccomp_data, nr));
	/* x32, by its bit; no number is that high elsewhere. */
	emit(&f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000U, 0, 1));
	answer(&f, refuse(ENOSYS));
	for (size_t i = 0; i < ARRAY_LEN(refused_calls); i++)
		refuse_call(&f, refused_calls[i], EPERM);
	/* The tree stays the root. buildah from 1.35 on would pivot, fail to change the flags of
	 * what it left, and not find its way back; if it cannot pivot, it makes do with chroot. */
	refuse_call(&f, SYS_pivot_root, EPERM);
	/* Its flags lie behind a pointer: callers fall back to clone. */
	refuse_call(&f, SYS_clone3, ENOSYS);
	refuse_flag(&f, SYS_clone, CLONE_NEWUSER);
	refuse_flag(&f, SYS_unshare, CLONE_NEWUSER);
	allow_socket_families(&f);
	answer(&f, SECCOMP_RET_ALLOW);
	if (f.n == ARRAY_LEN(f.code))
		return err_set(err, ERR_LIMIT, "the build's system call filter is too long");
	program = (struct sock_fprog){.len = f.n, .filter = f.code};
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		return err_sys(err, "installing the build's system call filter");
	return 0;
}

static int set_limit(__rlimit_resource_t what, uint64_t value, struct err *err)
{
	struct rlimit now;

	if (getrlimit(what, &now) != 0)
		return err_sys(err, "reading a resource limit");
	if (value < now.rlim_max)
		now.rlim_max = value;
	now.rlim_cur = now.rlim_max;
	if (setrlimit(what, &now) != 0)
		return err_sys(err, "setting a resource limit");
	return 0;
}

int confine_resources(uint64_t file_bytes, uint64_t pids, struct err *err)
{
	if (set_limit(RLIMIT_CORE, 0, err) != 0 || set_limit(RLIMIT_FSIZE, file_bytes, err) != 0)
		return -1;
	return set_limit(RLIMIT_NPROC, pids, err);
}
