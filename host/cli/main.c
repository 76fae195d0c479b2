/* SPDX-License-Identifier: Apache-2.0 */
/* argv -> a command. The only place that exits. */
#include <ctype.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/cli/cli.h"

enum { EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "host/cli/commands.def"
    NULL,
};

static void out_of_memory(void)
{
    base_cleanup();
    fputs("mote: out of memory [ERR_MEMORY]; use a smaller model, or free memory\n", stderr);
    _exit(EXIT_ENVIRONMENT);
}

/* jansson's memory: NULL would come back as JSON with something missing. */
static void *json_memory(size_t bytes)
{
    void *p = malloc(bytes);

    if (p == NULL)
        out_of_memory();
    return p;
}

static void interrupted(int signal_number)
{
    base_cleanup(); /* made for this: NOLINT(bugprone-signal-handler) */
    _exit(128 + signal_number);
}

/* But for those that whoever started us has ignored, as nohup does. */
static void watch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU};

    for (size_t i = 0; i < COUNT(signals); i++) {
        struct sigaction before;

        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            signal(signals[i], interrupted);
    }
}

static int exit_of(enum mote_status status)
{
    switch (status) {
    case MOTE_OK:
        return 0;
    case MOTE_ERR_USAGE:
        return EXIT_USAGE;
    case MOTE_ERR_ENVIRONMENT:
    case MOTE_ERR_MEMORY:
        return EXIT_ENVIRONMENT;
    default:
        return EXIT_INPUT;
    }
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static const struct option *find_option(const struct command *c, const char *name, size_t len)
{
    static const struct option everybodys[] = {{"--help", NULL, "this text"}, {"--json", NULL, "print JSON"}};

    for (const struct option *o = c->options; o->name != NULL; o++)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    for (size_t i = 0; i < COUNT(everybodys); i++)
        if (strlen(everybodys[i].name) == len && memcmp(everybodys[i].name, name, len) == 0)
            return &everybodys[i];
    return NULL;
}

static enum mote_status unknown_option(struct cli *cli, const char *arg, size_t len)
{
    struct nearest near = {.word = pool_printf(&cli->pool, "%.*s", (int)len, arg)};

    for (const struct option *o = cli->command->options; o->name != NULL; o++)
        nearest_try(&near, o->name);
    if (near.found != NULL)
        return usage_error(cli, "unknown option %s (did you mean %s?)", near.word, near.found);
    return usage_error(cli, "unknown option %s", arg);
}

/* "--name value" and "--name=value"; "--" ends the options; "-22" is a number. */
static enum mote_status parse(struct cli *cli, int argc, char **argv)
{
    bool options = true;

    cli->positional = pool_array(&cli->pool, (size_t)argc + 1, sizeof *cli->positional);
    cli->given = pool_array(&cli->pool, (size_t)argc + 1, sizeof *cli->given);
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i], *equals = strchr(arg, '=');
        size_t len = strncmp(arg, "--", 2) == 0 && equals != NULL ? (size_t)(equals - arg) : strlen(arg);
        const struct option *o;
        const char *value;

        if (!options || arg[0] != '-' || arg[1] == '\0' || isdigit((unsigned char)arg[1])) {
            cli->positional[cli->n_positional++] = arg;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            options = false;
            continue;
        }
        o = find_option(cli->command, arg, len);
        if (o == NULL)
            return unknown_option(cli, arg, len);
        if (o->value == NULL && arg[len] == '=')
            return usage_error(cli, "%s takes no value", o->name);
        if (o->value != NULL && arg[len] != '=' && i + 1 >= argc)
            return usage_error(cli, "%s wants %s", o->name, o->value);
        value = o->value == NULL ? "" : arg[len] == '=' ? arg + len + 1 : argv[++i];
        if (o->value != NULL && value[0] == '\0')
            return usage_error(cli, "%s wants %s, not an empty word", o->name, o->value);
        cli->given[cli->n_given++] = (struct given){o, value};
    }
    if (cli_flag(cli, "--help"))
        return MOTE_OK;
    if (cli->n_positional < (size_t)cli->command->positional_min)
        return usage_error(cli, "something is missing: mote %s %s", cli->command->name, cli->command->arguments);
    if (cli->n_positional > (size_t)cli->command->positional_max)
        return usage_error(cli, "what is \"%s\"?", cli->positional[cli->command->positional_max]);
    return MOTE_OK;
}

/* ---- what is written is not what is read ---- */
static bool is_output(const struct given *g)
{
    static const char *const names[] = {"-o", "--output", "--predictions", "--sheet"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(g->option->name, names[i]) == 0)
            return true;
    return false;
}

/* Before any work is done. What a file names in its turn, file_write() finds. */
static enum mote_status check_output(struct cli *cli, size_t i)
{
    const struct given *out = &cli->given[i];

