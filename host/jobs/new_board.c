/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/new_board.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/boards/board.h"
#include "host/passes/passes.h"
#include "host/passes/quantize.h"
#include "host/pipeline/pipeline.h"
#include "host/train/recipe.h"

#define SIDE     64 /* of pictures that differ in size, or are large */
#define SIDE_MAX 96

static void note(struct newborn *n, const char *fmt, ...) PRINTF(2, 3);
static void note(struct newborn *n, const char *fmt, ...)
{
    const char *line;
    va_list args;

    va_start(args, fmt);
    line = pool_vprintf(n->pool, fmt, args);
    va_end(args);
    n->notes = pool_printf(n->pool, "%s%s\n", n->notes, line);
}

/* ---- data ---- */
static enum mote_status open_section(struct newborn *n, const struct frame *at)
{
    const struct dataset_options options = {.max_bytes = n->options->max_bytes, .draw = true};

    return dataset_open_section(n->pool, &n->section, NULL, &options, &n->data, at);
}

static void set_size(struct newborn *n, int64_t height, int64_t width)
{
    n->section.size = pool_copy(n->pool, (int64_t[]){height, width}, 2 * sizeof(int64_t));
    n->section.size_count = 2;
}

/* Pictures of several sizes get one. */
static enum mote_status open_pictures(struct newborn *n)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = n->data_file;
    const int64_t *d = n->data.dims;

    at.sink = &report;
    if (open_section(n, &at) != MOTE_OK) {
        if (!n->data.sizes_differ)
            return fail_again(n->at, &report);
        set_size(n, SIDE, SIDE);
        note(n, "the pictures differ in size: all are made %d x %d", SIDE, SIDE);
    } else if (n->data.rank == 3 && (d[0] > SIDE_MAX || d[1] > SIDE_MAX)) {
        set_size(n, SIDE, SIDE);
        note(n, "the pictures are large: all are made %d x %d", SIDE, SIDE);
    } else
        return MOTE_OK;
    return open_section(n, &n->data_file);
}

static void cut(struct newborn *n, int32_t window)
{
    n->section.window = window;
    n->section.step = n->section.step > 0 ? n->section.step : window / 2;
}

/* How long somebody walked says nothing: a window that most labels' rows have twice. */
static int32_t window_of_rows(int least, int most)
{
    int32_t window = 128;

    while (window > 16 && 2 * window > (least + most) / 2)
        window /= 2;
    return window < most ? window : most;
}

/* Short recordings of several lengths are gestures, of which each is a sample; long ones are cut. */
static enum mote_status open_series(struct newborn *n)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = n->data_file;
    int least = 0, most = 0;
    bool rows = n->section.kind == DATA_SERIES;

    if (!rows)
        data_guess_series(n->pool, &n->section, n->options->max_bytes, &rows);
    if (rows)
        note(n, "rows are labeled by column \"%s\": they are a recording as long as it stays", n->section.label);
    at.sink = &report;
    if (open_section(n, &at) == MOTE_OK) {
        least = most = (int)n->data.dims[0];
    } else {
        least = n->data.lengths.least;
        most = n->data.lengths.most;
        if (most == 0)
            return fail_again(n->at, &report);
    }
    if (n->section.window > 0 || n->section.resample > 0 ||
        (least == most && most <= 256 && !(rows && n->section.recording == NULL)))
        return MOTE_OK;
    if (rows && n->section.recording == NULL)
        cut(n, window_of_rows(least, most));
    else if (least != most && most <= 512) {
        n->section.resample = 64;
        note(n, "the recordings have %d to %d rows: each is stretched to 64; --window cuts them", least, most);
    } else
        cut(n, most >= 1000 ? 256 : 128);
    if (n->section.window > 0)
        note(n,
             "the recordings have %s rows%s: they are cut into windows of %d, one every %d; --window and --step say "
             "otherwise",
             least != most ? pool_printf(n->pool, "%d to %d", least, most) : pool_printf(n->pool, "%d", least),
             least == most ? " each" : "", n->section.window, n->section.step);
    return open_section(n, &n->data_file);
}

