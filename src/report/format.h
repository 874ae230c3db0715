/*
 * A report format: one file of formats/, one line of formats.def. It prints a judged
 * report into a buffer and decides nothing; text from outside is made safe for its
 * reader by the format itself (a terminal, Markdown, JSON are different readers).
 */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "base/buf.h"
#include "core/report.h"

struct report_opts {
	bool color;	     /* ANSI colours */
	bool all;	     /* known findings and those past the first ten too */
	size_t max_blocking; /* how many to show without `all` */
	int64_t now_ms;	     /* for "advisories 8 h old" */
	struct str marker;   /* Markdown: the hidden line by which a comment is found again */
	struct str trailer;  /* one more line at the end: what became of the run */
	struct str image;    /* ends that line: a reference, whole, to be copied from there */
};

struct report_format {
	const char *name;  /* of --format */
	const char *title; /* for --help */
	const char *mime;
	void (*write)(const struct report *report, const struct report_opts *opts, struct buf *out);
};

const struct report_format *const *report_formats(size_t *ret_n);
/* NULL if there is none of this name. */
const struct report_format *report_format_find(struct str name);

/* Shared by the formats. */

/* "app/lib.jar!META-INF/MANIFEST.MF": the file and, if it is an archive, the place in it. Raw
 * bytes. */
void report_path_text(const struct origin *origin, struct buf *out);
/* "app/index.py:12:8", "image layer 4", or "-". Raw bytes: the caller makes them safe. */
void report_place_text(const struct place *place, struct buf *out);
/* Why something is not covered: "no advisories in this database (12 packages)". */
void report_gap_text(const struct not_covered *gap, struct buf *out);
/* How much is not covered and does not block. */
size_t report_count_other_gaps(const struct report *report);
/* "passed", "blocked", "error" */
struct str report_verdict_word(enum report_verdict verdict);
/* "blocked: 3 block, 4 warn …": the last line of text and the first of Markdown. */
void report_summary(const struct report *report, const struct report_opts *opts, struct buf *out);
/* "in layer 4 (Dockerfile:5 COPY requirements.txt), yours, not the base image's", or nothing. */
void report_layer_text(const struct report *report, const struct finding *finding, struct buf *out);
/* "and 3 more places (2 in layers, 1 known)", or nothing. */
void report_more_places_text(const struct finding *finding, struct buf *out);
/* The further places that say most, in other files if there are any: how many of ret are set. */
enum { REPORT_TELLING_PLACES = 2 };
size_t report_telling_places(
    const struct finding *finding, const struct place *ret[REPORT_TELLING_PLACES]);
/* The first commit that a secret stands in; empty if it stands in none. */
struct str report_commit(const struct finding *finding);
/* Whether this one is shown without --all: blocking ones first, no known and no passing ones. */
bool report_shows(const struct finding *finding, const struct report_opts *opts);

#endif