    for (size_t k = 0; k < cli->n_positional; k++)
        if (files_same(out->value, cli->positional[k]))
            return usage_error(cli, "%s %s would overwrite the input %s", out->option->name, out->value,
                               cli->positional[k]);
    for (size_t k = 0; k < cli->n_given; k++) {
        const struct given *other = &cli->given[k];

        if (!is_output(other) && files_same(out->value, other->value))
            return usage_error(cli, "%s %s would overwrite the input %s", out->option->name, out->value, other->value);
        if (k < i && is_output(other) && other->option == out->option && strcmp(out->option->name, "-o") != 0 &&
            (files_same(out->value, other->value) ||
             (strcmp(out->value, other->value) == 0 && access(out->value, F_OK) != 0)))
            return usage_error(cli, "two outputs would go to %s", out->value);
    }
    return MOTE_OK;
}

static enum mote_status run(struct cli *cli, int argc, char **argv)
{
    TRY(parse(cli, argc, argv));
    inputs_protect(true);
    for (size_t i = 0; i < cli->n_given; i++)
        if (is_output(&cli->given[i]))
            TRY(check_output(cli, i));
    if (cli_flag(cli, "--help")) {
        command_help_print(cli->command, stdout);
        return MOTE_OK;
    }
    cli->json = cli_flag(cli, "--json");
    TRY(cli_number(cli, "--max-bytes", 1, INT64_MAX, &cli->max_bytes));
    if (cli_value(cli, "--cpu"))
        TRY(target_host_with(&cli->pool, cli_value(cli, "--cpu"), &cli->machine, &cli->root));
    return cli->command->run(cli);
}

/* A result that could not be written is no result. */
static enum mote_status flush_results(struct cli *cli)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail(&cli->root, MOTE_ERR_ENVIRONMENT, "cannot write to stdout");
    return MOTE_OK;
}

/* A status's advice is given where it is one for this case: a damaged file is to be fetched again, a wrong word in a
 * recipe is not. Messages say themselves what to do with values, and with what is not there. */
static bool has_advice(enum mote_status status, const char *text)
{
    switch (status) {
    case MOTE_ERR_USAGE:
    case MOTE_ERR_ENVIRONMENT:
    case MOTE_ERR_VALUE:
    case MOTE_ERR_TYPE:
        return false;
    case MOTE_ERR_FORMAT:
        return strstr(text, "damaged") != NULL || strstr(text, "cut off") != NULL || strstr(text, "truncated") != NULL;
    case MOTE_ERR_FILE:
        return strstr(text, "cannot write") != NULL;
    case MOTE_ERR_SHAPE:
        return strstr(text, ": op ") != NULL || strstr(text, ": tensor ") != NULL;
    default:
        return true;
    }
}

/* One line: what is wrong, where, and what to do. */
static void print_error(enum mote_status status, const char *text)
{
    if (has_advice(status, text))
        fprintf(stderr, "mote: %s: %s\n", text, status_advice(status));
    else
        fprintf(stderr, "mote: %s\n", text);
}

static void unknown_command(struct pool *pool, const char *name)
{
    struct nearest near = {.word = name};

    for (size_t i = 0; commands[i] != NULL; i++)
        nearest_try(&near, commands[i]->name);
    fprintf(stderr, "mote: there is no command \"%s\"%s%s%s; `mote help` lists them\n", printable(pool, name),
            near.found != NULL ? ": did you mean \"" : "", near.found != NULL ? near.found : "",
            near.found != NULL ? "\"?" : "");
}

int main(int argc, char **argv)
{
    struct cli cli = {.root = {.index = -1}, .machine = target_host()};
    const char *name = argc > 1 ? argv[1] : "help";
    enum mote_status status;

    cli.root.sink = &cli.error;
    oom_handler = out_of_memory;
    json_set_alloc_funcs(json_memory, free);
    watch_signals();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails, and says so */
    if (strcmp(name, "--version") == 0) {
        puts("mote " MOTE_VERSION);
        status = flush_results(&cli);
        if (status != MOTE_OK)
            print_error(status, cli.error.text);
        return exit_of(status);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    cli.command = find(name);
    if (cli.command == NULL) {
        unknown_command(&cli.pool, name);
        return EXIT_USAGE;
    }
    if (sodium_init() < 0) {
        fputs("mote: libsodium does not start\n", stderr);
        return EXIT_ENVIRONMENT;
    }
    status = run(&cli, argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc));
    if (status == MOTE_OK)
        status = flush_results(&cli);
    if (status != MOTE_OK)
        print_error(status, cli.error.text);
    pool_free(&cli.pool);
    return exit_of(status);
}
