#include "read/codec/tar.h"

#include "base/buf.h"
#include "read/codec/tar_header.h"

#include <sys/stat.h>

enum { BUFFER_BYTES = 128 << 10, EXTENSION_MAX = 1 << 20 };

struct tar {
	struct stream *stream;
	const struct limits *limits;
	uint64_t entries;
	uint64_t body_left, padding_left;
	bool ended;
	struct buf pax_records, long_name, long_link; /* of the extension headers before an entry */
	struct tar_pax pax;
	bool has_long_name, has_long_link, has_extension;
	struct buf raw_path, path, link; /* what the entry's slices point into */
	uint64_t offset;		 /* of buffer[at] in the stream */
	size_t at, n;
	char buffer[BUFFER_BYTES];
};

int tar_open(struct stream *s, const struct limits *limits, struct tar **ret, struct err *err)
{
	struct tar *t = malloc(sizeof *t);
	size_t path_max = limits->path_bytes;

	if (!t)
		return err_nomem(err);
	memset(t, 0, offsetof(struct tar, buffer));
	t->stream = s;
	t->limits = limits;
	buf_init(&t->pax_records, EXTENSION_MAX);
	buf_init(&t->long_name, EXTENSION_MAX);
	buf_init(&t->long_link, EXTENSION_MAX);
	buf_init(&t->raw_path, EXTENSION_MAX);
	buf_init(&t->path, path_max);
	buf_init(&t->link, path_max);
	*ret = t;
	return 0;
}

void tar_close(struct tar *t)
{
	if (!t)
		return;
	buf_release(&t->pax_records);
	buf_release(&t->long_name);
	buf_release(&t->long_link);
	buf_release(&t->raw_path);
	buf_release(&t->path);
	buf_release(&t->link);
	free(t);
}

void tar_cleanup(struct tar **t)
{
	tar_close(*t);
	*t = NULL;
}

/* ---- bytes ---- */

static void consume(struct tar *t, size_t n)
{
	t->at += n;
	t->offset += n;
}

/* A block; *ret_block is shorter only at the end of the stream. */
static int take_block(struct tar *t, struct str *ret_block, struct err *err)
{
	while (t->n - t->at < TAR_BLOCK) {
		size_t kept = t->n - t->at, got;

		memmove(t->buffer, t->buffer + t->at, kept);
		t->at = 0;
		t->n = kept;
		if (stream_pull(t->stream, t->buffer + kept, sizeof t->buffer - kept, &got, err) !=
		    0)
			return -1;
		if (got == 0)
			break;
		t->n += got;
	}
	*ret_block = str_make(t->buffer + t->at, MIN_OF(t->n - t->at, (size_t)TAR_BLOCK));
	consume(t, ret_block->n);
	return 0;
}

/* Goes over n bytes; *ret_n is less only at the end of the stream. */
static int go_over(struct tar *t, uint64_t n, uint64_t *ret_n, struct err *err)
{
	size_t buffered = (size_t)MIN_OF(n, t->n - t->at);
	uint64_t skipped = 0;

	consume(t, buffered);
	if (n > buffered && stream_skip(t->stream, n - buffered, &skipped, err) != 0)
		return -1;
	t->offset += skipped;
	*ret_n = buffered + skipped;
	return 0;
}

static int ends_early(const struct tar *t, struct err *err)
{
	return err_set(err, ERR_FORMAT, "the archive ends in the middle, at byte %llu",
	    (unsigned long long)t->offset);
}

static int skip_body(struct tar *t, struct err *err)
{
	uint64_t done;

	if (go_over(t, t->body_left, &done, err) != 0)
		return -1;
	if (done < t->body_left)
		return ends_early(t, err);
	/* Some writers leave the last padding out. */
	if (go_over(t, t->padding_left, &done, err) != 0)
		return -1;
	t->body_left = t->padding_left = 0;
	return 0;
}

