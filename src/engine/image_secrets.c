#include "engine/image_secrets.h"

/* Beyond this, findings are reported as they come. */
enum { HELD_MAX = 20000 };

static int hold_finding(struct sink *sink, const struct finding *finding, struct err *err)
{
	struct image_secrets *s = container_of(sink, struct image_secrets, sink);
	struct held_finding held = {.file = s->files.n};

	if (!s->in_file || !finding->secret || s->held.n == HELD_MAX)
		return sink_finding(s->sink.to, finding, err);
	if (finding_copy(finding, s->arena, &held.finding, err) != 0)
		return -1;
	return vec_push(&s->held, s->arena, held) ? 0 : arena_err(s->arena, err);
}

static const struct sink_ops hold_ops = {.finding = hold_finding};

void image_secrets_init(struct image_secrets *s, struct sink *to, struct arena *arena)
{
	*s = (struct image_secrets){.sink = {&hold_ops, to}, .arena = arena};
}

void image_secrets_release(struct image_secrets *s)
{
	hasher_release(&s->hasher);
}

int image_secrets_before(struct image_secrets *s, const struct unit *unit,
    const struct image_file *file, struct err *err)
{
	bool in_pieces = !(file->offset == 0 && file->is_last);

	if (file->offset == 0) {
		hasher_release(&s->hasher);
		s->hasher = (struct hasher){0};
		s->first = s->held.n;
		s->in_file = true;
		if (in_pieces && hasher_open(&s->hasher, "md5", err) != 0)
			return -1;
	}
	if (in_pieces)
		hasher_add(&s->hasher, unit->bytes);
	return 0;
}

int image_secrets_after(struct image_secrets *s, const struct unit *unit,
    const struct image_file *file, struct err *err)
{
	struct confirmed one = {.layer = file->layer_index};
	char hex[MD5_HEX_SIZE];

	if (!file->is_last)
		return 0;
	s->in_file = false;
	if (s->held.n == s->first)
		return 0;
	if ((file->offset == 0 ? md5_hex(unit->bytes, hex, err)
			       : hasher_close(&s->hasher, hex, sizeof hex, err)) != 0)
		return -1;
	one.path = arena_str(s->arena, file->path);
	one.md5 = arena_str(s->arena, str_of(hex));
	return one.path.p && one.md5.p && vec_push(&s->files, s->arena, one)
		   ? 0
		   : arena_err(s->arena, err);
}

void image_secrets_cut_short(struct image_secrets *s)
{
	for (size_t i = s->first; s->in_file && i < s->held.n; i++)
		s->held.p[i].file = SIZE_MAX;
	s->in_file = false;
}

static int tell_one(struct image_secrets *s, struct held_finding *held, struct err *err)
{
	struct finding *f = &held->finding;
	struct str package = held->file < s->files.n ? s->files.p[held->file].package : STR_NONE;

	if (package.n > 0) {
		f->severity = SEVERITY_INFO;
		f->weight = WEIGHT_WARNS;
		f->message = arena_fmt(s->arena,
		    STR_FMT ", in a file as the distribution's package " STR_FMT " brings it",
		    STR_ARG(f->message), STR_ARG(str_sub(package, 0, 100)));
		if (!f->message.p)
			return arena_err(s->arena, err);
	}
	return sink_finding(s->sink.to, f, err);
}

int image_secrets_tell(struct image_secrets *s, struct history *h, struct err *err)
{
	if (history_confirm(h, s->files.p, s->files.n, err) != 0)
		return -1;
	for (size_t i = 0; i < s->held.n; i++) {
		if (tell_one(s, &s->held.p[i], err) != 0)
			return -1;
	}
	s->held.n = 0;
	return 0;
}
