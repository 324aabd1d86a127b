/* One target under libFuzzer: compiled with -DFUZZ_TARGET=fuzz_NAME. */
#include "tests/fuzz/targets.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    FUZZ_TARGET(bytes, size);
    return 0;
}
