/* SPDX-License-Identifier: Apache-2.0 */
/* argv -> a command. The only place that exits. */
#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/cli/io.h"
#include "host/cli/pages.h"
#include "host/pipeline/operators.h"
#include "host/report/columns.h"

enum { EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "host/cli/commands.def"
    NULL,
};

static const char memory_text[] = "out of memory [ERR_MEMORY]; use a smaller model, or free memory";
static bool errors_are_json;

static void out_of_memory(void)
{
    base_cleanup();
    if (errors_are_json)
        fprintf(stderr, "{\"error\": {\"status\": %d, \"name\": \"ERR_MEMORY\", \"text\": \"%s\", \"advice\": null}}\n",
                MOTE_ERR_MEMORY, memory_text);
    else
        fprintf(stderr, "mote: %s\n", memory_text);
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

enum mote_status command_find(struct cli *cli, const char *name, const struct command **out)
{
    struct nearest near = {.word = name};

    for (size_t i = 0; commands[i] != NULL; i++) {
        *out = commands[i];
        if (strcmp(commands[i]->name, name) == 0)
            return MOTE_OK;
        nearest_try(&near, commands[i]->name);
    }
    *out = NULL;
    return fail(&cli->root, MOTE_ERR_USAGE, "there is no command \"%s\"%s%s%s; `mote help` lists them", name,
                near.found != NULL ? ": did you mean \"" : "", near.found != NULL ? near.found : "",
                near.found != NULL ? "\"?" : "");
}

/* "-h" is "--help", and "-v" "--version". */
static const struct option *find_option(const struct command *c, const char *name, size_t len)
{
    const struct option *const lists[] = {c->options, options_of_all};

    if (len == 2 && memcmp(name, "-h", 2) == 0)
        return find_option(c, "--help", strlen("--help"));
    if (len == 2 && memcmp(name, "-v", 2) == 0)
        return find_option(c, "--version", strlen("--version"));
    for (size_t i = 0; i < COUNT(lists); i++)
        for (const struct option *o = lists[i]; o->name != NULL; o++)
            if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
                return o;
    return NULL;
}

static enum mote_status unknown_option(struct cli *cli, const char *arg, size_t len)
{
    struct nearest near = {.word = pool_printf(&cli->pool, "%.*s", (int)len, arg)};

    for (const struct option *o = cli->command->options; o->name != NULL; o++)
        nearest_try(&near, o->name);
    for (const struct option *o = options_of_all; o->name != NULL; o++)
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
    if (cli_flag(cli, "--help") || cli_flag(cli, "--version"))
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

static enum mote_status load_operators(struct cli *cli)
{
    const char *path;

    for (size_t i = 0; (path = cli_value_at(cli, "--operators", i)) != NULL; i++) {
        const struct frame library = {.name = path, .index = -1, .sink = &cli->error};

        TRY(operators_load(path, &library));
    }
    return MOTE_OK;
}

static enum mote_status print_version(void)
{
    puts("mote " MOTE_VERSION);
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
        help_print(&cli->pool, cli->command, stdout);
        return MOTE_OK;
    }
    if (cli_flag(cli, "--version"))
        return print_version();
    TRY(cli_number(cli, "--max-bytes", 1, INT64_MAX, &cli->max_bytes));
    if (cli_value(cli, "--cpu"))
        TRY(target_host_with(&cli->pool, cli_value(cli, "--cpu"), &cli->machine, &cli->root));
    TRY(load_operators(cli));
    return cli->command->run(cli);
}

/* The pipe's reader wanted no more (`| head`): we end as SIGPIPE ends others, without a word. */
static void end_if_unread(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    if (poll(&out, 1, 0) != 1 || (out.revents & POLLERR) == 0)
        return;
    base_cleanup();
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

/* A result that could not be written is no result. */
static enum mote_status flush_results(struct cli *cli)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return MOTE_OK;
    end_if_unread();
    return fail(&cli->root, MOTE_ERR_ENVIRONMENT, "cannot write to stdout");
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
static void print_error(const struct cli *cli, enum mote_status status)
{
    const char *text = cli->error.text, *advice = has_advice(status, text) ? status_advice(status) : NULL;
    json_t *error;

    if (!cli->json) {
        fprintf(stderr, "%smote:%s %s%s%s\n", style_begin(stderr, STYLE_RED), style_end(stderr), text,
                advice != NULL ? ": " : "", advice != NULL ? advice : "");
        return;
    }
    error = json_pack("{s:{s:i, s:s, s:o, s:s?}}", "error", "status", (int)status, "name", status_name(status), "text",
                      json_text(text), "advice", advice);
    json_dumpf(error, stderr, JSON_ENSURE_ASCII);
    fputc('\n', stderr);
    json_decref(error);
}

/* Before the command line is parsed: what is wrong with it is said as it wants it. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

static enum mote_status begin(struct cli *cli, int argc, char **argv)
{
    const char *name;

    while (argc > 1 && strcmp(argv[1], "--json") == 0) { /* before the command, too: wants_json() has seen it */
        argc--;
        argv++;
    }
    name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-v") == 0)
        return print_version();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    TRY(command_find(cli, name, &cli->command));
    if (sodium_init() < 0)
        return fail(&cli->root, MOTE_ERR_ENVIRONMENT, "libsodium does not start");
    return run(cli, argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc));
}

int main(int argc, char **argv)
{
    struct cli cli = {.root = {.index = -1}, .machine = target_host(), .json = wants_json(argc, argv)};
    enum mote_status status;

    errors_are_json = cli.json;
    cli.root.sink = &cli.error;
    oom_handler = out_of_memory;
    json_set_alloc_funcs(json_memory, free);
    watch_signals();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails, and says so */
    status = begin(&cli, argc, argv);
    if (status == MOTE_OK)
        status = flush_results(&cli);
    if (status != MOTE_OK)
        print_error(&cli, status);
    pool_free(&cli.pool);
    return exit_of(status);
}
