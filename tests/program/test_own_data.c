/* Data of one's own, as docs/datasets.md says: the commands of each section, on small files written here. */
#include "tests/cli_run.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { COMMANDS_MOST = 6, LINE_MOST = 400 };
#define MINE "--set path=mine --set width=64 --set height=48 --set time_unit=s --set n_validation=1"

static struct result r;
static char here[300];

static void setup(void)
{
    cli_setup();
    cli_shell(&r, "pwd");
    (void)snprintf(here, sizeof here, "%.*s", (int)strcspn(r.output, "\n"), r.output);
}

TestSuite(own_data, .init = setup, .fini = cli_teardown);

/* The commands of a section of the page: indented lines that start the program. */
static size_t commands_of(const char *heading, char commands[COMMANDS_MOST][LINE_MOST])
{
    char line[LINE_MOST];
    size_t n = 0;
    bool inside = false;
    FILE *f = fopen("docs/datasets.md", "r");
    cr_assert_not_null(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "## ", 3) == 0) inside = strcmp(line + 3, heading) == 0;
        if (!inside || strncmp(line, "    ", 4) != 0 || !strstr(line, "spikebench ")) continue;
        cr_assert_lt(n, (size_t)COMMANDS_MOST);
        memcpy(commands[n++], line + 4, strlen(line + 4) + 1);
    }
    (void)fclose(f);
    return n;
}

/* Runs a command of the page, with `more` behind it. */
static void run(const char *command, const char *more)
{
    char text[3 * LINE_MOST];
    const char *name = strstr(command, "spikebench ");
    (void)snprintf(text, sizeof text, "%.*s\"$SB\" %s%s", (int)(name - command), command,
                   name + strlen("spikebench "), more);
    cli_shell(&r, text);
    cr_assert_eq(r.code, 0, "%s: %s", text, r.output);
}

/* What download and training of the tests need besides. */
static void run_both(const char *heading, const char *more)
{
    char commands[COMMANDS_MOST][LINE_MOST];
    cr_assert_geq(commands_of(heading, commands), (size_t)2, "%s", heading);
    run(commands[0], strstr(commands[0], " fetch ") ? " --sources sources.csv" : "");
    run(commands[1], more);
    cr_expect_not_null(strstr(r.output, "1 iterations (max_iter)"), "%s", r.output);
}

/* The table of what can be fetched: one archive for each `gives`. */
static void write_sources(const char *dataset, const char *const *gives)
{
    char text[1000];
    cli_write("sources.csv", "dataset,folder,file,gives,size,checksum,checksum_from,url,licence,page\n");
    for (size_t k = 0; gives[k]; k++) {
        (void)snprintf(
            text, sizeof text,
            "tar -czf %s.tar.gz %s && rm -r %s && echo \"%s,%s,%s.tar.gz,%s,,md5:$(md5sum < %s.tar.gz | "
            "cut -d ' ' -f 1),test,file://$(pwd)/%s.tar.gz,none,http://a.b\" >> sources.csv",
            gives[k], gives[k], gives[k], dataset, dataset, gives[k], gives[k], gives[k], gives[k]);
        cli_shell(&r, text);
        cr_assert_eq(r.code, 0, "%s: %s", text, r.output);
    }
}

/* A gesture as tonic has it: a table of float64, x, y, p, t in ms; events along a line that the class turns.
 */
static void write_gesture(const char *side, int user, int class)
{
    enum { EVENTS = 40 };
    static const char header[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (40, 4), }\n";
    char name[100];
    (void)snprintf(name, sizeof name, "ibmGesture%s/user%02d_led/%d.npy", side, user, class);
    FILE *f = folder_open(here, name, "wb");
    const unsigned char start[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, sizeof header - 1, 0};
    cr_assert_eq(fwrite(start, sizeof start, 1, f), 1);
    cr_assert_eq(fwrite(header, sizeof header - 1, 1, f), 1);
    for (int k = 0; k < EVENTS; k++) {
        const double row[4] = {(k * (class + 1) + user) % 128, (3 * k) % 128, k % 2, 10 + 25 * k};
        cr_assert_eq(fwrite(row, sizeof row, 1, f), 1);
    }
    cr_assert_eq(fclose(f), 0);
}

Test(own_data, dvs_gesture_of_tonic)
{
    for (int user = 1; user <= 4; user++)
        for (int class = 0; class < 11; class ++) write_gesture(user < 4 ? "Train" : "Test", user, class);
    write_sources("dvs_gesture", (const char *const[]){"ibmGestureTrain", "ibmGestureTest", NULL});
    run_both("DVS Gesture", " --set stop.max_iter=1 --set dataset.n_validation=11");
    cli_shell(
        &r, "SPIKEBENCH_DATA=data \"$SB\" dataset info dvs_gesture --set n_validation=11 --set group=prefix");
    cr_expect_not_null(strstr(r.output, "2048 (32 x 32 x 2), T = 20 steps, 11 classes"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "22 training, 11 validation, 11 test"), "%s", r.output);
}

