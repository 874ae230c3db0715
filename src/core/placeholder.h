/*
 * Stand-ins: values of which a reader sees that they are nobody's secret. One answer for
 * everyone who asks: the secret rules, and the lint rule about ENV and ARG. Pure functions;
 * the cost is linear.
 */
#ifndef CORE_PLACEHOLDER_H
#define CORE_PLACEHOLDER_H

#include "base/str.h"

/* Nothing stands there yet, or something that somebody is meant to replace: nothing at all,
 * masks and runs ("XXXXXX", "000000", "***", "0123456789abcdef"), variables and templates
 * ("${NAME}", "{{ name }}", "<name>", "%s", "process.env.NAME"), and words that say so
 * ("changeme", "your-api-key", "password", "foo", "…EXAMPLE"). Blanks and quotes around the value
 * do not matter. */
bool placeholder_is(struct str value);

/* A stand-in, or what everybody tries first ("postgres", "admin123", "P@ssw0rd", "test"): it may
 * be in use, on a developer's machine, and protects nothing there. */
bool placeholder_is_guessable(struct str value);

/* Stricter, for what people choose themselves: nothing but a mask, a template, or stand-in words
 * with something between them. "changeme" is, "ChangeMe8f3kQz" and "token99" are not. */
bool placeholder_is_plain(struct str value);
/* The same, with words that everybody tries first, digits between them, and sequences: "token99",
 * "12345678". */
bool placeholder_is_weak(struct str value);

#endif
