/*
 * The armour of private keys (RFC 7468, RFC 4880) as it stands in files: plain, indented,
 * behind comment marks, in the strings of JSON, YAML and code, on one line. Pure functions.
 */
#ifndef DETECT_SECRET_PEM_H
#define DETECT_SECRET_PEM_H

#include "base/arena.h"
#include "base/buf.h"

/* The most of a block that is looked at. */
enum { PEM_BYTES_MAX = 16384 };

enum pem_kind {
	PEM_NONE,      /* a first line, and no key behind it */
	PEM_DAMAGED,   /* a body and the last line, and it does not decode to a key */
	PEM_KEY,       /* decodes to a private key */
	PEM_ENCRYPTED, /* the same, under a passphrase */
};

struct pem {
	enum pem_kind kind;
	struct buf body; /* its base64, without line ends and quoting; release it */
	size_t end;	 /* behind the body */
};

/* text[start, end) is the first line of a block: "-----BEGIN … KEY-----". */
MUST_USE int pem_read(struct str text, size_t start, size_t end, struct arena *arena,
    struct pem *ret_pem, struct err *err);
/* NULL is fine. */
void pem_release(struct pem *pem);

#endif
