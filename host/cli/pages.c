/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/pages.h"

#include "host/report/columns.h"

#define INDENT 26 /* of what is said of an option */

const struct option options_of_all[] = {{"--json", NULL, "print JSON; an error is JSON, too, on stderr"},
                                        {"--version", NULL, "Mote's version (-v)"},
                                        {"--help", NULL, "this text (-h)"},
                                        {NULL, NULL, NULL}};

static const char about[] =
    "Mote takes a neural network, makes it small, proves what it costs and runs it on a microcontroller.";
static const char more[] =
    "`mote help COMMAND` says more, and so does `man mote-COMMAND`. A model is a .tflite, .onnx, .pb, .h5, .keras, "
    ".json (Keras's, or microWakeWord's manifest), .ell, Darknet .cfg, graph file or compiled .mote.";
static const char statuses[] = "Exit status: 0 done, 1 the input is at fault, 2 the command line, 3 the environment.";

/* ---- a command's details ---- */
struct paragraph {
    const char *text; /* its lines */
    bool verbatim;    /* they begin with spaces, and stay as they are */
    bool gap;         /* an empty line is before it */
};

/* From *rest on, which moves on; false at the end. */
static bool next_paragraph(struct pool *pool, const char **rest, struct paragraph *out)
{
    const char *s = *rest + strspn(*rest, "\n"), *end = s;

    out->gap = s > *rest;
    out->verbatim = *s == ' ';
    for (; *end != '\0' && *end != '\n' && (*end == ' ') == out->verbatim; end += *end == '\n')
        end += strcspn(end, "\n");
    *rest = end;
    if (end > s && end[-1] == '\n')
        end--;
    out->text = pool_printf(pool, "%.*s", (int)(end - s), s);
    return end > s;
}

/* ---- for terminals ---- */
/* Spaces within brackets become tabs, where no line ends. */
static const char *synopsis(struct pool *pool, const struct command *c)
{
    char *text = pool_strdup(pool, c->arguments);
    int depth = 0;

    for (char *s = text; *s != '\0'; s++) {
        depth += *s == '[' ? 1 : *s == ']' ? -1 : 0;
        *s = *s == ' ' && depth > 0 ? '\t' : *s;
    }
    return text;
}

static void print_heading(const char *text, FILE *to)
{
    fprintf(to, "\n%s%s%s\n", style_begin(to, STYLE_BOLD), text, style_end(to));
}

static void print_details(struct pool *pool, const struct command *c, FILE *to)
{
    struct paragraph p;

    for (const char *rest = c->details; next_paragraph(pool, &rest, &p);) {
        fputs(p.gap ? "\n" : "", to);
        if (p.verbatim)
            fputs(p.text, to);
        else
            print_wrapped(to, p.text, 0, 0, COLUMNS);
        fputc('\n', to);
    }
}

static void print_options(struct pool *pool, const struct option *o, FILE *to)
{
    for (; o->name != NULL; o++) {
        const char *left = pool_printf(pool, "  %-14s %s", o->name, o->value != NULL ? o->value : "");
        int at = columns_text(left);

        fprintf(to, "%s%*s", left, at < INDENT ? INDENT - at : 1, "");
        print_wrapped(to, o->help, at < INDENT ? INDENT : at + 1, INDENT, COLUMNS);
        fputc('\n', to);
    }
}

static void print_command(struct pool *pool, const struct command *c, FILE *to)
{
    int at = fprintf(to, "mote %s ", c->name);

    print_wrapped(to, synopsis(pool, c), at, at, COLUMNS);
    fputs("\n\n", to);
    print_wrapped(to, c->summary, 0, 0, COLUMNS);
    fputs(c->details[0] != '\0' ? "\n\n" : "\n", to);
    print_details(pool, c, to);
    print_heading("Options:", to);
    print_options(pool, c->options, to);
    print_options(pool, options_of_all, to);
    print_heading("Example:", to);
    fprintf(to, "  %s\n", c->example);
}

