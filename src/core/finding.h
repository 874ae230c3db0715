/*
 * One finding, of whatever stage: a fact, its places, and what the policy made of it.
 * Slices are borrowed from one arena, the finder's until the sink copies. Absent groups
 * are NULL, absent texts empty. Field order is the report's (docs/report.schema.json).
 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include "core/package.h"
#include "core/place.h"
#include "core/severity.h"

struct str_list {
	struct str *p;
	size_t n;
};

struct finding_vulnerability {
	struct str id; /* CVE if there is one */
	struct str_list aliases;
	struct str_list fixed; /* versions that cure it; empty: none known */
	enum severity severity;
	struct str cvss_vector;
	int cvss_tenths;    /* 0..100, -1 unknown */
	int kev;	    /* 1 known exploited, 0 not, -1 unknown */
	int epss_per_mille; /* -1 unknown */
	struct str range;   /* why it matched: ">= 0, < 3.0.9" */
	struct str feed;    /* which feed said so */
};

struct finding_secret {
	struct str kind;
	uint32_t length;   /* bytes */
	struct str prefix; /* its first four characters if it has 16 or more, else empty */
	struct str hash;   /* keyed, hex: the same secret is the same hash everywhere */
	bool generic;	   /* a generic kind never blocks on its own (design 6.6) */
};

enum { EDIT_IMPORTANCE_MAX = 100 };

/* Replaces [offset, end) of the file at path by text. */
struct finding_edit {
	struct str path;
	uint64_t offset, end;
	uint32_t line, column, end_line, end_column; /* the same, as struct place has it */
	struct str text;
	enum edit_level level;
	/* 0 to EDIT_IMPORTANCE_MAX: of two edits that overlap, the more important one is made. */
	uint32_t importance;
};

struct finding_fix {
	struct str text; /* what to do, one line */
	struct finding_edit *edits;
	size_t n_edits;
};

struct finding_waiver {
	struct str owner, reason, until; /* until: a UTC date */
};

/* What a policy may make of a finding, whatever its thresholds say. */
enum finding_weight {
	WEIGHT_FULL,
	WEIGHT_COMPARED, /* blocks only if a comparison with the target branch calls it new */
	WEIGHT_WARNS,	 /* never blocks: what it says is likely, not certain */
	WEIGHT_ALWAYS,	 /* blocks in every mode, unless the policy ignores or waives it */
	WEIGHT_RAISED,	 /* as if the stage's block list had its rule: the file asks for that */
};

/* A secret may stand in any number of places; this many are listed and the rest is counted. */
enum { FINDING_PLACES_MAX = 100 };

struct finding {
	struct str rule;
	enum stage stage;
	/* 1U << STAGE_… of others whose policy decides as well: the strictest holds. */
	uint32_t more_stages;
	enum finding_weight weight;
	uint32_t subject; /* index into the report's subjects */
	enum severity severity;
	struct str peer_severity;
	enum finding_state state;
	enum verdict verdict;
	struct str title;    /* of the rule: the same for all its findings */
	struct str message;  /* of this one */
	struct str threat;   /* host, image, denial-of-service, credentials, breakout, runtime */
	struct str since;    /* the date the rule came, for `rules-as-of` */
	struct str identity; /* what fingerprint stands for; never a secret itself */
	struct str fingerprint;
	struct str source_line; /* the line's text, for the reports; empty for secrets */
	struct place *places;
	size_t n_places;
	uint32_t more_places; /* how many are not listed */
	const struct package *package;
	const struct finding_vulnerability *vulnerability;
	const struct finding_secret *secret;
	const struct finding_fix *fix;
	const struct finding_waiver *waiver;
	struct str request; /* a suppression in the branch that names this: its place and reason */
	bool asked_before;  /* the target branch has such a suppression too */
	struct str waiver_ended; /* whose waiver of the policy is over, and since when */
	struct str_list references;
	struct str_list compliance;
};

/* By what a finding is found again, to gain a place: the first one of those that have it. */
struct finding_id {
	struct str rule, identity;
	struct str path; /* of its first place, from the repository's top; of a secret ignored */
};

/* What an edit is worth that cures a finding of this severity. */
uint32_t edit_importance(enum severity severity);
/* Sets fingerprint from rule, the first place's path and the one inside an archive, identity, and
 * an ordinal for those that are otherwise the same: 32 hex digits that survive moved lines and
 * rebuilt layers. A secret's is of rule and identity alone: it is the same one wherever it stands.
 */
MUST_USE int finding_set_fingerprint(
    struct finding *finding, uint32_t ordinal, struct arena *arena, struct err *err);
/* A deep copy into the arena. */
MUST_USE int finding_copy(
    const struct finding *from, struct arena *arena, struct finding *ret_copy, struct err *err);
/* The order of reports: blocking first, new before known, severe first, then place and rule.
 * Total, so that output is the same on every machine. */
int finding_compare(const struct finding *a, const struct finding *b);
/* The order of a secret's places: new before known, files before layers, then by path and line. 0:
 * the order in which they were found decides, as for two commits. */
int finding_compare_places(const struct place *a, const struct place *b);

#endif
