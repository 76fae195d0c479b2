/* SPDX-License-Identifier: Apache-2.0 */
/* mote help, mote explain. */
#include <stdlib.h>

#include "host/cli/pages.h"

static json_t *command_json(const struct command *c)
{
    json_t *options = json_array();

    for (const struct option *o = c->options; o->name != NULL; o++)
        json_array_append_new(options,
                              json_pack("{s:s, s:s?, s:s}", "name", o->name, "value", o->value, "help", o->help));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", c->name, "arguments", c->arguments, "summary",
                     c->summary, "details", c->details, "example", c->example, "options", options);
}

static enum mote_status print_as(struct cli *cli, const struct command *command)
{
    static const char *const forms[] = {"text", "man", "bash", "zsh", NULL};
    const char *form;

    TRY(cli_word(cli, "--as", forms, &form));
    if (form == forms[0])
        help_print(&cli->pool, command, stdout);
    else if (form == forms[1])
        man_print(&cli->pool, command, stdout);
    else
        completion_print(form == forms[3], stdout);
    return MOTE_OK;
}

static enum mote_status run_help(struct cli *cli)
{
    const struct command *command = NULL;
    json_t *list;

    if (cli->n_positional > 0)
        TRY(command_find(cli, cli->positional[0], &command));
    if (!cli->json)
        return print_as(cli, command);
    list = json_array();
    for (size_t i = 0; commands[i] != NULL; i++)
        if (command == NULL || commands[i] == command)
            json_array_append_new(list, command_json(commands[i]));
    cli_print_json(json_pack("{s:o}", "commands", list));
    return MOTE_OK;
}

const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND] [--as man|bash|zsh]",
    .summary = "what a command does, with an example",
    .details = "JSON keys: commands: [{name, arguments, summary, details, example, options: [{name, value, help}]}].",
    .example = "mote help compile",
    .positional_max = 1,
    .options = (const struct option[]){{"--as", "FORM", "text, a man page, or what completes commands in bash or zsh"},
                                       {NULL, NULL, NULL}},
    .run = run_help,
};

/* "-22", "22" (logs lose the sign), "ERR_CHECKSUM" or "MOTE_ERR_CHECKSUM". */
static bool same_status(const char *word, int number, const char *name)
{
    char *end;
    long n = strtol(word, &end, 10);

    return (end != word && *end == '\0' && (n == number || n == -number)) || strcmp(word, name) == 0 ||
           (strncmp(word, "MOTE_", 5) == 0 && strcmp(word + 5, name) == 0);
}

static const int statuses[] = {
#define STATUS(number, NAME, text, advice) number,
#include "mote/ops/status_def.h"
};

static enum mote_status run_explain(struct cli *cli)
{
    for (size_t i = 0; i < COUNT(statuses); i++) {
        int s = statuses[i];

        if (!same_status(cli->positional[0], s, status_name(s)))
            continue;
        if (cli->json)
            cli_print_json(json_pack("{s:i, s:s, s:s, s:s}", "status", s, "name", status_name(s), "text",
                                     status_text(s), "advice", status_advice(s)));
        else
            printf("%d %s: %s\n%s\n", s, status_name(s), status_text(s), status_advice(s));
        return MOTE_OK;
    }
    return fail(&cli->root, MOTE_ERR_USAGE, "there is no status \"%s\"; device/mote/ops/status_def.h lists them",
                cli->positional[0]);
}

const struct command command_explain = {
    .name = "explain",
    .arguments = "STATUS",
    .summary = "what a status number or name means, and what to do",
    .details = "JSON keys: status, name, text, advice.",
    .example = "mote explain -22",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{NULL, NULL, NULL}},
    .run = run_explain,
};
