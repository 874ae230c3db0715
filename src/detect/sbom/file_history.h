/*
 * What an image's own records said of its packages, layer by layer, and whether the last
 * word can be believed. A package that lower layers had counts as installed until the
 * package manager's records explain where it went:
 *
 * - taken away: none of the files that its list names is there any more (conffiles apart);
 * - another version: the new checksums confirm the files that are there, and one of them
 *   was written above the layer that still had the old version;
 * - in both cases some of its programs and libraries have other bytes, or are gone: what was
 *   written again, handed to another package or moved as it was is what it was;
 * - another release: base-files went the same way, and confirms the file.
 *
 * What is not explained is named (struct hidden) and put back into the inventory. The
 * records can be forged by whoever writes all of them and the files too; docs/threats.md.
 *
 * Add records as the walk gives them, then plan, then give history_file what there is of
 * the files that history_asks for, then judge. Everything lives in the arena. One thread.
 */
#ifndef DETECT_SBOM_FILE_HISTORY_H
#define DETECT_SBOM_FILE_HISTORY_H

#include "base/map.h"
#include "base/vec.h"
#include "core/finding.h"
#include "core/unit.h"

#define HISTORY_STAYS ((size_t)-1)

/* One text of a record: a list of files, checksums, a status file … */
struct history_text {
	struct origin origin;
	struct str text;
	size_t layer;
	size_t gone_by; /* the layer that took it away or replaced it, or HISTORY_STAYS */
};

struct history_texts {
	struct history_text *p;
	size_t n, cap;
};

/* The file lists and checksums of one package, of all layers. */
struct history_owner {
	struct str name; /* as the files are called: "libssl3:amd64" */
	struct history_texts lists, sums;
};

/* What a layer wrote at a path. */
struct history_bytes {
	size_t layer;
	struct str md5;
};

/* A file of the final image; layer and md5 only if it is there. */
struct history_file {
	bool there;
	size_t layer;
	struct str md5;
	struct str owner;	       /* the package in whose list it stands now */
	VEC(struct history_bytes) was; /* what layers wrote that others replaced */
	VEC(struct str) inside;	       /* of a folder: the keys of the files below it */
};

/* A package that was there, and is not as it was. */
struct history_suspect {
	struct package package;
	size_t layer;	/* the last that has it so */
	size_t gone_by; /* the layer after which it is not */
	struct str record;
	size_t now; /* index + 1 into the inventory: what stands there in its place */
	const struct history_owner *owner;
	struct str_list files; /* of Python packages: keys of history->files */
	bool explained;
};

/* Names and suspects beyond this are not followed. */
enum { HISTORY_PACKAGES_MAX = 100000 };

struct history {
	struct arena *arena;
	struct history_texts status;   /* as lower layers had them */
	struct history_texts python;   /* METADATA and the like, as lower layers had them */
	struct history_texts records;  /* RECORD of Python packages, all of them */
	struct history_texts releases; /* os-release, all of them */
	VEC(struct history_suspect) suspects;
	struct map owners;  /* name to struct history_owner * */
	struct map listed;  /* every name in the package database as it is in the end */
	struct map files;   /* to struct history_file *; key: history_key */
	struct map folders; /* the same for whole folders of Python packages */
	struct map sums; /* MD5 of what is there in the end: the highest layer that wrote it + 1 */
	bool has_database;
};

/* What is not explained. */
struct hidden {
	struct str path; /* of the record */
	size_t layer;	 /* that changed it */
	struct str message, identity;
};

struct hidden_list {
	struct hidden *p;
	size_t n, cap;
};

void history_init(struct history *h, struct arena *arena);
/* Records that history needs and no cataloger reads. */
bool history_wants(struct str path);
/* A record; gone_by HISTORY_STAYS: as it is in the end. Other paths are passed over. */
MUST_USE int history_add(
    struct history *h, const struct unit *unit, size_t layer, size_t gone_by, struct err *err);

/* Whom to suspect, by what the inventory has in the end; before sbom_finish. */
MUST_USE int history_plan(struct history *h, const struct inventory *inventory, struct err *err);
/* Whether what became of this file has to be known. */
bool history_asks(struct history *h, struct str path);
/* A file as it is in the end; also one that was not asked for: it may be another under a new name.
 */
MUST_USE int history_file(
    struct history *h, struct str path, size_t layer, const char *md5, struct err *err);
/* A file that history_asks for, as a layer wrote it and a higher one replaced it or took it away.
 */
MUST_USE int history_was(
    struct history *h, struct str path, size_t layer, const char *md5, struct err *err);
/* Puts into the inventory what counts as installed, and names what is hidden. */
MUST_USE int history_judge(
    struct history *h, struct inventory *inventory, struct hidden_list *ret, struct err *err);

/* A file of one layer, of whose bytes this is the MD5: *package is set if they are as a package of
 * the distribution brought them. Its checksum and its list have to come from the layer that wrote
 * the file, as dpkg does it; checksums that replace others count if the package was upgraded. */
struct confirmed {
	struct str path, md5;
	size_t layer;
	struct str package;	/* out: its name as dpkg's records have it; empty: nobody says so */
	struct confirmed *next; /* private */
};
/* After history_judge. */
MUST_USE int history_confirm(struct history *h, struct confirmed *list, size_t n, struct err *err);

#endif
