/*
 * Stanzas of "Field: value" lines, as dpkg's status files and Python's METADATA have them
 * (deb822(5), RFC 822). A reader walks a text it borrows, stanza by stanza; everything it
 * gives is a slice of that text.
 */
#ifndef DETECT_SBOM_STANZA_H
#define DETECT_SBOM_STANZA_H

#include "base/str.h"

struct stanza_reader {
	struct str rest;
	uint32_t line; /* 1-based, of the beginning of rest */
};

struct stanza {
	struct str text;
	uint32_t line; /* of its first line */
};

static inline struct stanza_reader stanza_reader_of(struct str text)
{
	return (struct stanza_reader){text, 1};
}
/* The next run of lines without an empty one among them; false at the end. */
bool stanza_next(struct stanza_reader *r, struct stanza *ret);
/* The first line of a field's value, trimmed; the name has no case. Of several the first counts.
 * False if it is absent. */
bool stanza_field(const struct stanza *s, struct str name, struct str *ret_value);

#endif
