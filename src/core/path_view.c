#include "core/path_view.h"

bool path_view_is_plain(const struct path_view *view)
{
	return str_eq(view->prefix, view->shown) && view->top.n == 0;
}

int path_view_apply(
    const struct path_view *view, struct str *path, struct arena *arena, struct err *err)
{
	bool below = str_starts(*path, view->prefix);
	struct str before = below ? view->shown : view->top, shown;

	if (path->n == 0 || path_view_is_plain(view))
		return 0;
	shown = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(before),
	    STR_ARG(str_sub(*path, below ? view->prefix.n : 0, path->n)));
	if (!shown.p)
		return arena_err(arena, err);
	*path = shown;
	return 0;
}

/* "Dockerfile:3 asks …", of the file of the first place. */
static int apply_request(
    struct finding *f, struct str within, struct str shown, struct arena *arena, struct err *err)
{
	struct str rest = str_sub(f->request, within.n, f->request.n), request;

	if (within.n == 0 || !str_starts(f->request, within) || !str_starts(rest, STR(":")))
		return 0;
	request = arena_fmt(arena, STR_FMT STR_FMT, STR_ARG(shown), STR_ARG(rest));
	if (!request.p)
		return arena_err(arena, err);
	f->request = request;
	return 0;
}

int path_view_apply_place(
    const struct path_view *view, struct place *place, struct arena *arena, struct err *err)
{
	if (path_view_is_plain(view))
		return 0;
	place->within = place->origin.path;
	return path_view_apply(view, &place->origin.path, arena, err);
}

static int apply_places(
    const struct path_view *view, struct finding *finding, struct arena *arena, struct err *err)
{
	struct place *places = arena_array(arena, finding->n_places, sizeof *places);

	if (!places)
		return arena_err(arena, err);
	for (size_t i = 0; i < finding->n_places; i++) {
		places[i] = finding->places[i];
		if (path_view_apply_place(view, &places[i], arena, err) != 0)
			return -1;
	}
	finding->places = places;
	if (finding->n_places == 0)
		return 0;
	return apply_request(finding, places[0].within, places[0].origin.path, arena, err);
}

static int apply_fix(
    const struct path_view *view, struct finding *finding, struct arena *arena, struct err *err)
{
	struct finding_fix *fix = arena_new(arena, struct finding_fix);
	const struct finding_edit *from = finding->fix->edits;

	if (!fix)
		return arena_err(arena, err);
	*fix = *finding->fix;
	fix->edits = arena_array(arena, fix->n_edits, sizeof *fix->edits);
	if (!fix->edits)
		return arena_err(arena, err);
	for (size_t i = 0; i < fix->n_edits; i++) {
		fix->edits[i] = from[i];
		if (path_view_apply(view, &fix->edits[i].path, arena, err) != 0)
			return -1;
	}
	finding->fix = fix;
	return 0;
}

int path_view_apply_finding(
    const struct path_view *view, struct finding *finding, struct arena *arena, struct err *err)
{
	if (path_view_is_plain(view))
		return 0;
	if (apply_places(view, finding, arena, err) != 0)
		return -1;
	return finding->fix && finding->fix->n_edits > 0 ? apply_fix(view, finding, arena, err) : 0;
}
