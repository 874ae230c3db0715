#include "detect/lint/rule.h"

static const char *const curl[] = {"curl", NULL};
static const char *const git[] = {"git", NULL};
static const char *const npm[] = {"npm", "yarn", "pnpm", NULL};
static const char *const conda[] = {"conda", "mamba", "micromamba", NULL};
static const char *const composer[] = {"composer", NULL};

static const struct lint_switch switches[] = {
    {.programs = curl,
	.word = "--insecure",
	.letter = 'k',
	.valued = "AbcCdDeEFhHKmoPQrtTuUwxXyYz"},
    {.word = "--no-check-certificate"},
    {.word = "--trusted-host"},
    {.word = "global.trusted-host"},
    {.word = "--allow-insecure-host"},
    {.programs = npm, .word = "strict-ssl", .value = "false"},
    {.programs = npm, .word = "--strict-ssl", .value = "false"},
    {.programs = npm, .word = "--no-strict-ssl"},
    {.programs = git, .word = "http.sslVerify", .value = "false"},
    {.programs = git, .word = "http.sslVerify", .value = "0"},
    {.programs = conda, .word = "ssl_verify", .value = "false"},
    {.programs = conda, .word = "--insecure", .letter = 'k', .valued = "cfnp"},
    {.programs = composer, .word = "disable-tls", .value = "true"},
    {.word = "sslverify=0", .inside = true},
    {.word = "sslverify=false", .inside = true},
    {.word = "Verify-Peer=false", .inside = true},
    {.word = "Verify-Peer \"false\"", .inside = true},
};

static const char *const zero[] = {"0", NULL};
static const char *const no[] = {"false", "False", "FALSE", "0", "no", "off", NULL};
static const char *const yes[] = {"true", "True", "TRUE", "1", "yes", "on", NULL};
static const struct lint_setting settings[] = {
    {"NODE_TLS_REJECT_UNAUTHORIZED", zero},
    {"PYTHONHTTPSVERIFY", zero},
    {"GIT_SSL_NO_VERIFY", yes},
    {"NPM_CONFIG_STRICT_SSL", no},
    {"YARN_ENABLE_STRICT_SSL", no},
    {"CONDA_SSL_VERIFY", no},
    {"PERL_LWP_SSL_VERIFY_HOSTNAME", no},
    {"PIP_TRUSTED_HOST", NULL},
    {"VAULT_SKIP_VERIFY", yes},
    {"CONSUL_HTTP_SSL_VERIFY", no},
};

static const struct lint_switches all = {
    switches,
    ARRAY_LEN(switches),
    settings,
    ARRAY_LEN(settings),
    "the server's certificate is not checked",
};

static void check_tls_unchecked(struct lint *l, const struct docker_step *step)
{
	lint_check_switches(l, step, &all);
}

const struct lint_rule rule_tls_unchecked = {
    .id = "PL1012",
    .title = "a server's certificate is not checked",
    .why = "Who stands between the build and the server can answer in its place, and the image "
	   "holds what they sent. A variable of ENV does the same to the running container.",
    .fix = "leave the check on; add the certificate of your own authority to the image's store "
	   "if the server has one from there",
    .threat = "image",
    .since = "2026-11-27",
    .peer = "",
    .references = {"https://csrc.nist.gov/pubs/sp/800/190/final",
	"https://www.pcisecuritystandards.org/document_library/"},
    .clauses = {NIST("4.1.3")},
    .severity = SEVERITY_HIGH,
    .step = check_tls_unchecked,
};
