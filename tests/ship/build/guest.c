/*
 * The only program of the tests' base image: its /bin/sh. "sh -c 'word word; word word'"
 * runs built-in commands, no quoting. `attack` tries what a hostile RUN would try and
 * prints "attempt NAME: refused" or "attempt NAME: SUCCEEDED" for each.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 32 };

struct words {
	char *p[WORDS_MAX];
	int n;
};

static const char *word(const struct words *w, int i)
{
	return i < w->n ? w->p[i] : "";
}

static long number(const struct words *w, int i)
{
	return strtol(word(w, i), NULL, 10);
}

static void report(const char *name, bool succeeded)
{
	if (succeeded)
		printf("attempt %s: SUCCEEDED\n", name);
	else
		printf("attempt %s: refused (%s)\n", name, strerror(errno));
	fflush(stdout);
}

/* ---- attempts ---- */

static bool can_connect(int family, const void *address, socklen_t n)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0), error = 0;
	socklen_t size = sizeof(error);
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	if (fd < 0)
		return false;
	if (connect(fd, address, n) == 0)
		return true;
	if (errno != EINPROGRESS)
		return false;
	if (poll(&p, 1, 2000) != 1) {
		errno = ETIMEDOUT;
		return false;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	errno = error;
	return error == 0;
}

static bool can_reach(const char *address, long port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	return inet_pton(AF_INET, address, &to.sin_addr) == 1 &&
	       can_connect(AF_INET, &to, sizeof(to));
}

static bool can_reach_abstract(const char *name)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = strlen(name);

	memcpy(to.sun_path + 1, name, n);
	return can_connect(
	    AF_UNIX, &to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n));
}

static bool can_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);
	bool ok = fd >= 0 && read(fd, &byte, 1) == 1;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool can_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);
	bool ok = fd >= 0 && write(fd, "x", 1) == 1;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Below the root or working folder of any process, where the host's files might be. */
static bool can_read_by_proc(const char *path)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	static const char *const ways[] = {"root", "cwd", "fd/3", "fd/4", "fd/5", "fd/6"};
	bool found = false;

	while (dir && (entry = readdir(dir)) != NULL)
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
			char name[1024];

			(void)snprintf(
			    name, sizeof(name), "/proc/%.200s/%s%s", entry->d_name, ways[i], path);
			found = found || can_read(name);
		}
	return found;
}

static bool environ_has(const char *pid, const char *canary)
{
	static char bytes[1 << 16];
	char name[300];
	int fd;
	ssize_t n;

	(void)snprintf(name, sizeof(name), "/proc/%.200s/environ", pid);
	fd = open(name, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, bytes, sizeof(bytes));
	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(bytes, (size_t)n, canary, strlen(canary)) != NULL;
}

/* The canary is its stem and "-5e7f": this process's own environment has the stem only. */
static bool can_see_environ(const char *stem)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	char canary[128];

	(void)snprintf(canary, sizeof(canary), "%s-5e7f", stem);
	while (dir && (entry = readdir(dir)) != NULL)
		if (environ_has(entry->d_name, canary))
			return true;
	errno = ENOENT;
	return false;
}

static bool can_leave_chroot(const char *path)
{
	(void)mkdir("/tmp/cage", 0755);
	if (chroot("/tmp/cage") != 0)
		return false;
	for (int i = 0; i < 100; i++)
		(void)!chdir("..");
	return chroot(".") == 0 && can_read(path);
}

static bool can_make_device(const char *path, mode_t kind, unsigned major_, unsigned minor_)
{
	(void)unlink(path);
	return mknod(path, kind | 0666, makedev(major_, minor_)) == 0 && can_read(path);
}

/* Nothing is gained by taking the parent: it is the RUN itself, with the same rights. */
static bool can_trace(void)
{
	for (pid_t pid = 1; pid <= getppid(); pid++)
		if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
			return true;
	return false;
}

static bool can_read_memory(void)
{
	char byte = 0, copy;
	struct iovec to = {&copy, 1}, from = {&byte, 1};

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
}

