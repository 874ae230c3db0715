/* Any texts as a command line: words are separated by NUL. */
#include "base/opt.h"

#include <stdlib.h>

enum { WORDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), word, text = STR_NONE;
	struct opt_list list = {0}, operands = {0};
	bool flag = false, help = false;
	uint64_t count = 0;
	const struct opt rows[] = {
	    OPT_GROUP_ROW("options"),
	    OPT_FLAG_ROW('v', "verbose", &flag, "say more"),
	    OPT_TEXT_ROW('f', "format", &text, "FORMAT", "how"),
	    OPT_LIST_ROW(0, "policy", &list, "PATH", "which"),
	    OPT_COUNT_ROW('n', "number", &count, "N", "how many"),
	    OPT_END_ROW,
	};
	char *argv[WORDS_MAX + 1] = {NULL};
	struct arena arena;
	struct err err = ERR_INIT;
	int argc = 0;

	arena_init(&arena, MIB(16));
	while (argc < WORDS_MAX && str_cut(&rest, '\0', &word)) {
		argv[argc] = arena_cstr(&arena, word);
		if (!argv[argc])
			break;
		argc++;
	}
	if (opt_parse(rows, argc, argv, &arena, &operands, &help, &err) != 0 &&
	    err.code != ERR_USAGE && err.code != ERR_NOMEM && err.code != ERR_LIMIT)
		abort();
	if (operands.n > (size_t)argc || list.n > (size_t)argc)
		abort();
	arena_release(&arena);
	return 0;
}
