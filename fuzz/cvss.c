/* Any bytes as a CVSS vector: a score between 0 and 10, and a severity that fits it. */
#include "detect/vuln/cvss.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str vector = str_make((const char *)data, size);
	int tenths = -1;

	if (!cvss_base_score(vector, &tenths)) {
		if (tenths != -1)
			abort(); /* written on success only */
		return 0;
	}
	if (tenths < 0 || tenths > 100 || cvss_severity(vector, tenths) == SEVERITY_UNKNOWN)
		abort();
	return 0;
}
