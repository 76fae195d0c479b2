/* SPDX-License-Identifier: Apache-2.0 */
/* What a model takes on a board: does it fit, the arena over the calls, flash, time and energy by operator, battery. */
#include <math.h>

#include "host/report/chart.h"
#include "host/report/html_pieces.h"
#include "host/report/life.h"

#define MAP_WIDTH   1030 /* px */
#define MAP_HEIGHT  360
#define MAP_LEFT    66
#define MAP_RIGHT   10
#define MAP_TOP     14
#define MAP_BOTTOM  34
#define LABEL_LEAST 60 /* px of a block that its name is written into */
#define LETTER      7.5

/* ---- does it fit ---- */
int64_t life_fit_used(const struct life_fit *f)
{
    int64_t sum = 0;

    for (int i = 0; i < LIFE_PARTS; i++)
        sum += f->parts[i].name != NULL ? f->parts[i].bytes : 0;
    return sum;
}

/* What the colors of a cut bar mean, and how many of each there are; counts NULL: without. */
static void keys(const char *const *names, const int64_t *counts, int n, struct text *out)
{
    text_add(out, "<p class=\"soft\">");
    for (int i = 0; i < n; i++)
        if (names[i] != NULL) {
            text_add(out, "<span class=\"name\"><span class=\"key p%d\"></span>", i);
            text_escaped(out, names[i]);
            if (counts != NULL) {
                text_add(out, " ");
                html_count(out, counts[i]);
            }
            text_add(out, "</span> ");
        }
    text_add(out, "</p>\n");
}

static void fit(const struct life_fit *f, struct text *out)
{
    const int64_t used = life_fit_used(f), of = used > f->available ? used : f->available;
    const char *names[LIFE_PARTS];
    int64_t bytes[LIFE_PARTS];

    if (of <= 0)
        return;
    text_add(out, "<p>");
    html_element(out, "strong", f->memory);
    text_add(out, ": ");
    html_count(out, used);
    text_add(out, " of ");
    html_count(out, f->available);
    text_add(out, " bytes%s</p>\n<div class=\"stack\">", used > f->available ? ": it does not fit" : "");
    for (int i = 0; i < LIFE_PARTS; i++)
        if (f->parts[i].name != NULL && f->parts[i].bytes > 0)
            text_add(out, "<span class=\"p%d\" style=\"width:%.2f%%\"></span>", i,
                     100 * (double)f->parts[i].bytes / (double)of);
    text_add(out, "</div>\n");
    for (int i = 0; i < LIFE_PARTS; i++) {
        names[i] = f->parts[i].name;
        bytes[i] = f->parts[i].bytes;
    }
    keys(names, bytes, LIFE_PARTS, out);
}

/* ---- the arena ---- */
struct map {
    const struct life_arena *a;
    struct text *out;
};

static double x_of(const struct map *m, double call) /* of its left edge; -1 is the first */
{
    return MAP_LEFT + (call + 1) / (m->a->calls + 2.0) * (MAP_WIDTH - MAP_LEFT - MAP_RIGHT);
}

static double y_of(const struct map *m, double offset)
{
    return MAP_HEIGHT - MAP_BOTTOM - offset / (double)m->a->bytes * (MAP_HEIGHT - MAP_TOP - MAP_BOTTOM);
}

/* As much of a name's end as `letters` show. */
static void label(const char *name, size_t letters, struct text *out)
{
    const size_t n = strlen(name);

    if (n > letters)
        text_add(out, "\xe2\x80\xa6");
    text_escaped(out, n > letters ? name + (n - letters + 1) : name);
}

/* A ring's bytes are another's in between: where a block lies over an earlier one, so would its name. */
static bool lies_over(const struct life_arena *a, size_t i)
{
    const struct life_block *b = &a->blocks[i];

    for (size_t k = 0; k < i; k++) {
        const struct life_block *o = &a->blocks[k];

        if (b->first <= o->last && o->first <= b->last && b->offset < o->offset + o->bytes &&
            o->offset < b->offset + b->bytes)
            return true;
    }
    return false;
}

static void block(const struct map *m, size_t i)
{
    const struct life_block *b = &m->a->blocks[i];
    static const char *const kinds[] = {"tensor", "scratch", "state"};
    const double x = x_of(m, b->first), y = y_of(m, (double)(b->offset + b->bytes));
    const double width = x_of(m, b->last + 1) - x, height = y_of(m, (double)b->offset) - y;

    text_add(m->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", kinds[b->kind],
             x, y, width, height);
    text_escaped(m->out, b->name);
    text_add(m->out, " (%s): %lld bytes at %lld</title></rect>\n", kinds[b->kind], (long long)b->bytes,
             (long long)b->offset);
}

