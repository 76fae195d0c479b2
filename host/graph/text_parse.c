/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a graph file (docs/GRAPH.md): one pass, a statement a line. The file may be hostile: what a line says about
 * sizes is compared with what is there before anything is allocated, so that memory is bounded by the text's length
 * (GRAPH_FILE_MEMORY). Constants in the blob are not copied. A wrong line of a tensor or an operator is noted and the
 * next one read, so that one message names them all: such an operator is left out, what it makes becomes an input of
 * the graph, and what it reads an output. */
#include "host/graph/text_parse.h"

#include <inttypes.h>

static const struct statement {
    const char *word;
    bool in_graph;
    enum mote_status (*parse)(struct parser *ps);
} statements[] = {
    {"model", false, parse_model},  {"classes", false, parse_classes}, {"preprocess", false, parse_preprocess},
    {"task", false, parse_task},    {"graph", false, parse_graph},     {"tensor", true, parse_tensor},
    {"split", false, parse_split},  {"hears", false, parse_hears},     {"op", true, parse_op},
    {"inputs", true, parse_inputs}, {"outputs", true, parse_outputs},  {"end", true, parse_end},
};

static enum mote_status parse_statement(struct parser *ps)
{
    struct word w = words_peek(&ps->w);

    for (size_t i = 0; i < COUNT(statements); i++) {
        const struct statement *s = &statements[i];

        if (s->in_graph != ps->in_graph || !word_is(w, s->word))
            continue;
        ps->w.p += w.len;
        TRY(s->parse(ps));
        return words_at_end(&ps->w) ? MOTE_OK : words_expected(&ps->w, "the end of the line");
    }
    return words_expected(&ps->w, ps->in_graph ? "tensor, op, inputs, outputs or end"
                                               : "model, classes, preprocess, task, hears, split, graph or blob");
}

static bool next_line(struct parser *ps)
{
    const char *newline;

    if (ps->rest == ps->file_end)
        return false;
    newline = memchr(ps->rest, '\n', (size_t)(ps->file_end - ps->rest));
    ps->w.p = ps->rest;
    ps->w.end = newline ? newline : ps->file_end;
    ps->rest = newline ? newline + 1 : ps->file_end;
    if (ps->w.end > ps->w.p && ps->w.end[-1] == '\r')
        ps->w.end--;
    if (ps->w.number < INT32_MAX)
        ps->w.number++;
    return true;
}

static enum mote_status parse_magic(struct parser *ps)
{
    int64_t version = 0;

    if (!next_line(ps) || ps->w.end - ps->w.p < 11 || memcmp(ps->w.p, "mote-graph ", 11) != 0)
        return fail(ps->w.at, MOTE_ERR_FORMAT, "not a graph file: it does not begin with 'mote-graph'");
    ps->w.p += 11;
    TRY(words_int(&ps->w, "the format's version", 0, INT64_MAX, &version));
    if (version != GRAPH_FILE_VERSION)
        return words_fail(&ps->w, MOTE_ERR_VERSION, "graph file version %" PRId64 ": this Mote reads version %d",
                          version, GRAPH_FILE_VERSION);
    return words_at_end(&ps->w) ? MOTE_OK : words_expected(&ps->w, "the end of the line");
}

static enum mote_status parse_file(struct parser *ps, struct bytes file)
{
    const struct frame *at = ps->w.at;

    TRY(parse_magic(ps));
    while (next_line(ps)) {
        if (words_at_end(&ps->w) || *ps->w.p == '#')
            continue;
        if (!ps->in_graph && words_accept(&ps->w, "blob"))
            TRY(parse_blob(ps, file.data, file.size));
        else
            TRY(parse_statement(ps));
    }
    if (ps->in_graph)
        return fail(at, MOTE_ERR_FORMAT, "the file ends within a graph: is it truncated?");
    if (ps->n_late > 0) {
        ps->w.number = ps->late[0].line;
        return words_fail(&ps->w, MOTE_ERR_FORMAT,
                          "the constant is in the blob, but the file has none: is it truncated?");
    }
    if (!ps->has_model)
        return fail(at, MOTE_ERR_FORMAT, "the file has no line with model and its name");
    if (ps->m->n_graphs != ps->n_graphs)
        return fail(at, MOTE_ERR_FORMAT, "the file has %d graphs, but its model line says %d: is it truncated?",
                    ps->m->n_graphs, ps->n_graphs);
    return MOTE_OK;
}

/* Passes renumber what is left; messages have the file's numbers. */
static void set_sources(struct model *m)
{
    for (int32_t i = 0; i < m->n_graphs; i++) {
        struct graph *g = &m->graphs[i];

        for (int32_t t = 0; t < g->n_tensors; t++)
            if (g->tensors[t].source < 0)
                g->tensors[t].source = t;
        for (int32_t o = 0; o < g->n_ops; o++)
            if (g->ops[o].source < 0)
                g->ops[o].source = o;
    }
}

enum mote_status model_parse_partly(struct model *m, struct bytes file, struct faults *faults, const struct frame *at)
{
    const char *text = file.size ? (const char *)file.data : "";
    struct report_text failed = {.status = MOTE_OK};
    const struct frame root = {.index = -1, .sink = &failed};
    struct parser ps = {.w = {.at = &root, .pool = m->pool},
                        .rest = text,
                        .file_end = text + file.size,
                        .m = m,
                        .n_graphs = 1,
                        .faults = faults};
    bool whole;

    *m = (struct model){.pool = m->pool, .preprocess = {.kind = "none", .channels = ""}};
    *faults = (struct faults){.pool = m->pool};
    whole = parse_file(&ps, file) == MOTE_OK;
    if (faults->n == 0)
        return whole ? model_verify(m, at) : fail_again(at, &failed);
    if (!whole)
        faults_add(faults, "like it", &failed);
    if (!whole || ps.lacks_tensors || model_verify(m, NULL) != MOTE_OK)
        m->n_graphs = 0;
    set_sources(m);
    return MOTE_OK;
}

enum mote_status model_parse(struct model *m, struct bytes file, const struct frame *at)
{
    struct faults faults;

    TRY(model_parse_partly(m, file, &faults, at));
    return faults_fail(&faults, at);
}
