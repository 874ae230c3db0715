#include "core/sink.h"

int sink_finding(struct sink *s, const struct finding *finding, struct err *err)
{
	return s->ops->finding(s, finding, err);
}

int sink_package(struct sink *s, const struct package *package, struct err *err)
{
	return s->ops->package(s, package, err);
}

int sink_distro(struct sink *s, const struct distro *distro, struct err *err)
{
	return s->ops->distro(s, distro, err);
}

int sink_problem(struct sink *s, const struct problem *problem, struct err *err)
{
	return s->ops->problem(s, problem, err);
}

int sink_gap(struct sink *s, const struct not_covered *gap, struct err *err)
{
	return s->ops->gap(s, gap, err);
}

int sink_note(struct sink *s, struct str key, struct str value, struct err *err)
{
	return s->ops->note(s, key, value, err);
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
