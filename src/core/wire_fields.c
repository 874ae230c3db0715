#include "core/wire_fields.h"

#include "base/frame.h"

static bool wire_failed(const struct wire *w)
{
	return w->malformed || w->full;
}

void wire_u32(struct wire *w, uint32_t *value)
{
	if (w->out)
		frame_u32(w->out, *value);
	else if (wire_failed(w) || !rd_u32le(&w->in, value))
		w->malformed = true;
}

void wire_u64(struct wire *w, uint64_t *value)
{
	if (w->out)
		frame_u64(w->out, *value);
	else if (wire_failed(w) || !rd_u64le(&w->in, value))
		w->malformed = true;
}

void wire_str(struct wire *w, struct str *s)
{
	if (w->out)
		frame_str(w->out, *s);
	else if (wire_failed(w) || !rd_str(&w->in, s))
		w->malformed = true;
}

int wire_range(struct wire *w, int value, int least, int most)
{
	uint32_t above = (uint32_t)value - (uint32_t)least;

	wire_u32(w, &above);
	if (w->out || wire_failed(w))
		return value;
	if (above <= (uint32_t)most - (uint32_t)least)
		return (int)above + least;
	w->malformed = true;
	return least;
}

void wire_int(struct wire *w, int *value, int least, int most)
{
	int read = wire_range(w, *value, least, most);

	if (!w->out)
		*value = read;
}

void wire_bool(struct wire *w, bool *value)
{
	int read = wire_range(w, *value, 0, 1);

	if (!w->out)
		*value = read != 0;
}

void *wire_items(
    struct wire *w, void *items, size_t *n, size_t item_size, size_t least_bytes, wire_fn *walk)
{
	uint32_t count = (uint32_t)*n;

	wire_u32(w, &count);
	if (!w->out) {
		*n = 0;
		if (wire_failed(w) || count == 0)
			return NULL;
		if (count > rd_left(&w->in) / least_bytes) {
			w->malformed = true;
			return NULL;
		}
		items = arena_array(w->arena, count, item_size);
		if (!items) {
			w->full = true;
			return NULL;
		}
		*n = count;
	}
	for (size_t i = 0; i < *n && !wire_failed(w); i++)
		walk(w, (char *)items + i * item_size);
	return items;
}

static void wire_str_item(struct wire *w, void *item)
{
	wire_str(w, item);
}

void wire_strs(struct wire *w, struct str_list *list)
{
	enum { LEAST_STR = 4 };
	void *p = wire_items(w, list->p, &list->n, sizeof *list->p, LEAST_STR, wire_str_item);

	if (!w->out)
		list->p = p;
}

const void *wire_group(struct wire *w, const void *group, size_t size, wire_fn *walk)
{
	bool present = group != NULL;
	_Alignas(max_align_t) char to_write[WIRE_GROUP_MAX];
	void *copy;

	wire_bool(w, &present);
	if (wire_failed(w) || !present)
		return NULL;
	if (w->out) {
		if (size > sizeof to_write) {
			w->out->failed = true;
			return NULL;
		}
		memcpy(to_write, group, size);
		walk(w, to_write);
		return group;
	}
	copy = arena_alloc(w->arena, size);
	if (!copy) {
		w->full = true;
		return NULL;
	}
	walk(w, copy);
	return copy;
}

void wire_put(struct buf *b, uint32_t tag, void *item, wire_fn *walk)
{
	struct wire w = {.out = b};

	frame_u32(b, tag);
	walk(&w, item);
}

int wire_get(struct str payload, uint32_t tag, const char *what, void *item, wire_fn *walk,
    struct arena *arena, struct err *err)
{
	struct wire w = {.in = rd_of(payload), .arena = arena};
	uint32_t read_tag;

	if (!rd_u32le(&w.in, &read_tag) || read_tag != tag)
		return err_set(err, ERR_FORMAT, "%s record: another kind or version", what);
	walk(&w, item);
	if (w.full)
		return arena_err(arena, err);
	if (w.malformed || rd_left(&w.in) > 0)
		return err_set(err, ERR_FORMAT, "%s record: malformed at byte %zu of %zu", what,
		    payload.n - rd_left(&w.in), payload.n);
	return 0;
}
