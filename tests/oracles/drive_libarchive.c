/* libarchive's reading of a tar archive, in the words of drive_tar. */
#include "drive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const char *kind_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return "hard link";
	switch (archive_entry_filetype(entry)) {
	case AE_IFLNK:
		return "symlink";
	case AE_IFCHR:
		return "char device";
	case AE_IFBLK:
		return "block device";
	case AE_IFDIR:
		return "dir";
	case AE_IFIFO:
		return "fifo";
	case AE_IFREG:
		return "file";
	default:
		return "other";
	}
}

static void put_entry(struct buf *out, struct archive_entry *entry)
{
	const char *link = archive_entry_hardlink(entry);

	if (!link)
		link = archive_entry_symlink(entry);
	put_text(out, "path", str_of(archive_entry_pathname(entry)));
	buf_addc(out, ',');
	put_text(out, "link", str_of(link));
	buf_addf(out, ",\"kind\":\"%s\",\"mode\":%u,\"size\":%lld,\"dev\":[%u,%u]", kind_of(entry),
	    archive_entry_mode(entry) & 07777, (long long)archive_entry_size(entry),
	    (unsigned)archive_entry_rdevmajor(entry), (unsigned)archive_entry_rdevminor(entry));
}

static bool put_body(struct archive *a, struct buf *out)
{
	struct buf body CLEANUP(buf_release) = BUF_INIT(MIB(64));
	char piece[4000];
	ssize_t n;

	while ((n = archive_read_data(a, piece, sizeof piece)) > 0)
		buf_add(&body, str_make(piece, (size_t)n));
	buf_addc(out, ',');
	put_text(out, "body", buf_str(&body));
	return n == 0;
}

static void put_error_of(struct buf *out, struct archive *a)
{
	put_text(out, "error", str_of(archive_error_string(a)));
}

int drive_libarchive(struct str input, struct arena *arena, struct buf *out, struct err *err)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int result;

	(void)arena;
	(void)err;
	(void)setlocale(LC_CTYPE, "C.UTF-8"); /* or a name that is not ASCII is lost */
	archive_read_support_format_tar(a);
	result = archive_read_open_memory(a, input.p, input.n);
	buf_addc(out, '[');
	while (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
		result = archive_read_next_header(a, &entry);
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
			break;
		buf_addc(out, '{');
		put_entry(out, entry);
		if (!put_body(a, out)) {
			buf_addc(out, ',');
			put_error_of(out, a);
			buf_add(out, STR("}]"));
			archive_read_free(a);
			return 0;
		}
		buf_add(out, STR("},"));
	}
	if (result == ARCHIVE_EOF) {
		buf_add(out, STR("\"end\""));
	} else {
		buf_addc(out, '{');
		put_error_of(out, a);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
	archive_read_free(a);
	return 0;
}
