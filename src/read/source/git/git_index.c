#include "read/source/git/git_index.h"

enum {
	HEADER = 12,
	STAT_BYTES = 40, /* times, device, inode, mode, owner, size */
	MODE_AT = 24,
	FLAG_EXTENDED = 0x4000,
	FLAG_NAME = 0x0fff,
	STAGE_SHIFT = 12,
	ENTRY_ALIGN = 8,
};

static uint32_t u32be(const char *p)
{
	const unsigned char *q = (const unsigned char *)p;

	return (uint32_t)q[0] << 24 | (uint32_t)q[1] << 16 | (uint32_t)q[2] << 8 | q[3];
}

static int malformed(struct err *err)
{
	return err_set(err, ERR_FORMAT, "a git index that is malformed, or cut short");
}

int git_index_begin(struct git_index_reader *r, struct str bytes, size_t id_bytes,
    struct arena *arena, struct err *err)
{
	*r = (struct git_index_reader){.id_bytes = id_bytes, .arena = arena, .whole = bytes};
	if (bytes.n < HEADER + id_bytes || !str_starts(bytes, STR("DIRC")))
		return malformed(err);
	r->version = u32be(bytes.p + 4);
	r->left = u32be(bytes.p + 8);
	if (r->version < 2 || r->version > 4)
		return err_set(err, ERR_UNSUPPORTED, "a git index of version %u", r->version);
	r->rd = rd_of(str_sub(bytes, HEADER, bytes.n - HEADER - id_bytes));
	return 0;
}

/* Up to a NUL, which is taken too. */
static bool take_text(struct rd *rd, struct str *ret)
{
	struct str rest = str_make((const char *)rd->p, rd_left(rd)), nul;
	size_t end = str_chr(rest, '\0');

	return end != STR_NPOS && rd_bytes(rd, end, ret) && rd_bytes(rd, 1, &nul);
}

/* Version 4: how many bytes of the path before to drop, and what comes instead. */
static bool take_shortened(struct git_index_reader *r, struct str *ret)
{
	uint64_t drop = 0;
	uint8_t byte;
	struct str tail, kept;

	if (!rd_u8(&r->rd, &byte))
		return false;
	drop = byte & 0x7f;
	while (byte & 0x80) {
		if (drop > UINT32_MAX || !rd_u8(&r->rd, &byte))
			return false;
		drop = (drop + 1) << 7 | (byte & 0x7f);
	}
	if (drop > r->last.n || !take_text(&r->rd, &tail))
		return false;
	kept = str_sub(r->last, 0, r->last.n - (size_t)drop);
	*ret = arena_fmt(r->arena, STR_FMT STR_FMT, STR_ARG(kept), STR_ARG(tail));
	return ret->p != NULL;
}

static bool take_path(struct git_index_reader *r, size_t begin, struct str *ret)
{
	struct str padding;
	size_t taken;

	if (r->version == 4)
		return take_shortened(r, ret);
	if (!take_text(&r->rd, ret))
		return false;
	/* One to eight NULs end it, so that the next begins at a multiple of eight. */
	taken = r->whole.n - HEADER - r->id_bytes - rd_left(&r->rd) - begin;
	if (taken % ENTRY_ALIGN == 0)
		return true;
	return rd_bytes(&r->rd, ENTRY_ALIGN - taken % ENTRY_ALIGN, &padding);
}

bool git_index_next(struct git_index_reader *r, struct git_index_entry *ret, struct err *err)
{
	size_t begin = r->whole.n - HEADER - r->id_bytes - rd_left(&r->rd);
	struct git_index_entry e = {.mode = 0};
	struct str stat, id, flags, more;
	unsigned bits;

	if (r->left == 0)
		return false;
	r->left--;
	if (!rd_bytes(&r->rd, STAT_BYTES, &stat) || !rd_bytes(&r->rd, r->id_bytes, &id) ||
	    !rd_bytes(&r->rd, 2, &flags)) {
		(void)malformed(err);
		return false;
	}
	bits = (unsigned)(unsigned char)flags.p[0] << 8 | (unsigned char)flags.p[1];
	e.mode = u32be(stat.p + MODE_AT);
	e.id = id.p;
	e.stage = bits >> STAGE_SHIFT & 3;
	if ((r->version >= 3 && (bits & FLAG_EXTENDED) && !rd_bytes(&r->rd, 2, &more)) ||
	    !take_path(r, begin, &e.path)) {
		(void)malformed(err);
		return false;
	}
	r->last = e.path;
	*ret = e;
	return true;
}
