#include "../../base/faults.h"
#include "base/os/spawn.h"
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Not a secret: shaped like one, and in this process's environment. */
#define STEM   "plimsoll-canary"
#define CANARY STEM "-5e7f"

enum { SHM_KEY = 0x506c696d };

/* What a build must not reach: it is all there, and the build knows all the places. */
struct prey {
	struct fixture f;
	int listener, abstract;
	char port[16], address[INET_ADDRSTRLEN], name[64], target_pid[16], shm[16];
	pid_t target;
	int shm_id;
	const char *password, *policy, *server;
};

static int listen_on(int family, const void *address, socklen_t n)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, address, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* On every address of this machine, loopback included. */
static void open_listeners(struct prey *p)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t n = sizeof(any);

	p->listener = listen_on(AF_INET, &any, sizeof(any));
	assert_int_equal(getsockname(p->listener, (void *)&any, &n), 0);
	(void)snprintf(p->port, sizeof(p->port), "%u", ntohs(any.sin_port));
	(void)snprintf(p->name, sizeof(p->name), "plimsoll-test-%d", (int)getpid());
	memcpy(un.sun_path + 1, p->name, strlen(p->name));
	p->abstract = listen_on(AF_UNIX, &un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(p->name)));
}

/* An address of this machine that is not loopback; loopback if it has none. */
static void find_address(struct prey *p)
{
	struct ifaddrs *list = NULL;

	(void)snprintf(p->address, sizeof(p->address), "127.0.0.1");
	assert_int_equal(getifaddrs(&list), 0);
	for (const struct ifaddrs *one = list; one; one = one->ifa_next) {
		struct sockaddr_in in;

		if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET ||
		    one->ifa_flags & IFF_LOOPBACK)
			continue;
		memcpy(&in, one->ifa_addr, sizeof(in));
		(void)inet_ntop(AF_INET, &in.sin_addr, p->address, sizeof(p->address));
	}
	freeifaddrs(list);
}

static const char *place(struct prey *p, const char *folder, const char *name)
{
	const char *dir = fixture_path(&p->f, folder);
	const char *path = arena_fmt(&p->f.arena, "%s/%s", dir, name).p;

	assert_int_equal(dir_make(dir, 0755, &p->f.err), 0);
	fixture_write(path, CANARY "\n");
	return path;
}

static int setup(void **state)
{
	static struct prey p;

	fixture_open(&p.f);
	open_listeners(&p);
	find_address(&p);
	p.target = fork();
	if (p.target == 0) {
		(void)pause();
		_exit(0);
	}
	(void)snprintf(p.target_pid, sizeof(p.target_pid), "%d", (int)p.target);
	p.shm_id = shmget(SHM_KEY, 4096, IPC_CREAT | 0666);
	assert_true(p.shm_id >= 0);
	(void)snprintf(p.shm, sizeof(p.shm), "%d", SHM_KEY);
	p.password = place(&p, "secrets", "push-password");
	p.policy = place(&p, "policy.git", "policy.yaml");
	p.server = place(&p, "server", "store.db");
	assert_int_equal(setenv("PLIMSOLL_TEST_CANARY", CANARY, 1), 0);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct prey *p = *state;

	(void)kill(p->target, SIGKILL);
	(void)waitpid(p->target, NULL, 0);
	(void)shmctl(p->shm_id, IPC_RMID, NULL);
	(void)close(p->listener);
	(void)close(p->abstract);
	fixture_close(&p->f);
	return 0;
}

