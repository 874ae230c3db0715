#include "drive.h"

#include "base/os/fd.h"

#include <stdio.h>
#include <unistd.h>

static const struct {
	const char *name;
	drive_fn *fn;
} readers[] = {
    {"gzip", drive_gzip},
    {"tar", drive_tar},
    {"libarchive", drive_libarchive},
    {"glob", drive_glob},
    {"pypi-name", drive_pypi_name},
    {"purl", drive_purl},
    {"requirements", drive_requirements},
    {"json", drive_json},
    {"json-words", drive_json_words},
    {"yaml", drive_yaml},
    {"toml", drive_toml},
    {"shell", drive_shell},
    {"dockerfile", drive_dockerfile},
};

void put_bytes(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c > '~' || c == '"' || c == '\\')
			buf_addf(out, "\\u%04x", c);
		else
			buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

void put_text(struct buf *out, const char *key, struct str s)
{
	put_bytes(out, str_of(key));
	buf_addc(out, ':');
	put_bytes(out, s);
}

void put_error(struct buf *out, const struct err *err)
{
	buf_addc(out, '{');
	put_text(out, "error", str_of(err->text));
	buf_addc(out, '}');
}

static int answer_all(drive_fn *fn, struct str rest, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(256));
	struct str length;
	uint64_t n;

	while (str_cut(&rest, '\n', &length)) {
		struct arena arena CLEANUP(arena_release);

		arena_init(&arena, MIB(256));
		if (!str_to_u64(length, &n) || n > rest.n)
			return err_set(err, ERR_FORMAT, "no length: " STR_FMT, STR_ARG(length));
		buf_clear(&out);
		if (fn(str_sub(rest, 0, n), &arena, &out, err) != 0)
			return -1;
		if (!buf_ok(&out))
			return buf_err(&out, "answer", err);
		buf_addc(&out, '\n');
		(void)fwrite(out.p, 1, out.n, stdout);
		rest = str_sub(rest, n, rest.n);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT(MIB(512));
	struct err err = ERR_INIT;

	if (fd_read_to_end(STDIN_FILENO, &all, &err) != 0)
		return 2;
	for (size_t i = 0; argc == 2 && i < ARRAY_LEN(readers); i++) {
		if (strcmp(argv[1], readers[i].name) != 0)
			continue;
		if (answer_all(readers[i].fn, buf_str(&all), &err) == 0)
			return 0;
		(void)fprintf(stderr, "oracle-drive %s: %s\n", argv[1], err.text);
		return 1;
	}
	(void)fprintf(stderr, "usage: oracle-drive NAME\n");
	return 2;
}
