/* NIR files: what goes out comes back bit for bit, files in published layouts are read as their equations
 * say, and what our network cannot hold is refused by the node's name. */
#include "network/nir.h"
#include "tests/folder.h"
#include "tests/nir_made.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#ifdef SPIKEBENCH_HDF5

static char folder[FOLDER_MAX], path[FOLDER_MAX + 40];

static void setup(void)
{
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/x.nir", folder);
}

static void teardown(void)
{
    folder_remove(folder);
}

TestSuite(nir, .init = setup, .fini = teardown);

static const struct nir_options as_is = {.reset = -1, .readout = -1};

static void set(struct net_options *o, const char *settings)
{
    char copy[300];
    struct error e = {0};
    cr_assert_eq(opt_defaults(&net_option_table, o, &e), ST_OK);
    (void)snprintf(copy, sizeof copy, "%s", settings);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        const struct option *option = opt_find(&net_option_table, word);
        cr_assert(option && opt_set(option, o, value, &e) == ST_OK, "%s: %s", word, e.text);
    }
}

/* The bytes of a file of this name, or of net_save. */
static size_t bytes_of(const struct net *net, const char *name, unsigned char *bytes, size_t most)
{
    struct error e = {0};
    FILE *f = net ? folder_scratch() : folder_open(folder, name, "rb");
    cr_assert_not_null(f);
    if (net) cr_assert_eq(net_save(net, f, &e), ST_OK);
    rewind(f);
    const size_t n = fread(bytes, 1, most, f);
    cr_assert_lt(n, most);
    (void)fclose(f);
    return n;
}

/* ---- round trips ---- */

struct trip {
    char settings[160];
    double dt;
};

ParameterizedTestParameters(nir, round_trips)
{
    static struct trip trips[] = {
        {"hidden=7", 1e-4},
        {"hidden=7-5-3 reset=hard readout=mean loss=cross_entropy leak=0.9/0.8187307530779818/0.7/0.99",
         1e-3},
        {"hidden=7-5 reset=none threshold=1/0.3 leak=0.95", 1},
        {"hidden=6-4 leak=1", 1e-4},
        {"hidden=6 leak=1/0.5 recurrent=true", 0.25},
        {"hidden=6-4 recurrent=true self_connections=true reset=hard", 3e-5},
        {"hidden=6-4 recurrent=true synapse=current synapse_decay=0.3678794411714423", 1e-4},
        {"hidden=5 synapse=current leak=0.1 synapse_decay=0.001", 7},
        {"hidden=5 leak=0.9999999999 threshold=1e-300", 1e-4},
    };
    if (sizeof(real) == sizeof(float))
        (void)strcpy(trips[8].settings, "hidden=5 leak=0.9999 threshold=1e-30");
    return cr_make_param_array(struct trip, trips, sizeof trips / sizeof *trips);
}

/* A net of 8 inputs and 3 outputs with weights of many sizes. */
static void made_net(struct net *net, const struct net_options *o, struct mem *m)
{
    struct rng rng;
    struct error e = {0};
    rng_seed(&rng, 5, "nir");
    cr_assert_eq(net_create(net, o, 8, 3, m, &e), ST_OK, "%s", e.text);
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0; i < net_block_size(net, k); i++)
            net->W[k][i] = (real)ldexp(rng_normal(&rng), (int)(i % 37) - 18);
    net_clear_diagonals(net, net->W);
}

ParameterizedTest(struct trip *c, nir, round_trips)
{
    static unsigned char before[1 << 16], after[1 << 16];
    struct mem m = {0};
    struct net net, again;
    struct net_options o;
    struct nir_network n;
    struct error e = {0};
    const struct nir_export x = {.dt = c->dt, .run = "a: 1\n", .program = "test"};
    set(&o, c->settings);
    made_net(&net, &o, &m);
    cr_assert_eq(nir_write(&net, &x, path, &e), ST_OK, "%s", e.text);
    cr_assert_eq(nir_read(&n, path, &as_is, &m, &e), ST_OK, "%s: %s", c->settings, e.text);
    cr_expect_eq(n.dt, c->dt);
    cr_expect_str_eq(n.run, "a: 1\n");
    cr_expect_str_eq(n.note, "", "%s", n.note);
    cr_expect_eq(n.single, sizeof(real) == sizeof(float));
    cr_assert_eq(net_create(&again, &n.net, n.n_inputs, n.n_outputs, &m, &e), ST_OK, "%s", e.text);
    cr_assert_eq(nir_weights(&n, &again, &e), ST_OK, "%s", e.text);
    const size_t size = bytes_of(&net, NULL, before, sizeof before);
    cr_expect(size == bytes_of(&again, NULL, after, sizeof after) && memcmp(before, after, size) == 0, "%s",
              c->settings);
    cr_expect_eq(again.loss, net.loss);
    mem_free(&m);
}