/* Of init, which is a fork of the program outside. */
static bool can_see_arguments(void)
{
	char text[4096];
	int fd = open("/proc/1/cmdline", O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;

	return n > 0 && memchr(text, '/', (size_t)n) != NULL;
}

/* The resolver of slirp4netns, which asks this machine's. */
static bool can_ask_resolver(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)inet_pton(AF_INET, "10.0.2.3", &to.sin_addr);
	return fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
}

static bool can_enter(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd >= 0 && setns(fd, 0) == 0;
}

/* Takes the route away that refuses link-local addresses. */
static bool can_change_routes(void)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attribute;
		unsigned char address[4];
	} request;
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} reply = {.error.error = -EIO};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_DELROUTE;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request.route.rtm_family = AF_INET;
	request.route.rtm_dst_len = 16;
	request.route.rtm_table = RT_TABLE_MAIN;
	request.attribute.rta_len = RTA_LENGTH(4);
	request.attribute.rta_type = RTA_DST;
	request.address[0] = 169;
	request.address[1] = 254;

	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0 ||
	    recv(fd, &reply, sizeof(reply), 0) < 0)
		return false;
	errno = -reply.error.error;
	return reply.error.error == 0;
}

static bool can_change_users(void)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
	(void)waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return status == 0;
}

static void attack_network(const struct words *w)
{
	report("loopback-port", can_reach("127.0.0.1", number(w, 2)));
	report("host-address-port", can_reach(word(w, 3), number(w, 2)));
	report("gateway-port", can_reach("10.0.2.2", number(w, 2)));
	report("resolver", can_ask_resolver());
	report("metadata", can_reach("169.254.169.254", 80));
	report("abstract-socket", can_reach_abstract(word(w, 4)));
	report("vm-socket", socket(40 /* AF_VSOCK */, SOCK_STREAM, 0) >= 0);
	report("packet-socket", socket(AF_PACKET, SOCK_RAW, 0) >= 0);
	report("change-routes", can_change_routes());
}

static void attack_processes(const struct words *w)
{
	report("signal-host", kill((pid_t)number(w, 5), SIGKILL) == 0);
	(void)kill(1, SIGKILL); /* allowed, without effect: what follows would not be printed */
	report("trace", can_trace());
	report("read-memory", can_read_memory());
	report("arguments", can_see_arguments());
	report("host-shared-memory", shmget((key_t)number(w, 6), 0, 0) >= 0);
	report("keyring", syscall(SYS_keyctl, 0, -3, 1) >= 0);
	report("new-users", can_change_users());
	report("enter-network", can_enter("/proc/1/ns/net"));
	report("enter-mounts", can_enter("/proc/1/ns/mnt"));
	report("bpf", syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno == EINVAL || errno == EFAULT);
	report("host-name", sethostname("owned", 5) == 0);
}

static void attack_files(const struct words *w)
{
	report("password-file", can_read(word(w, 7)));
	report("password-by-proc", can_read_by_proc(word(w, 7)));
	report("parent-environ", can_see_environ(word(w, 8)));
	report("policy-repository", can_read(word(w, 9)));
	report("server-folder", can_read(word(w, 10)));
	report("server-by-proc", can_read_by_proc(word(w, 10)));
	report("leave-chroot", can_leave_chroot(word(w, 7)));
	report("write-context", can_write("/build/context/owned"));
	/* Later versions of buildah mount a copy: that the context is untouched is looked at
	 * outside. */
	(void)can_write("/ctx/owned");
	(void)can_write("/ctx/witness");
	report("write-program", can_write("/usr/bin/buildah"));
}

static void attack_kernel(void)
{
	(void)mkdir("/mnt", 0755);
	report("mount", mount("x", "/mnt", "tmpfs", 0, NULL) == 0);
	report("mount-proc", mount("proc", "/mnt", "proc", 0, NULL) == 0);
	report("unmount", umount2("/proc/sys", MNT_DETACH) == 0);
	report("disk-device", can_make_device("/tmp/disk", S_IFBLK, 254, 0));
	report("memory-device", can_make_device("/tmp/memory", S_IFCHR, 1, 1));
	report("kernel-log", can_read("/dev/kmsg"));
	report("sysctl", can_write("/proc/sys/kernel/core_pattern"));
	report("sysrq", can_write("/proc/sysrq-trigger"));
	report("kernel-memory", can_read("/proc/kcore"));
}

