/*
 * From a history text back to a Dockerfile's instruction. Builders write it differently:
 *
 *   classic, buildah   /bin/sh -c #(nop) COPY file:3f… in /app     /bin/sh -c apt-get update
 *   with build args    |1 VERSION=3 /bin/sh -c make
 *   BuildKit           RUN |1 VERSION=3 /bin/sh -c make # buildkit     COPY app /app # buildkit
 */
#include "base/buf.h"
#include "read/source/image/image.h"

enum { TEXT_MAX = 64 << 10 };

/* ---- the instruction in a history text ---- */

static bool strip_prefix(struct str *s, struct str prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_trim_left(str_sub(*s, prefix.n, s->n));
	return true;
}

/* "|2 A=b C=d " as builders write the build arguments before a command. Values with blanks cannot
 * be told from what follows; then the shell's name ends them. */
static void strip_args(struct str *s)
{
	size_t shell;

	if (!str_starts(*s, STR("|")))
		return;
	shell = str_find(*s, STR("/bin/sh -c "));
	if (shell == STR_NPOS)
		shell = str_find(*s, STR("/bin/bash "));
	if (shell != STR_NPOS)
		*s = str_sub(*s, shell, s->n);
}

static void strip_shell(struct str *s)
{
	static const struct str shells[] = {STR_INIT("/bin/sh -c "), STR_INIT("/bin/bash -c "),
	    STR_INIT("/bin/bash -o pipefail -c "), STR_INIT("/bin/ash -eo pipefail -c ")};

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (strip_prefix(s, shells[i]))
			return;
}

struct made_by {
	bool is_run;	 /* a command: `text` is it, without RUN */
	struct str text; /* else the instruction with its keyword */
};

static bool starts_with_word(struct str s, struct str word)
{
	return str_starts_nocase(s, word) && s.n > word.n && byte_is_blank(s.p[word.n]);
}

static struct made_by take_apart(struct str created_by)
{
	struct made_by made = {.text = str_trim(created_by)};
	struct str buildkit = STR("# buildkit");

	if (str_ends(made.text, buildkit))
		made.text = str_trim(str_sub(made.text, 0, made.text.n - buildkit.n));
	if (starts_with_word(made.text, STR("RUN"))) {
		made.is_run = true;
		made.text = str_trim(str_sub(made.text, 3, made.text.n));
	}
	strip_args(&made.text);
	if (str_starts(made.text, STR("/bin/")))
		made.is_run = true;
	strip_shell(&made.text);
	if (strip_prefix(&made.text, STR("#(nop)")))
		made.is_run = false;
	return made;
}

struct str image_layer_instruction(const struct image_layer *layer, struct arena *arena)
{
	struct made_by made = take_apart(layer->created_by);

	if (made.text.n == 0)
		return STR_NONE;
	return arena_fmt(arena, "%s" STR_FMT, made.is_run ? "RUN " : "", STR_ARG(made.text));
}

/* ---- comparing ---- */

/* Adds s with each run of blanks, and each continuation, as one blank. */
static void add_normal(struct buf *out, struct str s)
{
	bool blank = false;

	for (size_t i = 0; i < s.n; i++) {
		bool continues =
		    s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == '\n' || s.p[i + 1] == '\r');

		if (continues || byte_is_blank(s.p[i])) {
			blank = true;
			continue;
		}
		if (blank && out->n > 0)
			buf_addc(out, ' ');
		blank = false;
		buf_addc(out, s.p[i]);
	}
}
