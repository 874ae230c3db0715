/*
 * A lint rule: one file of rules/, one line of rules.def, one const record that carries
 * its documentation. Its check reads a file that was resolved once for all rules and
 * reports through the functions below; it allocates nothing and keeps nothing.
 */
#ifndef DETECT_LINT_RULE_H
#define DETECT_LINT_RULE_H

#include "core/content.h"
#include "core/finding.h"
#include "detect/lint/hado.h"
#include "read/syntax/dockerfile_view.h"
#include "read/syntax/node.h"

struct lint;	   /* one file being judged, by one rule */
struct build_file; /* detect/lint/build_file.h */

enum { LINT_REFERENCES_MAX = 3, LINT_CLAUSES_MAX = 4, LINT_EDITS_MAX = 4, LINT_ALIASES_MAX = 3 };

/* Clauses of standards that a finding is against: NIST's application container security guide,
 * the payment card industry's data security standard, CIS's benchmark of Docker. */
#define NIST(clause) "NIST SP 800-190 " clause
#define PCI(clause)  "PCI DSS 4.0.1 " clause
#define CIS(clause)  "CIS Docker Benchmark " clause

struct lint_rule {
	const char *id;
	/* Names under which other tools know it, as BuildKit's checks have; the last is NULL. */
	const char *alias[LINT_ALIASES_MAX];
	const char *title; /* what is wrong, in a few words */
	const char *why, *fix;
	const char *threat; /* host, image, denial-of-service, credentials, breakout or runtime */
	const char *since;  /* the date it came */
	const char *peer;   /* the severity word of the peer that has it too; "" if none has */
	const char *references[LINT_REFERENCES_MAX];
	const char *clauses[LINT_CLAUSES_MAX]; /* of NIST, PCI, CIS; often none */
	enum severity severity;
	bool opt_in; /* off unless a policy names it (or hadolint's dialect runs) */
	/* The check: of a Dockerfile the whole, each instruction, or each command of each RUN. */
	void (*dockerfile)(struct lint *lint, const struct docker_view *view);
	void (*step)(struct lint *lint, const struct docker_step *step);
	void (*command)(
	    struct lint *lint, const struct docker_step *step, const struct shell_command *command);
	void (*taskdef)(struct lint *lint, const struct syntax_tree *tree);
	void (*build_file)(struct lint *lint, const struct build_file *file);
	struct hado_check hadolint; /* its verdict; all NULL: it has no such rule */
};

/* ---- for checks; errors stick to the lint and end it ---- */

/* Bytes [offset, end) of the file are wrong. `identity` says what they are without saying where:
 * the instruction's text, a path of keys. fix may be NULL: then the rule's own. */
void lint_report(struct lint *lint, struct text_range range, struct str identity, const char *fix,
    const char *message, ...) PRINTF_LIKE(5, 6);
/* A whole instruction without here-documents; its text, the keyword in capitals, is the identity.
 */
void lint_instruction(struct lint *lint, const struct docker_instruction *in, const char *message,
    ...) PRINTF_LIKE(3, 4);
/* One command of a script, or one of its words; the command's text is the identity. */
void lint_command(struct lint *lint, const struct shell_command *command, const char *message, ...)
    PRINTF_LIKE(3, 4);
void lint_word(struct lint *lint, const struct shell_command *command,
    const struct shell_word *word, const char *message, ...) PRINTF_LIKE(4, 5);
/* A value of a task definition or a build file. */
void lint_node(struct lint *lint, const struct node *node, const char *message, ...)
    PRINTF_LIKE(3, 4);

/* An edit of the next finding: bytes [offset, end) become text, which is borrowed until that
 * finding is reported. Safe is what leaves the image as it is but for what nobody asked for (a
 * cache, what a package only recommends, a shell between the container and its process). Its
 * importance is that of the rule's severity. */
void lint_edit(struct lint *lint, enum edit_level level, struct text_range range, struct str text);

