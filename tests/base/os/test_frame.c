/* Frames there and back over a pipe, and every way in which one can be cut or too long. */
#include "base/frame.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

struct pipe_ends {
	int from, to;
};

static struct pipe_ends pipe_open(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	return (struct pipe_ends){ends[0], ends[1]};
}

static void there_and_back(void **state)
{
	struct fixture *f = *state;
	struct pipe_ends p = pipe_open();
	struct buf payload CLEANUP(buf_release) = BUF_INIT(KIB(64));
	uint32_t type;

	assert_ok(frame_write(p.to, 7, STR("hello"), &f->err), &f->err);
	assert_ok(frame_write(p.to, UINT32_MAX, STR(""), &f->err), &f->err);
	fd_cleanup(&p.to);
	assert_int_equal(frame_read(p.from, &payload, &type, &f->err), FRAME_OK);
	assert_int_equal(type, 7);
	assert_str(buf_str(&payload), "hello");
	assert_int_equal(frame_read(p.from, &payload, &type, &f->err), FRAME_OK);
	assert_int_equal(type, UINT32_MAX);
	assert_int_equal(payload.n, 0);
	assert_int_equal(frame_read(p.from, &payload, &type, &f->err), FRAME_END);
	fd_cleanup(&p.from);
}

struct large {
	int fd;
	struct str bytes;
	int result;
};

static void *write_large(void *arg)
{
	struct large *large = arg;
	struct err err = ERR_INIT;

	large->result = frame_write(large->fd, 1, large->bytes, &err);
	return NULL;
}

static void larger_than_a_pipe(void **state)
{
	struct fixture *f = *state;
	struct pipe_ends p = pipe_open();
	struct buf payload CLEANUP(buf_release) = BUF_INIT(MIB(2));
	char *bytes = arena_alloc(&f->arena, MIB(1));
	struct large large = {p.to, {bytes, MIB(1)}, -1};
	pthread_t writer;
	uint32_t type;

	bytes[MIB(1) - 1] = 'z';
	assert_int_equal(pthread_create(&writer, NULL, write_large, &large), 0);
	assert_int_equal(frame_read(p.from, &payload, &type, &f->err), FRAME_OK);
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(large.result, 0);
	assert_int_equal(payload.n, MIB(1));
	assert_int_equal(payload.p[MIB(1) - 1], 'z');
	fd_cleanup(&p.from);
	fd_cleanup(&p.to);
}

static void assert_refused(struct fixture *f, struct str bytes, size_t cap, const char *says)
{
	struct pipe_ends p = pipe_open();
	struct buf payload CLEANUP(buf_release) = BUF_INIT(cap);
	uint32_t type = 99;

	assert_ok(fd_write_all(p.to, bytes, &f->err), &f->err);
	fd_cleanup(&p.to);
	assert_int_equal(frame_read(p.from, &payload, &type, &f->err), FRAME_ERROR);
	assert_err(&f->err, ERR_FORMAT, says);
	assert_int_equal(type, 99);
	fd_cleanup(&p.from);
}

static void hostile_frames(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, STR("\1"), KIB(1), "cut short in its header");
	assert_refused(f, STR("\1\0\0\0\1\0\0"), KIB(1), "cut short in its header");
	assert_refused(f, STR("\1\0\0\0\2\0\0\0x"), KIB(1), "cut short: 1 of 2");
	assert_refused(f, STR("\1\0\0\0\2\0\0\0xy"), 1, "a frame of 2 bytes: more than 1");
	assert_refused(f, STR("\1\0\0\0\xff\xff\xff\xff"), SIZE_MAX - 1, "more than 67108864");
}

static void too_long_to_send(void **state)
{
	struct fixture *f = *state;

	/* The size alone decides: nothing is read or written. */
	assert_int_equal(
	    frame_write(-1, 1, str_make("", (size_t)FRAME_MAX_BYTES + 1), &f->err), -1);
	assert_err(&f->err, ERR_LIMIT, "more than 67108864");
	assert_int_equal(frame_write(-1, 1, STR("x"), &f->err), -1);
	assert_int_equal(f->err.code, ERR_IO);
}

static void building_blocks(void **state)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(KIB(1));
	struct rd r;
	uint32_t u32 = 0;
	uint64_t u64 = 0;
	struct str s = STR_NONE;

	(void)state;
	frame_u32(&b, 0x01020304);
	frame_u64(&b, 0x0102030405060708);
	frame_str(&b, STR("text"));
	frame_str(&b, STR_NONE);
	assert_true(str_starts(buf_str(&b), STR("\4\3\2\1\x8\7\6\5\4\3\2\1\4\0\0\0text")));
	r = rd_of(buf_str(&b));
	assert_true(rd_u32le(&r, &u32) && rd_u64le(&r, &u64) && rd_str(&r, &s));
	assert_int_equal(u32, 0x01020304);
	assert_int_equal(u64, 0x0102030405060708);
	assert_str(s, "text");
	assert_true(rd_str(&r, &s));
	assert_int_equal(s.n, 0);
	assert_int_equal(rd_left(&r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    unit_test_here(there_and_back),
	    unit_test_here(larger_than_a_pipe),
	    unit_test_here(hostile_frames),
	    unit_test_here(too_long_to_send),
	    unit_test_here(building_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
