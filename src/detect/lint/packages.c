#include "detect/lint/rule.h"

bool lint_installs(const struct shell_command *command)
{
	static const char *const managers[] = {"yum", "dnf", "microdnf", "apt-get", "apt",
	    "aptitude", "apk", "zypper", "pacman", "tdnf"};
	static const char *const verbs[] = {
	    "install", "add", "in", "-S", "groupinstall", "localinstall", "reinstall"};
	bool manager = false;

	for (size_t i = 0; i < ARRAY_LEN(managers); i++)
		manager |= shell_is(command, managers[i]);
	if (!manager)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (shell_has_arg(command, verbs[i]))
			return true;
	}
	return false;
}
