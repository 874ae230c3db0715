/*
 * Objects through one `git cat-file --batch`:
 *   we write  "<id>\n"
 *   it writes "<id> <type> <size>\n" and size bytes and "\n", or "<id> missing\n".
 * An object that git cannot read ends git; it is started again for the next one.
 */
#include "base/os/fd.h"
#include "read/source/git/git_inner.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Kept while nobody uses them, so that a tree that is asked for twice is read once. */
#define KEPT_BYTES MIB(32)

static int start(struct git_batch *b, struct err *err)
{
	static const char *const argv[] = {"git", "cat-file", "--batch", NULL};
	struct spawn s = {.argv = argv, .env = b->repo->env, .cwd = b->repo->own};

	if (b->running)
		return 0;
	if (spawn_open(&s, &b->git, err))
		return err_wrap(err, "git cat-file");
	b->running = true;
	b->at = b->end = 0;
	return 0;
}

static void stop(struct git_batch *b)
{
	struct spawn_result result;
	struct err ignored = ERR_INIT;

	if (b->running)
		(void)spawn_close(&b->git, 0, &result, &ignored);
	b->running = false;
}

/* At least one byte into b->ahead. */
static int fill(struct git_batch *b, struct err *err)
{
	struct pollfd wait = {.fd = b->git.from, .events = POLLIN};
	ssize_t n;
	int ready;

	do
		ready = poll(&wait, 1, GIT_ANSWER_MS);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return err_set(err, ERR_LIMIT, "git cat-file gave no answer for a minute");
	do
		n = read(b->git.from, b->ahead, sizeof b->ahead);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "git cat-file");
	if (n == 0)
		return err_set(
		    err, ERR_FORMAT, "git could not read it (git fsck says what is damaged)");
	b->at = 0;
	b->end = (size_t)n;
	return 0;
}

static int read_line(struct git_batch *b, char *line, size_t size, struct err *err)
{
	size_t n = 0;

	for (;;) {
		char c;

		if (b->at == b->end && fill(b, err))
			return -1;
		c = b->ahead[b->at++];
		if (c == '\n')
			break;
		if (n + 1 >= size)
			return err_set(err, ERR_FORMAT, "git cat-file answered with no header");
		line[n++] = c;
	}
	line[n] = '\0';
	return 0;
}

static int read_bytes(struct git_batch *b, char *p, uint64_t n, struct err *err)
{
	while (n > 0) {
		size_t part;

		if (b->at == b->end && fill(b, err))
			return -1;
		part = (size_t)MIN_OF(n, (uint64_t)(b->end - b->at));
		memcpy(p, b->ahead + b->at, part);
		b->at += part;
		p += part;
		n -= part;
	}
	return 0;
}

/* "<id> <type> <size>"; *ret_there is false for "<id> missing". */
static int parse_header(struct str line, const struct git_oid *oid, bool *ret_there,
    uint64_t *ret_size, struct err *err)
{
	struct str id, rest, type, size;

	if (!str_split(line, ' ', &id, &rest) || !str_eq(id, git_oid_str(oid)))
		return err_set(err, ERR_FORMAT, "git cat-file answered something else");
	*ret_there = !str_eq(rest, STR("missing"));
	if (!*ret_there)
		return 0;
	if (!str_split(rest, ' ', &type, &size) || !str_to_u64(size, ret_size))
		return err_set(err, ERR_FORMAT, "git cat-file answered something else");
	return 0;
}

