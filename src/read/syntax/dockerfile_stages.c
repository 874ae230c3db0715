/*
 * Stages and what they need of each other: which are built for the target, whose layers are
 * the image's, and where they need each other in a circle. Linear in stages and sources.
 */
#include "read/syntax/dockerfile_parse.h"
#include "read/syntax/dockerfile_view.h"

/* The newest stage of that name, or the one of that number. */
static struct docker_stage *built_stage(const struct docker_view *view, struct str target)
{
	uint64_t index;

	if (target.n == 0)
		return view->n_stages > 0 && !view->cut ? &view->stages[view->n_stages - 1] : NULL;
	for (size_t i = view->n_stages; i-- > 0;)
		if (str_eq_nocase(view->stages[i].name, target))
			return &view->stages[i];
	return str_to_u64(target, &index) && index < view->n_stages ? &view->stages[index] : NULL;
}

enum colour { UNSEEN, OPEN, DONE };

/* A stage on the way from the root: its next edge is `next`, its base before its sources. */
struct stage_visit {
	const struct docker_stage *stage;
	size_t next;
};

struct stage_walk {
	struct docker_view *view;
	unsigned char *colours; /* enum colour, by stage */
	struct stage_visit *way;
	size_t n_way;
};

static void enter(struct stage_walk *w, const struct docker_stage *stage)
{
	w->colours[stage->index] = OPEN;
	w->way[w->n_way++] = (struct stage_visit){stage, 0};
}

/* The stage at the end of the next edge; NULL if it leads to none. */
static const struct docker_stage *follow(struct stage_walk *w, struct stage_visit *visit)
{
	const struct docker_stage *from = visit->stage, *to;
	struct docker_source *source;
	size_t edge = visit->next++;

	if (edge == 0) {
		to = from->parent;
	} else {
		source = &w->view->sources.p[from->first_source + edge - 1];
		to = source->stage ? source->stage : source->later;
		source->closes_cycle = to && w->colours[to->index] == OPEN;
	}
	if (to)
		w->view->stages[to->index].used = true;
	return to;
}

/* Depth first from one stage, through those that no walk before has seen. */
static void walk_from(struct stage_walk *w, const struct docker_stage *root, bool is_target)
{
	if (w->colours[root->index] == UNSEEN)
		enter(w, root);
	while (w->n_way > 0) {
		struct stage_visit *visit = &w->way[w->n_way - 1];
		const struct docker_stage *next;

		w->view->stages[visit->stage->index].needed |= is_target;
		if (visit->next > visit->stage->n_sources) {
			w->colours[visit->stage->index] = DONE;
			w->n_way--;
			continue;
		}
		next = follow(w, visit);
		if (next && w->colours[next->index] == UNSEEN)
			enter(w, next);
	}
}

void docker_mark_stages(struct docker_view *view, struct arena *arena)
{
	struct docker_stage *built =
	    built_stage(view, view->build ? view->build->target : STR_NONE);
	struct stage_walk w = {.view = view};

	view->built = built;
	for (const struct docker_stage *s = built; s; s = s->parent)
		view->stages[s->index].shipped = true;
	w.colours = arena_array(arena, view->n_stages, sizeof *w.colours);
	w.way = arena_array(arena, view->n_stages, sizeof *w.way);
	if (!w.colours || !w.way)
		return;
	if (built)
		walk_from(&w, built, true);
	/* The last first: what closes a circle is then mostly what looks ahead. */
	for (size_t i = view->n_stages; i-- > 0;)
		walk_from(&w, &view->stages[i], false);
}
