/*
 * Typed frames over a pipe: u32le type, u32le length, payload. Both ends treat the other
 * as hostile: a frame longer than the reader's cap, or one cut short, is ERR_FORMAT.
 */
#ifndef BASE_FRAME_H
#define BASE_FRAME_H

#include "base/buf.h"
#include "base/rd.h"

enum { FRAME_MAX_BYTES = 64 << 20 };

MUST_USE int frame_write(int fd, uint32_t type, struct str payload, struct err *err);

enum frame_result { FRAME_OK, FRAME_END, FRAME_ERROR };
/* payload is cleared first and filled; FRAME_END if the other end closed between frames. */
MUST_USE enum frame_result frame_read(
    int fd, struct buf *payload, uint32_t *ret_type, struct err *err);

/* Payload building blocks, read back with rd_u32le, rd_u64le and rd_str. */
void frame_u32(struct buf *b, uint32_t value);
void frame_u64(struct buf *b, uint64_t value);
void frame_str(struct buf *b, struct str s);

#endif