static void set_body(struct tar *t, uint64_t size)
{
	t->body_left = size;
	t->padding_left = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

int tar_read(struct tar *t, void *p, size_t n, size_t *ret_n, struct err *err)
{
	size_t want = (size_t)MIN_OF(n, t->body_left), got = 0;

	if (want > 0 && t->at < t->n) {
		got = MIN_OF(want, t->n - t->at);
		memcpy(p, t->buffer + t->at, got);
		consume(t, got);
	} else if (want > 0) {
		if (stream_pull(t->stream, p, want, &got, err) != 0)
			return -1;
		if (got == 0)
			return ends_early(t, err);
		t->offset += got;
	}
	t->body_left -= got;
	*ret_n = got;
	return 0;
}

/* ---- extension headers ---- */

static int read_extension(
    struct tar *t, const struct tar_header *h, struct buf *out, struct err *err)
{
	size_t done = 0;
	char *room;

	if (h->size > EXTENSION_MAX)
		return err_set(err, ERR_LIMIT,
		    "an extended header of %llu bytes at byte %llu; at most %d are read",
		    (unsigned long long)h->size, (unsigned long long)t->offset, EXTENSION_MAX);
	buf_clear(out);
	room = buf_room(out, (size_t)h->size);
	if (!room)
		return buf_err(out, "an extended tar header", err);
	set_body(t, h->size);
	while (done < h->size) {
		size_t got;

		if (tar_read(t, room + done, (size_t)h->size - done, &got, err) != 0)
			return -1;
		done += got;
	}
	buf_commit(out, done);
	t->has_extension = true;
	return skip_body(t, err);
}

static int read_global_pax(struct tar *t, const struct tar_header *h, struct err *err)
{
	struct tar_pax global = {0};

	if (read_extension(t, h, &t->pax_records, err) != 0 ||
	    tar_pax_parse(buf_str(&t->pax_records), &global, err) != 0)
		return -1;
	t->pax = (struct tar_pax){0}; /* its slices pointed into the same buffer */
	if (global.has_path || global.has_link || global.has_size || global.is_sparse)
		return err_set(err, ERR_UNSUPPORTED,
		    "a global pax header sets names or sizes, which readers take differently");
	return 0;
}

/* *ret_is_extension: whether it was one, and has been read. */
static int extension(
    struct tar *t, const struct tar_header *h, bool *ret_is_extension, struct err *err)
{
	*ret_is_extension = true;
	switch (h->type) {
	case 'x':
		t->pax = (struct tar_pax){0};
		if (read_extension(t, h, &t->pax_records, err) != 0)
			return -1;
		return tar_pax_parse(buf_str(&t->pax_records), &t->pax, err);
	case 'g':
		return read_global_pax(t, h, err);
	case 'L':
		t->has_long_name = true;
		return read_extension(t, h, &t->long_name, err);
	case 'K':
		t->has_long_link = true;
		return read_extension(t, h, &t->long_link, err);
	default:
		*ret_is_extension = false;
		return 0;
	}
}

/* ---- one entry ---- */

static struct str until_nul(struct str s)
{
	return str_sub(s, 0, MIN_OF(str_chr(s, '\0'), s.n));
}

bool tar_path_normal(struct str path, struct buf *out)
{
	struct str part;

	buf_clear(out);
	if (str_chr(path, '\0') != STR_NPOS)
		return false;
	while (str_cut(&path, '/', &part)) {
		if (part.n == 0 || str_eq(part, STR(".")))
			continue;
		if (str_eq(part, STR("..")))
			return false;
		if (out->n > 0)
			buf_addc(out, '/');
		buf_add(out, part);
	}
	return true;
}

static unsigned path_depth(struct str path)
{
	unsigned depth = 1;

	for (size_t i = 0; i < path.n; i++)
		depth += path.p[i] == '/';
	return depth;
}

/* GNU's long name before the pax path before the header's, as the container runtimes have it. */
static void raw_path(struct tar *t, const struct tar_header *h)
{
	struct buf *out = &t->raw_path;

	buf_clear(out);
	if (t->has_long_name) {
		buf_add(out, until_nul(buf_str(&t->long_name)));
	} else if (t->pax.has_path) {
		buf_add(out, t->pax.path);
	} else {
		if (h->prefix.n > 0) {
			buf_add(out, h->prefix);
			buf_addc(out, '/');
		}
		buf_add(out, h->name);
	}
}

static const struct {
	char type;
	enum tar_kind kind;
	uint32_t mode;
} kinds[] = {
    {'\0', TAR_FILE, S_IFREG},
    {'0', TAR_FILE, S_IFREG},
    {'7', TAR_FILE, S_IFREG},
    {'1', TAR_HARD_LINK, S_IFREG},
    {'2', TAR_SYMLINK, S_IFLNK},
    {'3', TAR_CHAR_DEVICE, S_IFCHR},
    {'4', TAR_BLOCK_DEVICE, S_IFBLK},
    {'5', TAR_DIR, S_IFDIR},
    {'6', TAR_FIFO, S_IFIFO},
};

static bool set_kind(struct tar_entry *e, const struct tar_header *h, struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].type != h->type)
			continue;
		e->kind = kinds[i].kind;
		e->mode = kinds[i].mode | (uint32_t)(h->mode & 07777);
		/* v7 has no type for folders: their names end in a slash. */
		if (h->type == '\0' && str_ends(name, STR("/"))) {
			e->kind = TAR_DIR;
			e->mode = S_IFDIR | (uint32_t)(h->mode & 07777);
		}
		return true;
	}
	return false;
}

