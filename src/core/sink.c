#include "core/sink.h"

/* A reader that says what nobody takes would say it in vain. */
static int nobody(const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, "%s is reported here, and nobody takes it", what);
}

int sink_finding(struct sink *s, const struct finding *finding, struct err *err)
{
	while (s && !s->ops->finding)
		s = s->to;
	return s ? s->ops->finding(s, finding, err) : nobody("a finding", err);
}

int sink_package(struct sink *s, const struct package *package, struct err *err)
{
	while (s && !s->ops->package)
		s = s->to;
	return s ? s->ops->package(s, package, err) : nobody("a package", err);
}

int sink_distro(struct sink *s, const struct distro *distro, struct err *err)
{
	while (s && !s->ops->distro)
		s = s->to;
	return s ? s->ops->distro(s, distro, err) : nobody("a distribution", err);
}

int sink_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	while (s && !s->ops->problem)
		s = s->to;
	return s ? s->ops->problem(s, problem, err) : nobody("a problem", err);
}

int sink_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	while (s && !s->ops->gap)
		s = s->to;
	return s ? s->ops->gap(s, gap, err) : nobody("a gap", err);
}

int sink_owned(struct sink *s, const struct owned_file *owned, struct err *err)
{
	while (s && !s->ops->owned)
		s = s->to;
	return s ? s->ops->owned(s, owned, err) : nobody("an owned file", err);
}

int sink_place(
    struct sink *s, const struct finding_id *of, const struct place *place, struct err *err)
{
	while (s && !s->ops->place)
		s = s->to;
	return s ? s->ops->place(s, of, place, err) : nobody("a place", err);
}

int sink_error(
    struct sink *s, enum stage stage, struct str path, const struct err *why, struct err *err)
{
	struct problem problem = {
	    .stage = stage,
	    .code = why->code,
	    .message = str_of(why->text),
	    .place = {.origin.path = path},
	};

	return sink_problem(s, &problem, err);
}
