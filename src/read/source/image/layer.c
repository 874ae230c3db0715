/*
 * One layer, read once: blob, decompression and archive are checked on the way, files
 * streamed and kept on the way too.
 */
#include "base/hash.h"
#include "read/codec/codec.h"
#include "read/source/image/image_manifest.h"
#include "read/source/image/image_walk.h"

#define WHITEOUT STR(".wh.")

/* ---- problems of one entry ---- */

static const struct image_layer *layer_of(const struct walk *w)
{
	return &w->image->layers[w->layer_index];
}

static int entry_problem(struct walk *w, struct str path, const struct err *why, struct err *err)
{
	const struct image_visitor *v = w->visitor;
	struct err more = ERR_INIT;

	if (!w->is_first_pass || !v->problem || w->entry_problems > ENTRY_PROBLEMS_MAX)
		return 0;
	if (w->entry_problems++ == ENTRY_PROBLEMS_MAX) {
		(void)err_set(&more, ERR_LIMIT,
		    "more than %d entries could not be read; the rest of them is not listed",
		    ENTRY_PROBLEMS_MAX);
		path = STR_NONE;
		why = &more;
	}
	return v->problem(v->arg, layer_of(w), path, why, err) != 0 ? walk_fatal(w) : 0;
}

/* ---- bytes ---- */

static int read_whole(struct tar *tar, char *p, size_t n, struct err *err)
{
	size_t done = 0;

	while (done < n) {
		size_t got;

		if (tar_read(tar, p + done, n - done, &got, err) != 0)
			return -1;
		if (got == 0)
			return err_set(err, ERR_FORMAT, "a file ends before its size");
		done += got;
	}
	return 0;
}

static int sum_whole(struct walk *w, struct merged_body *body, struct tar *tar, struct err *err)
{
	struct hasher h CLEANUP(hasher_release) = {0};
	char hex[MD5_HEX_SIZE], buffer[KIB(4)];
	size_t got;

	if (hasher_open(&h, "md5", err) != 0)
		return -1;
	do {
		if (tar_read(tar, buffer, sizeof buffer, &got, err) != 0)
			return -1;
		hasher_add(&h, str_make(buffer, got));
	} while (got > 0);
	if (hasher_close(&h, hex, sizeof hex, err) != 0)
		return -1;
	body->md5 = arena_cstr(&w->merged.arena, str_of(hex));
	return body->md5 ? 0 : arena_err(&w->merged.arena, err);
}

struct layer_pieces {
	struct image_file file;
	struct unit unit;
	struct str whole; /* if the bytes are in memory already */
	struct tar *tar;  /* else */
};

/* The bytes from file.offset on, as many as a unit may have. */
static int next_piece(struct walk *w, struct layer_pieces *p, struct err *err)
{
	uint64_t left = p->file.size - p->file.offset;
	size_t n = (size_t)MIN_OF(left, w->limits->unit_bytes);

	p->file.is_last = n == left;
	if (!p->tar) {
		p->unit.bytes = str_sub(p->whole, (size_t)p->file.offset, n);
		return 0;
	}
	if (!w->piece)
		w->piece = malloc(w->limits->unit_bytes);
	if (!w->piece)
		return err_nomem(err);
	p->unit.bytes = str_make(w->piece, n);
	return read_whole(p->tar, w->piece, n, err);
}

static int stream_file(struct walk *w, struct layer_pieces *p, struct err *err)
{
	for (;;) {
		int result;

		if (next_piece(w, p, err) != 0)
			return -1;
		result = w->visitor->streamed(w->visitor->arg, &p->unit, &p->file, err);
		if (result < 0)
			return walk_fatal(w);
		if (result == IMAGE_ENOUGH || p->file.is_last)
			return 0;
		p->file.offset += p->unit.bytes.n;
	}
}

/* ---- one entry ---- */

