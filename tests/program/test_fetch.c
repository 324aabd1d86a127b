/* spikebench dataset fetch, against file:// addresses: files, checksums and the table of sources are the
 * test's own. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static size_t put(unsigned char *to, size_t at, uint32_t value, size_t bytes)
{
    for (size_t k = 0; k < bytes; k++) to[at + k] = (unsigned char)(value >> (8 * k));
    return at + bytes;
}

/* Fields that a zip entry has in its local and in its central header: version 1.0, stored, no date. */
static size_t put_entry(unsigned char *to, size_t at, const char *name, const void *content, uint32_t size)
{
    at = put(to, at, 10, 2);
    at = put(to, at, 0, 4);          /* flags, method */
    at = put(to, at, 0x00210000, 4); /* 1 January 1980 */
    at = put(to, at, (uint32_t)crc32(0, (const unsigned char *)content, size), 4);
    at = put(to, at, size, 4);
    at = put(to, at, size, 4);
    at = put(to, at, (uint32_t)strlen(name), 2);
    return put(to, at, 0, 2);
}

/* An archive of n files, nothing compressed; sizes NULL: the contents are texts. */
static size_t zip_bytes(unsigned char *to, const char *const *names, const char *const *contents,
                        const size_t *sizes, size_t n)
{
    size_t at = 0, local[8], central;
    for (size_t k = 0; k < n; k++) {
        const size_t size = sizes ? sizes[k] : strlen(contents[k]);
        local[k] = at;
        at = put_entry(to, put(to, at, 0x04034b50, 4), names[k], contents[k], (uint32_t)size);
        for (const char *c = names[k]; *c; c++) to[at++] = (unsigned char)*c;
        for (size_t i = 0; i < size; i++) to[at++] = (unsigned char)contents[k][i];
    }
    central = at;
    for (size_t k = 0; k < n; k++) {
        at = put(to, put(to, at, 0x02014b50, 4), 10, 2);
        at = put_entry(to, at, names[k], contents[k], (uint32_t)(sizes ? sizes[k] : strlen(contents[k])));
        at = put(to, put(to, put(to, at, 0, 4), 0, 2), 0, 4); /* comment, disk, attributes */
        at = put(to, at, (uint32_t)local[k], 4);
        for (const char *c = names[k]; *c; c++) to[at++] = (unsigned char)*c;
    }
    size_t end = at;
    at = put(to, put(to, at, 0x06054b50, 4), 0, 4);
    at = put(to, put(to, at, (uint32_t)n, 2), (uint32_t)n, 2);
    at = put(to, put(to, at, (uint32_t)(end - central), 4), (uint32_t)central, 4);
    return put(to, at, 0, 2);
}

static struct result r;

static void shell(const char *text)
{
    cli_shell(&r, text);
    cr_assert_eq(r.code, 0, "%s: %s", text, r.output);
}

/* A file of the test's folder. */
static void write_bytes(const char *name, const unsigned char *bytes, size_t size)
{
    char text[9000] = "printf '";
    size_t at = strlen(text);
    cr_assert_lt(4 * size + 200, sizeof text);
    for (size_t k = 0; k < size; k++, at += 4) (void)snprintf(text + at, 5, "\\%03o", bytes[k]);
    (void)snprintf(text + at, sizeof text - at, "' > %s", name);
    shell(text);
}

/* mirror/Train.zip, mirror/images.gz and mirror/a.h5.gz with their table, sources.csv; the last has neither
 * size nor checksum there. */
static void setup(void)
{
    static const char *const names[] = {"Train/0/00001.bin", "Train/1/00002.bin"};
    static const char *const contents[] = {"events of a zero", "events of a one"};
    unsigned char zip[1000];
    cli_setup();
    shell("mkdir mirror");
    write_bytes("mirror/Train.zip", zip, zip_bytes(zip, names, contents, NULL, 2));
    shell("seq 1 2000 > mirror/images.gz && printf 'HDF of a kind' | gzip -c > mirror/a.h5.gz\n"
          "sum() { $1sum < mirror/$2 | cut -d ' ' -f 1; }\n"
          "here=file://$(pwd)/mirror\n"
          "cat > sources.csv <<T\n"
          "dataset,folder,file,gives,size,checksum,checksum_from,url,licence,page\n"
          "nmnist,nmnist,Train.zip,Train,,md5:$(sum md5 Train.zip),test,$here/Train.zip,CC BY-SA "
          "4.0,http://a.b\n"
          "fashion_mnist,fashion,images.gz,,8893,sha256:$(sum sha256 "
          "images.gz),test,$here/images.gz,MIT,http://c.d\n"
          "shd,shd,a.h5.gz,a.h5,,,,$here/a.h5.gz,CC BY 4.0,http://e.f\n"
          "T\n:");
}

