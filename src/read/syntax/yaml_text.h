/*
 * A text made fit for libyaml, and its marks made bytes: libyaml stops at bytes that YAML
 * forbids and counts in code points. Private to the YAML tree. Memory is the builder's
 * arena.
 */
#ifndef READ_SYNTAX_YAML_TEXT_H
#define READ_SYNTAX_YAML_TEXT_H

#include "read/syntax/node_build.h"

struct yaml_text {
	struct str bytes; /* as long as the text itself; forbidden bytes are '?' */
	char *mended;	  /* those bytes, if any had to be changed */
	size_t *steps;	  /* byte offset of each 512th code point; NULL if all are ASCII */
	size_t n_steps;
};

/* Tells each forbidden run of bytes. Ends early in a full arena. */
void yaml_text_init(struct yaml_text *t, struct tree_builder *b);
/* The byte offset of a code point, clamped to the text. */
size_t yaml_text_offset(const struct yaml_text *t, size_t rune_index);
/* Where the first line at or behind `offset` that begins a document ("---") starts; the text's
 * length if there is none. */
size_t yaml_text_document(const struct yaml_text *t, size_t offset);

#endif
