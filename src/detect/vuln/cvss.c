#include "detect/vuln/cvss.h"

/* One base metric: its name, its letters, and the weight of each (CVSS v2.0 guide 3.2.1, CVSS
 * v3.1 specification 7.4). PR has a second row of weights for a changed scope. */
struct metric {
	const char *name;
	const char *letters;
	double weights[4];
};

enum metric_v3 { V3_AV, V3_AC, V3_PR, V3_UI, V3_S, V3_C, V3_I, V3_A, V3_COUNT };
enum metric_v2 { V2_AV, V2_AC, V2_AU, V2_C, V2_I, V2_A, V2_COUNT };

/* clang-format off */
static const struct metric metrics_v3[V3_COUNT] = {
	{"AV", "NALP", {0.85, 0.62, 0.55, 0.2}},
	{"AC", "LH",   {0.77, 0.44}},
	{"PR", "NLH",  {0.85, 0.62, 0.27}},
	{"UI", "NR",   {0.85, 0.62}},
	{"S",  "UC",   {0, 1}},
	{"C",  "HLN",  {0.56, 0.22, 0}},
	{"I",  "HLN",  {0.56, 0.22, 0}},
	{"A",  "HLN",  {0.56, 0.22, 0}},
};
static const double privileges_changed_scope[] = {0.85, 0.68, 0.5};

static const struct metric metrics_v2[V2_COUNT] = {
	{"AV", "LAN",  {0.395, 0.646, 1.0}},
	{"AC", "HML",  {0.35, 0.61, 0.71}},
	{"Au", "MSN",  {0.45, 0.56, 0.704}},
	{"C",  "NPC",  {0, 0.275, 0.660}},
	{"I",  "NPC",  {0, 0.275, 0.660}},
	{"A",  "NPC",  {0, 0.275, 0.660}},
};
/* clang-format on */

/* Metrics that do not enter the base score. */
static const char *const other_metrics[] = {"E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR", "MAV",
    "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"};

static bool is_other_metric(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(other_metrics); i++) {
		if (str_eq(name, str_of(other_metrics[i])))
			return true;
	}
	return false;
}

/* Sets choice[i] to the letter's index. False for what is not a metric, and for a second time. */
static bool take_metric(struct str part, const struct metric *metrics, size_t n, int *choice)
{
	struct str name, value;

	if (!str_split(part, ':', &name, &value))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t letter;

		if (!str_eq(name, str_of(metrics[i].name)))
			continue;
		letter = value.n == 1 ? str_chr(str_of(metrics[i].letters), value.p[0]) : STR_NPOS;
		if (letter == STR_NPOS || choice[i] >= 0)
			return false;
		choice[i] = (int)letter;
		return true;
	}
	return value.n > 0 && is_other_metric(name);
}

static bool take_metrics(struct str rest, const struct metric *metrics, size_t n, int *choice)
{
	struct str part;

	for (size_t i = 0; i < n; i++)
		choice[i] = -1;
	while (str_cut(&rest, '/', &part)) {
		if (!take_metric(part, metrics, n, choice))
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (choice[i] < 0)
			return false;
	}
	return true;
}

/* The smallest tenth that is not less, by the integer method of CVSS v3.1 appendix A: free of the
 * errors of binary fractions, for v3.0 as well. */
static int round_up_tenths(double score)
{
	int hundred_thousandths = (int)(score * 100000 + 0.5);

	return (hundred_thousandths + 9999) / 10000;
}

static double pow15(double x)
{
	double x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;

	return x8 * x4 * x2 * x;
}

static bool score_v3(struct str metrics, int *ret_tenths)
{
	int choice[V3_COUNT];
	double w[V3_COUNT], iss, impact, score;
	bool changed;

	if (!take_metrics(metrics, metrics_v3, V3_COUNT, choice))
		return false;
	for (size_t i = 0; i < V3_COUNT; i++)
		w[i] = metrics_v3[i].weights[choice[i]];
	changed = choice[V3_S] == 1;
	if (changed)
		w[V3_PR] = privileges_changed_scope[choice[V3_PR]];
	iss = 1 - (1 - w[V3_C]) * (1 - w[V3_I]) * (1 - w[V3_A]);
	impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow15(iss - 0.02) : 6.42 * iss;
	score = impact + 8.22 * w[V3_AV] * w[V3_AC] * w[V3_PR] * w[V3_UI];
	if (changed)
		score *= 1.08;
	*ret_tenths = impact <= 0 ? 0 : round_up_tenths(MIN_OF(score, 10.0));
	return true;
}

static bool score_v2(struct str metrics, int *ret_tenths)
{
	int choice[V2_COUNT];
	double w[V2_COUNT], impact, exploitability, score;

	if (!take_metrics(metrics, metrics_v2, V2_COUNT, choice))
		return false;
	for (size_t i = 0; i < V2_COUNT; i++)
		w[i] = metrics_v2[i].weights[choice[i]];
	impact = 10.41 * (1 - (1 - w[V2_C]) * (1 - w[V2_I]) * (1 - w[V2_A]));
	exploitability = 20 * w[V2_AV] * w[V2_AC] * w[V2_AU];
	score = impact > 0 ? (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 : 0;
	*ret_tenths = score > 0 ? (int)(score * 10 + 0.5) : 0;
	return true;
}

bool cvss_base_score(struct str vector, int *ret_tenths)
{
	struct str v = str_trim(vector);

	if (str_starts(v, STR("CVSS:3.1/")) || str_starts(v, STR("CVSS:3.0/")))
		return score_v3(str_sub(v, 9, v.n), ret_tenths);
	if (str_starts(v, STR("CVSS:")))
		return false;
	if (v.n > 2 && v.p[0] == '(' && v.p[v.n - 1] == ')')
		v = str_sub(v, 1, v.n - 2);
	return score_v2(v, ret_tenths);
}

enum severity cvss_severity(struct str vector, int tenths)
{
	enum severity severity = severity_of_cvss(tenths);

	if (!str_starts(str_trim(vector), STR("CVSS:")) && severity > SEVERITY_HIGH)
		return SEVERITY_HIGH;
	return severity;
}
