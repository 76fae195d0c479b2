/* SPDX-License-Identifier: Apache-2.0 */
/* A contact sheet: a row of pictures a class, spread over the class's samples, small ones enlarged; above each row the
 * class's name and how many samples it has. */
#include "host/data/letters.h"
#include "host/data/source.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>

#define COLUMNS    10
#define ROWS_MAX   64
#define TILE_LEAST 48 /* pixels: smaller pictures are enlarged by a whole number */
#define GAP        2
#define HEAD       (LETTERS_HEIGHT + 2 * GAP) /* pixels above a row */
#define GROUND     0x40
#define MAP_LEAST  8 /* numbers a row of what is shown as a map */

struct sheet {
    const struct dataset *d;
    int32_t rows, factor, tile_height, tile_width;
    struct picture out;
};

static void paint(struct sheet *s, int32_t sample, int32_t row, int32_t column)
{
    const struct dataset *d = s->d;
    int64_t width = d->dims[1], channels = d->dims[2];
    const uint8_t *from = d->samples + sample * d->elements;

    for (int32_t y = 0; y < s->tile_height; y++)
        for (int32_t x = 0; x < s->tile_width; x++) {
            const uint8_t *pixel = from + (y / s->factor * width + x / s->factor) * channels;
            int64_t at_y = GAP + (int64_t)row * (s->tile_height + GAP + HEAD) + HEAD + y;
            int64_t at_x = GAP + (int64_t)column * (s->tile_width + GAP) + x;

            memcpy(s->out.data + (at_y * s->out.width + at_x) * channels, pixel, (size_t)channels);
        }
}

static const char *class_name(struct pool *pool, const struct dataset *d, int32_t class)
{
    return d->classes != NULL ? d->classes[class] : pool_printf(pool, "class %d", class);
}

/* Of a class's samples, those at equal distances. */
static void paint_class(struct sheet *s, struct pool *pool, int32_t class)
{
    const struct dataset *d = s->d;
    int32_t *samples = pool_array(pool, (size_t)d->n, sizeof *samples), n = 0;

    for (int32_t i = 0; i < d->n; i++)
        if (d->labels == NULL ? i % s->rows == class : d->labels[i] == class)
            samples[n++] = i;
    if (d->labels != NULL)
        letters_paint(&s->out, 2 * GAP + class * (s->tile_height + GAP + HEAD), GAP,
                      pool_printf(pool, "%s: %d", class_name(pool, d, class), n));
    for (int32_t k = 0; k < COLUMNS && k < n; k++)
        paint(s, samples[n <= COLUMNS ? k : (int64_t)k * n / COLUMNS], class, k);
}

/* ---- PNG ---- */
struct writing {
    struct text text;
    jmp_buf escape;
};

static void put(png_structp png, png_bytep data, size_t bytes)
{
    struct writing *w = png_get_io_ptr(png);

    text_bytes(&w->text, data, bytes);
}

static void flush(png_structp png) { (void)png; }

_Noreturn static void failed(png_structp png, png_const_charp text)
{
    struct writing *w = png_get_error_ptr(png);

    (void)text;
    longjmp(w->escape, 1);
}

static void warned(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static png_voidp memory(png_structp png, png_alloc_size_t bytes)
{
    return pool_alloc(((struct writing *)png_get_mem_ptr(png))->text.pool, bytes);
}

static void memory_free(png_structp png, png_voidp p)
{
    (void)png;
    (void)p;
}

static bool encode(struct writing *w, const struct picture *p)
{
    png_structp png;
    png_infop info;

    if (setjmp(w->escape) != 0)
        return false;
    png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, w, failed, warned, w, memory, memory_free);
    info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL)
        return false;
    png_set_write_fn(png, w, put, flush);
    png_set_IHDR(png, info, (png_uint_32)p->width, (png_uint_32)p->height, 8,
                 p->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int32_t y = 0; y < p->height; y++)
        png_write_row(png, p->data + (size_t)y * (size_t)p->width * (size_t)p->channels);
    png_write_end(png, info);
    return true;
}

static enum mote_status choose(struct sheet *s, struct pool *pool, const struct frame *at)
{
    const struct dataset *d = s->d;
    int64_t side = d->dims[0] > d->dims[1] ? d->dims[0] : d->dims[1];
    int64_t height, width;