TestSuite(fetch, .init = setup, .fini = cli_teardown);

/* Runs `spikebench dataset fetch ARGUMENTS` with the test's sources, into the folder out. */
static void fetch(const char *arguments, int code)
{
    char text[400];
    (void)snprintf(text, sizeof text, "dataset fetch --sources sources.csv --to out %s", arguments);
    spikebench(&r, text);
    cr_expect_eq(r.code, code, "%s: %d, %s", arguments, r.code, r.output);
}

static void expect(const char *part)
{
    cr_expect(strstr(r.output, part) != NULL, "'%s' is not in: %s", part, r.output);
}

static void expect_not(const char *part)
{
    cr_expect(strstr(r.output, part) == NULL, "'%s' is in: %s", part, r.output);
}

Test(fetch, layout_of_the_loaders)
{
    fetch("nmnist", 0);
    expect("licence: CC BY-SA 4.0, see http://a.b");
    cr_expect_lt(strstr(r.output, "licence"), strstr(r.output, "Train.zip: from"), "licence before download");
    expect("2 files, 31 bytes");
    fetch("fashion_mnist", 0);
    fetch("shd", 0);
    expect("NOT VERIFIED: no checksum of a.h5.gz is published; its SHA-256 is ");
    shell("find out -type f | sort && cat out/nmnist/Train/1/00002.bin out/shd/a.h5 && cmp mirror/images.gz "
          "out/fashion/images.gz");
    cr_expect_str_eq(r.output, "out/fashion/images.gz\nout/nmnist/.Train.zip.fetched\n"
                               "out/nmnist/Train/0/00001.bin\nout/nmnist/Train/1/00002.bin\n"
                               "out/shd/.a.h5.gz.fetched\nout/shd/a.h5\nevents of a oneHDF of a kind");
}

/* What is asked for may be in an archive within the archive, or in a folder further down. */
Test(fetch, archives_within_archives)
{
    static const char *const inner[] = {"Train/ant/a.bin"}, *const text[] = {"events of an ant"};
    static const char *const packed[] = {"pack/Train.zip", "__MACOSX/Train.zip"}, *const deep[] = {
                                                                                      "pack/Train/bee/b.bin"};
    unsigned char one[600], other[1500];
    const size_t sizes[] = {zip_bytes(one, inner, text, NULL, 1), 3};
    const char *const contents[] = {(const char *)one, "???"};
    const char *const at =
        "sed -i \"s/md5:[0-9a-f]*,test,\\(.*Train\\)/md5:$(md5sum < mirror/Train.zip | cut -d ' ' -f "
        "1),test,\\1/\" sources.csv";
    write_bytes("mirror/Train.zip", other, zip_bytes(other, packed, contents, sizes, 2));
    shell(at);
    fetch("nmnist", 0);
    shell("cat out/nmnist/Train/ant/a.bin; ls out/nmnist; rm -r out");
    cr_expect_str_eq(r.output, "events of an antTrain\n");
    write_bytes("mirror/Train.zip", other, zip_bytes(other, deep, text, NULL, 1));
    shell(at);
    fetch("nmnist", 0);
    shell("cat out/nmnist/Train/bee/b.bin");
    cr_expect_str_eq(r.output, "events of an ant");
}

/* Of IDX files, info says whether they are as published: packed ones by their checksum. */
Test(fetch, verdict_on_files)
{
    static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2};
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 'a', 'b', 'c'};
    shell("mkdir mnist");
    write_bytes("mnist/t10k-labels-idx1-ubyte", labels, sizeof labels);
    write_bytes("mnist/t10k-images-idx3-ubyte", images, sizeof images);
    shell("gzip mnist/t10k-images-idx3-ubyte");
    spikebench(&r,
               "dataset info mnist --set path=mnist --set side=test --set n_validation=0 --set n_train=2");
    cr_expect_eq(r.code, 0, "%s", r.output);
    expect("mnist/t10k-images-idx3-ubyte.gz: NOT as published: SHA-256 ");
    expect("not 8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6");
    expect("mnist/t10k-labels-idx1-ubyte: not compared: unpacked, and the published checksum is that of "
           "t10k-labels-idx1-ubyte.gz");
}

/* The short name is the folder's; the SHA-256 that is printed is the file's. */
Test(fetch, names_and_printed_checksum)
{
    char sum[100];
    fetch("fashion", 0);
    cr_expect(cli_exists("out/fashion/images.gz"));
    shell("sha256sum < mirror/a.h5.gz");
    (void)snprintf(sum, sizeof sum, "its SHA-256 is %.64s\n", r.output);
    fetch("shd", 0);
    expect(sum);
}