#define CLIP       1000 /* ms of sound */
#define CLIP_MOST  3000
#define BACKGROUND "_background_noise_"

/* Sounds of a few seconds are clips as they are; of long ones all parts are. */
static enum mote_status open_sounds(struct newborn *n, double usual, double longest)
{
    struct data_input *input = pool_alloc(n->pool, sizeof *input);
    const bool cut = usual * 1000 >= CLIP_MOST || n->section.step > 0;
    const double whole = ceil(10 * longest) * 100; /* a file's head may say anything */

    *input =
        (struct data_input){.audio = "micro", .clip = cut || whole > CLIP_MOST || whole < 100 ? CLIP : (int32_t)whole};
    if (n->section.window > 0)
        input->clip = n->section.window;
    n->section.window = 0;
    n->section.input = input;
    if (cut && n->section.step == 0)
        n->section.step = input->clip;
    note(n, "sounds of %.2g s, the longest of %.3g s: %s of %d ms; --window and --step, in ms, say otherwise", usual,
         longest, cut ? "cut into clips" : "clips", (int)input->clip);
    if (access(pool_printf(n->pool, "%s/" BACKGROUND, n->section.path), F_OK) == 0)
        n->design.background = BACKGROUND;
    return open_section(n, &n->data_file);
}

static enum mote_status open_table(struct newborn *n)
{
    int64_t shape[3];
    struct text ignored = {.pool = n->pool};
    const char *perhaps;

    TRY(data_guess_columns(n->pool, &n->section, n->options->max_bytes, &perhaps, &n->data_file));
    if (perhaps != NULL)
        note(n, "the label is taken to be the last column; column \"%s\", before it, has words: --label %s takes it",
             perhaps, perhaps);
    if (n->section.label != NULL && n->options->given.label == NULL)
        note(n, "the label is taken to be column \"%s\": --label says another", n->section.label);
    for (unsigned i = 0; i < n->section.ignore_count && n->options->given.ignore_count == 0; i++)
        text_add(&ignored, "%s%s", i > 0 ? ", " : "", n->section.ignore[i]);
    if (ignored.len > 0)
        note(n, "columns of words, or that number the rows, are left out: %s", ignored.s);
    if (n->section.missing != NULL && n->options->given.missing == NULL)
        note(n, "there are gaps: each gets its column's mean");
    TRY(open_section(n, &n->data_file));
    if (n->section.shape_count > 0 || !design_shape_of(&n->data, shape, &n->section.shape_count))
        return MOTE_OK;
    n->section.shape = pool_copy(n->pool, shape, n->section.shape_count * sizeof *shape);
    note(n, "%s: the columns are alike as %s are", n->section.shape_count == 3 ? "pictures" : "series",
         n->section.shape_count == 3 ? "neighbors in rows and columns" : "numbers that follow each other");
    return open_section(n, &n->data_file);
}

/* A table of rows in the order of time. */
static enum mote_status open_table_of_series(struct newborn *n)
{
    n->section.kind = DATA_SERIES;
    note(n,
         "rows follow each other in time%s%s%s, so this is taken for series, of which windows are cut; --task "
         "classification takes each row for a sample",
         n->section.recording != NULL ? " (recordings by column \"" : "",
         n->section.recording != NULL ? n->section.recording : "", n->section.recording != NULL ? "\")" : "");
    return open_series(n);
}

static enum mote_status open_data(struct newborn *n)
{
    const char *path = n->section.path;
    struct stat st;
    double usual, longest;
    bool rows = false;

