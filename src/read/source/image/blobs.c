#include "read/source/image/blobs.h"

#include "base/buf.h"
#include "read/codec/codec.h"
#include "read/codec/tar.h"

enum { LINK_HOPS = 8 };

struct member {
	uint64_t offset, size;
	struct str link; /* a link to another member: its name; else empty */
};

/* ---- the archive's index ---- */

/* Symbolic links of an archive are relative to the folder they are in. */
static int link_name(
    struct image_blobs *blobs, const struct tar_entry *e, struct str *ret, struct err *err)
{
	struct buf path CLEANUP(buf_release) = BUF_INIT(2 * MIB(1));
	struct str left = e->link, part;
	size_t slash = str_rchr(e->path, '/');

	if (slash != STR_NPOS && !str_starts(left, STR("/")))
		buf_add(&path, str_sub(e->path, 0, slash));
	while (str_cut(&left, '/', &part)) {
		if (part.n == 0 || str_eq(part, STR(".")))
			continue;
		if (str_eq(part, STR(".."))) {
			size_t up = str_rchr(buf_str(&path), '/');

			path.n = up == STR_NPOS ? 0 : up;
			continue;
		}
		if (path.n > 0)
			buf_addc(&path, '/');
		buf_add(&path, part);
	}
	if (!buf_ok(&path))
		return buf_err(&path, "a link in the archive", err);
	*ret = arena_str(blobs->arena, buf_str(&path));
	return ret->p ? 0 : arena_err(blobs->arena, err);
}

static int add_member(struct image_blobs *blobs, const struct tar_entry *e, struct err *err)
{
	struct member *m = arena_new(blobs->arena, struct member);
	struct str name = arena_str(blobs->arena, e->path);

	if (!m || !name.p)
		return arena_err(blobs->arena, err);
	m->offset = e->offset;
	m->size = e->size;
	if (e->kind == TAR_SYMLINK && link_name(blobs, e, &m->link, err) != 0)
		return -1;
	if (e->kind == TAR_HARD_LINK)
		m->link = arena_str(blobs->arena, e->link);
	map_put(&blobs->members, name, m);
	return arena_check(blobs->arena, err);
}

static int index_members(struct image_blobs *blobs, struct tar *tar, struct err *err)
{
	for (bool is_first = true;; is_first = false) {
		struct tar_entry e;

		switch (tar_next(tar, &e, err)) {
		case TAR_END:
			return 0;
		case TAR_ERROR:
			return is_first ? err_wrap(err, "it is not a tar archive") : -1;
		case TAR_REFUSED:
			/* Whoever needs it will say that it is missing. */
			break;
		case TAR_ENTRY:
			if ((e.kind == TAR_FILE || e.kind == TAR_SYMLINK ||
				e.kind == TAR_HARD_LINK) &&
			    add_member(blobs, &e, err) != 0)
				return -1;
		}
	}
}

static int refuse_compressed(struct stream **s, struct err *err)
{
	const struct codec *codec;
	struct str first;

	if (stream_peek(s, 8, &first, err) != 0)
		return -1;
	codec = codec_of(first);
	if (codec)
		return err_set(err, ERR_UNSUPPORTED,
		    "it is compressed with %s as a whole: decompress it first", codec->name);
	return 0;
}

static int index_archive(
    struct image_blobs *blobs, uint64_t size, const struct limits *limits, struct err *err)
{
	struct stream *top CLEANUP(stream_cleanup) = NULL;
	struct stream *sniffed CLEANUP(stream_cleanup) = NULL;
	struct tar *tar CLEANUP(tar_cleanup) = NULL;

	if (stream_of_content(
		blobs->content, blobs->archive, 0, MIN_OF(size, 512), &sniffed, err) != 0 ||
	    refuse_compressed(&sniffed, err) != 0)
		return -1;
	/* A stream of its own, so that bodies are gone over without being read. */
	if (stream_of_content(blobs->content, blobs->archive, 0, size, &top, err) != 0 ||
	    tar_open(top, limits, &tar, err) != 0)
		return -1;
	return index_members(blobs, tar, err);
}

int blobs_open(struct content *content, struct str archive, const struct limits *limits,
    struct arena *arena, struct image_blobs **ret, struct err *err)
{
	struct image_blobs *blobs = arena_new(arena, struct image_blobs);
	uint64_t size;

	if (!blobs)
		return arena_err(arena, err);
	blobs->content = content;
	blobs->arena = arena;
	map_init(&blobs->members, arena);
	if (archive.n > 0) {
		switch (content->ops->open(content, archive, &blobs->archive, &size, err)) {
		case CONTENT_OK:
			break;
		case CONTENT_MISSING:
			return err_set(err, ERR_NOT_FOUND, "there is no such file");
		case CONTENT_ERROR:
			return -1;
		}
		blobs->is_archive = true;
		if (index_archive(blobs, size, limits, err) != 0) {
			blobs_close(blobs);
			return -1;
		}
	}
	*ret = blobs;
	return 0;
}

void blobs_close(struct image_blobs *blobs)
{
	if (blobs && blobs->is_archive)
		blobs->content->ops->close(blobs->content, blobs->archive);
	if (blobs)
		blobs->is_archive = false;
}