Test(nir, the_same_network_gives_the_same_bytes)
{
    static unsigned char first[1 << 16], second[1 << 16];
    struct mem m = {0};
    struct net net;
    struct net_options o;
    struct error e = {0};
    const struct nir_export x = {.dt = 1e-4, .program = "test"};
    set(&o, "hidden=7 recurrent=true");
    made_net(&net, &o, &m);
    cr_assert_eq(nir_write(&net, &x, path, &e), ST_OK, "%s", e.text);
    const size_t size = bytes_of(NULL, "x.nir", first, sizeof first);
    folder_shell(folder, "sleep 1.1");
    cr_assert_eq(nir_write(&net, &x, path, &e), ST_OK, "%s", e.text);
    cr_expect(bytes_of(NULL, "x.nir", second, sizeof second) == size && memcmp(first, second, size) == 0);
    mem_free(&m);
}

Test(nir, a_neuron_that_nir_lacks_and_a_folder_that_is_not_there)
{
    struct mem m = {0};
    struct net net;
    struct net_options o;
    struct error e = {0};
    const struct nir_export x = {.dt = 1e-4, .program = "test"};
    set(&o, "hidden=7 leak=1 synapse=current");
    made_net(&net, &o, &m);
    cr_expect_eq(nir_write(&net, &x, path, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "layer 1 has current-based synapses and a leak of 1"), "%s", e.text);
    folder_shell(folder, "test -z \"$(ls)\"");
    cr_expect_eq(nir_write(&net, &x, "/nonexistent/x.nir", &e), ST_IO);
    mem_free(&m);
}

/* ---- the equations ---- */

/* A layer's numbers as they stand in the file of the next test. */
static const double dt = 0.25, tau = 1, tau_syn = 0.5, r[] = {1, 2, 3}, w_in[] = {2, 1, 4};
static const double W[3][2] = {{1, 2}, {0.5, 1}, {0.25, -0.5}};
static const double R3[3][3] = {{0, 1, 0}, {-0.5, 0, 0.25}, {0.5, 0.25, 0}};
static const double V[2][3] = {{1, -1, 0.5}, {0.5, 0.25, 1}};

static const char recurrent_text[] =
    "version 0.2.0\n"
    "input Input shape=1i:2\n"
    "fc1 Linear weight=3x2:1,2,0.5,1,0.25,-0.5\n"
    "lif1.lif CubaLIF tau_mem=3:1 tau_syn=3:0.5 r=3:1,2,3 v_leak=3:0 v_threshold=3:1 w_in=3:2,1,4\n"
    "lif1.w_rec Affine weight=3x3:0,1,0,-0.5,0,0.25,0.5,0.25,0 bias=3:0\n"
    "fc2 Affine weight=2x3:1,-1,0.5,0.5,0.25,1 bias=2:0\n"
    "li CubaLI tau_mem=2:1 tau_syn=2:0.5 r=2:1 v_leak=2:0 w_in=:1\n"
    "output Output shape=1i:2\n"
    "input > fc1\nlif1.w_rec > lif1.lif\nfc2 > li\nlif1.lif > lif1.w_rec\nli > output\nfc1 > lif1.lif\n"
    "lif1.lif > fc2\nfc1 > lif1.lif\n";

enum { STEPS = 12 };

static double input(size_t t, size_t j)
{
    return (double)((t * (j + 2)) % 3 == 0);
}

/* Forward Euler of the file's equations, step by step; spikes reach the own layer a step later; a spike sets
 * v to 0, or subtracts the threshold a step later, as our soft reset does. */
