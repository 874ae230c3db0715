#include "detect/lint/rule.h"

/* The newest release of an official image that had ended when this rule was written, November 2026,
 * by its publisher's announcements; all before it had too. */
struct ended {
	const char *name;
	unsigned major, minor;
	bool moves; /* a tag of the major number alone is the newest of its kind */
};

static const struct ended ended[] = {
    {"debian", 11, 99, false},
    {"ubuntu", 20, 10, false},
    {"alpine", 3, 20, true},
    {"centos", 8, 99, false},
    {"fedora", 41, 99, false},
    {"python", 3, 9, true},
    {"ruby", 3, 2, true},
    {"php", 8, 1, true},
    {"node", 21, 99, false},
    {"golang", 1, 24, true},
    {"postgres", 13, 99, false},
    {"mysql", 5, 99, false},
    {"mariadb", 10, 6, true},
    {"mongo", 6, 99, false},
};

static const struct {
	const char *image, *word;
} names[] = {
    {"debian", "wheezy"},
    {"debian", "jessie"},
    {"debian", "stretch"},
    {"debian", "buster"},
    {"debian", "bullseye"},
    {"ubuntu", "precise"},
    {"ubuntu", "trusty"},
    {"ubuntu", "xenial"},
    {"ubuntu", "artful"},
    {"ubuntu", "bionic"},
    {"ubuntu", "focal"},
    {"ubuntu", "groovy"},
    {"ubuntu", "hirsute"},
    {"ubuntu", "impish"},
    {"ubuntu", "kinetic"},
    {"ubuntu", "lunar"},
    {"ubuntu", "mantic"},
    {"ubuntu", "oracular"},
};

static struct str official_name(const struct docker_reference *image)
{
	struct str name = image->repository;

	if (image->registry.n > 0 && !str_eq(image->registry, STR("docker.io")))
		return STR_NONE;
	return str_starts(name, STR("library/")) ? str_sub(name, 8, name.n) : name;
}

/* The digits in front of "3.18-slim"; false if there are none. */
static bool read_number(struct str *rest, unsigned *ret)
{
	*ret = 0;
	if (rest->n == 0 || !byte_is_digit(rest->p[0]))
		return false;
	while (rest->n > 0 && byte_is_digit(rest->p[0])) {
		*ret = *ret < 100000 ? *ret * 10 + (unsigned)(rest->p[0] - '0') : *ret;
		*rest = str_sub(*rest, 1, rest->n);
	}
	return true;
}

static bool has_ended(const struct ended *e, struct str tag)
{
	unsigned major, minor = 0;
	bool has_minor;

	if (!read_number(&tag, &major))
		return false;
	has_minor = tag.n > 1 && tag.p[0] == '.' && byte_is_digit(tag.p[1]);
	tag = str_sub(tag, 1, tag.n);
	if (has_minor && !read_number(&tag, &minor))
		return false;
	if (!has_minor && e->moves)
		return major < e->major;
	return major < e->major || (major == e->major && minor <= e->minor);
}

static bool is_over(const struct docker_reference *image)
{
	struct str name = official_name(image);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_of(names[i].image)) &&
		    lint_name_says(image->tag, names[i].word))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(ended); i++)
		if (str_eq(name, str_of(ended[i].name)))
			return has_ended(&ended[i], image->tag);
	return false;
}

/* Of the image alone: what only builds is not in it. */
static void check_base_ended(struct lint *l, const struct docker_view *view)
{
	const struct docker_stage *s = view->built ? view->built->lowest : NULL;

	if (s && !s->scratch && s->image_known && is_over(&s->base))
		lint_report(l, docker_range(s->from, s->image.raw), s->image_text, NULL,
		    STR_FMT " " STR_FMT " gets no more corrections", STR_ARG(s->base.repository),
		    STR_ARG(s->base.tag));
}

const struct lint_rule rule_base_ended = {
    .id = "PL1048",
    .title = "the base image is no longer maintained",
    .why =
	"Its publisher corrects no more flaws: what is found from now on stays in each image that is built on it.",
    .fix = "build on a release that is maintained",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://endoflife.date/", "https://csrc.nist.gov/pubs/sp/800/190/final"},
    .clauses = {NIST("4.1.1"), PCI("6.3.3"), PCI("12.3.4")},
    .severity = SEVERITY_MEDIUM,
    .dockerfile = check_base_ended,
};
