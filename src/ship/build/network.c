#include "ship/build/network.h"

#include "base/buf.h"
#include "base/os/fd.h"
#include "base/os/spawn.h"
#include "base/vec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY_TIMEOUT_MS = 20000 };

/* Loopback is the namespace's own; these would leave it. The metadata addresses of AWS (also
 * fd00:ec2::254 and, for tasks, 169.254.170.2), Azure, Alibaba and Oracle Cloud, as their
 * documentation has them; other clouds' are link-local. */
static const char *const always_refused[] = {"169.254.0.0/16", "100.100.100.200/32",
    "168.63.129.16/32", "192.0.0.192/32", "fe80::/10", "fd00:ec2::254/128", "fd00:ec2::23/128",
    "fd20:ce::254/128"};

/* Networks for the build's side: the first that overlaps none of the machine's. */
static const struct {
	const char *cidr, *nameserver;
} build_networks[] = {
    {"10.0.2.0/24", "10.0.2.3"},
    {"10.241.7.0/24", "10.241.7.3"},
    {"172.31.251.0/24", "172.31.251.3"},
    {"192.168.251.0/24", "192.168.251.3"},
};

bool network_address_parse(const char *text, struct network_address *ret)
{
	struct network_address address = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};
	struct str before, after;
	char bare[INET6_ADDRSTRLEN];
	uint64_t prefix;

	if (!str_split(str_of(text), '/', &before, &after) || before.n >= sizeof(bare))
		return false;
	if (!str_to_u64(after, &prefix) || prefix > (address.family == AF_INET ? 32 : 128))
		return false;
	memcpy(bare, before.p, before.n);
	bare[before.n] = '\0';
	if (inet_pton(address.family, bare, address.bytes) != 1)
		return false;
	address.prefix = (unsigned)prefix;
	*ret = address;
	return true;
}

/* Whether two networks share an address. */
static bool overlaps(const struct network_address *a, const struct network_address *b)
{
	unsigned bits = MIN_OF(a->prefix, b->prefix), whole = bits / 8;

	if (a->family != b->family || memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return bits % 8 == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - bits % 8) == 0;
}

static bool address_of(const struct sockaddr *from, const struct sockaddr *mask,
    struct network_address *ret, unsigned *ret_network_bits)
{
	size_t n;

	if (!from || (from->sa_family != AF_INET && from->sa_family != AF_INET6))
		return false;
	*ret = (struct network_address){.family = from->sa_family};
	if (from->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, from, sizeof(in));
		n = sizeof(in.sin_addr);
		memcpy(ret->bytes, &in.sin_addr, n);
	} else {
		struct sockaddr_in6 in6;

		memcpy(&in6, from, sizeof(in6));
		n = sizeof(in6.sin6_addr);
		memcpy(ret->bytes, &in6.sin6_addr, n);
	}
	ret->prefix = (unsigned)(8 * n);
	*ret_network_bits = ret->prefix;
	if (mask) {
		struct sockaddr_in6 any; /* large enough for both */
		const unsigned char *bytes = (const unsigned char *)&any +
					     (n == 4 ? offsetof(struct sockaddr_in, sin_addr)
						     : offsetof(struct sockaddr_in6, sin6_addr));

		memset(&any, 0, sizeof(any));
		memcpy(&any, mask,
		    from->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(any));
		*ret_network_bits = 0;
		for (size_t i = 0; i < n; i++)
			*ret_network_bits += (unsigned)__builtin_popcount(bytes[i]);
	}
	return true;
}

static bool is_network_taken(const char *cidr, const struct ifaddrs *list)
{
	struct network_address wanted, own;

	if (!network_address_parse(cidr, &wanted))
		return true;
	for (; list; list = list->ifa_next)
		if (address_of(list->ifa_addr, list->ifa_netmask, &own, &own.prefix) &&
		    overlaps(&wanted, &own))
			return true;
	return false;
}

static int collect_refused(
    const struct ifaddrs *list, struct network_plan *plan, struct arena *arena, struct err *err)
{
	VEC(struct network_address) refused = {0};
	struct network_address address;
	unsigned bits;

	for (size_t i = 0; i < ARRAY_LEN(always_refused); i++)
		if (network_address_parse(always_refused[i], &address))
			vec_push(&refused, arena, address);
	for (; list; list = list->ifa_next)
		if (address_of(list->ifa_addr, list->ifa_netmask, &address, &bits) &&
		    !(list->ifa_flags & IFF_LOOPBACK && address.bytes[0] == 127))
			vec_push(&refused, arena, address);
	plan->refused = refused.p;
	plan->n_refused = refused.n;
	return arena_check(arena, err);
}