    n->data_file = (struct frame){.name = path, .index = -1, .sink = n->at->sink};
    if (stat(path, &st) != 0)
        return fail(&n->data_file, MOTE_ERR_FILE, "there is no such file or folder");
    if (!S_ISDIR(st.st_mode) && data_kind_of_file(path) == DATA_TABLE) {
        if (n->section.labels == NULL && n->section.task == DATA_TASK_AUTO)
            data_guess_series(n->pool, &n->section, n->options->max_bytes, &rows);
        return rows ? open_table_of_series(n) : open_table(n);
    }
    if (data_is_series(path))
        return open_series(n);
    if (S_ISDIR(st.st_mode) && data_is_sounds(path, &usual, &longest))
        return open_sounds(n, usual, longest);
    if (S_ISDIR(st.st_mode) || data_kind_of_file(path) == DATA_IMAGES)
        return open_pictures(n);
    if (is_sound_name(path))
        return fail(&n->data_file, MOTE_ERR_FORMAT,
                    "is one sound: a folder is wanted, with a folder of sounds for each class");
    if (data_kind_of_file(path) == DATA_AUTO)
        return fail(&n->data_file, MOTE_ERR_FORMAT,
                    "is nothing that data are known by: a folder of pictures or sounds by class or of recordings, "
                    "MNIST's files, a table (.csv, .tsv), arrays (.npy, .npz)");
    return open_section(n, &n->data_file);
}

/* ---- what is wanted ---- */
static enum mote_status choose_normal(struct newborn *n)
{
    const char *word = n->options->normal;
    const struct dataset *d = &n->data;
    char *end;

    n->design.anomaly = n->options->anomaly;
    n->design.normal = -1;
    if (word == NULL)
        return MOTE_OK;
    n->design.anomaly = true;
    for (int32_t i = 0; d->classes != NULL && i < d->n_classes; i++)
        if (strcmp(d->classes[i], word) == 0)
            n->design.normal = i;
    if (n->design.normal < 0 && strtol(word, &end, 10) >= 0 && *end == '\0' && strtol(word, &end, 10) < d->n_classes)
        n->design.normal = (int32_t)strtol(word, &end, 10);
    if (n->design.normal < 0)
        return fail(&n->data_file, MOTE_ERR_VALUE, "--normal: there is no class \"%s\" among its %d", word,
                    d->n_classes);
    return MOTE_OK;
}

static enum mote_status check_task(struct newborn *n)
{
    if (n->data.labels == NULL && n->data.targets == NULL && !n->design.anomaly) {
        n->design.anomaly = true;
        note(n, "there are no labels: a network that tells what is not like these samples");
    }
    if (n->design.anomaly && n->data.targets != NULL)
        return fail(&n->data_file, MOTE_ERR_VALUE,
                    "its labels are numbers to predict; for anomalies --label names a column of classes");
    if (!n->design.anomaly && n->data.labels != NULL && n->data.n_classes < 2)
        return fail(&n->data_file, MOTE_ERR_VALUE,
                    "has one class alone, so there is nothing to tell apart; --task anomaly finds what is not like it");
    return MOTE_OK;
}

static enum mote_status check_features(struct newborn *n)
{
    const bool series = n->design.kind == DESIGN_SERIES && !n->design.anomaly;

    if (n->options->features != FEATURES_NONE && !series)
        return fail(&n->data_file, MOTE_ERR_USAGE, "--features are of windows of series, and these are %s%s",
                    design_kind_names[n->design.kind], n->design.anomaly ? " for anomalies" : "");
    if (n->options->features == FEATURES_NONE && series)
        note(n, "--features both makes a network of statistics and spectra of each window, which is often smaller");
    return MOTE_OK;
}

/* From the recipe's folder: as it is if that is absolute, else through the folders between. */
static const char *path_from_folder(struct pool *pool, const char *folder, const char *path)
{
    char *real = realpath(path, NULL), *from = realpath(folder, NULL);
    size_t same = 0;
    struct text t = {.pool = pool};

    if (real == NULL || from == NULL || path[0] == '/') {
        text_add(&t, "%s", real != NULL ? real : path);
    } else {
        for (size_t i = 0; real[i] != '\0' && (real[i] == from[i] || (real[i] == '/' && from[i] == '\0')); i++) {
            if (real[i] == '/')
                same = i;
            if (from[i] == '\0')
                break;
        }
        for (const char *s = from + same; *s != '\0'; s++)
            if (*s == '/')
                text_add(&t, "../");
        text_add(&t, "%s", real + same + 1);
    }
    free(real);
    free(from);
    return t.s;
}

