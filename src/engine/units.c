#include "engine/units.h"

#include "detect/lint/lint.h"
#include "engine/mask.h"

int unit_detectors_init(struct unit_detectors *d, struct job *job, const struct scan *scan,
    unsigned detectors, struct err *err)
{
	*d = (struct unit_detectors){.job = job, .scan = scan, .detectors = detectors};
	arena_init(&d->arena, scan->limits->unit_bytes * 12);
	if (detectors == 0)
		return 0;
	if (!scan->secrets)
		return err_set(
		    err, ERR_CONFIG, "no secret rules: what is quoted could not be hidden");
	return secret_scanner_new(scan->secrets, &d->scanner, err);
}

void unit_detectors_release(struct unit_detectors *d)
{
	secret_feed_free(d->feed);
	secret_scanner_free(d->scanner);
	arena_release(&d->arena);
}

static struct lint_opts lint_opts_of(const struct unit_detectors *d)
{
	return (struct lint_opts){.trusted_registries = d->scan->policy->trusted_registries,
	    .named = d->named,
	    .build = d->scan->build};
}

static int detect_lint(struct unit_detectors *d, const struct unit *unit, struct err *err)
{
	struct lint_opts opts = lint_opts_of(d);
	enum lint_kind kind = LINT_NONE;
	struct mask mask CLEANUP(mask_release);
	struct err why = ERR_INIT;
	int result;

	arena_clear(&d->arena);
	mask_init(&mask, d->scanner, unit, d->scan->limits, d->job->sink);
	result = lint_unit(unit, &opts, &d->arena, &mask.sink, &kind, &why);
	if (result == 0 && kind == LINT_NONE && d->named && !(d->detectors & SCAN_SECRETS))
		result = err_set(&why, ERR_UNSUPPORTED,
		    "it is neither a Dockerfile nor a task definition, so nothing was judged");
	if (result == 0)
		return 0;
	return sink_error(d->job->sink, STAGE_VALIDATE, unit->path, &why, err);
}

int unit_detect(struct unit_detectors *d, const struct unit *unit, struct err *err)
{
	d->job->at(d->job, unit->path);
	if ((d->detectors & SCAN_LINT) && detect_lint(d, unit, err) != 0)
		return -1;
	if (!(d->detectors & SCAN_SECRETS) || d->secrets_elsewhere)
		return 0;
	return secret_scan(d->scanner, unit, d->scan->policy->secret_key, d->job->sink, err);
}

/* Whole for the linter, which needs all of a file or none. */
static int lint_content(
    struct unit_detectors *d, struct str name, const struct unit *unit, struct err *err)
{
	struct arena bytes CLEANUP(arena_release) = {0};
	struct unit whole = *unit;
	struct err why = ERR_INIT;
	const struct lint_opts opts = lint_opts_of(d);

	if (!lint_wants_path(unit->path, &opts))
		return 0;
	arena_init(&bytes, d->scan->limits->unit_bytes + KIB(64));
	if (content_read_all(d->job->content, name, d->scan->limits->unit_bytes, &bytes,
		&whole.bytes, &why) == CONTENT_OK)
		return detect_lint(d, &whole, err);
	if (why.code == ERR_NONE)
		(void)err_set(&why, ERR_IO, "it is not there any more");
	return sink_error(d->job->sink, STAGE_VALIDATE, unit->path, &why, err);
}

int unit_detect_content(
    struct unit_detectors *d, struct str name, const struct unit *unit, struct err *err)
{
	d->job->at(d->job, unit->path);
	if ((d->detectors & SCAN_LINT) && lint_content(d, name, unit, err) != 0)
		return -1;
	if (!(d->detectors & SCAN_SECRETS) || d->secrets_elsewhere)
		return 0;
	return secret_scan_content(d->scanner, d->job->content, name, unit,
	    d->scan->policy->secret_key, d->job->sink, err);
}

int unit_detect_end(struct unit_detectors *d, struct err *err)
{
	int result = d->feed ? secret_feed_end(d->feed, err) : 0;

	secret_feed_free(d->feed);
	d->feed = NULL;
	return result;
}

int unit_detect_piece(struct unit_detectors *d, const struct unit *unit, uint64_t offset,
    uint64_t size, bool is_last, struct err *err)
{
	if (!(d->detectors & SCAN_SECRETS))
		return 0;
	if (offset == 0) {
		if (unit_detect_end(d, err) != 0)
			return -1;
		d->job->at(d->job, unit->path);
		if (secret_feed_begin(d->scanner, unit, size, d->scan->policy->secret_key,
			d->job->sink, &d->feed, err) != 0)
			return -1;
	}
	if (d->feed && secret_feed_bytes(d->feed, unit->bytes, err) != 0)
		return -1;
	return is_last ? unit_detect_end(d, err) : 0;
}
