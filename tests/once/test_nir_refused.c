/* NIR files that our network cannot hold, and files that are no NIR: refused by node and reason. */
#include "network/nir.h"
#include "tests/folder.h"
#include "tests/nir_made.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#ifdef SPIKEBENCH_HDF5

#define HEAD            "input Input shape=1i:2\noutput Output\n"
#define FC1             "fc1 Linear weight=3x2:1\n"
#define LIF1            "lif1 LIF tau=3:0.001 r=3:10 v_leak=3:0 v_threshold=3:1\n"
#define FC2             "fc2 Linear weight=2x3:1\n"
#define LI              "li LI tau=2:0.001 r=2:10 v_leak=2:0\n"
#define CHAIN           "input > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > output\n"
#define LIF1_WITH(text) HEAD FC1 "lif1 " text "\n" FC2 LI CHAIN

struct refused {
    char text[1200], reason[160];
    unsigned flags;
};

ParameterizedTestParameters(nir_refused, neurons)
{
    static struct refused cases[] = {
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:0 v_threshold=3:1,1,2"),
         "node 'lif1' (LIF): v_threshold is 1 at neuron 0 and 2 at neuron 2; our layer has one for all", 0},
        {LIF1_WITH("LIF tau=3:0.001,0.002,0.001 r=3:10 v_leak=3:0 v_threshold=3:1"),
         "tau is 0.001 at neuron 0", 0},
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:0,0.1,0 v_threshold=3:1"),
         "node 'lif1' (LIF): v_leak is 0.1 at neuron 1; our membrane decays to 0", 0},
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:0 v_threshold=3:1 v_reset=3:-1"),
         "v_reset is -1 at neuron 0; our membrane is reset to 0", 0},
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:-65 v_threshold=3:-50 v_reset=3:-70"),
         "node 'lif1' (LIF): v_leak is -65, v_reset -70; our membrane decays to where it is reset to", 0},
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:-65 v_threshold=3:-50"),
         "v_leak is -65 at neuron 0; our membrane decays to 0", 0},
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:1 v_threshold=3:1 v_reset=3:1"),
         "v_threshold is 0 above v_leak; ours is above 0", 0},
        {LIF1_WITH("LIF tau=3:0.00005 r=3:10 v_leak=3:0 v_threshold=3:1"),
         "tau is 5e-05 s, steps of 0.0001 s (dt) are too long for it", 0},
        {LIF1_WITH("LIF tau=3:0.0001 r=3:10 v_leak=3:0 v_threshold=3:1"), "nothing of the membrane remains",
         0},
        {LIF1_WITH("LIF tau=3:nan r=3:10 v_leak=3:0 v_threshold=3:1"), "tau is not finite at neuron 0", 0},
        {LIF1_WITH("LIF tau=3:0.001 v_leak=3:0 v_threshold=3:1"), "node 'lif1' (LIF) has no r", 0},
        {LIF1_WITH("LIF tau=4:0.001 r=3:10 v_leak=3:0 v_threshold=3:1"),
         "tau has 4 numbers, the layer 3 neurons", 0},
        {LIF1_WITH("LIF tau=3:0.001 r=3:10 v_leak=3:0 v_threshold=3:0"), "v_threshold is 0; ours is above 0",
         0},
        {LIF1_WITH("LI tau=3:0.001 r=3:10 v_leak=3:0"), "node 'lif1' (LI) does not spike", 0},
        {LIF1_WITH("Threshold threshold=3:1"),
         "node 'lif1' is of type Threshold, which our network does not have", 0},
        {LIF1_WITH("Conv1d weight=3x2:1"), "node 'lif1' is of type Conv1d: our layers are fully connected",
         0},
        {LIF1_WITH("CubaLIF tau_mem=3:0.001 tau_syn=3:0.002 r=3:10 v_leak=3:0 v_threshold=3:1 w_in=3:1"),
         "node 'lif1' (CubaLIF) and 'li' (LI): our synapses are current-based in all layers or in none", 0},
    };
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

