/* What a build prints is let go in pieces; none of them ends inside a secret. */
#include "../../core/unit.h"
#include "ship/build/held.h"

static void add(struct held *h, const char *text, int64_t now_ms)
{
	struct err err = ERR_INIT;

	assert_int_equal(held_add(h, str_of(text), now_ms, &err), 0);
}

static void lets_go(struct held *h, int64_t now_ms, bool all, const char *wanted)
{
	struct str piece = held_piece(h, now_ms, all);

	assert_true(str_eq(piece, str_of(wanted)));
	held_drop(h, piece.n, now_ms);
}

static void whole_lines(void **state)
{
	struct held h CLEANUP(held_release);

	(void)state;
	held_init(&h);
	add(&h, "one\ntwo\nth", 0);
	lets_go(&h, 0, false, "");
	lets_go(&h, HELD_MS, false, "one\ntwo\n");
	add(&h, "ree", HELD_MS);
	lets_go(&h, 3 * HELD_MS, false, "");
	lets_go(&h, 3 * HELD_MS, true, "three");
	lets_go(&h, 3 * HELD_MS, true, "");
}

static void a_block_stays_whole(void **state)
{
	struct held h CLEANUP(held_release);

	(void)state;
	held_init(&h);
	add(&h, "before\n-----BEGIN X-----\nabc\n", 0);
	lets_go(&h, HELD_MS, false, "before\n");
	lets_go(&h, 3 * HELD_MS, false, "");
	add(&h, "def\n-----END X-----\n", 3 * HELD_MS);
	lets_go(&h, 5 * HELD_MS, false, "-----BEGIN X-----\nabc\ndef\n-----END X-----\n");
}

static void a_line_without_end(void **state)
{
	struct held h CLEANUP(held_release);
	char part[4096];
	struct str piece;

	(void)state;
	held_init(&h);
	memset(part, 'x', sizeof part - 1);
	part[0] = ' ';
	part[sizeof part - 1] = '\0';
	for (size_t n = 0; n < HELD_BYTES_MAX; n += sizeof part - 1)
		add(&h, part, 0);
	piece = held_piece(&h, 0, false);
	assert_true(piece.n > 0 && piece.n < HELD_BYTES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_lines),
	    cmocka_unit_test(a_block_stays_whole),
	    cmocka_unit_test(a_line_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