/* attack KIND PORT ADDRESS ABSTRACT PID SHM PASSWORD CANARY POLICY SERVER, from word 1 on */
static void attack(const struct words *w)
{
	attack_network(w);
	attack_processes(w);
	attack_files(w);
	attack_kernel();
	printf("attack over\n");
}

/* ---- other commands ---- */

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		exit(1);
}

static void show(const char *path)
{
	char bytes[4096];
	size_t n;
	FILE *file = fopen(path, "r");

	if (!file)
		exit(1);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		(void)fwrite(bytes, 1, n, stdout);
	(void)fclose(file);
}

static void fill(const char *path, long mib)
{
	static char bytes[1 << 20];
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	memset(bytes, 'x', sizeof(bytes));
	for (long i = 0; i < mib; i++)
		if (write(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
			exit(1);
	close(fd);
	sleep(30); /* somebody ought to look */
}

static void start_many(long n)
{
	long started = 0;

	for (; started < n; started++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0) {
			sleep(60);
			_exit(0);
		}
	}
	printf("started %s\n", started < n ? "some" : "all");
}

static void eat(long mib)
{
	for (long i = 0; i < mib; i++) {
		char *p = malloc(1 << 20);

		if (!p)
			exit(1);
		memset(p, 1, 1 << 20);
		/* An optimizer drops memory that nobody reads. */
		__asm__ volatile("" : : "r"(p) : "memory");
	}
	printf("ate %ld\n", mib);
	(void)fflush(stdout);
}

/* Says so when what is left behind is a session of its own. */
static void detach(long seconds)
{
	int ends[2];
	char byte;

	if (pipe(ends) != 0)
		exit(1);
	if (fork() == 0) {
		(void)setsid();
		if (write(ends[1], "", 1) != 1)
			_exit(1);
		sleep((unsigned)seconds);
		_exit(0);
	}
	(void)close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		exit(1);
	printf("detached\n");
	(void)fflush(stdout);
}

static void echo(const struct words *w)
{
	for (int i = 1; i < w->n; i++)
		printf("%s%s", w->p[i], i + 1 < w->n ? " " : "\n");
}

static void run(const struct words *w)
{
	const char *command = word(w, 0);

	if (strcmp(command, "echo") == 0)
		echo(w);
	else if (strcmp(command, "exit") == 0)
		exit((int)number(w, 1));
	else if (strcmp(command, "sleep") == 0)
		sleep((unsigned)number(w, 1));
	else if (strcmp(command, "write") == 0)
		write_text(word(w, 1), word(w, 2));
	else if (strcmp(command, "cat") == 0)
		show(word(w, 1));
	else if (strcmp(command, "fill") == 0)
		fill(word(w, 1), number(w, 2));
	else if (strcmp(command, "fork") == 0)
		start_many(number(w, 1));
	else if (strcmp(command, "eat") == 0)
		eat(number(w, 1));
	else if (strcmp(command, "detach") == 0)
		detach(number(w, 1));
	else if (strcmp(command, "killall") == 0)
		(void)kill(-1, SIGKILL);
	else if (strcmp(command, "attack") == 0)
		attack(w);
	else if (strcmp(command, "reach") == 0)
		report("reach", can_reach(word(w, 1), number(w, 2)));
	else
		exit(127);
	(void)fflush(stdout);
}

static char *expand(char *text)
{
	const char *value = text[0] == '$' ? getenv(text + 1) : NULL;

	return value ? strdup(value) : text;
}

int main(int argc, char **argv)
{
	char *commands = argc > 2 && strcmp(argv[1], "-c") == 0 ? argv[2] : NULL;
	char *rest = NULL;

	for (char *one = commands ? strtok_r(commands, ";", &rest) : NULL; one;
	    one = strtok_r(NULL, ";", &rest)) {
		struct words w = {.n = 0};
		char *inner = NULL;

		for (char *text = strtok_r(one, " ", &inner); text && w.n < WORDS_MAX;
		    text = strtok_r(NULL, " ", &inner))
			w.p[w.n++] = expand(text);
		run(&w);
	}
	return 0;
}
