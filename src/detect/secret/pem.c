/*
 * Takes a block's body out of what it is packed in, decodes it, and looks whether a private
 * key's structure is in there. What the structure holds is not read.
 */
#include "detect/secret/pem.h"

#include "base/hash.h"
#include "base/rd.h"

enum {
	BODY_MIN = 40,	    /* an Ed25519 key takes 64, a bare P-256 key 56 */
	DAMAGED_MIN = 160,  /* less than that, and it is an ellipsis, not a key */
	MARGIN_MAX = 16,    /* "    # " */
	HEADERS_MAX = 8,    /* "Proc-Type: …", "Comment: …" */
	HEADER_BYTES = 200, /* one of them */
	DISTINCT_MIN = 24,  /* different characters in a body that is no mask */
};

struct pem_reader {
	struct str in; /* ends where no more is looked at */
	struct str margin;
	struct str label; /* "RSA PRIVATE KEY" */
	struct pem *pem;
	size_t at;
	bool encrypted, footer;
	bool cut; /* the text goes on behind `in` */
};

/* ---- the body ---- */

static char peek(const struct pem_reader *r, size_t ahead)
{
	return r->at + ahead < r->in.n ? r->in.p[r->at + ahead] : '\0';
}

static bool is_base64(char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '=';
}

/* Around the lines of a block. */
static bool is_packing(char c)
{
	return byte_is_blank(c) || (c != '\0' && strchr("\"'`,;|<>()", c));
}