static void euler(bool hard, double z[STEPS][3], double readout[STEPS][2])
{
    double v[3] = {0}, current[3] = {0}, a[3] = {0}, out[2] = {0}, out_current[2] = {0};
    for (size_t t = 0; t < STEPS; t++) {
        double now[3];
        for (size_t i = 0; i < 3; i++) {
            double drive = 0;
            for (size_t j = 0; j < 2; j++) drive += W[i][j] * input(t, j);
            for (size_t j = 0; j < 3; j++) drive += R3[i][j] * a[j];
            current[i] += dt / tau_syn * (w_in[i] * drive - current[i]);
            if (hard && a[i] > 0) v[i] = 0;
            v[i] += dt / tau * (r[i] * current[i] - v[i]) - (hard ? 0 : a[i]);
            now[i] = v[i] > 1;
            z[t][i] = v[i];
        }
        for (size_t k = 0; k < 2; k++) {
            double drive = 0;
            for (size_t i = 0; i < 3; i++) drive += V[k][i] * now[i];
            out_current[k] += dt / tau_syn * (drive - out_current[k]);
            out[k] += dt / tau * (out_current[k] - out[k]);
            readout[t][k] = out[k];
        }
        memcpy(a, now, sizeof a);
    }
}

static void simulate(const struct nir_network *n, struct trace *tr, struct mem *m)
{
    struct net net;
    struct spikes_builder b;
    struct spikes x;
    struct error e = {0};
    cr_assert_eq(net_create(&net, &n->net, n->n_inputs, n->n_outputs, m, &e), ST_OK, "%s", e.text);
    cr_assert_eq(nir_weights(n, &net, &e), ST_OK, "%s", e.text);
    cr_assert_eq(spikes_begin(&b, 2, STEPS, 1, &e), ST_OK);
    for (size_t t = 0; t < STEPS; t++) {
        for (uint32_t j = 0; j < 2; j++)
            if (input(t, j) > 0) cr_assert_eq(spikes_add(&b, j, 1, &e), ST_OK);
        cr_assert_eq(spikes_end_row(&b, &e), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &x, m, &e), ST_OK);
    cr_assert_eq(trace_create(tr, &net, STEPS, 1, TRACE_ALL, m, &e), ST_OK);
    net_simulate(&net, &(struct batch){.x = &x, .n = 1}, 0, 1, tr, &(struct simulate_options){0});
}

/* The flags: what of the layout differs without changing the network. */
static void follows_its_equations(bool hard, unsigned flags)
{
    struct mem m = {0};
    struct nir_network n;
    struct trace tr;
    struct error e = {0};
    double z[STEPS][3], readout[STEPS][2], spikes = 0;
    const struct nir_options o = {.dt = dt, .reset = hard ? RESET_HARD : -1, .readout = -1};
    nir_made(path, recurrent_text, flags);
    cr_assert_eq(nir_read(&n, path, &o, &m, &e), ST_OK, "%s", e.text);
    cr_expect_str_eq(n.version, "0.2.0");
    cr_expect_null(n.run);
    simulate(&n, &tr, &m);
    euler(hard, z, readout);
    for (size_t t = 0; t < STEPS; t++) {
        for (size_t i = 0; i < 3; i++)
            cr_expect_float_eq((double)tr.z[1][t * 3 + i], z[t][i], 1e-4, "z %zu %zu: %g, %g", t, i,
                               (double)tr.z[1][t * 3 + i], z[t][i]);
        for (size_t i = 0; i < 3; i++) spikes += z[t][i] > 1;
        for (size_t k = 0; k < 2; k++)
            cr_expect_float_eq((double)tr.z[2][t * 2 + k], readout[t][k], 1e-4, "readout %zu %zu", t, k);
    }
    cr_expect(spikes > 3 && spikes < 30, "%g spikes prove nothing", spikes);
    mem_free(&m);
}

Test(nir, a_recurrent_file_follows_its_equations)
{
    follows_its_equations(false, 0);
    follows_its_equations(true, MADE_FIXED_STRINGS | MADE_GZIP);
}

/* ---- layouts ---- */

#define HEAD  "input Input shape=1i:2\noutput Output\n"
#define FC1   "fc1 Linear weight=3x2f:1,2,3,4,5,6\n"
#define LIF1  "lif1 LIF tau=3f:0.001 r=3f:10 v_leak=3f:0 v_threshold=3f:1\n"
#define FC2   "fc2 Affine weight=2x3f:1,2,3,4,5,6 bias=2f:0\n"
#define LI    "li LI tau=2f:0.001 r=2f:10 v_leak=2f:0\n"
#define CHAIN "input > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > output\n"
#define PLAIN HEAD FC1 LIF1 FC2 LI CHAIN

