#include "core/limits.h"

const struct limits limits_default = {
    .unit_bytes = MIB(16),
    .tree_entries = 2000000,
    .path_bytes = 4096,
    .path_depth = 256,
    .nesting = 128,
    .layer_bytes = GIB(16),
    .image_bytes = GIB(64),
    .inflate_ratio = 1000,
    .layer_entries = 5000000,
    .layers = 512,
    .wanted_bytes = MIB(256),
    .manifest_bytes = MIB(4),
    .commits = 1000000,
    .object_bytes = MIB(512),
    .findings = 100000,
    .scan_memory = MIB(512),
    .child_memory = GIB(2),
    .child_cpu_seconds = 600,
    .child_wall_seconds = 3600,
    .secret_match_limit = 200000,
};
