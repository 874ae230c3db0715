/*
 * How a record's fields become bytes and come back: a walker names each field once, and
 * going over it either writes or reads, so that neither side can forget one. Numbers and enums
 * are u32le (file offsets u64le), texts and lists u32le count and that many bytes or items, a
 * group u32le 0 or 1 and its fields. Reading treats the bytes as hostile: every count is held
 * against what is left before anything is allocated for it, every enum against its range.
 */
#ifndef CORE_WIRE_FIELDS_H
#define CORE_WIRE_FIELDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/rd.h"
#include "core/finding.h"

struct wire {
	struct buf *out; /* writing, or NULL */
	struct rd in;	 /* reading */
	struct arena *arena;
	bool malformed;
	bool full; /* the arena is */
};

typedef void wire_fn(struct wire *w, void *item);

void wire_u32(struct wire *w, uint32_t *value);
void wire_u64(struct wire *w, uint64_t *value);
/* Read, it points into what is read. */
void wire_str(struct wire *w, struct str *s);
void wire_strs(struct wire *w, struct str_list *list);
void wire_bool(struct wire *w, bool *value);
/* From least to most; one read outside that is malformed. */
void wire_int(struct wire *w, int *value, int least, int most);
int wire_range(struct wire *w, int value, int least, int most);
/* Any enum whose values are 0 to last. */
#define wire_enum(w, field, last)                                          \
	do {                                                               \
		int read = wire_range((w), (int)*(field), 0, (int)(last)); \
                                                                           \
		if (!(w)->out)                                             \
			*(field) = (__typeof__(*(field)))read;             \
	} while (0)
/* Items of item_size at `items`, none of which takes fewer than least_bytes. Returns where they
 * are.
 */
void *wire_items(
    struct wire *w, void *items, size_t *n, size_t item_size, size_t least_bytes, wire_fn *walk);
/* Fields that may be absent (NULL); written from a copy of at most WIRE_GROUP_MAX bytes, as a
 * walker takes no const item. Returns where they are. */
enum { WIRE_GROUP_MAX = 1024 };
const void *wire_group(struct wire *w, const void *group, size_t size, wire_fn *walk);

/* A whole record: u32le tag, then what walk goes over. */
void wire_put(struct buf *b, uint32_t tag, void *item, wire_fn *walk);
/* ERR_FORMAT if the bytes are not what wire_put writes, to the last one; `what` names the record.
 * Lists and groups are in the arena. */
MUST_USE int wire_get(struct str payload, uint32_t tag, const char *what, void *item, wire_fn *walk,
    struct arena *arena, struct err *err);

#endif
