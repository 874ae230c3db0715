#include "pipeline/bases.h"

#include "base/os/fd.h"
#include "core/trusted.h"

struct str run_own_host(const struct pipeline *p)
{
	struct str host = p->plan->registry, rest;

	(void)str_split(p->plan->registry, '/', &host, &rest);
	return host;
}

static int check_host(const struct pipeline *p, const struct image_ref *ref, struct err *err)
{
	struct str_list trusted = p->plan->scan->policy->trusted_registries;

	if (str_eq(ref->host, run_own_host(p)) ||
	    registry_is_trusted(trusted, ref->host, ref->path))
		return 0;
	return err_set(err, ERR_AUTH,
	    "the policy does not trust the registry " STR_FMT
	    ", so nothing is fetched from there and the image is not built",
	    STR_ARG(ref->host));
}

/* The password that the run was given is for its own registry; no Dockerfile sends it elsewhere. */
static int login_for(const struct pipeline *p, const struct image_ref *ref,
    struct registry_login *login, struct registry_opts *ret, struct err *err)
{
	if (p->plan->registry_opts && str_eq(ref->host, run_own_host(p))) {
		*ret = *p->plan->registry_opts;
		return 0;
	}
	*ret = (struct registry_opts){
	    .login = login, .token_services = p->plan->scan->policy->token_services};
	return registry_login_find(ref, login, err);
}

static int fetch_one(struct pipeline *p, struct str reference, size_t number, struct arena *arena,
    struct build_base *ret, struct err *err)
{
	struct registry_login login CLEANUP(registry_login_wipe) = {0};
	char digest[REGISTRY_DIGEST_SIZE];
	struct registry_opts opts;
	struct image_ref ref;
	struct str layout = arena_fmt(arena, STR_FMT "/bases/%zu", STR_ARG(p->folder), number);
	struct str index = arena_fmt(arena, STR_FMT "/index.json", STR_ARG(layout));

	if (!layout.p || !index.p)
		return arena_err(arena, err);
	if (image_ref_parse(reference, arena, &ref, err) != 0 || check_host(p, &ref, err) != 0 ||
	    login_for(p, &ref, &login, &opts, err) != 0)
		return -1;
	/* A killed process of this run had fetched it; once the image is built only its layers'
	 * names are asked for. */
	if (p->run.step >= RUN_BUILT && file_exists(index.p)) {
		*ret = (struct build_base){arena_cstr(arena, reference), layout.p, NULL};
		return arena_check(arena, err);
	}
	say(p, "build: fetching " STR_FMT, STR_ARG(reference));
	if (registry_pull(&opts, &ref, layout.p, digest, err) != 0)
		return -1;
	*ret = (struct build_base){
	    arena_cstr(arena, reference), layout.p, arena_cstr(arena, str_of(digest))};
	return arena_check(arena, err);
}

int bases_fetch(struct pipeline *p, const struct str_list *references, struct arena *arena,
    struct base_images *ret, struct err *err)
{
	struct base_images bases = {arena_array(arena, references->n, sizeof *bases.p), 0};
	struct str folder = arena_fmt(arena, STR_FMT "/bases", STR_ARG(p->folder));

	if (!bases.p || !folder.p)
		return arena_err(arena, err);
	if (dir_make(folder.p, 0700, err) != 0)
		return -1;
	for (; bases.n < references->n; bases.n++) {
		struct str reference = references->p[bases.n];

		if (fetch_one(p, reference, bases.n, arena, &bases.p[bases.n], err) != 0)
			return err_wrap(
			    err, "base image " STR_FMT, STR_ARG(str_excerpt(reference, 200)));
	}
	*ret = bases;
	return 0;
}
