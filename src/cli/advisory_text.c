#include "cli/advisory_text.h"

#include "base/clock.h"
#include "base/vec.h"

enum { LIST_SHOWN = 20 };

struct record {
	uint32_t index;
	struct db_advisory advisory;
};

struct advisory_search {
	const struct db *db;
	struct arena *arena;
	VEC(struct record) records;
};

static int has_alias(
    const struct db *db, const struct db_advisory *a, struct str id, bool *ret, struct err *err)
{
	struct str alias;

	*ret = false;
	for (uint32_t i = 0; i < a->aliases.n && !*ret; i++) {
		if (db_text_at(db, &a->aliases, i, &alias, err) != 0)
			return -1;
		*ret = str_eq(alias, id);
	}
	return 0;
}

static int find_records(struct advisory_search *s, struct str id, struct err *err)
{
	struct db_info info;

	if (db_info(s->db, &info, err) != 0)
		return -1;
	for (uint32_t i = 0; i < info.advisories; i++) {
		struct record record = {.index = i};
		bool alias;

		if (db_advisory_at(s->db, i, &record.advisory, err) != 0 ||
		    has_alias(s->db, &record.advisory, id, &alias, err) != 0)
			return -1;
		if (alias || str_eq(record.advisory.id, id))
			vec_push(&s->records, s->arena, record);
	}
	return arena_check(s->arena, err);
}

/* ---- one record ---- */

static int write_list(const struct db *db, const char *head, const struct db_list *list,
    const char *between, struct buf *out, struct err *err)
{
	struct str one;

	for (uint32_t i = 0; i < list->n && i < LIST_SHOWN; i++) {
		if (db_text_at(db, list, i, &one, err) != 0)
			return -1;
		buf_add(out, str_of(i == 0 ? head : between));
		buf_add_safe(out, one);
	}
	if (list->n > LIST_SHOWN)
		buf_addf(out, " … and %u more", list->n - LIST_SHOWN);
	if (list->n > 0)
		buf_addc(out, '\n');
	return 0;
}

static void write_time(const char *what, int64_t ms, struct buf *out)
{
	char text[TIME_TEXT_SIZE];

	if (ms == 0)
		return;
	time_format(ms, text);
	buf_addf(out, "%s%.10s", what, text);
}

static void write_severity(const struct db_advisory *a, struct buf *out)
{
	buf_addf(out, "severity " STR_FMT, STR_ARG(severity_word(a->severity)));
	if (a->cvss_tenths >= 0) {
		buf_addf(out, " (CVSS %d.%d, ", a->cvss_tenths / 10, a->cvss_tenths % 10);
		buf_add_safe(out, a->cvss_vector);
		buf_addc(out, ')');
	}
	buf_add(out,
	    a->kev == 1 ? STR(", known to be exploited")
	    : a->kev == 0
		? STR(", not known to be exploited")
		: STR(", the database was built without CISA's catalogue of what is exploited"));
}

static int write_record(
    const struct db *db, const struct db_advisory *a, struct buf *out, struct err *err)
{
	buf_addc(out, '\n');
	buf_add_safe(out, a->id);
	if (a->summary.n > 0) {
		buf_add(out, STR(": "));
		buf_add_safe(out, a->summary);
	}
	buf_addc(out, '\n');
	write_severity(a, out);
	write_time(", published ", a->published_ms, out);
	write_time(", withdrawn ", a->withdrawn_ms, out);
	buf_add(out, STR(", from "));
	buf_add_safe(out, a->feed);
	buf_addc(out, '\n');
	if (write_list(db, "also known as ", &a->aliases, ", ", out, err) != 0)
		return -1;
	return write_list(db, "  ", &a->references, "\n  ", out, err);
}

/* ---- affected packages ---- */

static const char *sign_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_INTRODUCED:
		return ">= ";
	case EVENT_FIXED:
	case EVENT_LIMIT:
		return "< ";
	case EVENT_LAST_AFFECTED:
		break;
	}
	return "<= ";
}

