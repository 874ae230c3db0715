#include "detect/vuln/feeds/feed.h"

/* clang-format off */
#define FEED(name) extern const struct feed feed_##name;
#include "detect/vuln/feeds/feeds.def"
#undef FEED

#define FEED(name) &feed_##name,
static const struct feed *const all_feeds[] = {
#include "detect/vuln/feeds/feeds.def"
	NULL,
};
#undef FEED
/* clang-format on */

const struct feed *const *feeds(void)
{
	return all_feeds;
}

const struct feed *feed_recognise(const struct feed_file *file)
{
	for (size_t i = 0; all_feeds[i]; i++) {
		if (all_feeds[i]->recognises(file))
			return all_feeds[i];
	}
	return NULL;
}
