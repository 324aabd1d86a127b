/* See aedat.h. */
#include "datasets/aedat.h"
#include <string.h>
#include <strings.h>

bool aedat_sensor(const char *chip, unsigned *width, unsigned *height)
{
    static const struct {
        const char *name;
        unsigned width, height;
    } chips[] = {{"dvs128", 128, 128},   {"davis128", 128, 128}, {"davis208", 208, 192},
                 {"davis240", 240, 180}, {"davis346", 346, 260}, {"davis640", 640, 480}};
    for (size_t k = 0; k < sizeof chips / sizeof *chips; k++)
        for (const char *at = chip; *at; at++)
            if (strncasecmp(at, chips[k].name, strlen(chips[k].name)) == 0) {
                *width = chips[k].width;
                *height = chips[k].height;
                return true;
            }
    return false;
}
