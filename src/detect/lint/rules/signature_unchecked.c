#include "detect/lint/rule.h"

static const char *const apk[] = {"apk", NULL};
static const char *const apt[] = {"apt-get", "apt", "aptitude", NULL};
static const char *const yum[] = {"yum", "dnf", "microdnf", "tdnf", "yum-config-manager", NULL};
static const char *const zypper[] = {"zypper", NULL};
static const char *const rpm[] = {"rpm", NULL};
static const char *const dpkg[] = {"dpkg", NULL};

static const struct lint_switch switches[] = {
    {.programs = apk, .word = "--allow-untrusted"},
    {.programs = apt, .word = "--allow-unauthenticated"},
    {.programs = apt, .word = "--allow-insecure-repositories"},
    {.programs = apt, .word = "--force-yes"},
    {.programs = yum, .word = "--nogpgcheck"},
    {.programs = yum, .word = "--nogpgchecks"},
    {.programs = yum, .word = "--no-gpgchecks"},
    {.programs = zypper, .word = "--no-gpg-checks"},
    {.programs = zypper, .word = "--no-gpgcheck"},
    {.programs = zypper, .word = "--allow-unsigned-rpm"},
    {.programs = rpm, .word = "--nosignature"},
    {.programs = rpm, .word = "--nodigest"},
    {.programs = rpm, .word = "--nofiledigest"},
    {.programs = rpm, .word = "--noverify"},
    {.programs = dpkg, .word = "--force-bad-verify"},
    {.word = "gpgcheck=0", .inside = true},
    {.word = "gpgcheck=false", .inside = true},
    {.word = "trusted=yes", .inside = true},
    {.word = "AllowUnauthenticated=true", .inside = true},
    {.word = "AllowInsecureRepositories=true", .inside = true},
};

static const char *const off[] = {"off", NULL};
static const struct lint_setting settings[] = {
    {"GOSUMDB", off},
};

static const struct lint_switches all = {
    switches,
    ARRAY_LEN(switches),
    settings,
    ARRAY_LEN(settings),
    "who made the packages is not checked",
};

static void check_signature_unchecked(struct lint *l, const struct docker_step *step)
{
	lint_check_switches(l, step, &all);
}

const struct lint_rule rule_signature_unchecked = {
    .id = "PL1013",
    .title = "packages are installed without their signatures' check",
    .why = "Whoever owns or reaches the mirror, the cache or the line to it decides what is "
	   "installed.",
    .fix = "install the key of the packages' publisher, and leave the check on",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://www.cisecurity.org/benchmark/docker",
	"https://csrc.nist.gov/pubs/sp/800/190/final"},
    .clauses = {NIST("4.1.3"), CIS("4.11")},
    .severity = SEVERITY_HIGH,
    .step = check_signature_unchecked,
};
