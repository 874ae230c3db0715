#include "json_oracle.h"

#include <jansson.h>

static const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;

static const char *bytes_of(struct str s)
{
	return s.p ? s.p : "";
}

enum oracle_answer oracle_read(struct str text, void **ret_value)
{
	enum json_error_code code;
	json_error_t error;
	json_t *value = json_loadb(bytes_of(text), text.n, flags, &error);

	if (value) {
		*ret_value = value;
		return ORACLE_TAKES;
	}
	code = json_error_code(&error);
	if (code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
	    code == json_error_stack_overflow)
		return ORACLE_HAS_LIMIT;
	return ORACLE_REFUSES;
}

void oracle_free(void *value)
{
	json_decref(value);
}

bool oracle_equal(const void *a, const void *b)
{
	return json_equal(a, b);
}

bool oracle_is_string(const void *value, struct str bytes)
{
	return json_is_string((const json_t *)value) && json_string_length(value) == bytes.n &&
	       memcmp(json_string_value(value), bytes_of(bytes), bytes.n) == 0;
}

void *oracle_container(bool object)
{
	return object ? json_object() : json_array();
}

void *oracle_string(struct str text)
{
	return json_stringn(bytes_of(text), text.n);
}

void *oracle_number(struct str text)
{
	char digits[400] = "";

	if (text.n >= sizeof digits)
		return NULL;
	memcpy(digits, text.p, text.n);
	return json_real(strtod(digits, NULL));
}

void *oracle_word(const char *word)
{
	return json_loads(word, flags, NULL);
}

bool oracle_put(void *container, struct str name, void *value)
{
	if (json_is_object((json_t *)container))
		return json_object_setn_new(container, bytes_of(name), name.n, value) == 0;
	return json_array_append_new(container, value) == 0;
}
