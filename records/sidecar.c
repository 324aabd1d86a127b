/* See sidecar.h. */
#include "records/sidecar.h"
#include "support/file.h"
#include <string.h>
#include <unistd.h>

const char sidecar_first_line[] =
    "# A network trained by SpikeBench: 'spikebench eval' and 'trace' read it.\n";
const char *const sidecar_keys[SIDECAR_KEYS] = {
    "# training: ", "# weights SHA-256: ", "# data SHA-256: ", "# rules: "};

void sidecar_scan(FILE *f, struct sidecar *s)
{
    char line[SIDECAR_LINE] = "";
    s->ours = fgets(line, sizeof line, f) && strcmp(line, sidecar_first_line) == 0;
    while (fgets(line, sizeof line, f) && line[0] == '#') {
        line[strcspn(line, "\r\n")] = '\0';
        for (int k = 0; k < SIDECAR_KEYS; k++)
            if (!s->value[k][0] && strncmp(line, sidecar_keys[k], strlen(sidecar_keys[k])) == 0)
                (void)snprintf(s->value[k], SIDECAR_LINE, "%s", line + strlen(sidecar_keys[k]));
    }
}

status sidecar_read(const char *weights, struct sidecar *s, struct error *e)
{
    const size_t n = strlen(weights);
    *s = (struct sidecar){.ours = false};
    if (n <= 4 || strcmp(weights + n - 4, ".net") != 0 || weights[n - 5] == '/')
        return FAIL(e, ST_USAGE, "'%.200s': the name of a weight file ends in .net", weights);
    if (n + 10 > sizeof s->path) return FAIL(e, ST_USAGE, "the name of the weight file is too long");
    (void)snprintf(s->path, sizeof s->path, "%.*s.yaml", (int)(n - 4), weights);
    FILE *f = NULL;
    if (access(s->path, R_OK) != 0) return ST_OK;
    TRY(file_open(s->path, UINT64_MAX, &f, e));
    sidecar_scan(f, s);
    (void)fclose(f);
    return ST_OK;
}
