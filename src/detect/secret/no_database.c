/*
 * Stands in for the compiled database while there is none: in the program that makes it,
 * and if the build machine cannot run what it builds.
 */
#include "detect/secret/embedded.h"

const char embed_secret_database[1] = {0};
const unsigned long embed_secret_database_size = 0;