struct layout {
    char what[40], text[1500], note[200];
    int reset;
    bool recurrent, membrane;
};

ParameterizedTestParameters(nir, layouts)
{
    static struct layout layouts[] = {
        {"the older one", "version 0.1.1\n" PLAIN, "no v_reset: a spike subtracts the threshold", RESET_SOFT,
         0, 0},
        {"without a version", PLAIN, "a step is 0.0001 s (--dt)", RESET_SOFT, 0, 0},
        {"v_reset, as today",
         "version 1.0.6\n" HEAD FC1
         "lif1 LIF tau=3:0.001 r=3:10 v_leak=3:0 v_threshold=3:1 v_reset=3:0\n" FC2 LI CHAIN,
         "the readout's potential of the last step", RESET_HARD, 0, 0},
        {"one number for a layer",
         HEAD FC1 "lif1 LIF tau=:0.001 r=1:10 v_leak=:0 v_threshold=1:1\n" FC2 LI CHAIN, "", RESET_SOFT, 0,
         0},
        {"flattened pictures",
         "input Input shape=3i:1,1,2\noutput Output\nflat Flatten start_dim=i:0 end_dim=i:-1\n" FC1 LIF1 FC2
             LI "input > flat\nflat > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > output\n",
         "", RESET_SOFT, 0, 0},
        {"a graph in the graph",
         HEAD FC1 FC2 LI "rnn {\ninput Input shape=1i:3\noutput Output shape=1i:3\n" LIF1
                         "w Linear weight=3x3:0,1,2,3,0,4,5,6,0\ninput > lif1\nlif1 > w\nw > lif1\nlif1 > "
                         "output\n}\ninput > fc1\nfc1 > rnn\nrnn > fc2\nfc2 > li\nli > output\n",
         "", RESET_SOFT, 1, 0},
        {"a whole block in the graph",
         HEAD FC2 LI "block {\ninput Input shape=1i:2\noutput Output shape=1i:3\n" FC1 LIF1
                     "input > fc1\nfc1 > lif1\nlif1 > output\n}\ninput > block\nblock > fc2\nfc2 > li\nli > "
                     "output\n",
         "", RESET_SOFT, 0, 0},
        {"scales beside matrices",
         HEAD "s Scale scale=2f:2,4\nfc1 Linear weight=3x2f:0.5,0.5,1.5,1,2.5,1.5\n" LIF1
              "u Scale scale=:2\nfc2 Linear weight=2x3f:1,2,3,2,2.5,3\nv Scale scale=2f:0.5,1\n" LI
              "input > s\ns > fc1\nfc1 > lif1\nlif1 > u\nu > fc2\nfc2 > v\nv > li\nli > output\n",
         "", RESET_SOFT, 0, 0},
        {"a rest that is not 0",
         HEAD FC1
         "lif1 LIF tau=3:0.001 r=3:10 v_leak=3f:-65 v_threshold=3f:-64 v_reset=3f:-65\n" FC2 LI CHAIN,
         "potentials of 'lif1' count from v_leak, -65, where they start", RESET_HARD, 0, 0},
        {"numbers for names, edges in any order",
         "0 Input shape=1i:2\n5 Output\n3 Affine weight=2x3f:1,2,3,4,5,6 bias=2f:0\n"
         "4 LI tau=2f:0.001 r=2f:10 v_leak=2f:0\n2 LIF tau=3f:0.001 r=3f:10 v_leak=3f:0 v_threshold=3f:1\n"
         "1 Affine weight=3x2f:1,2,3,4,5,6 bias=3f:0\n4 > 5\n3 > 4\n1 > 2\n0 > 1\n2 > 3\n",
         "", RESET_SOFT, 0, 0},
        {"metadata of all kinds",
         HEAD FC1 "lif1 LIF tau=3f:0.001 r=3f:10 v_leak=3f:0 v_threshold=3f:1 metadata.a=1x1x1x1x1:1 "
                  "metadata.b=2:1 metadata.c=:1 metadata.d=:1 metadata.e=:1 metadata.f=:1 metadata.g=:1 "
                  "metadata.h=:1 metadata.i=:1 metadata.j=:1 metadata.k=:1 metadata.l=:1 metadata.m=:1 "
                  "metadata.n=:1 metadata.o=:1 metadata.p=:1 metadata.q=:1\n" FC2 LI CHAIN,
         "", RESET_SOFT, 0, 0},
        {"a last layer that spikes",
         HEAD FC1 LIF1 FC2 "li LIF tau=2:0.001 r=2:10 v_leak=2:0 v_threshold=2:1\n" CHAIN,
         "'li' (LIF) is read without its spikes", RESET_SOFT, 0, 1},
    };
    return cr_make_param_array(struct layout, layouts, sizeof layouts / sizeof *layouts);
}

