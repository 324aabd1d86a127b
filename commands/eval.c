/* spikebench eval: a trained network on one split, by its solver's rule or simulated from its weights. */
#include "commands/commands.h"
#include "network/evaluate.h"
#include "support/csvio.h"
#include <math.h>
#include <string.h>

enum rule { RULE_OWN, RULE_SIMULATED };
static const char *const rule_names[] = {[RULE_OWN] = "own", [RULE_SIMULATED] = "simulated", NULL};

static void print_numbers(enum split split, const struct trained *t, bool own, const struct batch *b,
                          const struct evaluation *v)
{
    const struct net *net = &t->net;
    (void)printf("data:      %s split, %zu samples, T = %zu\n", split_names[split], b->n, t->data.info.T);
    if (own)
        (void)printf("readout:   %s's own rule\n", t->run->solver->name);
    else
        (void)printf("readout:   simulated forward from the weights, %s\n", net->readout == READOUT_LAST
                                                                                ? "potential of the last step"
                                                                                : "mean potential over time");
    (void)printf("loss:      %.6g (%s, mean per sample)\n", v->loss,
                 b->labels ? loss_names[net->loss] : "squared");
    if (b->labels)
        (void)printf("accuracy:  %.2f %% (%.0f of %zu)\n", 100 * v->accuracy, v->accuracy * (double)b->n,
                     b->n);
    if (!own) {
        (void)printf("rates:    ");
        for (size_t l = 1; l < net->L; l++)
            (void)printf(" layer %zu: %.4f%s", l, v->rate[l], l + 1 < net->L ? "," : "");
        (void)printf(" spikes per neuron and step\n");
        (void)printf("synops:    %.0f per sample, %.2f %% of the %.0f of a dense network\n", v->synops,
                     100 * v->synops / v->synops_dense, v->synops_dense);
    }
    if (!isnan(v->synops))
        (void)printf("energy:    %.4g nJ per sample, %.0f operations, of which %.0f multiply\n",
                     energy_of(&t->run->run.energy, v->synops, v->macs), v->synops, v->macs);
}

/* counts: K x K, row after row: true class, predicted class; names [K], or NULL: numbers. */
static void print_confusion(const size_t *counts, size_t K, char *const *names)
{
    (void)printf("confusion (rows: true class, columns: predicted)\n%6s", "");
    for (size_t k = 0; k < K; k++) (void)printf(" %5zu", k);
    (void)printf(" | samples  right %%\n");
    for (size_t i = 0; i < K; i++) {
        size_t all = 0;
        (void)printf("%6zu", i);
        for (size_t k = 0; k < K; k++) {
            all += counts[i * K + k];
            if (counts[i * K + k])
                (void)printf(" %5zu", counts[i * K + k]);
            else
                (void)printf(" %5s", ".");
        }
        (void)printf(" | %7zu %8.2f%s%s\n", all, all ? 100 * (double)counts[i * K + i] / (double)all : NAN,
                     names ? "   " : "", names ? names[i] : "");
    }
}

static status write_confusion(const size_t *counts, size_t K, char *const *names, const char *path,
                              struct error *e)
{
    struct csv_writer w;
    char name[200], number[24];
    TRY(csv_open(&w, path, e));
    csv_put(&w, "true");
    for (size_t k = 0; k < K; k++) {
        (void)snprintf(number, sizeof number, "%zu", k);
        (void)snprintf(name, sizeof name, "predicted_%.180s", names ? names[k] : number);
        csv_put(&w, name);
    }
    csv_end_row(&w);
    for (size_t i = 0; i < K; i++) {
        (void)snprintf(number, sizeof number, "%zu", i);
        csv_put(&w, names ? names[i] : number);
        for (size_t k = 0; k < K; k++) csv_put_number(&w, (double)counts[i * K + k]);
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

/* Evaluates the split, by the solver's `own` rule or simulated. */
static status score(struct trained *t, const struct batch *b, bool own, real *scores, struct evaluation *v,
                    struct error *e)
{
    struct evaluator *ev = NULL;
    if (own) {
        struct operations taken = {NAN, NAN};
        TRY(trained_predict(t, b, scores, &taken, e));
        evaluate_scores(&t->net, b, scores, v);
        v->synops = taken.accumulations + taken.macs;
        v->macs = taken.macs;
        return ST_OK;
    }
    TRY(refuse_other_rule(t, e));
    status st = evaluator_create(&ev, &t->net, t->data.info.T, t->pool, e);
    if (st == ST_OK) evaluate(ev, &t->net, b, v, scores);
    evaluator_free(ev);
    return st;
}

static status evaluate_split(struct call *call, struct trained *t, struct error *e)
{
    struct evaluation v;
    const enum split split = (enum split)call_choice(call, "split");
    const bool own = t->run->solver->predict && call_choice(call, "rule") == RULE_OWN;
    const size_t K = t->net.n[t->net.L];
    const char *csv = call_text(call, "csv");
    if (t->data.info.n[split] == 0)
        return FAIL(e, ST_USAGE, "the %s split of '%s' is empty", split_names[split], t->run->dataset->name);
    const struct batch b = dataset_batch(&t->data, split);
    real *scores = mem_reals(&t->mem, b.n * K, e);
    size_t *counts = mem_alloc(&t->mem, K * K, sizeof *counts, e);
    if (!scores || !counts) return ST_MEMORY;
    TRY(score(t, &b, own, scores, &v, e));
    print_network(call, t, !own);
    print_numbers(split, t, own, &b, &v);
    if (!b.labels) return csv ? FAIL(e, ST_USAGE, "--csv: these data have no classes") : ST_OK;
    evaluate_confusion(&t->net, &b, scores, counts);
    print_confusion(counts, K, t->data.class_names);
    if (!csv) return ST_OK;
    TRY(write_confusion(counts, K, t->data.class_names, csv, e));
    (void)printf("%s\n", csv);
    return ST_OK;
}

const struct command eval_command = {
    .name = "eval",
    .run = with_network,
    .own = &(struct network_command){.run = evaluate_split},
    .synopsis =
        "--weights NET.net [--split SPLIT] [--rule RULE] [--set KEY=VALUE]... [--csv PATH] [--plugin FILE]",
    .summary = "simulate a trained network on a split: accuracy, confusion, rates",
    .text = "Simulates a network of 'spikebench train' forward from its weights on a split and prints loss, "
            "accuracy, accuracy per class, the confusion matrix, firing rates and synaptic operations. A "
            "solver with a prediction rule of its own predicts by that; rates and operations are then not "
            "shown. NET.yaml, which lies beside the weights, names the data.",
    .parameters =
        (parameter_list){
            &weights_option, &test_split_option,
            &(parameter_row){
                "--rule RULE",
                "what predicts: the solver's own rule where it has one, or the simulated network",
                &value_choice, "own", .choices = rule_names},
            &data_set_option, &import_dataset_option, &import_step_option, &import_reset_option,
            &import_readout_option, &import_membrane_option,
            &(parameter_row){"--csv PATH",
                             "write the confusion matrix: a row per true class, a column per predicted "
                             "class, with the names that the data has for them",
                             .kind = &value_file},
            &plugin_option, NULL},
    .failure = "a file is absent or damaged or does not fit",
};