static const char *heading_of(struct newborn *n)
{
    const struct dataset *d = &n->data;
    struct tensor shape = {.rank = d->rank};
    struct text t = {.pool = n->pool};
    char text[96];

    memcpy(shape.dims, d->dims, sizeof shape.dims);
    text_add(&t, "# Made by `mote new` for %s: %d samples of %s, ", shell_path(n->pool, n->section.path), d->n,
             shape_text(&shape, text));
    if (d->targets != NULL)
        text_add(&t, "a number to predict.\n");
    else
        text_add(&t, "%d class%s.\n", d->n_classes, d->n_classes == 1 ? "" : "es");
    text_add(&t, "# mote train %s begins with it; docs/RECIPES.md and docs/DATA.md say what each key means.\n",
             shell_path(n->pool, n->path));
    return t.s;
}

static enum mote_status make_design(struct newborn *n)
{
    struct data_section *section = pool_copy(n->pool, &n->section, sizeof *section);
    const char *name = n->options->name != NULL ? n->options->name : recipe_name_of(n->pool, n->options->folder);

    TRY(choose_normal(n));
    TRY(check_task(n));
    section->path = path_from_folder(n->pool, n->options->folder, n->section.path);
    if (section->labels != NULL)
        section->labels = path_from_folder(n->pool, n->options->folder, n->section.labels);
    n->design.data = &n->data;
    n->design.section = section;
    n->design.name = is_file_name(name) ? name : "network";
    n->design.target = n->target.name;
    n->design.kind = design_kind_of(&n->data);
    n->design.features = n->options->features;
    n->design.epochs = n->options->epochs;
    TRY(check_features(n));
    n->design.heading = heading_of(n);
    return MOTE_OK;
}

/* ---- what fits ---- */
/* Any ranges do: what an int8 network takes does not depend on them. */
static void set_ranges(struct model *m)
{
    struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].type == TYPE_F32 && g->tensors[i].data == NULL) {
            g->tensors[i].ranged = true;
            g->tensors[i].range = (struct range){-1, 1};
        }
}

static int64_t parameters_of(const struct model *m)
{
    int64_t n = 0;

    for (int32_t i = 0; i < m->graphs[0].n_tensors; i++)
        if (m->graphs[0].tensors[i].data != NULL && m->graphs[0].tensors[i].type != TYPE_S32)
            n += tensor_elements(&m->graphs[0].tensors[i]);
    return n;
}

/* The network of the recipe as it will be on the board, but for its numbers. */
static enum mote_status measure(struct newborn *n, const struct recipe *recipe, const struct frame *at)
{
    struct pipeline_options options = {.target = &n->target};
    struct pool scratch = {0};
    struct pipeline *p = pool_alloc(&scratch, sizeof *p);
    enum mote_status status;
    int32_t *where;

