/* SPDX-License-Identifier: Apache-2.0 */
/* mote targets */
#include "host/cli/io.h"
#include "host/boards/board.h"
#include "host/report/columns.h"

static json_t *board_json(const struct board *b)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "name", json_text(b->name), "title", json_text(b->title),
                     "core", json_text(b->core), "clock_hz", (json_int_t)b->clock_hz, "flash_bytes",
                     (json_int_t)board_memory_bytes(b, BOARD_FLASH), "ram_bytes",
                     (json_int_t)board_memory_bytes(b, BOARD_RAM), "emulator",
                     b->emulator != NULL ? json_text(b->emulator) : json_null());
}

static const char *kib(struct pool *pool, const struct board *b, enum board_memory_kind kind)
{
    return pool_printf(pool, "%.6g", (double)board_memory_bytes(b, kind) / 1024);
}

static void add_board(struct table *t, const struct board *b)
{
    struct pool *pool = t->pool;
    const char *emulator = b->emulator == NULL ? "none" : strcmp(b->emulator, b->name) == 0 ? "itself" : b->emulator;

    TABLE_ROW(t, b->name, printable(pool, b->core), pool_printf(pool, "%.4g", (double)b->clock_hz / 1e6),
              kib(pool, b, BOARD_FLASH), kib(pool, b, BOARD_RAM), printable(pool, emulator), printable(pool, b->title));
}

#define WIDE 110

/* The last column is for terminals that have room for it. */
static void print_boards(struct pool *pool, const struct board *const *boards, int32_t n)
{
    static const struct column columns[] = {{"board", false, 0},    {"core", false, 12},  {"MHz", true, 0},
                                            {"flash KiB", true, 0}, {"RAM KiB", true, 0}, {"emulator", false, 8},
                                            {"", false, 8}};
    const int32_t n_columns = COUNT(columns) - (columns_of(stdout) < WIDE);
    struct table t = {.pool = pool, .columns = columns, .n_columns = n_columns};

    for (int32_t i = 0; i < n; i++)
        add_board(&t, boards[i]);
    table_print(&t, stdout);
}

static enum mote_status run_targets(struct cli *cli)
{
    const struct board **boards;
    const char **names;
    int32_t n;

    TRY(board_list(&cli->pool, &names, &n, &cli->root));
    boards = pool_array(&cli->pool, (size_t)n, sizeof *boards);
    for (int32_t i = 0; i < n; i++)
        TRY(board_load(&cli->pool, names[i], &boards[i], &cli->root));
    if (cli->json) {
        json_t *list = json_array();

        for (int32_t i = 0; i < n; i++)
            json_array_append_new(list, board_json(boards[i]));
        cli_print_json(json_pack("{s:o}", "boards", list));
        return MOTE_OK;
    }
    print_boards(&cli->pool, boards, n);
    return MOTE_OK;
}

const struct command command_targets = {
    .name = "targets",
    .arguments = "",
    .summary = "lists the boards",
    .details =
        "Each board is a file targets/<board>/board.yaml. The emulator is the board whose emulated machine counts\n"
        "instructions for this one. KiB is 1024 bytes. A wide terminal shows the boards' full names, too.\n\n"
        "JSON keys: boards: [{name, title, core, clock_hz, flash_bytes, ram_bytes, emulator (null: none)}].",
    .example = "mote targets",
    .options = (const struct option[]){{NULL, NULL, NULL}},
    .run = run_targets,
};
