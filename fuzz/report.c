/*
 * A report whose every text is hostile, in all formats: text shows no control byte but
 * line ends, JSON reads again, Markdown has no HTML but its own and no control byte.
 */
#include "base/json.h"
#include "base/utf8.h"
#include "fields.h"
#include "report/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_control(struct str text)
{
	while (text.n > 0) {
		uint32_t rune;
		size_t n = utf8_decode(text, &rune);

		if (n == 0 || (!rune_is_printable(rune) && rune != '\n' && rune != '\t'))
			abort();
		text = str_sub(text, n, text.n);
	}
}

static void is_json(struct str text)
{
	struct json_event event = {.kind = JSON_NULL};
	struct json_in in;
	struct arena arena;
	struct err err = ERR_INIT;

	arena_init(&arena, MIB(64));
	json_in_init(&in, text, &arena);
	while (event.kind != JSON_END)
		if (json_next(&in, &event, &err) != 0)
			abort();
	arena_release(&arena);
}

/* One a line. */
static void are_json(struct str text)
{
	struct str line;

	while (str_cut(&text, '\n', &line))
		is_json(line);
}

/* Behind a block of what a program printed, which nothing in it ends. */
static size_t behind_fence(struct str text, size_t at)
{
	struct str open = STR("\n  ```text\n"), close = STR("\n  ```\n");
	size_t end;

	if (!str_starts(str_sub(text, at, text.n), open))
		return at;
	at += open.n - 1;
	end = str_find(str_sub(text, at, text.n), close);
	if (end == STR_NPOS || str_chr(str_sub(text, at, end), '`') != STR_NPOS)
		abort();
	return at + end + close.n - 1;
}

/* Outside code a '<' or a '>' stands only in the tags that the format itself writes. */
static void no_html(struct str text)
{
	static const struct str own[] = {STR_INIT("<!-- plimsoll:1 -->"), STR_INIT("<details>"),
	    STR_INIT("<summary>"), STR_INIT("</summary>"), STR_INIT("</details>")};
	bool code = false;

	for (size_t i = 0; i < text.n; i++) {
		bool known = false;

		if (text.p[i] == '\n' && code)
			abort();
		i = behind_fence(text, i);
		if (text.p[i] == '`' && (code || i == 0 || text.p[i - 1] != '\\'))
			code = !code;
		if (code || text.p[i] != '<')
			continue;
		for (size_t k = 0; k < ARRAY_LEN(own); k++)
			known |= str_starts(str_sub(text, i, text.n), own[k]);
		if (!known)
			abort();
	}
	if (code)
		abort();
}

/* Only what XML 1.0 can hold, and each tag closed. */
static void is_xml(struct str text)
{
	int depth = 0;

	if (!utf8_valid(text))
		abort();
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			abort();
		if (c != '<' || i + 1 == text.n || text.p[i + 1] == '?')
			continue;
		depth += text.p[i + 1] == '/' ? -1 : 1;
		for (bool quoted = false; i < text.n && (quoted || text.p[i] != '>'); i++)
			quoted ^= text.p[i] == '"';
		depth -= i < text.n && text.p[i - 1] == '/';
	}
	if (depth != 0)
		abort();
}

static void write_all(const struct report *report, struct report_opts *opts)
{
	size_t n;
	const struct report_format *const *formats = report_formats(&n);

	for (size_t i = 0; i < n; i++) {
		struct buf out CLEANUP(buf_release) = BUF_INIT(MIB(16));
		struct str name = str_of(formats[i]->name);

		formats[i]->write(report, opts, &out);
		if (!buf_ok(&out))
			abort();
		if (str_eq(name, STR("json")) || str_eq(name, STR("sarif")) ||
		    str_eq(name, STR("check-dockerfile")) || str_eq(name, STR("gitleaks")))
			is_json(buf_str(&out));
		else if (str_eq(name, STR("trufflehog2")))
			are_json(buf_str(&out));
		else if (str_eq(name, STR("junit")))
			is_xml(buf_str(&out));
		else
			no_control(buf_str(&out));
		if (str_eq(name, STR("markdown")))
			no_html(buf_str(&out));
	}
}

