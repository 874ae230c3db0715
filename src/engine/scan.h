/*
 * The plan of one scan: which source, which detectors, in which readers. Everything that
 * reads hostile bytes runs in sandboxed readers (core/pool.h); a unit that makes its
 * reader crash is one problem, and a fresh reader takes the rest. Results
 * go into the report; the gate judges them afterwards.
 */
#ifndef ENGINE_SCAN_H
#define ENGINE_SCAN_H

#include "base/clock.h"
#include "core/report.h"
#include "detect/lint/lint.h"
#include "detect/secret/secret.h"
#include "detect/vuln/db/db.h"
#include "engine/edge.h"
#include "engine/where.h"
#include "gate/policy.h"
#include "read/source/git/git_place.h"
#include "read/source/git/repo.h"

/* What a folder's secrets are compared with: those of this commit's tree are known. */
struct scan_since {
	struct git_repo *repo;
	const struct git_oid *commit, *head;
};

struct scan {
	struct report *report;
	uint32_t subject; /* findings are about this one */
	const struct policy *policy;
	const struct clock *clock;
	const struct limits *limits;
	const struct secret_engine *secrets; /* lint needs it too: no finding quotes a secret */
	const struct db *database;	     /* NULL: vulnerabilities are not matched */
	const struct lint_opts *lint;	     /* a peer's dialect and its settings; NULL: ours */
	const struct lint_build *build;	     /* the one Dockerfile that is built; NULL: not known */
	struct lint_builds builds;	     /* of bake and Compose files */
	const struct scan_since *since;	     /* of scan_folder; NULL: all is new */
	struct edge *edge;	/* hides secrets in what is shown; NULL in tests alone */
	struct err *warning;	/* NULL, or gets why more was judged than was asked for */
	bool shellcheck;	/* the shell in RUN is given to ShellCheck, if it is installed */
	const char *tool_cache; /* a folder for what it answered; NULL: none */
	bool no_sandbox;
	bool paranoid;	  /* what is taken over from an older version is looked at all the same */
	unsigned readers; /* at most; 0: as many as there are cores */
};

enum scan_detectors {
	SCAN_LINT = 1 << 0,
	SCAN_SECRETS = 1 << 1,
	SCAN_NAMED = 1 << 2,	   /* a folder in which nothing is linted is a problem */
	SCAN_NOT_IGNORED = 1 << 3, /* what the repository's ignore files name is left out */
	SCAN_GIT_FILES = 1 << 4,   /* it is a git folder, whose objects are read elsewhere */
};

/* A folder as it lies on disk, or one file. What was found in it and cannot be read is not covered;
 * what is named itself and cannot be read is a problem. -1 only if the report is full. */
MUST_USE int scan_folder(
    struct scan *scan, const struct where *where, unsigned detectors, struct err *err);
/* Files that are named one by one: as scan_folder with each, but all readers share them. */
struct named_file {
	struct where where; /* with a file */
	uint32_t subject;   /* of the report */
};
MUST_USE int scan_files(struct scan *scan, const struct named_file *files, size_t n,
    unsigned detectors, struct err *err);
/* One text that has a name, as from a pipe. */
MUST_USE int scan_text(
    struct scan *scan, struct str name, struct str bytes, unsigned detectors, struct err *err);

/* Dockerfiles and manifests of a commit's tree. */
MUST_USE int scan_tree(
    struct scan *scan, struct git_repo *repo, const struct git_oid *commit, struct err *err);
/* Secrets in the files of a commit's tree. */
MUST_USE int scan_tree_secrets(
    struct scan *scan, struct git_repo *repo, const struct git_oid *commit, struct err *err);
/* Secrets in what the commits of base..head introduce. */
MUST_USE int scan_range(struct scan *scan, struct git_repo *repo, const struct git_oid *base,
    const struct git_oid *head, struct err *err);

/* Secrets in everything that the repository's object store holds; with a view, in what the commits
 * brought that it has. */
struct history_view {
	struct str branch;  /* reachable from it: a branch, of a remote too, a tag, a full ref;
			       empty: from any */
	int64_t since_ms;   /* the committer's time; 0: any */
	uint32_t max_depth; /* so many commits on each way from the refs; 0: any */
};
MUST_USE int scan_history(struct scan *scan, const struct git_place *place,
    const struct history_view *view, struct err *err);

struct image_scan {
	const char *path;    /* an OCI layout folder, or an archive */
	struct str name;     /* for errors; empty: the path */
	struct str selector; /* which image, if there are several */
	struct str platform;
	const struct str *base_diff_ids; /* of the base image, lowest first */
	size_t n_base_diff_ids;
	struct str dockerfile; /* its text, so that layers name its lines; may be empty */
	struct str dockerfile_path;
	bool secrets_in_layers;
};

/* Inventory, vulnerabilities, secrets in layers. Fills the subject's digest and platform, and the
 * report's inventory, database and not_covered. A layer or archive that cannot be trusted is a
 * problem. */
MUST_USE int scan_image(struct scan *scan, const struct image_scan *image, struct err *err);
/* Once a report holds both: what an image's configuration and its Dockerfile's text say alike
 * becomes one finding with both places. */
MUST_USE int scan_join_image(struct report *report, struct err *err);
/* Matches an inventory that is known already, as for a baseline. */
MUST_USE int scan_inventory(struct scan *scan, const struct inventory *inventory, struct err *err);

/* Whether a file that the target has is not there any more. */
typedef bool scan_gone_fn(void *arg, struct str path);
/* Compares with what the target branch has: findings of `report` that are in `before` too become
 * known, also in another file if theirs is gone (it was moved); those of `before` that are gone are
 * added as fixed (design 6.3). Only of that stage. gone may be NULL: nothing is moved. */
MUST_USE int scan_compare(struct report *report, const struct report *before, enum stage stage,
    scan_gone_fn *gone, void *arg, struct err *err);

/* The secrets of an image that the target's tree (`before`) holds too were not brought by this
 * change: their places in layers become known. */
MUST_USE int scan_compare_layers(
    struct report *report, const struct report *before, struct err *err);

/* What says that two secrets are the same: rule and keyed hash. p is NULL if the arena is full. */
struct str scan_secret_id(const struct finding *finding, struct arena *arena);

/* Opens a stage: its time runs until scan_stage_end, which also says whether it had a
 * problem. */
struct scan_stage {
	enum stage stage;
	int64_t from_ms;
};
struct scan_stage scan_stage_begin(const struct scan *scan, enum stage stage);
MUST_USE int scan_stage_end(
    const struct scan *scan, const struct scan_stage *stage, struct err *err);

struct secret_amend; /* engine/scan_trufflehog.h */
/* The secret rules of a scan: the built-in ones, or a file's instead of them, and what is said
 * besides (NULL: nothing). Release with secret_engine_free; arena holds the rules. */
MUST_USE int scan_secret_engine(const char *rules_file, const struct secret_amend *amend,
    const struct limits *limits, struct arena *arena, struct secret_engine **ret, struct err *err);

#endif
