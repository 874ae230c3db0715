/*
 * A program that lets an oracle in Python ask our readers: what each says of an input, as one line
 * of JSON. `oracle-drive NAME` reads inputs from its standard input, each a line with its length
 * and then that many bytes, and answers them in order. Tests only; one thread.
 */
#ifndef TESTS_ORACLES_DRIVE_H
#define TESTS_ORACLES_DRIVE_H

#include "base/arena.h"
#include "base/buf.h"

/* Appends the answer, without a line end. -1 only if memory runs out. */
typedef int drive_fn(struct str input, struct arena *arena, struct buf *out, struct err *err);

drive_fn drive_gzip, drive_tar, drive_libarchive;
drive_fn drive_glob, drive_pypi_name, drive_purl, drive_requirements;
drive_fn drive_json, drive_json_words, drive_yaml, drive_toml, drive_shell, drive_dockerfile;

/* A JSON string with a character for each byte: U+0000 to U+00FF ("latin-1" in Python). */
void put_bytes(struct buf *out, struct str s);
/* "key": and the string */
void put_text(struct buf *out, const char *key, struct str s);
/* {"error": "…"} */
void put_error(struct buf *out, const struct err *err);

#endif