static int refuse_name(const struct tar *t, struct str name, const char *what, struct err *err)
{
	if (name.n > t->limits->path_bytes || path_depth(name) > t->limits->path_depth)
		return err_set(err, ERR_LIMIT, "%s is longer or deeper than allowed", what);
	return err_set(err, ERR_FORMAT, "%s has a \"..\" or a NUL in it", what);
}

static bool name_fits(const struct tar *t, struct str name)
{
	return name.n <= t->limits->path_bytes && path_depth(name) <= t->limits->path_depth;
}

static int set_link(struct tar *t, const struct tar_header *h, struct tar_entry *e, struct err *err)
{
	struct str link = t->pax.has_link ? t->pax.link : h->link;
	bool is_fine;

	if (t->has_long_link)
		link = until_nul(buf_str(&t->long_link));
	is_fine = name_fits(t, link);
	if (is_fine && e->kind == TAR_HARD_LINK) {
		is_fine = tar_path_normal(link, &t->link);
	} else if (is_fine) {
		buf_clear(&t->link);
		buf_add(&t->link, link);
		is_fine = str_chr(link, '\0') == STR_NPOS;
	}
	if (!is_fine)
		return refuse_name(t, link, "the target of a link", err);
	if (!buf_ok(&t->link))
		return buf_err(&t->link, "the target of a link", err);
	e->link = buf_str(&t->link);
	return 0;
}

/* Old GNU sparse: the map goes on in blocks of its own before the body. */
static int skip_sparse_map(struct tar *t, const struct tar_header *h, struct err *err)
{
	bool goes_on = h->type == 'S' && h->sparse_continues;

	while (goes_on) {
		struct str block;

		if (take_block(t, &block, err) != 0)
			return -1;
		if (block.n < TAR_BLOCK)
			return ends_early(t, err);
		goes_on = block.p[504] != 0;
	}
	return 0;
}

/* What can be refused for this entry alone. */
static int fill_entry(
    struct tar *t, const struct tar_header *h, struct tar_entry *e, struct err *err)
{
	struct str name = buf_str(&t->raw_path);

	if (h->type == 'S' || t->pax.is_sparse)
		return err_set(err, ERR_UNSUPPORTED, "a sparse file, which is not read");
	if (!set_kind(e, h, name))
		return err_set(
		    err, ERR_UNSUPPORTED, "an entry of type '%c', which is not read", h->type);
	if (!name_fits(t, name) || !tar_path_normal(name, &t->path))
		return refuse_name(t, name, "a name in the archive", err);
	if (!buf_ok(&t->path))
		return buf_err(&t->path, "a name in the archive", err);
	e->path = buf_str(&t->path);
	if (e->path.n == 0 && e->kind != TAR_DIR)
		return err_set(err, ERR_FORMAT, "an entry without a name");
	if (e->kind == TAR_HARD_LINK || e->kind == TAR_SYMLINK)
		return set_link(t, h, e, err);
	return 0;
}

