/*
 * Runs one fuzz target over the files of its corpus, and over each of them cut short and
 * with single bytes changed, so that the corpus works as an ordinary test with any
 * compiler. The changes are the same at every run.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 22, CHANGES = 48 };

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return *state >> 33;
}

/* Each run gets memory of exactly its size, so that a sanitizer sees one byte too many. */
static void run_exact(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_changed(uint8_t *data, size_t size)
{
	uint64_t state = size + 1;

	run_exact(data, size);
	for (int i = 0; i < CHANGES && size > 0; i++) {
		size_t at = next_random(&state) % size;
		uint8_t saved = data[at];

		run_exact(data, at);
		data[at] = (uint8_t)next_random(&state);
		run_exact(data, size);
		data[at] = saved;
	}
}

int main(int argc, char **argv)
{
	static uint8_t data[INPUT_MAX];
	char path[4096];
	unsigned runs = 0;
	struct dirent *entry;
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;

	if (!dir) {
		(void)fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	run_exact(data, 0);
	while ((entry = readdir(dir)) != NULL) {
		FILE *file;
		size_t n;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		file = fopen(path, "rb");
		if (!file)
			continue;
		n = fread(data, 1, sizeof data, file);
		(void)fclose(file);
		run_changed(data, n);
		runs++;
	}
	(void)closedir(dir);
	(void)printf("%u inputs\n", runs);
	return runs == 0;
}