/* The text in memory of the file's, for an edit. */
struct str lint_keep(struct lint *lint, struct str text);
/* A safe edit that writes the word in such letters. */
enum lint_case { LINT_MIXED, LINT_LOWER, LINT_UPPER };
void lint_recase(struct lint *lint, struct text_range range, struct str word, enum lint_case as);
enum lint_case lint_case_of(struct str word);
/* How most keywords of the file are written; capitals if as many are small. */
enum lint_case lint_file_case(const struct docker_view *view);

/* Calls fn with each variable of a word that has no default there ("${X:-y}"). */
typedef void lint_variable_fn(struct lint *lint, const void *arg, struct str name);
void lint_variables(struct lint *lint, const struct docker_view *view, struct str word,
    lint_variable_fn *fn, const void *arg);
/* An argument that every builder sets, such as TARGETARCH. */
bool lint_is_platform_arg(struct str name);

/* What the next finding may do; without a call, block. */
void lint_weigh(struct lint *lint, enum finding_weight weight);

/* The next finding is of a secret: its line is not shown. */
void lint_hide_line(struct lint *lint);

/* Reports each instruction of that kind but the first of its stage. */
void lint_check_second(
    struct lint *lint, const struct docker_view *view, enum docker_kind kind, struct str identity);

/* What the run knows beside the file. */
const struct lint_opts *lint_opts(const struct lint *lint);
/* A file beside the one that is judged, such as ".dockerignore", or from the top of the source,
 * such as "/.dockerignore". CONTENT_ERROR: the source cannot say. */
enum content_result lint_sibling(struct lint *lint, struct str path, struct str *ret_bytes);
/* The same by its path in the source, as units have it. */
enum content_result lint_of_source(struct lint *lint, struct str path, struct str *ret_bytes);
/* The .dockerignore that a build of this Dockerfile would take, as far as is known. */
enum content_result lint_ignore_file(struct lint *lint, struct str *ret_bytes);
/* Whether it leaves the path out of the context; false if it takes anything in again ('!'). */
bool lint_ignores(struct str ignore_file, struct str path, struct str *ret_pattern);

/* The policy's list; empty: every registry is trusted. Entries are "registry" or "registry/path",
 * with a '*' at either end of each part. */
struct str_list lint_trusted_registries(const struct lint *lint);
bool lint_is_trusted(const struct lint *lint, struct docker_reference image);

static inline bool lint_step_is(const struct docker_step *step, enum docker_kind kind)
{
	return step->instruction->kind == kind;
}

/* The last member of that name; letters as CloudFormation writes them ("Privileged") count too. */
const struct node *lint_taskdef_get(const struct node *map, struct str key);
/* The containers of a task definition: members of containerDefinitions wherever it stands, of a
 * bare list, or a bare container. Call again with the last one; NULL begins and ends. */
const struct node *lint_next_container(const struct syntax_tree *tree, const struct node *last);

/* A folder that a volume hides, or with which it opens the host. */
bool lint_is_system_folder(struct str path);

/* The commands of the script that the image has under the last name of that path: of a COPY's
 * here-document, or of a file beside this one that is copied. NULL: not known, or no shell's. */
const struct shell_script *lint_image_script(
    struct lint *lint, const struct docker_view *view, struct str path);

/* What has no use in an image that does not build; each list NULL-terminated. */
struct lint_left {
	const char *const *packages;
	bool (*is_more)(struct str package); /* NULL: no others */
	const char *const *programs;	     /* an image that starts one of them is for that */
	const char *const *bases;	     /* images that have such packages themselves */
	const char *const *full_bases;	     /* and those that do unless they are slim or alpine */
};
/* Reports the first of them of each RUN that stays in the image. */
void lint_check_left(
    struct lint *lint, const struct docker_view *view, const struct lint_left *left);

