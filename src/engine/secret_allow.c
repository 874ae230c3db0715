#include "engine/secret_allow.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/os/fd.h"
#include "detect/secret/pem.h"
#include "engine/readers.h"
#include "peer/gitleaks_config.h"
#include "read/syntax/node.h"

#include <sys/stat.h>

enum {
	TAG_ALLOW = 1 << 16 | 0x10b,
	IGNORE_BYTES = 4 << 20,
	BASELINE_BYTES = 256 << 20,
	NESTING = 32,
	KEYS_MAX = 1000000,
};

/* A key says which file it is from, and what a place must be:
 *   "I\n<commit>\n<path>\n<rule>\n<line>"   the ignore file that is named; commit may be empty
 *   "A\n…"                                  the repository's own, in the same form
 *   "H\n<hash>\n<path>"                     a baseline's secret
 *   "P\n<path>\n<rule>\n<line>"             a baseline's place, if its secret is not told */
struct allow_job {
	struct str ignore, asked, baseline;
	struct str key; /* of the hash */
	struct job *job;
	struct err *err;
	VEC(struct str) found;
	/* in the parent */
	struct arena *arena;
	bool answered;
	struct str why; /* what is wrong with the baseline; empty: nothing */
	struct str_list keys;
};

/* ---- in the reader ---- */

static int add_key(struct allow_job *a, struct str key)
{
	if (a->found.n >= KEYS_MAX)
		return err_set(a->err, ERR_LIMIT, "more than a million entries");
	return key.p && vec_push(&a->found, a->job->arena, key) ? 0
								: arena_err(a->job->arena, a->err);
}

static bool is_commit(struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		if (!byte_is_digit(word.p[i]) && !(word.p[i] >= 'a' && word.p[i] <= 'f'))
			return false;
	}
	return word.n == 40 || word.n == 64;
}

/* "file:rule:line" or "commit:file:rule:line"; a file's name may have colons. */
static int add_ignored(struct allow_job *a, char kind, struct str line)
{
	struct str commit = STR_NONE, first, rest = str_trim(line), rule, number;
	size_t colon = str_rchr(rest, ':');

	if (rest.n == 0 || rest.p[0] == '#' || colon == STR_NPOS)
		return 0;
	number = str_sub(rest, colon + 1, rest.n);
	rest.n = colon;
	colon = str_rchr(rest, ':');
	if (colon == STR_NPOS)
		return 0;
	rule = str_sub(rest, colon + 1, rest.n);
	rest.n = colon;
	if (str_split(rest, ':', &first, &line) && is_commit(first)) {
		commit = first;
		rest = line;
	}
	return add_key(
	    a, arena_fmt(a->job->arena, "%c\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT, kind,
		   STR_ARG(commit), STR_ARG(rest), STR_ARG(gitleaks_rule_here(rule)),
		   STR_ARG(number)));
}

static int add_all_ignored(struct allow_job *a, char kind, struct str text)
{
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		if (add_ignored(a, kind, line) != 0)
			return -1;
	}
	return 0;
}

static struct str hash_of(struct allow_job *a, struct str value)
{
	unsigned char mac[SHA256_BYTES];
	char hex[SECRET_HASH_HEX + 1];

	hmac_sha256(a->key, value, mac);
	hex_write(mac, SECRET_HASH_HEX / 2, hex);
	return arena_str(a->job->arena, str_of(hex));
}

/* Of a private key's block the secret is its body. */
static int hash_secret(struct allow_job *a, struct str secret, struct str *ret)
{
	size_t begin = str_find(secret, STR("-----BEGIN ")), end;
	struct pem pem = {.kind = PEM_NONE};
	int result = 0;

	*ret = hash_of(a, secret);
	if (begin == STR_NPOS)
		return 0;
	end = str_find(str_sub(secret, begin + 11, secret.n), STR("-----"));
	if (end == STR_NPOS)
		return 0;
	if (pem_read(secret, begin, begin + 11 + end + 5, a->job->arena, &pem, a->err) != 0)
		result = -1;
	else if (pem.body.n > 0)
		*ret = hash_of(a, buf_str(&pem.body));
	pem_release(&pem);
	return result;
}

/* --redact leaves "REDACTED", or a part and dots. */
static bool is_redacted(struct str secret)
{
	return secret.n == 0 || str_eq(secret, STR("REDACTED")) || str_ends(secret, STR("..."));
}

