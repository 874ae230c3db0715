/*
 * All objects of a repository as they lie on disk, seen from the parent's side: packs are
 * mapped, loose objects listed and opened when a reader asks for one. No byte of an
 * object is read here but the headers of packs and indexes. What cannot be opened is a
 * fault in the list, and the rest is there. Fill it before readers are forked; they see
 * it through git_objects (objects.h). No git process, no config, no replacement.
 */
#ifndef READ_SOURCE_GIT_ODB_GIT_STORE_H
#define READ_SOURCE_GIT_ODB_GIT_STORE_H

#include "base/vec.h"
#include "core/content.h"
#include "core/limits.h"
#include "read/source/git/odb/pack.h"

/* A folder named "objects". */
struct git_folder {
	const char *path;
	int fd;
};

struct git_loose {
	unsigned char id[GIT_ID_MAX];
	uint32_t folder;
};

/* Something that cannot be read: as limited as the report is. */
struct git_fault {
	struct str what; /* a path */
	struct err why;
};

struct git_map {
	void *p;
	size_t n;
};

struct git_store {
	/* The files of loose objects: names are git_loose_name's. */
	struct content content;
	const struct limits *limits;
	struct arena arena;
	size_t id_bytes;
	VEC(struct git_folder) folders;
	VEC(struct git_pack) packs;
	bool lists_loose;	     /* false: a loose object is looked for when it is wanted */
	VEC(struct git_loose) loose; /* sorted by id */
	VEC(struct git_fault) faults;
	VEC(struct git_map) maps;
	int files[64]; /* open ones, for content; -1: free */
};

enum { GIT_ALTERNATES_MAX = 64, GIT_PACKS_MAX = 100000 };

/* Empty. limits are borrowed; id_bytes is 20 or 32. Who wants few objects does without a list of
 * the loose ones. -1 only if libdeflate is missing. */
MUST_USE int git_store_init(struct git_store *store, const struct limits *limits, size_t id_bytes,
    bool lists_loose, struct err *err);
/* Adds a folder of objects and those that its info/alternates names, relative to it, each once.
 * -1 only if memory is out. */
MUST_USE int git_store_add(struct git_store *store, const char *objects, struct err *err);
/* Behind the last git_store_add. */
void git_store_ready(struct git_store *store);
/* Usable as CLEANUP. */
void git_store_release(struct git_store *store);

/* Objects in packs, those that stand in two of them twice. */
uint64_t git_store_packed(const struct git_store *store);
/* "FOLDER/xx/yyyy…": what store->content opens. */
enum { GIT_LOOSE_NAME = 2 * GIT_ID_MAX + 16 };
void git_loose_name(
    const struct git_store *store, const struct git_loose *loose, char ret[GIT_LOOSE_NAME]);
/* Whether a pack, or the list of loose objects, has it. */
bool git_store_has(const struct git_store *store, const unsigned char *id);
/* NULL if it is not loose. */
const struct git_loose *git_loose_find(const struct git_store *store, const unsigned char *id);

#endif
