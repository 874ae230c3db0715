#include "engine/scan.h"
#include "engine/scan_gitleaks.h"
#include "engine/scan_trufflehog.h"

int scan_secret_engine(const char *rules_file, const struct secret_amend *amend,
    const struct limits *limits, struct arena *arena, struct secret_engine **ret, struct err *err)
{
	struct secret_rules *rules = arena_new(arena, struct secret_rules);

	if (!rules)
		return arena_err(arena, err);
	if ((rules_file ? secret_rules_load(rules_file, arena, rules, err)
			: secret_rules_add_builtin(rules, arena, err)) != 0 ||
	    (amend && secret_rules_amend(rules, amend, arena, err) != 0))
		return -1;
	return secret_engine_new(rules, limits, ret, err);
}