static int hex_digit(char c)
{
	char lower = byte_lower(c);

	if (byte_is_digit(c))
		return c - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* "\n", "\\r", "\/", and "\u003d" or "\u002B", which some writers of JSON use for "=" and "+". */
static void skip_escape(struct pem_reader *r)
{
	int high, low;

	while (peek(r, 0) == '\\')
		r->at++;
	if (peek(r, 0) == 'n' || peek(r, 0) == 'r' || peek(r, 0) == 't') {
		r->at++;
		return;
	}
	high = hex_digit(peek(r, 3));
	low = hex_digit(peek(r, 4));
	if (peek(r, 0) != 'u' || peek(r, 1) != '0' || peek(r, 2) != '0' || high < 0 || low < 0)
		return;
	r->at += 5;
	if (r->pem->body.n > 0 && is_base64((char)(high << 4 | low)))
		buf_addc(&r->pem->body, (char)(high << 4 | low));
}

/* "&#10;", "&quot;" */
static bool skip_entity(struct pem_reader *r)
{
	size_t n = 1;

	while (n < 8 && (byte_is_alnum(peek(r, n)) || peek(r, n) == '#'))
		n++;
	if (peek(r, n) != ';')
		return false;
	r->at += n + 1;
	return true;
}

/* What stands in front of the first line stands in front of the others. */
static void skip_margin(struct pem_reader *r)
{
	if (r->margin.n > 0 && str_starts(str_sub(r->in, r->at, r->margin.n), r->margin))
		r->at += r->margin.n;
}

/* To the next byte of a body or what ends it. A '+' or '.' between quotes joins strings. */
static void skip_packing(struct pem_reader *r)
{
	bool quoted = false;

	for (;;) {
		char c = peek(r, 0);

		if (c == '\\') {
			skip_escape(r);
		} else if (is_packing(c)) {
			quoted = quoted || c == '"' || c == '\'';
			r->at++;
			if (c == '\n')
				skip_margin(r);
		} else if (quoted && (c == '+' || c == '.') && !is_base64(peek(r, 1))) {
			r->at++;
		} else if (c != '&' || !skip_entity(r)) {
			return;
		}
	}
}

/* "Proc-Type: 4,ENCRYPTED", "Version: GnuPG v2" */
static bool skip_header(struct pem_reader *r)
{
	struct str rest = str_sub(r->in, r->at, HEADER_BYTES), line;
	size_t end = 0, colon;

	while (end < rest.n && rest.p[end] != '\n' && rest.p[end] != '\\')
		end++;
	line = str_sub(rest, 0, end);
	colon = str_find(line, STR(": "));
	if (colon == STR_NPOS || colon == 0)
		return false;
	for (size_t i = 0; i < colon; i++) {
		if (!byte_is_alnum(line.p[i]) && line.p[i] != '-')
			return false;
	}
	r->encrypted = r->encrypted || str_has(line, STR("ENCRYPTED"));
	r->at += end;
	return true;
}

static void read_headers(struct pem_reader *r)
{
	for (size_t i = 0; i < HEADERS_MAX; i++) {
		skip_packing(r);
		if (!skip_header(r))
			return;
	}
}

static bool at_footer(const struct pem_reader *r)
{
	struct str rest = str_sub(r->in, r->at, STR("-----END ").n + r->label.n + STR("-----").n);

	return str_starts(rest, STR("-----END ")) && str_ends(rest, STR("-----")) &&
	       str_eq(str_sub(rest, STR("-----END ").n, r->label.n), r->label);
}

static void read_body(struct pem_reader *r)
{
	read_headers(r);
	r->pem->end = r->at;
	while (r->at < r->in.n) {
		size_t from = r->at;

		while (is_base64(peek(r, 0)))
			r->at++;
		if (r->at > from) {
			buf_add(&r->pem->body, str_sub(r->in, from, r->at - from));
			r->pem->end = r->at;
		}
		from = r->at;
		skip_packing(r);
		if (r->at == from)
			break;
	}
	r->footer = at_footer(r) || (r->cut && r->at >= r->in.n);
}

/* ---- what is in it ---- */

enum { DER_INTEGER = 0x02, DER_OCTETS = 0x04, DER_OBJECT_ID = 0x06, DER_SEQUENCE = 0x30 };

struct der {
	uint8_t tag;
	struct str content;
};

static bool der_next(struct rd *r, struct der *ret)
{
	uint8_t first, byte;
	size_t n;

	if (!rd_u8(r, &ret->tag) || !rd_u8(r, &first))
		return false;
	n = first & 0x7f;
	if (first & 0x80) {
		size_t bytes = n;

		n = 0;
		for (; bytes > 0 && bytes <= 4; bytes--) {
			if (!rd_u8(r, &byte))
				return false;
			n = n << 8 | byte;
		}
		if (bytes > 0)
			return false;
	}
	return rd_bytes(r, n, &ret->content);
}

/* An AlgorithmIdentifier, which a PKCS #8 key begins with. */
static bool is_algorithm(const struct der *d)
{
	struct rd r = rd_of(d->content);
	struct der id;

	return d->tag == DER_SEQUENCE && der_next(&r, &id) && id.tag == DER_OBJECT_ID;
}

/* RSA (9 integers), DSA (6), EC (a version and a string), PKCS #8, and that encrypted. */
static enum pem_kind der_kind(struct str bytes)
{
	struct rd r = rd_of(bytes);
	struct der whole, first, second, more;
	size_t n = 2;

	if (!der_next(&r, &whole) || whole.tag != DER_SEQUENCE || rd_left(&r) > 0)
		return PEM_DAMAGED;
	r = rd_of(whole.content);
	if (!der_next(&r, &first) || !der_next(&r, &second))
		return PEM_DAMAGED;
	for (; rd_left(&r) > 0; n++) {
		if (!der_next(&r, &more))
			return PEM_DAMAGED;
	}
	if (is_algorithm(&first) && second.tag == DER_OCTETS && n == 2)
		return PEM_ENCRYPTED;
	if (first.tag != DER_INTEGER || first.content.n != 1)
		return PEM_DAMAGED;
	if ((is_algorithm(&second) && n >= 3) || (second.tag == DER_INTEGER && n >= 6) ||
	    (second.tag == DER_OCTETS && second.content.n >= 16))
		return PEM_KEY;
	return PEM_DAMAGED;
}

static bool ssh_string(struct rd *r, struct str *ret)
{
	uint8_t b[4];

	for (size_t i = 0; i < sizeof b; i++) {
		if (!rd_u8(r, &b[i]))
			return false;
	}
	return rd_bytes(r, (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3], ret);
}

/* openssh-portable's PROTOCOL.key. */
static enum pem_kind openssh_kind(struct str bytes)
{
	static const char magic[] = "openssh-key-v1";
	struct rd r = rd_of(bytes);
	struct str start, cipher, kdf, options, key;

	if (!rd_bytes(&r, sizeof magic, &start) || memcmp(start.p, magic, sizeof magic) != 0 ||
	    !ssh_string(&r, &cipher) || !ssh_string(&r, &kdf) || !ssh_string(&r, &options) ||
	    !rd_skip(&r, 4) || !ssh_string(&r, &key) || !ssh_string(&r, &key) || key.n < 32)
		return PEM_DAMAGED;
	return str_eq(cipher, STR("none")) ? PEM_KEY : PEM_ENCRYPTED;
}

/* The first packet is a secret key: tag 5 in the new or the old form (RFC 9580, 4.2). */
static enum pem_kind pgp_kind(struct str bytes)
{
	unsigned char tag = bytes.n > 0 ? (unsigned char)bytes.p[0] : 0;

	return tag == 0xc5 || (tag & 0xfc) == 0x94 ? PEM_KEY : PEM_DAMAGED;
}

static enum pem_kind kind_of(const struct pem_reader *r, struct str bytes)
{
	if (str_starts(r->label, STR("PGP")))
		return r->footer ? pgp_kind(bytes) : PEM_DAMAGED;
	if (r->encrypted)
		return r->footer ? PEM_ENCRYPTED : PEM_DAMAGED;
	if (str_starts(r->label, STR("OPENSSH")))
		return openssh_kind(bytes);
	return der_kind(bytes);
}

/* "AAAA…", "MIIEXXXX…": nobody's key. */
static bool is_masked(struct str body)
{
	bool seen[256] = {false};
	size_t distinct = 0;

	for (size_t i = 0; i < body.n; i++) {
		distinct += !seen[(unsigned char)body.p[i]];
		seen[(unsigned char)body.p[i]] = true;
	}
	return distinct < DISTINCT_MIN;
}

/* Without a PGP block's checksum ("=" and four more) and without filling. */
static struct str data_of(struct str body)
{
	size_t end = str_chr(body, '=');

	return str_sub(body, 0, end == STR_NPOS ? body.n - body.n % 4 : end);
}

static int decode(struct pem_reader *r, struct arena *arena, struct err *err)
{
	static const char *const filling[] = {"", NULL, "==", "="};
	struct str body = data_of(buf_str(&r->pem->body)), text, bytes;
	struct err why = ERR_INIT;

	if (body.n < BODY_MIN || is_masked(body))
		return 0;
	r->pem->kind = r->footer && body.n >= DAMAGED_MIN ? PEM_DAMAGED : PEM_NONE;
	if (!filling[body.n % 4])
		return 0;
	text = arena_fmt(arena, STR_FMT "%s", STR_ARG(body), filling[body.n % 4]);
	if (!text.p)
		return arena_err(arena, err);
	if (base64_decode(text, arena, &bytes, &why))
		return why.code == ERR_FORMAT ? 0 : err_set(err, why.code, "%s", why.text);
	if (kind_of(r, bytes) != PEM_DAMAGED)
		r->pem->kind = kind_of(r, bytes);
	return 0;
}

int pem_read(struct str text, size_t start, size_t end, struct arena *arena, struct pem *ret_pem,
    struct err *err)
{
	struct str line = str_sub(text, start, end - start);
	size_t before = start > MARGIN_MAX ? start - MARGIN_MAX : 0;
	struct str margin = str_sub(text, before, start - before);
	size_t newline = str_rchr(margin, '\n');
	struct pem_reader r = {
	    .in = str_sub(text, 0, end + PEM_BYTES_MAX), .at = end, .pem = ret_pem};

	*ret_pem = (struct pem){.body = BUF_INIT(PEM_BYTES_MAX), .end = end};
	r.cut = r.in.n < text.n;
	r.label = str_sub(line, STR("-----BEGIN ").n, line.n);
	r.label = str_sub(r.label, 0, r.label.n - MIN_OF(r.label.n, STR("-----").n));
	if (newline != STR_NPOS || before == 0)
		r.margin = newline == STR_NPOS ? margin : str_sub(margin, newline + 1, margin.n);
	for (size_t i = 0; i < r.margin.n; i++) {
		if (byte_is_alnum(r.margin.p[i]))
			r.margin = STR_NONE;
	}
	read_body(&r);
	return decode(&r, arena, err);
}

void pem_release(struct pem *pem)
{
	if (pem)
		buf_release(&pem->body);
}
