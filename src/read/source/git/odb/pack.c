#include "read/source/git/odb/pack.h"

#include "base/rd.h"

enum {
	PACK_HEADER = 12,
	FANOUT_BYTES = 256 * 4,
	INDEX_HEADER = 8,
	CRC_BYTES = 4,
	NEAR_BYTES = 4,
	FAR_BYTES = 8,
};
#define FAR_FLAG 0x80000000U

static uint32_t u32be(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int bad_pack(const struct git_pack *pack, const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, STR_FMT ": %s", STR_ARG(pack->name), what);
}

static int read_header(struct git_pack *pack, struct str data, struct err *err)
{
	const unsigned char *p = (const unsigned char *)data.p;
	uint32_t version;

	if (data.n < PACK_HEADER + pack->id_bytes || !str_starts(data, STR("PACK")))
		return bad_pack(pack, "not a pack, or cut short", err);
	version = u32be(p + 4);
	if (version != 2 && version != 3)
		return bad_pack(pack, "a pack of a version that is not known", err);
	pack->data = str_sub(data, 0, data.n - pack->id_bytes);
	return 0;
}

static int read_fanout(struct git_pack *pack, const unsigned char *p, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(pack->fanout); i++) {
		pack->fanout[i] = u32be(p + 4 * i);
		if (i > 0 && pack->fanout[i] < pack->fanout[i - 1])
			return bad_pack(pack, "its index is malformed", err);
	}
	pack->n = pack->fanout[255];
	return 0;
}

/* Version 1: after the fanout, an offset and an id for each object. */
static int open_first(struct git_pack *pack, struct str index, struct err *err)
{
	const unsigned char *p = (const unsigned char *)index.p;
	size_t row = NEAR_BYTES + pack->id_bytes;

	if (index.n < FANOUT_BYTES)
		return bad_pack(pack, "its index is cut short", err);
	if (read_fanout(pack, p, err) != 0)
		return -1;
	if (pack->n > (index.n - FANOUT_BYTES) / row)
		return bad_pack(pack, "its index is cut short", err);
	pack->offsets = p + FANOUT_BYTES;
	pack->ids = pack->offsets + NEAR_BYTES;
	pack->id_stride = pack->offset_stride = row;
	return 0;
}

/* Version 2: the ids, a checksum for each, their offsets, and the offsets that need 64 bits. */
static int open_second(struct git_pack *pack, struct str index, struct err *err)
{
	const unsigned char *p = (const unsigned char *)index.p;
	size_t row = pack->id_bytes + CRC_BYTES + NEAR_BYTES, head = INDEX_HEADER + FANOUT_BYTES,
	       trailer = 2 * pack->id_bytes, left;

	if (index.n < head + trailer || u32be(p + 4) != 2)
		return bad_pack(
		    pack, "its index is cut short, or of a version that is not known", err);
	if (read_fanout(pack, p + INDEX_HEADER, err) != 0)
		return -1;
	left = index.n - head - trailer;
	if (pack->n > left / row)
		return bad_pack(pack, "its index is cut short", err);
	pack->ids = p + head;
	pack->offsets = pack->ids + (size_t)pack->n * (pack->id_bytes + CRC_BYTES);
	pack->far_offsets = pack->offsets + (size_t)pack->n * NEAR_BYTES;
	pack->n_far = (uint32_t)((left - pack->n * row) / FAR_BYTES);
	pack->id_stride = pack->id_bytes;
	pack->offset_stride = NEAR_BYTES;
	return 0;
}

int git_pack_open(struct git_pack *pack, struct str name, struct str data, struct str index,
    size_t id_bytes, struct err *err)
{
	*pack = (struct git_pack){.name = name, .id_bytes = id_bytes};
	if (read_header(pack, data, err) != 0)
		return -1;
	if ((str_starts(index, STR("\377tOc")) ? open_second(pack, index, err)
					       : open_first(pack, index, err)) != 0)
		return -1;
	if (pack->n != u32be((const unsigned char *)data.p + 8))
		return bad_pack(pack, "it has more objects than its index, or fewer", err);
	return 0;
}

const unsigned char *git_pack_id(const struct git_pack *pack, uint32_t at)
{
	return pack->ids + at * pack->id_stride;
}

bool git_pack_find(const struct git_pack *pack, const unsigned char *id, uint32_t *ret_at)
{
	uint32_t low = id[0] > 0 ? pack->fanout[id[0] - 1] : 0, high = pack->fanout[id[0]];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = memcmp(git_pack_id(pack, middle), id, pack->id_bytes);

		if (order == 0) {
			*ret_at = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool git_pack_offset(const struct git_pack *pack, uint32_t at, uint64_t *ret_offset)
{
	uint32_t near = u32be(pack->offsets + at * pack->offset_stride);
	const unsigned char *p;

	*ret_offset = near;
	if (!(near & FAR_FLAG) || !pack->far_offsets)
		return true;
	near &= ~FAR_FLAG;
	if (near >= pack->n_far)
		return false;
	p = pack->far_offsets + (size_t)near * FAR_BYTES;
	*ret_offset = (uint64_t)u32be(p) << 32 | u32be(p + 4);
	return true;
}

/* Type and size: four bits of size, then seven a byte. */
static bool take_type(struct rd *r, struct git_pack_entry *e)
{
	uint8_t byte;

	if (!rd_u8(r, &byte))
		return false;
	e->type = (enum git_type)(byte >> 4 & 7);
	e->size = byte & 15;
	for (unsigned shift = 4; byte & 0x80; shift += 7) {
		if (shift > 53 || !rd_u8(r, &byte))
			return false;
		e->size |= (uint64_t)(byte & 0x7f) << shift;
	}
	return true;
}

/* How far before its delta a base begins: seven bits a byte, the highest first, and one is added
 * at each further byte. */
static bool take_distance(struct rd *r, uint64_t *ret)
{
	uint8_t byte;
	uint64_t distance;

	if (!rd_u8(r, &byte))
		return false;
	distance = byte & 0x7f;
	while (byte & 0x80) {
		if (distance >= UINT64_MAX >> 8 || !rd_u8(r, &byte))
			return false;
		distance = (distance + 1) << 7 | (byte & 0x7f);
	}
	*ret = distance;
	return true;
}

bool git_pack_entry(const struct git_pack *pack, uint64_t offset, struct git_pack_entry *ret)
{
	struct git_pack_entry e = {.type = GIT_NONE};
	struct rd r;
	struct str id;
	uint64_t distance;

	if (offset < PACK_HEADER || offset >= pack->data.n)
		return false;
	r = rd_of(str_sub(pack->data, (size_t)offset, pack->data.n));
	if (!take_type(&r, &e))
		return false;
	switch (e.type) {
	case GIT_COMMIT:
	case GIT_TREE:
	case GIT_BLOB:
	case GIT_TAG:
		break;
	case GIT_OFS_DELTA:
		if (!take_distance(&r, &distance) || distance == 0 || distance > offset)
			return false;
		e.base_offset = offset - distance;
		break;
	case GIT_REF_DELTA:
		if (!rd_bytes(&r, pack->id_bytes, &id))
			return false;
		e.base_id = (const unsigned char *)id.p;
		break;
	case GIT_NONE:
	default:
		return false;
	}
	e.body = pack->data.n - rd_left(&r);
	*ret = e;
	return true;
}

bool git_pack_inflate(const struct git_pack *pack, const struct git_pack_entry *entry,
    struct inflater *inflater, void *out)
{
	return inflate_exact(inflater, str_sub(pack->data, (size_t)entry->body, pack->data.n), out,
	    (size_t)entry->size);
}
