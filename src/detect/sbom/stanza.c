#include "detect/sbom/stanza.h"

bool stanza_next(struct stanza_reader *r, struct stanza *ret)
{
	struct str line;
	const char *begin = NULL, *end = NULL;
	uint32_t first = 0;

	while (str_cut(&r->rest, '\n', &line)) {
		r->line++;
		if (str_trim(line).n == 0) {
			if (begin)
				break;
			continue;
		}
		if (!begin) {
			begin = line.p;
			first = r->line - 1;
		}
		end = line.p + line.n;
	}
	if (!begin)
		return false;
	*ret = (struct stanza){str_make(begin, (size_t)(end - begin)), first};
	return true;
}

bool stanza_field(const struct stanza *s, struct str name, struct str *ret_value)
{
	struct str rest = s->text, line, key, value;

	while (str_cut(&rest, '\n', &line)) {
		if (line.n == 0 || byte_is_blank(line.p[0]) || !str_split(line, ':', &key, &value))
			continue;
		if (!str_eq_nocase(str_trim(key), name))
			continue;
		*ret_value = str_trim(value);
		return true;
	}
	return false;
}
