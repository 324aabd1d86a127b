/* Messages between ranks by MPI: the one place that speaks it. */
#ifndef SPIKEBENCH_SUPPORT_MPI_LINK_H
#define SPIKEBENCH_SUPPORT_MPI_LINK_H

#include "support/ranks.h"
#include <stdbool.h>

/* The library that the program was built with; NULL: none, and the program has one rank. */
const char *mpi_library(void);

/* How many ranks a launcher has started the command line as (mpirun or srun of a cluster), and which of them
 * this process is; 1 if none has. */
size_t mpi_launched(size_t *own);

/* Joins the ranks that mpirun has started, of which there must be `expected`; *r is to be ended by mpi_leave.
 * Refuses (ST_CONFIG, the same on all ranks) a rank of another program file or of another BLAS processor
 * type, either of which can give other bits. ST_CONFIG, too, without MPI. Once in a process. */
status mpi_join(struct ranks **r, size_t expected, struct error *e);
/* `together`: all ranks come here. Otherwise the others, which wait for this one, are ended. Accepts NULL. */
void mpi_leave(struct ranks *r, bool together);

#endif
