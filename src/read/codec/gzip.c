/*
 * gzip (RFC 1952) over ISA-L's inflate. The header and trailer of each member are read
 * here, so that a mistake in one is named; ISA-L sees the deflate bytes only. It reads
 * ahead by up to seven bytes, which come back out of its bit buffer as the first bytes of
 * the trailer.
 */
#include "base/os/library.h"
#include "read/codec/codec.h"

#include <isa-l.h>

enum { INPUT_BYTES = 256 << 10 };
enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };
enum member_state { BEFORE_MEMBER, IN_MEMBER, AFTER_MEMBER };

struct isal {
	__typeof__(isal_inflate) *inflate;
	__typeof__(isal_inflate_init) *inflate_init;
	__typeof__(crc32_gzip_refl) *crc32_refl;
};

static struct isal isal;

int codec_prepare(struct err *err)
{
	static const struct library_function functions[] = {
	    {"isal_inflate", offsetof(struct isal, inflate)},
	    {"isal_inflate_init", offsetof(struct isal, inflate_init)},
	    {"crc32_gzip_refl", offsetof(struct isal, crc32_refl)},
	};

	if (isal.inflate)
		return 0;
	return library_load("libisal.so.2", functions, ARRAY_LEN(functions), &isal, err);
}

struct gzip_stream {
	struct stream stream;
	struct inflate_state inflate;
	enum member_state state;
	uint64_t members;
	bool input_ended;
	uint32_t header_crc;
	size_t at, n; /* of input */
	unsigned char input[INPUT_BYTES];
};

static int truncated(struct err *err)
{
	return err_set(err, ERR_FORMAT, "gzip data ends in the middle");
}

/* Leaves at least one byte in input, or none at the end. */
static int fill(struct gzip_stream *g, struct err *err)
{
	if (g->at < g->n || g->input_ended)
		return 0;
	g->at = g->n = 0;
	if (stream_pull(g->stream.below, g->input, sizeof g->input, &g->n, err) != 0)
		return -1;
	g->input_ended = g->n == 0;
	return 0;
}

static int take_byte(struct gzip_stream *g, unsigned char *ret, struct err *err)
{
	if (fill(g, err) != 0)
		return -1;
	if (g->at == g->n)
		return truncated(err);
	*ret = g->input[g->at++];
	return 0;
}

/* A byte of the header, which the header's checksum covers. */
static int header_byte(struct gzip_stream *g, unsigned char *ret, struct err *err)
{
	if (take_byte(g, ret, err) != 0)
		return -1;
	g->header_crc = isal.crc32_refl(g->header_crc, ret, 1);
	return 0;
}

static int header_skip(struct gzip_stream *g, unsigned n, struct err *err)
{
	unsigned char c;

	while (n-- > 0)
		if (header_byte(g, &c, err) != 0)
			return -1;
	return 0;
}

static int header_u16(struct gzip_stream *g, unsigned *ret, struct err *err)
{
	unsigned char low, high;

	if (header_byte(g, &low, err) != 0 || header_byte(g, &high, err) != 0)
		return -1;
	*ret = (unsigned)low | (unsigned)high << 8;
	return 0;
}

static int header_text(struct gzip_stream *g, struct err *err)
{
	unsigned char c;

	do {
		if (header_byte(g, &c, err) != 0)
			return -1;
	} while (c != 0);
	return 0;
}

static int header_options(struct gzip_stream *g, unsigned char flags, struct err *err)
{
	unsigned n, expected, crc;

	if ((flags & FLAG_EXTRA) && (header_u16(g, &n, err) != 0 || header_skip(g, n, err) != 0))
		return -1;
	if ((flags & FLAG_NAME) && header_text(g, err) != 0)
		return -1;
	if ((flags & FLAG_COMMENT) && header_text(g, err) != 0)
		return -1;
	if (!(flags & FLAG_HCRC))
		return 0;
	crc = g->header_crc & 0xffff;
	if (header_u16(g, &expected, err) != 0)
		return -1;
	if (crc != expected)
		return err_set(err, ERR_FORMAT, "gzip header has the wrong checksum");
	return 0;
}

