/* See usage.h. */
#include "datasets/usage.h"
#include <string.h>

const char *const bad_names[] = {"error", "skip", NULL};

static void add(struct usage *u, const struct usage *part)
{
    u->recordings += part->recordings;
    u->empty += part->empty;
    u->bad += part->bad;
    u->others += part->others;
    u->events += part->events;
    u->outside += part->outside;
    u->filtered += part->filtered;
    u->off_sensor += part->off_sensor;
    u->not_wanted += part->not_wanted;
    u->invalid += part->invalid;
    u->out_of_order += part->out_of_order;
    u->flat += part->flat;
    u->wraps += part->wraps;
}

/* Says in an error of a recording what else can be done. */
static status hint(struct error *e)
{
    if (!e) return ST_DATA;
    size_t n = strlen(e->text);
    (void)snprintf(e->text + n, sizeof e->text - n, "; dataset.bad = skip leaves out what is bad");
    return e->code;
}

static status nothing_left(const struct usage *one, const char *what, struct error *e)
{
    if (one->events == 0) return FAIL(e, ST_DATA, "%s: the recording holds no event", what);
    return FAIL(
        e, ST_DATA,
        "%s: none of its %zu events is left: %zu are beyond the time that the steps cover, %zu isolated "
        "(filter_ms), %zu off the sensor%s",
        what, one->events, one->outside, one->filtered, one->off_sensor,
        one->not_wanted ? "; crop or polarity leave out the others" : "");
}

status usage_take(struct usage *u, enum bad_policy policy, const struct usage *one, status st, size_t left,
                  const char *what, bool *use, struct error *e)
{
    *use = st == ST_OK && left > 0;
    if (st != ST_OK && st != ST_DATA) return st;
    u->recordings++;
    if (st == ST_OK) add(u, one);
    if (*use) return ST_OK;
    if (policy != BAD_SKIP) {
        if (st == ST_OK) (void)nothing_left(one, what, e);
        return policy == BAD_ERROR ? hint(e) : ST_DATA;
    }
    ++*(st == ST_OK ? &u->empty : &u->bad);
    if (e) *e = (struct error){.code = ST_OK};
    return ST_OK;
}

status usage_check(const struct usage *u, const char *dataset, struct error *e)
{
    const size_t used = u->recordings - u->empty - u->bad;
    const size_t events = u->events - u->outside - u->filtered - u->off_sensor - u->not_wanted;
    if (u->recordings > 0 && used <= u->recordings / 100)
        return FAIL(e, ST_DATA, "%s: of %zu recordings %zu are malformed and %zu empty: nearly all", dataset,
                    u->recordings, u->bad, u->empty);
    if (u->events > 0 && events <= u->events / 100)
        return FAIL(
            e, ST_DATA,
            "%s: of %zu events %zu are beyond the time that the steps cover, %zu isolated (filter_ms), "
            "%zu off the sensor%s: nearly all",
            dataset, u->events, u->outside, u->filtered, u->off_sensor,
            u->not_wanted ? ", others left out by crop or polarity" : "");
    if (u->events > 0 && u->out_of_order >= u->events - u->events / 100)
        return FAIL(e, ST_DATA, "%s: of %zu events %zu are earlier than one before them: is it this format?",
                    dataset, u->events, u->out_of_order);
    return ST_OK;
}

bool usage_print(const struct usage *u, const char *before, bool quiet, FILE *out)
{
    const struct {
        size_t n, of;
        const char *what;
    } parts[] = {{u->bad, 0, "malformed recordings left out"},
                 {u->empty, 0, "empty recordings left out"},
                 {u->others, 0, "other files passed over"},
                 {u->outside, u->events, "events beyond the time covered left out"},
                 {u->filtered, u->events, "isolated events filtered"},
                 {u->off_sensor, u->events, "events off the sensor left out"},
                 {u->not_wanted, u->events, "events left out by crop or polarity"},
                 {u->invalid, 0, "events marked invalid left out"},
                 {u->out_of_order, u->events, "events out of order sorted"},
                 {u->flat, 0, "recordings without polarity, all ON"},
                 {u->wraps, 0, "wraps of the clock undone"}};
    const size_t all = sizeof parts / sizeof *parts;
    bool whole = true;
    for (size_t k = 0; k < all; k++) whole = whole && parts[k].n == 0;
    if (u->recordings == 0 || (quiet && whole)) return false;
    (void)fprintf(out, "%s%zu recordings, %zu events%s", before, u->recordings, u->events,
                  whole ? ", all of them used" : "");
    const char *separator = ": ";
    for (size_t k = 0; k < all; k++) {
        if (parts[k].n == 0) continue;
        (void)fprintf(out, "%s%zu %s", separator, parts[k].n, parts[k].what);
        if (parts[k].of) (void)fprintf(out, " (%.3g %%)", 100 * (double)parts[k].n / (double)parts[k].of);
        separator = ", ";
    }
    return true;
}
