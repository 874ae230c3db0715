#include "detect/lint/rule.h"

static bool is_octal(struct str text, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '7')
			return false;
		*ret = *ret * 8 + (unsigned)(text.p[i] - '0');
	}
	return text.n >= 1 && text.n <= 5;
}

/* One "ugo+rwx" of a symbolic mode. What nobody is named for, the umask takes the world's `w`
 * from. */
static bool read_clause(struct str clause, struct lint_mode *ret, bool *sticky)
{
	bool user = false, group = false, others = false;
	size_t i = 0;
	char op = '\0';

	for (; i < clause.n && str_chr(STR("ugoa"), clause.p[i]) != STR_NPOS; i++) {
		user |= clause.p[i] == 'u' || clause.p[i] == 'a';
		group |= clause.p[i] == 'g' || clause.p[i] == 'a';
		others |= clause.p[i] == 'o' || clause.p[i] == 'a';
	}
	for (; i < clause.n; i++) {
		char c = clause.p[i];

		if (c == '+' || c == '=' || c == '-')
			op = c;
		else if (op == '\0' || str_chr(STR("rwxXstugo"), c) == STR_NPOS)
			return false;
		if (op == '-')
			continue;
		ret->world_writable |= c == 'w' && others;
		ret->setuid |= c == 's' && (user || !group);
		ret->setgid |= c == 's' && (group || !user);
		*sticky |= c == 't';
	}
	return op != '\0';
}

bool lint_mode_read(struct str text, struct lint_mode *ret)
{
	struct str rest = text, clause;
	bool sticky = false;
	unsigned bits;

	*ret = (struct lint_mode){.text = text};
	if (is_octal(text, &bits)) {
		sticky = (bits & 01000) != 0;
		ret->world_writable = (bits & 02) != 0;
		ret->setuid = (bits & 04000) != 0;
		ret->setgid = (bits & 02000) != 0;
	} else {
		while (str_cut(&rest, ',', &clause))
			if (!read_clause(clause, ret, &sticky))
				return false;
	}
	ret->world_writable &= !sticky;
	return text.n > 0;
}

const struct shell_word *lint_short_option(
    const struct shell_command *command, char letter, const char *valued, struct str *ret_value)
{
	for (size_t i = 1; i < command->n_words; i++) {
		struct str text = command->words[i].text;

		if (str_eq(text, STR("--")))
			break;
		if (text.n < 2 || text.p[0] != '-' || text.p[1] == '-')
			continue;
		for (size_t k = 1; k < text.n; k++) {
			if (text.p[k] == letter) {
				bool next = k + 1 == text.n && i + 1 < command->n_words;

				*ret_value = next ? command->words[i + 1].text
						  : str_sub(text, k + 1, text.n);
				return &command->words[i];
			}
			if (str_chr(str_of(valued), text.p[k]) != STR_NPOS)
				break;
		}
	}
	return NULL;
}

bool lint_mode_of_command(const struct shell_command *c, struct lint_mode *ret)
{
	const struct shell_word *word = NULL;
	struct str text;

	if (shell_is(c, "chmod")) {
		word = shell_arg(c, 0);
		text = word ? word->text : STR_NONE;
	} else if (shell_is(c, "install") || shell_is(c, "mkdir")) {
		word = lint_short_option(c, 'm', shell_is(c, "install") ? "gostS" : "Z", &text);
		if (!word && shell_flag_value(c, "mode", &text))
			word = &c->words[0];
	}
	if (!word || !lint_mode_read(text, ret))
		return false;
	ret->word = word;
	return true;
}

bool lint_mode_of_copy(const struct docker_instruction *in, struct lint_mode *ret)
{
	const struct docker_flag *flag = docker_flag_get(in, "chmod");

	return flag && flag->has_value && lint_mode_read(flag->value.text, ret);
}
