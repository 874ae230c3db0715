/*
 * A cursor over bytes of a binary format. Each reader returns false, and reads nothing,
 * if too little is left: no parser does pointer arithmetic of its own.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "base/str.h"

struct rd {
	const unsigned char *p, *end;
};

static inline struct rd rd_of(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	return (struct rd){p, s.n ? p + s.n : p};
}
static inline size_t rd_left(const struct rd *r)
{
	return (size_t)(r->end - r->p);
}
MUST_USE static inline bool rd_bytes(struct rd *r, size_t n, struct str *ret_bytes)
{
	if (rd_left(r) < n)
		return false;
	*ret_bytes = str_make((const char *)r->p, n);
	r->p += n;
	return true;
}
MUST_USE static inline bool rd_skip(struct rd *r, size_t n)
{
	struct str ignored;

	return rd_bytes(r, n, &ignored);
}
MUST_USE static inline bool rd_u8(struct rd *r, uint8_t *ret)
{
	if (rd_left(r) < 1)
		return false;
	*ret = *r->p++;
	return true;
}
MUST_USE static inline bool rd_u32le(struct rd *r, uint32_t *ret)
{
	if (rd_left(r) < 4)
		return false;
	*ret = (uint32_t)r->p[0] | (uint32_t)r->p[1] << 8 | (uint32_t)r->p[2] << 16 |
	       (uint32_t)r->p[3] << 24;
	r->p += 4;
	return true;
}
MUST_USE static inline bool rd_u64le(struct rd *r, uint64_t *ret)
{
	uint32_t low, high;

	if (rd_left(r) < 8 || !rd_u32le(r, &low) || !rd_u32le(r, &high))
		return false;
	*ret = (uint64_t)high << 32 | low;
	return true;
}
/* A u32le length and that many bytes. */
MUST_USE static inline bool rd_str(struct rd *r, struct str *ret)
{
	struct rd saved = *r;
	uint32_t n;

	if (rd_u32le(r, &n) && rd_bytes(r, n, ret))
		return true;
	*r = saved;
	return false;
}

#endif
