/* What mars_muon takes of muon. */
#ifndef SPIKEBENCH_TRAINER_OPTIMIZER_MUON_H
#define SPIKEBENCH_TRAINER_OPTIMIZER_MUON_H

#include "trainer/optimizer.h"

extern const struct optimizer optimizer_muon;
/* The workspace: optimizer_muon.create. */
status muon_create(struct optimizer_state *s, const struct net *net, struct mem *m, struct error *e);

#endif
