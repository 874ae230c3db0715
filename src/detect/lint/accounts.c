/* Commands that make users and put them into groups: useradd, usermod, gpasswd, and adduser and
 * addgroup as Debian and BusyBox have them. */
#include "detect/lint/rule.h"

static const char *const valued[] = {"b", "c", "d", "e", "f", "g", "G", "h", "k", "K", "p", "s",
    "u", "R", "P", "Z", "base-dir", "comment", "home", "home-dir", "home_dir", "expiredate",
    "inactive", "gid", "groups", "skel", "key", "password", "shell", "uid", "root", "prefix",
    "selinux-user", "gecos", "ingroup", "conf", "firstuid", "lastuid", "firstgid", "lastgid",
    "add-gid", NULL};

static const struct shell_word *operand(const struct shell_command *c, size_t index)
{
	const struct shell_word *word = NULL;
	size_t at = 0;

	for (size_t i = 0; i <= index; i++)
		if (!lint_next_operand(c, NULL, valued, &at, &word))
			return NULL;
	return word;
}

/* "gpasswd -a USER GROUP" */
static bool read_gpasswd(const struct shell_command *c, struct lint_account *ret)
{
	struct str user;
	const struct shell_word *word = lint_short_option(c, 'a', "AM", &user);

	if (!word && shell_flag_value(c, "add", &user))
		word = &c->words[0];
	if (!word)
		return false;
	*ret = (struct lint_account){.user = user, .word = word, .joins_group = true};
	return true;
}

bool lint_account_read(const struct shell_command *c, struct lint_account *ret)
{
	bool adds = shell_is(c, "useradd"), changes = shell_is(c, "usermod"),
	     either = shell_is(c, "adduser"), group = shell_is(c, "addgroup");
	const struct shell_word *user, *more;

	if (shell_is(c, "gpasswd"))
		return read_gpasswd(c, ret);
	if (!adds && !changes && !either && !group)
		return false;
	user = operand(c, 0);
	more = user && (either || group) ? operand(c, 1) : NULL;
	if (!user || (group && !more))
		return false;
	*ret = (struct lint_account){.user = user->text,
	    .word = user,
	    .created = adds || (either && !more),
	    .joins_group = more || ((adds || changes) &&
				       (shell_has_flag(c, "G") || shell_has_flag(c, "groups")))};
	return true;
}
