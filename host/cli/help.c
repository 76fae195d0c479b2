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
    puts("  mote --version\n\n`mote help COMMAND` says more. A model is a .tflite, .onnx, .pb, .h5, .keras, .ell, "
         "Darknet .cfg, graph file or compiled .mote.\n"
         "Exit status: 0 done, 1 the input is at fault, 2 the command line, 3 the environment.");
}

static json_t *command_json(const struct command *c)
{
    json_t *options = json_array();

    for (const struct option *o = c->options; o->name != NULL; o++)
        json_array_append_new(options,
                              json_pack("{s:s, s:s?, s:s}", "name", o->name, "value", o->value, "help", o->help));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", c->name, "arguments", c->arguments, "summary",
                     c->summary, "details", c->details, "example", c->example, "options", options);
}

static enum mote_status run_help(struct cli *cli)
{
    const char *name = cli->n_positional > 0 ? cli->positional[0] : NULL;
    json_t *list = json_array();

    for (size_t i = 0; commands[i] != NULL; i++)
        if (name == NULL || strcmp(commands[i]->name, name) == 0)
            json_array_append_new(list, command_json(commands[i]));
    if (cli->json && json_array_size(list) > 0) {
        cli_print_json(json_pack("{s:o}", "commands", list));
        return MOTE_OK;
    }
    json_decref(list);
    if (name == NULL) {
        overview();
        return MOTE_OK;
    }
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0) {
            command_help_print(commands[i], stdout);
            return MOTE_OK;
        }
    return fail(&cli->root, MOTE_ERR_USAGE, "there is no command \"%s\"; `mote help` lists them", name);
}

const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "what a command does, with an example",
    .details = "JSON keys: commands: [{name, arguments, summary, details, example, options: [{name, value, help}]}].",
    .example = "mote help compile",
    .positional_max = 1,
    .options = (const struct option[]){{NULL, NULL, NULL}},
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
