#include "base/frame.h"

#include "base/os/fd.h"

enum { HEADER_BYTES = 8, SMALL_BYTES = 4096 };

static void put_u32(unsigned char *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (unsigned char)(value >> (8 * i));
}

int frame_write(int fd, uint32_t type, struct str payload, struct err *err)
{
	unsigned char bytes[SMALL_BYTES];
	struct str head = {(const char *)bytes, HEADER_BYTES};

	if (payload.n > FRAME_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "a frame of %zu bytes: more than %d", payload.n,
		    FRAME_MAX_BYTES);
	put_u32(bytes, type);
	put_u32(bytes + 4, (uint32_t)payload.n);
	/* A small frame is one system call. */
	if (payload.n > 0 && payload.n <= sizeof bytes - HEADER_BYTES) {
		memcpy(bytes + HEADER_BYTES, payload.p, payload.n);
		head.n += payload.n;
		payload.n = 0;
	}
	if (fd_write_all(fd, head, err) != 0)
		return -1;
	return payload.n > 0 ? fd_write_all(fd, payload, err) : 0;
}

static int read_payload(int fd, struct buf *payload, size_t n, struct err *err)
{
	char *room;
	size_t got;

	if (n > FRAME_MAX_BYTES || n > payload->max)
		return err_set(err, ERR_FORMAT, "a frame of %zu bytes: more than %zu", n,
		    MIN_OF(payload->max, (size_t)FRAME_MAX_BYTES));
	room = buf_room(payload, n);
	if (!room)
		return err_nomem(err);
	if (fd_read_full(fd, room, n, &got, err) != 0)
		return -1;
	if (got < n)
		return err_set(err, ERR_FORMAT, "a frame cut short: %zu of %zu bytes", got, n);
	buf_commit(payload, n);
	return 0;
}

enum frame_result frame_read(int fd, struct buf *payload, uint32_t *ret_type, struct err *err)
{
	unsigned char bytes[HEADER_BYTES];
	struct rd header = {bytes, bytes + sizeof bytes};
	uint32_t type, n;
	size_t got;

	buf_clear(payload);
	if (fd_read_full(fd, bytes, sizeof bytes, &got, err) != 0)
		return FRAME_ERROR;
	if (got == 0)
		return FRAME_END;
	if (got < sizeof bytes || !rd_u32le(&header, &type) || !rd_u32le(&header, &n)) {
		(void)err_set(err, ERR_FORMAT, "a frame cut short in its header");
		return FRAME_ERROR;
	}
	if (read_payload(fd, payload, n, err) != 0)
		return FRAME_ERROR;
	*ret_type = type;
	return FRAME_OK;
}

void frame_u32(struct buf *b, uint32_t value)
{
	unsigned char bytes[4];

	put_u32(bytes, value);
	buf_add(b, str_make((const char *)bytes, sizeof bytes));
}

void frame_u64(struct buf *b, uint64_t value)
{
	frame_u32(b, (uint32_t)value);
	frame_u32(b, (uint32_t)(value >> 32));
}

void frame_str(struct buf *b, struct str s)
{
	if (s.n > UINT32_MAX) {
		b->failed = true;
		return;
	}
	frame_u32(b, (uint32_t)s.n);
	buf_add(b, s);
}