static struct place take_place(struct str *rest)
{
	struct str numbers = next_field(rest);
	struct place place = {.origin = {.path = next_field(rest),
				  .commit = next_field(rest),
				  .layer = next_field(rest),
				  .instruction = next_field(rest)}};

	place.origin.inner = place.origin.layer;
	place.origin.encoding = place.origin.author = place.origin.ref = place.origin.instruction;
	if (numbers.n >= 16) {
		memcpy(&place.line, numbers.p, 4);
		memcpy(&place.column, numbers.p + 4, 4);
		memcpy(&place.end_line, numbers.p + 8, 4);
		memcpy(&place.end_column, numbers.p + 12, 4);
	}
	return place;
}

static void add_finding(struct report *report, struct str *rest)
{
	struct str flags = next_field(rest);
	struct place *place = arena_new(&report->arena, struct place);
	struct finding_fix *fix = arena_new(&report->arena, struct finding_fix);
	struct finding_waiver *waiver = arena_new(&report->arena, struct finding_waiver);
	struct finding_secret *secret = arena_new(&report->arena, struct finding_secret);
	unsigned bits = flags.n > 0 ? (unsigned char)flags.p[0] : 0;
	struct finding f;

	if (!place || !fix || !waiver || !secret)
		abort();
	*place = take_place(rest);
	*fix = (struct finding_fix){.text = next_field(rest)};
	*waiver = (struct finding_waiver){next_field(rest), next_field(rest), next_field(rest)};
	*secret = (struct finding_secret){.kind = next_field(rest), .prefix = next_field(rest)};
	f = (struct finding){.rule = next_field(rest),
	    .severity = (enum severity)(bits % (SEVERITY_CRITICAL + 1)),
	    .verdict = (enum verdict)(bits / 8 % 4),
	    .state = (enum finding_state)(bits / 32 % 3),
	    .title = next_field(rest),
	    .message = next_field(rest),
	    .source_line = next_field(rest),
	    .request = next_field(rest),
	    .places = place,
	    .n_places = flags.n != 1,
	    .fix = fix,
	    .waiver = flags.n > 2 ? waiver : NULL,
	    .secret = flags.n > 3 ? secret : NULL};
	if (!vec_push(&report->findings, &report->arena, f))
		abort();
}

static void fill(struct report *report, struct str rest)
{
	struct subject subject = {.kind = STR("file"), .name = next_field(&rest)};
	struct problem problem = {.stage = STAGE_VALIDATE,
	    .code = ERR_IO,
	    .message = next_field(&rest),
	    .place = {.origin.path = next_field(&rest)}};
	struct not_covered gap = {
	    .what = next_field(&rest), .why = next_field(&rest), .packages = 3};
	struct stage_result ran = {.stage = STAGE_VALIDATE, .ran = true};
	struct stage_result skipped = {.stage = STAGE_SCAN, .why = next_field(&rest)};
	uint32_t index;
	struct err err = ERR_INIT;

	report->policy.source = next_field(&rest);
	report->policy.note = next_field(&rest);
	if (report_add_subject(report, &subject, &index, &err) != 0 ||
	    report_add_not_covered(report, &gap, &err) != 0 ||
	    report_add_stage(report, &ran, &err) != 0 ||
	    report_add_stage(report, &skipped, &err) != 0 ||
	    !vec_push(&report->problems, &report->arena, problem))
		abort();
	for (int i = 0; i < 30 && rest.n > 0; i++)
		add_finding(report, &rest);
	report_sort(report);
	report_conclude(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_opts opts = {.max_blocking = 10, .marker = STR("plimsoll:1")};
	struct report report;

	if (size > KIB(64))
		return 0;
	report_init(&report, MIB(64), 1000);
	fill(&report, str_make((const char *)data, size));
	write_all(&report, &opts);
	opts.all = true;
	write_all(&report, &opts);
	report_release(&report);
	return 0;
}
