/* The floating-point type of the numerical code, chosen once per build (spikebench-f64, spikebench-f32).
 *
 * Reductions that end in a reported number (losses, norms, accuracies) are accumulated in double whatever
 * `real` is. Random draws are made in double, then rounded. */
#ifndef SPIKEBENCH_SUPPORT_REAL_H
#define SPIKEBENCH_SUPPORT_REAL_H

#include <float.h>
#include <tgmath.h> /* sqrt, fabs, exp ... pick the function of the argument's type */

#ifdef SPIKEBENCH_SINGLE
typedef float real;
#define R(literal)        literal##f /* R(0.5) is a literal of type real */
#define REAL_EPSILON      FLT_EPSILON
#define REAL_NAME         "float"
#define REAL_SELECT(d, s) s
#else
typedef double real;
#define R(literal)        literal
#define REAL_EPSILON      DBL_EPSILON
#define REAL_NAME         "double"
#define REAL_SELECT(d, s) d
#endif

#endif
