/*
 * Secret rules of a file: a JSON object of names and patterns, or gitleaks' configuration
 * (.gitleaks.toml), which is a front of the same engine: its rules become ours, with what they ask
 * besides a pattern (detect/secret/terms.h), and `useDefault` is our own set.
 */
#ifndef ENGINE_SCAN_GITLEAKS_H
#define ENGINE_SCAN_GITLEAKS_H

#include "base/arena.h"
#include "detect/secret/secret_rules.h"

/* By the file's name: one that ends in ".toml" is gitleaks'. All is in the arena; what the file
 * says and nothing obeys is in ret->warnings. ERR_CONFIG with file and line. */
MUST_USE int secret_rules_load(
    const char *file, struct arena *arena, struct secret_rules *ret, struct err *err);

#endif
