/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one table of commands, one file a command. Results go to stdout, progress and errors to stderr.
 * A command returns a status; main() prints the error and turns it into the exit status. */
#ifndef MOTE_CLI_H
#define MOTE_CLI_H

#include <jansson.h>

#include "host/base/base.h"
#include "host/pipeline/pipeline.h"

struct option {
    const char *name;  /* "--input" or "-o" */
    const char *value; /* what follows it, for help: "FILE"; NULL for a flag */
    const char *help;
};

struct given {
    const struct option *option;
    const char *value;
};

struct cli {
    struct pool pool;
    struct report_text error;
    struct frame root; /* no name: the command */
    const struct command *command;
    const char **positional;
    size_t n_positional, n_given;
    struct given *given;
    bool json;
    struct target machine; /* this one, with the instruction sets of --cpu */
    int64_t max_bytes;     /* that packed data may unpack to; 0: as nothing says */
};

struct command {
    const char *name, *arguments; /* "run", "M --input F …" */
    const char *summary;          /* one line */
    const char *details;          /* paragraphs of --help, the keys of --json among them */
    const char *example;
    int positional_min, positional_max;
    const struct option *options; /* ends with a NULL name; options_of_all are everybody's */
    enum mote_status (*run)(struct cli *cli);
};

#define COMMAND(name) extern const struct command command_##name;
#include "host/cli/commands.def"
extern const struct command *const commands[]; /* in the order of the help, ends with NULL */

/* The command has such an option, given or not. */
bool cli_takes(const struct cli *cli, const char *option);
bool cli_flag(const struct cli *cli, const char *option);
const char *cli_value(const struct cli *cli, const char *option); /* the last given, or NULL */
/* The i-th value of an option that may repeat, NULL after the last. */
const char *cli_value_at(const struct cli *cli, const char *option, size_t i);
/* All of them, ended by NULL. */
const char *const *cli_values(struct cli *cli, const char *option);
/* A decimal number min..max; *out stays if the option is not given. */
MUST_CHECK enum mote_status cli_number(struct cli *cli, const char *option, int64_t min, int64_t max, int64_t *out);
/* Bytes, kB or KiB, above 0; *out stays if the option is not given. */
MUST_CHECK enum mote_status cli_bytes(struct cli *cli, const char *option, int64_t *out);
/* One of the words, NULL-terminated; the first if the option is not given. */
MUST_CHECK enum mote_status cli_word(struct cli *cli, const char *option, const char *const *words, const char **out);
enum mote_status usage_error(struct cli *cli, const char *fmt, ...) PRINTF(2, 3);
/* By name; ERR_USAGE if there is none. */
MUST_CHECK enum mote_status command_find(struct cli *cli, const char *name, const struct command **out);

/* Prints `json` and takes the reference. */
void cli_print_json(json_t *json);
/* What cli_print_json() would print. A command that leaves files makes its text before it writes them, so that memory
 * that runs out leaves none. */
const char *cli_json_text(struct cli *cli, json_t *json);
/* On stderr when it is a terminal and the work lasts; done == total removes it. */
extern const struct progress cli_progress;
json_t *json_tensor_shape(const uint32_t *dims, int rank);

/* --shape, --from and --to, several times, for the importers. */
MUST_CHECK enum mote_status cli_read_shapes(struct cli *cli, struct import_options *out);
/* --layout. */
MUST_CHECK enum mote_status cli_read_layout(struct cli *cli, bool *channels_last);

/* Loads and compiles the command's first positional argument with its --shape, --passes, --dump, --target, --optimize
 * and --boundary. */
MUST_CHECK enum mote_status cli_load(struct cli *cli, struct pipeline *p, struct frame *file);
MUST_CHECK enum mote_status cli_compile(struct cli *cli, struct pipeline *p, struct frame *file);
/* What the model's passes have to say, on stderr; cli_compile() does it by itself. */
void cli_remarks(struct cli *cli, const struct pipeline *p);
MUST_CHECK enum mote_status cli_compile_loaded(struct cli *cli, struct pipeline *p, const struct frame *file);
#define PASS_OPTIONS                                                                                                   \
    {"--passes", "LIST", "passes to run, comma-separated, or `none`; default: all"},                                   \
    {                                                                                                                  \
        "--dump", "PASS", "print the graph after this pass, or the plan after this stage, to stderr"                   \
    }

/* For commands that take models, in whatever form. */
#define OPERATORS_OPTION                                                                                               \
    {                                                                                                                  \
        "--operators", "LIB", "a shared library of operators of your own (mote/operator.h); several: several"          \
    }

/* For commands that take models, which cli_load() loads. */
#define SHAPE_OPTION                                                                                                   \
    {"--shape", "NAME=D,…", "an input's shape, where the file leaves it open: x=1,16000; for several inputs several"}, \
        {"--from", "NODE", "the model begins behind this node of a frozen TensorFlow graph; several: several"},        \
        OPERATORS_OPTION,                                                                                              \
    {                                                                                                                  \
        "--to", "NODE", "it ends with this node; several: several outputs"                                             \
    }
#define LAYOUT_OPTION                                                                                                  \
    {                                                                                                                  \
        "--layout", "L",                                                                                               \
            "channels-last: pictures go in and come out so, not in planes as the file (an .onnx) has them"             \
    }

/* For commands that plan for boards. */
#define CODING_OPTION                                                                                                  \
    {                                                                                                                  \
        "--coding", "HOW",                                                                                             \
            "weights: usual (default: auto with --optimize flash, else of what is faster, too), dense, auto (those "   \
            "coded that become about half or less, as bytes and instructions say), huffman (all that "                 \
            "can be), packed (those of at most 16 values, in 1, 2 or 4 bits), sparse (fully connected ones, in two "   \
            "bytes of each weight that is not 0: fast). Floats that all are numbers of half "                          \
            "precision, or integers of 8 bits with a scale a channel, are stored as such, but for dense and "          \
            "--optimize speed"                                                                                         \
    }
#define OPTIMIZE_OPTION                                                                                                \
    {"--optimize", "GOAL",                                                                                             \
     "balanced (default: a smaller arena for few instructions), ram (the smallest, however slow), speed, or flash "    \
     "(little code: build the kernels with -Os -DMOTE_HOT=0)"},                                                        \
        CODING_OPTION, {"--ram", "N", "a plan whose arena has at most N bytes (20000, 20kB, 20KiB)"},                  \
        {"--flash", "N", "a plan whose code and constants take at most N bytes, as far as is known"},                  \
    {                                                                                                                  \
        "--time", "MS", "a plan that takes at most so many milliseconds on the board, as estimated"                    \
    }
#define FEED_OPTION                                                                                                    \
    {"--feed", "WHAT", "the input: whole (the default), or rows, which the caller brings one by one"},                 \
    {                                                                                                                  \
        "--stream", NULL, "rows are time: each call brings new ones and gives the output of the last window"           \
    }

#define BOUNDARY_OPTION                                                                                                \
    {"--boundary", "T", "int8: quantizing at the ends leaves the model, so that int8 goes in and comes out"},          \
        LAYOUT_OPTION

/* For commands that run models on this machine; main() reads it into `machine`. */
#define CPU_OPTION                                                                                                     \
    {                                                                                                                  \
        "--cpu", "LIST", "use these instruction sets of this machine alone, or `portable`; default: all"               \
    }

/* For commands that open data sets; main() reads it into max_bytes. */
#define DATA_OPTIONS                                                                                                   \
    {                                                                                                                  \
        "--max-bytes", "N", "the most that packed data may unpack to; default: 4 GiB"                                  \
    }

#endif
