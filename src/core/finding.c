#include "core/finding.h"

#include "base/hash.h"
#include "core/wire.h"

enum { FINGERPRINT_HEX = 32 };

uint32_t edit_importance(enum severity severity)
{
	return (uint32_t)severity * EDIT_IMPORTANCE_MAX / SEVERITY_CRITICAL;
}

int finding_set_fingerprint(
    struct finding *finding, uint32_t ordinal, struct arena *arena, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	char hex[SHA256_HEX_SIZE];
	struct str fingerprint;

	buf_add(&b, finding->rule);
	buf_addc(&b, '\0');
	if (finding->secret)
		ordinal = 0;
	else if (finding->n_places > 0)
		buf_add(&b, place_within(&finding->places[0]));
	buf_addc(&b, '\0');
	buf_add(&b, finding->identity);
	buf_addc(&b, '\0');
	buf_addf(&b, "%u", ordinal);
	if (!finding->secret && finding->n_places > 0 && finding->places[0].origin.inner.n > 0) {
		buf_addc(&b, '\0');
		buf_add(&b, finding->places[0].origin.inner);
	}
	if (!buf_ok(&b))
		return buf_err(&b, "a finding's identity", err);
	sha256_hex(buf_str(&b), hex);
	fingerprint = arena_str(arena, str_make(hex, FINGERPRINT_HEX));
	if (!fingerprint.p)
		return arena_err(arena, err);
	finding->fingerprint = fingerprint;
	return 0;
}

int finding_copy(
    const struct finding *from, struct arena *arena, struct finding *ret_copy, struct err *err)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(WIRE_MAX_BYTES);
	struct str bytes;

	wire_put_finding(&b, from);
	if (!buf_ok(&b))
		return buf_err(&b, "finding", err);
	bytes = arena_str(arena, buf_str(&b));
	if (!bytes.p)
		return arena_err(arena, err);
	return wire_get_finding(bytes, arena, ret_copy, err);
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static uint32_t verdict_rank(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_BLOCKS:
		return 0;
	case VERDICT_WARNS:
		return 1;
	case VERDICT_EXCUSED:
		return 2;
	case VERDICT_PASSES:
		return 3;
	}
	return 4;
}

static int compare_gravity(const struct finding *a, const struct finding *b)
{
	int order = compare_u32(verdict_rank(a->verdict), verdict_rank(b->verdict));

	if (order == 0)
		order = compare_u32((uint32_t)a->state, (uint32_t)b->state);
	return order != 0 ? order : compare_u32((uint32_t)b->severity, (uint32_t)a->severity);
}

static int compare_spot(const struct place *a, const struct place *b)
{
	const uint32_t numbers[][2] = {
	    {a->line, b->line},
	    {a->column, b->column},
	    {a->end_line, b->end_line},
	    {a->end_column, b->end_column},
	};
	int order = str_cmp(a->origin.path, b->origin.path);

	if (order == 0)
		order = str_cmp(a->origin.inner, b->origin.inner);
	for (size_t i = 0; i < ARRAY_LEN(numbers) && order == 0; i++)
		order = compare_u32(numbers[i][0], numbers[i][1]);
	if (order == 0)
		order = str_cmp(a->origin.layer, b->origin.layer);
	return order != 0 ? order : str_cmp(a->origin.encoding, b->origin.encoding);
}

static int compare_place(const struct place *a, const struct place *b)
{
	int order = compare_spot(a, b);

	return order != 0 ? order : str_cmp(a->origin.commit, b->origin.commit);
}

int finding_compare_places(const struct place *a, const struct place *b)
{
	int order = compare_u32((uint32_t)a->state, (uint32_t)b->state);

	if (order == 0)
		order = compare_u32(a->origin.layer.n > 0, b->origin.layer.n > 0);
	return order != 0 ? order : compare_spot(a, b);
}

static int compare_places(const struct finding *a, const struct finding *b)
{
	for (size_t i = 0; i < a->n_places && i < b->n_places; i++) {
		int order = compare_place(&a->places[i], &b->places[i]);

		if (order != 0)
			return order;
	}
	return a->n_places < b->n_places ? -1 : a->n_places > b->n_places;
}

int finding_compare(const struct finding *a, const struct finding *b)
{
	const struct str texts[][2] = {
	    {a->rule, b->rule},
	    {a->identity, b->identity},
	    {a->fingerprint, b->fingerprint},
	    {a->message, b->message},
	};
	int order = compare_gravity(a, b);

	if (order == 0)
		order = compare_places(a, b);
	for (size_t i = 0; i < ARRAY_LEN(texts) && order == 0; i++)
		order = str_cmp(texts[i][0], texts[i][1]);
	if (order == 0)
		order = compare_u32(a->subject, b->subject);
	return order != 0 ? order : compare_u32((uint32_t)a->stage, (uint32_t)b->stage);
}
