/*
 * YAML files whose keys are tables: a row says the key, how its value is read, and where
 * it goes. An unknown key is an error with the nearest known one, since a misspelt key
 * would let through what it was written to hold. All memory is the arena's; nothing is
 * shared between threads.
 */
#ifndef GATE_KEYS_H
#define GATE_KEYS_H

#include "core/finding.h"
#include "read/syntax/node.h"

struct policy_names;

struct keys {
	struct str source; /* for errors: "policy.yaml:3:1: …" */
	struct syntax_tree tree;
	struct arena *arena;
	const struct policy_names *names; /* gate/names.h; NULL: ids are not checked */
	/* NULL: an unknown key is an error. Else the first one is reported here, and all are passed
	 * over. */
	struct err *unknown;
};

struct key_row {
	const char *key;
	/* NULL: the key is known, and read before the others. */
	int (*read)(struct keys *k, const struct node *value, void *target, struct err *err);
	size_t offset; /* of the target in the section's struct */
};

/* The one document of a text. ERR_CONFIG with line and column if it is not one document, or has a
 * mistake.
 */
MUST_USE int keys_open(struct str text, struct str source, struct arena *arena, struct keys *ret,
    const struct node **ret_root, struct err *err);
/* The mapping's key `plimsoll` says 1. ERR_CONFIG if it is not there, or, with `wrong`, if it
 * says another version. */
MUST_USE int keys_version(
    const struct keys *k, const struct node *root, const char *wrong, struct err *err);
/* A mapping by its rows; the first of a key that stands twice is a mistake of the text. */
MUST_USE int keys_read(struct keys *k, const struct node *map, const struct key_row *rows, size_t n,
    void *target, struct err *err);
/* ERR_CONFIG: "source:line:column: what". Returns -1. */
int keys_fail(const struct keys *k, const struct node *node, const char *what, struct err *err);

/* What rows read, by the type of the target. */
int key_text(
    struct keys *k, const struct node *value, void *target, struct err *err); /* struct str */
int key_date(
    struct keys *k, const struct node *value, void *target, struct err *err); /* struct str */
int key_count(
    struct keys *k, const struct node *value, void *target, struct err *err); /* uint64_t */
int key_flag(struct keys *k, const struct node *value, void *target, struct err *err); /* bool */
int key_list(
    struct keys *k, const struct node *value, void *target, struct err *err); /* struct str_list */
/* A word of a closed list, which ends at an empty slice; *ret is its index. */
int key_word(struct keys *k, const struct node *value, const struct str *words,
    const char *expected, int *ret, struct err *err);

#endif