/* The original files: AEDAT 3.1, a CSV of labels beside each, and lists of the sides. */
Test(own_data, dvs_gesture_of_its_authors)
{
    char commands[COMMANDS_MOST][LINE_MOST], name[100];
    cr_assert_eq(commands_of("DVS Gesture", commands), 3);
    for (int user = 1; user <= 3; user++) {
        (void)snprintf(name, sizeof name, "DvsGesture/user%02d_led.aedat", user);
        FILE *f = folder_open(here, name, "wb");
        (void)fputs("#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n", f);
        const unsigned char head[28] = {1, 0, 1, 0,  8, 0, 0, 0,  4, 0, 0, 0, 0,
                                        0, 0, 0, 22, 0, 0, 0, 22, 0, 0, 0, 22};
        (void)fwrite(head, sizeof head, 1, f);
        for (uint32_t k = 0; k < 22; k++) {
            const uint32_t word = 1 | k % 2 << 1 | k << 2 | (5 * k + (uint32_t)user) << 17, t = 1000 * k;
            const unsigned char event[8] = {
                (unsigned char)word,         (unsigned char)(word >> 8), (unsigned char)(word >> 16),
                (unsigned char)(word >> 24), (unsigned char)t,           (unsigned char)(t >> 8)};
            (void)fwrite(event, sizeof event, 1, f);
        }
        cr_assert_eq(fclose(f), 0);
        (void)snprintf(name, sizeof name, "DvsGesture/user%02d_led_labels.csv", user);
        f = folder_open(here, name, "w");
        (void)fputs("class,startTime_usec,endTime_usec\n", f);
        for (int class = 1; class <= 11; class ++)
            (void)fprintf(f, "%d,%d,%d\n", class, 2000 * (class - 1), 2000 * class);
        cr_assert_eq(fclose(f), 0);
    }
    cli_shell(&r, "printf 'user01_led.aedat\\nuser02_led.aedat\\n' > DvsGesture/trials_to_train.txt; "
                  "echo user03_led.aedat > DvsGesture/trials_to_test.txt");
    run(commands[2], " --set n_validation=0");
    cr_expect_not_null(strstr(r.output, "22 training, 0 validation, 11 test"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "33 recordings, 66 events"), "%s", r.output);
}

Test(own_data, n_caltech101)
{
    static const char *const classes[] = {"BACKGROUND_Google", "airplanes", "wrench"};
    for (int class = 0; class < 3; class ++)
        for (int i = 1; i <= 6; i++) {
            unsigned char bytes[5 * 60];
            char name[100];
            for (unsigned k = 0; k < 60; k++) {
                const unsigned t = 4000 * k;
                const unsigned char event[5] = {(unsigned char)(3 * k + (unsigned)(50 * class)),
                                                (unsigned char)(2 * k), (unsigned char)(k % 2 << 7 | t >> 16),
                                                (unsigned char)(t >> 8), (unsigned char)t};
                memcpy(bytes + 5 * k, event, sizeof event);
                if (event[0] >= 240) bytes[5 * k] = 0;
            }
            (void)snprintf(name, sizeof name, "Caltech101/%s/image_%04d.bin", classes[class], i);
            folder_write(here, name, bytes, sizeof bytes);
        }
    write_sources("n_caltech101", (const char *const[]){"Caltech101", NULL});
    run_both("N-Caltech101", " --set stop.max_iter=1 --set dataset.n_test=6 --set dataset.n_validation=3");
    cli_shell(&r,
              "SPIKEBENCH_DATA=data \"$SB\" dataset info n_caltech101 --set n_test=6 --set n_validation=3");
    cr_expect_not_null(strstr(r.output, "2400 (40 x 30 x 2), T = 30 steps, 3 classes"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "9 training, 3 validation, 6 test"), "%s", r.output);
    for (size_t k = 0; k < 3; k++) /* a class a line, with its name */
        cr_expect_not_null(strstr(r.output, classes[k]), "%s", r.output);
}