/* slirp4netns passes on what is sent to it on behalf of the build, from this machine: also to a
 * name server that listens on loopback. An option forbids it that, and its address is refused
 * besides. */
static int refuse_nameserver(struct network_plan *plan, struct arena *arena, struct err *err)
{
	struct network_address *refused = arena_array(arena, plan->n_refused + 1, sizeof(*refused));
	char text[64];

	(void)snprintf(text, sizeof(text), "%s/32", plan->nameserver);
	if (!refused || !network_address_parse(text, &refused[plan->n_refused]))
		return arena_err(arena, err);
	if (plan->n_refused > 0)
		memcpy(refused, plan->refused, plan->n_refused * sizeof(*refused));
	plan->refused = refused;
	plan->n_refused++;
	return 0;
}

static bool is_refused(const struct network_plan *plan, struct str address)
{
	static const char *const own[] = {
	    "127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128", "::ffff:0:0/96"};
	struct network_address one, other;
	char text[64];

	(void)snprintf(text, sizeof(text), "%.*s/%s", (int)MIN_OF(address.n, (size_t)50), address.p,
	    str_chr(address, ':') != STR_NPOS ? "128" : "32");
	if (address.n > 50 || !network_address_parse(text, &one))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (network_address_parse(own[i], &other) && overlaps(&one, &other))
			return true;
	for (size_t i = 0; i < plan->n_refused; i++)
		if (overlaps(&one, &plan->refused[i]))
			return true;
	return network_address_parse(plan->cidr, &other) && overlaps(&one, &other);
}

struct str network_resolvers(
    const struct network_plan *plan, struct str resolv_conf, struct arena *arena)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(4));
	struct str line;

	while (str_cut(&resolv_conf, '\n', &line)) {
		struct str word = STR_NONE, address = STR_NONE;

		for (size_t i = 0; i < line.n && (line.p[i] != ' ' && line.p[i] != '\t'); i++)
			word = str_sub(line, 0, i + 1);
		address = str_trim(str_sub(line, word.n, line.n));
		if (str_eq(word, STR("nameserver")) && !is_refused(plan, address))
			buf_addf(&text, "nameserver " STR_FMT "\n", STR_ARG(address));
	}
	return arena_str(arena, buf_ok(&text) ? buf_str(&text) : STR(""));
}

int network_plan_make(struct network_plan *ret, struct arena *arena, struct err *err)
{
	struct network_plan plan = {0};
	struct ifaddrs *list = NULL;
	int result;

	if (getifaddrs(&list) != 0)
		return err_sys(err, "listing this machine's addresses");
	for (size_t i = 0; i < ARRAY_LEN(build_networks) && !plan.cidr; i++)
		if (!is_network_taken(build_networks[i].cidr, list)) {
			plan.cidr = build_networks[i].cidr;
			plan.nameserver = build_networks[i].nameserver;
		}
	result = collect_refused(list, &plan, arena, err);
	freeifaddrs(list);
	if (result != 0)
		return -1;
	if (!plan.cidr)
		return err_set(err, ERR_UNSUPPORTED,
		    "build.network egress: this machine's networks leave no free range for a build");
	if (refuse_nameserver(&plan, arena, err) != 0)
		return -1;
	*ret = plan;
	return 0;
}

/* In the child: only async-signal-safe calls. Descriptors 3 and 4 are its own. */
static void helper_exec(
    const char *const *argv, const char *const *env, int users_fd, int ready_fd, int exit_fd)
{
	int ready_copy = fcntl(ready_fd, F_DUPFD, 10);
	int exit_copy = fcntl(exit_fd, F_DUPFD, 10);
	int null_fd = open("/dev/null", O_RDWR);

	/* Its own sandbox wants it to be root of the namespace's owner. */
	if (users_fd >= 0 && (setns(users_fd, CLONE_NEWUSER) != 0 || setresgid(0, 0, 0) != 0 ||
				 setresuid(0, 0, 0) != 0))
		_exit(126);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 || dup2(null_fd, 2) < 0 ||
	    dup2(ready_copy, 3) < 0 || dup2(exit_copy, 4) < 0 || close_range(5, ~0U, 0) != 0)
		_exit(126);
	(void)execvpe(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
	_exit(127);
}

static int await_helper(int ready_fd, struct err *err)
{
	struct pollfd p = {.fd = ready_fd, .events = POLLIN};
	char byte;
	int n;

	do {
		n = poll(&p, 1, READY_TIMEOUT_MS);
	} while (n < 0 && errno == EINTR);
	if (n == 1 && read(ready_fd, &byte, 1) == 1)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
	    "slirp4netns could not give the build a network (may this user open /dev/net/tun?); "
	    "build.network: none needs none");
}