/* Above all blocks, so that none lies over it. */
static void block_label(const struct map *m, size_t i)
{
    const struct life_block *b = &m->a->blocks[i];
    const double x = x_of(m, b->first), y = y_of(m, (double)(b->offset + b->bytes));
    const double width = x_of(m, b->last + 1) - x, height = y_of(m, (double)b->offset) - y;

    if (width < LABEL_LEAST || height < 14 || lies_over(m->a, i))
        return;
    text_add(m->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">", x + 4, y + height / 2 + 4);
    label(b->name, (size_t)((width - 8) / LETTER), m->out);
    text_add(m->out, "</text>\n");
}

static void level(const struct map *m, int64_t bytes, const char *class)
{
    text_add(m->out, "<path class=\"%s\" d=\"M%d %.1fH%d\"/><text class=\"tick end\" x=\"%d\" y=\"%.1f\">%lld</text>\n",
             class, MAP_LEFT, y_of(m, (double)bytes), MAP_WIDTH - MAP_RIGHT, MAP_LEFT - 7, y_of(m, (double)bytes) + 4,
             (long long)bytes);
}

static void arena(const struct life_arena *a, struct text *out)
{
    const struct map m = {a, out};

    if (a->n == 0 || a->bytes == 0)
        return;
    text_add(out,
             "<section>\n<h2>Arena</h2>\n<p class=\"soft\">Each block is a tensor, scratch memory or a state, from "
             "the call that makes it to the last that reads it. The arena takes ");
    html_count(out, a->bytes);
    text_add(out, " bytes; no arena can take fewer than ");
    html_count(out, a->bound);
    text_add(
        out,
        " with this schedule (the dashed line). Blocks that lie over each other take turns.</p>\n<div class=\"wide\">"
        "<svg class=\"chart map\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"the arena\">\n",
        MAP_WIDTH, MAP_HEIGHT);
    level(&m, 0, "axis");
    level(&m, a->bytes / 2, "grid");
    level(&m, a->bytes, "grid");
    for (size_t i = 0; i < a->n; i++)
        block(&m, i);
    for (size_t i = 0; i < a->n; i++)
        block_label(&m, i);
    text_add(out, "<path class=\"mark\" d=\"M%d %.1fH%d\"/>\n", MAP_LEFT, y_of(&m, (double)a->bound),
             MAP_WIDTH - MAP_RIGHT);
    text_add(out,
             "<text class=\"tick middle\" x=\"%d\" y=\"%d\">calls of kernels, %d</text>\n</svg></div>\n</section>\n",
             (MAP_LEFT + MAP_WIDTH - MAP_RIGHT) / 2, MAP_HEIGHT - 8, a->calls);
}

/* ---- operators ---- */
static void number_cell(struct text *out, double x)
{
    if (x > 0)
        text_add(out, "<td class=\"number\">%.4g</td>", x);
    else
        text_add(out, "<td class=\"number\">\xe2\x80\x93</td>");
}

static const char *const class_names[LIFE_CLASSES] = {"loads", "stores", "multiplications", "branches", "other"};

static int64_t class_sum(const struct life_operator *o)
{
    int64_t sum = 0;

    for (int k = 0; k < LIFE_CLASSES; k++)
        sum += o->classes[k];
    return sum;
}

/* As long as the operator's share of the most, cut into the classes of its instructions. */
static void classes_cell(const struct life_operator *o, double most, struct text *out)
{
    const int64_t sum = class_sum(o);

    if (sum == 0) {
        html_bar_cell(out, o->instructions / most);
        return;
    }
    text_add(out, "<td class=\"bar\"><div class=\"stack\" style=\"width:%.1f%%\">", 100 * o->instructions / most);
    for (int k = 0; k < LIFE_CLASSES; k++)
        text_add(out, "<span class=\"p%d\" style=\"width:%.2f%%\" title=\"%lld %s\"></span>", k,
                 100 * (double)o->classes[k] / (double)sum, (long long)o->classes[k], class_names[k]);
    text_add(out, "</div></td>");
}

static int64_t count_known(double n) { return n > 0 ? (int64_t)n : -1; }

static void operator_cells(const struct life_operator *o, struct text *out)
{
    html_element(out, "th class=\"any\"", o->name);
    html_element(out, "td", o->output);
    html_count_cell(out, o->macs);
    html_count_cell(out, o->weights);
    html_count_cell(out, o->tables);
    html_count_cell(out, count_known(o->instructions));
    html_count_cell(out, count_known(o->cycles));
    number_cell(out, o->milliseconds);
    number_cell(out, o->microjoules);
}

