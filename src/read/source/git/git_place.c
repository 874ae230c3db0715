#include "read/source/git/git_place.h"

#include "base/os/fd.h"
#include "read/source/git/object.h"
#include "read/source/git/repo.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SMALL_FILE_BYTES = 8192, CONFIG_BYTES = 4 << 20 };

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static const char *join(struct arena *arena, const char *folder, const char *name)
{
	struct str path = arena_fmt(arena, "%s/%s", folder, name);

	return path.p ? arena_cstr(arena, path) : NULL;
}

static bool has_folder(struct arena *arena, const char *folder, const char *name)
{
	const char *path = join(arena, folder, name);

	return path && is_folder(path);
}

static bool has_file(struct arena *arena, const char *folder, const char *name)
{
	const char *path = join(arena, folder, name);

	return path && is_file(path);
}

/* A .git folder, a bare repository, or a linked work tree's part of one. */
bool git_place_is_dir(struct arena *arena, const char *path)
{
	return has_file(arena, path, "HEAD") &&
	       (has_file(arena, path, "commondir") ||
		   (has_folder(arena, path, "objects") && has_folder(arena, path, "refs")));
}

/* The path in a one-line file, behind `before`, taken from `folder` if it is relative. */
static const char *read_pointer(
    struct arena *arena, const char *file, const char *folder, const char *before, struct err *err)
{
	struct str text, line;

	if (file_read(file, SMALL_FILE_BYTES, arena, &text, err))
		return NULL;
	if (!str_starts(text, str_of(before)) || !str_cut(&text, '\n', &line)) {
		(void)err_set(err, ERR_FORMAT, "%s: not the one line that git writes there", file);
		return NULL;
	}
	line = str_trim(str_sub(line, strlen(before), line.n));
	if (str_starts(line, STR("/")))
		return arena_cstr(arena, line);
	return join(arena, folder, arena_cstr(arena, line));
}

const char *git_place_real(struct arena *arena, const char *path)
{
	char real[PATH_MAX];

	return realpath(path, real) ? arena_cstr(arena, str_of(real)) : NULL;
}

/* What git calls $GIT_DIR; NULL, and err, if there is none. */
static const char *find_git_dir(
    struct arena *arena, const char *path, bool *ret_bare, struct err *err)
{
	const char *top = git_place_real(arena, path),
		   *dot_git = top ? join(arena, top, ".git") : NULL;
	struct str parent;

	*ret_bare = false;
	if (!top) {
		(void)err_set(err, ERR_NOT_FOUND, "%s: no such folder", path);
		return NULL;
	}
	if (dot_git && is_file(dot_git))
		return read_pointer(arena, dot_git, top, "gitdir: ", err);
	if (dot_git && is_folder(dot_git))
		return dot_git;
	parent = str_sub(str_of(top), 0, str_rchr(str_of(top), '/'));
	if (is_file(top))
		return read_pointer(arena, top, arena_cstr(arena, parent), "gitdir: ", err);
	if (git_place_is_dir(arena, top)) {
		*ret_bare = !str_ends(str_of(top), STR("/.git"));
		return top;
	}
	(void)err_set(err, ERR_NOT_FOUND, "%s: no git repository is here", path);
	return NULL;
}

static int find_common(struct git_place *place, struct arena *arena, struct err *err)
{
	const char *file = join(arena, place->git_dir, "commondir");

	place->common = place->git_dir;
	if (file && is_file(file))
		place->common = read_pointer(arena, file, place->git_dir, "", err);
	if (!place->common)
		return err->code != ERR_NONE ? -1 : arena_err(arena, err);
	if (has_folder(arena, place->common, "reftable"))
		return err_set(err, ERR_UNSUPPORTED,
		    "%s keeps its branches in a reftable, which is not read yet; git refs migrate "
		    "--ref-format=files changes that",
		    place->path);
	if (has_folder(arena, place->common, "objects"))
		return 0;
	return err_set(err, ERR_NOT_FOUND, "%s: its git repository is gone", place->path);
}

bool git_place_is_objects(struct str folder)
{
	return str_eq(folder, STR("objects")) ||
	       (str_starts(folder, STR("modules/")) && str_ends(folder, STR("/objects")));
}

/* ---- config ---- */

/* "[extensions]": its name, empty for one with a subsection or that is malformed. */
static struct str section_of(struct str line)
{
	size_t end = str_chr(line, ']');

	if (end == STR_NPOS || str_chr(str_sub(line, 0, end), '"') != STR_NPOS)
		return STR("");
	return str_trim(str_sub(line, 1, end - 1));
}

/* Behind the '=': without a comment, quotes and blanks around. No escapes: no value that is read
 * here has one. */
static struct str plain_value(struct str value)
{
	size_t end = 0;

	while (end < value.n && value.p[end] != '#' && value.p[end] != ';')
		end++;
	value = str_trim(str_sub(value, 0, end));
	if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
		value = str_sub(value, 1, value.n - 2);
	return value;
}

struct str git_config_value(struct str text, struct str section, struct str name)
{
	struct str line, at = STR(""), found = STR(""), key, value;

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (str_starts(line, STR("["))) {
			at = section_of(line);
			/* A key may stand behind its section's name. */
			line = str_trim(str_sub(line, str_chr(line, ']') + 1, line.n));
		}
		if (str_eq_nocase(at, section) && str_split(line, '=', &key, &value) &&
		    str_eq_nocase(str_trim(key), name))
			found = plain_value(value);
	}
	return found;
}

/* The one thing that must be known of the config before anything else. */
static int read_object_format(struct git_place *place, struct arena *arena, struct err *err)
{
	const char *config = join(arena, place->common, "config");
	struct str text, format;

	place->hex_digits = GIT_OID_HEX_SHA1;
	if (!config)
		return arena_err(arena, err);
	if (!is_file(config))
		return 0;
	if (file_read(config, CONFIG_BYTES, arena, &text, err) != 0)
		return -1;
	format = git_config_value(text, STR("extensions"), STR("objectformat"));
	if (str_eq_nocase(format, STR("sha256")))
		place->hex_digits = GIT_OID_HEX_MAX;
	return 0;
}

/* ---- */

int git_place_find(const char *path, struct arena *arena, struct git_place *ret, struct err *err)
{
	struct git_place place = {.path = arena_cstr(arena, str_of(path))};

	if (!place.path)
		return arena_err(arena, err);
	place.git_dir = find_git_dir(arena, path, &place.bare, err);
	if (!place.git_dir)
		return err->code != ERR_NONE ? -1 : arena_err(arena, err);
	if (find_common(&place, arena, err) != 0 || read_object_format(&place, arena, err) != 0)
		return -1;
	*ret = place;
	return 0;
}

bool git_repo_discover(const char *path, struct arena *arena, const char **ret_top)
{
	const char *real = git_place_real(arena, path);
	struct str at = str_of(real);

	while (real && at.n > 0) {
		const char *folder = arena_cstr(arena, at), *dot_git;

		dot_git = folder ? join(arena, folder, ".git") : NULL;
		if (!dot_git)
			return false;
		if (is_file(dot_git) || is_folder(dot_git) || git_place_is_dir(arena, folder)) {
			*ret_top = folder;
			return true;
		}
		at.n = str_rchr(at, '/');
	}
	return false;
}
