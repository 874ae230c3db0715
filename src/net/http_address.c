#include "net/http_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

enum address_kind { ADDRESS_ORDINARY, ADDRESS_LOOPBACK, ADDRESS_LINK_LOCAL };

static enum address_kind kind_of_ipv4(const unsigned char a[4])
{
	if (a[0] == 127 || a[0] == 0)
		return ADDRESS_LOOPBACK;
	return a[0] == 169 && a[1] == 254 ? ADDRESS_LINK_LOCAL : ADDRESS_ORDINARY;
}

static enum address_kind kind_of_ipv6(const struct in6_addr *a)
{
	/* The metadata service of EC2 over IPv6 is in fd00:ec2::/32, which is not link-local. */
	static const unsigned char metadata[4] = {0xfd, 0x00, 0x0e, 0xc2};

	if (IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a))
		return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a)
			   ? ADDRESS_LOOPBACK
			   : kind_of_ipv4(a->s6_addr + 12);
	if (IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a))
		return ADDRESS_LOOPBACK;
	if (IN6_IS_ADDR_LINKLOCAL(a) || memcmp(a->s6_addr, metadata, sizeof metadata) == 0)
		return ADDRESS_LINK_LOCAL;
	return ADDRESS_ORDINARY;
}

static enum address_kind kind_of(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return kind_of_ipv4((const unsigned char *)&v4.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof v6);
		return kind_of_ipv6(&v6.sin6_addr);
	}
	return ADDRESS_LINK_LOCAL;
}

static bool has_proxy(void)
{
	static const char *const names[] = {
	    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return true;
	}
	return false;
}

bool http_address_allowed(enum http_reach reach, const struct sockaddr *address)
{
	enum address_kind kind = kind_of(address);

	if (reach == HTTP_REACH_ANY || kind == ADDRESS_ORDINARY)
		return true;
	if (kind == ADDRESS_LINK_LOCAL)
		return false;
	return reach == HTTP_REACH_NO_LINK_LOCAL || has_proxy();
}
