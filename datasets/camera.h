/* A simulated event camera that looks at an image while it moves along the three saccades of N-MNIST (Orchard
 * et al. 2015): 300 ms along the sides of an isosceles triangle, back to where it began. A pixel sends an ON
 * (OFF) event each time its log intensity has risen (fallen) by the threshold since its last one. */
#ifndef SPIKEBENCH_DATASETS_CAMERA_H
#define SPIKEBENCH_DATASETS_CAMERA_H

#include "datasets/event_list.h"

enum { CAMERA_SIDE_MOST = 34, CAMERA_SPAN_US = 300000 };

struct camera {
    unsigned side;        /* sensor of side x side pixels */
    double threshold;     /* of a change of log(intensity + 0.1) */
    double refractory_us; /* a pixel sends nothing for this long after an event; what it misses is lost */
    double noise_rate;    /* events per pixel and second at random, either polarity */
    double amplitude;     /* length of the triangle's base and height, in pixels of the sensor */
};

/* A scene: intensities in [0, 1] of width x height cells, drawn (bilinearly) as large as leaves a margin of
 * the amplitude around it; dark outside. */
struct camera_scene {
    const double *image;
    size_t width, height;
};

/* Displacement of the view at t microseconds, in pixels. */
void camera_path(const struct camera *c, double t, double *dx, double *dy);

struct camera_pixel {
    uint8_t x, y;
    double reference; /* log intensity that its next event is measured from */
    double last;      /* time of its last event, or -infinity */
};
/* What a pixel whose log intensity goes in a straight line from `from` to `to` between t and t + step sends:
 * appends events of (x, y) to the list, and moves the pixel's reference and last. ST_MEMORY. */
status camera_sense(const struct camera *c, struct camera_pixel *p, double t, double step, double from,
                    double to, struct event_list *events, struct error *e);

/* The recording of a scene: replaces the list's content, sorted by time. rng is used for noise only.
 * ST_MEMORY. */
status camera_record(const struct camera *c, const struct camera_scene *scene, struct rng *rng,
                     struct event_list *events, struct error *e);

#endif
