/*
 * Makes the kernel refuse one system call to this process and its children, as a kernel without the
 * feature or a container's filter does: for tests of what a program does then. Tests only, in a
 * forked process: there is no way back.
 */
#ifndef TESTS_BASE_REFUSE_CALL_H
#define TESTS_BASE_REFUSE_CALL_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

enum { ANY_ARGUMENT = -1 };

/* The call of that number fails with `error`; with first >= 0 only if its first argument is that.
 * 0, or -1 if the filter could not be set. */
static inline int refuse_call(unsigned number, int first, int error)
{
	struct sock_filter p[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)first, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 6, .filter = p};

	if (first < 0)
		p[3].jf = 0;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0
		   ? -1
		   : 0;
}

#endif