struct layer_entry {
	const struct tar_entry *tar;
	struct str path;	  /* in the merged view; w->path holds it */
	struct merged_node *node; /* what is kept there now */
	struct image_file file;
	bool streamed, kept;
	bool summed; /* kept without its bytes */
	struct merged_state state;
};

/* Where the entry lands, and who wants it. */
static int place_entry(struct walk *w, struct layer_entry *e, struct err *err)
{
	const struct image_visitor *v = w->visitor;
	struct merged_at at;
	unsigned wants, merged;

	if (merged_resolve(&w->merged, e->tar->path, false, &at, err) != 0)
		return -1;
	buf_clear(&w->path);
	buf_add(&w->path, at.path);
	if (!buf_ok(&w->path))
		return buf_err(&w->path, "a path", err);
	e->path = buf_str(&w->path);
	e->node = at.node;
	wants = merged = v->wants(v->arg, &e->file);
	if (!str_eq(e->path, e->tar->path)) {
		struct image_file landed = e->file;

		landed.path = e->path;
		merged = v->wants(v->arg, &landed);
	}
	e->streamed = (wants & IMAGE_STREAM) && w->is_first_pass && v->streamed;
	e->summed = merged == IMAGE_SUM && !map_has(&w->named, e->path);
	e->state.wanted = (merged & (IMAGE_MERGED | IMAGE_SUM)) || map_has(&w->named, e->path);
	e->kept = e->state.wanted || map_has(&w->extra, e->path);
	return 0;
}

/* Puts state at the entry's path, or takes away what it replaces. */
static int settle(struct walk *w, const struct layer_entry *e, struct err *err)
{
	if (e->state.kind != MERGED_GONE)
		return merged_put(&w->merged, e->path, &e->state, err);
	return e->node ? merged_remove(&w->merged, e->node, err) : 0;
}

static int take_bytes(struct walk *w, struct layer_entry *e, struct tar *tar, struct err *err)
{
	struct merged_body *body = e->state.body;
	struct layer_pieces p = {.file = e->file, .tar = tar};

	if (e->summed)
		return sum_whole(w, body, tar, err);
	p.unit = walk_unit(w, w->layer_index, e->tar->path, e->tar->mode);
	if (body && body->bytes) {
		if (read_whole(tar, body->bytes, body->n, err) != 0)
			return -1;
		p.whole = str_make(body->bytes, body->n);
		p.tar = NULL;
	}
	return e->streamed ? stream_file(w, &p, err) : 0;
}

static int take_file(struct walk *w, struct layer_entry *e, struct tar *tar, struct err *err)
{
	int result;

	if (e->kept) {
		e->state.kind = MERGED_FILE;
		uint64_t n = e->summed ? 0 : e->tar->size;

		if (merged_body_new(&w->merged, e->path, n, e->tar->mode, &e->state.body, err) != 0)
			return -1;
	}
	result = take_bytes(w, e, tar, err);
	if (result == 0)
		result = settle(w, e, err);
	merged_body_drop(&w->merged, e->state.body);
	return result;
}

static int keep_link(struct walk *w, struct layer_entry *e, struct str link, struct err *err)
{
	e->state.link = arena_str(&w->merged.arena, link);
	return e->state.link.p ? 0 : arena_err(&w->merged.arena, err);
}

static int take_hard_link(struct walk *w, struct layer_entry *e, struct err *err)
{
	bool wanted = e->state.wanted;
	struct err why = ERR_INIT;
	struct merged_at target;

	if (merged_resolve(&w->merged, e->tar->link, false, &target, &why) != 0) {
		if (entry_problem(w, e->tar->path, &why, err) != 0)
			return -1;
		return settle(w, e, err);
	}
	if (target.node && target.node->now.kind == MERGED_LINK) {
		e->state = target.node->now;
	} else if (e->kept && target.node && target.node->now.kind == MERGED_FILE) {
		e->state = target.node->now;
	} else if (e->kept) {
		e->state.kind = MERGED_FILE;
		if (keep_link(w, e, target.path, err) != 0)
			return -1;
	}
	e->state.wanted = wanted;
	return settle(w, e, err);
}

