/* The geometry of the Yin-Yang data. */
#ifndef SPIKEBENCH_DATASETS_YIN_YANG_H
#define SPIKEBENCH_DATASETS_YIN_YANG_H

enum yin_yang { YIN, YANG, DOT, YIN_YANG_CLASSES };
enum { OUTSIDE = -1 };

/* Class of a point of the unit square, the sign being the disc of radius 0.5 around (0.5, 0.5):
 *   OUTSIDE  beyond the disc
 *   DOT      within r_small of (0.25, 0.5) or of (0.75, 0.5)
 *   YIN      within 0.25 of (0.25, 0.5), or above the middle and not within 0.25 of (0.75, 0.5)
 *   YANG     the rest */
int yin_yang_class(double x, double y, double r_small);

#endif
