/* A simulated event camera (see camera.h). */
#include "datasets/camera.h"
#include <math.h>
#include <stdlib.h>

enum { STEP_US = 1000, LEGS = 3 };
static const double dark = 0.1; /* intensity of what is black: the contrast of an edge is (1 + dark) / dark */

void camera_path(const struct camera *c, double t, double *dx, double *dy)
{
    /* corners of the triangle, the first again at the end */
    static const double x[LEGS + 1] = {0, 0.5, 1, 0}, y[LEGS + 1] = {0, 1, 0, 0};
    double at = t * LEGS / CAMERA_SPAN_US;
    size_t leg = at >= LEGS ? LEGS - 1 : (size_t)at;
    double part = at - (double)leg;
    *dx = c->amplitude * (x[leg] + part * (x[leg + 1] - x[leg]) - 0.5);
    *dy = c->amplitude * (y[leg] + part * (y[leg + 1] - y[leg]) - 0.5);
}

static double cell(const struct camera_scene *s, long x, long y)
{
    bool inside = x >= 0 && y >= 0 && x < (long)s->width && y < (long)s->height;
    return inside ? s->image[(size_t)y * s->width + (size_t)x] : 0.0;
}

/* Where a pixel looks on one axis of the scene: at `part` of the way from the middle of cell `cell` to that
 * of the next one. */
struct position {
    long cell;
    double part;
};

/* Where the pixels of a column or row of the sensor look on an axis of `cells` cells, the view displaced by d
 * pixels. positions: c->side. */
static void find_positions(const struct camera *c, const struct camera_scene *s, size_t cells, double d,
                           struct position *positions)
{
    const double room = fmax((double)c->side - c->amplitude, 1), middle = 0.5 * (double)c->side;
    const double scale = (double)(s->width > s->height ? s->width : s->height) / room; /* cells per pixel */
    for (unsigned i = 0; i < c->side; i++) {
        const double at = (i + 0.5 + d - middle) * scale + 0.5 * (double)cells - 0.5, below = floor(at);
        positions[i] = (struct position){(long)below, at - below};
    }
}

/* Bilinear between the middles of four cells. */
static double intensity(const struct camera_scene *s, const struct position *x, const struct position *y)
{
    const long i = x->cell, j = y->cell;
    const double fx = x->part, fy = y->part;
    return (1 - fy) * ((1 - fx) * cell(s, i, j) + fx * cell(s, i + 1, j)) +
           fy * ((1 - fx) * cell(s, i, j + 1) + fx * cell(s, i + 1, j + 1));
}

static status add_event(struct event_list *list, double t, unsigned x, unsigned y, bool on, struct error *e)
{
    if (list->n == list->capacity)
        TRY(events_reserve(list, list->capacity ? 2 * list->capacity : 4096, "the simulated camera", e));
    list->events[list->n++] = (struct event){(uint32_t)t, (uint16_t)x, (uint16_t)y, on};
    return ST_OK;
}

status camera_sense(const struct camera *c, struct camera_pixel *p, double t, double step, double from,
                    double to, struct event_list *events, struct error *e)
{
    while (fabs(to - p->reference) >= c->threshold) {
        bool on = to > p->reference;
        p->reference += on ? c->threshold : -c->threshold;
        double when = t + step * (p->reference - from) / (to - from);
        if (when - p->last < c->refractory_us) continue;
        p->last = when;
        TRY(add_event(events, when, p->x, p->y, on, e));
    }
    return ST_OK;
}

/* Events at random: exponential waiting times of the whole sensor, a pixel and a polarity for each. */
static status add_noise(const struct camera *c, struct rng *rng, struct event_list *events, struct error *e)
{
    double rate = c->noise_rate * 1e-6 * (double)c->side * (double)c->side; /* per microsecond */
    if (rate <= 0) return ST_OK;
    for (double t = 0;;) {
        t -= log(1 - rng_uniform(rng)) / rate;
        if (t >= CAMERA_SPAN_US) return ST_OK;
        unsigned x = (unsigned)(rng_uniform(rng) * c->side), y = (unsigned)(rng_uniform(rng) * c->side);
        TRY(add_event(events, t, x, y, rng_uniform(rng) < 0.5, e));
    }
}

static int by_time(const void *a, const void *b)
{
    const struct event *p = a, *q = b;
    if (p->t != q->t) return p->t < q->t ? -1 : 1;
    if (p->y != q->y) return p->y - q->y;
    if (p->x != q->x) return p->x - q->x;
    return p->polarity - q->polarity;
}

/* A pixel and the intensity that it saw last. */
struct pixel_state {
    struct camera_pixel pixel;
    double intensity, log_intensity;
};

/* The events of all pixels (side x side of them) from t - STEP_US to t, appended; at t = 0 there are none. */
static status record_step(const struct camera *c, const struct camera_scene *scene, int t,
                          struct pixel_state *pixels, struct event_list *events, struct error *e)
{
    struct position columns[CAMERA_SIDE_MOST], rows[CAMERA_SIDE_MOST];
    double dx, dy;
    camera_path(c, t, &dx, &dy);
    find_positions(c, scene, scene->width, dx, columns);
    find_positions(c, scene, scene->height, dy, rows);
    for (unsigned k = 0; k < c->side * c->side; k++) {
        struct pixel_state *p = pixels + k;
        const double now = intensity(scene, columns + p->pixel.x, rows + p->pixel.y), from = p->log_intensity;
        if (now == p->intensity) continue;
        p->intensity = now;
        p->log_intensity = log(dark + now);
        if (t == 0) p->pixel.reference = p->log_intensity;
        if (t > 0) TRY(camera_sense(c, &p->pixel, t - STEP_US, STEP_US, from, p->log_intensity, events, e));
    }
    return ST_OK;
}

status camera_record(const struct camera *c, const struct camera_scene *scene, struct rng *rng,
                     struct event_list *events, struct error *e)
{
    struct pixel_state pixels[CAMERA_SIDE_MOST * CAMERA_SIDE_MOST];
    events->n = 0;
    for (unsigned k = 0; k < c->side * c->side; k++)
        pixels[k] =
            (struct pixel_state){{(uint8_t)(k % c->side), (uint8_t)(k / c->side), 0, -INFINITY}, -1, 0};
    for (int t = 0; t <= CAMERA_SPAN_US; t += STEP_US) TRY(record_step(c, scene, t, pixels, events, e));
    TRY(add_noise(c, rng, events, e));
    if (events->n > 1) qsort(events->events, events->n, sizeof *events->events, by_time);
    return ST_OK;
}
