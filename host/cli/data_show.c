/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/data_show.h"

#include <math.h>

#include "host/cli/io.h"
#include "host/jobs/splits.h"
#include "host/data/dataset.h"
#include "host/report/columns.h"

#define CHANNELS_SHOWN 16
#define CLASSES_SHOWN  64

static const char *const split_names[SPLIT_COUNT] = {"train", "validation", "test"};

static const char *class_name(const struct data_view *v, int32_t i)
{
    return v->data.classes != NULL ? v->data.classes[i] : pool_printf(&v->cli->pool, "%d", i);
}

static struct dataset_range target_range(const struct dataset *d)
{
    struct dataset all = {.n = d->n, .rank = 1, .dims = {1}, .elements = 1, .type = TYPE_F32};
    struct dataset_range range;
    struct pool scratch = {0};

    all.samples = (const uint8_t *)d->targets;
    dataset_ranges(&scratch, &all, NULL, d->n, 1, &range);
    pool_free(&scratch);
    return range;
}

static void add_counts(struct table *t, const char *name, const int32_t counts[SPLIT_COUNT])
{
    TABLE_ROW(t, name, pool_printf(t->pool, "%d", counts[SPLIT_TRAIN]),
              pool_printf(t->pool, "%d", counts[SPLIT_VALIDATION]), pool_printf(t->pool, "%d", counts[SPLIT_TEST]));
}

static struct table class_table(const struct data_view *v)
{
    static const struct column columns[] = {
        {"", false, 20}, {"train", true, 0}, {"validation", true, 0}, {"test", true, 0}};
    struct table t = {.pool = &v->cli->pool, .columns = columns, .n_columns = COUNT(columns)};

    add_counts(&t, "all", v->data.n_split);
    for (int32_t i = 0; i < v->data.n_classes && i < CLASSES_SHOWN; i++)
        add_counts(&t, v->names[i], v->counts + i * SPLIT_COUNT);
    return t;
}

/* ---- what is printed, made before anything is written ---- */
static const char *suspect_line(const struct data_view *v, const struct suspect *s)
{
    struct pool *pool = &v->cli->pool;
    const char *label, *like = v->names[s->like];
    const char *name = printable(pool, dataset_name(pool, &v->data, s->sample));
    const int32_t room = columns_of(stdout) - (int32_t)strlen("  : , its neighbors are "), third = room / 4;

    assert(v->data.labels != NULL);
    label = v->names[v->data.labels[s->sample]];
    return pool_printf(pool, "  %s: %s, its neighbors are %s\n", shortened(pool, name, room - 2 * third),
                       shortened(pool, label, third), shortened(pool, like, third));
}

static const char *suspects_text(const struct data_view *v)
{
    const struct suspects *s = &v->suspects;
    struct text t = {.pool = &v->cli->pool};

    if (s->n == 0)
        return "";
    text_add(
        &t,
        "%d of %d samples%s may be mislabelled: what is most like them, %d samples each, is of another class (for "
        "%.0f %% of all samples most of these have their class). They may be right, too, and stay as they are; look "
        "at %s:\n",
        s->n, s->looked_at, s->looked_at < v->data.n ? " that were compared" : "", SUSPECTS_NEIGHBORS,
        100 * s->agreement, s->n > SUSPECTS_SHOWN ? "these first" : "them");
    for (int32_t i = 0; i < s->n && i < SUSPECTS_SHOWN; i++)
        text_add(&t, "%s", suspect_line(v, &s->shown[i]));
    return t.s;
}

void data_look(struct data_view *v)
{
    const struct dataset *d = &v->data;
    struct pool *pool = &v->cli->pool;
    struct tensor t = {.rank = d->rank};

    memcpy(t.dims, d->dims, sizeof t.dims);
    shape_text(&t, v->shape);
    v->counts = pool_array(pool, (size_t)d->n_classes + 1, SPLIT_COUNT * sizeof *v->counts);
    for (int s = 0; s < SPLIT_COUNT; s++)
        for (int32_t i = 0; d->labels != NULL && i < d->n_split[s]; i++)
            v->counts[d->labels[d->split[s][i]] * SPLIT_COUNT + s]++;
    v->names = pool_array(pool, (size_t)d->n_classes, sizeof *v->names);
    for (int32_t i = 0; i < d->n_classes; i++)
        v->names[i] = printable(pool, class_name(v, i));
    v->channels = d->raw ? 1 : (int32_t)d->dims[d->rank - 1];
    v->ranges = pool_array(pool, (size_t)v->channels, sizeof *v->ranges);
    dataset_ranges(pool, d, NULL, d->n, 1, &v->all);
    dataset_ranges(pool, d, NULL, d->n, v->channels, v->ranges);
    if (d->targets != NULL)
        v->target = target_range(d);
    dataset_suspects(d, &v->suspects);
    v->classes = class_table(v);
    v->suspected = suspects_text(v);
}

/* ---- text ---- */
static void print_classes(const struct data_view *v)
{
    putchar('\n');
    table_print(&v->classes, stdout);
    if (v->data.n_classes > CLASSES_SHOWN)
        printf("… and %d more classes: --json\n", v->data.n_classes - CLASSES_SHOWN);
}

static void print_range(const char *name, const struct dataset_range *r)
{
    printf("%-20s %10.6g %10.6g %10.6g %10.6g\n", name, r->min, r->max, r->mean, r->std);
}

