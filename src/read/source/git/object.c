#include "read/source/git/object.h"

enum { MODE_DIGITS_MAX = 7, NAME_SHOWN = 60 };

bool git_oid_parse(struct str text, struct git_oid *ret_oid)
{
	struct git_oid oid = {{0}};

	if (text.n != GIT_OID_HEX_SHA1 && text.n != GIT_OID_HEX_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = byte_lower(text.p[i]);

		if (!byte_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
		oid.hex[i] = c;
	}
	*ret_oid = oid;
	return true;
}

static int hex_value(char c)
{
	if (byte_is_digit(c))
		return c - '0';
	return byte_lower(c) >= 'a' && byte_lower(c) <= 'f' ? byte_lower(c) - 'a' + 10 : -1;
}

bool git_oid_raw(struct str hex, unsigned char *ret_bytes)
{
	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		int high = hex_value(hex.p[i]), low = hex_value(hex.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret_bytes[i / 2] = (unsigned char)(high << 4 | low);
	}
	return hex.n % 2 == 0;
}

bool git_oid_eq(const struct git_oid *a, const struct git_oid *b)
{
	return strcmp(a->hex, b->hex) == 0;
}

void git_oid_of_raw(struct str raw, struct git_oid *ret_oid)
{
	static const char digits[] = "0123456789abcdef";
	struct git_oid oid = {{0}};

	for (size_t i = 0; i < raw.n; i++) {
		unsigned char byte = (unsigned char)raw.p[i];

		oid.hex[2 * i] = digits[byte >> 4];
		oid.hex[2 * i + 1] = digits[byte & 15];
	}
	*ret_oid = oid;
}

/* ---- commits ---- */

/* "<key> <id>" as the next line: takes it off *rest. */
static bool take_id(struct str *rest, struct str key, size_t hex_digits, struct git_oid *ret_oid)
{
	struct str left = *rest, line;

	if (!str_cut(&left, '\n', &line) || !str_starts(line, key))
		return false;
	if (line.n != key.n + hex_digits ||
	    !git_oid_parse(str_sub(line, key.n, hex_digits), ret_oid))
		return false;
	*rest = left;
	return true;
}

int git_commit_parse(struct str bytes, size_t hex_digits, struct arena *arena,
    struct git_commit *ret_commit, struct err *err)
{
	struct git_commit commit = {0};
	struct str rest = bytes;
	struct git_oid parent;
	size_t blank;

	if (!take_id(&rest, STR("tree "), hex_digits, &commit.tree))
		return err_set(err, ERR_FORMAT, "a commit that does not begin with its tree");
	while (take_id(&rest, STR("parent "), hex_digits, &parent)) {
		if (commit.parents.n >= GIT_PARENTS_MAX)
			return err_set(
			    err, ERR_LIMIT, "a commit with more than %d parents", GIT_PARENTS_MAX);
		vec_push(&commit.parents, arena, parent);
	}
	blank = str_starts(rest, STR("\n")) ? 0 : str_find(rest, STR("\n\n"));
	if (blank == STR_NPOS) {
		commit.headers = rest;
	} else {
		size_t end = blank == 0 && rest.p[0] == '\n' ? 0 : blank + 1;

		commit.headers = str_sub(rest, 0, end);
		commit.message = str_sub(rest, end + 1, rest.n);
	}
	*ret_commit = commit;
	return arena_check(arena, err);
}

/* ---- trees ---- */

enum git_kind git_mode_kind(uint32_t mode)
{
	switch (mode & 0170000) {
	case 0040000:
		return GIT_KIND_TREE;
	case 0120000:
		return GIT_KIND_LINK;
	case 0160000:
		return GIT_KIND_SUBMODULE;
	default:
		return GIT_KIND_FILE;
	}
}

static bool mode_is_known(uint32_t mode)
{
	switch (mode) {
	case 0040000:
	case 0100644:
	case 0100664: /* early versions of git */
	case 0100755:
	case 0120000:
	case 0160000:
		return true;
	default:
		return false;
	}
}

static bool parse_mode(struct str digits, uint32_t *ret_mode)
{
	uint32_t mode = 0;

	if (str_empty(digits) || digits.n > MODE_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '7')
			return false;
		mode = mode << 3 | (uint32_t)(digits.p[i] - '0');
	}
	*ret_mode = mode;
	return true;
}

