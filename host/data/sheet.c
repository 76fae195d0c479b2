/* SPDX-License-Identifier: Apache-2.0 */
/* A contact sheet: a row of pictures a class, spread over the class's samples, small ones enlarged. */
#include "host/data/source.h"

#include <png.h>
#include <setjmp.h>

#define COLUMNS    10
#define ROWS_MAX   64
#define TILE_LEAST 48 /* pixels: smaller pictures are enlarged by a whole number */
#define GAP        2
#define GROUND     0x40

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
            int64_t at_y = GAP + (int64_t)row * (s->tile_height + GAP) + y;
            int64_t at_x = GAP + (int64_t)column * (s->tile_width + GAP) + x;

            memcpy(s->out.data + (at_y * s->out.width + at_x) * channels, pixel, (size_t)channels);
        }
}

/* Of a class's samples, those at equal distances. */
static void paint_class(struct sheet *s, struct pool *pool, int32_t class)
{
    const struct dataset *d = s->d;
    int32_t *samples = pool_array(pool, (size_t)d->n, sizeof *samples), n = 0;

    for (int32_t i = 0; i < d->n; i++)
        if (d->labels == NULL ? i % s->rows == class : d->labels[i] == class)
            samples[n++] = i;
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
    height = GAP + (int64_t)s->rows * (s->tile_height + GAP);
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

enum mote_status dataset_sheet(struct pool *pool, const struct dataset *d, struct bytes *png, const struct frame *at)
{
    struct sheet s = {.d = d};

    if (d->type != TYPE_U8 || d->rank != 3 || (d->dims[2] != 1 && d->dims[2] != 3))
        return fail(at, MOTE_ERR_TYPE, "a sheet shows pictures, and these samples are none");
    TRY(choose(&s, pool, at));
    for (int32_t class = 0; class < s.rows; class ++)
        paint_class(&s, pool, class);
    return picture_encode(pool, &s.out, png, at);
}
