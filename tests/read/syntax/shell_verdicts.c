/* Texts from the standard input, each ended by a zero byte: for each a line, "1" if the reader
 * took it to its end, "0 OFFSET" if it did not. For against_shells.py. */
#include "base/os/fd.h"
#include "read/syntax/shell.h"

#include <stdio.h>
#include <unistd.h>

int main(void)
{
	struct buf all CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct err err = ERR_INIT;
	struct str rest, text;

	if (fd_read_to_end(STDIN_FILENO, &all, &err) != 0)
		return 2;
	rest = buf_str(&all);
	while (str_cut(&rest, '\0', &text)) {
		struct placed_text source = {.text = text};
		struct shell_script script;
		struct arena arena;

		arena_init(&arena, MIB(256));
		if (shell_parse(&source, &arena, &script, &err) != 0)
			return 2;
		if (script.incomplete)
			printf("0 %u\n", script.incomplete_at.offset);
		else
			printf("1\n");
		arena_release(&arena);
	}
	return 0;
}