/* The names of the classes, clap (0) and wave (1), in what all commands say. */
static void expect_names(void)
{
    static const struct {
        const char *command, *says;
    } cases[] = {
        {"eval --weights mine.net --csv c.csv && cat c.csv", "true,predicted_clap,predicted_wave\nclap,"},
        {"eval --weights mine.net", "0.00   clap\n"},
        {"trace --weights mine.net --index 0 --csv t.csv --ascii", " sample 0: class "},
        {"dataset show events --ascii --index 0 " MINE, "sample 0 (seed 0): class "},
        {"dataset write events --out new --format npy " MINE " && ls -d new/*/*",
         "new/Test/clap\nnew/Test/wave\nnew/Train/clap\nnew/Train/wave\n"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[600];
        (void)snprintf(text, sizeof text, "\"$SB\" %s", cases[k].command);
        cli_shell(&r, text);
        cr_assert_eq(r.code, 0, "%s: %s", text, r.output);
        cr_expect_not_null(strstr(r.output, cases[k].says), "%s: %s", text, r.output);
        const char *class = strstr(r.output, ": class ");
        cr_expect(!class || strncmp(class + 8, "0 (clap)", 8) == 0 || strncmp(class + 8, "1 (wave)", 8) == 0,
                  "%s", r.output);
    }
    cli_shell(
        &r, "\"$SB\" dataset info events --set path=new --set width=64 --set height=48 --set n_validation=1");
    cr_expect(strstr(r.output, "   clap\n") && strstr(r.output, "   wave\n"), "%s", r.output);
}

Test(own_data, recordings_in_csv_files)
{
    FILE *index = folder_open(here, "mine/index.csv", "w");
    (void)fputs("file,label,split,from,to,group\n", index);
    for (int user = 0; user < 4; user++) {
        char name[60];
        (void)snprintf(name, sizeof name, "mine/user%d/1.csv", user);
        FILE *f = folder_open(here, name, "w");
        (void)fputs("t,x,y,p\n", f);
        for (int k = 0; k < 60; k++)
            (void)fprintf(f, "%.6f,%d,%d,%d\n", 0.05 * k, (k + user) % 64, k < 30 ? k % 48 : 7, k % 2);
        cr_assert_eq(fclose(f), 0);
        const char *split = user < 2 ? "train" : user < 3 ? "validation" : "test";
        (void)fprintf(index, "user%d/1.csv,wave,%s,0,1.5,user%d\nuser%d/1.csv,clap,%s,1.5,,user%d\n", user,
                      split, user, user, split, user);
    }
    cr_assert_eq(fclose(index), 0);
    char commands[COMMANDS_MOST][LINE_MOST];
    cr_assert_geq(commands_of("Recordings in CSV files", commands), (size_t)2);
    run(commands[0], "");
    cr_expect_not_null(strstr(r.output, "4 training, 1 validation, 2 test"), "%s", r.output);
    run(commands[1], " --set stop.max_iter=1");
    cr_expect_not_null(strstr(r.output, "1 iterations (max_iter)"), "%s", r.output);
    expect_names();
}

/* Letters 1 .. 26, transposed, packed: images of a bar whose column is the letter. */
static void write_letters(const char *side, uint32_t n)
{
    enum { SIDE = 28 };
    unsigned char images[52 * SIDE * SIDE] = {0}, labels[52];
    char name[100], text[200];
    for (uint32_t k = 0; k < n; k++) {
        labels[k] = (unsigned char)(1 + k % 26);
        for (size_t j = 0; j < SIDE; j++)
            images[k * SIDE * SIDE + labels[k] * SIDE + j] = 200; /* a row of the file */
    }
    (void)snprintf(name, sizeof name, "gzip/emnist-letters-%s-images-idx3-ubyte", side);
    folder_write_idx(here, name, images, n, SIDE);
    (void)snprintf(name, sizeof name, "gzip/emnist-letters-%s-labels-idx1-ubyte", side);
    folder_write_idx(here, name, labels, n, 0);
    (void)snprintf(text, sizeof text, "gzip gzip/emnist-letters-%s-*", side);
    cli_shell(&r, text);
    cr_assert_eq(r.code, 0, "%s", r.output);
}

Test(own_data, emnist)
{
    write_letters("train", 52);
    write_letters("test", 26);
    write_sources("emnist", (const char *const[]){"gzip", NULL});
    run_both("EMNIST", " --set stop.max_iter=1 --set dataset.n_validation=0");
    cli_shell(&r, "SPIKEBENCH_DATA=data \"$SB\" dataset info emnist --set n_validation=0");
    cr_expect_not_null(strstr(r.output, "784 (28 x 28 x 1), T = 20 steps, 26 classes"), "%s", r.output);
    cr_expect_not_null(strstr(r.output, "52 training, 0 validation, 26 test"), "%s", r.output);
    cr_expect_not_null(
        strstr(r.output, "emnist-letters-train-images-idx3-ubyte.gz: not compared: no checksum"), "%s",
        r.output);
}
