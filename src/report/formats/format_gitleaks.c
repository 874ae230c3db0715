/*
 * gitleaks' JSON: one entry for each place of a secret that is new, or with --all for each. The
 * secret is "REDACTED", as with gitleaks' --redact; what is not known here, as a commit's author,
 * is empty. SecretHash is the keyed hash by which a baseline knows the same secret again.
 */
#include "base/json.h"
#include "report/format.h"

static void write_fingerprint(
    struct json_out *j, const struct finding *f, const struct place *place, struct str path)
{
	struct buf text CLEANUP(buf_release) = BUF_INIT(KIB(64));

	if (place->origin.commit.n > 0)
		buf_addf(&text, STR_FMT ":", STR_ARG(place->origin.commit));
	buf_addf(&text, STR_FMT ":" STR_FMT ":%u", STR_ARG(path), STR_ARG(f->rule), place->line);
	json_key(j, "Fingerprint");
	json_str(j, buf_str(&text));
}

static void member(struct json_out *j, const char *key, struct str text)
{
	json_key(j, key);
	json_str(j, text);
}

static void write_author(struct json_out *j, struct str author)
{
	struct str name = author, email = STR_NONE;

	if (str_split(author, '<', &name, &email) && str_ends(email, STR(">")))
		email.n--;
	member(j, "Author", str_trim(name));
	member(j, "Email", email);
}

static void write_entry(struct json_out *j, const struct finding *f, const struct place *place)
{
	struct buf path CLEANUP(buf_release) = BUF_INIT(KIB(64));

	report_path_text(&place->origin, &path);
	json_begin_object(j);
	member(j, "RuleID", f->rule);
	member(j, "Description", f->title);
	json_member_int(j, "StartLine", place->line);
	json_member_int(j, "EndLine", place->end_line);
	json_member_int(j, "StartColumn", place->column);
	json_member_int(j, "EndColumn", place->end_column > 0 ? place->end_column - 1 : 0);
	member(j, "Match", STR("REDACTED"));
	member(j, "Secret", STR("REDACTED"));
	member(j, "File", buf_str(&path));
	member(j, "SymlinkFile", STR_NONE);
	member(j, "Commit", place->origin.commit);
	json_member_int(j, "Entropy", 0);
	write_author(j, place->origin.author);
	member(j, "Date", STR_NONE);
	member(j, "Message", STR_NONE);
	json_key(j, "Tags");
	json_begin_array(j);
	json_end_array(j);
	write_fingerprint(j, f, place, buf_str(&path));
	member(j, "SecretHash", f->secret->hash);
	json_end_object(j);
}

static void write_gitleaks(
    const struct report *report, const struct report_opts *opts, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_array(&j);
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = &report->findings.p[i];
		bool told = f->secret && (opts->all || f->verdict >= VERDICT_WARNS);

		for (size_t k = 0; told && k < f->n_places; k++) {
			if (opts->all || f->places[k].state == STATE_NEW)
				write_entry(&j, f, &f->places[k]);
		}
	}
	json_end_array(&j);
	buf_addc(out, '\n');
}

const struct report_format format_gitleaks = {
    .name = "gitleaks",
    .title = "gitleaks' JSON, for secrets: a baseline, or what else reads it",
    .mime = "application/json",
    .write = write_gitleaks,
};
