/* cmocka, behind the headers that it wants before it. Tests only. */
#ifndef TESTS_BASE_WITH_CMOCKA_H
#define TESTS_BASE_WITH_CMOCKA_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
// clang-format on

#endif
