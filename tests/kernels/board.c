/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/board.h"

#include <stdlib.h>

#include "host/boards/board.h"
#include "host/emulate/firmware.h"
#include "tests/kernels/layers.h"

enum { STACK_BYTES = 16384, SECONDS = 3600 };

static bool is_wanted(const struct known_kernel *known, const char *kernel)
{
    return kernel == NULL || strcmp(known->kernel->name, kernel) == 0;
}

/* ---- building ---- */
static const char *const *make_flags(struct firmware *fw, const struct suite *s, const char *kernel)
{
    const struct board_machine *m = fw->emulated->machine;
    const char **flags = pool_array(fw->pool, 16, sizeof *flags);
    int n = 0;

    flags[n++] = pool_printf(fw->pool, "-I%s", fw->home);
    flags[n++] = pool_printf(fw->pool, "-I%s/device", fw->home);
    flags[n++] = pool_printf(fw->pool, "-I%s/targets/harness", fw->home);
    flags[n++] = pool_printf(fw->pool, "-I%s/targets/%s", fw->home, fw->board->toolchain.support);
    flags[n++] = "-DMOTE_DESCRIBE=1";
    flags[n++] = pool_printf(fw->pool, "-DCHECK_SEED=UINT64_C(%llu)", (unsigned long long)s->seed);
    flags[n++] = pool_printf(fw->pool, "-DCHECK_CASES=%d", (int)s->cases);
    flags[n++] = pool_printf(fw->pool, "-DCHECK_LAYERS=%d", s->layers);
    flags[n++] = pool_printf(fw->pool, "-DMOTE_MARK_START=%s", firmware_marker(fw->pool, m->start_marker));
    flags[n++] = pool_printf(fw->pool, "-DMOTE_MARK_STOP=%s", firmware_marker(fw->pool, m->stop_marker));
    flags[n++] = pool_printf(fw->pool, "-DCHECK_FEATURES=%uu", target_of_board(fw->board).features);
    if (kernel)
        flags[n++] = pool_printf(fw->pool, "-DCHECK_KERNEL=\"%s\"", kernel);
    return flags;
}

static enum mote_status build(struct firmware *fw, const struct suite *s, const char *kernel, const struct frame *at)
{
    static const char *const sources[] = {"draw",  "huffman", "sparse",           "cases", "layers", "known",
                                          "check", "suite",   "firmware/firmware"};
    const char *const *flags = make_flags(fw, s, kernel);

    for (size_t i = 0; i < COUNT(sources); i++)
        firmware_add(fw, FIRMWARE_MODEL, pool_printf(fw->pool, "%s/tests/kernels/%s.c", fw->home, sources[i]), flags);
    firmware_add(fw, FIRMWARE_HARNESS, pool_printf(fw->pool, "%s/targets/harness/semihosting.c", fw->home), flags);
    TRY(firmware_add_support(fw, flags, at));
    TRY(firmware_add_folder(fw, FIRMWARE_MODEL, pool_printf(fw->pool, "%s/device", fw->home), true, flags, at));
    return firmware_build(fw, suite_memory_bytes(s), STACK_BYTES, at);
}

/* ---- what it found ---- */
/* The board's line for the kernel; "" if it wrote none. */
static const char *line_of(struct pool *pool, const char *text, const char *kernel)
{
    const char *bad = pool_printf(pool, "bad %s ", kernel), *ok = pool_printf(pool, "ok %s ", kernel);

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, ok, strlen(ok)) == 0 || strncmp(line, bad, strlen(bad)) == 0)
            return pool_printf(pool, "%.*s", (int)strcspn(line, "\n"), line);
    return "";
}

/* A line "bad …" of firmware.c. */
static void print_fault(const char *name, const char *board, const char *line)
{
    char version[64], argument[64];
    unsigned long long seed;
    int at, got, want, end;

    if (sscanf(line, "bad %*s %63s %llu %63s %d %d %d %n", version, &seed, argument, &at, &got, &want, &end) == 6)
        printf("FAIL %s/%s on %s: %s: %s[%d] is %d, want %d\n"
               "      check_kernels --target %s --kernel %s --seed %llu --cases 1\n",
               name, version, board, line + end, argument, at, got, want, board, name, seed);
    else
        printf("FAIL %s on %s: the board says nothing of it\n", name, board);
}

