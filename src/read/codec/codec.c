#include "read/codec/codec.h"

#include "read/codec/tar_header.h"

#define RECORDS	       "read/codec/codecs.def"
#define RECORDS_TYPE   struct codec
#define RECORDS_PREFIX codec
#define RECORDS_LIST   codecs
#include "base/records.h"

static const struct codec refused[] = {
    {"zstd", STR_INIT("\x28\xb5\x2f\xfd"), NULL},
    {"xz",
	STR_INIT("\xfd"
		 "7zXZ\0"),
	NULL},
    {"bzip2", STR_INIT("BZh"), NULL},
    {"lz4", STR_INIT("\x04\x22\x4d\x18"), NULL},
    {"lzip", STR_INIT("LZIP"), NULL},
    {"compress", STR_INIT("\x1f\x9d"), NULL},
};

const struct codec *codec_of(struct str first_bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(codecs); i++)
		if (str_starts(first_bytes, codecs[i]->magic))
			return codecs[i];
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (str_starts(first_bytes, refused[i].magic))
			return &refused[i];
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
