/* The formats that are JSON: members in the order of their names, no blanks, no line at the end. */
#include "base/hash.h"
#include "base/json.h"
#include "peer/hadolint_format.h"

static void member(struct json_out *j, const char *key, struct str value)
{
	json_key(j, key);
	json_str(j, value);
}

/* Of each finding of the report. */
typedef void each_fn(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *finding);

static void write_each(struct json_out *j, const struct hadolint_report *report, each_fn *each)
{
	for (size_t i = 0; i < report->n; i++)
		for (size_t k = 0; k < report->files[i].n; k++)
			each(j, &report->files[i], &report->files[i].findings[k]);
}

/* ---- json ---- */

static void add_plain(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	json_begin_object(j);
	member(j, "code", f->rule);
	json_member_int(j, "column", f->unread ? f->column : 1);
	member(j, "file", hadolint_path_of(file, f));
	member(j, "level", hadolint_level_word(f->level));
	json_member_int(j, "line", f->line);
	member(j, "message", f->message);
	json_end_object(j);
}

static void write_json(const struct hadolint_report *report, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, false);
	json_begin_array(&j);
	write_each(&j, report, add_plain);
	json_end_array(&j);
}

/* ---- codeclimate ---- */

static struct str climate_severity(const struct hadolint_finding *f)
{
	static const struct str words[] = {
	    [HADOLINT_ERROR] = STR_INIT("blocker"),
	    [HADOLINT_WARNING] = STR_INIT("major"),
	    [HADOLINT_INFO] = STR_INIT("info"),
	    [HADOLINT_STYLE] = STR_INIT("minor"),
	    [HADOLINT_IGNORE] = STR_INIT("info"),
	};

	return words[f->level];
}

static void add_position(struct json_out *j, const char *key, const struct hadolint_finding *f)
{
	json_key(j, key);
	json_begin_object(j);
	json_member_int(j, "column", f->column);
	json_member_int(j, "line", f->line);
	json_end_object(j);
}

static void add_climate_location(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	json_key(j, "location");
	json_begin_object(j);
	if (f->unread) {
		member(j, "path", hadolint_path_of(file, f));
		json_key(j, "positions");
		json_begin_object(j);
		add_position(j, "begin", f);
		add_position(j, "end", f);
		json_end_object(j);
	} else {
		json_key(j, "lines");
		json_begin_object(j);
		json_member_int(j, "begin", f->line);
		json_member_int(j, "end", f->line);
		json_end_object(j);
		member(j, "path", file->shown);
	}
	json_end_object(j);
}

/* Without a fingerprint if that is empty. */
static void add_climate(struct json_out *j, const struct hadolint_file *file,
    const struct hadolint_finding *f, struct str fingerprint)
{
	json_begin_object(j);
	json_key(j, "categories");
	json_begin_array(j);
	json_str(j, STR("Bug Risk"));
	json_end_array(j);
	member(j, "check_name", f->rule);
	member(j, "description", f->message);
	json_member_str(j, "fingerprint", fingerprint);
	add_climate_location(j, file, f);
	member(j, "severity", climate_severity(f));
	member(j, "type", STR("issue"));
	json_end_object(j);
}

static void add_alone(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	struct json_out one;

	json_out_init(&one, j->out, false);
	add_climate(&one, file, f, STR_NONE);
	buf_addc(j->out, '\0');
}

static void write_codeclimate(const struct hadolint_report *report, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, false);
	write_each(&j, report, add_alone);
}

/* The digest of what stands there without it. */
static void add_with_fingerprint(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(j->out->max);
	char fingerprint[SHA1_HEX_SIZE];
	struct json_out plain;
	struct err err = ERR_INIT;

	json_out_init(&plain, &text, false);
	add_climate(&plain, file, f, STR_NONE);
	if (!buf_ok(&text) || sha1_hex(buf_str(&text), fingerprint, &err) != 0) {
		j->out->failed = true;
		return;
	}
	add_climate(j, file, f, str_of(fingerprint));
}

static void write_gitlab_codeclimate(const struct hadolint_report *report, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, false);
	json_begin_array(&j);
	write_each(&j, report, add_with_fingerprint);
	json_end_array(&j);
}

/* ---- codacy ---- */

static void add_codacy(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	struct json_out one;

	json_out_init(&one, j->out, false);
	json_begin_object(&one);
	member(&one, "filename", hadolint_path_of(file, f));
	json_member_int(&one, "line", f->line);
	member(&one, "message", f->message);
	member(&one, "patternId", f->rule);
	json_end_object(&one);
}

static void write_codacy(const struct hadolint_report *report, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, false);
	write_each(&j, report, add_codacy);
}

/* ---- sonarqube ---- */

static struct str sonar_severity(const struct hadolint_finding *f)
{
	static const struct str words[] = {
	    [HADOLINT_ERROR] = STR_INIT("CRITICAL"),
	    [HADOLINT_WARNING] = STR_INIT("MAJOR"),
	    [HADOLINT_INFO] = STR_INIT("MINOR"),
	    [HADOLINT_STYLE] = STR_INIT("INFO"),
	    [HADOLINT_IGNORE] = STR_INIT("INFO"),
	};