static void expect_untouched(struct prey *p, const char *context)
{
	const char *owned = arena_fmt(&p->f.arena, "%s/owned", context).p;
	const char *witness = arena_fmt(&p->f.arena, "%s/witness", context).p;

	assert_int_equal(accept(p->listener, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(accept(p->abstract, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(kill(p->target, 0), 0);
	assert_int_equal(waitpid(p->target, NULL, WNOHANG), 0);
	assert_false(file_exists(owned));
	assert_string_equal(
	    fixture_read(&p->f, witness), "This file must be unchanged after the build.\n");
	assert_string_equal(fixture_read(&p->f, p->server), CANARY "\n");
}

/* Each attempt that the guest knows, so that none can go missing. */
static const char *const attempts[] = {"loopback-port", "host-address-port", "gateway-port",
    "metadata", "abstract-socket", "vm-socket", "packet-socket", "change-routes", "signal-host",
    "trace", "read-memory", "arguments", "resolver", "host-shared-memory", "keyring", "new-users",
    "enter-network", "enter-mounts", "bpf", "host-name", "password-file", "password-by-proc",
    "parent-environ", "policy-repository", "server-folder", "server-by-proc", "leave-chroot",
    "write-context", "write-program", "mount", "mount-proc", "unmount", "disk-device",
    "memory-device", "kernel-log", "sysctl", "sysrq", "kernel-memory"};

static void expect_refused(const char *log)
{
	if (strstr(log, "SUCCEEDED"))
		fail_msg("%s", log);
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		char line[128];

		(void)snprintf(line, sizeof(line), "attempt %s: refused", attempts[i]);
		if (!strstr(log, line))
			fail_msg("no \"%s\" in:\n%s", line, log);
	}
	assert_non_null(strstr(log, "attack over"));
}

static void attack(struct prey *p, enum build_network network, const char *isolation)
{
	const struct build_pair args[] = {{"PORT", p->port}, {"ADDRESS", p->address},
	    {"ABSTRACT", p->name}, {"TARGET", p->target_pid}, {"SHM", p->shm},
	    {"PASSWORD", p->password}, {"CANARY", STEM}, {"POLICY", p->policy},
	    {"SERVER", p->server}};
	const char *context =
	    fixture_context(&p->f, fixture_read(&p->f, HOSTILE_DATA "/Dockerfile"));
	struct build_plan plan = fixture_plan(&p->f, context);
	const char *log = fixture_path(&p->f, "attack.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	fixture_write(arena_fmt(&p->f.arena, "%s/witness", context).p,
	    fixture_read(&p->f, HOSTILE_DATA "/witness"));
	plan.args = args;
	plan.n_args = ARRAY_LEN(args);
	plan.network = network;
	plan.log_fd = log_fd;
	if (build_plan_run(&plan, &p->f.result, &p->f.err) != 0)
		fail_msg("%s", p->f.err.text);
	if (p->f.result.outcome != BUILD_OK)
		fail_msg("%s", fixture_read(&p->f, log));
	print_message("%s\n", p->f.result.isolation.p);
	if (!strstr(p->f.result.isolation.p, isolation))
		fail_msg("not \"%s\": %s", isolation, p->f.result.isolation.p);
	expect_refused(fixture_read(&p->f, log));
	expect_untouched(p, context);
}

static void test_no_network(void **state)
{
	attack(*state, BUILD_NET_NONE, "no network");
}

static void test_egress(void **state)
{
	attack(*state, BUILD_NET_EGRESS, "out only");
}

/* Root, if the kernel has no user namespaces: the rest must hold alone. */
static void test_no_users(void **state)
{
	struct prey *p = *state;

	NEED_FAULTS();
	if (geteuid() != 0) {
		print_message("skipped: only root builds without own users\n");
		skip();
	}
	assert_int_equal(setenv("PLIMSOLL_FAULT", "build-users", 1), 0);
	attack(p, BUILD_NET_NONE, "NO OWN USERS");
	assert_int_equal(unsetenv("PLIMSOLL_FAULT"), 0);
}

/* The host's network is the host's: its ports are there, and only if they are asked for. */
static void test_host_network(void **state)
{
	struct prey *p = *state;
	const struct build_pair args[] = {{"PORT", p->port}};
	struct build_plan plan = fixture_plan(
	    &p->f, fixture_context(&p->f, "FROM plimsoll-test/guest:1\nARG PORT\n"
					  "RUN attack all $PORT 127.0.0.1 x 999999 0 x x x x\n"));
	const char *log = fixture_path(&p->f, "host.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int reached CLEANUP_FD = -1;

	plan.args = args;
	plan.n_args = 1;
	plan.network = BUILD_NET_HOST;
	plan.log_fd = log_fd;
	assert_int_equal(build_plan_run(&plan, &p->f.result, &p->f.err), 0);
	if (!strstr(fixture_read(&p->f, log), "attempt loopback-port: SUCCEEDED"))
		fail_msg("%s", fixture_read(&p->f, log));
	assert_non_null(strstr(p->f.result.isolation.p, "THE HOST'S NETWORK"));
	while ((reached = accept(p->listener, NULL, NULL)) >= 0)
		fd_cleanup(&reached);
}

static bool ip(const char *const *argv)
{
	struct spawn s = {.argv = argv, .timeout_ms = 10000};
	struct spawn_result result;
	struct err err = ERR_INIT;

	return spawn_run(&s, &result, &err) == 0 && result.status == 0;
}

/* A process in a network of its own that listens on 198.51.100.2, port 80; this machine is .1
 * (RFC 5737: addresses for documentation). */
static pid_t open_neighbour(int *ret_ready)
{
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(80)};

		if (unshare(CLONE_NEWNET) != 0)
			_exit(1);
		(void)listen_on(AF_INET, &any, sizeof(any));
		(void)!write(ready[1], "r", 1);
		(void)pause();
		_exit(0);
	}
	(void)close(ready[1]);
	*ret_ready = ready[0];
	return pid;
}

static bool connect_neighbour(pid_t pid)
{
	char target[16], path[32];

	(void)snprintf(target, sizeof(target), "%d", (int)pid);
	(void)snprintf(path, sizeof(path), "--net=/proc/%d/ns/net", (int)pid);
	return ip((const char *const[]){"ip", "link", "add", "plt0", "type", "veth", "peer", "name",
		   "plt1", "netns", target, NULL}) &&
	       ip((const char *const[]){
		   "ip", "address", "add", "198.51.100.1/24", "dev", "plt0", NULL}) &&
	       ip((const char *const[]){"ip", "link", "set", "plt0", "up", NULL}) &&
	       ip((const char *const[]){"nsenter", path, "ip", "address", "add", "198.51.100.2/24",
		   "dev", "plt1", NULL}) &&
	       ip((const char *const[]){"nsenter", path, "ip", "link", "set", "plt1", "up", NULL});
}

/* Egress goes out: a neighbour is reached, this machine's address on the same wire is not. */
static void test_egress_reaches(void **state)
{
	struct prey *p = *state;
	const struct build_pair args[] = {{"PORT", p->port}};
	struct build_plan plan =
	    fixture_plan(&p->f, fixture_context(&p->f, "FROM plimsoll-test/guest:1\nARG PORT\n"
						       "RUN reach 198.51.100.2 80\n"
						       "RUN reach 198.51.100.1 $PORT\n"));
	const char *log = fixture_path(&p->f, "egress.log");
	int log_fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int ready CLEANUP_FD = -1;
	pid_t neighbour;
	bool connected;
	int result;
	char byte;

	if (geteuid() != 0 || !spawn_has("ip") || !spawn_has("nsenter")) {
		print_message("skipped: a neighbour on the network needs root, ip and nsenter\n");
		skip();
	}
	neighbour = open_neighbour(&ready);
	connected = read(ready, &byte, 1) == 1 && connect_neighbour(neighbour);
	plan.args = args;
	plan.n_args = 1;
	plan.network = BUILD_NET_EGRESS;
	plan.log_fd = log_fd;
	result = connected ? build_plan_run(&plan, &p->f.result, &p->f.err) : -1;
	(void)ip((const char *const[]){"ip", "link", "delete", "plt0", NULL});
	(void)kill(neighbour, SIGKILL);
	(void)waitpid(neighbour, NULL, 0);
	if (!connected) {
		print_message("skipped: no pair of network devices can be made here\n");
		skip();
	}
	if (result != 0)
		fail_msg("%s", p->f.err.text);
	if (!strstr(fixture_read(&p->f, log), "attempt reach: SUCCEEDED"))
		fail_msg("%s", fixture_read(&p->f, log));
	assert_non_null(strstr(fixture_read(&p->f, log), "attempt reach: refused"));
	assert_int_equal(accept(p->listener, NULL, NULL), -1);
}

/* kill(-1) in a RUN ends the build at most. */
static void test_kill_everything(void **state)
{
	struct prey *p = *state;
	int result = fixture_build(&p->f, "FROM plimsoll-test/guest:1\nRUN killall\n");

	if (result == 0)
		assert_int_equal(p->f.result.outcome, BUILD_FAILED);
	assert_int_equal(waitpid(p->target, NULL, WNOHANG), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_network),
	    cmocka_unit_test(test_egress),
	    cmocka_unit_test(test_egress_reaches),
	    cmocka_unit_test(test_no_users),
	    cmocka_unit_test(test_host_network),
	    cmocka_unit_test(test_kill_everything),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
