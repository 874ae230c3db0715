#include "detect/secret/text_kind.h"

enum { BINARY_SAMPLE = 8000 };

bool text_is_binary(struct str bytes)
{
	static const uint32_t text_controls = 1U << '\b' | 1U << '\t' | 1U << '\n' | 1U << '\v' |
					      1U << '\f' | 1U << '\r' | 1U << 0x1b;
	struct str sample = str_sub(bytes, 0, BINARY_SAMPLE);
	size_t odd = 0;

	for (size_t i = 0; i < sample.n; i++) {
		unsigned char c = (unsigned char)sample.p[i];

		odd += c < ' ' && !(text_controls >> c & 1);
	}
	return odd * 20 > sample.n;
}

bool text_is_program(struct str bytes)
{
	static const struct str magics[] = {STR_INIT("\x7f"
						     "ELF"),
	    STR_INIT("MZ"), STR_INIT("\xcf\xfa\xed\xfe"), STR_INIT("\xce\xfa\xed\xfe"),
	    STR_INIT("\xca\xfe\xba\xbe"), STR_INIT("!<arch>\n"), STR_INIT("\0asm")};

	for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
		if (str_starts(bytes, magics[i]))
			return true;
	}
	return false;
}
