/*
 * The report formats of hadolint, in its shapes. What tools of others read from it, names and
 * version, is hadolint's; messages are our own. Texts from outside are made safe for whoever reads
 * the format; nothing is decided here.
 *
 * Source: the behaviour of hadolint 2.15.1.
 */
#ifndef PEER_HADOLINT_FORMAT_H
#define PEER_HADOLINT_FORMAT_H

#include "base/buf.h"
#include "peer/hadolint_config.h"

#define HADOLINT_VERSION "2.15.1"

struct hadolint_finding {
	struct str rule, message;
	enum hadolint_level level;
	uint32_t line, column; /* the column counts only if the file could not be read alone */
	bool unread;	       /* it says why the file could not be read, and is the only one */
	uint32_t file;	       /* for whoever sorts them */
};

struct hadolint_file {
	struct str path;  /* as it was named; "-" */
	struct str shown; /* in formats that --file-path-in-report is about */
	const struct hadolint_finding *findings;
	size_t n;
};

struct hadolint_report {
	const struct hadolint_file *files;
	size_t n;
	int64_t now_ms;
	bool color;
};

struct hadolint_format {
	const char *name;
	bool never_fails; /* findings do not make it exit with 1 */
	void (*write)(const struct hadolint_report *report, struct buf *out);
};

#define HADOLINT_FORMATS_TOLD                                                                    \
	"tty, gnu, json, checkstyle, codeclimate, gitlab_codeclimate, codacy, sonarqube, sarif " \
	"and junit"

/* NULL if there is none of this name. */
const struct hadolint_format *hadolint_format_find(struct str name);
/* The nearest name, for "did you mean", or NULL. */
const char *hadolint_format_near(struct str name);

/* ---- private to the formats ---- */

extern const struct hadolint_format hadolint_tty, hadolint_gnu;
extern const struct hadolint_format hadolint_json, hadolint_codeclimate,
    hadolint_gitlab_codeclimate, hadolint_codacy, hadolint_sonarqube, hadolint_sarif;
extern const struct hadolint_format hadolint_checkstyle, hadolint_junit;

/* What was read from the standard input cannot be read under this name, to some formats. */
static inline struct str hadolint_path_of(
    const struct hadolint_file *file, const struct hadolint_finding *finding)
{
	return finding->unread && str_eq(file->path, STR("-")) ? STR("/dev/stdin") : file->path;
}

#endif
