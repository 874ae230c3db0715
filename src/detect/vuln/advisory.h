/*
 * One advisory as every feed is turned into: what is affected, in which versions, how
 * bad it is, who says so. Slices are borrowed from the arena of whoever made it. Absent
 * texts are empty, absent times 0.
 */
#ifndef DETECT_VULN_ADVISORY_H
#define DETECT_VULN_ADVISORY_H

#include "base/vec.h"
#include "core/finding.h"

/* OSV schema 1.7, "affected[].ranges[].events". */
enum event_kind { EVENT_INTRODUCED = 1, EVENT_FIXED, EVENT_LAST_AFFECTED, EVENT_LIMIT };

struct advisory_event {
	enum event_kind kind;
	bool begins; /* the first event of its range */
	struct str version;
};

/* What the publisher says about a cure that is not there. */
enum advisory_status {
	STATUS_AFFECTED,
	STATUS_UNFIXED,	    /* affected, no fixed version yet */
	STATUS_NOT_PLANNED, /* affected, the publisher will not issue an update of its own */
	STATUS_END_OF_LIFE, /* affected, and no longer supported */
};

/* One package of one ecosystem. Vulnerable is what one of the ranges or the list holds. */
struct advisory_affected {
	struct str ecosystem; /* key: "pypi", "debian:12" */
	struct str package;   /* normalised as the ecosystem has it; Debian: the source package */
	enum advisory_status status;
	VEC(struct advisory_event) events;
	struct str_list versions; /* exact, besides the ranges */
};

struct advisory {
	struct str id; /* as its publisher numbers it, or a CVE */
	struct str_list aliases;
	struct str summary;
	struct str feed; /* name of the feed */
	enum severity severity;
	struct str peer_severity; /* the publisher's own word */
	struct str cvss_vector;
	int cvss_tenths; /* -1 unknown */
	int64_t published_ms, modified_ms, withdrawn_ms;
	struct str_list references;
	VEC(struct advisory_affected) affected;
	/* What the record says is affected beside that, and cannot be kept. */
	struct {
		uint32_t git_only;    /* packages with ranges of commits alone */
		uint32_t nameless;    /* entries without a package */
		uint32_t unversioned; /* packages without a range or version */
	} left_out;
};

#endif