    *p = (struct pipeline){.pool = &scratch, .path = n->path, .has_graph = true, .model = {.pool = &scratch}};
    status = network_build(&scratch, recipe, &n->data, &p->model, at);
    if (status == MOTE_OK)
        n->parameters = parameters_of(&p->model);
    if (status == MOTE_OK)
        status = passes_run(&p->model, NULL, NULL, NULL, at);
    if (status == MOTE_OK) {
        set_ranges(&p->model);
        status = quantize_graph(&p->model, TYPE_S8, false, &where, at);
    }
    if (status == MOTE_OK)
        status = pipeline_compile(p, &options, at);
    n->arena = p->plan.arena_bytes;
    n->image = (int64_t)p->image.size;
    n->macs = p->macs_executed;
    pool_free(&scratch);
    return status;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static bool fits(const struct newborn *n)
{
    int64_t ram = (int64_t)board_memory_bytes(n->target.board, BOARD_RAM);
    int64_t flash = (int64_t)board_memory_bytes(n->target.board, BOARD_FLASH);

    return n->arena <= least(NEW_ARENA, ram / 2) && n->image <= least(NEW_FLASH, flash / 2 + NEW_CODE) - NEW_CODE &&
           n->macs <= NEW_MACS;
}

/* A table's network need not be larger than what it reads. */
static int32_t widest(const struct newborn *n)
{
    int64_t wanted = n->data.elements + n->data.n_classes;

    if (n->design.kind == DESIGN_PICTURE && !n->design.anomaly)
        return n->data.n < 1000 ? 12 : 16;
    if (n->design.kind == DESIGN_SOUND && !n->design.anomaly)
        return 16;
    if (n->design.kind == DESIGN_TABLE && !n->design.anomaly)
        return wanted < 16 ? 16 : 32;
    return 32;
}

/* What makes samples of this kind smaller. */
static const char *smaller_text(enum design_kind kind)
{
    switch (kind) {
    case DESIGN_PICTURE:
        return "`--size 48x48` makes pictures smaller";
    case DESIGN_SERIES:
        return "`--window 64` takes fewer rows for a sample, `--resample 64` has each recording in so many";
    case DESIGN_SOUND:
        return "`--window 500` makes clips of 500 ms";
    default:
        return "a table with fewer columns makes samples smaller";
    }
}

static enum mote_status choose_width(struct newborn *n)
{
    struct frame at = {.name = n->path, .index = -1, .sink = n->at->sink};

    for (const int32_t *w = design_widths; *w > 0; w++) {
        struct recipe recipe;

        if (*w > widest(n))
            continue;
        n->width = *w;
        n->recipe = (struct text){.pool = n->pool};
        design_write(&n->design, *w, &n->recipe);
        TRY(recipe_parse(n->pool, n->path, (struct bytes){(uint8_t *)n->recipe.s, n->recipe.len}, &recipe, &at));
        TRY(measure(n, &recipe, &at));
        if (fits(n))
            return MOTE_OK;
    }
    return fail(&n->data_file, MOTE_ERR_VALUE,
                "the smallest network for these samples takes %lld bytes of arena, %lld of flash and %lld "
                "multiply-accumulates, too much for %s: %s, and --target names another board",
                (long long)n->arena, (long long)n->image + NEW_CODE, (long long)n->macs, n->target.name,
                smaller_text(n->design.kind));
}

/* ---- all of it ---- */
static enum mote_status find_target(struct newborn *n)
{
    const char *name = n->options->target != NULL ? n->options->target : NEW_TARGET;

    TRY(target_find(n->pool, name, &n->target, n->at));
    if (n->target.board == NULL || n->target.board->emulated == NULL)
        return fail(n->at, MOTE_ERR_USAGE, "%s is no board that is emulated: `mote targets` lists them", name);
    return MOTE_OK;
}

enum mote_status new_run(struct pool *pool, const struct new_options *options, struct newborn *out,
                         const struct frame *at)
{
    struct frame folder = {.name = options->folder, .index = -1, .sink = at->sink};
    bool made = access(options->folder, F_OK) != 0;
    enum mote_status status;

    *out = (struct newborn){.pool = pool, .options = options, .at = at, .section = options->given, .notes = ""};
    out->path = pool_printf(pool, "%s/" NEW_RECIPE, options->folder);
    if (access(out->path, F_OK) == 0)
        return fail(&folder, MOTE_ERR_USAGE, "it holds a " NEW_RECIPE " already: choose another folder with -o");
    TRY(find_target(out));
    TRY(open_data(out));
    TRY(folder_make(options->folder, &folder));
    status = make_design(out);
    if (status == MOTE_OK)
        status = choose_width(out);
    if (status == MOTE_OK)
        status = file_write(out->path, out->recipe.s, out->recipe.len, at);
    if (status != MOTE_OK && made)
        rmdir(options->folder);
    return status;
}
