/*
 * What `plimsoll hadolint` reads and what it makes of it: where its configuration lies, files as
 * they are named, findings in the order of hadolint's reports.
 */
#ifndef CLI_HADOLINT_FILES_H
#define CLI_HADOLINT_FILES_H

#include "cli/session.h"
#include "peer/hadolint_format.h"

/* The first configuration file of hadolint's list that is there; empty: there is none. get is
 * getenv. */
struct str hadolint_find_config(char *(*get)(const char *name), struct arena *arena);

/* All of a file that the user names, which may be a pipe or a device; "-" is stdin. */
MUST_USE int hadolint_read(struct str name, struct buf *out, struct err *err);

struct hadolint_files {
	struct arena arena;
	VEC(struct named_file) list;
};

void hadolint_files_init(struct hadolint_files *files);
void hadolint_files_release(struct hadolint_files *files);
/* A subject of the report; what is no regular file, as "-", is linted at once. What cannot be read
 * is a problem. -1 if the report takes no more. */
MUST_USE int hadolint_take_file(
    struct session *s, struct hadolint_files *files, struct str operand, struct err *err);
MUST_USE int hadolint_scan_files(struct session *s, struct hadolint_files *files, struct err *err);

/* Sets files and n: each subject that was read, with what is not ignored, by line and rule.
 * `shown` is --file-path-in-report, or empty. */
MUST_USE int hadolint_report_of(const struct report *report, const struct hadolint_config *config,
    struct str shown, struct arena *arena, struct hadolint_report *ret, struct err *err);

#endif
