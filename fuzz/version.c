/* Two versions, one a line, in every scheme: an order, the same from both sides. */
#include "detect/vuln/version/version.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n;
	const struct version_scheme *const *all = version_schemes(&n);
	struct str text = str_make((const char *)data, size), a = text, b = STR("1.0");

	(void)str_split(text, '\n', &a, &b);
	for (size_t i = 0; i < n; i++) {
		const struct version_scheme *scheme = all[i];
		enum version_order there = version_compare(scheme, a, b);
		enum version_order back = version_compare(scheme, b, a);
		bool same = there == back && (there == VERSION_EQUAL || there == VERSION_UNKNOWN);
		bool turned = (there == VERSION_LESS && back == VERSION_GREATER) ||
			      (there == VERSION_GREATER && back == VERSION_LESS);

		if (!same && !turned)
			abort();
		if (scheme->valid(a) && version_compare(scheme, a, a) != VERSION_EQUAL)
			abort();
	}
	return 0;
}
