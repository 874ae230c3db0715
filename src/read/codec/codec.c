#include "read/codec/codec.h"

#include "read/codec/tar_header.h"

#define CODEC(name) extern const struct codec codec_##name;
#define REFUSED(name, magic)
#include "read/codec/codecs.def"
#undef CODEC
#undef REFUSED

#define CODEC(name)
#define REFUSED(name, magic) \
	static const struct codec codec_##name = {#name, STR_INIT(magic), NULL};
#include "read/codec/codecs.def"
#undef CODEC
#undef REFUSED

static const struct codec *const codecs[] = {
#define CODEC(name)	     &codec_##name,
#define REFUSED(name, magic) &codec_##name,
#include "read/codec/codecs.def"
#undef CODEC
#undef REFUSED
};

const struct codec *codec_of(struct str first_bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(codecs); i++)
		if (str_starts(first_bytes, codecs[i]->magic))
			return codecs[i];
	return NULL;
}

int codec_push(struct stream **s, const struct codec **ret_codec, struct err *err)
{
	const struct codec *codec;
	struct str first;

	if (stream_peek(s, TAR_BLOCK, &first, err) != 0)
		return -1;
	codec = codec_of(first);
	/* A plain archive whose first file is called "BZhandler". */
	if (codec && tar_block_has_checksum(first))
		codec = NULL;
	if (codec && !codec->push)
		return err_set(err, ERR_UNSUPPORTED,
		    "compressed with %s, which this version does not read: only gzip or nothing",
		    codec->name);
	if (codec && codec->push(s, err) != 0)
		return -1;
	*ret_codec = codec;
	return 0;
}
