#include "base/clock.h"

#include <stdio.h>
#include <time.h>

enum { MS_PER_DAY = 86400000, DAYS_PER_ERA = 146097 /* 400 years */ };

static int64_t read_ms(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_now_ms(const struct clock *clock)
{
	(void)clock;
	return read_ms(CLOCK_REALTIME);
}

static int64_t system_mono_ms(const struct clock *clock)
{
	(void)clock;
	return read_ms(CLOCK_MONOTONIC);
}

static int64_t fixed_ms(const struct clock *clock)
{
	return clock->fixed_ms;
}

const struct clock clock_system = {system_now_ms, system_mono_ms, 0};

struct clock clock_fixed(int64_t ms)
{
	return (struct clock){fixed_ms, fixed_ms, ms};
}

struct date {
	int64_t year;
	int month, day; /* 1-based */
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01 and back. A year is counted from 1 March, so that the leap day is
 * its last: then month m (0 = March) begins at day (153 m + 2) / 5.
 */
static int64_t days_of_date(struct date date)
{
	int64_t year = date.year - (date.month <= 2);
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int month = (date.month + 9) % 12;
	int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;

	return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static struct date date_of_days(int64_t days)
{
	int64_t since = days + 719468; /* 0000-03-01 */
	int64_t era = floor_div(since, DAYS_PER_ERA);
	int64_t day = since - era * DAYS_PER_ERA;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	int month = (int)((5 * day_of_year + 2) / 153);
	struct date date;

	date.day = (int)(day_of_year - (153 * month + 2) / 5) + 1;
	date.month = month < 10 ? month + 3 : month - 9;
	date.year = year + era * 400 + (date.month <= 2);
	return date;
}

void time_format(int64_t ms, char ret_text[TIME_TEXT_SIZE])
{
	int64_t days = floor_div(ms, MS_PER_DAY);
	struct date date = date_of_days(days);
	int second = (int)((ms - days * MS_PER_DAY) / 1000);

	(void)snprintf(ret_text, TIME_TEXT_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02dZ",
	    (long long)date.year, date.month, date.day, second / 3600, second / 60 % 60,
	    second % 60);
}

void date_format(int64_t ms, char ret_text[TIME_TEXT_SIZE])
{
	struct date date = date_of_days(floor_div(ms, MS_PER_DAY));

	(void)snprintf(ret_text, TIME_TEXT_SIZE, "%04lld-%02d-%02d", (long long)date.year,
	    date.month, date.day);
}

/* Takes exactly n digits off the front. */
static bool take_digits(struct str *s, size_t n, int *ret_value)
{
	uint64_t value;

	if (s->n < n || !str_to_u64(str_sub(*s, 0, n), &value))
		return false;
	*ret_value = (int)value;
	*s = str_sub(*s, n, s->n);
	return true;
}

static bool take_char(struct str *s, char c)
{
	if (s->n == 0 || byte_upper(s->p[0]) != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct str *s, int64_t *ret_days)
{
	int year, month, day;

	if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &month) ||
	    !take_char(s, '-') || !take_digits(s, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*ret_days = days_of_date((struct date){year, month, day});
	return true;
}

/* ".5", ".123456": milliseconds, what is finer is cut off. */
static bool take_fraction(struct str *s, int *ret_ms)
{
	int ms = 0, scale = 100;

	if (s->n == 0 || !byte_is_digit(s->p[0]))
		return false;
	while (s->n > 0 && byte_is_digit(s->p[0])) {
		ms += scale * (s->p[0] - '0');
		scale /= 10;
		*s = str_sub(*s, 1, s->n);
	}
	*ret_ms = ms;
	return true;
}

/* "Z" or "+01:30", in minutes. */
static bool take_offset(struct str *s, int *ret_minutes)
{
	int sign, hours, minutes;

	*ret_minutes = 0;
	if (take_char(s, 'Z'))
		return true;
	sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
	if (sign == 0 || !take_digits(s, 2, &hours) || !take_char(s, ':') ||
	    !take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

bool time_parse(struct str text, int64_t *ret_ms)
{
	int hour, minute, second, ms = 0, offset;
	int64_t days, minutes;

	if (!take_date(&text, &days))
		return false;
	if (text.n == 0) {
		*ret_ms = days * MS_PER_DAY;
		return true;
	}
	if ((!take_char(&text, 'T') && !take_char(&text, ' ')) || !take_digits(&text, 2, &hour) ||
	    !take_char(&text, ':') || !take_digits(&text, 2, &minute) || !take_char(&text, ':') ||
	    !take_digits(&text, 2, &second))
		return false;
	if (take_char(&text, '.') && !take_fraction(&text, &ms))
		return false;
	if (!take_offset(&text, &offset) || text.n > 0)
		return false;
	minutes = days * 1440 + hour * 60 + minute - offset;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	/* RFC 3339 section 5.6: a second 60 exists only at 23:59 UTC. */
	if (second == 60 && minutes - floor_div(minutes, 1440) * 1440 != 1439)
		return false;
	*ret_ms = minutes * 60000 + second * 1000 + ms;
	return true;
}