/* Nothing is downloaded again: the mirror is gone. */
Test(fetch, what_is_there_is_left_alone)
{
    fetch("nmnist", 0);
    fetch("fashion", 0);
    shell("mv mirror away && ls -lR --time-style=full-iso out > before");
    fetch("nmnist", 0);
    expect("Train.zip: already in out/nmnist");
    fetch("fashion", 0);
    expect("images.gz: already in out/fashion");
    shell("ls -lR --time-style=full-iso out | cmp - before");
    shell("rm -r out");
    fetch("fashion", 1);
    expect("images.gz: curl failed with exit code 37\n");
}

/* The part is not fetched again: here it differs from the mirror's, and only the rest is taken. */
Test(fetch, a_part_is_gone_on_with)
{
    shell("mkdir -p out/fashion && head -c 5000 mirror/images.gz > out/fashion/images.gz.part\n"
          "cp mirror/images.gz good\n"
          "printf XXXX | dd of=mirror/images.gz bs=1 seek=100 conv=notrunc 2> /dev/null");
    fetch("fashion", 0);
    expect("going on after 5000 bytes");
    shell("cmp good out/fashion/images.gz && ! test -e out/fashion/images.gz.part");
}

Test(fetch, a_part_that_is_complete)
{
    shell("mkdir -p out/fashion out/nmnist && mv mirror/images.gz out/fashion/images.gz.part\n"
          "mv mirror/Train.zip out/nmnist/Train.zip.part");
    fetch("fashion", 0);
    fetch("nmnist", 0); /* whose size is not known */
    expect("all of it is in out/nmnist/Train.zip.part already");
    cr_expect(cli_exists("out/fashion/images.gz") && cli_exists("out/nmnist/Train/0/00001.bin"));
}

Test(fetch, a_file_cut_short_is_refused)
{
    char sum[100];
    shell("cp mirror/images.gz good && truncate -s 777 mirror/images.gz && sha256sum < mirror/images.gz");
    (void)snprintf(sum, sizeof sum, "checksum sha256:%.64s, expected sha256:", r.output);
    fetch("fashion", 1);
    expect("images.gz is cut short");
    expect(sum);
    expect("777 bytes, expected 8893; kept as out/fashion/images.gz.part");
    cr_expect(!cli_exists("out/fashion/images.gz"));
    shell("cmp mirror/images.gz out/fashion/images.gz.part");
    fetch("fashion", 1); /* again, with nothing to go on with */
    expect("777 bytes, expected 8893");
    shell("cp good mirror/images.gz");
    fetch("fashion", 0);
    shell("cmp good out/fashion/images.gz");
}

Test(fetch, a_changed_file_is_refused_and_removed)
{
    shell("printf X | dd of=mirror/images.gz bs=1 seek=5 conv=notrunc 2> /dev/null\n"
          "printf X | dd of=mirror/Train.zip bs=1 seek=50 conv=notrunc 2> /dev/null");
    fetch("fashion", 1);
    expect("images.gz is not what is published: checksum sha256:");
    expect("expected sha256:");
    fetch("nmnist", 1);
    expect("Train.zip is not what is published: checksum md5:");
    shell("printf more >> mirror/images.gz");
    fetch("fashion", 1);
    expect("8897 bytes, expected 8893; removed");
    shell("find out -type f");
    cr_expect_str_eq(r.output, "");
}

/* What the user has put there, or changed since, is never overwritten. */
Test(fetch, files_in_the_way)
{
    shell("mkdir -p out/nmnist/Train/0 out/fashion && echo mine > out/nmnist/Train/0/mine && echo mine > "
          "out/fashion/images.gz");
    fetch("nmnist", 1);
    expect("out/nmnist/Train is there, but was not put there by this command");
    fetch("fashion", 1);
    expect("out/fashion/images.gz is there, but is not what is published");
    shell("cat out/nmnist/Train/0/mine out/fashion/images.gz");
    cr_expect_str_eq(r.output, "mine\nmine\n");
    shell("rm -r out/nmnist");
    fetch("nmnist", 0);
    shell("rm out/nmnist/Train/0/00001.bin");
    fetch("nmnist", 1);
    expect("out/nmnist/Train has changed since it was fetched");
}

/* An archive that is as published and yet holds nothing of what is expected. */
Test(fetch, an_archive_without_the_folder)
{
    shell("sed -i 's/Train.zip,Train,/Train.zip,Test,/' sources.csv");
    fetch("nmnist", 1);
    expect("Train.zip could not be unpacked to out/nmnist/Test");
    cr_expect(!cli_exists("out/nmnist/.Train.zip.unpacking"));
    shell("sed -i 's/Train.zip,Test,/Train.zip,Train,/' sources.csv && rm mirror/Train.zip");
    fetch("nmnist", 0); /* the archive is there and verified */
    cr_expect(cli_exists("out/nmnist/Train/0/00001.bin") && !cli_exists("out/nmnist/Train.zip"));
}

