/*
 * Regular expressions as JavaScript writes them, "/…/flags", matched by PCRE2 with limits. What
 * JavaScript means is translated, and nothing is ever evaluated: a text that is no such literal is
 * an error. Matching reads bytes as UTF-8; bytes that are none match nothing.
 *
 * Source: ECMAScript 2024, sections 12.9.5 and 22.2, with annex B as engines have it. Unlike there,
 * \s is ASCII's blanks, and a look-behind has a length that is known. Flags d, g and u change
 * nothing about whether a text matches.
 */
#ifndef PEER_JS_REGEX_H
#define PEER_JS_REGEX_H

#include "base/err.h"
#include "base/str.h"

struct js_regex;

/* *ret is the caller's, and freed by js_regex_free. ERR_CONFIG: it is no literal, or its expression
 * is not valid; the message does not quote it. */
MUST_USE int js_regex_new(struct str literal, struct js_regex **ret, struct err *err);
void js_regex_free(struct js_regex *regex); /* NULL: nothing */

enum js_match {
	JS_MATCHES,
	JS_MATCHES_NOT,
	JS_GAVE_UP, /* after too many steps, or two seconds in all since js_regex_begin */
	JS_IS_OFF,  /* it gave up before, and is not asked any more */
};
enum js_match js_regex_test(struct js_regex *regex, struct str text);
/* Before the first of a number of texts. */
void js_regex_begin(struct js_regex *regex);

#endif
