/* The codecs: gzip, and tar beside libarchive's answer in the same words. */
#include "drive.h"
#include "read/codec/codec.h"
#include "read/codec/tar.h"

enum { PIECE = 4000 };

static int inflate_all(struct stream *s, struct buf *all, struct err *err)
{
	char piece[PIECE];
	size_t n;

	do {
		if (stream_pull(s, piece, sizeof piece, &n, err) != 0)
			return -1;
		buf_add(all, str_make(piece, n));
	} while (n > 0);
	return 0;
}

int drive_gzip(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct stream *s CLEANUP(stream_cleanup) = NULL;

	(void)arena;
	if (stream_of_bytes(input, &s, err) != 0)
		return -1;
	if (gzip_push(&s, err) != 0 || inflate_all(s, &all, err) != 0) {
		put_error(out, err);
		return 0;
	}
	buf_addc(out, '{');
	put_text(out, "bytes", buf_str(&all));
	buf_addc(out, '}');
	return 0;
}

static const char *const kinds[] = {
    "file", "hard link", "symlink", "char device", "block device", "dir", "fifo"};

static int put_body(struct tar *tar, struct buf *out, struct err *err)
{
	struct buf body CLEANUP(buf_release) = BUF_INIT(MIB(64));
	char piece[PIECE];
	size_t n;

	do {
		if (tar_read(tar, piece, sizeof piece, &n, err) != 0)
			return -1;
		buf_add(&body, str_make(piece, n));
	} while (n > 0);
	buf_addc(out, ',');
	put_text(out, "body", buf_str(&body));
	return 0;
}

static void put_entry(struct buf *out, const struct tar_entry *entry)
{
	put_text(out, "path", entry->path);
	buf_addc(out, ',');
	put_text(out, "link", entry->link);
	buf_addf(out, ",\"kind\":\"%s\",\"mode\":%u,\"size\":%llu,\"offset\":%llu,\"dev\":[%u,%u]",
	    kinds[entry->kind], entry->mode & 07777, (unsigned long long)entry->size,
	    (unsigned long long)entry->offset, entry->dev_major, entry->dev_minor);
}

int drive_tar(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct stream *s CLEANUP(stream_cleanup) = NULL;
	struct tar *tar CLEANUP(tar_cleanup) = NULL;
	struct tar_entry entry;
	enum tar_result result;

	(void)arena;
	if (stream_of_bytes(input, &s, err) != 0 || tar_open(s, &limits_default, &tar, err) != 0)
		return -1;
	buf_addc(out, '[');
	while ((result = tar_next(tar, &entry, err)) == TAR_ENTRY || result == TAR_REFUSED) {
		buf_addc(out, '{');
		if (result == TAR_REFUSED) {
			put_text(out, "refused", str_of(err->text));
		} else {
			put_entry(out, &entry);
			if (put_body(tar, out, err) != 0) {
				buf_addc(out, ',');
				put_text(out, "error", str_of(err->text));
				buf_add(out, STR("}]"));
				return 0;
			}
		}
		buf_add(out, STR("},"));
	}
	if (result == TAR_ERROR)
		put_error(out, err);
	else
		buf_add(out, STR("\"end\""));
	buf_addc(out, ']');
	return 0;
}