static bool agrees(struct pool *pool, struct suite *s, const struct known_kernel *known, const char *board,
                   const char *text)
{
    const char *name = known->kernel->name, *line = line_of(pool, text, name);
    struct suite_result here = suite_check(s, known);

    if (strncmp(line, "ok ", 3) != 0)
        print_fault(name, board, line);
    else if (strtoul(line + 4 + strlen(name), NULL, 10) != here.hash)
        printf("FAIL %s/portable on %s: its bytes are not this machine's\n", name, board);
    else
        return true;
    return false;
}

/* A row of bench/versions.csv for each version of a layer. */
static void print_layer(const struct known_kernel *known, int32_t i, const char *board, const int64_t instructions[])
{
    for (int32_t v = 1; v < known->n; v++)
        printf("%s,%s,\"%s\",%s,%lld,%lld,%.2f\n", board, known->kernel->name, layer_name(known->kernel, i),
               known->versions[v].name, (long long)instructions[v], (long long)instructions[0],
               (double)instructions[0] / (double)instructions[v]);
}

static void print_layers(struct suite *s, const struct known_kernel *known, const struct firmware *fw, int32_t *next)
{
    uint64_t seed = s->seed;
    struct kernel_case c;

    for (int32_t i = 0; suite_bench_case(s, known, i, &seed, &c) && *next + known->n <= fw->n_counts; i++) {
        print_layer(known, i, fw->board->name, fw->counts + *next);
        *next += known->n;
    }
}

static void print_counts(struct suite *s, const struct known_kernel *known, const struct firmware *fw, int32_t *next)
{
    uint64_t seed = s->seed;
    int64_t *instructions = pool_array(fw->pool, (size_t)known->n, sizeof *instructions);
    int64_t *cycles = pool_array(fw->pool, (size_t)known->n, sizeof *cycles);
    double operations = 0;
    struct kernel_case c;

    for (int32_t i = 0; suite_bench_case(s, known, i, &seed, &c); i++) {
        operations += case_operations(&c);
        for (int32_t v = 0; v < known->n && *next < fw->n_counts; v++, (*next)++) {
            instructions[v] += fw->counts[*next];
            cycles[v] += fw->by_class ? fw->by_class[*next].cycles : 0; /* 0 where no timing is documented */
        }
    }
    for (int32_t v = 0; v < known->n && operations > 0; v++)
        printf("%-28s %-12s %12.0f %12lld %9.2f %8.2f %9.2f\n", known->kernel->name, known->versions[v].name,
               operations, (long long)instructions[v], (double)instructions[v] / operations,
               (double)instructions[0] / (double)instructions[v], (double)cycles[v] / operations);
}

static enum mote_status judge(struct firmware *fw, struct suite *s, const char *kernel, bool bench, long *failed,
                              const struct frame *at)
{
    struct bytes file;
    const char *text;
    int32_t next = 0;

    TRY(file_read(fw->pool, firmware_path(fw, "kernels.txt"), &file, at));
    text = pool_printf(fw->pool, "%.*s", (int)file.size, (const char *)file.data);
    if (fw->exit_code != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the firmware ended with status %d: %s", (int)fw->exit_code, text);
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_kernel(i, 0, true);

        if (is_wanted(&known, kernel))
            *failed += !agrees(fw->pool, s, &known, fw->board->name, text);
    }
    if (bench && !s->layers)
        printf("%-28s %-12s %12s %12s %9s %8s %9s\n", "kernel", "version", "operations", "instructions", "each",
               "speed", "cycles");
    for (int32_t i = 0; i < known_kernels_count && bench; i++) {
        struct known_kernel known = known_kernel(i, target_of_board(fw->board).features, false);

        if (is_wanted(&known, kernel))
            (s->layers ? print_layers : print_counts)(s, &known, fw, &next);
    }
    if (bench && next != fw->n_counts)
        return fail(at, MOTE_ERR_ENVIRONMENT,
                    "the board ran %d calls, not %d: its compiler lacks instructions of its core", (int)fw->n_counts,
                    (int)next);
    return MOTE_OK;
}

enum mote_status board_check(struct pool *pool, const char *board, const char *kernel, struct suite *suite, bool bench,
                             long *failed, const struct frame *at)
{
    const struct board *b;
    enum mote_status status;
    struct firmware fw;

    TRY(board_load(pool, board, &b, at));
    TRY(firmware_begin(pool, b, &fw, at));
    fw.classes = bench;
    status = build(&fw, suite, kernel, at);
    if (status == MOTE_OK)
        status = firmware_run(&fw, SECONDS, false, at);
    if (status == MOTE_OK)
        status = judge(&fw, suite, kernel, bench, failed, at);
    firmware_end(&fw);
    return status;
}