static void print_all(FILE *to)
{
    print_wrapped(to, about, 0, 0, COLUMNS);
    fputs("\n\n", to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        int at = fprintf(to, "  mote %-9s ", commands[i]->name);

        print_wrapped(to, commands[i]->summary, at, at, COLUMNS);
        fputc('\n', to);
    }
    fputs("  mote --version\n\n", to);
    print_wrapped(to, more, 0, 0, COLUMNS);
    fputs("\n\n", to);
    print_wrapped(to, statuses, 0, 0, COLUMNS);
    fputc('\n', to);
}

void help_print(struct pool *pool, const struct command *command, FILE *to)
{
    if (command != NULL)
        print_command(pool, command, to);
    else
        print_all(to);
}

/* ---- man pages ---- */
/* Text as roff takes it, where a line begins. */
static void print_roff(const char *s, FILE *to)
{
    bool begins = true;

    for (; *s != '\0'; begins = *s++ == '\n') {
        if (begins && (*s == '.' || *s == '\''))
            fputs("\\&", to);
        if (*s == '\\')
            fputs("\\e", to);
        else if (*s == '-')
            fputs("\\-", to);
        else
            fputc(*s, to);
    }
}

static void man_text(const char *macro, const char *s, FILE *to)
{
    fprintf(to, "%s\n", macro);
    print_roff(s, to);
    fputc('\n', to);
}

static void man_verbatim(const char *s, FILE *to)
{
    man_text(".PP\n.nf", s, to);
    fputs(".fi\n", to);
}

static void man_head(const char *name, const char *summary, FILE *to)
{
    fprintf(to, ".TH \"%s\" 1 \"\" \"Mote " MOTE_VERSION "\" \"Mote\"\n.SH NAME\n", name);
    print_roff(name, to);
    fputs(" \\- ", to);
    print_roff(summary, to);
    fputc('\n', to);
}

static void man_options(struct pool *pool, const struct option *o, FILE *to)
{
    for (; o->name != NULL; o++) {
        man_text(".TP\n.B", pool_printf(pool, "%s%s%s", o->name, o->value != NULL ? " " : "", o->value ? o->value : ""),
                 to);
        print_roff(o->help, to);
        fputc('\n', to);
    }
}

static void man_command(struct pool *pool, const struct command *c, FILE *to)
{
    struct paragraph p;

    man_head(pool_printf(pool, "mote-%s", c->name), c->summary, to);
    man_text(".SH SYNOPSIS\n.B", pool_printf(pool, "mote %s", c->name), to);
    print_roff(c->arguments, to);
    fputs("\n.SH DESCRIPTION\n", to);
    for (const char *rest = c->details; next_paragraph(pool, &rest, &p);)
        if (p.verbatim)
            man_verbatim(p.text, to);
        else
            man_text(p.gap ? ".PP" : ".br", p.text, to);
    fputs(".SH OPTIONS\n", to);
    man_options(pool, c->options, to);
    man_options(pool, options_of_all, to);
    fputs(".SH EXAMPLE\n", to);
    man_verbatim(pool_printf(pool, "  %s", c->example), to);
    fputs(".SH SEE ALSO\n.BR mote (1)\n", to);
}

static void man_all(struct pool *pool, FILE *to)
{
    static const struct option variables[] = {
        {"MOTE_HOME", NULL, "the folder with device, targets, models/recipes and docs, where they are not beside mote"},
        {"MOTE_PLUGIN", NULL, "the emulator's plugin libmote_count.so, where it is not beside mote"},
        {"COLUMNS", NULL, "the width of tables; else the terminal's, or 80"},
        {"NO_COLOR", NULL, "no colors on terminals"},
        {NULL, NULL, NULL}};

    man_head("mote", "neural networks for microcontrollers", to);
    fputs(".SH SYNOPSIS\n.B mote\n\\fICOMMAND\\fR …\n.SH DESCRIPTION\n", to);
    print_roff(about, to);
    fputc('\n', to);
    man_text(".PP", more, to);
    fputs(".SH COMMANDS\n", to);
    for (size_t i = 0; commands[i] != NULL; i++) {
        man_text(".TP\n.B", pool_printf(pool, "mote-%s(1)", commands[i]->name), to);
        print_roff(commands[i]->summary, to);
        fputc('\n', to);
    }
    man_text(".SH EXIT STATUS", statuses, to);
    fputs(".SH ENVIRONMENT\n", to);
    man_options(pool, variables, to);
}

