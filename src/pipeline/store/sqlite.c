/*
 * The embedded store. Every write is one transaction with full synchronisation: after a
 * power cut a run is at a step that was written, or at the one before.
 */
#include "base/buf.h"
#include "base/os/library.h"
#include "core/wire.h"
#include "pipeline/store/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

enum { STORE_VERSION = 2, BUSY_MS = 10000, INVENTORY_BYTES = 256 << 20 };

/* ---- the library, which commands without a store do without ---- */

struct sqlite_functions {
#define ROW(name) __typeof__(sqlite3_##name) *name;
#include "pipeline/store/sqlite.def"
#undef ROW
};

static struct sqlite_functions sqlite;

static int load_sqlite(struct err *err)
{
	static const struct library_function functions[] = {
#define ROW(name) {"sqlite3_" #name, offsetof(struct sqlite_functions, name)},
#include "pipeline/store/sqlite.def"
#undef ROW
	};

	return library_load("libsqlite3.so.0", functions, ARRAY_LEN(functions), &sqlite, err);
}

/* ---- the store ---- */

struct run_store {
	sqlite3 *db;
};

static const struct str step_words[] = {
#define X(name, word) STR_INIT(word),
    RUN_STEPS(X)
#undef X
};

struct str run_step_word(enum run_step step)
{
	return (size_t)step < ARRAY_LEN(step_words) ? step_words[step] : STR("unknown");
}

bool run_step_is_end(enum run_step step)
{
	return step >= RUN_DONE;
}

static int fail(struct run_store *store, const char *what, struct err *err)
{
	int code = sqlite.errcode(store->db);

	return err_set(err, code == SQLITE_NOMEM ? ERR_NOMEM : ERR_IO, "run store: %s: %s", what,
	    sqlite.errmsg(store->db));
}

static int run_sql(struct run_store *store, const char *sql, struct err *err)
{
	if (sqlite.exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(store, "statement", err);
	return 0;
}

static void finalize(sqlite3_stmt **statement)
{
	(void)sqlite.finalize(*statement);
}

static int prepare(struct run_store *store, const char *sql, sqlite3_stmt **ret, struct err *err)
{
	if (sqlite.prepare_v2(store->db, sql, -1, ret, NULL) != SQLITE_OK)
		return fail(store, "prepare", err);
	return 0;
}

static const char schema[] =
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, repo TEXT NOT NULL, source TEXT NOT NULL,"
    " target TEXT NOT NULL, image TEXT NOT NULL, step INTEGER NOT NULL, source_oid TEXT NOT NULL,"
    " target_oid TEXT NOT NULL, base_oid TEXT NOT NULL, policy_source TEXT NOT NULL,"
    " policy_commit TEXT NOT NULL, merge_oid TEXT NOT NULL, image_digest TEXT NOT NULL,"
    " exit_code INTEGER NOT NULL, started_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL);"
    /* 7 is RUN_DONE: from there a run has ended */
    "CREATE UNIQUE INDEX active ON runs (repo, source, target) WHERE step < 7;"
    "CREATE TABLE inventories (repo TEXT NOT NULL, commit_oid TEXT NOT NULL, packages BLOB NOT NULL,"
    " PRIMARY KEY (repo, commit_oid)) WITHOUT ROWID;"
    "PRAGMA user_version = 2;";

_Static_assert(RUN_DONE == 7, "the schema's index names the number of the first ending step");

static int read_version(struct run_store *store, int *ret, struct err *err)
{
	sqlite3_stmt *statement CLEANUP(finalize) = NULL;

	if (prepare(store, "PRAGMA user_version", &statement, err) != 0)
		return -1;
	if (sqlite.step(statement) != SQLITE_ROW)
		return fail(store, "version", err);
	*ret = sqlite.column_int(statement, 0);
	return 0;
}

static int set_up(struct run_store *store, const char *path, struct err *err)
{
	int version = 0;

	(void)sqlite.busy_timeout(store->db, BUSY_MS);
	(void)sqlite.db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (read_version(store, &version, err) != 0 ||
	    run_sql(store, "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;", err) != 0)
		return -1;
	if (version == STORE_VERSION)
		return 0;
	if (version != 0)
		return err_set(err, ERR_FORMAT,
		    "%s: a run store of version %d; this program knows %d", path, version,
		    STORE_VERSION);
	/* Two processes may find the file empty: the second one finds it made. */
	if (run_sql(store, "BEGIN IMMEDIATE", err) != 0 || read_version(store, &version, err) != 0)
		return -1;
	if (version == 0 && run_sql(store, schema, err) != 0)
		return -1;
	return run_sql(store, "COMMIT", err);
}

int run_store_open(const char *path, struct run_store **ret, struct err *err)
{
	struct run_store *store;
	int fd;

	if (load_sqlite(err) != 0)
		return err_wrap(err, "run store");
	store = calloc(1, sizeof *store);
	if (!store)
		return err_nomem(err);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		free(store);
		return err_sys(err, "%s", path);
	}
	(void)close(fd);
	if (sqlite.open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) !=
		SQLITE_OK ||
	    set_up(store, path, err) != 0) {
		if (err->code == ERR_NONE)
			(void)fail(store, path, err);
		run_store_close(store);
		return err_wrap(err, "%s", path);
	}
	*ret = store;
	return 0;
}

