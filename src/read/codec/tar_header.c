#include "read/codec/tar_header.h"

enum { CHECKSUM_AT = 148, CHECKSUM_BYTES = 8 };

bool tar_block_is_zero(struct str block)
{
	for (size_t i = 0; i < block.n; i++)
		if (block.p[i] != 0)
			return false;
	return true;
}

static struct str until_nul(struct str field)
{
	return str_sub(field, 0, MIN_OF(str_chr(field, '\0'), field.n));
}

static bool base256(struct str field, uint64_t *ret_value)
{
	uint64_t value = (unsigned char)field.p[0] & 0x7f;

	/* The second bit is the sign: no field that is read here may be negative. */
	if (value & 0x40)
		return false;
	for (size_t i = 1; i < field.n; i++) {
		if (value >> (63 - 8))
			return false;
		value = value << 8 | (unsigned char)field.p[i];
	}
	*ret_value = value;
	return true;
}

static bool is_filler(char c)
{
	return c == ' ' || c == '\0';
}

bool tar_number(struct str field, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (field.n > 0 && ((unsigned char)field.p[0] & 0x80))
		return base256(field, ret_value);
	while (field.n > 0 && is_filler(field.p[0]))
		field = str_sub(field, 1, field.n);
	field = until_nul(field);
	while (field.n > 0 && is_filler(field.p[field.n - 1]))
		field.n--;
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] < '0' || field.p[i] > '7' || value >> (63 - 3))
			return false;
		value = value << 3 | (uint64_t)(field.p[i] - '0');
	}
	*ret_value = value;
	return true;
}

bool tar_block_has_checksum(struct str block)
{
	uint64_t expected, is_unsigned = 0;
	int64_t is_signed = 0;

	if (block.n != TAR_BLOCK ||
	    !tar_number(str_sub(block, CHECKSUM_AT, CHECKSUM_BYTES), &expected))
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		bool in_sum = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_BYTES;
		char c = in_sum ? ' ' : block.p[i];

		is_unsigned += (unsigned char)c;
		is_signed += (signed char)c;
	}
	return expected == is_unsigned || (is_signed >= 0 && expected == (uint64_t)is_signed);
}

static uint64_t number_or_zero(struct str field)
{
	uint64_t value;

	return tar_number(field, &value) ? value : 0;
}

/* Whether Go's archive/tar, which the container runtimes read with, takes the field for a number.
 */
static bool go_reads(struct str field)
{
	uint64_t value = 0;

	if ((unsigned char)field.p[0] & 0x80) {
		char positive[12] = {0};
		bool negative = ((unsigned char)field.p[0] & 0x40) != 0;

		for (size_t i = 0; i < field.n && i < sizeof positive; i++)
			positive[i] = negative ? (char)~field.p[i] : field.p[i];
		positive[0] = (char)(positive[0] | 0x80);
		return base256(str_make(positive, MIN_OF(field.n, sizeof positive)), &value);
	}
	while (field.n > 0 && is_filler(field.p[0]))
		field = str_sub(field, 1, field.n);
	while (field.n > 0 && is_filler(field.p[field.n - 1]))
		field.n--;
	field = until_nul(field);
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] < '0' || field.p[i] > '7')
			return false;
	return true;
}

/* GNU has two times in the place of POSIX's prefix. A writer of Go's once had a prefix there, so Go
 * has one if a time is not a number and the prefix is ASCII; no other reader does. */
static struct str gnu_prefix(struct str block)
{
	struct str access = str_sub(block, 345, 12), change = str_sub(block, 357, 12);
	struct str prefix = until_nul(str_sub(block, 345, 155));

	if ((access.p[0] == '\0' || go_reads(access)) && (change.p[0] == '\0' || go_reads(change)))
		return STR_NONE;
	for (size_t i = 0; i < prefix.n; i++)
		if ((unsigned char)prefix.p[i] >= 0x80)
			return STR_NONE;
	return prefix;
}

void tar_header_parse(struct str block, struct tar_header *ret)
{
	struct tar_header h = {
	    .name = until_nul(str_sub(block, 0, 100)),
	    .mode = number_or_zero(str_sub(block, 100, 8)),
	    .type = block.p[156],
	    .link = until_nul(str_sub(block, 157, 100)),
	    .magic = str_sub(block, 257, 8),
	};

	h.size_is_valid = tar_number(str_sub(block, 124, 12), &h.size);
	if (str_starts(h.magic, STR("ustar"))) {
		h.dev_major = number_or_zero(str_sub(block, 329, 8));
		h.dev_minor = number_or_zero(str_sub(block, 337, 8));
	}
	if (str_eq(h.magic, STR("ustar  \0")))
		h.prefix = gnu_prefix(block);
	/* star keeps times in its last bytes */
	if (str_starts(h.magic, STR("ustar\0"))) {
		bool is_star = str_eq(str_sub(block, 508, 4), STR("tar\0"));

		h.prefix = until_nul(str_sub(block, 345, is_star ? 131 : 155));
	}
	h.sparse_continues = block.p[482] != 0;
	*ret = h;
}

static int pax_bad(struct err *err)
{
	return err_set(err, ERR_FORMAT, "a pax header has an invalid record");
}

static int pax_record(struct str key, struct str value, struct tar_pax *pax, struct err *err)
{
	if (str_eq(key, STR("path"))) {
		pax->path = value;
		pax->has_path = value.n > 0;
	} else if (str_eq(key, STR("linkpath"))) {
		pax->link = value;
		pax->has_link = value.n > 0;
	} else if (str_eq(key, STR("size"))) {
		pax->has_size = value.n > 0;
		if (value.n > 0 && (!str_to_u64(value, &pax->size) || pax->size > INT64_MAX))
			return err_set(err, ERR_FORMAT, "a pax header has an invalid size");
	} else if (str_starts(key, STR("GNU.sparse."))) {
		pax->is_sparse = true;
	}
	return 0;
}

int tar_pax_parse(struct str records, struct tar_pax *pax, struct err *err)
{
	while (records.n > 0) {
		struct str digits, rest, record, key, value;
		uint64_t length;

		/* No length of a record has more digits. */
		if (!str_split(str_sub(records, 0, 12), ' ', &digits, &rest) ||
		    !str_to_u64(digits, &length) || length > records.n || length < digits.n + 3)
			return pax_bad(err);
		record = str_sub(records, digits.n + 1, (size_t)length - digits.n - 1);
		if (record.p[record.n - 1] != '\n')
			return pax_bad(err);
		record.n--;
		if (!str_split(record, '=', &key, &value) || key.n == 0)
			return pax_bad(err);
		if (pax_record(key, value, pax, err) != 0)
			return -1;
		records = str_sub(records, (size_t)length, records.n);
	}
	return 0;
}
