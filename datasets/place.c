/* See place.h. */
#include "datasets/place.h"
#include <stdlib.h>

status place_folder(const char *path, const char *const *names, char folder[FIND_PATH], struct error *e)
{
    const char *base = getenv("SPIKEBENCH_DATA");
    const struct find find = {.names = names, .folder = true};
    char where[FIND_PATH];
    if (path[0]) return find_home(path, folder, FIND_PATH, e);
    if (!base || !base[0])
        return FAIL(e, ST_NO_DATA, "%s was not found: dataset.path is empty and SPIKEBENCH_DATA is not set",
                    names[0]);
    TRY(find_home(base, where, sizeof where, e));
    const status st = find_path(&find, where, folder, e);
    if (st != ST_OK) (void)err_prefix(e, "%s/%s was not found", where, names[0]);
    return st;
}