Test(fetch, mirror_and_dry_run)
{
    shell("mkdir other && mv mirror/images.gz other && pwd > here");
    fetch("fashion --from file://$(cat here)/other --dry-run", 0);
    expect("other/images.gz -> out/fashion/images.gz (8893 bytes, sha256:");
    cr_expect(!cli_exists("out"));
    fetch("fashion --from file://$(cat here)/other/", 0);
    shell("cmp other/images.gz out/fashion/images.gz");
    fetch("--list", 0);
    expect("fashion_mnist (fashion): MIT, http://c.d\n    images.gz, 8893 bytes, sha256:");
    expect("a.h5.gz, size unknown, no checksum");
    spikebench(&r, "dataset fetch --help");
    expect("| --list [NAME]\n");
    fetch("--list fashion", 0);
    expect("fashion_mnist (fashion): MIT, http://c.d\n    images.gz, 8893 bytes, sha256:");
    expect_not("a.h5.gz");
}

Test(fetch, tools_that_are_missing)
{
    shell(
        "mkdir bin && for t in sh dirname head cat awk cut wc sha256sum md5sum find ls mkdir rm mv; do ln -s "
        "$(command -v $t) bin; done");
    cli_shell(&r, "PATH=$(pwd)/bin \"$SB\" dataset fetch fashion --sources sources.csv --to out");
    cr_expect_eq(r.code, 1);
    expect("curl is missing; install it first");
    cli_shell(&r, "ln -s $(command -v curl) bin; PATH=$(pwd)/bin \"$SB\" dataset fetch nmnist --sources "
                  "sources.csv --to out");
    cr_expect_eq(r.code, 1);
    expect("unzip is missing; install it first");
    expect_not("Train.zip: from");
    cli_shell(&r, "PATH=$(pwd)/bin \"$SB\" dataset fetch fashion --sources sources.csv --to out");
    cr_expect_eq(r.code, 0, "%s", r.output);
}

/* The environment names the folder; the table that is shipped has these datasets and no others. */
Test(fetch, environment_and_shipped_table)
{
    char text[100], names[] = "nmnist dvs_gesture n_caltech101 mnist fashion_mnist kmnist emnist shd ssc ";
    cli_shell(&r, "SPIKEBENCH_DATA=there \"$SB\" dataset fetch shd --sources sources.csv");
    cr_expect_eq(r.code, 0, "%s", r.output);
    cr_expect(cli_exists("there/shd/a.h5"));
    spikebench(&r, "dataset fetch --list | sed -n 's/^\\([a-z_][a-z_0-9]*\\)[ :].*/\\1/p' | tr '\\n' ' '");
    cr_expect_str_eq(names, r.output);
    for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
        (void)snprintf(text, sizeof text, "dataset fetch %s --to nowhere --dry-run", name);
        spikebench(&r, text);
        cr_expect_eq(r.code, 0, "%s", r.output);
        expect(" -> nowhere/");
        expect_not("no checksum");
    }
}

struct line {
    char arguments[120], expected[100];
    int code;
};

ParameterizedTestParameters(fetch, refused)
{
    static struct line lines[] = {
        {"shd", "where to? Set SPIKEBENCH_DATA or give --to DIR", 2},
        {"fasion --to out", "'fasion' is no dataset that can be fetched; did you mean 'fashion'?", 2},
        {"digits --to out", "'digits' is no dataset that can be fetched; see", 2},
        {"--to out", "the name of a dataset is missing", 2},
        {"shd --to", "option '--to' needs a value", 2},
        {"shd nmnist", "'nmnist' is one argument too many", 2},
        {"shd --form x",
         "unknown option '--form'; did you mean '--from'? see 'spikebench dataset fetch --help'", 2},
        {"fasion -t out", "unknown option '-t'", 2},
        {"shd --sources nothing.csv", "nothing.csv", 1},
        {"shd --to file/under", "file/under/shd cannot be written: Not a directory", 1},
        {"shd --to /proc/no", "/proc/no/shd cannot be written: ", 1},
        {"shd --to out --from mirror", "--from 'mirror': an address that begins with https://", 2},
        {"shd --to out --from ftp://a.b", "--from 'ftp://a.b': an address", 2},
        {"--help", "Usage: spikebench dataset fetch NAME", 0},
        {"fasion -h", "Usage: spikebench dataset fetch NAME", 0},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *c, fetch, refused)
{
    char text[400];
    (void)snprintf(text, sizeof text, "unset SPIKEBENCH_DATA; : > file; \"$SB\" dataset fetch %s%s",
                   strstr(c->arguments, "--sources") ? "" : "--sources sources.csv ", c->arguments);
    cli_shell(&r, text);
    cr_expect_eq(r.code, c->code, "%s: %d, %s", text, r.code, r.output);
    expect(c->expected);
}