void run_store_close(struct run_store *store)
{
	if (!store)
		return;
	(void)sqlite.close(store->db);
	free(store);
}

void run_store_closep(struct run_store **store)
{
	run_store_close(*store);
}

static void bind(sqlite3_stmt *statement, int at, struct str text)
{
	(void)sqlite.bind_text(statement, at, text.p ? text.p : "", (int)text.n, SQLITE_STATIC);
}

/* The text columns between id and exit_code, in the order of the statements below. */
static void run_texts(struct run *run, struct str *ret_texts[11])
{
	ret_texts[0] = &run->repo;
	ret_texts[1] = &run->source;
	ret_texts[2] = &run->target;
	ret_texts[3] = &run->image;
	ret_texts[4] = &run->source_oid;
	ret_texts[5] = &run->target_oid;
	ret_texts[6] = &run->base_oid;
	ret_texts[7] = &run->policy_source;
	ret_texts[8] = &run->policy_commit;
	ret_texts[9] = &run->merge_oid;
	ret_texts[10] = &run->image_digest;
}

#define RUN_COLUMNS                                                                         \
	"repo, source, target, image, source_oid, target_oid, base_oid, policy_source,"     \
	" policy_commit, merge_oid, image_digest, step, exit_code, started_ms, updated_ms," \
	" attempts, id"

#define RUN_EXCLUDED                                                                            \
	"excluded.repo, excluded.source, excluded.target, excluded.image, excluded.source_oid," \
	" excluded.target_oid, excluded.base_oid, excluded.policy_source,"                      \
	" excluded.policy_commit, excluded.merge_oid, excluded.image_digest, excluded.step,"    \
	" excluded.exit_code, excluded.started_ms, excluded.updated_ms, excluded.attempts,"     \
	" excluded.id"

enum store_result run_store_active(struct run_store *store, struct str repo, struct str source,
    struct str target, struct arena *arena, struct run *ret, struct err *err)
{
	sqlite3_stmt *statement CLEANUP(finalize) = NULL;
	struct str *texts[11];
	struct run run = {0};
	int code, step;

	if (prepare(store,
		"SELECT " RUN_COLUMNS " FROM runs"
		" WHERE repo = ? AND source = ? AND target = ? AND step < 7",
		&statement, err) != 0)
		return STORE_ERROR;
	bind(statement, 1, repo);
	bind(statement, 2, source);
	bind(statement, 3, target);
	code = sqlite.step(statement);
	if (code == SQLITE_DONE)
		return STORE_NONE;
	if (code != SQLITE_ROW) {
		(void)fail(store, "read", err);
		return STORE_ERROR;
	}
	run_texts(&run, texts);
	for (int i = 0; i < 11; i++) {
		const void *p = sqlite.column_text(statement, i);
		int n = sqlite.column_bytes(statement, i);

		*texts[i] = arena_str(arena, str_make(p, n > 0 ? (size_t)n : 0));
	}
	step = sqlite.column_int(statement, 11);
	run.step = (enum run_step)step;
	run.exit_code = sqlite.column_int64(statement, 12);
	run.started_ms = sqlite.column_int64(statement, 13);
	run.updated_ms = sqlite.column_int64(statement, 14);
	run.attempts = sqlite.column_int64(statement, 15);
	run.id = sqlite.column_int64(statement, 16);
	*ret = run;
	return arena_check(arena, err) == 0 ? STORE_FOUND : STORE_ERROR;
}

int run_store_save(struct run_store *store, struct run *run, struct err *err)
{
	sqlite3_stmt *statement CLEANUP(finalize) = NULL;
	struct str *texts[11];

	if (prepare(store,
		"INSERT INTO runs (" RUN_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
		" ON CONFLICT (id) DO UPDATE SET (" RUN_COLUMNS ") = (" RUN_EXCLUDED ")",
		&statement, err) != 0)
		return -1;
	run_texts(run, texts);
	for (int i = 0; i < 11; i++)
		bind(statement, i + 1, *texts[i]);
	(void)sqlite.bind_int(statement, 12, (int)run->step);
	(void)sqlite.bind_int64(statement, 13, run->exit_code);
	(void)sqlite.bind_int64(statement, 14, run->started_ms);
	(void)sqlite.bind_int64(statement, 15, run->updated_ms);
	(void)sqlite.bind_int64(statement, 16, run->attempts);
	if (run->id != 0)
		(void)sqlite.bind_int64(statement, 17, run->id);
	if (sqlite.step(statement) != SQLITE_DONE)
		return fail(store, "write", err);
	if (run->id == 0)
		run->id = sqlite.last_insert_rowid(store->db);
	return 0;
}