static int take_entry(struct walk *w, struct layer_entry *e, struct tar *tar, struct err *err)
{
	switch (e->tar->kind) {
	case TAR_FILE:
		return take_file(w, e, tar, err);
	case TAR_HARD_LINK:
		return take_hard_link(w, e, err);
	case TAR_SYMLINK:
		e->state.kind = MERGED_LINK;
		if (keep_link(w, e, e->tar->link, err) != 0)
			return -1;
		return settle(w, e, err);
	case TAR_CHAR_DEVICE:
	case TAR_BLOCK_DEVICE:
	case TAR_FIFO:
	case TAR_DIR:
		break;
	}
	return settle(w, e, err);
}

static int take_folder(struct walk *w, const struct tar_entry *t, struct err *err)
{
	struct err why = ERR_INIT;
	struct merged_at at;

	if (t->path.n == 0)
		return 0;
	if (merged_resolve(&w->merged, t->path, false, &at, &why) != 0)
		return entry_problem(w, t->path, &why, err);
	return at.node ? merged_folder(&w->merged, at.node, err) : 0;
}

/* ---- whiteouts (OCI image specification 1.1, layer.md) ---- */

static int white_out(
    struct walk *w, const struct tar_entry *t, struct str folder, struct str name, struct err *err)
{
	struct err why = ERR_INIT;
	struct merged_at at;

	if (name.n == 0 || str_eq(name, STR(".")) || str_eq(name, STR(".."))) {
		(void)err_set(&why, ERR_FORMAT, "a whiteout that names nothing");
		return entry_problem(w, t->path, &why, err);
	}
	buf_clear(&w->path);
	buf_add(&w->path, folder);
	buf_addc(&w->path, '/');
	buf_add(&w->path, name);
	if (!buf_ok(&w->path))
		return buf_err(&w->path, "a path", err);
	if (merged_resolve(&w->merged, buf_str(&w->path), false, &at, &why) != 0)
		return entry_problem(w, t->path, &why, err);
	return at.node ? merged_white_out(&w->merged, at.node, err) : 0;
}

static int take_whiteout(
    struct walk *w, const struct tar_entry *t, struct str folder, struct str name, struct err *err)
{
	struct err why = ERR_INIT;
	struct merged_at at;

	if (str_eq(name, STR(".wh..opq"))) {
		if (merged_resolve(&w->merged, folder, true, &at, &why) != 0)
			return entry_problem(w, t->path, &why, err);
		return at.node ? merged_opaque(&w->merged, at.node, err) : 0;
	}
	/* What AUFS kept for itself. */
	if (str_starts(name, WHITEOUT))
		return 0;
	return white_out(w, t, folder, name, err);
}

static int take(struct walk *w, const struct tar_entry *t, struct tar *tar, struct err *err)
{
	size_t slash = str_rchr(t->path, '/');
	struct str folder = slash == STR_NPOS ? STR_NONE : str_sub(t->path, 0, slash);
	struct str name = slash == STR_NPOS ? t->path : str_sub(t->path, slash + 1, t->path.n);
	struct err why = ERR_INIT;
	struct layer_entry e = {.tar = t};

	if (str_starts(name, WHITEOUT))
		return take_whiteout(w, t, folder, str_sub(name, WHITEOUT.n, name.n), err);
	if (t->kind == TAR_DIR)
		return take_folder(w, t, err);
	e.file = (struct image_file){.path = t->path,
	    .kind = t->kind,
	    .mode = t->mode,
	    .size = t->size,
	    .link = t->link,
	    .layer = layer_of(w),
	    .layer_index = w->layer_index};
	if (place_entry(w, &e, &why) != 0)
		return entry_problem(w, t->path, &why, err);
	return take_entry(w, &e, tar, err);
}

