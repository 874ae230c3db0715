/* Any bytes as a date or a time: what is taken is printed, and read as the same second. */
#include "base/clock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	char printed[TIME_TEXT_SIZE];
	int64_t ms, again;

	if (size == sizeof ms) {
		memcpy(&ms, data, sizeof ms);
		time_format(ms, printed);
		date_format(ms, printed);
	}
	if (!time_parse(text, &ms))
		return 0;
	time_format(ms, printed);
	/* An offset leads out of the years 0 to 9999 at their ends. */
	if (ms < -62167219200000 || ms >= 253402300800000)
		return 0;
	if (!time_parse(str_of(printed), &again) || again > ms || ms - again >= 1000)
		abort();
	return 0;
}
