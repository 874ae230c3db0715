/* Reads a file of tests/data/net line by line. Tests only. */
#ifndef DATA_LINES_H
#define DATA_LINES_H

#include "base/str.h"

/* Calls fn with each line that is neither empty nor a comment; returns how many there were. */
unsigned each_line(const char *name, void (*fn)(struct str line));
/* Takes the part before " sep " or "sep" at the end off *line, trimmed. */
struct str take_field(struct str *line, char sep);

#endif
