/* SPDX-License-Identifier: Apache-2.0 */
/* mote targets */
#include "host/cli/io.h"
#include "host/boards/board.h"

static json_t *board_json(const struct board *b)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "name", json_text(b->name), "title", json_text(b->title),
                     "core", json_text(b->core), "clock_hz", (json_int_t)b->clock_hz, "flash_bytes",
                     (json_int_t)board_memory_bytes(b, BOARD_FLASH), "ram_bytes",
                     (json_int_t)board_memory_bytes(b, BOARD_RAM), "emulator",
                     b->emulator != NULL ? json_text(b->emulator) : json_null());
}

static void print_board(struct pool *pool, const struct board *b)
{
    printf("%-20s %-12s %7.4g %10.6g %10.6g  %-12s %s\n", b->name, printable(pool, b->core), (double)b->clock_hz / 1e6,
           (double)board_memory_bytes(b, BOARD_FLASH) / 1e3, (double)board_memory_bytes(b, BOARD_RAM) / 1e3,
           b->emulator != NULL ? b->emulator : "none", printable(pool, b->title));
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
    printf("%-20s %-12s %7s %10s %10s  %-12s %s\n", "board", "core", "MHz", "flash kB", "RAM kB", "emulator", "");
    for (int32_t i = 0; i < n; i++)
        print_board(&cli->pool, boards[i]);
    return MOTE_OK;
}

const struct command command_targets = {
    .name = "targets",
    .arguments = "",
    .summary = "lists the boards",
    .details =
        "Each board is a file targets/<board>/board.yaml. The emulator is the board whose emulated machine counts\n"
        "instructions for this one. kB is 1000 bytes.\n\n"
        "JSON keys: boards: [{name, title, core, clock_hz, flash_bytes, ram_bytes, emulator (null: none)}].",
    .example = "mote targets",
    .options = (const struct option[]){{NULL, NULL, NULL}},
    .run = run_targets,
};
