#include "read/codec/stream.h"

enum { DROP_BYTES = 64 << 10 };

/* ---- what every stream can do ---- */

int stream_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	return s->ops->pull(s, p, n, ret_n, err);
}

int stream_read(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		size_t got;

		if (stream_pull(s, (char *)p + done, n - done, &got, err) != 0)
			return -1;
		if (got == 0)
			break;
		done += got;
	}
	*ret_n = done;
	return 0;
}

static int skip_by_pulling(struct stream *s, uint64_t n, uint64_t *ret_n, struct err *err)
{
	uint64_t done = 0;
	char *drop = n > 0 ? malloc(DROP_BYTES) : NULL;
	int failed = 0;

	if (n > 0 && !drop)
		return err_nomem(err);
	while (!failed && done < n) {
		size_t got;

		failed = stream_pull(s, drop, (size_t)MIN_OF(n - done, DROP_BYTES), &got, err);
		if (failed || got == 0)
			break;
		done += got;
	}
	free(drop);
	if (!failed)
		*ret_n = done;
	return failed;
}

int stream_skip(struct stream *s, uint64_t n, uint64_t *ret_n, struct err *err)
{
	if (s->ops->skip)
		return s->ops->skip(s, n, ret_n, err);
	return skip_by_pulling(s, n, ret_n, err);
}

int stream_drain(struct stream *s, struct err *err)
{
	uint64_t dropped;

	return skip_by_pulling(s, UINT64_MAX, &dropped, err);
}

void stream_close(struct stream *s)
{
	while (s) {
		struct stream *below = s->below;

		s->ops->close(s);
		s = below;
	}
}

void stream_cleanup(struct stream **s)
{
	stream_close(*s);
	*s = NULL;
}

static void stream_free(struct stream *s)
{
	free(s);
}

/* ---- the bottom: content ---- */

struct content_stream {
	struct stream stream;
	struct content *content;
	uint32_t handle;
	uint64_t offset, left;
};

static int content_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	struct content_stream *c = container_of(s, struct content_stream, stream);
	size_t want = (size_t)MIN_OF(n, c->left), got = 0;

	if (want > 0 &&
	    c->content->ops->read(c->content, c->handle, c->offset, p, want, &got, err) != 0)
		return -1;
	if (want > 0 && got == 0)
		return err_set(err, ERR_FORMAT, "ends in the middle: %llu more bytes were expected",
		    (unsigned long long)c->left);
	c->offset += got;
	c->left -= got;
	*ret_n = got;
	return 0;
}

static int content_skip(struct stream *s, uint64_t n, uint64_t *ret_n, struct err *err)
{
	struct content_stream *c = container_of(s, struct content_stream, stream);
	uint64_t step = MIN_OF(n, c->left);

	(void)err;
	c->offset += step;
	c->left -= step;
	*ret_n = step;
	return 0;
}

int stream_of_content(struct content *content, uint32_t handle, uint64_t offset, uint64_t size,
    struct stream **ret, struct err *err)
{
	static const struct stream_ops ops = {content_pull, content_skip, stream_free};
	struct content_stream *c;
	uint64_t end;

	if (add_overflows(offset, size, &end))
		return err_set(err, ERR_FORMAT, "a range that reaches past the end of any file");
	c = calloc(1, sizeof *c);
	if (!c)
		return err_nomem(err);
	*c = (struct content_stream){{&ops, NULL}, content, handle, offset, size};
	*ret = &c->stream;
	return 0;
}

/* ---- the bottom: memory ---- */

struct bytes_stream {
	struct stream stream;
	struct str left;
};

static int bytes_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	struct bytes_stream *b = container_of(s, struct bytes_stream, stream);
	size_t step = MIN_OF(n, b->left.n);

	(void)err;
	if (step > 0)
		memcpy(p, b->left.p, step);
	b->left = str_sub(b->left, step, b->left.n);
	*ret_n = step;
	return 0;
}

int stream_of_bytes(struct str bytes, struct stream **ret, struct err *err)
{
	static const struct stream_ops ops = {bytes_pull, NULL, stream_free};
	struct bytes_stream *b = calloc(1, sizeof *b);

	if (!b)
		return err_nomem(err);
	*b = (struct bytes_stream){{&ops, NULL}, bytes};
	*ret = &b->stream;
	return 0;
}

/* ---- peek ---- */

struct peek_stream {
	struct stream stream;
	size_t at, n;
	char bytes[STREAM_PEEK_MAX];
};

static int peek_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	struct peek_stream *k = container_of(s, struct peek_stream, stream);
	size_t step = MIN_OF(n, k->n - k->at);

	if (step == 0)
		return stream_pull(s->below, p, n, ret_n, err);
	memcpy(p, k->bytes + k->at, step);
	k->at += step;
	*ret_n = step;
	return 0;
}

