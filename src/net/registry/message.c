#include "net/registry/message.h"

#include "base/frame.h"
#include "base/hash.h"
#include "core/image_ref.h"

enum { VERSION = 2, STALL_MAX = 3600, ATTEMPTS_MAX = 10, PLATFORM_MAX = 128, LAYOUT_MAX = 4096 };

void net_put_request(struct buf *b, const struct net_request *request)
{
	frame_u32(b, VERSION);
	frame_u32(b, (uint32_t)request->op);
	frame_u32(b, request->flags);
	frame_u32(b, request->stall_seconds);
	frame_u32(b, request->attempts);
	frame_str(b, request->host);
	frame_str(b, request->path);
	frame_str(b, request->selector);
	frame_str(b, request->digest);
	frame_str(b, request->platform);
	frame_str(b, request->layout);
	frame_str(b, request->user);
	frame_str(b, request->password);
	frame_str(b, request->token_services);
}

/* Host and path go into URLs: they are held to the grammar of image references. */
static bool has_valid_repository(const struct net_request *r)
{
	struct arena arena CLEANUP(arena_release);
	struct image_ref ref;
	struct err ignored = ERR_INIT;
	struct str name;

	arena_init(&arena, KIB(64));
	name = arena_fmt(&arena, STR_FMT "/" STR_FMT, STR_ARG(r->host), STR_ARG(r->path));
	return name.p && image_ref_parse(name, &arena, &ref, &ignored) == 0 &&
	       str_eq(ref.host, r->host) && str_eq(ref.path, r->path) && ref.tag.n == 0;
}

static bool is_clean(struct str s, size_t max)
{
	return s.n <= max && str_chr(s, '\0') == STR_NPOS;
}

static bool has_valid_selectors(const struct net_request *r)
{
	bool wants_selector = r->op != NET_OP_PUSH;
	bool wants_digest = r->op == NET_OP_PUSH || r->op == NET_OP_TAG;

	if (r->selector.n > 0 && !image_tag_is_valid(r->selector) && !digest_is_valid(r->selector))
		return false;
	if (r->digest.n > 0 && !digest_is_valid(r->digest))
		return false;
	return (r->selector.n > 0) == wants_selector && (!wants_digest || r->digest.n > 0);
}

static bool has_valid_texts(const struct net_request *r)
{
	bool wants_layout = r->op == NET_OP_PULL || r->op == NET_OP_PUSH;

	return is_clean(r->layout, LAYOUT_MAX) && str_starts(r->layout, STR("/")) == wants_layout &&
	       is_clean(r->platform, PLATFORM_MAX) && is_clean(r->user, NET_MESSAGE_MAX) &&
	       is_clean(r->password, NET_MESSAGE_MAX) &&
	       is_clean(r->token_services, NET_MESSAGE_MAX) && str_chr(r->user, ':') == STR_NPOS;
}

int net_get_request(struct str payload, struct net_request *ret, struct err *err)
{
	struct rd r = rd_of(payload);
	struct net_request request = {0};
	uint32_t version, op;

	if (!rd_u32le(&r, &version) || version != VERSION || !rd_u32le(&r, &op) ||
	    op >= NET_OP_COUNT || !rd_u32le(&r, &request.flags) ||
	    !rd_u32le(&r, &request.stall_seconds) || !rd_u32le(&r, &request.attempts) ||
	    !rd_str(&r, &request.host) || !rd_str(&r, &request.path) ||
	    !rd_str(&r, &request.selector) || !rd_str(&r, &request.digest) ||
	    !rd_str(&r, &request.platform) || !rd_str(&r, &request.layout) ||
	    !rd_str(&r, &request.user) || !rd_str(&r, &request.password) ||
	    !rd_str(&r, &request.token_services) || rd_left(&r) != 0)
		return err_set(err, ERR_FORMAT, "a request is cut short or of another version");
	request.op = (enum net_op)op;
	if ((request.flags & ~(uint32_t)(NET_INSECURE | NET_TLS | NET_NO_SANDBOX)) != 0 ||
	    request.stall_seconds < 1 || request.stall_seconds > STALL_MAX ||
	    request.attempts < 1 || request.attempts > ATTEMPTS_MAX)
		return err_set(err, ERR_FORMAT, "a request's number is out of range");
	if (!has_valid_repository(&request) || !has_valid_selectors(&request))
		return err_set(err, ERR_FORMAT, "a request's image reference is malformed");
	if (!has_valid_texts(&request))
		return err_set(err, ERR_FORMAT, "a request's text is malformed");
	*ret = request;
	return 0;
}

void net_put_progress(struct buf *b, const struct net_progress *progress)
{
	frame_str(b, progress->digest);
	frame_u64(b, progress->done_bytes);
	frame_u64(b, progress->total_bytes);
	frame_u32(b, progress->skipped);
}

int net_get_progress(struct str payload, struct net_progress *ret, struct err *err)
{
	struct rd r = rd_of(payload);
	struct net_progress progress = {0};
	uint32_t skipped;

	if (!rd_str(&r, &progress.digest) || !rd_u64le(&r, &progress.done_bytes) ||
	    !rd_u64le(&r, &progress.total_bytes) || !rd_u32le(&r, &skipped) || rd_left(&r) != 0 ||
	    skipped > 1 || !digest_is_valid(progress.digest))
		return err_set(err, ERR_FORMAT, "a progress message is malformed");
	progress.skipped = skipped == 1;
	*ret = progress;
	return 0;
}

void net_put_error(struct buf *b, const struct err *why)
{
	frame_u32(b, (uint32_t)why->code);
	frame_u32(b, (uint32_t)why->sys);
	frame_str(b, str_of(why->text));
}

int net_get_error(struct str payload, struct err *err)
{
	struct rd r = rd_of(payload);
	uint32_t code, sys;
	struct str text;

	if (!rd_u32le(&r, &code) || !rd_u32le(&r, &sys) || !rd_str(&r, &text) || rd_left(&r) != 0 ||
	    code == ERR_NONE || code > ERR_INTERRUPTED || sys > 4095)
		return err_set(err, ERR_FORMAT, "an error message is malformed");
	(void)err_set(err, (enum err_code)code, STR_FMT, STR_ARG(text));
	err->sys = (int)sys;
	return -1;
}
