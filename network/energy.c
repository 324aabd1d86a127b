/* See energy.h. */
#include "network/energy.h"

double energy_of(const struct energy_model *m, double operations, double macs)
{
    return (m->accumulation * (operations - macs) + m->mac * macs) / 1000;
}
