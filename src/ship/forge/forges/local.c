#include "base/buf.h"
#include "base/hash.h"
#include "ship/forge/forge.h"

/* A branch's name as one part of a ref has to fit into a file's name. */
enum { PART_BYTES_MAX = 160, REF_BYTES_MAX = 1024, TRIES = 3 };

static struct git_repo *repo_of(struct forge *forge)
{
	return container_of(forge, struct forge_local, forge)->repo;
}

/* A name too long is cut, and told apart by its digest; "%" before it cannot come from encoding. */
static void add_part(struct buf *out, struct str branch)
{
	char hex[SHA256_HEX_SIZE];
	size_t from = out->n;

	for (size_t i = 0; i < branch.n; i++) {
		if (branch.p[i] == '/' || branch.p[i] == '%')
			buf_addf(out, "%%%02X", (unsigned)branch.p[i]);
		else
			buf_addc(out, branch.p[i]);
	}
	if (!buf_ok(out) || out->n - from <= PART_BYTES_MAX)
		return;
	sha256_hex(branch, hex);
	out->n = from + PART_BYTES_MAX;
	buf_addf(out, "%%-%.16s", hex);
}

struct str forge_local_comment_ref(const struct pull_request *pull, struct arena *arena)
{
	struct buf ref CLEANUP(buf_release) = BUF_INIT(REF_BYTES_MAX * 8);

	buf_add(&ref, STR("refs/plimsoll/pull/"));
	add_part(&ref, pull->source);
	buf_add(&ref, STR("/into/"));
	add_part(&ref, pull->target);
	buf_add(&ref, STR("/comment"));
	return buf_ok(&ref) ? arena_str(arena, buf_str(&ref)) : STR_NONE;
}

static int set_comment(
    struct git_repo *repo, struct str ref, const struct git_oid *blob, struct err *err)
{
	struct git_oid now;
	bool exists;
	struct git_ref_update update = {.ref = ref, .to = blob};

	if (git_ref_read(repo, ref, &exists, &now, err) != 0)
		return -1;
	if (exists && git_oid_eq(&now, blob))
		return 0;
	update.from = exists ? &now : NULL;
	return git_update_refs(repo, &update, 1, err);
}

static int local_comment(
    struct forge *forge, const struct pull_request *pull, struct str text, struct err *err)
{
	struct arena arena CLEANUP(arena_release);
	struct git_oid blob;
	struct str ref;

	arena_init(&arena, KIB(64));
	ref = forge_local_comment_ref(pull, &arena);
	if (!ref.p)
		return arena_err(&arena, err);
	if (git_write_blob(repo_of(forge), text, &blob, err) != 0)
		return err_wrap(err, "the pull request's comment");
	for (int i = 0; i < TRIES; i++) {
		*err = ERR_INIT;
		if (set_comment(repo_of(forge), ref, &blob, err) == 0)
			return 0;
		if (err->code != ERR_MOVED)
			break;
	}
	return err_wrap(err, "the pull request's comment");
}

static int local_land(struct forge *forge, const struct pull_request *pull,
    const struct forge_landing *landing, struct err *err)
{
	struct buf source CLEANUP(buf_release) = BUF_INIT(REF_BYTES_MAX * 2);
	struct buf target CLEANUP(buf_release) = BUF_INIT(REF_BYTES_MAX * 2);
	struct git_ref_update updates[2];

	buf_addf(&source, "refs/heads/" STR_FMT, STR_ARG(pull->source));
	buf_addf(&target, "refs/heads/" STR_FMT, STR_ARG(pull->target));
	if (!buf_ok(&source) || !buf_ok(&target))
		return buf_err(&source, "a branch's name", err);
	updates[0] = (struct git_ref_update){.ref = buf_str(&source), .from = landing->source};
	updates[1] = (struct git_ref_update){
	    .ref = buf_str(&target), .from = landing->target, .to = landing->commit};
	return git_update_refs(repo_of(forge), updates, ARRAY_LEN(updates), err);
}

const struct forge_kind forge_kind_local = {
    .name = "local",
    .summary = "a git repository on this machine; the comment is a blob below refs/plimsoll/",
    .comment = local_comment,
    .land = local_land,
};

void forge_local_init(struct forge_local *local, struct git_repo *repo)
{
	*local = (struct forge_local){{&forge_kind_local}, repo};
}
