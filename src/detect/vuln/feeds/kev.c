/*
 * The catalogue of known exploited vulnerabilities that CISA publishes, as JSON: the
 * records' "cveID" is all that is used.
 */
#include "detect/vuln/feeds/feed.h"
#include "read/syntax/node.h"

enum { KEV_NESTING = 16 };

static bool kev_recognises(const struct feed_file *file)
{
	struct str text = str_trim_left(file->bytes);

	return str_starts(text, STR("{")) && str_has(text, STR("\"catalogVersion\"")) &&
	       str_has(text, STR("\"cveID\""));
}

static int kev_read(
    const struct feed_file *file, const struct feed_out *out, struct arena *arena, struct err *err)
{
	struct syntax_tree tree;
	const struct node *list, *record;

	if (json_tree(file->bytes, KEV_NESTING, arena, &tree, err) != 0)
		return -1;
	for (size_t i = 0; i < tree.problems.n; i++) {
		if (out->problem(
			out->arg, tree.problems.p[i].offset, tree.problems.p[i].what, err) != 0)
			return -1;
	}
	list = tree.roots.n ? node_get(tree.roots.p[0], STR("vulnerabilities")) : NULL;
	for (record = node_first(list); record; record = record->next) {
		struct str cve = node_text(node_get(record, STR("cveID")));
		int result;

		if (str_starts(cve, STR("CVE-")))
			result = out->exploited(out->arg, cve, err);
		else
			result = out->problem(out->arg, record->offset,
			    "an exploited vulnerability without a CVE number", err);
		if (result < 0)
			return -1;
	}
	return 0;
}

const struct feed feed_kev = {
    .name = STR_INIT("kev"),
    .what = STR_INIT("CISA's known exploited vulnerabilities (JSON)"),
    .since = STR_INIT("2026-11-24"),
    .recognises = kev_recognises,
    .read = kev_read,
};
