/* Memory of this process that the machine backs, as far as the system tells. */
#ifndef SPIKEBENCH_SUPPORT_RESIDENT_H
#define SPIKEBENCH_SUPPORT_RESIDENT_H

#include <stddef.h>

/* Bytes now, program and libraries included. 0 where the system does not tell (no /proc). */
size_t resident_bytes(void);
/* The most bytes since resident_peak_reset, or, where the system cannot forget, since the start. 0 likewise.
 */
size_t resident_peak(void);
void resident_peak_reset(void);

#endif