int stream_peek(struct stream **s, size_t n, struct str *ret_bytes, struct err *err)
{
	static const struct stream_ops ops = {peek_pull, NULL, stream_free};
	struct peek_stream *k = calloc(1, sizeof *k);

	if (!k)
		return err_nomem(err);
	k->stream = (struct stream){&ops, *s};
	if (stream_read(*s, k->bytes, MIN_OF(n, sizeof k->bytes), &k->n, err) != 0) {
		free(k);
		return -1;
	}
	*s = &k->stream;
	*ret_bytes = str_make(k->bytes, k->n);
	return 0;
}

/* ---- tee ---- */

struct tee_stream {
	struct stream stream;
	struct stream_sum *sum;
};

static int tee_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	struct stream_sum *sum = container_of(s, struct tee_stream, stream)->sum;

	if (stream_pull(s->below, p, n, ret_n, err) != 0)
		return -1;
	hasher_add(&sum->hasher, str_make(p, *ret_n));
	sum->bytes += *ret_n;
	return 0;
}

int stream_tee(struct stream **s, struct str digest, struct stream_sum *sum, struct err *err)
{
	static const struct stream_ops ops = {tee_pull, NULL, stream_free};
	const char *algorithm;
	struct tee_stream *t;

	if (str_starts(digest, STR("sha256:")))
		algorithm = "sha256";
	else if (str_starts(digest, STR("sha512:")))
		algorithm = "sha512";
	else
		return err_set(err, ERR_UNSUPPORTED,
		    "digest \"" STR_FMT "\" is neither sha256 nor sha512", STR_ARG(digest));
	t = calloc(1, sizeof *t);
	if (!t)
		return err_nomem(err);
	*sum = (struct stream_sum){0};
	if (hasher_open(&sum->hasher, algorithm, err) != 0) {
		free(t);
		return -1;
	}
	*t = (struct tee_stream){{&ops, *s}, sum};
	*s = &t->stream;
	return 0;
}

int stream_sum_check(struct stream_sum *sum, struct str digest, const char *what, struct err *err)
{
	char hex[2 * 64 + 1];
	size_t colon = str_chr(digest, ':');
	struct str expected;

	if (hasher_close(&sum->hasher, hex, sizeof hex, err) != 0)
		return -1;
	if (colon == STR_NPOS)
		return err_set(
		    err, ERR_FORMAT, "%s: \"" STR_FMT "\" is not a digest", what, STR_ARG(digest));
	expected = str_sub(digest, colon + 1, digest.n);
	if (str_eq(expected, str_of(hex)))
		return 0;
	return err_set(err, ERR_FORMAT, "%s is " STR_FMT ":%s, but " STR_FMT " was promised", what,
	    STR_ARG(str_sub(digest, 0, colon)), hex, STR_ARG(digest));
}

void stream_sum_release(struct stream_sum *sum)
{
	hasher_release(&sum->hasher);
}

/* ---- limits ---- */

struct limit_stream {
	struct stream stream;
	struct stream_limits limits;
	uint64_t bytes;
};

static int limit_check(struct limit_stream *l, size_t got, struct err *err)
{
	const struct stream_limits *limits = &l->limits;

	l->bytes += got;
	if (l->bytes > limits->max_bytes)
		return err_set(err, ERR_LIMIT, "inflates to more than %llu bytes",
		    (unsigned long long)limits->max_bytes);
	if (limits->total_left && got > *limits->total_left)
		return err_set(err, ERR_LIMIT,
		    "the image inflates to more bytes than all its layers may have together");
	if (limits->total_left)
		*limits->total_left -= got;
	if (limits->ratio == 0 || l->bytes <= STREAM_RATIO_FREE_BYTES)
		return 0;
	if (l->bytes / limits->ratio > *limits->compressed)
		return err_set(err, ERR_LIMIT,
		    "inflates to more than %u times its size: taken for a decompression bomb",
		    limits->ratio);
	return 0;
}

static int limit_pull(struct stream *s, void *p, size_t n, size_t *ret_n, struct err *err)
{
	size_t got;

	if (stream_pull(s->below, p, n, &got, err) != 0 ||
	    limit_check(container_of(s, struct limit_stream, stream), got, err) != 0)
		return -1;
	*ret_n = got;
	return 0;
}

int stream_limit(struct stream **s, const struct stream_limits *limits, struct err *err)
{
	static const struct stream_ops ops = {limit_pull, NULL, stream_free};
	struct limit_stream *l = calloc(1, sizeof *l);

	if (!l)
		return err_nomem(err);
	*l = (struct limit_stream){{&ops, *s}, *limits, 0};
	*s = &l->stream;
	return 0;
}