/* RFC 1952 section 2.3; the two magic bytes are checked here, too. */
static int read_header(struct gzip_stream *g, struct err *err)
{
	unsigned char id1, id2, method, flags;

	g->header_crc = 0;
	if (header_byte(g, &id1, err) != 0)
		return -1;
	if (id1 != 0x1f && g->members > 0)
		return err_set(err, ERR_FORMAT,
		    "bytes follow the end of the gzip data that are not gzip data");
	if (header_byte(g, &id2, err) != 0)
		return -1;
	if (id1 != 0x1f || id2 != 0x8b)
		return err_set(err, ERR_FORMAT,
		    g->members > 0 ? "bytes follow the end of the gzip data that are not gzip data"
				   : "this is not gzip data: it does not begin like it");
	if (header_byte(g, &method, err) != 0 || header_byte(g, &flags, err) != 0)
		return -1;
	if (method != 8 || (flags & FLAGS_RESERVED))
		return err_set(err, ERR_FORMAT, "gzip header with method %u and flags 0x%02x",
		    (unsigned)method, (unsigned)flags);
	/* Time, extra flags and operating system say nothing about the bytes. */
	if (header_skip(g, 6, err) != 0)
		return -1;
	return header_options(g, flags, err);
}

static int trailer_byte(struct gzip_stream *g, unsigned char *ret, struct err *err)
{
	struct inflate_state *i = &g->inflate;

	if (i->read_in_length < 8)
		return take_byte(g, ret, err);
	*ret = (unsigned char)(i->read_in & 0xff);
	i->read_in >>= 8;
	i->read_in_length -= 8;
	return 0;
}

static int trailer_u32(struct gzip_stream *g, uint32_t *ret, struct err *err)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 32; shift += 8) {
		unsigned char c = 0;

		if (trailer_byte(g, &c, err) != 0)
			return -1;
		value |= (uint32_t)c << shift;
	}
	*ret = value;
	return 0;
}

static int end_member(struct gzip_stream *g, struct err *err)
{
	struct inflate_state *i = &g->inflate;
	unsigned odd_bits = (unsigned)i->read_in_length % 8;
	uint32_t crc, length;

	i->read_in >>= odd_bits;
	i->read_in_length -= (int32_t)odd_bits;
	if (trailer_u32(g, &crc, err) != 0 || trailer_u32(g, &length, err) != 0)
		return -1;
	if (crc != i->crc)
		return err_set(err, ERR_FORMAT, "gzip data has the wrong checksum");
	if (length != i->total_out)
		return err_set(err, ERR_FORMAT, "gzip data has the wrong length");
	g->state = AFTER_MEMBER;
	return 0;
}

static int inflate_some(
    struct gzip_stream *g, unsigned char *p, size_t n, size_t *ret_n, struct err *err)
{
	struct inflate_state *i = &g->inflate;
	uint32_t room = (uint32_t)MIN_OF(n, 1U << 30);
	int result;

	if (fill(g, err) != 0)
		return -1;
	i->next_in = g->input + g->at;
	i->avail_in = (uint32_t)(g->n - g->at);
	i->next_out = p;
	i->avail_out = room;
	result = isal.inflate(i);
	if (result < 0)
		return err_set(err, ERR_FORMAT, "gzip data is damaged");
	g->at = g->n - i->avail_in;
	*ret_n = room - i->avail_out;
	if (i->block_state == ISAL_BLOCK_FINISH)
		return end_member(g, err);
	if (*ret_n == 0 && g->input_ended)
		return truncated(err);
	return 0;
}

static int gzip_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	struct gzip_stream *g = container_of(s, struct gzip_stream, stream);
	size_t got = 0;

	while (got == 0) {
		if (g->state != IN_MEMBER) {
			if (fill(g, err) != 0)
				return -1;
			if (g->state == AFTER_MEMBER && g->at == g->n)
				break;
			if (read_header(g, err) != 0)
				return -1;
			isal.inflate_init(&g->inflate);
			g->inflate.crc_flag = ISAL_GZIP_NO_HDR;
			g->members++;
			g->state = IN_MEMBER;
		}
		if (inflate_some(g, p, n, &got, err) != 0)
			return -1;
	}
	*ret_n = got;
	return 0;
}

static void gzip_close(struct stream *s)
{
	free(s);
}

int gzip_push(struct stream **s, struct err *err)
{
	static const struct stream_ops ops = {gzip_pull, NULL, gzip_close};
	struct gzip_stream *g;

	if (codec_prepare(err) != 0)
		return -1;
	g = malloc(sizeof *g);
	if (!g)
		return err_nomem(err);
	g->stream = (struct stream){&ops, *s};
	g->state = BEFORE_MEMBER;
	g->members = 0;
	g->input_ended = false;
	g->header_crc = 0;
	g->at = g->n = 0;
	*s = &g->stream;
	return 0;
}

const struct codec codec_gzip = {"gzip", STR_INIT("\x1f\x8b"), gzip_push};
