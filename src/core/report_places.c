#include "core/report_places.h"

#include "base/hash.h"
#include "core/wire.h"

void report_key_number(struct buf *b, uint32_t value)
{
	buf_addf(b, "%u", value);
	buf_addc(b, '\0');
}

void report_key_text(struct buf *b, struct str s)
{
	report_key_number(b, (uint32_t)s.n);
	buf_add(b, s);
}

void report_key_place(struct buf *b, const struct place *place)
{
	report_key_number(b, place->line);
	report_key_number(b, place->column);
	report_key_number(b, place->end_line);
	report_key_number(b, place->end_column);
	report_key_text(b, place->origin.encoding);
	report_key_text(b, place->origin.commit);
	report_key_text(b, place->origin.object);
	report_key_text(b, place->origin.layer);
}

int report_make_key(struct report *r, const struct buf *b, struct str *ret_key, struct err *err)
{
	enum { KEY_HEX = 32 };
	char hex[SHA256_HEX_SIZE];
	struct str key;

	if (!buf_ok(b))
		return buf_err(b, "a finding's identity", err);
	sha256_hex(buf_str(b), hex);
	key = arena_str(&r->arena, str_make(hex, KEY_HEX));
	if (!key.p)
		return arena_err(&r->arena, err);
	*ret_key = key;
	return 0;
}

/* ---- gathering ---- */

/* Whether this place of this finding was reported before; it is from now on. */
static int see_place(struct report *r, const struct finding *f, const struct place *place,
    bool *ret_seen, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	struct str key;

	report_key_text(&b, f->fingerprint);
	report_key_text(&b, place->origin.path);
	report_key_text(&b, place->origin.inner);
	report_key_place(&b, place);
	if (report_make_key(r, &b, &key, err) != 0)
		return -1;
	*ret_seen = map_has(&r->seen, key);
	return *ret_seen || map_put(&r->seen, key, r) ? 0 : arena_err(&r->arena, err);
}

static bool same_place(const struct place *a, const struct place *b)
{
	struct place unmarked = *a;

	unmarked.state = b->state;
	return finding_compare_places(&unmarked, b) == 0 &&
	       str_eq(a->origin.commit, b->origin.commit);
}

/* Takes a place out that was reported before as known, and now is new. */
static bool drop_known(struct finding *f, const struct place *place)
{
	for (size_t i = 0; i < f->n_places; i++) {
		if (!same_place(&f->places[i], place))
			continue;
		if (f->places[i].state <= place->state)
			return false;
		f->n_places--;
		memmove(&f->places[i], &f->places[i + 1], (f->n_places - i) * sizeof *f->places);
		return true;
	}
	return false;
}

/* Room for one more: lists double, so their size tells what they can hold. */
static int grow_places(struct report *r, struct finding *f, struct err *err)
{
	struct place *places;

	if ((f->n_places & (f->n_places - 1)) != 0)
		return 0;
	places = arena_array(&r->arena, f->n_places ? f->n_places * 2 : 1, sizeof *places);
	if (!places)
		return arena_err(&r->arena, err);
	if (f->n_places > 0)
		memcpy(places, f->places, f->n_places * sizeof *places);
	f->places = places;
	return 0;
}

static int insert_place(
    struct report *r, struct finding *f, const struct place *place, struct err *err)
{
	/* What else is said of a finding that is no secret is said of its first place. */
	size_t low = f->secret || f->n_places == 0 ? 0 : 1, high = f->n_places;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (finding_compare_places(&f->places[middle], place) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (f->n_places >= FINDING_PLACES_MAX) {
		f->more_places += f->more_places < UINT32_MAX;
		if (low >= FINDING_PLACES_MAX)
			return 0;
		f->n_places--;
	} else if (grow_places(r, f, err) != 0) {
		return -1;
	}
	memmove(&f->places[low + 1], &f->places[low], (f->n_places - low) * sizeof *f->places);
	if (place_copy(place, &r->arena, &f->places[low], err) != 0)
		return -1;
	f->n_places++;
	return 0;
}

int report_add_places(
    struct report *r, struct finding *f, const struct finding *from, struct err *err)
{
	for (size_t i = 0; i < from->n_places; i++) {
		struct place place = from->places[i];
		bool seen;

		if (from->state != STATE_NEW)
			place.state = from->state;
		if (see_place(r, f, &place, &seen, err) != 0)
			return -1;
		if (seen && !drop_known(f, &place))
			continue;
		if (insert_place(r, f, &place, err) != 0)
			return -1;
	}
	f->more_places =
	    (uint32_t)MIN_OF((uint64_t)f->more_places + from->more_places, (uint64_t)UINT32_MAX);
	return 0;
}

enum finding_state report_gathered_state(const struct finding *f)
{
	enum finding_state state = STATE_FIXED;

