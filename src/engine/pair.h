/*
 * Two contents asked for through one, as a child has only one: a name's first byte says
 * which is meant. Nothing is owned. Private to engine.
 */
#ifndef ENGINE_PAIR_H
#define ENGINE_PAIR_H

#include "core/content.h"

enum pair_half { PAIR_FILES = 'f', PAIR_OBJECTS = 'o' };

/* The parent's side. */
struct pair_content {
	struct content content;
	struct content *files, *objects;
};
void pair_content_init(struct pair_content *c, struct content *files, struct content *objects);

/* The child's side: one of the two, by plain names. */
struct half_content {
	struct content content;
	struct content *pair;
	enum pair_half half;
};
void half_content_init(struct half_content *c, struct content *pair, enum pair_half half);

#endif
