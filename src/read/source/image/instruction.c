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

/* "|2 A=b C=d " as builders write the build arguments before a command. Values with blanks look
 * like what follows; then the shell's name ends them. */
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

enum image_step image_step_of(struct str created_by)
{
	static const struct str settings[] = {STR_INIT("ARG"), STR_INIT("CMD"),
	    STR_INIT("ENTRYPOINT"), STR_INIT("ENV"), STR_INIT("EXPOSE"), STR_INIT("FROM"),
	    STR_INIT("HEALTHCHECK"), STR_INIT("LABEL"), STR_INIT("MAINTAINER"), STR_INIT("ONBUILD"),
	    STR_INIT("SHELL"), STR_INIT("STOPSIGNAL"), STR_INIT("USER"), STR_INIT("VOLUME")};
	struct made_by made = take_apart(created_by);

	if (made.text.n == 0)
		return IMAGE_STEP_UNKNOWN;
	for (size_t i = 0; !made.is_run && i < ARRAY_LEN(settings); i++) {
		if (starts_with_word(made.text, settings[i]))
			return IMAGE_STEP_SETS;
	}
	if (!made.is_run && starts_with_word(made.text, STR("WORKDIR")))
		return IMAGE_STEP_MAY_WRITE;
	return IMAGE_STEP_WRITES;
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

static bool same_text(struct str a, struct str b)
{
	struct buf left CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct buf right CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);

	add_normal(&left, str_trim(a));
	add_normal(&right, str_trim(b));
	return buf_ok(&left) && buf_ok(&right) && str_eq(buf_str(&left), buf_str(&right));
}

/* Takes the first word off. */
static struct str take_word(struct str *s)
{
	size_t n = 0;
	struct str word;

	while (n < s->n && !byte_is_blank(s->p[n]))
		n++;
	word = str_sub(*s, 0, n);
	*s = str_trim(str_sub(*s, n, s->n));
	return word;
}

static void strip_flags(struct str *s)
{
	while (str_starts(*s, STR("--")))
		(void)take_word(s);
}

/* The last word, without what the exec form puts around it. */
static struct str destination(struct str s)
{
	size_t from;

	s = str_trim(s);
	while (
	    s.n > 0 && (s.p[s.n - 1] == ']' || s.p[s.n - 1] == '"' || byte_is_blank(s.p[s.n - 1])))
		s.n--;
	from = s.n;
	while (from > 0 && s.p[from - 1] != '"' && !byte_is_blank(s.p[from - 1]))
		from--;
	s = str_sub(s, from, s.n);
	return s.n > 1 && str_ends(s, STR("/")) ? str_sub(s, 0, s.n - 1) : s;
}

/* "COPY file:3f… in /app": builders that do not say what was copied say where to. */
static bool is_copied_to(struct str made, struct str written)
{
	bool hides = str_starts(made, STR("file:")) || str_starts(made, STR("dir:")) ||
		     str_starts(made, STR("multi:"));

	return hides && str_has(made, STR(" in ")) &&
	       str_eq(destination(made), destination(written));
}

static bool stands_for(struct made_by made, struct str instruction)
{
	struct str written = str_trim(instruction), keyword = take_word(&written), made_keyword;

	if (made.is_run != str_eq_nocase(keyword, STR("RUN")))
		return false;
	if (made.is_run) {
		strip_flags(&written);
		return same_text(made.text, written);
	}
	made_keyword = take_word(&made.text);
	if (!str_eq_nocase(keyword, made_keyword))
		return false;
	if (same_text(made.text, written))
		return true;
	strip_flags(&written);
	strip_flags(&made.text);
	return same_text(made.text, written) || is_copied_to(made.text, written);
}

bool image_match_instruction(
    struct str created_by, const struct str *instructions, size_t n, size_t from, size_t *ret_index)
{
	struct made_by made = take_apart(created_by);

	if (made.text.n == 0)
		return false;
	for (size_t k = 0; k < n; k++) {
		size_t i = (MIN_OF(from, n) + k) % n;

		if (stands_for(made, instructions[i])) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}