static int add_known(struct allow_job *a, const struct node *entry)
{
	struct str path = node_text(node_get(entry, STR("File")));
	struct str hash = node_text(node_get(entry, STR("SecretHash")));
	struct str secret = node_text(node_get(entry, STR("Secret")));
	struct str rule = gitleaks_rule_here(node_text(node_get(entry, STR("RuleID"))));
	struct str line = node_text(node_get(entry, STR("StartLine")));

	if (hash.n == 0 && !is_redacted(secret) && hash_secret(a, secret, &hash) != 0)
		return -1;
	if (hash.n > 0)
		return add_key(a, arena_fmt(a->job->arena, "H\n" STR_FMT "\n" STR_FMT,
				      STR_ARG(hash), STR_ARG(path)));
	return add_key(a, arena_fmt(a->job->arena, "P\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
			      STR_ARG(path), STR_ARG(rule), STR_ARG(line)));
}

/* A list of findings, as gitleaks writes it. */
static int add_baseline(struct allow_job *a)
{
	struct syntax_tree tree;
	const struct node *root;

	if (a->baseline.n == 0)
		return 0;
	if (json_tree(a->baseline, NESTING, a->job->arena, &tree, a->err) != 0)
		return -1;
	root = tree.roots.n > 0 ? tree.roots.p[0] : NULL;
	if (tree.problems.n > 0 || !node_is(root, NODE_LIST))
		return err_set(a->err, ERR_CONFIG,
		    "%s; a report is expected as gitleaks -f json writes it, or --format gitleaks",
		    tree.problems.n > 0 ? tree.problems.p[0].what : "it is no list of findings");
	for (const struct node *entry = node_first(root); entry; entry = entry->next) {
		if (add_known(a, entry) != 0)
			return -1;
	}
	return 0;
}

static void walk_keys(struct wire *w, void *item)
{
	struct allow_job *a = item;

	wire_str(w, &a->why);
	wire_strs(w, &a->keys);
}

static int run_allow(struct job *job, void *arg, struct err *err)
{
	struct allow_job a = *(const struct allow_job *)arg;
	struct err why = ERR_INIT;

	a.job = job;
	a.err = &why;
	if (add_all_ignored(&a, 'I', a.ignore) != 0 || add_all_ignored(&a, 'A', a.asked) != 0 ||
	    add_baseline(&a) != 0) {
		a.why = arena_str(job->arena, str_of(why.text));
		a.found.n = 0;
	}
	a.keys = (struct str_list){a.found.p, a.found.n};
	return reply_send(job, TAG_ALLOW, &a, walk_keys, err);
}

static int take_allow(void *arg, struct str bytes, struct err *err)
{
	struct allow_job *a = arg;

	a->answered = true;
	return reply_take(bytes, TAG_ALLOW, a, walk_keys, a->arena, err);
}

/* ---- the report ---- */

struct allowing {
	struct scan *scan;
	struct policy *policy;
	struct arena *arena;
	struct map keys;  /* all of them, to struct allow_key * */
	const char *name; /* of the ignore file */
};

struct allow_key {
	bool used;
};

static bool has(struct allowing *a, struct str key)
{
	struct allow_key *found = key.p ? map_get(&a->keys, key) : NULL;

	if (found)
		found->used = true;
	return found != NULL;
}

static bool is_ignored_as(struct allowing *a, char kind, const struct finding *f,
    const struct place *place, struct str path)
{
	struct str rule = gitleaks_rule_here(f->rule);
	bool found = has(a, arena_fmt(a->arena, "%c\n\n" STR_FMT "\n" STR_FMT "\n%u", kind,
				STR_ARG(path), STR_ARG(rule), place->line));

	if (found || place->origin.commit.n == 0)
		return found;
	return has(
	    a, arena_fmt(a->arena, "%c\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n%u", kind,
		   STR_ARG(place->origin.commit), STR_ARG(path), STR_ARG(rule), place->line));
}

/* All of its places are named. */
static bool is_ignored(struct allowing *a, char kind, const struct finding *f)
{
	bool all = f->n_places > 0 && f->more_places == 0;

	for (size_t i = 0; i < f->n_places; i++) {
		const struct place *place = &f->places[i];
		bool one = is_ignored_as(a, kind, f, place, place_within(place)) ||
			   is_ignored_as(a, kind, f, place, place->origin.path);

		all = all && one;
	}
	return all;
}

