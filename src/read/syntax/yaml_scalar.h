/*
 * What a YAML scalar is, by its tag or else by the core schema (YAML 1.2 section 10.3.2).
 * Private to the YAML tree. Pure functions.
 */
#ifndef READ_SYNTAX_YAML_SCALAR_H
#define READ_SYNTAX_YAML_SCALAR_H

#include "read/syntax/node.h"

/* tag is empty if there is none; plain: the scalar has neither quotes nor "|" nor ">". Tags
 * that are not of YAML's own (CloudFormation's "!Ref" …) leave a plain scalar to the schema. */
enum node_kind yaml_scalar_kind(struct str text, struct str tag, bool plain);
/* As the tree shows it: "true" or "false" for a bool, nothing for null. */
struct str yaml_scalar_text(struct str text, enum node_kind kind);

#endif
