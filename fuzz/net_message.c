/* What plimsoll and plimsoll-net say to each other (src/net/registry/message.h). */
#include "net/registry/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str payload = str_make((const char *)data, size);
	struct buf again CLEANUP(buf_release) = BUF_INIT(MIB(1));
	struct net_request request;
	struct net_progress progress;
	struct err err = ERR_INIT;

	if (net_get_request(payload, &request, &err) == 0) {
		net_put_request(&again, &request);
		if (!str_eq(buf_str(&again), payload))
			abort();
	}
	if (net_get_progress(payload, &progress, &err) && err.code != ERR_FORMAT)
		abort();
	(void)net_get_error(payload, &err);
	return 0;
}
