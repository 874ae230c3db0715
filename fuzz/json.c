/* Any bytes through both modes of the JSON reader, which must agree, and out again. */
#include "base/json.h"

#include <stdlib.h>

static void count_problem(void *arg, const char *what, size_t offset, size_t end)
{
	size_t *problems = arg;

	*problems += what && offset <= end;
}

/* Writes again what is read; 0 if all of it could be. */
static int copy(struct str text, size_t *problems, bool pretty, struct buf *out)
{
	struct json_event event = {.kind = JSON_NULL};
	struct json_out j;
	struct json_in in;
	struct arena arena;
	struct err err = ERR_INIT;
	int result;

	arena_init(&arena, MIB(64));
	json_out_init(&j, out, pretty);
	json_in_init(&in, text, &arena);
	in.depth_max = 64;
	in.on_problem = problems ? count_problem : NULL;
	in.on_problem_arg = problems;
	while ((result = json_next(&in, &event, &err)) == 0 && event.kind != JSON_END) {
		switch (event.kind) {
		case JSON_OBJECT:
			json_begin_object(&j);
			break;
		case JSON_OBJECT_END:
			json_end_object(&j);
			break;
		case JSON_ARRAY:
			json_begin_array(&j);
			break;
		case JSON_ARRAY_END:
			json_end_array(&j);
			break;
		case JSON_KEY:
			json_key_str(&j, event.text);
			break;
		case JSON_STRING:
		case JSON_NUMBER:
		case JSON_TRUE:
		case JSON_FALSE:
		case JSON_NULL:
			json_str(&j, event.text);
			break;
		case JSON_END:
			break;
		}
		if (event.offset > event.end || event.end > text.n)
			abort();
	}
	if (result && problems && err.code != ERR_LIMIT)
		abort();
	arena_release(&arena);
	return result;
}

/* What is written reads as itself, in one line and in many. */
static void must_read_again(struct str written)
{
	struct buf pretty CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct buf again CLEANUP(buf_release) = BUF_INIT(MIB(64));

	if (written.n == 0)
		return;
	if (copy(written, NULL, true, &pretty) != 0 ||
	    copy(buf_str(&pretty), NULL, false, &again) != 0 || !str_eq(written, buf_str(&again)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf strict CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct buf lenient CLEANUP(buf_release) = BUF_INIT(MIB(64));
	struct str text = str_make((const char *)data, size);
	size_t problems = 0;
	int refused = copy(text, NULL, false, &strict);

	if (copy(text, &problems, false, &lenient) != 0)
		return 0;
	if ((refused != 0) != (problems > 0))
		abort();
	if (!refused && !str_eq(buf_str(&strict), buf_str(&lenient)))
		abort();
	must_read_again(buf_str(&lenient));
	return 0;
}
