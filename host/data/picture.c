/* SPDX-License-Identifier: Apache-2.0 */
/* PNG and JPEG -> bytes, by libpng and libjpeg. Pixels are as the file has them: no color management. What the
 * libraries call a warning is an error here where pixels are missing. */
#include "host/data/source.h" /* first: jpeglib.h needs stdio.h */

#include <jpeglib.h>
#include <jerror.h>
#include <png.h>
#include <setjmp.h>

#define WHY 200

static enum mote_status check_size(const struct picture *p, char *why)
{
    if (p->height >= 1 && p->height <= PICTURE_SIDE_MAX && p->width >= 1 && p->width <= PICTURE_SIDE_MAX &&
        (int64_t)p->height * p->width <= PICTURE_PIXELS_MAX)
        return MOTE_OK;
    snprintf(why, WHY, "is a picture of %d x %d pixels; %lld pixels, %d each way, are the most", p->height, p->width,
             (long long)PICTURE_PIXELS_MAX, PICTURE_SIDE_MAX);
    return MOTE_ERR_SHAPE;
}

static uint8_t *make_room(struct pool *pool, const struct picture *p)
{
    return pool_array(pool, (size_t)p->height * (size_t)p->width, (size_t)p->channels);
}

/* ---- PNG ---- */
struct png {
    struct bytes file;
    size_t used;
    struct pool *pool;
    struct picture *out;
    char *why;
    jmp_buf escape;
};

_Noreturn static void png_failed(png_structp png, png_const_charp text)
{
    struct png *p = png_get_error_ptr(png);

    snprintf(p->why, WHY, "is a damaged PNG: %.150s", text);
    longjmp(p->escape, 1);
}

static void png_warned(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void png_take(png_structp png, png_bytep to, size_t bytes)
{
    struct png *p = png_get_io_ptr(png);

    if (bytes > p->file.size - p->used)
        png_error(png, "it is cut off");
    memcpy(to, p->file.data + p->used, bytes);
    p->used += bytes;
}

static png_voidp png_memory(png_structp png, png_alloc_size_t bytes)
{
    struct png *p = png_get_mem_ptr(png);

    return pool_alloc(p->pool, bytes);
}

static void png_memory_free(png_structp png, png_voidp p)
{
    (void)png;
    (void)p;
}

/* 8 bits a channel, no palette, no alpha: what is transparent keeps its color. */
static void png_simplify(png_structp png, png_infop info)
{
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

static enum mote_status png_read(struct png *p, png_structp png, png_infop info)
{
    struct picture *out = p->out;
    png_bytepp rows;

    png_set_read_fn(png, p, png_take);
    png_read_info(png, info);
    out->height = (int32_t)png_get_image_height(png, info);
    out->width = (int32_t)png_get_image_width(png, info);
    TRY(check_size(out, p->why));
    png_simplify(png, info);
    out->channels = png_get_channels(png, info);
    if (out->channels != 1 && out->channels != 3)
        png_error(png, "it is neither gray nor RGB");
    out->data = make_room(p->pool, out);
    rows = pool_array(p->pool, (size_t)out->height, sizeof *rows);
    for (int32_t y = 0; y < out->height; y++)
        rows[y] = out->data + (size_t)y * (size_t)out->width * (size_t)out->channels;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    return MOTE_OK;
}

static enum mote_status png_decode(struct png *p)
{
    png_structp png;
    png_infop info;

    if (setjmp(p->escape) != 0)
        return MOTE_ERR_FORMAT;
    png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, p, png_failed, png_warned, p, png_memory, png_memory_free);
    info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL) {
        snprintf(p->why, WHY, "libpng does not start");
        return MOTE_ERR_MEMORY;
    }
    return png_read(p, png, info); /* its memory is the pool's, nothing is to be freed */
}

/* ---- JPEG ---- */
struct jpeg {
    struct jpeg_error_mgr errors; /* first: libjpeg hands it back */
    struct jpeg_decompress_struct info;
    struct bytes file;
    struct pool *pool;
    struct picture *out;
    char *why;
    jmp_buf escape;
};

_Noreturn static void jpeg_failed(j_common_ptr info)
{
    struct jpeg *j = (struct jpeg *)info->err;
    char text[JMSG_LENGTH_MAX];

    info->err->format_message(info, text);
    snprintf(j->why, WHY, "is a damaged JPEG: %.150s", text);
    longjmp(j->escape, info->err->msg_code == JERR_OUT_OF_MEMORY ? 2 : 1);
}

/* Bytes between two segments cost no pixels; whatever else is a warning (level -1) does. */
static void jpeg_said(j_common_ptr info, int level)
{
    if (level < 0 && info->err->msg_code != JWRN_EXTRANEOUS_DATA && info->err->msg_code != JWRN_JFIF_MAJOR &&
        info->err->msg_code != JWRN_ADOBE_XFORM)
        jpeg_failed(info);
}

static enum mote_status jpeg_read(struct jpeg *j)
{
    struct jpeg_decompress_struct *info = &j->info;
    struct picture *out = j->out;
    size_t row;

    jpeg_mem_src(info, j->file.data, j->file.size);
    jpeg_read_header(info, TRUE);
    out->height = (int32_t)info->image_height;
    out->width = (int32_t)info->image_width;
    TRY(check_size(out, j->why));
    if (info->num_components != 1 && info->num_components != 3) {
        snprintf(j->why, WHY, "is a JPEG of %d channels; convert it to RGB", info->num_components);
        return MOTE_ERR_VALUE;
    }
    info->out_color_space = info->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    out->channels = info->num_components;
    out->data = make_room(j->pool, out);
    row = (size_t)out->width * (size_t)out->channels;
    jpeg_start_decompress(info);
    while (info->output_scanline < info->output_height) {
        JSAMPROW to = out->data + info->output_scanline * row;

        jpeg_read_scanlines(info, &to, 1);
    }
    jpeg_finish_decompress(info);
    return MOTE_OK;
}

static enum mote_status jpeg_decode(struct jpeg *j)
{
    enum mote_status status;
    int jumped;

    j->info.err = jpeg_std_error(&j->errors);
    j->errors.error_exit = jpeg_failed;
    j->errors.emit_message = jpeg_said;
    jumped = setjmp(j->escape);
    if (jumped != 0) {
        jpeg_destroy_decompress(&j->info);
        return jumped == 2 ? MOTE_ERR_MEMORY : MOTE_ERR_FORMAT;
    }
    jpeg_create_decompress(&j->info);
    status = jpeg_read(j);
    jpeg_destroy_decompress(&j->info);
    return status;
}

/* ---- both ---- */
enum mote_status picture_decode(struct pool *pool, struct bytes file, struct picture *out, char why[WHY])
{
    static const uint8_t png_magic[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    *out = (struct picture){0};
    if (file.size >= 8 && memcmp(file.data, png_magic, 8) == 0)
        return png_decode(&(struct png){.file = file, .pool = pool, .out = out, .why = why});
    if (file.size >= 3 && file.data[0] == 0xff && file.data[1] == 0xd8)
        return jpeg_decode(&(struct jpeg){.file = file, .pool = pool, .out = out, .why = why});
    snprintf(why, WHY, "is neither a PNG nor a JPEG");
    return MOTE_ERR_FORMAT;
}
