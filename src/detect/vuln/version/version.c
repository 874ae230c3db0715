#include "detect/vuln/version/version.h"

#define RECORDS	       "detect/vuln/version/schemes.def"
#define RECORDS_TYPE   struct version_scheme
#define RECORDS_PREFIX version_scheme
#define RECORDS_LIST   all_schemes
#include "base/records.h"

const struct version_scheme *const *version_schemes(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(all_schemes);
	return all_schemes;
}

const struct version_scheme *version_scheme_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(all_schemes); i++) {
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
