/*
 * Finds secrets in bytes. All patterns run in one vectorscan pass; PCRE2 then confirms
 * each hit inside a window and gives the exact span and the captured value, as Python's
 * re.findall would: one group, the group; none or several, the whole match.
 *
 * An engine is immutable once made: make it before the sandbox closes (PCRE2's JIT needs
 * executable pages) and share it over fork. A scanner is one thread's working memory.
 *
 * What it promises
 *  - One finding for each (rule, secret, file), with all its places.
 *  - Of built-in rules (rules/secrets) that take the same bytes the first in rules.def, which is
 *    the most specific, reports. Rules of a user's own report what their
 *    patterns match, each for itself, and nothing is excused.
 *  - A built-in rule's match is a finding only if it stands alone, is no stand-in
 *    (core/placeholder.h) and passes the rule's tests (value.c). Where it is likely nobody's
 *    (value_context.h, value.c) it is WEIGHT_WARNS and medium at most, and the message says why.
 *  - The value itself is in no finding, message, note or error: kind, length, the first
 *    four characters if it has sixteen or more, and a keyed hash (HMAC-SHA256, 16
 *    bytes, hex).
 *  - Patterns see bytes: \w, \d, \s, \b and (?i) are ASCII. UTF-16, UTF-32 and EBCDIC (by a byte
 *    order mark, or by what most bytes are) are decoded, and scanned as they are all the same.
 *  - What is encoded in a text is decoded, and what is encoded in that, to a depth of five: base64
 *    and hexadecimal digits (also over lines), percent, \u and \x, HTML's entities, literals that
 *    are joined. The place is that of the encoded text, origin.encoding says how, and the hash is
 *    that of the secret itself. What is found plain is not found again by decoding.
 *  - A binary file is scanned with all rules but those of ours that need words around a
 *    value. One
 *    NUL makes no binary.
 *  - A match is looked for within SECRET_SPAN_BYTES (and a greedy one joins at most
 *    SECRET_WINDOW_BYTES), so that a line of many megabytes costs linear time. Shorter
 *    lines give exactly what findall gives.
 *  - A pattern that runs into the match limit is a problem, named with rule and place.
 *  - An AWS key id that holds 0, 1, 8 or 9 was not issued by AWS. It is reported all the
 *    same, at the same severity, and the message says so: a wrong guess here would hide a
 *    key, and a made-up one is cured by the same edit.
 *  - A Git LFS pointer is scanned as the text it is; that its content lies elsewhere is a
 *    gap.
 * Not done in this form: archives, liveness.
 */
#ifndef DETECT_SECRET_SECRET_H
#define DETECT_SECRET_SECRET_H

#include "base/vec.h"
#include "core/content.h"
#include "core/limits.h"
#include "core/sink.h"
#include "core/unit.h"
#include "detect/secret/secret_rules.h"

enum { SECRET_SPAN_BYTES = 4096, SECRET_WINDOW_BYTES = 16384, SECRET_HASH_HEX = 32 };

struct secret_engine;
struct secret_scanner;

/* Compiles; rules are borrowed and must outlive the engine. ERR_CONFIG names the rule whose
 * pattern cannot be taken and why. ERR_UNSUPPORTED if the processor lacks what vectorscan
 * needs. Memory of limits is not kept. */
MUST_USE int secret_engine_new(const struct secret_rules *rules, const struct limits *limits,
    struct secret_engine **ret_engine, struct err *err);
/* NULL is fine. */
void secret_engine_free(struct secret_engine *engine);
/* The rules it was made of: the list for `plimsoll rules`. */
const struct secret_rules *secret_engine_rules(const struct secret_engine *engine);

/* Needs no executable memory: may be made inside the sandbox. */
MUST_USE int secret_scanner_new(
    const struct secret_engine *engine, struct secret_scanner **ret_scanner, struct err *err);
