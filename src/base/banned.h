/*
 * Force-included into every file: functions that have no safe use become compile
 * errors. What to call instead stands beside each.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* System headers first, so that their own declarations are not renamed. */
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Macros of some compiler with glibc's fortification. */
#undef alloca
#undef sprintf
#undef vsprintf
#define BANNED(fn)	  banned_function_##fn

#define strcpy(d, s)	  BANNED(strcpy)    /* buf_add */
#define stpcpy(d, s)	  BANNED(stpcpy)    /* buf_add */
#define strcat(d, s)	  BANNED(strcat)    /* buf_add */
#define strncpy(d, s, n)  BANNED(strncpy)   /* buf_add, arena_str */
#define strncat(d, s, n)  BANNED(strncat)   /* buf_add */
#define sprintf(...)	  BANNED(sprintf)   /* buf_addf */
#define vsprintf(d, f, a) BANNED(vsprintf)  /* buf_addv */
#define strtok(s, d)	  BANNED(strtok)    /* str_cut */
#define atoi(s)		  BANNED(atoi)	    /* str_to_u64 */
#define atol(s)		  BANNED(atol)	    /* str_to_u64 */
#define gmtime(t)	  BANNED(gmtime)    /* time_format */
#define localtime(t)	  BANNED(localtime) /* time_format; dates are UTC */
#define ctime(t)	  BANNED(ctime)	    /* time_format */
#define mktemp(t)	  BANNED(mktemp)    /* tempdir_open */
#define tmpnam(s)	  BANNED(tmpnam)    /* tempdir_open */
#define alloca(n)	  BANNED(alloca)    /* arena_alloc */
#define system(c)	  BANNED(system)    /* spawn_run */
#define popen(c, m)	  BANNED(popen)	    /* spawn_run */

#endif
