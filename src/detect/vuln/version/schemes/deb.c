/*
 * Debian versions: [epoch:]upstream[-revision], deb-version(7), Debian Policy 5.6.12.
 * Like dpkg, and unlike the policy, an upstream version that does not begin with a
 * digit is read: status files hold such versions, and their order is defined.
 */
#include "detect/vuln/version/digits.h"
#include "detect/vuln/version/version.h"

struct deb_version {
	struct str epoch, upstream, revision;
};

static struct deb_version deb_split(struct str text)
{
	struct deb_version v = {STR(""), text, STR("")};
	size_t dash;

	(void)str_split(text, ':', &v.epoch, &v.upstream);
	dash = str_rchr(v.upstream, '-');
	if (dash != STR_NPOS) {
		v.revision = str_sub(v.upstream, dash + 1, v.upstream.n);
		v.upstream = str_sub(v.upstream, 0, dash);
	}
	return v;
}

static bool has_only(struct str s, struct str others)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!byte_is_alnum(s.p[i]) && str_chr(others, s.p[i]) == STR_NPOS)
			return false;
	}
	return true;
}

static bool deb_valid(struct str text)
{
	struct deb_version v = deb_split(text);
	bool has_epoch = str_chr(text, ':') != STR_NPOS;
	bool has_revision = str_chr(text, '-') != STR_NPOS;

	if (has_epoch && (v.epoch.n == 0 || digits_prefix(v.epoch).n != v.epoch.n))
		return false;
	if (v.upstream.n == 0 || (has_revision && v.revision.n == 0))
		return false;
	return has_only(v.upstream, STR(".+-~:")) && has_only(v.revision, STR(".+~"));
}

/* A tilde sorts before the end, letters before everything else; digits and the end are 0. */
static int byte_order(struct str s, size_t at)
{
	if (at >= s.n || byte_is_digit(s.p[at]))
		return 0;
	if (s.p[at] == '~')
		return -1;
	if (byte_is_alpha(s.p[at]))
		return (unsigned char)s.p[at];
	return (unsigned char)s.p[at] + 256;
}

static int deb_compare_part(struct str a, struct str b)
{
	while (a.n > 0 || b.n > 0) {
		size_t i = 0;
		struct str a_digits, b_digits;
		int order;

		while (byte_order(a, i) != 0 || byte_order(b, i) != 0) {
			order = byte_order(a, i) - byte_order(b, i);
			if (order != 0)
				return order;
			i++;
		}
		a = str_sub(a, i, a.n);
		b = str_sub(b, i, b.n);
		a_digits = digits_prefix(a);
		b_digits = digits_prefix(b);
		order = digits_compare(a_digits, b_digits);
		if (order != 0)
			return order;
		a = str_sub(a, a_digits.n, a.n);
		b = str_sub(b, b_digits.n, b.n);
	}
	return 0;
}

static int deb_compare(struct str a_text, struct str b_text)
{
	struct deb_version a = deb_split(a_text), b = deb_split(b_text);
	int order = digits_compare(a.epoch, b.epoch);

	if (order == 0)
		order = deb_compare_part(a.upstream, b.upstream);
	return order ? order : deb_compare_part(a.revision, b.revision);
}

const struct version_scheme version_scheme_deb = {
    .name = STR_INIT("deb"),
    .what = STR_INIT("Debian and Ubuntu packages, as dpkg --compare-versions orders them"),
    .since = STR_INIT("2026-11-24"),
    .valid = deb_valid,
    .compare = deb_compare,
};
