/* The worker: performs the one run of an experiment file. Started by spikebench; not meant for the command
 * line. Exit codes: 0 the run ended (its row says how), 1 it failed, 2 usage, 130 interrupted. */
#include "commands/commands.h"
#include "commands/registry.h"
#include "runs/worker.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requested;

static void on_signal(int number)
{
    (void)number;
    stop_requested = 1;
}

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s -s SPEC.yaml -o FOLDER [-i RUN_ID] [-j JOBS] [-p PROGRESS_FD] [-w WEIGHTS]\n",
            program);
    return 2;
}

static int perform(const char *spec, const char *id, const struct worker_settings *settings)
{
    struct plan plan;
    struct error e = {0};
    status st = plan_load(&plan, &registry, spec, &(struct plan_overrides){0}, &e);
    if (st == ST_OK && plan.n_runs != 1)
        st = FAIL(&e, ST_CONFIG, "%s: %zu runs instead of one", spec, plan.n_runs);
    if (st == ST_OK) {
        snprintf(plan.runs[0].id, sizeof plan.runs[0].id, "%s", id);
        st = worker_run(&plan.runs[0], settings, &e);
    }
    plan_free(&plan);
    if (st != ST_OK && st != ST_INTERRUPTED) fprintf(stderr, "%s\n", e.text);
    return st == ST_OK ? 0 : st == ST_INTERRUPTED ? 130 : 1;
}

/* Looking at a network of this precision: spikebench hands these commands on. */
static int look(int argc, char **argv)
{
    int code = strcmp(argv[0], "eval") == 0 ? command_eval(argc, argv) : command_trace(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fprintf(stderr, "spikebench: the output could not be written\n");
    return code ? code : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "eval") == 0 || strcmp(argv[1], "trace") == 0))
        return look(argc - 1, argv + 1);
    const char *spec = NULL, *id = "";
    struct worker_settings settings = {.jobs = 1, .progress_fd = -1, .stop = &stop_requested};
    for (int option; (option = getopt(argc, argv, "s:o:i:j:p:w:")) != -1;) {
        switch (option) {
        case 's': spec = optarg; break;
        case 'o': settings.out = optarg; break;
        case 'i': id = optarg; break;
        case 'j': settings.jobs = strtol(optarg, NULL, 10); break;
        case 'w': settings.weights = optarg; break;
        case 'p': settings.progress_fd = (int)strtol(optarg, NULL, 10); break;
        default: return usage(argv[0]);
        }
    }
    if (!spec || !settings.out || optind != argc) return usage(argv[0]);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigset_t stopping; /* blocked by the runner until here */
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGINT), sigaddset(&stopping, SIGTERM), sigaddset(&stopping, SIGHUP);
    sigprocmask(SIG_UNBLOCK, &stopping, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    return perform(spec, id, &settings);
}