    s->rows = d->n_classes > 0 && d->n_classes < ROWS_MAX ? d->n_classes : d->n_classes > 0 ? ROWS_MAX : COLUMNS;
    s->factor = side < TILE_LEAST ? (int32_t)((TILE_LEAST + side - 1) / side) : 1;
    s->tile_height = (int32_t)d->dims[0] * s->factor;
    s->tile_width = (int32_t)d->dims[1] * s->factor;
    height = GAP + (int64_t)s->rows * (s->tile_height + GAP + HEAD);
    width = GAP + (int64_t)COLUMNS * (s->tile_width + GAP);
    if (height * width > PICTURE_PIXELS_MAX)
        return fail(at, MOTE_ERR_SHAPE, "the sheet would have %lld x %lld pixels; `size` makes the pictures smaller",
                    (long long)height, (long long)width);
    s->out = (struct picture){(int32_t)height, (int32_t)width, (int32_t)d->dims[2], NULL};
    s->out.data = pool_array(pool, (size_t)(height * width), (size_t)d->dims[2]);
    memset(s->out.data, GROUND, (size_t)(height * width * d->dims[2]));
    return MOTE_OK;
}

enum mote_status picture_encode(struct pool *pool, const struct picture *p, struct bytes *png, const struct frame *at)
{
    struct writing w = {.text = {.pool = pool}};

    if (!encode(&w, p))
        return fail(at, MOTE_ERR_MEMORY, "libpng could not write the picture");
    *png = (struct bytes){(uint8_t *)w.text.s, w.text.len};
    return MOTE_OK;
}

static bool is_pictures(const struct dataset *d)
{
    return d->type == TYPE_U8 && d->rank == 3 && (d->dims[2] == 1 || d->dims[2] == 3);
}

enum mote_status dataset_sheet(struct pool *pool, const struct dataset *d, struct bytes *png, const struct frame *at)
{
    struct sheet s = {.d = d};

    if (!is_pictures(d))
        return fail(at, MOTE_ERR_TYPE, "a sheet shows pictures, and these samples are none");
    TRY(choose(&s, pool, at));
    for (int32_t class = 0; class < s.rows; class ++)
        paint_class(&s, pool, class);
    return picture_encode(pool, &s.out, png, at);
}

/* ---- single samples ---- */
#define PLANE_LEAST 4 /* rows and columns of numbers that are shown as a picture */

/* Reals that lie as a picture's: digits of a table. */
static bool is_plane(const struct dataset *d)
{
    return d->rank == 3 && d->dims[2] == 1 && d->dims[0] >= PLANE_LEAST && d->dims[1] >= PLANE_LEAST;
}

static bool is_map(const struct dataset *d)
{
    return d->rank >= 2 && d->dims[d->rank - 1] >= MAP_LEAST && d->elements / d->dims[d->rank - 1] > 1;
}

bool dataset_is_shown(const struct dataset *d)
{
    return !d->raw && d->elements <= PICTURE_PIXELS_MAX && (is_pictures(d) || is_plane(d) || is_map(d));
}

static struct picture sample_picture(struct pool *pool, const struct dataset *d, int32_t i)
{
    return (struct picture){(int32_t)d->dims[0], (int32_t)d->dims[1], (int32_t)d->dims[2],
                            pool_copy(pool, d->samples + i * d->elements, (size_t)d->elements)};
}

/* The least is black, the largest white. */
static void shade(const float *reals, int64_t n, uint8_t *out)
{
    float least = INFINITY, largest = -INFINITY;

    for (int64_t k = 0; k < n; k++) {
        least = fminf(least, reals[k]);
        largest = fmaxf(largest, reals[k]);
    }
    for (int64_t k = 0; k < n; k++)
        if (isfinite(reals[k]) && isfinite(largest - least) && largest > least)
            out[k] = (uint8_t)(255 * ((reals[k] - least) / (largest - least)));
}

/* A plane as it is; of a map the first number of a row is at the bottom. */
static struct picture sample_reals(struct pool *pool, const struct dataset *d, int32_t i)
{
    const bool plane = is_plane(d);
    const int32_t last = (int32_t)d->dims[d->rank - 1], height = plane ? (int32_t)d->dims[0] : last,
                  width = (int32_t)(d->elements / height);
    struct picture p = {height, width, 1, pool_alloc(pool, (size_t)d->elements)};
    float *reals = pool_array(pool, (size_t)d->elements, sizeof *reals);
    uint8_t *shades = pool_alloc(pool, (size_t)d->elements);

    dataset_real(d, i, reals);
    shade(reals, d->elements, shades);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            p.data[(int64_t)y * width + x] =
                shades[plane ? (int64_t)y * width + x : (int64_t)x * height + height - 1 - y];
    return p;
}

enum mote_status dataset_thumbnail(struct pool *pool, const struct dataset *d, int32_t i, int32_t side,
                                   struct bytes *png, const struct frame *at)
{
    struct picture p = is_pictures(d) ? sample_picture(pool, d, i) : sample_reals(pool, d, i);
    const int32_t longest = p.height > p.width ? p.height : p.width;

    assert(dataset_is_shown(d) && side > 0);
    if (longest > side)
        picture_resize(pool, &p, (int32_t)((int64_t)p.height * side / longest) + (p.height < longest),
                       (int32_t)((int64_t)p.width * side / longest) + (p.width < longest));
    return picture_encode(pool, &p, png, at);
}
