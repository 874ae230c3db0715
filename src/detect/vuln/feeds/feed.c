#include "detect/vuln/feeds/feed.h"

#define RECORDS	       "detect/vuln/feeds/feeds.def"
#define RECORDS_TYPE   struct feed
#define RECORDS_PREFIX feed
#define RECORDS_LIST   all_feeds
#include "base/records.h"

const struct feed *const *feeds(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(all_feeds);
	return all_feeds;
}

const struct feed *feed_recognise(const struct feed_file *file)
{
	for (size_t i = 0; i < ARRAY_LEN(all_feeds); i++) {
		if (all_feeds[i]->recognises(file))
			return all_feeds[i];
	}
	return NULL;
}
