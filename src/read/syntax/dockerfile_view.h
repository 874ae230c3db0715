/*
 * One Dockerfile, resolved once, read by every rule: its stages and what they build on,
 * variables as far as the file itself knows them, the user, folder and shell in force,
 * and the commands of each RUN. It borrows the dockerfile and the arena it was made
 * with. Pure values after docker_view_init; any number of readers.
 */
#ifndef READ_SYNTAX_DOCKERFILE_VIEW_H
#define READ_SYNTAX_DOCKERFILE_VIEW_H

#include "base/map.h"
#include "read/syntax/dockerfile.h"
#include "read/syntax/shell.h"

/* "registry.example:5000/team/app:1.2@sha256:…". By the distribution project's rule a registry is
 * what stands before the first '/' if that holds '.' or ':' or is "localhost". */
struct docker_reference {
	struct str registry;   /* empty: none named (Docker Hub) */
	struct str repository; /* "team/app", or "library/debian" written as "debian" */
	struct str tag;
	struct str digest;
};
/* Pure splitting, no judgement; slices of text. */
struct docker_reference docker_reference_split(struct str text);

struct docker_stage;

/* The configuration of an image that a stage builds on. */
struct docker_base {
	struct str reference;  /* as FROM says it once its variables are resolved */
	struct str user;       /* its User; empty: root */
	const struct str *env; /* "NAME=value" each */
	size_t n_env;
	bool windows;
};

/* What a build is given beside the file. A zeroed one is a build without arguments of its last
 * stage, on bases that are not known. All is borrowed and must outlive the view. */
struct docker_build {
	struct str target;	     /* a stage's name or number; empty: the last */
	const struct map *args;	     /* name to struct str *: all that are given; NULL: none */
	const struct map *open_args; /* names that are given a value that is not known */
	/* Named contexts, which stand before stages and images of that name: to struct str *, the
	 * image that it is; empty: a folder, another build, or not known. NULL: none. */
	const struct map *contexts;
	struct str platform;		 /* "linux/arm64"; empty: not known, or several */
	const struct docker_base *bases; /* those whose configuration is known */
	size_t n_bases;
};

/* One instruction in the place that it runs. An ONBUILD's inner instruction is a step with
 * `onbuild` set. */
struct docker_step {
	const struct docker_instruction *instruction;
	const struct docker_instruction *outer; /* the ONBUILD around it; else the same */
	const struct docker_stage *stage;	/* NULL before the first FROM */
	bool onbuild;
	/* RUN, and CMD, ENTRYPOINT and HEALTHCHECK CMD too: what they run; else NULL. NULL also for
	 * a shell that is not POSIX-like (PowerShell, cmd) and a script with another interpreter.
	 */
	const struct shell_script *script;
	struct str user;    /* in force before it, resolved; empty: the base image's, unknown */
	struct str workdir; /* likewise, as its WORKDIR says: may be relative to one before */
	const struct docker_instruction *shell; /* the SHELL in force, or NULL */
	const struct docker_value *ports; /* EXPOSE: its words resolved; NULL: not, or ONBUILD */
};

/* Where an instruction takes files from: COPY and ADD --from, RUN --mount from=. */
struct docker_source {
	const struct docker_step *step;
	struct str raw;			  /* the name as written, a slice of the joined text */
	struct str name;		  /* resolved as far as known */
	bool known;			  /* no variable was left */
	const struct docker_stage *stage; /* an earlier stage; NULL: an image or a context */
	/* The stage of that name that comes later, which BuildKit takes and other builders do not
	 * know. */
	const struct docker_stage *later;
	bool closes_cycle; /* what it takes needs its own stage */
};

struct docker_stage {
	size_t index;
	struct str name; /* AS name, empty: none */
	const struct docker_instruction *from;
	struct docker_word image;	   /* as written */
	struct str image_text;		   /* variables resolved as far as known */
	bool image_known;		   /* no variable was left */
	struct docker_reference base;	   /* of image_text */
	struct str platform;		   /* --platform, the same way; empty: none */
	const struct docker_stage *parent; /* an earlier stage it builds on, or NULL */
	bool scratch;			   /* FROM scratch */
	bool empty;   /* on scratch by name, not by a variable, and nothing puts a file there */
	bool shipped; /* the stage that is built, or one it builds on: its layers are the image's */
	bool used;    /* some stage builds on it, copies from it or mounts it */
	bool needed;  /* that stage, or one it builds on, copies from or mounts */
	/* What the lowest stage below it builds on; NULL: its configuration is not known. */
	const struct docker_base *outside;
	const struct docker_stage *lowest; /* that stage: itself if it has no parent */
	size_t first_step, n_steps;	   /* in view->steps; its FROM is the first */
	size_t first_source, n_sources;	   /* in view->sources */
	/* In force at its end, inherited from parent stages. NULL: never set in this file. */
	const struct docker_step *user_step, *workdir_step, *shell_step;
	struct str user, workdir; /* resolved as far as known; empty if they are not set */
	bool user_known;	  /* no variable of unknown worth was in it */
	struct map env;		  /* name to struct docker_value *, this stage's own */
	struct map args;
	struct map labels; /* key to struct docker_label *, the last of each, this stage's own */
};