/* What a command says of one user. */
enum { LINT_ACCOUNTS_MAX = 16 }; /* of one file that rules look at */
struct lint_account {
	struct str user;
	const struct shell_word *word;
	bool created;	  /* by this command */
	bool joins_group; /* one beside its own */
};
/* False: it is none of useradd, usermod, adduser, addgroup, gpasswd, or names nobody. */
bool lint_account_read(const struct shell_command *command, struct lint_account *ret);

/* A word of the name says secret ("DB_PASSWORD", "com.example.api-key"), and none says that it is
 * only a file's name, a public part or a number. */
bool lint_names_secret(struct str name);
/* A switch, a number, or where something is: nobody's secret. Stand-ins are core/placeholder.h's.
 */
bool lint_is_harmless(struct str value);
/* Neither a stand-in, nor harmless, nor a variable, a path or a sentence. */
bool lint_is_secret(struct str value);
/* "https://user:password@host", "https://token@host". */
bool lint_has_login(struct str text);

/* A whole word of an image's name or tag, between '-', '_', '.': "nginx-unprivileged", not
 * "xunprivileged" and not "not-unprivileged". */
bool lint_name_says(struct str text, const char *word);

/* A stage that people work or test in by its name ("dev", "app-test"), or by that of the file or of
 * a folder close above it ("Dockerfile.dev", "images/php-dev/8.3/Dockerfile"). */
bool lint_is_for_development(struct lint *lint, const struct docker_stage *stage);

/* Whether the image runs on Windows, and what says so. */
enum lint_windows {
	WINDOWS_NO,
	WINDOWS_BY_TEXT,     /* its escape directive or SHELL */
	WINDOWS_BY_NAME,     /* the base's name or tag */
	WINDOWS_BY_PLATFORM, /* FROM --platform */
	WINDOWS_CERTAIN,     /* the base is Microsoft's or Docker's own, or is known */
};
enum lint_windows lint_windows(const struct docker_view *view, const struct docker_stage *stage);
/* The user who may do everything in a Windows container. */
bool lint_is_windows_admin(struct str user);

/* Package managers: `yum install`, `apt-get -y install` … with any of these words as the first
 * argument that is not an option. */
bool lint_installs(const struct shell_command *command);

/* ---- what a command is given. Lists of words end in NULL. ---- */

bool lint_is_any(struct str text, const char *const *words);
/* The next word behind one of `verbs` that is neither an option nor the value of one of `valued`
 * ("t" for -t, "target-release" for --target-release). *at begins as 0. False behind the last, and
 * if the first such word is not one of the verbs. verbs NULL: the words behind the name. */
bool lint_next_operand(const struct shell_command *command, const char *const *verbs,
    const char *const *valued, size_t *at, const struct shell_word **ret_word);
/* The word that is the verb, in the sense of lint_next_operand; NULL: it is not one of them. */
const struct shell_word *lint_verb(
    const struct shell_command *command, const char *const *verbs, const char *const *valued);

/* pip, pip3.11, /venv/bin/pip, `python -m pip`, `uv pip`: *ret is the command from the word "pip"
 * on. */
bool lint_pip(const struct shell_command *command, struct shell_command *ret);
/* A name that begins with "pip", but not "pipenv", or `python -m pip`, and "install". */
bool hado_is_pip_install(const struct hado_command *command);

/* What has to have a version. */
struct lint_pins {
	/* managers NULL: the caller knows that it is one */
	const char *const *managers, *const *verbs, *const *valued;
	bool (*is_pinned)(struct str package);
};
/* Reports the first package without one. A word that is a variable is judged by what the file sets
 * it to; nothing is said of one that the file does not know. */
void lint_check_pins(struct lint *lint, const struct docker_step *step,
    const struct shell_command *command, const struct lint_pins *pins);
/* hadolint's way: any of the words but the verbs. */
bool lint_is_unpinned(const struct hado_command *command, const struct lint_pins *pins);

/* yum, dnf and zypper (rpm.c): options that take the next word, a package with its version, and
 * what hadolint takes for one. */