void secret_scanner_free(struct secret_scanner *scanner);
/* A scanner of the built-in rules with an engine of its own, which may be made inside the sandbox:
 * patterns are compiled when one is needed, and run without JIT. For few and short texts, and only
 * if secret_fits_inside() says that the build's database can be used. */
MUST_USE int secret_scanner_new_inside(
    const struct limits *limits, struct secret_scanner **ret_scanner, struct err *err);
bool secret_fits_inside(void);

/* Scans unit->bytes and unit->path (a secret in a file's name is found too; the place then
 * shows the name without it, line 0). Findings, problems and notes go to the sink. key is the
 * policy's; the same key gives the same hashes everywhere. -1 only if the sink refuses or
 * memory ends. */
MUST_USE int secret_scan(struct secret_scanner *scanner, const struct unit *unit, struct str key,
    struct sink *sink, struct err *err);
/* The same for what `name` holds, read in pieces so that size is no matter; unit->bytes is
 * ignored. What cannot be opened or read, or is above limits->object_bytes, is a problem at
 * unit->path. */
MUST_USE int secret_scan_content(struct secret_scanner *scanner, struct content *content,
    struct str name, const struct unit *unit, struct str key, struct sink *sink, struct err *err);

/* Whether there are rules that know a file by its path alone: no probe of bytes answers for them.
 */
bool secret_knows_paths(const struct secret_scanner *scanner);
/* Whether secret_scan could have anything to say of these bytes, whatever their path: *ret_any is
 * false only if it would be silent. Much faster, for all the texts in which nothing is. */
MUST_USE int secret_probe(
    struct secret_scanner *scanner, struct str bytes, bool *ret_any, struct err *err);

/* Whether any rule may match in text. */
MUST_USE int secret_match_any(
    struct secret_scanner *scanner, struct str text, bool *ret_any, struct err *err);

/* What comes by in pieces of any size, one after the other: what is found, and where, is the same
 * as in one text. unit is copied, its bytes are ignored; size is only a hint. One at a time for
 * each scanner. */
struct secret_feed;
MUST_USE int secret_feed_begin(struct secret_scanner *scanner, const struct unit *unit,
    uint64_t size, struct str key, struct sink *sink, struct secret_feed **ret_feed,
    struct err *err);
MUST_USE int secret_feed_bytes(struct secret_feed *feed, struct str bytes, struct err *err);
/* Tells what was found. Free it all the same. */
MUST_USE int secret_feed_end(struct secret_feed *feed, struct err *err);
/* NULL is fine. */
void secret_feed_free(struct secret_feed *feed);

/* Bytes [start, end) of a text are a secret; lines are 1-based. */
struct secret_span {
	size_t start, end;
	uint32_t line, end_line;
};

struct secret_spans {
	struct secret_span *p; /* ascending; none overlaps another */
	size_t n, cap;
	bool complete; /* false: there are more than could be looked for */
	struct str
	    *values; /* the secrets themselves, slices of the text; a name before them is not one */
	size_t n_values;
};

enum secret_spans_of { SECRET_SPANS_ALL, SECRET_SPANS_SPECIFIC /* no generic kinds */ };

/* What secret_scan would report in these bytes, as places: for those who quote them. */
MUST_USE int secret_find_spans(struct secret_scanner *scanner, struct str text,
    enum secret_spans_of which, struct arena *arena, struct secret_spans *ret, struct err *err);

/* Adds to the spans of `text` every place where one of the values stands: who knows a secret knows
 * it also where no rule would. Values of fewer than SECRET_REPEAT_MIN bytes are left out. */
enum { SECRET_REPEAT_MIN = 8, SECRET_REPEATS_MAX = 100000 };
MUST_USE int secret_add_repeats(struct str text, const struct str *values, size_t n_values,
    struct arena *arena, struct secret_spans *spans, struct err *err);

/* Whether a file's bytes only say where its content lies. */
bool secret_is_lfs_pointer(struct str bytes);

#endif
