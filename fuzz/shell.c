/* Any bytes as a shell script: read, and every word a part of its source. */
#include "read/syntax/shell.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct placed_text source = {.text = str_make((const char *)data, size)};
	struct shell_script script;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(256));
	if (shell_parse(&source, &arena, &script, &err) == 0) {
		for (size_t i = 0; i < script.commands.n; i++) {
			const struct shell_command *c = &script.commands.p[i];
			struct text_range range = shell_command_range(c);
			struct str value;

			if (range.offset > range.end || range.end > size || c->n_words == 0)
				abort();
			(void)shell_has_flag(c, "yes");
			(void)shell_flag_value(c, "t", &value);
			(void)shell_arg(c, 1);
		}
	}
	arena_release(&arena);
	return 0;
}
