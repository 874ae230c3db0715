/*
 * Findings, packages and problems as bytes, for the pipe between a reader and its
 * parent, and for the run's store. Version 1 of a private format: both ends are the
 * same program. Decoding treats the bytes as hostile: every count is checked against
 * what is left, enums against their range.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include "base/buf.h"
#include "base/rd.h"
#include "core/sink.h"

/* A place that a finding gains. */
struct added_place {
	struct finding_id of;
	struct place place;
};

/* No record is longer: it travels in one frame. */
enum { WIRE_MAX_BYTES = 64 << 20 };

void wire_put_finding(struct buf *b, const struct finding *finding);
void wire_put_package(struct buf *b, const struct package *package);
void wire_put_distro(struct buf *b, const struct distro *distro);
void wire_put_problem(struct buf *b, const struct problem *problem);
void wire_put_gap(struct buf *b, const struct not_covered *gap);

void wire_put_added_place(struct buf *b, const struct added_place *added);

/* Slices point into the payload; lists and groups are in the arena. ERR_FORMAT if the bytes
 * are not what wire_put_… writes, to the last byte. */
MUST_USE int wire_get_finding(
    struct str payload, struct arena *arena, struct finding *ret, struct err *err);
MUST_USE int wire_get_package(
    struct str payload, struct arena *arena, struct package *ret, struct err *err);
MUST_USE int wire_get_distro(
    struct str payload, struct arena *arena, struct distro *ret, struct err *err);
MUST_USE int wire_get_problem(
    struct str payload, struct arena *arena, struct problem *ret, struct err *err);
MUST_USE int wire_get_gap(
    struct str payload, struct arena *arena, struct not_covered *ret, struct err *err);

MUST_USE int wire_get_added_place(
    struct str payload, struct arena *arena, struct added_place *ret, struct err *err);

#endif
