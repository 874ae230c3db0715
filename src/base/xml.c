#include "base/xml.h"

#include "base/utf8.h"

/* XML 1.0 has no way to write any other control character, nor U+FFFE and U+FFFF. */
static bool is_xml(uint32_t rune)
{
	return rune >= 0x20 ? rune != 0xfffe && rune != 0xffff
			    : rune == '\t' || rune == '\n' || rune == '\r';
}

static struct str entity(uint32_t rune, bool attribute)
{
	switch (rune) {
	case '&':
		return STR("&amp;");
	case '<':
		return STR("&lt;");
	case '>':
		return attribute ? STR_NONE : STR("&gt;");
	case '"':
		return attribute ? STR("&quot;") : STR_NONE;
	case '\n':
		return attribute ? STR("&#10;") : STR_NONE;
	default:
		return STR_NONE;
	}
}

static void add(struct buf *out, struct str text, bool attribute)
{
	while (text.n > 0) {
		uint32_t rune = 0xffff;
		size_t n = utf8_decode(text, &rune);
		struct str written = entity(rune, attribute);

		if (!is_xml(rune))
			written = STR("\xef\xbf\xbd");
		buf_add(out, written.n > 0 ? written : str_sub(text, 0, n));
		text = str_sub(text, n > 0 ? n : 1, text.n);
	}
}

void xml_text(struct buf *out, struct str text)
{
	add(out, text, false);
}

void xml_quoted(struct buf *out, struct str text)
{
	add(out, text, true);
}

void xml_attribute(struct buf *out, const char *name, struct str value)
{
	buf_addf(out, " %s=\"", name);
	add(out, value, true);
	buf_addc(out, '"');
}
