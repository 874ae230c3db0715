/*
 * Any bytes behind the first line of each kind of private key, and around a value: what is
 * read of a block lies in the text, and what stands around a value is read inside it.
 */
#include "detect/secret/pem.h"
#include "detect/secret/value_context.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_block(const char *label, struct str body, struct arena *arena)
{
	struct str first = arena_fmt(arena, "-----BEGIN %s-----", label);
	struct str text = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(first), STR_ARG(body));
	struct pem pem;
	struct err err = ERR_INIT;

	if (!text.p || pem_read(text, 0, first.n, arena, &pem, &err) != 0)
		abort();
	if (pem.end < first.n || pem.end > text.n || pem.body.n > text.n)
		abort();
	pem_release(&pem);
}

static void look_around(struct str text, size_t from, size_t start, size_t end)
{
	const char *why = NULL;

	if (secret_assignment_worth(text, from, start, end) > WORTH_FULL ||
	    (end < text.n && secret_url_worth(text, from, start, end, &why) == WORTH_WARNING &&
		!why))
		abort();
	(void)secret_path_is_test(text);
	(void)secret_path_is_published(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = {
	    "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"};
	struct str text = str_make((const char *)data, MIN_OF(size, (size_t)20000));
	struct arena arena;

	arena_init(&arena, MIB(8));
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		read_block(labels[i], text, &arena);
	look_around(text, 0, text.n / 2, text.n);
	look_around(text, text.n / 4, text.n / 2, text.n - text.n / 4);
	arena_release(&arena);
	return 0;
}