/* "<mode> <name>\0<id>" off *rest. */
static bool take_entry(struct str *rest, size_t hex_digits, struct git_tree_entry *ret_entry)
{
	struct git_tree_entry entry = {.flaws = GIT_FLAW_NONE};
	struct str digits, left, behind;

	if (!str_split(*rest, ' ', &digits, &left) || !parse_mode(digits, &entry.mode) ||
	    !str_split(left, '\0', &entry.name, &behind) || behind.n < hex_digits / 2)
		return false;
	git_oid_of_raw(str_sub(behind, 0, hex_digits / 2), &entry.oid);
	*rest = str_sub(behind, hex_digits / 2, behind.n);
	if (!mode_is_known(entry.mode))
		entry.flaws |= GIT_FLAW_MODE;
	if (str_empty(entry.name) || str_eq(entry.name, STR(".")) ||
	    str_eq(entry.name, STR("..")) || str_eq_nocase(entry.name, STR(".git")) ||
	    str_chr(entry.name, '/') != STR_NPOS)
		entry.flaws |= GIT_FLAW_NAME;
	*ret_entry = entry;
	return true;
}

/* A byte of the name as git sorts it: a folder's has a '/' behind it. */
static int sort_byte(const struct git_tree_entry *e, size_t at)
{
	if (at < e->name.n)
		return (unsigned char)e->name.p[at];
	return at == e->name.n && git_mode_kind(e->mode) == GIT_KIND_TREE ? '/' : 0;
}

static int by_git_order(const void *a, const void *b)
{
	const struct git_tree_entry *x = a, *y = b;
	size_t n = MIN_OF(x->name.n, y->name.n);
	int order = n ? memcmp(x->name.p, y->name.p, n) : 0;

	for (size_t i = n; order == 0 && i <= n + 1; i++)
		order = sort_byte(x, i) - sort_byte(y, i);
	if (order == 0)
		order = str_cmp(x->name, y->name);
	return order ? order : strcmp(x->oid.hex, y->oid.hex);
}

static int by_name(const void *a, const void *b)
{
	const struct git_tree_name *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Two of a name may stand apart in git's order: "a" the file, "a.b", "a" the folder. */
static void index_names(struct git_tree *tree)
{
	for (size_t i = 0; i < tree->n; i++)
		tree->names[i] = (struct git_tree_name){tree->p[i].name, (uint32_t)i};
	if (tree->n > 1)
		qsort(tree->names, tree->n, sizeof *tree->names, by_name);
	for (size_t i = 1; i < tree->n; i++) {
		if (!str_eq(tree->names[i].name, tree->names[i - 1].name))
			continue;
		tree->p[tree->names[i].at].flaws |= GIT_FLAW_DUPLICATE;
		tree->p[tree->names[i - 1].at].flaws |= GIT_FLAW_DUPLICATE;
	}
}

int git_tree_parse(struct str bytes, size_t hex_digits, size_t max_entries, struct arena *arena,
    struct git_tree *ret_tree, struct err *err)
{
	struct git_tree tree = {.n = 0};
	struct git_tree_entry entry;
	struct str rest = bytes;

	while (!str_empty(rest) && take_entry(&rest, hex_digits, &entry))
		tree.n++;
	if (tree.n > MIN_OF(max_entries, (size_t)UINT32_MAX))
		return err_set(err, ERR_LIMIT, "a folder with more than %zu entries", max_entries);
	tree.p = arena_array(arena, tree.n, sizeof *tree.p);
	tree.names = arena_array(arena, tree.n, sizeof *tree.names);
	if (!tree.p || !tree.names)
		return arena_err(arena, err);
	for (size_t i = 0; i < tree.n; i++)
		(void)take_entry(&bytes, hex_digits, &tree.p[i]);
	tree.cut_short = !str_empty(bytes);
	if (tree.n > 1)
		qsort(tree.p, tree.n, sizeof *tree.p, by_git_order);
	index_names(&tree);
	*ret_tree = tree;
	return 0;
}

/* Index of the first of that name in names, or tree->n. */
static size_t find_name(const struct git_tree *tree, struct str name)
{
	size_t low = 0, high = tree->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(tree->names[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->n && str_eq(tree->names[low].name, name) ? low : tree->n;
}

const struct git_tree_entry *git_tree_get(const struct git_tree *tree, struct str name)
{
	size_t i = find_name(tree, name);

	return i < tree->n ? &tree->p[tree->names[i].at] : NULL;
}

bool git_tree_holds(const struct git_tree *tree, const struct git_tree_entry *entry)
{
	for (size_t i = find_name(tree, entry->name);
	    i < tree->n && str_eq(tree->names[i].name, entry->name); i++) {
		const struct git_tree_entry *other = &tree->p[tree->names[i].at];

		if (git_mode_kind(other->mode) == git_mode_kind(entry->mode) &&
		    git_oid_eq(&other->oid, &entry->oid))
			return true;
	}
	return false;
}
