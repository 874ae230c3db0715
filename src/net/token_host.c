#include "net/token_host.h"

#include "core/image_ref.h"

#include <libpsl.h>

enum { HOST_MAX = 253 };

/* Domains in which each name belongs to another customer although the list of public suffixes,
 * which is about cookies, does not say so. Also namespaces of a Kubernetes cluster. */
static const char *const shared_domains[] = {"azurecr.cn", "azurecr.io", "azurecr.us",
    "amazonaws.com", "amazonaws.com.cn", "aliyuncs.com", "cloudsmith.io", "gcr.io", "icr.io",
    "jfrog.io", "jfrog.team", "myhuaweicloud.com", "ngrok-free.app", "ngrok-free.dev", "ocir.io",
    "pkg.dev", "scw.cloud", "tencentcloudcr.com", "trycloudflare.com", "vultrcr.com",
    "svc.cluster.local"};

/* "host." is "host". */
static struct str without_dot(struct str host)
{
	if (host.n > 1 && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}

/* Names of letters, digits and hyphens alone (so IDNs in their ASCII form), and not addresses: the
 * last part of an address begins with a digit. */
static bool is_name(struct str host)
{
	struct str rest = host, label = STR_NONE;

	if (host.n == 0 || host.n > HOST_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '.')
			return false;
	}
	while (str_cut(&rest, '.', &label)) {
		if (label.n == 0)
			return false;
	}
	return label.n > 0 && !byte_is_digit(label.p[0]);
}

/* Whether host is `domain` or below it. */
static bool is_below(struct str host, struct str domain)
{
	return str_ends(host, domain) &&
	       (host.n == domain.n || host.p[host.n - domain.n - 1] == '.');
}

/* One label more than suffix; empty if host is the suffix itself. */
static struct str label_above(struct str host, struct str suffix)
{
	size_t at = host.n - suffix.n;

	if (at == 0)
		return STR_NONE;
	for (at--; at > 0 && host.p[at - 1] != '.'; at--)
		;
	return str_sub(host, at, host.n);
}

/* The domain that one owner registered; empty if there is none or no list. */
static struct str registrable(struct str host)
{
	const psl_ctx_t *list = psl_builtin();
	struct str own = STR_NONE;
	char text[HOST_MAX + 1];
	const char *domain;
	size_t at;

	if (!list || !is_name(host))
		return STR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(shared_domains); i++) {
		if (!is_below(host, str_of(shared_domains[i])))
			continue;
		own = label_above(host, str_of(shared_domains[i]));
		if (own.n == 0)
			return STR_NONE;
	}
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	domain = psl_registrable_domain(list, text);
	if (!domain)
		return STR_NONE;
	at = (size_t)(domain - text);
	return host.n - at > own.n ? str_sub(host, at, host.n) : own;
}

static bool is_named(const struct url *service, struct str host, struct str named)
{
	struct str item;

	while (str_cut(&named, ' ', &item)) {
		size_t colon = str_rchr(item, ':');
		bool has_port = colon != STR_NPOS && !str_ends(item, STR("]"));
		struct str name = has_port ? str_sub(item, 0, colon) : item;
		struct str port = has_port ? str_sub(item, colon + 1, item.n)
				  : str_eq(service->scheme, STR("https")) ? STR("443")
									  : STR("80");

		if (name.n > 0 && str_eq_nocase(without_dot(name), host) &&
		    str_eq(port, service->port))
			return true;
	}
	return false;
}

bool token_host_trusted(struct str registry_host, const struct url *service, struct str named)
{
	struct str own = without_dot(registry_host), host = without_dot(service->host), domain;

	if (str_eq(own, host) || is_named(service, host, named))
		return true;
	if (image_ref_host_is_loopback(own) && image_ref_host_is_loopback(host))
		return true;
	if (str_eq(own, STR("registry-1.docker.io")) && str_eq(host, STR("auth.docker.io")))
		return true;
	domain = registrable(own);
	return domain.n > 0 && str_eq(domain, registrable(host));
}

bool token_url_is_private(const struct url *url)
{
	return str_eq(url->scheme, STR("https")) || image_ref_host_is_loopback(url->host);
}
