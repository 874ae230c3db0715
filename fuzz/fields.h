/*
 * For fuzz targets that need several texts: fields of the input, separated by the byte
 * 0xFE, which stands in no UTF-8. Behind the last one all are empty.
 */
#ifndef FUZZ_FIELDS_H
#define FUZZ_FIELDS_H

#include "base/str.h"

static inline struct str next_field(struct str *rest)
{
	struct str field = STR_NONE;

	(void)str_cut(rest, (char)0xfe, &field);
	return field;
}

#endif
