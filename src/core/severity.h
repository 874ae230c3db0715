/*
 * The small vocabularies that every room shares: severity, stage, state, verdict. Each
 * enum and its words are one list. Pure values.
 */
#ifndef CORE_SEVERITY_H
#define CORE_SEVERITY_H

#include "base/str.h"

/* Least first, so that `a >= b` means "at least as severe". Unknown is below all: a gate that
 * wants to hold it back says so. */
#define SEVERITIES(X)         \
	X(UNKNOWN, "unknown") \
	X(INFO, "info") X(LOW, "low") X(MEDIUM, "medium") X(HIGH, "high") X(CRITICAL, "critical")
enum severity {
#define X(name, word) SEVERITY_##name,
	SEVERITIES(X)
#undef X
};

/* Of the pipeline, in its order. */
#define STAGES(X)               \
	X(VALIDATE, "validate") \
	X(SECRETS, "secrets") X(BUILD, "build") X(SCAN, "scan") X(PUBLISH, "publish")
enum stage {
#define X(name, word) STAGE_##name,
	STAGES(X)
#undef X
	    STAGE_COUNT,
};

/* Against the target branch (design 6.3). */
#define FINDING_STATES(X) X(NEW, "new") X(KNOWN, "known") X(FIXED, "fixed")
enum finding_state {
#define X(name, word) STATE_##name,
	FINDING_STATES(X)
#undef X
};

/* What the policy says of one finding. Nothing else decides an exit code or a merge. */
#define VERDICTS(X) X(PASSES, "passes") X(WARNS, "warns") X(EXCUSED, "excused") X(BLOCKS, "blocks")
enum verdict {
#define X(name, word) VERDICT_##name,
	VERDICTS(X)
#undef X
};

/* How far an edit may be trusted, the most first: what makes edits stops where its user says. */
#define EDIT_LEVELS(X)                                                                        \
	X(SAFE, "safe") /* whatever the file, what is built is the same, or is only better */ \
	X(SUGGESTED, "suggested") /* right in nearly all files: look at it */                 \
	X(UNSAFE, "unsafe") /* changes what the build does, beyond what the finding is about */
enum edit_level {
#define X(name, word) EDIT_##name,
	EDIT_LEVELS(X)
#undef X
};

/* What a package is there for, as the file that names it says. */
#define PACKAGE_SCOPES(X)     \
	X(UNKNOWN, "unknown") \
	X(RUNTIME, "runtime") \
	X(DEVELOPMENT, "development") X(OPTIONAL, "optional") X(TEST, "test") X(BUILD, "build")
enum package_scope {
#define X(name, word) SCOPE_##name,
	PACKAGE_SCOPES(X)
#undef X
	    SCOPE_COUNT,
};

/* Why something that is there was not judged (core/sink.h). */
#define GAP_KINDS(X)                                                                    \
	X(LFS_POINTER, "lfs-pointer")                                                   \
	X(SUBMODULE, "submodule")                                                       \
	X(SPECIAL_FILE, "special-file") /* a FIFO, socket or device */                  \
	X(TOO_LARGE, "too-large")                                                       \
	X(UNREADABLE, "unreadable")                                                     \
	X(RELEASE, "release")	  /* a distribution release without advisories */       \
	X(PACKAGES, "packages")	  /* packages of a kind, or without an exact version */ \
	X(INVENTORY, "inventory") /* nothing at all of an image could be judged */      \
	X(IMAGE, "image")	  /* an image that was not built or not scanned */      \
	X(TOOL, "tool")		  /* a program that is not installed */
enum gap_kind {
#define X(name, word) GAP_##name,
	GAP_KINDS(X)
#undef X
	    GAP_KIND_COUNT,
};

/* The words above, never NULL; "unknown" for a value outside. */
struct str severity_word(enum severity severity);
struct str stage_word(enum stage stage);
struct str state_word(enum finding_state state);
struct str verdict_word(enum verdict verdict);
struct str gap_kind_word(enum gap_kind kind);
struct str edit_level_word(enum edit_level level);
struct str package_scope_word(enum package_scope scope);

/* False if the word is not in the list: *ret is then unwritten. */
bool severity_parse(struct str word, enum severity *ret);
bool stage_parse(struct str word, enum stage *ret);
bool gap_kind_parse(struct str word, enum gap_kind *ret);
bool edit_level_parse(struct str word, enum edit_level *ret);

/* Of a CVSS score in tenths (0..100), by the qualitative scale of CVSS v3.1 section 5; 0 is info.
 */
enum severity severity_of_cvss(int tenths);

#endif