static bool has_body(const struct tar_header *h, struct str name)
{
	if (h->type == '\0')
		return !str_ends(name, STR("/"));
	return h->type < '1' || h->type > '6';
}

static enum tar_result make_entry(
    struct tar *t, const struct tar_header *h, struct tar_entry *ret, struct err *err)
{
	struct tar_entry e = {0};
	int refused;

	raw_path(t, h);
	if (!buf_ok(&t->raw_path)) {
		(void)buf_err(&t->raw_path, "a name in the archive", err);
		return TAR_ERROR;
	}
	if (has_body(h, buf_str(&t->raw_path)))
		e.size = t->pax.has_size ? t->pax.size : h->size;
	e.dev_major = (uint32_t)h->dev_major;
	e.dev_minor = (uint32_t)h->dev_minor;
	refused = fill_entry(t, h, &e, err);
	if (refused != 0)
		e.path = buf_str(&t->raw_path);
	if (skip_sparse_map(t, h, err) != 0)
		return TAR_ERROR;
	e.offset = t->offset;
	set_body(t, e.size);
	*ret = e;
	return refused != 0 ? TAR_REFUSED : TAR_ENTRY;
}

/* ---- the archive ---- */

/* After a zero block: the end, unless a block follows that is not zero. */
static enum tar_result end_of_archive(struct tar *t, struct err *err)
{
	struct str block;

	if (take_block(t, &block, err) != 0)
		return TAR_ERROR;
	if (!tar_block_is_zero(block)) {
		(void)err_set(err, ERR_FORMAT, "a lone zero block inside the archive, at byte %llu",
		    (unsigned long long)(t->offset - block.n - TAR_BLOCK));
		return TAR_ERROR;
	}
	t->ended = true;
	return TAR_END;
}

enum header_result { HEADER_OK, HEADER_END, HEADER_ERROR };

static enum header_result next_header(struct tar *t, struct tar_header *ret, struct err *err)
{
	struct str block;

	if (take_block(t, &block, err) != 0)
		return HEADER_ERROR;
	if (block.n == 0 && !t->has_extension) {
		t->ended = true;
		return HEADER_END;
	}
	if (block.n < TAR_BLOCK) {
		(void)ends_early(t, err);
		return HEADER_ERROR;
	}
	if (tar_block_is_zero(block) && !t->has_extension)
		return end_of_archive(t, err) == TAR_END ? HEADER_END : HEADER_ERROR;
	if (!tar_block_has_checksum(block)) {
		(void)err_set(err, ERR_FORMAT,
		    "no tar header, or one with a wrong checksum, at byte %llu",
		    (unsigned long long)(t->offset - TAR_BLOCK));
		return HEADER_ERROR;
	}
	tar_header_parse(block, ret);
	if (!ret->size_is_valid && has_body(ret, ret->name)) {
		(void)err_set(err, ERR_FORMAT, "a tar header at byte %llu has an invalid size",
		    (unsigned long long)(t->offset - TAR_BLOCK));
		return HEADER_ERROR;
	}
	return HEADER_OK;
}

enum tar_result tar_next(struct tar *t, struct tar_entry *ret, struct err *err)
{
	struct tar_header h;
	bool is_extension = true;

	if (t->ended)
		return TAR_END;
	t->has_long_name = t->has_long_link = t->has_extension = false;
	t->pax = (struct tar_pax){0};
	if (skip_body(t, err) != 0)
		return TAR_ERROR;
	while (is_extension) {
		enum header_result result = next_header(t, &h, err);

		if (result != HEADER_OK)
			return result == HEADER_END ? TAR_END : TAR_ERROR;
		if (++t->entries > t->limits->layer_entries) {
			(void)err_set(err, ERR_LIMIT, "more than %llu entries",
			    (unsigned long long)t->limits->layer_entries);
			return TAR_ERROR;
		}
		if (extension(t, &h, &is_extension, err) != 0)
			return TAR_ERROR;
	}
	return make_entry(t, &h, ret, err);
}
