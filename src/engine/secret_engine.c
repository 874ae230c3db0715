#include "base/os/fd.h"
#include "engine/scan.h"

int scan_secret_engine(const char *rules_file, const struct limits *limits, struct arena *arena,
    struct secret_engine **ret, struct err *err)
{
	struct secret_rules *rules = arena_new(arena, struct secret_rules);
	struct str json;

	if (!rules)
		return arena_err(arena, err);
	if (!rules_file) {
		if (secret_rules_add_builtin(rules, arena, err) != 0)
			return -1;
		return secret_engine_new(rules, limits, ret, err);
	}
	if (file_read(rules_file, SECRET_RULE_FILE_BYTES, arena, &json, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "secret rules");
	}
	if (secret_rules_add_json(rules, json, str_of(rules_file), arena, err) != 0)
		return -1;
	return secret_engine_new(rules, limits, ret, err);
}
