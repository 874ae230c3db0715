/* Any bytes as a delta, of a base that is the rest of them: the first byte says how long that is.
 */
#include "read/source/git/odb/delta.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), base, delta;
	struct delta_pieces pieces = {.p = NULL};
	struct err err = ERR_INIT;
	uint64_t base_n, n;
	char *out;

	if (size < 1)
		return 0;
	base = str_sub(rest, 1, data[0]);
	delta = str_sub(rest, 1 + base.n, rest.n);
	if (!delta_sizes(delta, &base_n, &n) || n > KIB(64))
		return 0;
	out = malloc((size_t)n + 1);
	if (!out)
		return 0;
	if (delta_apply(delta, base, out, (size_t)n, &pieces, &err) == 0) {
		for (size_t i = 0, at = 0; i < pieces.n; at += pieces.p[i++].n) {
			const struct delta_piece *p = &pieces.p[i];

			if (p->at != at || p->n > n - at ||
			    (p->from != DELTA_NEW &&
				!str_eq(str_sub(base, p->from, p->n), str_make(out + at, p->n))))
				abort();
		}
	} else if (err.code == ERR_NONE) {
		abort();
	}
	delta_pieces_release(&pieces);
	free(out);
	return 0;
}