/* All of them are the same network: leak 0.9, threshold 1, and the weights as they stand. */
ParameterizedTest(struct layout *c, nir, layouts)
{
    struct mem m = {0};
    struct nir_network n;
    struct error e = {0};
    const struct nir_options o = {.reset = -1, .readout = -1, .membrane = c->membrane};
    nir_made(path, c->text, 0);
    cr_assert_eq(nir_read(&n, path, &o, &m, &e), ST_OK, "%s: %s", c->what, e.text);
    cr_expect(n.n_inputs == 2 && n.n_outputs == 2 && n.net.hidden.n == 1 && n.net.hidden.v[0] == 3, "%s",
              c->what);
    cr_expect_float_eq(n.net.leak.v[0], 0.9, 1e-8);
    cr_expect_float_eq(n.net.leak.v[1], 0.9, 1e-8);
    cr_expect_eq(n.net.threshold.v[0], 1);
    cr_expect_eq(n.net.reset, c->reset, "%s", c->what);
    cr_expect_eq(n.net.recurrent, c->recurrent, "%s", c->what);
    cr_expect_not_null(strstr(n.note, c->note), "%s: %s", c->what, n.note);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 2; j++) {
            cr_expect_eq(n.w[1][j * 3 + i], (double)(2 * i + j + 1), "%s", c->what);
            cr_expect_eq(n.w[2][i * 2 + j], (double)(3 * j + i + 1), "%s", c->what);
        }
    if (c->recurrent) cr_expect_arr_eq(n.w[3], ((double[]){0, 3, 5, 1, 0, 6, 2, 4, 0}), 9 * sizeof(double));
    cr_expect(n.single == !c->recurrent, "%s", c->what);
    mem_free(&m);
}

Test(nir, steps_and_resistance_scale_the_weights)
{
    struct mem m = {0};
    struct nir_network n;
    struct error e = {0};
    const struct nir_options o = {.dt = 2e-4, .reset = RESET_NONE, .readout = READOUT_MEAN};
    nir_made(path, PLAIN, 0);
    cr_assert_eq(nir_read(&n, path, &o, &m, &e), ST_OK, "%s", e.text);
    cr_expect(n.net.reset == RESET_NONE && n.net.readout == READOUT_MEAN);
    cr_expect_float_eq(n.net.leak.v[0], 0.8, 1e-7);
    cr_expect_float_eq(n.w[1][0], 2, 1e-6, "10 dt / tau is 2");
    cr_expect_not_null(strstr(n.note, "the weights of 'fc1' are multiplied by 2 (r dt / tau)"), "%s", n.note);
    mem_free(&m);
}

/* Metadata of ours that another program has left behind while it changed the neuron count for nothing. */
Test(nir, stale_metadata_do_not_win)
{
    struct mem m = {0};
    struct nir_network n;
    struct error e = {0};
    nir_made(path,
             HEAD FC1 "lif1 LIF tau=3:0.001 r=3:10 v_leak=3:0 v_threshold=3:1 metadata.leak=:0.5\n" FC2
                      "li LI tau=2:0.001 r=2:10 v_leak=2:0 metadata.leak=:0.90000001\n" CHAIN,
             0);
    cr_assert_eq(nir_read(&n, path, &as_is, &m, &e), ST_OK, "%s", e.text);
    cr_expect_float_eq(n.net.leak.v[0], 0.9, 1e-12);
    cr_expect_eq(n.net.leak.v[1], 0.90000001);
    mem_free(&m);
}
#else
typedef int test_nir_is_empty; /* ISO C wants a declaration */
#endif