enum store_result run_store_published(
    struct run_store *store, struct str repo, struct str target, struct err *err)
{
	sqlite3_stmt *statement CLEANUP(finalize) = NULL;
	int code;

	if (prepare(store,
		"SELECT image_digest <> '' FROM runs WHERE repo = ? AND target = ? AND step = 7"
		" ORDER BY updated_ms DESC, id DESC LIMIT 1",
		&statement, err) != 0)
		return STORE_ERROR;
	bind(statement, 1, repo);
	bind(statement, 2, target);
	code = sqlite.step(statement);
	if (code == SQLITE_ROW)
		return sqlite.column_int(statement, 0) ? STORE_FOUND : STORE_NONE;
	if (code == SQLITE_DONE)
		return STORE_NONE;
	(void)fail(store, "read", err);
	return STORE_ERROR;
}

int run_store_put_inventory(struct run_store *store, struct str repo, struct str commit,
    const struct inventory *inventory, struct err *err)
{
	sqlite3_stmt *statement CLEANUP(finalize) = NULL;
	struct buf blob CLEANUP(buf_release) = BUF_INIT(INVENTORY_BYTES);
	struct buf item CLEANUP(buf_release) = BUF_INIT(INVENTORY_BYTES);

	wire_put_distro(&item, &inventory->distro);
	buf_addf(&blob, "%zu\n", item.n);
	buf_add(&blob, buf_str(&item));
	for (size_t i = 0; i < inventory->packages.n; i++) {
		buf_clear(&item);
		wire_put_package(&item, &inventory->packages.p[i]);
		buf_addf(&blob, "%zu\n", item.n);
		buf_add(&blob, buf_str(&item));
	}
	if (!buf_ok(&blob) || !buf_ok(&item))
		return buf_err(&blob, "inventory", err);
	if (prepare(store, "INSERT OR REPLACE INTO inventories VALUES (?,?,?)", &statement, err) !=
	    0)
		return -1;
	bind(statement, 1, repo);
	bind(statement, 2, commit);
	(void)sqlite.bind_blob64(statement, 3, blob.p, blob.n, SQLITE_STATIC);
	if (sqlite.step(statement) != SQLITE_DONE)
		return fail(store, "write", err);
	return 0;
}

static bool cut_item(struct str *blob, struct str *ret_item)
{
	struct str size;
	uint64_t n;

	if (!str_cut(blob, '\n', &size) || !str_to_u64(size, &n) || n > blob->n)
		return false;
	*ret_item = str_sub(*blob, 0, (size_t)n);
	*blob = str_sub(*blob, (size_t)n, blob->n);
	return true;
}

static int read_inventory(
    struct str blob, struct arena *arena, struct inventory *ret, struct err *err)
{
	struct inventory inventory = {0};
	struct str item;

	if (!cut_item(&blob, &item) || wire_get_distro(item, arena, &inventory.distro, err) != 0)
		return err_set(err, ERR_FORMAT, "run store: a damaged inventory");
	while (blob.n > 0) {
		struct package package;

		if (!cut_item(&blob, &item) || wire_get_package(item, arena, &package, err) != 0)
			return err_set(err, ERR_FORMAT, "run store: a damaged inventory");
		vec_push(&inventory.packages, arena, package);
	}
	*ret = inventory;
	return arena_check(arena, err);
}

enum store_result run_store_get_inventory(struct run_store *store, struct str repo,
    struct str commit, struct arena *arena, struct inventory *ret, struct err *err)
{
	sqlite3_stmt *statement CLEANUP(finalize) = NULL;
	struct str blob;
	int code;

	if (prepare(store, "SELECT packages FROM inventories WHERE repo = ? AND commit_oid = ?",
		&statement, err) != 0)
		return STORE_ERROR;
	bind(statement, 1, repo);
	bind(statement, 2, commit);
	code = sqlite.step(statement);
	if (code == SQLITE_DONE)
		return STORE_NONE;
	if (code != SQLITE_ROW) {
		(void)fail(store, "read", err);
		return STORE_ERROR;
	}
	blob = arena_str(arena,
	    str_make(sqlite.column_blob(statement, 0), (size_t)sqlite.column_bytes(statement, 0)));
	if (!blob.p) {
		(void)arena_err(arena, err);
		return STORE_ERROR;
	}
	return read_inventory(blob, arena, ret, err) == 0 ? STORE_FOUND : STORE_ERROR;
}