static void print_ranges(const struct data_view *v)
{
    const struct dataset *d = &v->data;

    printf("\n%-20s %10s %10s %10s %10s\n", "raw values", "least", "largest", "mean", "std");
    print_range("all", &v->all);
    for (int32_t c = 0; v->channels > 1 && c < v->channels && c < CHANNELS_SHOWN; c++) {
        char name[32];

        snprintf(name, sizeof name, "channel %d", c);
        print_range(name, &v->ranges[c]);
    }
    if (d->targets != NULL)
        print_range("label", &v->target);
    if (v->channels > CHANNELS_SHOWN)
        printf("… and %d more channels: --json\n", v->channels - CHANNELS_SHOWN);
}

#define IMBALANCE 3 /* times as many samples of the largest class as of the smallest: to be told */

static void print_imbalance(const struct dataset *d)
{
    int32_t counts[2] = {0, 0}, at[2] = {-1, -1};

    for (int32_t c = 0; c < d->n_classes; c++) {
        int32_t n = 0;

        for (int32_t i = 0; i < d->n; i++)
            n += d->labels[i] == c;
        if (n > 0 && (at[0] < 0 || n < counts[0])) {
            counts[0] = n;
            at[0] = c;
        }
        if (at[1] < 0 || n > counts[1]) {
            counts[1] = n;
            at[1] = c;
        }
    }
    if (at[0] >= 0 && counts[1] >= IMBALANCE * counts[0])
        print_fitting(
            stdout,
            "classes are unequal: %d samples of the largest, %d of the smallest; with `class_weights: balanced` in a "
            "recipe's training each counts as much\n",
            counts[1], counts[0]);
}

void data_print(const struct data_view *v)
{
    const struct dataset *d = &v->data;

    printf("%d sample%s of %s %s, ", d->n, d->n == 1 ? "" : "s", v->shape, type_name(d->type));
    if (d->targets != NULL)
        puts("a number to predict (task: regression)");
    else if (d->n_classes > 0)
        printf("%d class%s\n", d->n_classes, d->n_classes == 1 ? "" : "es");
    else
        puts("no labels");
    if (d->raw)
        print_fitting(stdout,
                      "bytes of unknown type: `type` in a YAML file says it, or the model whose input they are\n");
    preprocess_print(&d->preprocess);
    if (!d->splits)
        print_fitting(stdout,
                      "nothing says what the splits are: all samples count as test, and training draws its own\n");
    print_fitting(stdout, "%s%s", d->notes, split_repeated(&v->cli->pool, d));
    print_classes(v);
    print_ranges(v);
    if (d->labels != NULL)
        print_imbalance(d);
    print_fitting(stdout, "%s", v->suspected);
}

/* ---- JSON ---- */
static json_t *range_json(const struct dataset_range *r)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "min", json_number(r->min), "max", json_number(r->max), "mean",
                     json_number(r->mean), "std", json_number(r->std));
}

static json_t *splits_json(const struct data_view *v, int32_t class)
{
    json_t *splits = json_object();

    for (int s = 0; s < SPLIT_COUNT; s++)
        json_object_set_new(splits, split_names[s],
                            json_integer(class < 0 ? v->data.n_split[s] : v->counts[class * SPLIT_COUNT + s]));
    return splits;
}

static json_t *suspects_json(const struct data_view *v)
{
    json_t *shown = json_array();

    for (int32_t i = 0; i < v->suspects.n && i < SUSPECTS_SHOWN; i++) {
        const struct suspect *s = &v->suspects.shown[i];

        json_array_append_new(shown,
                              json_pack("{s:o, s:i, s:o, s:o}", "sample",
                                        json_text(dataset_name(&v->cli->pool, &v->data, s->sample)), "index",
                                        (int)s->sample, "class", json_text(class_name(v, v->data.labels[s->sample])),
                                        "neighbors", json_text(class_name(v, s->like))));
    }
    return json_pack("{s:i, s:i, s:o, s:o}", "samples", (int)v->suspects.n, "compared", (int)v->suspects.looked_at,
                     "agreement", json_number(v->suspects.looked_at > 0 ? v->suspects.agreement : NAN), "first", shown);
}

json_t *data_json(const struct data_view *v)
{
    const struct dataset *d = &v->data;
    json_t *shape = json_array(), *classes = json_array(), *channels = json_array();

    for (int32_t i = 0; i < d->rank; i++)
        json_array_append_new(shape, json_integer(d->dims[i]));
    for (int32_t i = 0; i < d->n_classes; i++)
        json_array_append_new(
            classes, json_pack("{s:o, s:o}", "name", json_text(class_name(v, i)), "samples", splits_json(v, i)));
    for (int32_t c = 0; c < v->channels; c++)
        json_array_append_new(channels, range_json(&v->ranges[c]));
    return json_pack("{s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "samples", d->n, "repeated",
                     d->repeated, "type", type_name(d->type), "shape", shape, "splits",
                     d->splits ? splits_json(v, -1) : json_null(), "classes", classes, "target",
                     d->targets != NULL ? range_json(&v->target) : json_null(), "preprocess",
                     preprocess_json(&d->preprocess, "std", d->preprocess.std), "range", range_json(&v->all),
                     "channels", channels, "suspects", suspects_json(v));
}
