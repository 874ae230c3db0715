#include "detect/vuln/feeds/feed_unpack.h"

#include "base/buf.h"
#include "read/codec/codec.h"
#include "read/codec/tar.h"

enum { ARCHIVE_FILES = 16, TAR_BLOCK = 512, TAR_MAGIC_AT = 257, STEP_BYTES = 1 << 18 };

struct unpacking {
	const struct feed_unpacked *to;
	const struct limits *limits;
	struct str name;
	struct stream *stream;
	uint64_t compressed; /* its size */
};

static void unpacking_release(struct unpacking *u)
{
	stream_close(u->stream);
}

static int inflate(struct unpacking *u, struct err *err)
{
	struct stream_limits limits = {
	    .max_bytes = ARCHIVE_FILES * (uint64_t)u->limits->wanted_bytes,
	    .ratio = u->limits->inflate_ratio,
	    .compressed = &u->compressed};
	const struct codec *codec;

	if (codec_push(&u->stream, &codec, err) != 0)
		return -1;
	return codec ? stream_limit(&u->stream, &limits, err) : 0;
}

/* A stream's or an entry's bytes, up to the limit of one file. */
static int read_whole(struct unpacking *u, struct tar *tar, struct buf *out, struct err *err)
{
	for (;;) {
		size_t want = MIN_OF((size_t)STEP_BYTES, out->max - out->n), got;
		char *room = want > 0 ? buf_room(out, want) : NULL;

		if (want > 0 && !room)
			return err_nomem(err);
		if (!room)
			return err_set(
			    err, ERR_LIMIT, "a feed's file of more than %zu bytes", out->max);
		if ((tar ? tar_read(tar, room, want, &got, err)
			 : stream_read(u->stream, room, want, &got, err)) != 0)
			return -1;
		if (got == 0)
			return 0;
		buf_commit(out, got);
	}
}

static int give(struct unpacking *u, struct tar *tar, struct str name, struct err *err)
{
	struct buf bytes CLEANUP(buf_release) = BUF_INIT(u->limits->wanted_bytes + 1);

	if (read_whole(u, tar, &bytes, err) != 0)
		return -1;
	return u->to->file(u->to->arg, name, buf_str(&bytes), err);
}

/* As in a folder, what is hidden is not a feed. */
static bool is_hidden(struct str path)
{
	struct str part;

	while (str_cut(&path, '/', &part)) {
		if (str_starts(part, STR(".")))
			return true;
	}
	return false;
}

static int take_entry(
    struct unpacking *u, struct tar *tar, const struct tar_entry *entry, struct err *err)
{
	struct buf name CLEANUP(buf_release) = BUF_INIT(2 * u->limits->path_bytes + KIB(4));
	struct err why = ERR_INIT;

	if (entry->kind != TAR_FILE || is_hidden(entry->path))
		return 0;
	buf_addf(&name, STR_FMT "/" STR_FMT, STR_ARG(u->name), STR_ARG(entry->path));
	if (!buf_ok(&name))
		return buf_err(&name, "a feed's name", err);
	if (entry->size <= u->limits->wanted_bytes)
		return give(u, tar, buf_str(&name), err);
	(void)err_set(&why, ERR_LIMIT, "a file of more than %zu bytes", u->limits->wanted_bytes);
	return u->to->refused(u->to->arg, buf_str(&name), &why, err);
}

static int take_archive(struct unpacking *u, struct err *err)
{
	struct tar *tar CLEANUP(tar_cleanup) = NULL;
	struct tar_entry entry;
	struct err why = ERR_INIT;

	if (tar_open(u->stream, u->limits, &tar, err) != 0)
		return -1;
	for (;;) {
		switch (tar_next(tar, &entry, &why)) {
		case TAR_ENTRY:
			if (take_entry(u, tar, &entry, err) != 0)
				return -1;
			continue;
		case TAR_REFUSED:
			if (u->to->refused(u->to->arg, u->name, &why, err) != 0)
				return -1;
			continue;
		case TAR_END:
			/* So that the checksum behind the archive is verified too. */
			return stream_drain(u->stream, err);
		case TAR_ERROR:
		default:
			*err = why;
			return -1;
		}
	}
}

static int unpack(struct unpacking *u, struct content *content, uint32_t handle, struct err *err)
{
	struct str first;

	if (stream_of_content(content, handle, 0, u->compressed, &u->stream, err) != 0 ||
	    inflate(u, err) != 0 || stream_peek(&u->stream, TAR_BLOCK, &first, err) != 0)
		return -1;
	return str_starts(str_sub(first, TAR_MAGIC_AT, first.n), STR("ustar"))
		   ? take_archive(u, err)
		   : give(u, NULL, u->name, err);
}

int feed_unpack(struct content *content, struct str key, struct str name,
    const struct limits *limits, const struct feed_unpacked *to, struct err *err)
{
	struct unpacking u CLEANUP(unpacking_release) = {.to = to, .limits = limits, .name = name};
	uint32_t handle;
	int failed;

	switch (content->ops->open(content, key, &handle, &u.compressed, err)) {
	case CONTENT_OK:
		break;
	case CONTENT_MISSING:
		return err_set(err, ERR_NOT_FOUND, "it went away while it was read");
	case CONTENT_ERROR:
	default:
		return -1;
	}
	failed = unpack(&u, content, handle, err);
	content->ops->close(content, handle);
	return failed;
}