/* The object's bytes, the caller's to free. */
static int ask(struct git_batch *b, const struct git_oid *oid, bool *ret_there, char **ret_bytes,
    uint64_t *ret_size, struct err *err)
{
	char line[GIT_OID_HEX_MAX + 64], end;
	uint64_t size = 0, most = MIN_OF(b->repo->limits->object_bytes, (uint64_t)SIZE_MAX - 1);
	char *bytes;
	int n = snprintf(line, sizeof line, "%s\n", oid->hex);

	if (start(b, err) || fd_write_all(b->git.to, str_make(line, (size_t)n), err) ||
	    read_line(b, line, sizeof line, err) ||
	    parse_header(str_of(line), oid, ret_there, &size, err))
		return -1;
	if (!*ret_there)
		return 0;
	if (size > most)
		return err_set(err, ERR_LIMIT,
		    "%llu bytes, more than the %llu that one object may have",
		    (unsigned long long)size, (unsigned long long)most);
	bytes = malloc((size_t)size + 1);
	if (!bytes)
		return err_nomem(err);
	if (read_bytes(b, bytes, size, err) || read_bytes(b, &end, 1, err)) {
		free(bytes);
		return -1;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

/* ---- slots ---- */

static void empty_slot(struct git_batch *b, struct git_slot *slot)
{
	b->bytes -= slot->size;
	free(slot->bytes);
	*slot = (struct git_slot){.oid = {{0}}};
}

static struct git_slot *find_slot(struct git_batch *b, const struct git_oid *oid)
{
	for (size_t i = 0; i < GIT_SLOTS; i++) {
		if (git_oid_eq(&b->slots[i].oid, oid))
			return &b->slots[i];
	}
	return NULL;
}

/* The one that nobody uses and that was used longest ago; NULL if all are in use. */
static struct git_slot *oldest_slot(struct git_batch *b, bool only_full)
{
	struct git_slot *oldest = NULL;

	for (size_t i = 0; i < GIT_SLOTS; i++) {
		struct git_slot *slot = &b->slots[i];

		if (slot->users > 0 || (only_full && !slot->bytes))
			continue;
		if (!oldest || slot->last_used < oldest->last_used)
			oldest = slot;
	}
	return oldest;
}

static enum content_result fetch(
    struct git_batch *b, const struct git_oid *oid, struct git_slot **ret_slot, struct err *err)
{
	struct git_slot *slot = oldest_slot(b, false);
	uint64_t size = 0;
	char *bytes = NULL;
	bool there = false;

	if (!slot) {
		(void)err_set(err, ERR_LIMIT, "too many git objects are open at once");
		return CONTENT_ERROR;
	}
	if (ask(b, oid, &there, &bytes, &size, err)) {
		/* Where it stands in its answer is not known any more. */
		stop(b);
		(void)err_wrap(err, "git object %.12s", oid->hex);
		return CONTENT_ERROR;
	}
	if (!there)
		return CONTENT_MISSING;
	empty_slot(b, slot);
	*slot = (struct git_slot){.oid = *oid, .bytes = bytes, .size = size};
	b->bytes += size;
	*ret_slot = slot;
	return CONTENT_OK;
}

/* ---- as content ---- */

static struct git_batch *batch_of(struct content *c)
{
	return container_of(c, struct git_batch, content);
}

static enum content_result batch_open(
    struct content *c, struct str name, uint32_t *ret_handle, uint64_t *ret_size, struct err *err)
{
	struct git_batch *b = batch_of(c);
	struct git_slot *slot;
	struct git_oid oid;

	if (!git_oid_parse(name, &oid) || name.n != b->repo->hex_digits) {
		(void)err_set(err, ERR_FORMAT,
		    "what is asked for is not an object id of this "
		    "repository");
		return CONTENT_ERROR;
	}
	slot = find_slot(b, &oid);
	if (!slot) {
		enum content_result result = fetch(b, &oid, &slot, err);

		if (result != CONTENT_OK)
			return result;
	}
	slot->users++;
	slot->last_used = ++b->clock;
	*ret_handle = (uint32_t)(slot - b->slots);
	*ret_size = slot->size;
	return CONTENT_OK;
}

static int batch_read(struct content *c, uint32_t handle, uint64_t offset, void *p, size_t n,
    size_t *ret_n, struct err *err)
{
	struct git_batch *b = batch_of(c);
	const struct git_slot *slot = handle < GIT_SLOTS ? &b->slots[handle] : NULL;

	if (!slot || slot->users == 0)
		return err_set(err, ERR_FORMAT, "no such object is open");
	offset = MIN_OF(offset, slot->size);
	n = (size_t)MIN_OF((uint64_t)n, slot->size - offset);
	if (n > 0)
		memcpy(p, slot->bytes + offset, n);
	*ret_n = n;
	return 0;
}

static void batch_close(struct content *c, uint32_t handle)
{
	struct git_batch *b = batch_of(c);
	struct git_slot *slot;

	if (handle < GIT_SLOTS && b->slots[handle].users > 0)
		b->slots[handle].users--;
	while (b->bytes > KEPT_BYTES && (slot = oldest_slot(b, true)) != NULL)
		empty_slot(b, slot);
}

void git_batch_init(struct git_batch *batch, struct git_repo *repo)
{
	static const struct content_ops ops = {
	    .open = batch_open, .read = batch_read, .close = batch_close};

	*batch = (struct git_batch){.content = {&ops}, .repo = repo};
}

void git_batch_release(struct git_batch *batch)
{
	stop(batch);
	for (size_t i = 0; i < GIT_SLOTS; i++)
		empty_slot(batch, &batch->slots[i]);
}
