/* What kind of bytes a file has, by its first ones. Pure functions. */
#ifndef DETECT_SECRET_TEXT_KIND_H
#define DETECT_SECRET_TEXT_KIND_H

#include "base/str.h"

/* More control bytes than text has. A lone NUL in a text file is a way of hiding, not a format. */
bool text_is_binary(struct str bytes);
/* ELF, PE, Mach-O in three forms, an archive of objects, WebAssembly. */
bool text_is_program(struct str bytes);

#endif