extern const char *const lint_rpm_valued[];
bool lint_is_rpm_pinned(struct str package);
void hado_check_rpm_pins(struct lint *lint, const struct hado_pass *pass,
    const char *const *managers, const char *const *install);

/* A manager that asks before it goes on, and the options that answer. */
struct lint_answers {
	const char *const *managers, *const *verbs, *const *flags;
	const char *added; /* to a command that gives none: " -y" */
	bool before_verb;  /* it is an option of the program, not of the verb */
};
void lint_check_answers(
    struct lint *lint, const struct shell_command *command, const struct lint_answers *answers);
bool hado_is_unanswered(const struct hado_command *command, const struct lint_answers *answers);

/* Labels of the organisation's schema (labels.c). LABEL_ANY: of whatever type. A value with a
 * variable that is not known is not judged by us; by hadolint it is, and is wrong. */
enum { LABEL_ANY = -1 };
void lint_check_labels(struct lint *lint, const struct docker_step *step, int type,
    bool (*is_valid)(struct str value));
void hado_check_labels(
    struct lint *lint, const struct hado_pass *pass, int type, bool (*is_valid)(struct str value));
void hado_report_label(struct lint *lint, uint32_t line, const char *what, struct str key);
/* An id of the SPDX licence list (spdx.c). */
bool spdx_is_id(struct str id);

/* A package manager that keeps what it fetches, and the folders where. */
struct lint_cache {
	/* Each NULL-terminated. */
	const char *const *managers;
	const char *const *cleaners; /* by "clean": those managers, and what shares their caches */
	const char *const *folders;
};
/* Reports the last command of each RUN that fetches with nothing behind it that cleans, unless a
 * cache mount holds the folder. */
void lint_check_cache(
    struct lint *lint, const struct docker_view *view, const struct lint_cache *cache);
/* Where " && COMMAND" can be added to a RUN in shell form: behind its last command. */
bool lint_can_append(const struct docker_step *step, struct text_range *ret_at);

/* A record of sudo, env …: what it runs is a record of its own, right behind it. */
bool lint_is_wrapper(const struct docker_step *step, const struct shell_command *command);
/* The word that holds a one-letter option, and its value if it takes one: "-m 755", "-m755",
 * "-dm755"; behind the letters of `valued` stands a value. NULL: not given. */
const struct shell_word *lint_short_option(
    const struct shell_command *command, char letter, const char *valued, struct str *ret_value);

/* A word with which some program leaves out a check. */
struct lint_switch {
	const char *const *programs; /* NULL-terminated; NULL: any */
	const char *word;	     /* all of it, or what stands before '='; without case */
	const char *value;	     /* behind '=', or the next word; NULL: none is needed */
	char letter;		     /* a one-letter option with the same meaning, or 0 */
	const char *valued;	     /* the program's one-letter options that take a value */
	bool inside;		     /* it may stand in the middle of a longer text */
};
/* A variable with which it is left out; values NULL-terminated, NULL: any but an empty one. */
struct lint_setting {
	const char *name;
	const char *const *values;
};
struct lint_switches {
	const struct lint_switch *switches;
	size_t n_switches;
	const struct lint_setting *settings;
	size_t n_settings;
	const char *consequence; /* "the server's certificate is not checked" */
};
/* Reports each such word of RUN, and each such variable of ENV, ARG, RUN. */
void lint_check_switches(
    struct lint *lint, const struct docker_step *step, const struct lint_switches *all);

/* What chmod, install, mkdir and --chmod give. */
struct lint_mode {
	struct str text;
	const struct shell_word *word; /* NULL: of a flag of COPY or ADD */
	bool world_writable;	       /* and not sticky */
	bool setuid, setgid;
};
/* False: it is not an octal or symbolic mode. */
bool lint_mode_read(struct str text, struct lint_mode *ret);
bool lint_mode_of_command(const struct shell_command *command, struct lint_mode *ret);
bool lint_mode_of_copy(const struct docker_instruction *in, struct lint_mode *ret);

#endif
