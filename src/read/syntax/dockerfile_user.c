/* Users and ports as builders and runtimes read them. */
#include "read/syntax/dockerfile_view.h"

static struct str without_sign(struct str number)
{
	bool is_signed = number.n > 0 && (number.p[0] == '+' || number.p[0] == '-');

	return is_signed ? str_sub(number, 1, number.n) : number;
}

bool docker_is_number(struct str text)
{
	struct str digits = without_sign(text);

	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	}
	return digits.n > 0;
}

static struct str name_of(struct str user)
{
	struct str name = user, group;

	(void)str_split(user, ':', &name, &group);
	return str_trim(name);
}

/* Kernels have 32 bits for it, and some runtimes cut off what does not fit. */
bool docker_user_is_root(struct str user)
{
	struct str name = name_of(user);
	uint32_t number = 0;

	if (name.n == 0 || str_eq(name, STR("root")))
		return true;
	if (!docker_is_number(name))
		return false;
	name = without_sign(name);
	for (size_t i = 0; i < name.n; i++)
		number = (uint32_t)((uint64_t)number * 10 + (uint64_t)(name.p[i] - '0'));
	return number == 0;
}

static bool is_hex(struct str name)
{
	if (!str_starts_nocase(name, STR("0x")))
		return false;
	for (size_t i = 2; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
			return false;
	}
	return true;
}

static bool is_valid_name(struct str name)
{
	if (name.n == 0 || name.p[0] == '+' || name.p[0] == '-' || is_hex(name))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c <= ' ' || c == 0x7F || c == ',' || c == '/' || c == ':')
			return false;
	}
	return true;
}

bool docker_user_is_valid(struct str user)
{
	struct str name = name_of(user), first, group = STR_NONE;
	uint64_t number;

	if (str_split(user, ':', &first, &group) && str_chr(group, ':') != STR_NPOS)
		return false;
	group = str_trim(group);
	if (group.n > 0 && !docker_is_number(group) && !is_valid_name(group))
		return false;
	if (name.n == 0)
		return true;
	if (docker_is_number(name))
		return str_to_u64(without_sign(name), &number) && number <= INT32_MAX &&
		       (name.p[0] != '-' || number == 0);
	return is_valid_name(name);
}

bool docker_ports_read(struct str word, struct docker_ports *ret)
{
	struct str number = word, protocol = STR("tcp"), low, high = STR_NONE;
	size_t colon;

	(void)str_split(word, '/', &number, &protocol);
	/* The container's is the last one. */
	colon = str_rchr(number, ':');
	if (colon != STR_NPOS)
		number = str_sub(number, colon + 1, number.n);
	low = number;
	(void)str_split(number, '-', &low, &high);
	if (!str_to_u64(low, &ret->low) || ret->low > 65535)
		return false;
	ret->high = ret->low;
	ret->tcp = protocol.n == 0 || str_eq_nocase(protocol, STR("tcp"));
	return high.n == 0 ||
	       (str_to_u64(high, &ret->high) && ret->high <= 65535 && ret->high >= ret->low);
}

bool docker_next_port(struct str *rest, struct str *ret_port)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && (unsigned char)rest->p[n] > ' ')
		n++;
	*ret_port = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, rest->n);
	return n > 0;
}
