/*
 * Prints the merged view of an image for against_umoci.py: one line for each file that is
 * wanted, its path in hex and the SHA-256 of its bytes.
 *
 * usage: image_dump LAYOUT-FOLDER [PREFIX]: wanted is what has a name that begins with PREFIX
 */
#include "base/hash.h"
#include "read/source/image/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static struct str base_name(struct str path)
{
	size_t slash = str_rchr(path, '/');

	return slash == STR_NPOS ? path : str_sub(path, slash + 1, path.n);
}

static unsigned wants(void *arg, const struct image_file *file)
{
	return str_starts(base_name(file->path), str_of(arg)) ? IMAGE_MERGED : IMAGE_SKIP;
}

static int merged(
    void *arg, const struct unit *unit, const struct image_file *file, struct err *err)
{
	char hex[SHA256_HEX_SIZE];

	(void)arg;
	(void)file;
	(void)err;
	for (size_t i = 0; i < unit->origin.path.n; i++)
		(void)printf("%02x", (unsigned char)unit->origin.path.p[i]);
	sha256_hex(unit->bytes, hex);
	(void)printf(" %s\n", hex);
	return 0;
}

static int problem(void *arg, const struct image_layer *layer, struct str path,
    const struct err *why, struct err *err)
{
	(void)arg;
	(void)layer;
	(void)err;
	(void)fprintf(stderr, STR_FMT ": %s\n", STR_ARG(path), why->text);
	return 0;
}

static int dump(struct content *content, char *prefix, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct image image CLEANUP(image_release) = {0};
	struct image_opts opts = {.archive = STR_NONE};
	struct image_visitor visitor = {
	    .arg = prefix, .wants = wants, .merged = merged, .problem = problem};

	arena_init(&arena, MIB(64));
	if (image_open(content, &opts, &limits_default, &arena, &image, err) != 0)
		return -1;
	return image_walk(&image, &limits_default, &visitor, err);
}

int main(int argc, char **argv)
{
	char none[] = "";
	struct content_dir dir;
	struct err err = ERR_INIT;
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int result;

	if (fd < 0)
		return 2;
	content_dir_init(&dir, fd);
	result = dump(&dir.content, argc > 2 ? argv[2] : none, &err);
	content_dir_release(&dir);
	if (result != 0)
		(void)fprintf(stderr, "%s\n", err.text);
	return result ? 1 : 0;
}
