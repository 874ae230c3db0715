#include "ship/build/build_log.h"

#include "base/buf.h"

/* "STEP 3/5: RUN x" or, with several stages, "[2/3] STEP 3/5: RUN x": cuts off what stands before
 * the numbers. */
static bool cut_step_prefix(struct str *line)
{
	struct str rest = *line, before;

	if (str_starts(rest, STR("[")) && !str_split(rest, ' ', &before, &rest))
		return false;
	if (!str_starts(rest, STR("STEP ")))
		return false;
	*line = str_sub(rest, 5, rest.n);
	return true;
}

static void keep(char *to, size_t *ret_n, struct str line)
{
	memcpy(to, line.p, line.n);
	*ret_n = line.n;
}

static void take_line(struct build_log *log)
{
	struct str line = str_trim_right(str_make(log->line, log->line_n));

	log->line_n = 0;
	if (str_starts(line, STR("Error: ")))
		keep(log->error, &log->error_n, str_sub(line, 7, line.n));
	else if (cut_step_prefix(&line))
		keep(log->step, &log->step_n, line);
}

void build_log_add(struct build_log *log, struct str bytes)
{
	struct str tail =
	    str_sub(bytes, bytes.n - MIN_OF(bytes.n, (size_t)BUILD_LOG_TAIL), bytes.n);

	for (size_t i = 0; i < tail.n; i++) {
		log->tail[log->tail_at] = tail.p[i];
		log->tail_at = (log->tail_at + 1) % BUILD_LOG_TAIL;
	}
	log->tail_n = MIN_OF(log->tail_n + tail.n, (size_t)BUILD_LOG_TAIL);
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '\n')
			take_line(log);
		else if (log->line_n < BUILD_LOG_LINE)
			log->line[log->line_n++] = bytes.p[i];
	}
}

void build_log_end(struct build_log *log)
{
	if (log->line_n > 0)
		take_line(log);
}

/* `building at STEP "RUN exit 7": exit status 7`: the instruction is quoted as Go quotes. */
static bool split_error(struct str error, struct str *ret_instruction, struct str *ret_why)
{
	static const struct str mark = STR_INIT("building at STEP \"");
	struct str rest;
	size_t end;

	if (!str_starts(error, mark))
		return false;
	rest = str_sub(error, mark.n, error.n);
	for (end = 0; end < rest.n && rest.p[end] != '"'; end++)
		if (rest.p[end] == '\\')
			end++;
	end = MIN_OF(end, rest.n);
	*ret_instruction = str_sub(rest, 0, end);
	rest = str_sub(rest, end + 1, rest.n);
	*ret_why = str_starts(rest, STR(": ")) ? str_sub(rest, 2, rest.n) : STR_NONE;
	return true;
}

/* The number of the last step if it is the one that the error quotes: RUN can print steps. */
static struct str number_of_step(const struct build_log *log, struct str instruction)
{
	struct str number, text, total;
	size_t same = str_chr(instruction, '\\');

	if (!str_split(str_make(log->step, log->step_n), ':', &number, &text) ||
	    !str_split(number, '/', &number, &total))
		return STR_NONE;
	instruction = str_sub(instruction, 0, MIN_OF(same, (size_t)200));
	if (!str_starts(str_trim_left(text), instruction))
		return STR_NONE;
	for (size_t i = 0; i < number.n; i++)
		if (!byte_is_digit(number.p[i]) || i > 6)
			return STR_NONE;
	return number;
}

static void add_cut(struct buf *b, struct str text, size_t max)
{
	buf_add_safe(b, str_sub(text, 0, max));
	if (text.n > max)
		buf_add(b, STR("..."));
}

struct str build_log_missing_image(const struct build_log *log)
{
	struct str error = str_make(log->error, log->error_n), name;
	size_t end = str_find(error, STR(": image not known")), start;

	if (end == STR_NPOS)
		return STR_NONE;
	name = str_sub(error, 0, end);
	start = str_rchr(name, ' ');
	return start == STR_NPOS ? name : str_sub(name, start + 1, name.n);
}

struct str build_log_message(const struct build_log *log, struct arena *arena)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT(2048);
	struct str error = str_make(log->error, log->error_n);
	struct str missing = build_log_missing_image(log), instruction, why;

	buf_add(&b, STR("build failed"));
	if (missing.n > 0) {
		buf_add(&b, STR(": the image "));
		add_cut(&b, missing, 200);
		buf_add(&b, STR(" is not among the base images of this build (FROM, COPY --from)"));
	} else if (split_error(error, &instruction, &why)) {
		struct str number = number_of_step(log, instruction);

		buf_addf(
		    &b, " at Dockerfile step%s" STR_FMT ": ", number.n ? " " : "", STR_ARG(number));
		add_cut(&b, instruction, 160);
		if (why.n > 0) {
			buf_add(&b, STR(" ("));
			add_cut(&b, why, 160);
			buf_addc(&b, ')');
		}
	} else if (error.n > 0) {
		buf_add(&b, STR(": "));
		add_cut(&b, error, 300);
	}
	return arena_str(arena, buf_str(&b));
}

/* The place where the last lines begin; lines of blanks are not counted. */
static size_t last_lines(struct str text)
{
	size_t at = text.n, lines = 0;

	while (at > 0) {
		size_t start = str_rchr(str_sub(text, 0, at), '\n');
		size_t from = start == STR_NPOS ? 0 : start + 1;

		if (str_trim(str_sub(text, from, at - from)).n > 0 && ++lines == BUILD_LOG_LINES)
			return from;
		at = from > 0 ? from - 1 : 0;
	}
	return 0;
}

struct str build_log_tail(const struct build_log *log, struct arena *arena)
{
	struct buf raw CLEANUP(buf_release) = BUF_INIT(BUILD_LOG_TAIL);
	struct buf safe CLEANUP(buf_release) = BUF_INIT(5 * BUILD_LOG_TAIL);
	size_t from = (log->tail_at + BUILD_LOG_TAIL - log->tail_n) % BUILD_LOG_TAIL;
	size_t first = MIN_OF(log->tail_n, BUILD_LOG_TAIL - from);
	struct str rest, line;

	buf_add(&raw, str_make(log->tail + from, first));
	buf_add(&raw, str_make(log->tail, log->tail_n - first));
	rest = buf_str(&raw);
	if (log->tail_n == BUILD_LOG_TAIL) /* the first line is cut somewhere */
		(void)str_cut(&rest, '\n', &line);
	rest = str_sub(rest, last_lines(rest), rest.n);
	while (str_cut(&rest, '\n', &line)) {
		line = str_trim_right(line);
		if (line.n == 0)
			continue;
		buf_addc(&safe, '\n');
		add_cut(&safe, line, BUILD_LOG_WIDTH);
	}
	return arena_str(arena, buf_str(&safe));
}