/* ---- one blob ---- */

static const struct member *find_member(const struct image_blobs *blobs, struct str name)
{
	const struct member *m = map_get(&blobs->members, name);

	for (int hops = 0; m && m->link.n > 0; hops++) {
		if (hops == LINK_HOPS)
			return NULL;
		m = map_get(&blobs->members, m->link);
	}
	return m;
}

enum content_result blob_open(
    struct image_blobs *blobs, struct str name, struct blob *ret, struct err *err)
{
	struct blob b = {.blobs = blobs, .handle = blobs->archive};

	if (blobs->is_archive) {
		const struct member *m = find_member(blobs, name);

		if (!m)
			return CONTENT_MISSING;
		b.offset = m->offset;
		b.size = m->size;
	} else {
		enum content_result result =
		    blobs->content->ops->open(blobs->content, name, &b.handle, &b.size, err);

		if (result != CONTENT_OK)
			return result;
		b.is_own = true;
	}
	*ret = b;
	return CONTENT_OK;
}

void blob_close(struct blob *blob)
{
	if (blob->is_own)
		blob->blobs->content->ops->close(blob->blobs->content, blob->handle);
	blob->is_own = false;
}

bool blobs_have(struct image_blobs *blobs, struct str name)
{
	struct blob b CLEANUP(blob_close) = {0};
	struct err ignored = ERR_INIT;

	return blob_open(blobs, name, &b, &ignored) == CONTENT_OK;
}

static int read_blob(const struct blob *b, size_t max_bytes, struct arena *arena,
    struct str *ret_bytes, struct err *err)
{
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	size_t got;
	char *p;

	if (b->size > max_bytes)
		return err_set(err, ERR_LIMIT, "%llu bytes, but at most %zu are read",
		    (unsigned long long)b->size, max_bytes);
	p = arena_alloc(arena, (size_t)b->size + 1);
	if (!p)
		return arena_err(arena, err);
	if (stream_of_content(b->blobs->content, b->handle, b->offset, b->size, &s, err) != 0 ||
	    stream_read(s, p, (size_t)b->size, &got, err) != 0)
		return -1;
	*ret_bytes = str_make(p, got);
	return 0;
}

enum content_result blobs_read(struct image_blobs *blobs, struct str name, size_t max_bytes,
    struct arena *arena, struct str *ret_bytes, struct err *err)
{
	struct blob b CLEANUP(blob_close) = {0};
	enum content_result result = blob_open(blobs, name, &b, err);

	if (result != CONTENT_OK)
		return result;
	if (read_blob(&b, max_bytes, arena, ret_bytes, err) != 0) {
		(void)err_wrap(err, STR_FMT, STR_ARG(name));
		return CONTENT_ERROR;
	}
	return CONTENT_OK;
}

int blob_name(struct str digest, struct arena *arena, struct str *ret_name, struct err *err)
{
	struct str algorithm, hex, name;

	if (!str_split(digest, ':', &algorithm, &hex))
		return err_set(err, ERR_FORMAT, "\"" STR_FMT "\" is not a digest", STR_ARG(digest));
	if (!str_eq(algorithm, STR("sha256")) && !str_eq(algorithm, STR("sha512")))
		return err_set(err, ERR_UNSUPPORTED,
		    "digest \"" STR_FMT "\" is neither sha256 nor sha512", STR_ARG(digest));
	if (!digest_is_valid(digest))
		return err_set(err, ERR_FORMAT, "\"" STR_FMT "\" is not a digest", STR_ARG(digest));
	name = arena_fmt(arena, "blobs/" STR_FMT "/" STR_FMT, STR_ARG(algorithm), STR_ARG(hex));
	*ret_name = name;
	return arena_check(arena, err);
}

static int check_digest(struct str bytes, struct str digest, const char *what, struct err *err)
{
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct stream_sum sum CLEANUP(stream_sum_release) = {0};

	if (stream_of_bytes(bytes, &s, err) != 0 || stream_tee(&s, digest, &sum, err) != 0 ||
	    stream_drain(s, err) != 0)
		return -1;
	return stream_sum_check(&sum, digest, what, err);
}

int blobs_read_digest(struct image_blobs *blobs, struct str digest, uint64_t size, const char *what,
    size_t max_bytes, struct arena *arena, struct str *ret_bytes, struct err *err)
{
	struct str name, bytes;

	if (blob_name(digest, arena, &name, err) != 0)
		return err_wrap(err, "%s", what);
	switch (blobs_read(blobs, name, max_bytes, arena, &bytes, err)) {
	case CONTENT_OK:
		break;
	case CONTENT_MISSING:
		return err_set(
		    err, ERR_FORMAT, "%s is missing: there is no " STR_FMT, what, STR_ARG(name));
	case CONTENT_ERROR:
		return err_wrap(err, "%s", what);
	}
	if (bytes.n != size)
		return err_set(err, ERR_FORMAT,
		    "%s " STR_FMT " has %zu bytes, but %llu were promised", what, STR_ARG(digest),
		    bytes.n, (unsigned long long)size);
	if (check_digest(bytes, digest, what, err) != 0)
		return -1;
	*ret_bytes = bytes;
	return 0;
}
