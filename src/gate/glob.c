#include "gate/policy.h"

/* One retry point is enough for `*`: the last star's. Quadratic at worst, patterns are short. */
bool glob_match(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star = STR_NPOS, star_text = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			star_text = t;
		} else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == text.p[t])) {
			p++;
			t++;
		} else if (star != STR_NPOS) {
			p = star + 1;
			t = ++star_text;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}
