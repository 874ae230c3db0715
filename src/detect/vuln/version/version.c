#include "detect/vuln/version/version.h"

/* clang-format off */
#define SCHEME(name) extern const struct version_scheme version_scheme_##name;
#include "detect/vuln/version/schemes.def"
#undef SCHEME

#define SCHEME(name) &version_scheme_##name,
static const struct version_scheme *const all_schemes[] = {
#include "detect/vuln/version/schemes.def"
	NULL,
};
#undef SCHEME
/* clang-format on */

const struct version_scheme *const *version_schemes(void)
{
	return all_schemes;
}

const struct version_scheme *version_scheme_find(struct str name)
{
	for (size_t i = 0; all_schemes[i]; i++) {
		if (str_eq(all_schemes[i]->name, name))
			return all_schemes[i];
	}
	return NULL;
}

enum version_order version_compare(const struct version_scheme *scheme, struct str a, struct str b)
{
	int order;

	if (!scheme || !scheme->valid(a) || !scheme->valid(b))
		return VERSION_UNKNOWN;
	order = scheme->compare(a, b);
	if (order == 0)
		return VERSION_EQUAL;
	return order < 0 ? VERSION_LESS : VERSION_GREATER;
}