	for (size_t i = 0; i < f->n_places; i++)
		state = MIN_OF(state, f->places[i].state);
	return f->n_places > 0 ? state : f->state;
}

/* ---- a place that comes later ---- */

struct named {
	uint32_t index;
	bool gathers; /* the finding's list of places can grow, and each was seen */
};

static int key_of_id(struct report *r, uint32_t subject, const struct finding_id *id,
    struct str *ret_key, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);

	report_key_number(&b, subject);
	report_key_text(&b, id->rule);
	report_key_text(&b, id->identity);
	report_key_text(&b, id->path);
	return report_make_key(r, &b, ret_key, err);
}

static struct finding_id id_of(const struct finding *f)
{
	return (struct finding_id){
	    f->rule, f->identity, f->n_places > 0 ? place_within(&f->places[0]) : STR_NONE};
}

/* Only when somebody asks, and then those that have come since. */
static int index_named(struct report *r, struct err *err)
{
	for (; r->n_named < r->findings.n; r->n_named++) {
		const struct finding *f = &r->findings.p[r->n_named];
		struct finding_id id = id_of(f);
		struct named *named;
		struct str key;

		if (f->secret)
			continue;
		if (key_of_id(r, f->subject, &id, &key, err) != 0)
			return -1;
		if (map_has(&r->named, key))
			continue;
		named = arena_new(&r->arena, struct named);
		if (!named || !map_put(&r->named, key, named))
			return arena_err(&r->arena, err);
		named->index = (uint32_t)r->n_named;
	}
	return 0;
}

void report_forget_named(struct report *r)
{
	map_init(&r->named, &r->arena);
	r->n_named = 0;
}

/* From now on its list doubles as a secret's does. */
static int begin_gathering(struct report *r, struct finding *f, struct err *err)
{
	size_t room = 1;
	struct place *places;
	bool seen;

	while (room < f->n_places)
		room *= 2;
	places = arena_array(&r->arena, room, sizeof *places);
	if (!places)
		return arena_err(&r->arena, err);
	if (f->n_places > 0)
		memcpy(places, f->places, f->n_places * sizeof *places);
	f->places = places;
	for (size_t i = 0; i < f->n_places; i++) {
		if (see_place(r, f, &places[i], &seen, err) != 0)
			return -1;
	}
	return 0;
}

static int find_named(struct report *r, uint32_t subject, const struct finding_id *of,
    struct finding **ret_finding, struct err *err)
{
	struct named *named;
	struct str key;

	*ret_finding = NULL;
	if (r->n_named > r->findings.n)
		report_forget_named(r);
	if (key_of_id(r, subject, of, &key, err) != 0 || index_named(r, err) != 0)
		return -1;
	named = map_get(&r->named, key);
	if (!named)
		return 0;
	if (!named->gathers && begin_gathering(r, &r->findings.p[named->index], err) != 0)
		return -1;
	named->gathers = true;
	*ret_finding = &r->findings.p[named->index];
	return 0;
}

static int find_secret(
    struct report *r, const struct finding_id *of, struct finding **ret_finding, struct err *err)
{
	struct finding_secret any = {0};
	struct finding named = {.rule = of->rule, .identity = of->identity, .secret = &any};
	const uint32_t *index;

	*ret_finding = NULL;
	if (finding_set_fingerprint(&named, 0, &r->arena, err) != 0)
		return -1;
	index = map_get(&r->secrets, named.fingerprint);
	if (index)
		*ret_finding = &r->findings.p[*index];
	return 0;
}

int report_add_place(struct report *r, uint32_t subject, const struct finding_id *of,
    const struct place *place, struct err *err)
{
	struct place shown = *place;
	struct finding one = {.places = &shown, .n_places = 1};
	struct finding *f;

	if (find_secret(r, of, &f, err) != 0 || (!f && find_named(r, subject, of, &f, err) != 0))
		return -1;
	if (!f && r->full)
		return 0;
	if (!f)
		return err_set(err, ERR_FORMAT,
		    "a place was reported of a finding that is not there: " STR_FMT,
		    STR_ARG(of->rule));
	if (subject < r->subjects.n &&
	    path_view_apply_place(&r->subjects.p[subject].view, &shown, &r->arena, err) != 0)
		return -1;
	if (!f->secret)
		shown.state = f->n_places > 0 ? f->places[0].state : STATE_NEW;
	if (report_add_places(r, f, &one, err) != 0)
		return -1;
	if (f->secret)
		f->state = MIN_OF(f->state, report_gathered_state(f));
	return 0;
}