	return f->unread ? STR("BLOCKER") : words[f->level];
}

static void add_sonar(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	json_begin_object(j);
	member(j, "engineId", STR("Hadolint"));
	json_key(j, "primaryLocation");
	json_begin_object(j);
	member(j, "filePath", file->shown);
	member(j, "message", f->message);
	json_key(j, "textRange");
	json_begin_object(j);
	json_member_int(j, "endColumn", f->unread ? f->column : 1);
	json_member_int(j, "endLine", f->line);
	json_member_int(j, "startColumn", f->unread ? f->column : 0);
	json_member_int(j, "startLine", f->line);
	json_end_object(j);
	json_end_object(j);
	member(j, "ruleId", f->rule);
	member(j, "severity", sonar_severity(f));
	member(j, "type", f->level == HADOLINT_ERROR ? STR("BUG") : STR("CODE_SMELL"));
	json_end_object(j);
}

static void write_sonarqube(const struct hadolint_report *report, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, false);
	json_begin_object(&j);
	json_key(&j, "issues");
	json_begin_array(&j);
	write_each(&j, report, add_sonar);
	json_end_array(&j);
	json_end_object(&j);
}

/* ---- sarif ---- */

static struct str sarif_level(const struct hadolint_finding *f)
{
	if (f->level == HADOLINT_ERROR || f->level == HADOLINT_WARNING)
		return hadolint_level_word(f->level);
	return f->level == HADOLINT_IGNORE ? STR("none") : STR("note");
}

static void add_region(struct json_out *j, const struct hadolint_finding *f)
{
	uint32_t column = f->unread ? f->column : 1;

	json_key(j, "region");
	json_begin_object(j);
	json_member_int(j, "endColumn", column);
	json_member_int(j, "endLine", f->line);
	member(j, "sourceLanguage", STR("dockerfile"));
	json_member_int(j, "startColumn", column);
	json_member_int(j, "startLine", f->line);
	json_end_object(j);
}

static void add_result(
    struct json_out *j, const struct hadolint_file *file, const struct hadolint_finding *f)
{
	json_begin_object(j);
	member(j, "level", sarif_level(f));
	json_key(j, "locations");
	json_begin_array(j);
	json_begin_object(j);
	json_key(j, "physicalLocation");
	json_begin_object(j);
	json_key(j, "artifactLocation");
	json_begin_object(j);
	member(j, "uri", hadolint_path_of(file, f));
	json_end_object(j);
	add_region(j, f);
	json_end_object(j);
	json_end_object(j);
	json_end_array(j);
	json_key(j, "message");
	json_begin_object(j);
	member(j, "text", f->message);
	json_end_object(j);
	member(j, "ruleId", f->rule);
	json_end_object(j);
}

static void add_driver(struct json_out *j)
{
	json_key(j, "tool");
	json_begin_object(j);
	json_key(j, "driver");
	json_begin_object(j);
	member(j, "downloadUri", STR("https://github.com/hadolint/hadolint"));
	member(j, "fullName", STR("Hadolint's rules, judged by plimsoll " PLIMSOLL_VERSION));
	member(j, "name", STR("Hadolint"));
	json_key(j, "shortDescription");
	json_begin_object(j);
	member(j, "text", STR("A linter for Dockerfiles"));
	json_end_object(j);
	member(j, "version", STR(HADOLINT_VERSION));
	json_end_object(j);
	json_end_object(j);
}

static void write_sarif(const struct hadolint_report *report, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, false);
	json_begin_object(&j);
	member(&j, "$schema", STR("http://json.schemastore.org/sarif-2.1.0"));
	json_key(&j, "runs");
	json_begin_array(&j);
	json_begin_object(&j);
	member(&j, "defaultSourceLanguage", STR("dockerfile"));
	json_key(&j, "results");
	json_begin_array(&j);
	write_each(&j, report, add_result);
	json_end_array(&j);
	add_driver(&j);
	json_end_object(&j);
	json_end_array(&j);
	member(&j, "version", STR("2.1.0"));
	json_end_object(&j);
}

const struct hadolint_format hadolint_json = {.name = "json", .write = write_json};
const struct hadolint_format hadolint_codeclimate = {
    .name = "codeclimate", .never_fails = true, .write = write_codeclimate};
const struct hadolint_format hadolint_gitlab_codeclimate = {
    .name = "gitlab_codeclimate", .write = write_gitlab_codeclimate};
const struct hadolint_format hadolint_codacy = {
    .name = "codacy", .never_fails = true, .write = write_codacy};
const struct hadolint_format hadolint_sonarqube = {.name = "sonarqube", .write = write_sonarqube};
const struct hadolint_format hadolint_sarif = {.name = "sarif", .write = write_sarif};
