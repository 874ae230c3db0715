/*
 * Dockerfiles against a rule file of dockerfile_lint, in a sandboxed reader: both are hostile.
 */
#ifndef ENGINE_SCAN_DLINT_H
#define ENGINE_SCAN_DLINT_H

#include "engine/scan.h"
#include "peer/dlint_print.h"

struct dlint_input {
	struct str path; /* as it was named */
	struct str bytes;
};

struct dlint_question {
	struct content *folder; /* of the rule file, and of what it includes; NULL: default rules */
	struct str rules;	/* its name in there */
	const struct dlint_input *files;
	size_t n_files;
};

struct dlint_answer {
	struct str_list warnings;     /* of rule files: what is passed over */
	struct str merged;	      /* the rules as YAML */
	struct dlint_report *reports; /* of each file */
	struct str_list *ignored;     /* of each file: instructions that a comment excused */
	size_t n_reports;
};

/* *ret is in the report's arena. ERR_CONFIG: the rule files are not valid. */
MUST_USE int scan_dlint(struct scan *scan, const struct dlint_question *question,
    struct dlint_answer *ret, struct err *err);

#endif
