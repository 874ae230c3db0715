/*
 * Between matches of one text: rules that need others near them, rules that are there for others
 * alone, and generic ones beside one that knows better. And lines that ask to be left alone.
 */
#ifndef DETECT_SECRET_COMPOSITE_H
#define DETECT_SECRET_COMPOSITE_H

#include "detect/secret/value.h"

/* A match and what it is worth. */
struct judged {
	struct secret_match match;
	struct secret_value value;
};

struct judged_list {
	VEC(struct judged) list;
};

/* Takes out what is not to be reported, of rules with terms; the order stays. */
void secret_compose(
    const struct secret_engine *engine, struct str text, struct judged_list *judged);

/* All of the lines that text[start, end) touches, without the last one's end. A long line is cut.
 */
struct str secret_lines_of(struct str text, size_t start, size_t end);
/* Whether a line has a mark of gitleaks, betterleaks or truffleHog: "gitleaks:allow". */
bool secret_line_asks(struct str line);

#endif