ParameterizedTestParameters(nir_refused, graphs)
{
    static struct refused cases[] = {
        {HEAD FC1 LIF1 "fc2 Affine weight=2x3:1 bias=2:0,0.5\n" LI CHAIN,
         "node 'fc2' (Affine): bias is 0.5 at neuron 1; our layers have no bias", 0},
        {HEAD FC1 LIF1 FC2 "li LI tau=2:0.001 r=2:10 v_leak=2:0.5\n" CHAIN,
         "node 'li' (LI): v_leak is 0.5 at neuron 0; our membrane decays to 0", 0},
        {HEAD FC1 LIF1 "fc2 Linear weight=2x4:1\n" LI CHAIN,
         "node 'fc2' (Linear): its matrix is 2 x 4; 3 numbers lead to it", 0},
        {HEAD FC1 LIF1 "fc2 Linear weight=6:1\n" LI CHAIN, "node 'fc2' (Linear) has no matrix 'weight'", 0},
        {HEAD FC1 LIF1 "fc2 Linear weight=2x3:1,inf\n" LI CHAIN, "the weight to 0 from 1 is not finite", 0},
        {HEAD FC1 LIF1 FC2 "li LIF tau=2:0.001 r=2:10 v_leak=2:0 v_threshold=2:1\n" CHAIN,
         "node 'li' (LIF), the last, spikes, and our readout does not (LI); --membrane", 0},
        {HEAD FC1 LIF1 FC2 "input > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > output\n",
         "node 'output' (Output) follows 'fc2' (Linear): our readout is a leaky integrator", 0},
        {HEAD FC1 LI "input > fc1\nfc1 > li\nli > output\n", "it has one layer of weights, 'fc1'", 0},
        {HEAD LIF1 FC2 LI "input > lif1\nlif1 > fc2\nfc2 > li\nli > output\n",
         "node 'lif1' (LIF) follows 'input' without weights", 0},
        {HEAD FC1 "more Linear weight=3x3:1\n" LIF1 FC2 LI
                  "input > fc1\nfc1 > more\nmore > lif1\nlif1 > fc2\nfc2 > li\nli > output\n",
         "node 'more' (Linear) follows 'fc1': between two matrices of ours there are neurons", 0},
        {HEAD FC1 LIF1 FC2 LI CHAIN "input > fc2\n", "node 'input' leads to 2 nodes: our layers are a chain",
         0},
        {HEAD FC1 LIF1 FC2 LI CHAIN "fc2 > lif1\n",
         "node 'lif1' is reached from 'fc2' besides 'fc1': a cycle of ours is one matrix", 0},
        {HEAD FC1 LIF1 FC2 LI "d Delay delay=3:1\n" CHAIN "lif1 > d\nd > lif1\n",
         "node 'lif1' is reached from 'd' besides 'fc1': a cycle of ours is one matrix", 0},
        {HEAD FC1 LIF1 FC2 LI "w Linear weight=2x2:1\n" CHAIN "li > w\nw > li\n",
         "node 'w' (Linear): our readout has no recurrent weights", 0},
        {HEAD FC1 LIF1 FC2 LI "lost Linear weight=2x2:1\n" CHAIN,
         "node 'lost' (Linear) is not on the way from input to output", 0},
        {HEAD FC1 LIF1 FC2 LI "input > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\n",
         "node 'li' leads nowhere: the output is not reached", 0},
        {HEAD FC1 LIF1 FC2 LI CHAIN "li > nobody\n", "an edge names node 'nobody', which is not there", 0},
        {HEAD FC1 LIF1 FC2 LI, "node 'input' leads nowhere", 0},
        {FC1 "output Output\nfc1 > output\n", "graph '' has 0 nodes of type Input; one is needed", 0},
        {HEAD FC1 "b {\ninput Input\n" LIF1 "input > lif1\n}\n" FC2 LI CHAIN,
         "graph 'b/' has 0 nodes of type Output", 0},
        {HEAD FC1 LIF1 FC2 LI CHAIN, "is of NIR before 0.1", MADE_ROOT},
        {"input Input shape=1i:3\noutput Output\n" FC1 LIF1 FC2 LI CHAIN,
         "node 'fc1' (Linear): its matrix is 3 x 2; 3 numbers lead to it", 0},
    };
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

ParameterizedTestParameters(nir_refused, layers)
{
    static struct refused cases[] = {
        {HEAD "s Scale\n" FC1 LIF1 FC2 LI
              "input > s\ns > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > output\n",
         "node 's' (Scale) has no scale", 0},
        {HEAD "s Scale scale=3:2\n" FC1 LIF1 FC2 LI
              "input > s\ns > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > output\n",
         "node 's' (Scale): scale has 3 numbers, the matrix of 'fc1' 2 columns", 0},
        {HEAD "s Scale scale=2:2,nan\n" FC1 LIF1 FC2 LI
              "input > s\ns > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > output\n",
         "node 's' (Scale): scale is not finite at 1", 0},
        {HEAD FC1 LIF1 FC2 LI
         "s Scale scale=2:2\ninput > fc1\nfc1 > lif1\nlif1 > fc2\nfc2 > li\nli > s\ns > output\n",
         "node 's' (Scale) is no factor of one matrix: our neurons have none", 0},
        {HEAD "c Conv2d input_shape=2i:8 weight=4x2x3x3f:1 stride=2i:1 padding=2i:0 dilation=2i:1 groups=i:1 "
              "bias=4f:0\nflat Flatten start_dim=i:0 end_dim=i:-1\n" LIF1 FC2 LI
              "input > c\nc > lif1\nlif1 > flat\nflat > fc2\nfc2 > li\nli > output\n",
         "node 'c' is of type Conv2d: our layers are fully connected", 0},
        {HEAD FC1 LIF1 "p SumPool2d kernel_size=2i:2 stride=2i:2 padding=2i:0\n" FC2 LI
                       "input > fc1\nfc1 > lif1\nlif1 > p\np > fc2\nfc2 > li\nli > output\n",
         "node 'p' is of type SumPool2d: our layers are fully connected", 0},
        {"input Input shape=1i:1\noutput Output shape=1i:1\naffine Affine weight=1x1f:1 bias=1f:0\n"
         "lif LIF tau=1f:0.0025 r=1f:1 v_leak=1f:0 v_threshold=1f:0.1\n"
         "input > affine\naffine > lif\nlif > output\n",
         "it has one layer of weights, 'affine'; ours has a hidden layer and a readout at least", 0},
    };
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

static void refuse(const char *path, const char *reason)
{
    struct mem m = {0};
    struct nir_network n;
    struct error e = {0};
    const struct nir_options o = {.reset = -1, .readout = -1};
    cr_expect_eq(nir_read(&n, path, &o, &m, &e), ST_DATA, "%s: %s", reason, e.text);
    cr_expect(strncmp(e.text, path, strlen(path)) == 0 && strstr(e.text, reason), "%s, not %s", e.text,
              reason);
    mem_free(&m);
}

static void refuse_made(const struct refused *c)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 40];
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/x.nir", folder);
    nir_made(path, c->text, c->flags);
    refuse(path, c->reason);
    folder_remove(folder);
}

ParameterizedTest(struct refused *c, nir_refused, neurons)
{
    refuse_made(c);
}

ParameterizedTest(struct refused *c, nir_refused, layers)
{
    refuse_made(c);
}

ParameterizedTest(struct refused *c, nir_refused, graphs)
{
    refuse_made(c);
}

static const char good[] = HEAD FC1 LIF1 FC2 LI CHAIN;

Test(nir_refused, files_that_are_none)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 40];
    struct mem m = {0};
    struct nir_network n;
    struct error e = {0};
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/x.nir", folder);
    cr_expect_eq(nir_read(&n, path, &(struct nir_options){.reset = -1}, &m, &e), ST_IO, "%s", e.text);
    folder_write(folder, "x.nir", "<html>", 6);
    refuse(path, "is no NIR file: NIR is HDF5, and this is a web page");
    nir_made(path, good, 0);
    folder_shell(folder, "head -c 3000 x.nir > y && mv y x.nir");
    refuse(path, "is a damaged HDF5 file");
    folder_remove(folder);
}
#else
typedef int test_nir_refused_is_empty; /* ISO C wants a declaration */
#endif