void man_print(struct pool *pool, const struct command *command, FILE *to)
{
    if (command != NULL)
        man_command(pool, command, to);
    else
        man_all(pool, to);
}

/* ---- completion ---- */
static const char targets_words[] = "$(mote targets 2>/dev/null | sed 1d | cut -d ' ' -f 1)";

static void bash_options(const struct option *o, FILE *to)
{
    for (; o->name != NULL; o++)
        fprintf(to, " %s", o->name);
}

static void print_bash(FILE *to)
{
    fputs("# bash completion for mote: made by `mote help --as bash`\n"
          "_mote() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} commands=\"",
          to);
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(to, "%s%s", i > 0 ? " " : "", commands[i]->name);
    fprintf(to,
            "\" words=\n"
            "    if [ \"$COMP_CWORD\" = 1 ] || [ \"${COMP_WORDS[1]}\" = help -a \"${cur:0:1}\" != - ]; then\n"
            "        words=\"$commands\"\n"
            "    elif [ \"${COMP_WORDS[COMP_CWORD-1]}\" = --target ]; then\n"
            "        words=\"%s\"\n"
            "    elif [ \"${cur:0:1}\" = - ]; then\n"
            "        case ${COMP_WORDS[1]} in\n",
            targets_words);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "        %s) words=\"", commands[i]->name);
        bash_options(commands[i]->options, to);
        fputs("\" ;;\n", to);
    }
    fputs("        esac\n        words=\"$words", to);
    bash_options(options_of_all, to);
    fputs("\"\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "        return\n"
          "    fi\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "}\n"
          "complete -o filenames -F _mote mote\n",
          to);
}

/* "'name:what it is'", for _describe. */
static void zsh_item(const char *name, const char *help, FILE *to)
{
    fprintf(to, " '%s:", name);
    for (; *help != '\0'; help++)
        fputs(*help == '\'' ? "'\\''" : (char[]){*help, '\0'}, to);
    fputc('\'', to);
}

static void zsh_options(const struct option *o, FILE *to)
{
    for (; o->name != NULL; o++)
        zsh_item(o->name, o->help, to);
}

static void print_zsh(FILE *to)
{
    fputs("#compdef mote\n# made by `mote help --as zsh`\n_mote() {\n    local -a commands options\n    commands=(",
          to);
    for (size_t i = 0; commands[i] != NULL; i++)
        zsh_item(commands[i]->name, commands[i]->summary, to);
    fprintf(to,
            ")\n"
            "    if (( CURRENT == 2 )) || [[ $words[2] == help && $PREFIX != -* ]]; then\n"
            "        _describe command commands\n"
            "    elif [[ $words[CURRENT-1] == --target ]]; then\n"
            "        compadd -- %s\n"
            "    elif [[ $PREFIX == -* ]]; then\n"
            "        case $words[2] in\n",
            targets_words);
    for (size_t i = 0; commands[i] != NULL; i++) {
        fprintf(to, "        %s) options=(", commands[i]->name);
        zsh_options(commands[i]->options, to);
        fputs(") ;;\n", to);
    }
    fputs("        esac\n        options+=(", to);
    zsh_options(options_of_all, to);
    fputs(")\n        _describe option options\n    else\n        _files\n    fi\n}\n_mote \"$@\"\n", to);
}

void completion_print(bool zsh, FILE *to)
{
    if (zsh)
        print_zsh(to);
    else
        print_bash(to);
}
