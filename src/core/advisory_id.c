#include "core/advisory_id.h"

/* In a shape `d` is a digit, `9` one or more of them, `x` a digit or lower-case letter; the rest
 * stands for itself. At most 31 characters. */
static const char *const shapes[] = {
    "CVE-dddd-ddd9",
    "DEBIAN-CVE-dddd-ddd9",
    "GHSA-xxxx-xxxx-xxxx",
    "DSA-9",
    "DSA-9-9",
    "DLA-9",
    "DLA-9-9",
    "TEMP-9-XXXXXX",
    "PYSEC-dddd-9",
    "RUSTSEC-dddd-dddd",
    "GO-dddd-dddd",
    "OSV-dddd-9",
    "MAL-dddd-9",
};

static bool takes(char shape, char c)
{
	switch (shape) {
	case 'd':
	case '9':
		return byte_is_digit(c);
	case 'x':
		return byte_is_digit(c) || (c >= 'a' && c <= 'z');
	case 'X':
		return byte_is_digit(c) || (c >= 'A' && c <= 'F');
	default:
		return shape == c;
	}
}

/* Bit i of `at`: the shape's first i characters have been met. One character further. */
static uint32_t step(struct str shape, uint32_t at, char c, bool any)
{
	uint32_t next = 0;

	for (size_t i = 0; i < shape.n; i++) {
		if (!(at >> i & 1) || !(any || takes(shape.p[i], c)))
			continue;
		next |= UINT32_C(1) << (i + 1);
		if (shape.p[i] == '9')
			next |= UINT32_C(1) << i;
	}
	return next;
}

static bool shape_fits(struct str shape, struct str glob)
{
	uint32_t at = 1;

	for (size_t i = 0; i < glob.n && at != 0; i++) {
		if (glob.p[i] == '*')
			at |= ~((at & -at) - 1); /* from the first on, anywhere */
		else
			at = step(shape, at, glob.p[i], glob.p[i] == '?');
	}
	return at >> shape.n & 1;
}

bool advisory_id_fits(struct str glob)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		if (shape_fits(str_of(shapes[i]), glob))
			return true;
	}
	return false;
}

bool advisory_id_begins(struct str id)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct str shape = str_of(shapes[i]);

		if (str_starts_nocase(id, str_sub(shape, 0, str_chr(shape, '-') + 1)))
			return true;
	}
	return false;
}

bool advisory_id_spell(struct str id, char *out, size_t size, struct str *ret)
{
	bool letters_low = str_starts_nocase(id, STR("GHSA-"));

	if (id.n > size)
		return false;
	for (size_t i = 0; i < id.n; i++)
		out[i] = letters_low && i > 3 ? byte_lower(id.p[i]) : byte_upper(id.p[i]);
	*ret = str_make(out, id.n);
	return advisory_id_fits(*ret);
}
