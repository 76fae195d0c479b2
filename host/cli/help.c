/* SPDX-License-Identifier: Apache-2.0 */
/* mote help, mote explain. */
#include <stdlib.h>

#include "host/cli/cli.h"

void command_help_print(const struct command *c, FILE *to)
{
    fprintf(to, "mote %s %s\n\n%s\n", c->name, c->arguments, c->summary);
    if (c->details[0] != '\0')
        fprintf(to, "\n%s\n", c->details);
    fputs("\nOptions:\n", to);
    for (const struct option *o = c->options; o->name != NULL; o++)
        fprintf(to, "  %-14s %-8s %s\n", o->name, o->value != NULL ? o->value : "", o->help);
    fputs("  --json                  print JSON\n  --help                  this text\n", to);
    fprintf(to, "\nExample:\n  %s\n", c->example);
}

static void overview(void)
{
    puts("Mote takes a neural network, makes it small, proves what it costs and runs it on a microcontroller.\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        printf("  mote %-9s %s\n", commands[i]->name, commands[i]->summary);
    puts("  mote --version\n\n`mote help COMMAND` says more. A model is a .tflite, a graph file or a compiled .mote.\n"
         "Exit status: 0 done, 1 the input is at fault, 2 the command line, 3 the environment.");
}

static enum mote_status run_help(struct cli *cli)
{
    if (cli->n_positional == 0) {
        overview();
        return MOTE_OK;
    }
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, cli->positional[0]) == 0) {
            command_help_print(commands[i], stdout);
            return MOTE_OK;
        }
    return fail(&cli->root, MOTE_ERR_USAGE, "there is no command \"%s\"; `mote help` lists them", cli->positional[0]);
}

const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "what a command does, with an example",
    .details = "",
    .example = "mote help compile",
    .positional_max = 1,
    .options = (const struct option[]){{NULL, NULL, NULL}},
    .run = run_help,
};

static bool same_status(const char *word, int number, const char *name)
{
    char *end;
    long n = strtol(word, &end, 10);

    return (end != word && *end == '\0' && n == number) || strcmp(word, name) == 0 ||
           (strncmp(word, "MOTE_", 5) == 0 && strcmp(word + 5, name) == 0);
}

static const int statuses[] = {
#define STATUS(number, NAME, text, advice) number,
#include "ops/status.def"
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
    return fail(&cli->root, MOTE_ERR_USAGE, "there is no status \"%s\"", cli->positional[0]);
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
