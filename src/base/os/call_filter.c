#include "base/os/call_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#	define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#	define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#	error "call_filter.c knows x86-64 and aarch64, which are little-endian"
#endif

enum { X32_BIT = 0x40000000, TO_END = 255 };

static void emit(struct call_filter *f, int code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	if (f->n < CALL_FILTER_MAX)
		f->p[f->n++] = (struct sock_filter){(uint16_t)code, if_true, if_false, k};
	else
		f->full = true;
}

static void load(struct call_filter *f, size_t offset)
{
	emit(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void load_call(struct call_filter *f)
{
	load(f, offsetof(struct seccomp_data, nr));
}

static void answer(struct call_filter *f, uint32_t action)
{
	emit(f, BPF_RET | BPF_K, action, 0, 0);
}

void call_filter_begin(struct call_filter *f)
{
	f->n = 0;
	f->full = false;
	load(f, offsetof(struct seccomp_data, arch));
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
	answer(f, SECCOMP_RET_KILL_PROCESS);
	load_call(f);
	emit(f, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	answer(f, SECCOMP_RET_KILL_PROCESS);
}

void call_filter_row(struct call_filter *f, long call, uint32_t action)
{
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
	answer(f, action);
}

/* On to the end of the row unless this half of the argument fits. */
static void half(struct call_filter *f, size_t offset, uint32_t mask, uint32_t value)
{
	if (mask == 0)
		return;
	load(f, offset);
	if (mask != UINT32_MAX)
		emit(f, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	emit(f, BPF_JMP | BPF_JEQ | BPF_K, value, 0, TO_END);
}

void call_filter_row_if(
    struct call_filter *f, long call, unsigned arg, uint64_t mask, uint64_t value, uint32_t action)
{
	size_t at = offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t);
	unsigned short first = f->n;

	emit(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, TO_END);
	half(f, at, (uint32_t)mask, (uint32_t)value);
	half(f, at + sizeof(uint32_t), (uint32_t)(mask >> 32), (uint32_t)(value >> 32));
	answer(f, action);
	load_call(f);
	for (unsigned short i = first; i < f->n; i++) {
		if (f->p[i].jf == TO_END)
			f->p[i].jf = (uint8_t)(f->n - 2 - i);
	}
}

int call_filter_load(struct call_filter *f, uint32_t action)
{
	struct sock_fprog program = {.filter = f->p};

	answer(f, action);
	if (f->full) {
		errno = E2BIG;
		return -1;
	}
	program.len = f->n;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : -1;
}