static int take_all(struct walk *w, struct tar *tar, struct err *err)
{
	for (;;) {
		struct err why = ERR_INIT;
		struct tar_entry t;

		switch (tar_next(tar, &t, &why)) {
		case TAR_END:
			return 0;
		case TAR_ERROR:
			*err = why;
			return -1;
		case TAR_REFUSED:
			if (entry_problem(w, t.path, &why, err) != 0)
				return -1;
			break;
		case TAR_ENTRY:
			if (take(w, &t, tar, err) != 0)
				return -1;
		}
	}
}

/* ---- the blob ---- */

struct layer_stream {
	struct blob blob;
	struct stream *top;
	struct stream_sum blob_sum, diff_sum;
	bool same_digest; /* not compressed: one sum serves for both */
};

static void layer_stream_release(struct layer_stream *s)
{
	stream_close(s->top);
	stream_sum_release(&s->blob_sum);
	stream_sum_release(&s->diff_sum);
	blob_close(&s->blob);
}

static int open_blob(struct walk *w, struct layer_stream *s, struct err *err)
{
	const struct image_layer *layer = layer_of(w);
	struct str name = layer->name;

	if (media_type_check_layer(layer->media_type, err) != 0 ||
	    (name.n == 0 && blob_name(layer->digest, &w->arena, &name, err) != 0))
		return -1;
	switch (blob_open(w->image->blobs, name, &s->blob, err)) {
	case CONTENT_OK:
		break;
	case CONTENT_MISSING:
		return err_set(
		    err, ERR_FORMAT, "its bytes are missing: there is no " STR_FMT, STR_ARG(name));
	case CONTENT_ERROR:
		return -1;
	}
	if (s->blob.size != layer->size)
		return err_set(err, ERR_FORMAT, "it has %llu bytes, but %llu were promised",
		    (unsigned long long)s->blob.size, (unsigned long long)layer->size);
	return stream_of_content(
	    s->blob.blobs->content, s->blob.handle, s->blob.offset, s->blob.size, &s->top, err);
}

static int open_layer(struct walk *w, struct layer_stream *s, struct err *err)
{
	const struct image_layer *layer = layer_of(w);
	struct stream_limits limits = {.max_bytes = w->limits->layer_bytes,
	    .total_left = &w->image_left,
	    .compressed = &s->blob_sum.bytes};
	const struct codec *codec;

	if (open_blob(w, s, err) != 0 ||
	    stream_tee(&s->top, layer->digest, &s->blob_sum, err) != 0 ||
	    codec_push(&s->top, &codec, err) != 0)
		return -1;
	limits.ratio = codec ? w->limits->inflate_ratio : 0;
	s->same_digest = !codec && str_eq(layer->digest, layer->diff_id);
	if (stream_limit(&s->top, &limits, err) != 0)
		return -1;
	return s->same_digest ? 0 : stream_tee(&s->top, layer->diff_id, &s->diff_sum, err);
}

static int check_sums(struct walk *w, struct layer_stream *s, struct err *err)
{
	const struct image_layer *layer = layer_of(w);
	/* docker save's old shape has no digest of the blob; the diff ID stands for it. */
	bool has_digest = layer->media_type.n > 0 || !str_eq(layer->digest, layer->diff_id);

	if ((has_digest || s->same_digest) &&
	    stream_sum_check(&s->blob_sum, layer->digest, "its blob", err) != 0)
		return -1;
	if (s->same_digest)
		return 0;
	return stream_sum_check(&s->diff_sum, layer->diff_id, "its content (diff ID)", err);
}

int layer_read(struct walk *w, struct err *err)
{
	struct layer_stream s CLEANUP(layer_stream_release) = {0};
	struct tar *tar CLEANUP(tar_cleanup) = NULL;

	if (open_layer(w, &s, err) != 0 || tar_open(s.top, w->limits, &tar, err) != 0 ||
	    take_all(w, tar, err) != 0 || stream_drain(s.top, err) != 0)
		return -1;
	return check_sums(w, &s, err);
}
