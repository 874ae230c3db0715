/*
 * What may grow is one record a line of a .def: RECORD(name) there, and a file of that name that
 * ends in `const TYPE PREFIX_name = {…};`. This is the one place that declares and lists them. Say
 * before including it, each time anew:
 *
 *	#define RECORDS	       "detect/lint/rules.def"
 *	#define RECORDS_TYPE   struct lint_rule
 *	#define RECORDS_PREFIX rule
 *	#define RECORDS_LIST   rules
 *
 * and rule_<name> is declared for each line, and `static const struct lint_rule *const rules[]` has
 * all of them, in the order of the lines: ARRAY_LEN(rules) of them. Without RECORDS_LIST they are
 * only declared. The sources are in meson.build, from the same lines.
 */
#ifdef RECORDS

#	define RECORDS_JOIN_(prefix, name) prefix##_##name
#	define RECORDS_JOIN(prefix, name)  RECORDS_JOIN_(prefix, name)

/* A header may have declared them before. */
#	pragma GCC diagnostic push
#	pragma GCC diagnostic ignored "-Wredundant-decls"
#	define RECORD(name) extern const RECORDS_TYPE RECORDS_JOIN(RECORDS_PREFIX, name);
#	include RECORDS
#	undef RECORD
#	pragma GCC diagnostic pop

#	ifdef RECORDS_LIST
#		define RECORD(name) &RECORDS_JOIN(RECORDS_PREFIX, name),
static const RECORDS_TYPE *const RECORDS_LIST[] = {
#		include RECORDS
};
#		undef RECORD
#		undef RECORDS_LIST
#	endif

#	undef RECORDS_JOIN
#	undef RECORDS_JOIN_
#	undef RECORDS_PREFIX
#	undef RECORDS_TYPE
#	undef RECORDS

#endif
