/*
 * The three reports of dockerfile_lint, in its shapes: for people, JSON (-j) and JUnit's XML (-u).
 * Texts from outside are made safe for whoever reads the format.
 */
#ifndef PEER_DLINT_PRINT_H
#define PEER_DLINT_PRINT_H

#include "peer/dlint.h"

struct dlint_report {
	struct str path; /* as it was named */
	const struct dlint_finding *findings[DLINT_LEVELS];
	size_t n[DLINT_LEVELS];
};

/* One file is an object, several are an array of such. */
void dlint_print_json(const struct dlint_report *files, size_t n, struct buf *out);
void dlint_print_junit(const struct dlint_report *files, size_t n, struct buf *out);
void dlint_print_text(const struct dlint_report *files, size_t n, struct buf *out);

#endif