static int helper_fork(
    const char *const *argv, int users_fd, struct network_helper *ret, struct err *err)
{
	const char *const *env = spawn_env_minimal();
	int ready[2], leave[2], result;
	struct network_helper helper;

	if (pipe2(ready, O_CLOEXEC) != 0)
		return err_sys(err, "making a pipe");
	if (pipe2(leave, O_CLOEXEC) != 0) {
		(void)close(ready[0]);
		(void)close(ready[1]);
		return err_sys(err, "making a pipe");
	}
	helper.pid = fork();
	if (helper.pid == 0)
		helper_exec(argv, env, users_fd, ready[1], leave[0]);
	(void)close(ready[1]);
	(void)close(leave[0]);
	helper.exit_fd = leave[1];
	result =
	    helper.pid < 0 ? err_sys(err, "starting slirp4netns") : await_helper(ready[0], err);
	(void)close(ready[0]);
	if (result != 0) {
		network_helper_stop(&helper);
		return -1;
	}
	*ret = helper;
	return 0;
}

int network_helper_start(const struct network_plan *plan, pid_t pid, bool of_users,
    struct network_helper *ret, struct err *err)
{
	int users_fd CLEANUP_FD = -1;
	char cidr[64], path[64], net[64];
	const char *argv[16];
	size_t n = 0;

	if (!spawn_has("slirp4netns"))
		return err_set(err, ERR_UNSUPPORTED,
		    "build.network egress needs slirp4netns: install the package slirp4netns, "
		    "or set build.network: none in the policy");
	(void)snprintf(cidr, sizeof(cidr), "--cidr=%s", plan->cidr);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (of_users && (users_fd = fd_open_read(path, false, err)) < 0)
		return -1;
	(void)snprintf(net, sizeof(net), "/proc/%d/ns/net", (int)pid);
	argv[n++] = "slirp4netns";
	argv[n++] = "--configure";
	argv[n++] = "--mtu=65520";
	argv[n++] = "--disable-host-loopback";
	argv[n++] = "--disable-dns";
	argv[n++] = "--enable-sandbox";
	argv[n++] = "--enable-seccomp";
	argv[n++] = "--ready-fd=3";
	argv[n++] = "--exit-fd=4";
	argv[n++] = cidr;
	argv[n++] = "--netns-type=path";
	argv[n++] = net;
	argv[n++] = "tap0";
	argv[n] = NULL;
	return helper_fork(argv, users_fd, ret, err);
}

void network_helper_stop(struct network_helper *helper)
{
	fd_cleanup(&helper->exit_fd);
	if (helper->pid <= 0)
		return;
	(void)kill(helper->pid, SIGKILL);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	helper->pid = -1;
}

int network_loopback_up(struct err *err)
{
	int fd CLEANUP_FD = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo"};

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) != 0)
		return err_sys(err, "reading the build's loopback");
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
		return err_sys(err, "bringing the build's loopback up");
	return 0;
}

struct route_request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr destination;
	unsigned char bytes[16];
};

/* RTN_PROHIBIT answers a connection at once with EACCES. */
static int refuse_one(int fd, const struct network_address *address, struct err *err)
{
	size_t n = address->family == AF_INET ? 4 : 16;
	struct route_request request = {
	    .header = {.nlmsg_len = (uint32_t)(offsetof(struct route_request, bytes) + n),
		.nlmsg_type = RTM_NEWROUTE,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE},
	    .route = {.rtm_family = (unsigned char)address->family,
		.rtm_dst_len = (unsigned char)address->prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_type = RTN_PROHIBIT},
	    .destination = {.rta_type = RTA_DST, .rta_len = (unsigned short)RTA_LENGTH(n)},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[256];
	} reply;

	memcpy(request.bytes, address->bytes, n);
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 ||
	    recv(fd, &reply, sizeof(reply), 0) < (ssize_t)NLMSG_LENGTH(sizeof(reply.error)))
		return err_sys(err, "refusing an address to the build");
	if (reply.header.nlmsg_type != NLMSG_ERROR || reply.error.error == 0)
		return 0;
	errno = -reply.error.error;
	/* A kernel without IPv6 has no IPv6 to refuse. */
	if (address->family == AF_INET6 && (errno == EAFNOSUPPORT || errno == EOPNOTSUPP))
		return 0;
	return err_sys(err, "refusing an address to the build");
}

int network_refuse(const struct network_plan *plan, struct err *err)
{
	int fd CLEANUP_FD = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return err_sys(err, "opening the build's routes");
	for (size_t i = 0; i < plan->n_refused; i++)
		if (refuse_one(fd, &plan->refused[i], err) != 0)
			return -1;
	return 0;
}
