/*
 * What the tests of the secret engine share: an engine with its rules, and a report of what
 * it finds.
 */
#ifndef TESTS_SECRET_FIXTURE_H
#define TESTS_SECRET_FIXTURE_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

#include "base/buf.h"
#include "base/os/fd.h"
#include "core/report.h"
#include "core/wire.h"
#include "detect/secret/secret.h"

#define KEY STR("the policy's key")

struct fixture {
	struct arena arena;
	struct secret_rules rules;
	struct secret_engine *engine;
	struct secret_scanner *scanner;
	struct report report;
	struct report_sink sink;
	struct err err;
};

static inline void report_open(struct fixture *f)
{
	report_init(&f->report, MIB(512), 200000);
	report_sink_init(&f->sink, &f->report, 0);
}

static inline void fixture_init(struct fixture *f, const char *json)
{
	*f = (struct fixture){.err = ERR_INIT};
	arena_init(&f->arena, MIB(512));
	if (json)
		assert_int_equal(secret_rules_add_json(
				     &f->rules, str_of(json), STR("own.json"), &f->arena, &f->err),
		    0);
	else
		assert_int_equal(secret_rules_add_builtin(&f->rules, &f->arena, &f->err), 0);
	assert_int_equal(secret_engine_new(&f->rules, &limits_default, &f->engine, &f->err), 0);
	assert_int_equal(secret_scanner_new(f->engine, &f->scanner, &f->err), 0);
	report_open(f);
}

static inline void fixture_release(struct fixture *f)
{
	report_release(&f->report);
	secret_scanner_free(f->scanner);
	secret_engine_free(f->engine);
	arena_release(&f->arena);
}

/* Forgets what was found. */
static inline void fixture_clear(struct fixture *f)
{
	report_release(&f->report);
	report_open(f);
}

static inline void scan_at(struct fixture *f, const char *path, struct str text)
{
	struct unit unit = {.origin.path = str_of(path), .bytes = text};

	assert_int_equal(secret_scan(f->scanner, &unit, KEY, &f->sink.sink, &f->err), 0);
	report_sort(&f->report);
}

static inline void scan(struct fixture *f, struct str text)
{
	fixture_clear(f);
	scan_at(f, "file", text);
}

static inline struct str unescape(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.n + 1);
	static const char letters[] = "nrt0\\", meant[] = "\n\r\t\0\\";
	size_t n = 0;

	assert_non_null(out);
	for (size_t i = 0; i < text.n; i++) {
		bool escaped =
		    text.p[i] == '\\' && i + 1 < text.n && strchr(letters, text.p[i + 1]);

		if (escaped)
			out[n++] = meant[strchr(letters, text.p[++i]) - letters];
		else if (text.p[i] != '~')
			out[n++] = text.p[i];
	}
	return str_make(out, n);
}

#endif
