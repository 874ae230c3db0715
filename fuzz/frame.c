/* A stream of frames of any make: each is whole and within the cap, or it is an error. */
#include "base/frame.h"

#include "base/os/fd.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CAP = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd CLEANUP_FD = memfd_create("frames", MFD_CLOEXEC);
	struct buf payload CLEANUP(buf_release) = BUF_INIT(CAP);
	size_t seen = 0;
	struct err err = ERR_INIT;
	uint32_t type;

	if (fd < 0 || fd_write_all(fd, str_make((const char *)data, size), &err) != 0 ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	while (frame_read(fd, &payload, &type, &err) == FRAME_OK) {
		seen += 8 + payload.n;
		if (payload.n > CAP || seen > size)
			abort();
	}
	return 0;
}
