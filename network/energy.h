/* The energy of inference by its operations: the one place of the model. It is an estimate of arithmetic
 * alone, without memory, clocks and wires, and no measurement of a device. */
#ifndef SPIKEBENCH_NETWORK_ENERGY_H
#define SPIKEBENCH_NETWORK_ENERGY_H

/* Picojoules of an addition of a weight (accumulation), and of a multiplication with it
 * (multiply-accumulate). In 45 nm at 0.9 V a 32-bit floating-point addition takes 0.9 pJ and a
 * multiplication 3.7 pJ, so that a multiply-accumulate takes 4.6 pJ (Horowitz: Computing's Energy Problem
 * (and what we can do about it), ISSCC 2014). */
struct energy_model {
    double accumulation, mac;
};

/* Nanojoules of so many operations, of which `macs` are multiply-accumulates. nan where one is unknown. */
double energy_of(const struct energy_model *m, double operations, double macs);

#endif