static bool is_in_baseline(
    struct allowing *a, const struct finding *f, const struct place *place, struct str path)
{
	return has(a, arena_fmt(a->arena, "H\n" STR_FMT "\n" STR_FMT, STR_ARG(f->secret->hash),
			  STR_ARG(path))) ||
	       has(a, arena_fmt(a->arena, "P\n" STR_FMT "\n" STR_FMT "\n%u", STR_ARG(path),
			  STR_ARG(gitleaks_rule_here(f->rule)), place->line));
}

static void know(struct allowing *a, struct finding *f)
{
	bool all = f->n_places > 0 && f->more_places == 0;

	for (size_t i = 0; i < f->n_places; i++) {
		struct place *place = &f->places[i];

		if (is_in_baseline(a, f, place, place_within(place)) ||
		    is_in_baseline(a, f, place, place->origin.path))
			place->state = STATE_KNOWN;
		all = all && place->state == STATE_KNOWN;
	}
	if (all)
		f->state = STATE_KNOWN;
}

static int apply_one(struct allowing *a, struct finding *f, struct err *err)
{
	struct policy_ignore ignore = {.match.fingerprint = f->fingerprint};

	know(a, f);
	if (is_ignored(a, 'I', f)) {
		ignore.reason = arena_fmt(&a->scan->report->arena, "named in %s", a->name);
		(void)vec_push(&a->policy->ignores, &a->scan->report->arena, ignore);
	}
	if (f->request.n == 0 && is_ignored(a, 'A', f))
		f->request = STR(".gitleaksignore asks to leave it alone");
	return arena_check(&a->scan->report->arena, err);
}

static int apply_all(
    struct allowing *a, const struct str_list *keys, size_t *ret_unused, struct err *err)
{
	struct report *report = a->scan->report;

	map_init(&a->keys, a->arena);
	for (size_t i = 0; i < keys->n; i++) {
		struct allow_key *key = arena_new(a->arena, struct allow_key);

		if (!key || (!map_has(&a->keys, keys->p[i]) && !map_put(&a->keys, keys->p[i], key)))
			return arena_err(a->arena, err);
	}
	for (size_t i = 0; i < report->findings.n; i++) {
		if (report->findings.p[i].secret && apply_one(a, &report->findings.p[i], err) != 0)
			return -1;
	}
	*ret_unused = 0;
	for (size_t i = 0; i < a->keys.n; i++) {
		const struct allow_key *key = a->keys.items[i].value;

		*ret_unused += str_starts(a->keys.items[i].key, STR("I\n")) && !key->used;
	}
	return arena_check(a->arena, err);
}

/* ---- files ---- */

static int read_named(
    const char *name, size_t most, struct arena *arena, struct str *ret, struct err *err)
{
	if (!name)
		return 0;
	if (file_read(name, most, arena, ret, err) == 0)
		return 0;
	err->code = ERR_CONFIG;
	return -1;
}

/* What is no regular file asks nothing. */
static void read_asked(const char *top, struct arena *arena, struct str *ret)
{
	struct str path = top ? arena_fmt(arena, "%s/.gitleaksignore", top) : STR_NONE;
	struct err ignored = ERR_INIT;
	struct stat st;

	if (!path.p || lstat(path.p, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if (file_read(path.p, IGNORE_BYTES, arena, ret, &ignored) != 0)
		*ret = STR_NONE;
}

int secret_allow_apply(struct scan *scan, const struct secret_allow_files *files,
    struct policy *policy, size_t *ret_unused, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct allow_job job = {.key = policy->secret_key, .arena = &arena};
	struct allowing allowing = {
	    .scan = scan, .policy = policy, .arena = &arena, .name = files->ignore};
	const struct pool_one one = {.fn = run_allow, .reply = take_allow, .arg = &job};

	*ret_unused = 0;
	arena_init(&arena, scan->limits->scan_memory);
	if (read_named(files->ignore, IGNORE_BYTES, &arena, &job.ignore, err) != 0 ||
	    read_named(files->baseline, BASELINE_BYTES, &arena, &job.baseline, err) != 0)
		return -1;
	read_asked(files->top, &arena, &job.asked);
	if (job.ignore.n + job.baseline.n + job.asked.n == 0)
		return 0;
	if (scan_walk(scan, STAGE_SECRETS, &one, NULL, err) != 0)
		return -1;
	if (job.why.n > 0)
		return err_set(err, ERR_CONFIG, "%s: " STR_FMT,
		    files->baseline ? files->baseline
		    : files->ignore ? files->ignore
				    : ".gitleaksignore",
		    STR_ARG(job.why));
	return job.answered ? apply_all(&allowing, &job.keys, ret_unused, err) : 0;
}