struct docker_label {
	const struct docker_pair *pair;
	const struct docker_instruction *instruction;
};

struct docker_value {
	struct str text;
	bool known; /* false: declared without a value, or made from something unknown */
	const struct docker_instruction *instruction;
};

enum { DOCKER_STAGES_MAX = 1024 };

struct docker_view {
	const struct dockerfile *file;
	struct docker_stage *stages;
	size_t n_stages;
	struct docker_step *steps; /* all, in the order of the file */
	size_t n_steps;
	VEC(struct docker_source) sources;
	struct map global_args; /* ARG before the first FROM */
	/* The target, or the last stage; NULL if the file has no stage, or not the target. */
	const struct docker_stage *built;
	const struct docker_build *build; /* NULL: how it is built is not known */
	/* FROM of the first stage beyond DOCKER_STAGES_MAX: it, and what stands behind it, is not
	 * in the view, and what would be built without a target is not known. NULL: all is. */
	const struct docker_instruction *cut;
};

/* -1 only for a full arena. `file` must live as long as the view. */
MUST_USE int docker_view_init(
    struct docker_view *view, const struct dockerfile *file, struct arena *arena, struct err *err);
/* As that build sees it: its arguments stand before what ARG says, and an ARG without a value that
 * is not among them is empty. Where a base's configuration is known its variables are known too,
 * and what neither it nor the file sets is empty. */
MUST_USE int docker_view_init_build(struct docker_view *view, const struct dockerfile *file,
    const struct docker_build *build, struct arena *arena, struct err *err);

/* A user as `USER` and image configurations have it, by builders' and runtimes' reading: root by
 * name or number ("root", "0", "00", "+0"), with or without a group, or empty. */
bool docker_user_is_root(struct str user);
/* False: it is neither a name nor a number that a runtime takes, as "10001 root", "+" and "0x0". */
bool docker_user_is_valid(struct str user);
/* Digits, with or without a sign, as runtimes read them. */
bool docker_is_number(struct str text);
/* Cuts the next port off: a variable of EXPOSE may hold several. */
bool docker_next_port(struct str *rest, struct str *ret_port);
/* One word of EXPOSE or of a configuration, as "80", "8000-8010/tcp", "80:8080". */
struct docker_ports {
	uint64_t low, high;
	bool tcp;
};
/* False: it is not a port. */
bool docker_ports_read(struct str word, struct docker_ports *ret);

/* ENV, then ARG, of the stage and of the stages it builds on; NULL: not set in this file. */
const struct docker_value *docker_value_get(const struct docker_stage *stage, struct str name);
/* A RUN --mount whose type is one of cache or tmpfs and whose target is `folder` or above it. */
bool docker_has_cache_mount(const struct docker_instruction *run, struct str folder);
/* One key of a --mount value: "type=cache,target=/x" and "target" give "/x". */
bool docker_mount_option(struct str mount, const char *key, struct str *ret_value);

/* What a variable is worth. */
enum docker_worth {
	DOCKER_SET,	      /* *ret_value */
	DOCKER_UNSET,	      /* nothing sets it: it is empty */
	DOCKER_OPEN,	      /* an argument that the build may give: until then defaults hold */
	DOCKER_UNKNOWN_WORTH, /* it may be anything, or not be set */
};
typedef enum docker_worth docker_lookup_fn(const void *arg, struct str name, struct str *ret_value);
enum { DOCKER_EXPAND_MAX = 4096 }; /* bytes of one expanded value; beyond, it is not known */
/* Quotes and escapes removed, $VAR ${VAR} ${VAR:-x} ${VAR-x} ${VAR:+x} ${VAR+x} replaced, by the
 * rules for Dockerfile words; x may hold variables. What is not known stays as "${VAR}" and
 * *ret_known is false; so it is if the result would be too long, and if it is not known whether x
 * counts (then the text has x). */
MUST_USE int docker_expand(struct str raw, char escape, docker_lookup_fn *lookup, const void *arg,
    struct arena *arena, struct str *ret_text, bool *ret_known, struct err *err);

#endif
