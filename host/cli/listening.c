/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/listening.h"

#include <stdlib.h>

static enum mote_status read_share(struct cli *cli, const char *option, double *out)
{
    const char *value = cli_value(cli, option);
    char *end;

    if (value == NULL)
        return MOTE_OK;
    *out = strtod(value, &end);
    if (end == value || *end != '\0' || !(*out >= 0 && *out <= 1))
        return usage_error(cli, "%s wants a number from 0 to 1, not \"%s\"", option, value);
    return MOTE_OK;
}

static enum mote_status read_gate(struct cli *cli, struct gate_wish *out)
{
    const char *value = cli_value(cli, "--gate");
    char *end;

    *out = (struct gate_wish){.said = value != NULL, .hold_ms = LISTEN_UNSAID, .before_ms = LISTEN_UNSAID};
    if (value == NULL)
        return MOTE_OK;
    out->above = strtof(value, &end);
    if (end == value || *end != '\0' || !(out->above >= 0 && out->above <= GATE_ABOVE_MAX))
        return usage_error(cli, "--gate wants decibels, 0 to %d, not \"%s\"", GATE_ABOVE_MAX, value);
    return MOTE_OK;
}

static void read_names(struct cli *cli, struct listen_options *o)
{
    char *s = cli_value(cli, "--classes") != NULL ? pool_strdup(&cli->pool, cli_value(cli, "--classes")) : NULL, *rest;
    const char **names = NULL;

    for (const char *name = s != NULL ? strtok_r(s, ",", &rest) : NULL; name != NULL;
         name = strtok_r(NULL, ",", &rest)) {
        names = pool_grow(&cli->pool, names, (size_t)o->n_names, sizeof *names);
        names[o->n_names++] = name;
    }
    o->names = names;
}

static enum mote_status read_kind(struct cli *cli, struct listen_options *o)
{
    static const char *const words[] = {"average", "sum", "hits", NULL};
    const char *word;

    if (cli_value(cli, "--posterior") == NULL)
        return MOTE_OK;
    TRY(cli_word(cli, "--posterior", words, &word));
    for (int32_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            o->kind = i;
    return MOTE_OK;
}

enum mote_status cli_read_listening(struct cli *cli, struct listen_options *o)
{
    int64_t window = 0, step = 0, every = 0, over = LISTEN_UNSAID, minimum = LISTEN_UNSAID, suppress = LISTEN_UNSAID;

    *o = (struct listen_options){
        .preset = cli_value(cli, "--preset"), .kind = LISTEN_UNSAID, .threshold = LISTEN_UNSAID};
    TRY(cli_number(cli, "--window", 1, 1000, &window));
    TRY(cli_number(cli, "--step", 1, 1000, &step));
    TRY(cli_number(cli, "--every", 1, 1000, &every));
    TRY(cli_number(cli, "--over", 1, MOTE_POSTERIOR_WINDOW_MAX, &over));
    TRY(cli_number(cli, "--minimum", 1, MOTE_POSTERIOR_WINDOW_MAX, &minimum));
    TRY(cli_number(cli, "--suppress", 0, 60000, &suppress));
    TRY(read_share(cli, "--threshold", &o->threshold));
    TRY(read_gate(cli, &o->gate));
    read_names(cli, o);
    o->wish = (struct front_end_wish){.window_ms = (int32_t)window, .step_ms = (int32_t)step, .absolute = true};
    o->every = (int32_t)every;
    o->window = (int32_t)over;
    o->minimum = (int32_t)minimum;
    o->suppression = LISTEN_UNSAID;
    o->suppression_ms = (int32_t)suppress;
    return read_kind(cli, o);
}

bool cli_says_listening(const struct cli *cli)
{
    static const struct option options[] = {LISTENING_OPTIONS};

    for (size_t i = 0; i < COUNT(options); i++)
        if (cli_value(cli, options[i].name) != NULL)
            return true;
    return false;
}
