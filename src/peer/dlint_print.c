#include "peer/dlint_print.h"

#include "base/json.h"
#include "base/xml.h"

/* ---- JSON ---- */

static void add_reference(struct json_out *j, const struct dlint_reference *reference)
{
	if (reference->parts.n == 0 && !reference->is_list)
		return;
	json_key(j, "reference_url");
	if (!reference->is_list) {
		json_str(j, reference->parts.p[0]);
		return;
	}
	json_begin_array(j);
	for (size_t i = 0; i < reference->parts.n; i++)
		json_str(j, reference->parts.p[i]);
	json_end_array(j);
}

static void add_level(struct json_out *j, const struct dlint_finding *f)
{
	json_member_str(j, "level", str_of(dlint_level_word(f->level)));
}

/* The rule as its file has it; an expression has no JSON, and was an empty object always. */
static void add_of_rule(struct json_out *j, const struct dlint_finding *f)
{
	json_member_str(j, "label", f->label);
	json_key(j, "regex");
	json_begin_object(j);
	json_end_object(j);
	add_level(j, f);
	json_member_str(j, "message", f->message);
	json_member_str(j, "description", f->description);
	add_reference(j, &f->reference);
	if (f->inverse)
		json_member_bool(j, "inverse_rule", true);
	json_key(j, "lineContent");
	json_str(j, f->content);
	json_member_int(j, "line", f->line);
}

static void add_of_needed(struct json_out *j, const struct dlint_finding *f)
{
	uint64_t count;

	json_member_str(j, "instruction", f->instruction);
	if (str_to_u64(f->count, &count))
		json_member_int(j, "count", (int64_t)(count & INT32_MAX));
	add_level(j, f);
	json_member_str(j, "message", f->message);
	json_member_str(j, "description", f->description);
	add_reference(j, &f->reference);
}

static void add_of_file(struct json_out *j, const struct dlint_finding *f)
{
	json_member_str(j, "message", f->message);
	json_member_int(j, "line", f->line);
	add_level(j, f);
	json_key(j, "lineContent");
	json_str(j, f->content);
	add_reference(j, &f->reference);
}

static void add_finding(struct json_out *j, const struct dlint_finding *f)
{
	static void (*const add[])(struct json_out *, const struct dlint_finding *) = {
	    [DLINT_OF_RULE] = add_of_rule,
	    [DLINT_OF_NEEDED] = add_of_needed,
	    [DLINT_OF_FILE] = add_of_file,
	};

	json_begin_object(j);
	add[f->kind](j, f);
	json_end_object(j);
}

static void add_report(struct json_out *j, const struct dlint_report *report)
{
	json_begin_object(j);
	for (int level = 0; level < DLINT_LEVELS; level++) {
		json_key(j, dlint_level_word((enum dlint_level)level));
		json_begin_object(j);
		json_member_int(j, "count", (int64_t)report->n[level]);
		json_key(j, "data");
		json_begin_array(j);
		for (size_t i = 0; i < report->n[level]; i++)
			add_finding(j, &report->findings[level][i]);
		json_end_array(j);
		json_end_object(j);
	}
	json_key(j, "summary");
	json_begin_array(j);
	json_end_array(j);
	json_end_object(j);
}

void dlint_print_json(const struct dlint_report *files, size_t n, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, true);
	if (n != 1)
		json_begin_array(&j);
	for (size_t i = 0; i < n; i++)
		add_report(&j, &files[i]);
	if (n != 1)
		json_end_array(&j);
	buf_addc(out, '\n');
}

/* ---- XML ---- */

/* An address and what is put behind it. */
static void add_address(
    struct buf *out, const struct dlint_reference *reference, void (*add)(struct buf *, struct str))
{
	for (size_t i = 0; i < reference->parts.n && i < 2; i++)
		add(out, reference->parts.p[i]);
	if (reference->parts.n == 0)
		buf_add(out, STR("None"));
}

static void add_case(struct buf *out, const struct dlint_finding *f)
{
	static const char *const names[] = {"ERROR", "WARNING", "INFO"};
	struct str message = f->message.n > 0 ? f->message : STR(" ");

	buf_add(out, STR("    <testcase"));
	xml_attribute(out, "classname", str_of(names[f->level]));
	xml_attribute(out, "name", message);
	buf_add(out, STR(">\n      <failure message=\""));
	if (f->content.n > 0) {
		buf_addf(out, "Line %d: -&gt; ", f->line);
		xml_quoted(out, f->content);
		buf_add(out, STR(". "));
	}
	xml_quoted(out, message);
	buf_add(out, STR(". "));
	if (f->description.n > 0) {
		xml_quoted(out, f->description);
		buf_add(out, STR(" | "));
	}
	buf_add(out, STR("Reference -&gt; "));
	add_address(out, &f->reference, xml_quoted);
	buf_add(out, STR("\"/>\n    </testcase>\n"));
}

static size_t count_all(const struct dlint_report *report)
{
	return report->n[DLINT_ERROR] + report->n[DLINT_WARN] + report->n[DLINT_INFO];
}

void dlint_print_junit(const struct dlint_report *files, size_t n, struct buf *out)
{
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += count_all(&files[i]);
	buf_addf(out,
	    XML_DECLARATION
	    "\n<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n",
	    all, all);
	for (size_t i = 0; i < n; i++) {
		size_t count = count_all(&files[i]);

		buf_addf(out,
		    "  <testsuite name=\"dockerfile_lint\" tests=\"%zu\" failures=\"%zu\" "
		    "errors=\"0\" skipped=\"0\"",
		    count, count);
		xml_attribute(out, "file", files[i].path);
		buf_add(out, STR(">\n"));
		for (int level = 0; level < DLINT_LEVELS; level++)
			for (size_t k = 0; k < files[i].n[level]; k++)
				add_case(out, &files[i].findings[level][k]);
		buf_add(out, STR("  </testsuite>\n"));
	}
	buf_add(out, STR("</testsuites>\n"));
}

/* ---- text ---- */

static void add_entry(struct buf *out, const struct dlint_finding *f, const char *name)
{
	if (f->content.n > 0) {
		buf_addf(out, "Line %d: -> ", f->line);
		buf_add_safe(out, f->content);
		buf_addc(out, '\n');
	}
	buf_addf(out, "%s: ", name);
	buf_add_safe(out, f->message);
	buf_add(out, STR(". "));
	if (f->description.n > 0) {
		buf_add_safe(out, f->description);
		buf_add(out, STR(". "));
	}
	buf_add(out, STR("\nReference -> "));
	add_address(out, &f->reference, buf_add_safe);
	buf_add(out, STR("\n\n\n"));
}

void dlint_print_text(const struct dlint_report *files, size_t n, struct buf *out)
{
	static const char *const heads[] = {"\n--------ERRORS---------\n\n",
	    "\n-------WARNINGS--------\n\n", "\n--------INFO---------\n\n"};
	static const char *const names[] = {"ERROR", "WARNING", "INFO"};

	for (size_t i = 0; i < n; i++) {
		buf_add(out, STR("\n# Analyzing "));
		buf_add_safe(out, files[i].path);
		buf_add(out, STR("\n\n"));
		for (int level = 0; level < DLINT_LEVELS; level++) {
			if (files[i].n[level] > 0)
				buf_add(out, str_of(heads[level]));
			for (size_t k = 0; k < files[i].n[level]; k++)
				add_entry(out, &files[i].findings[level][k], names[level]);
		}
		if (count_all(&files[i]) == 0)
			buf_add(out, STR("Check passed!\n"));
	}
}