/* ">= 0, < 3.0.9 or >= 4, <= 4.1" */
static int write_ranges(
    const struct db *db, const struct db_entry *entry, struct buf *out, struct err *err)
{
	struct advisory_event event;

	for (uint32_t i = 0; i < entry->events.n; i++) {
		if (db_event_at(db, &entry->events, i, &event, err) != 0)
			return -1;
		if (i > 0)
			buf_add(out, event.begins || event.kind == EVENT_INTRODUCED ? STR(" or ")
										    : STR(", "));
		buf_add(out, str_of(sign_of(event.kind)));
		buf_add_safe(out, event.version);
	}
	if (entry->versions.n == 0)
		return 0;
	buf_add(out, entry->events.n ? STR(" or ") : STR(""));
	buf_addf(out, "%u version%s by name", entry->versions.n, entry->versions.n == 1 ? "" : "s");
	return 0;
}

static int write_cure(
    const struct db *db, const struct db_entry *entry, struct buf *out, struct err *err)
{
	static const char *const words[] = {
	    [STATUS_UNFIXED] = "; no fixed version yet",
	    [STATUS_NOT_PLANNED] = "; its publisher plans no update",
	    [STATUS_END_OF_LIFE] = "; no longer supported",
	};
	struct advisory_event event;
	bool fixed = false;

	for (uint32_t i = 0; i < entry->events.n; i++) {
		if (db_event_at(db, &entry->events, i, &event, err) != 0)
			return -1;
		if (event.kind != EVENT_FIXED)
			continue;
		buf_add(out, fixed ? STR(", ") : STR("; fixed in "));
		buf_add_safe(out, event.version);
		fixed = true;
	}
	if (entry->status != STATUS_AFFECTED)
		buf_add(out, str_of(words[entry->status]));
	else if (!fixed)
		buf_add(out, STR("; no fixed version is known"));
	return 0;
}

static const struct record *record_of(const struct advisory_search *s, uint32_t advisory)
{
	for (size_t i = 0; i < s->records.n; i++) {
		if (s->records.p[i].index == advisory)
			return &s->records.p[i];
	}
	return NULL;
}

static int write_package(const struct advisory_search *s, const struct db_ecosystem *ecosystem,
    struct str name, const struct db_entries *entries, struct buf *out, struct err *err)
{
	for (uint32_t i = 0; i < entries->n; i++) {
		const struct record *record;
		struct db_entry entry;

		if (db_entry_at(s->db, entries, i, &entry, err) != 0)
			return -1;
		record = record_of(s, entry.advisory);
		if (!record)
			continue;
		buf_add(out, STR("  "));
		buf_add_safe(out, ecosystem->key);
		buf_add(out, STR("  "));
		buf_add_safe(out, name);
		buf_add(out, STR("  "));
		if (write_ranges(s->db, &entry, out, err) != 0 ||
		    write_cure(s->db, &entry, out, err) != 0)
			return -1;
		buf_add(out, STR(" ("));
		buf_add_safe(out, record->advisory.id);
		buf_add(out, STR(")\n"));
	}
	return 0;
}

static int write_packages(const struct advisory_search *s, struct buf *out, struct err *err)
{
	struct db_info info;

	if (db_info(s->db, &info, err) != 0)
		return -1;
	buf_add(out, STR("\naffected packages\n"));
	for (uint32_t i = 0; i < info.ecosystems; i++) {
		struct db_ecosystem ecosystem;

		if (db_ecosystem_at(s->db, i, &ecosystem, err) != 0)
			return -1;
		for (uint32_t k = 0; k < ecosystem.packages; k++) {
			struct db_entries entries;
			struct str name;

			if (db_package_at(s->db, &ecosystem, k, &name, &entries, err) != 0 ||
			    write_package(s, &ecosystem, name, &entries, out, err) != 0)
				return -1;
		}
	}
	return 0;
}

int advisory_write(const struct db *db, struct str id, struct arena *arena, struct buf *out,
    bool *ret_found, struct err *err)
{
	struct advisory_search s = {.db = db, .arena = arena};

	if (find_records(&s, id, err) != 0)
		return -1;
	*ret_found = s.records.n > 0;
	for (size_t i = 0; i < s.records.n; i++) {
		if (write_record(db, &s.records.p[i].advisory, out, err) != 0)
			return -1;
	}
	return *ret_found ? write_packages(&s, out, err) : 0;
}
