/*
 * Text from anywhere in XML 1.0: what has a meaning there is an entity, and what cannot be written
 * (control characters, bytes that are no UTF-8) becomes U+FFFD. Pure functions.
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include "base/buf.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

/* Between tags. */
void xml_text(struct buf *out, struct str text);
/* Between double quotes. */
void xml_quoted(struct buf *out, struct str text);
/* " name=\"value\"". */
void xml_attribute(struct buf *out, const char *name, struct str value);

#endif
