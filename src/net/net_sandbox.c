#include "net/net_sandbox.h"

#include "base/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_ACCESS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_ACCESS                                                   \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* Everything of ABI 1: bits 0 to 12. */
#define ABI1_ACCESS ((1ULL << 13) - 1)
/* LANDLOCK_ACCESS_FS_TRUNCATE came with ABI 3; older headers lack it. */
#define TRUNCATE_ACCESS (1ULL << 14)

/* What name look-up and TLS read. */
static const char *const readable[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
    "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/ssl", "/etc/ca-certificates",
    "/etc/pki", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/lib",
    "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom"};

static int allow_fd(int ruleset, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};

	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* A path that is not there needs no rule. */
static int allow_reading(int ruleset, const char *path)
{
	int fd CLEANUP_FD = path ? open(path, O_PATH | O_CLOEXEC) : -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return 0;
	return allow_fd(ruleset, fd,
	    S_ISDIR(st.st_mode) ? READ_ACCESS : (uint64_t)LANDLOCK_ACCESS_FS_READ_FILE);
}

static int allow_all(int ruleset, const struct net_sandbox *opts, uint64_t handled)
{
	uint64_t folder_access = READ_ACCESS;

	if (opts->writes_folder)
		folder_access |= WRITE_ACCESS | TRUNCATE_ACCESS;
	if (opts->folder_fd >= 0 && allow_fd(ruleset, opts->folder_fd, folder_access & handled))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(readable); i++) {
		if (allow_reading(ruleset, readable[i]))
			return -1;
	}
	return allow_reading(ruleset, opts->ca_file) || allow_reading(ruleset, opts->ca_folder) ? -1
												: 0;
}

static int restrict_files(const struct net_sandbox *opts, struct err *err)
{
	int abi =
	    (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t handled = ABI1_ACCESS | (abi >= 3 ? TRUNCATE_ACCESS : 0);
	struct landlock_ruleset_attr attr = {.handled_access_fs = handled};
	int ruleset CLEANUP_FD = -1;

	if (abi < 1)
		return 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset < 0 || allow_all(ruleset, opts, handled) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return err_sys(err, "cannot shut plimsoll-net in with Landlock");
	return 0;
}

/* ---- system calls: classic BPF over struct seccomp_data, see seccomp(2) ---- */

#if defined(__x86_64__)
#	define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#	define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#	error "net_sandbox.c knows x86-64 and aarch64"
#endif

#define RET_REFUSE(error) (SECCOMP_RET_ERRNO | (uint32_t)(error))

enum { X32_BIT = 0x40000000, FILTER_MAX = 256, VALUES_MAX = 3 };

/* Never allowed. */
static const unsigned refused[] = {
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kill,
    SYS_tkill,
    SYS_pidfd_send_signal,
    SYS_pidfd_getfd,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mknodat,
    SYS_linkat,
    SYS_symlinkat,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_mknod,
    SYS_link,
    SYS_symlink,
#endif
};

/* Allowed if its first argument has one of these values (or, as_bits, one of these bits). */
struct conditional {
	unsigned call;
	bool as_bits;
	unsigned n_values;
	uint32_t values[VALUES_MAX];
	int error;
};

struct net_filter {
	struct sock_filter p[FILTER_MAX];
	unsigned short n;
};

static void emit(struct net_filter *f, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	if (f->n < FILTER_MAX)
		f->p[f->n++] = (struct sock_filter){code, if_true, if_false, k};
}

static void emit_load(struct net_filter *f, size_t offset)
{
	emit(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void emit_return(struct net_filter *f, uint32_t what)
{
	emit(f, BPF_RET | BPF_K, what, 0, 0);
}

/* The number of the call is loaded before and after. */
static void emit_conditional(struct net_filter *f, const struct conditional *c)
{
	uint16_t test = BPF_JMP | BPF_K | (c->as_bits ? BPF_JSET : BPF_JEQ);
	uint8_t length = (uint8_t)(c->n_values + 3); /* what follows the first jump */

	emit(f, BPF_JMP | BPF_JEQ | BPF_K, c->call, 0, length);
	emit_load(f, offsetof(struct seccomp_data, args[0])); /* the low half: little-endian */
	for (unsigned i = 0; i < c->n_values; i++)
		emit(f, test, c->values[i], (uint8_t)(c->n_values - i), 0);
	emit_return(f, RET_REFUSE(c->error));
	emit_load(f, offsetof(struct seccomp_data, nr));
}

static int restrict_calls(struct err *err)
{
	/* Threads but no processes; signals to itself only; sockets of the internet and, for
	 * glibc's look-up of the machine's own addresses, netlink. */
	const struct conditional conditionals[] = {
	    {SYS_clone, true, 1, {CLONE_THREAD}, EPERM},
	    {SYS_tgkill, false, 1, {(uint32_t)getpid()}, EPERM},
	    {SYS_socket, false, 3, {AF_INET, AF_INET6, AF_NETLINK}, EAFNOSUPPORT},
	};
	struct net_filter f = {.n = 0};
	struct sock_fprog program = {.filter = f.p};

	emit_load(&f, offsetof(struct seccomp_data, arch));
	emit(&f, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
	emit_return(&f, SECCOMP_RET_KILL_PROCESS);
	emit_load(&f, offsetof(struct seccomp_data, nr));
	emit(&f, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	emit_return(&f, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		emit(&f, BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
		emit_return(&f, RET_REFUSE(EPERM));
	}
	/* Without clone3, glibc makes threads with clone, whose flags can be looked at. */
	emit(&f, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
	emit_return(&f, RET_REFUSE(ENOSYS));
	for (size_t i = 0; i < ARRAY_LEN(conditionals); i++)
		emit_conditional(&f, &conditionals[i]);
	emit_return(&f, SECCOMP_RET_ALLOW);
	program.len = f.n;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		return err_set(err, ERR_UNSUPPORTED,
		    "cannot shut plimsoll-net in: this kernel has no seccomp filters");
	return 0;
}

int net_sandbox_enter(const struct net_sandbox *opts, struct err *err)
{
	static const struct rlimit none = {0, 0};

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_sys(err, "cannot shut plimsoll-net in");
	return restrict_files(opts, err) || restrict_calls(err) ? -1 : 0;
}
