/* What the detectors of one unit need, inside the child. Private to engine. */
#ifndef ENGINE_UNITS_H
#define ENGINE_UNITS_H

#include "detect/lint/lint.h"
#include "engine/readers.h"
#include "read/source/dir/dir.h"
#include "read/source/git/git_walk.h"

struct unit_detectors {
	struct job *job;
	const struct scan *scan;
	unsigned detectors;
	bool named;		/* the user named the unit: what no detector takes is a problem */
	bool secrets_elsewhere; /* whoever has this looks for secrets by itself */
	bool found;		/* on disk: what cannot be read of it is not covered */
	bool unread;		/* the unit could not be read, which was reported */
	size_t linted;		/* units that the linter took */
	struct secret_scanner *scanner; /* for lint too: what it quotes is masked */
	struct secret_feed *feed;	/* of a unit that comes in pieces */
	struct arena arena;		/* of one unit */
	struct lint_checker checker;	/* ShellCheck, run by the parent */
	bool no_checker;		/* it gave no answer, which was reported */
	struct lint_siblings siblings;	/* files beside the unit */
	enum unit_names {
		UNIT_PATHS,   /* content has names by path */
		UNIT_NUMBERS, /* by number: "3/x" is the file x beside item 3 */
		UNIT_OBJECTS, /* by object id, and `tree` says which is at a path */
	} names;
	const struct git_oid *tree;  /* the commit whose tree it is; NULL: not known */
	const struct dir_list *list; /* of UNIT_PATHS: all that there is; NULL: not known */
	struct str content_name;     /* of the unit that is read; empty: its bytes were here */
};

MUST_USE int unit_detectors_init(struct unit_detectors *d, struct job *job, const struct scan *scan,
    unsigned detectors, struct err *err);
void unit_detectors_release(struct unit_detectors *d);

/* Bytes that are already here. */
MUST_USE int unit_detect(struct unit_detectors *d, const struct unit *unit, struct err *err);
/* A piece of a file, for secrets alone: pieces come in order, the first at offset 0. One that does
 * not come to its end is reported by unit_detect_end, which is safe to call at any time. */
MUST_USE int unit_detect_piece(struct unit_detectors *d, const struct unit *unit, uint64_t offset,
    uint64_t size, bool is_last, struct err *err);
MUST_USE int unit_detect_end(struct unit_detectors *d, struct err *err);
/* Bytes that content holds under `name`: read whole for lint if the name or the first bytes ask
 * for it, in pieces for secrets. */
MUST_USE int unit_detect_content(
    struct unit_detectors *d, struct str name, const struct unit *unit, struct err *err);
/* The secrets alone, to the sink. What cannot be opened or is too large is reported there too,
 * except for a file (not an object) that unit_detect_content has just reported. */
MUST_USE int unit_scan_secrets(struct unit_detectors *d, struct content *content, struct str name,
    bool is_object, const struct unit *unit, struct sink *sink, struct err *err);

#endif
