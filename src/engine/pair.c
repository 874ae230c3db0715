#include "engine/pair.h"

#include "base/buf.h"

/* ---- the parent's side: an even handle is a file's, an odd one an object's ---- */

static struct content *of_handle(struct content *content, uint32_t handle)
{
	const struct pair_content *c = container_of(content, struct pair_content, content);

	return handle & 1 ? c->objects : c->files;
}

static enum content_result pair_open(struct content *content, struct str name, uint32_t *ret_handle,
    uint64_t *ret_size, struct err *err)
{
	const struct pair_content *c = container_of(content, struct pair_content, content);
	bool is_object = name.n > 0 && name.p[0] == (char)PAIR_OBJECTS;
	struct content *half = is_object ? c->objects : c->files;
	enum content_result result;

	if (name.n == 0 || (!is_object && name.p[0] != (char)PAIR_FILES)) {
		(void)err_set(err, ERR_FORMAT, "a name of neither files nor objects");
		return CONTENT_ERROR;
	}
	result = half->ops->open(half, str_sub(name, 1, name.n), ret_handle, ret_size, err);
	*ret_handle = *ret_handle << 1 | (is_object ? 1 : 0);
	return result;
}

static int pair_read(struct content *content, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct content *half = of_handle(content, handle);

	return half->ops->read(half, handle >> 1, offset, p, n, ret_n, err);
}

static void pair_close(struct content *content, uint32_t handle)
{
	struct content *half = of_handle(content, handle);

	half->ops->close(half, handle >> 1);
}

static int pair_descriptor(struct content *content, uint32_t handle)
{
	struct content *half = of_handle(content, handle);

	return half->ops->descriptor ? half->ops->descriptor(half, handle >> 1) : -1;
}

void pair_content_init(struct pair_content *c, struct content *files, struct content *objects)
{
	static const struct content_ops ops = {pair_open, pair_read, pair_close, pair_descriptor};

	*c = (struct pair_content){.content = {&ops}, .files = files, .objects = objects};
}

/* ---- the child's side ---- */

static enum content_result half_open(struct content *content, struct str name, uint32_t *ret_handle,
    uint64_t *ret_size, struct err *err)
{
	const struct half_content *c = container_of(content, struct half_content, content);
	struct buf whole CLEANUP(buf_release) = BUF_INIT(name.n + 2);

	buf_addc(&whole, (char)c->half);
	buf_add(&whole, name);
	if (!buf_ok(&whole)) {
		(void)buf_err(&whole, "a name", err);
		return CONTENT_ERROR;
	}
	return c->pair->ops->open(c->pair, buf_str(&whole), ret_handle, ret_size, err);
}

static int half_read(struct content *content, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct content *pair = (container_of(content, struct half_content, content))->pair;

	return pair->ops->read(pair, handle, offset, p, n, ret_n, err);
}

static void half_close(struct content *content, uint32_t handle)
{
	struct content *pair = (container_of(content, struct half_content, content))->pair;

	pair->ops->close(pair, handle);
}

void half_content_init(struct half_content *c, struct content *pair, enum pair_half half)
{
	static const struct content_ops ops = {
	    .open = half_open, .read = half_read, .close = half_close};

	*c = (struct half_content){.content = {&ops}, .pair = pair, .half = half};
}