static struct life_operator operator_sum(const struct life_board *b)
{
    struct life_operator sum = {.name = "in all", .output = ""};

    for (size_t i = 0; i < b->n_operators; i++) {
        const struct life_operator *o = &b->operators[i];

        sum.macs = o->macs < 0 || sum.macs < 0 ? -1 : sum.macs + o->macs;
        sum.weights += o->weights;
        sum.tables += o->tables;
        sum.instructions += o->instructions;
        sum.cycles += o->cycles;
        sum.milliseconds += o->milliseconds;
        sum.microjoules += o->microjoules;
        for (int k = 0; k < LIFE_CLASSES; k++)
            sum.classes[k] += o->classes[k];
    }
    return sum;
}

static void operator_rows(const struct life_board *b, const struct life_operator *sum, struct text *out)
{
    double most = 1;

    for (size_t i = 0; i < b->n_operators; i++)
        most = fmax(most, b->operators[i].instructions);
    for (size_t i = 0; i < b->n_operators; i++) {
        text_add(out, "<tr>");
        operator_cells(&b->operators[i], out);
        classes_cell(&b->operators[i], most, out);
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody>\n<tfoot><tr>");
    operator_cells(sum, out);
    text_add(out, "<td></td></tr></tfoot></table></div>\n");
}

static void operators(const struct life_board *b, struct text *out)
{
    const struct life_operator sum = operator_sum(b);

    if (b->n_operators == 0)
        return;
    text_add(out,
             "<section>\n<h2>Operators</h2>\n<div class=\"wide\"><table class=\"full many\">\n<thead><tr>"
             "<th>operator</th><th>output</th><th class=\"number\">MACs</th><th class=\"number\">weights</th>"
             "<th class=\"number\">tables</th><th class=\"number\">instructions</th><th class=\"number\">cycles</th>"
             "<th class=\"number\">ms</th><th class=\"number\">\xc2\xb5J</th><th class=\"bar\"></th></tr></thead>\n"
             "<tbody>\n");
    operator_rows(b, &sum, out);
    if (class_sum(&sum) > 0)
        keys(class_names, NULL, LIFE_CLASSES, out);
    text_add(out, "<p class=\"soft\">%sFlash besides: ",
             class_sum(&sum) > 0 ? "Counted one by one they take a little more, for the calls around them. " : "");
    if (b->code >= 0) {
        html_count(out, b->code);
        text_add(out, " bytes of code, ");
    }
    html_count(out, b->constants > sum.tables ? b->constants - sum.tables : 0);
    text_add(out, " of other constants.</p>\n</section>\n");
}

/* ---- facts and the battery ---- */
static void facts(const struct life_board *b, struct text *out)
{
    text_add(out, "<table class=\"full\"><tbody>\n");
    for (size_t i = 0; i < b->n_facts; i++) {
        text_add(out, "<tr>");
        html_element(out, "th", b->facts[i].name);
        html_element(out, "td class=\"any\"", b->facts[i].value);
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody></table>\n");
}

static void battery(const struct life_board *b, struct text *out)
{
    struct pool pool = {0};
    const struct chart chart = {
        .title = pool_printf(&pool, "Days of %s", b->battery != NULL ? b->battery : ""),
        .x = {.name = "times an hour; without self-discharge", .scale = SCALE_AUTO},
        .y = {.scale = SCALE_AUTO},
        .series =
            {{.name = "days", .x = b->per_hour, .y = b->days, .n = b->n_battery},
             {.name = "nine boards of ten", .x = b->per_hour, .y = b->days_low, .n = b->n_battery, .dashed = true},
             {.x = b->per_hour, .y = b->days_high, .n = b->n_battery, .dashed = true}},
        .mark = b->rate > 0 ? b->rate : NAN,
        .mark_name = pool_printf(&pool, "%.*f", b->rate < 10 ? 2 : 0, b->rate),
        .width = 510,
        .height = 300,
    };

    if (b->battery != NULL)
        chart_svg(&chart, out);
    pool_free(&pool);
}

void life_board_html(const struct life_board *b, struct text *out)
{
    text_add(out, "<section>\n");
    html_element(out, "h2", b->title);
    html_element(out, "p class=\"soft\"", b->via);
    text_add(out, "<div class=\"columns\">\n<div>\n");
    fit(&b->fits[0], out);
    fit(&b->fits[1], out);
    battery(b, out);
    text_add(out, "</div>\n<div>\n");
    facts(b, out);
    text_add(out, "</div>\n</div>\n</section>\n");
    arena(&b->arena, out);
    operators(b, out);
}
