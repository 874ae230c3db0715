/* What a run leaves for people: files in its folder, and the comment on the pull request. */
#include "base/json.h"
#include "base/os/fd.h"
#include "pipeline/pipeline_inner.h"
#include "report/format.h"

enum { RECORD_BYTES_MAX = 512 << 20 };

static int write_as(struct pipeline *p, const char *file, const char *format,
    struct report_opts *opts, struct buf *out, struct err *err)
{
	struct str path = run_path(p, file);

	buf_clear(out);
	report_format_find(str_of(format))->write(p->report, opts, out);
	if (!buf_ok(out))
		return buf_err(out, file, err);
	return path.p ? file_write(path.p, buf_str(out), 0600, err) : arena_err(p->arena, err);
}

static void add_package(struct json_out *j, const struct package *package)
{
	json_begin_object(j);
	json_member_str(j, "name", package->name);
	json_member_str(j, "version", package->version);
	json_member_str(j, "purl", package->purl);
	json_member_str(j, "licence", package->licence);
	if (package->scope != SCOPE_UNKNOWN)
		json_member_str(j, "scope", package_scope_word(package->scope));
	json_end_object(j);
}

static int write_inventory(struct pipeline *p, struct buf *out, struct err *err)
{
	const struct inventory *inventory = &p->report->inventory;
	struct str path = run_path(p, "inventory.json");
	struct json_out j;

	buf_clear(out);
	json_out_init(&j, out, true);
	json_begin_object(&j);
	json_member_str(&j, "image", p->run.image_digest);
	json_member_str(&j, "distribution", inventory->distro.pretty);
	json_key(&j, "packages");
	json_begin_array(&j);
	for (size_t i = 0; i < inventory->packages.n; i++)
		add_package(&j, &inventory->packages.p[i]);
	json_end_array(&j);
	json_end_object(&j);
	buf_addc(out, '\n');
	if (!buf_ok(out))
		return buf_err(out, "the inventory", err);
	return path.p ? file_write(path.p, buf_str(out), 0600, err) : arena_err(p->arena, err);
}

int run_record(struct pipeline *p, struct str trailer, struct str image, struct err *err)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT(RECORD_BYTES_MAX);
	const struct clock *clock = p->plan->scan->clock;
	struct report_opts opts = {
	    .all = true, .now_ms = clock->now_ms(clock), .trailer = trailer, .image = image};

	if (edge_report(p->plan->scan->edge, p->report, err) != 0)
		return -1;
	if (write_as(p, "report.json", "json", &opts, &out, err) != 0 ||
	    write_inventory(p, &out, err) != 0)
		return -1;
	opts.all = false;
	opts.marker = STR("plimsoll");
	if (write_as(p, "comment.md", "markdown", &opts, &out, err) != 0)
		return -1;
	if (p->goes_on)
		return 0;
	return forge_comment(p->forge, &p->pull, buf_str(&out), err);
}
