#!/bin/sh
# Proves that the leak gate bites: a program that leaks on purpose must leave a sanitizer log.
# usage: leak_gate.sh COMPILER BUILD_FOLDER
set -eu
compiler=$1
folder=$2/leak_gate
rm -rf "$folder"
mkdir -p "$folder"
cat > "$folder/leak.c" <<'C'
#include <criterion/criterion.h>
#include <stdlib.h>
Test(leak, forgets_its_memory)
{
    volatile char *lost = malloc(64);
    lost[0] = 1;
    lost = NULL;
    cr_assert_null((void *)lost);
}
C
$compiler -O0 -g -fsanitize=address "$folder/leak.c" -lcriterion -o "$folder/leak"
ASAN_OPTIONS=log_path="$folder/log" "$folder/leak" >/dev/null 2>&1 || true
if ls "$folder"/log* >/dev/null 2>&1; then
    echo "leak gate: a leaking test is noticed"
else
    echo "leak gate: a leaking test went unnoticed" >&2
    exit 1
fi
