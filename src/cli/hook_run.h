/*
 * What git's hooks run: secrets in the index, in a commit's message, in what is pushed. A pass says
 * nothing; what blocks says how to take it out, and how to ask for a waiver.
 */
#ifndef CLI_HOOK_RUN_H
#define CLI_HOOK_RUN_H

#include "cli/hook_files.h"
#include "cli/session.h"

/* args: what git gave to the hook. Git's own variables say which repository, index and objects.
 * Returns the exit code; any but 0 makes git stop. */
int hook_run(struct cli *cli, const struct session_options *options, enum hook_kind kind,
    const struct opt_list *args);

#endif
