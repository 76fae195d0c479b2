/* SPDX-License-Identifier: Apache-2.0 */
/* Front ends of floats: what MLPerf Tiny's keyword spotting, streaming wake word and anomaly detection train with. */
#include "host/front_end/front_end.h"
#include "host/front_end/presets.h"
#include "host/graph/op_info.h"

#include <math.h>

#define PI        3.14159265358979323846
#define FULL      32768.0 /* what 1 is of samples */
#define MFCC_MELS 40

/* Sums of cosines, a - b cos(2 pi i / n), times `scale`: periodic where n is the window's length. */
static int32_t add_window(struct expansion *e, int32_t frames, double a, double b, int32_t n, double scale,
                          float emphasis)
{
    const int32_t length = e->front_end->window;
    float *window = pool_array(e->model->pool, (size_t)length, sizeof *window);

    for (int32_t i = 0; i < length; i++)
        window[i] = (float)(scale * (a - b * cos(2 * PI * i / n)));
    return expand(e, OP_WINDOW, 2, (int32_t[]){frames, expand_floats(e, "window", 1, (int64_t[]){length}, window)},
                  TYPE_F32, &(struct window_opts){.emphasis = emphasis});
}

static int32_t add_spectrum(struct expansion *e, int32_t x)
{
    return expand(e, OP_RFFT, 1, &x, TYPE_F32, &(struct rfft_opts){.fft_length = fft_length_of(e->front_end->window)});
}

static int32_t spectrum_of(const struct front_end *f) { return fft_length_of(f->window) / 2 + 1; }

static int32_t add_powers(struct expansion *e, int32_t x)
{
    return expand(e, OP_ENERGY, 1, &x, TYPE_F32, &(struct energy_opts){.end_index = spectrum_of(e->front_end)});
}

static int32_t add_mel(struct expansion *e, int32_t x, int32_t channels, const struct mel_bands *b)
{
    return expand(e, OP_BANDS, 4,
                  (int32_t[]){x, expand_floats(e, "mel", 1, (int64_t[]){b->n_weights}, b->weights),
                              expand_ints(e, "firsts", channels, b->firsts),
                              expand_ints(e, "widths", channels, b->widths)},
                  TYPE_F32, NULL);
}

static int32_t add_log(struct expansion *e, int32_t x) { return expand(e, OP_LOG, 1, &x, TYPE_F32, NULL); }

/* ---- keywords ---- */
/* Of all samples the largest, without its sign; 1 of silence. */
static int32_t add_peak(struct expansion *e)
{
    int32_t x = expand(e, OP_CAST, 1, &e->samples, TYPE_F32, NULL), axis = 1;

    x = expand(e, OP_REDUCE_MAX, 2, (int32_t[]){x, expand_ints(e, "axis", 1, &axis)}, TYPE_F32,
               &(struct reduce_opts){.keep_dims = 1});
    return expand_with(e, OP_MAXIMUM, expand(e, OP_ABS, 1, &x, TYPE_F32, NULL), 1);
}

/* The first coefficients of the cosine transform that is orthogonal but for the first one's length. */
static int32_t add_cosines(struct expansion *e, int32_t x)
{
    const int32_t n = e->front_end->channels;
    float *table = pool_array(e->model->pool, (size_t)n * MFCC_MELS, sizeof *table);

    for (int32_t k = 0; k < n; k++)
        for (int32_t i = 0; i < MFCC_MELS; i++)
            table[k * MFCC_MELS + i] = (float)(2 / sqrt(2 * MFCC_MELS) * cos(PI * k * (2 * i + 1) / (2 * MFCC_MELS)));
    return expand(e, OP_FULLY_CONNECTED, 3,
                  (int32_t[]){x, expand_floats(e, "cosines", 2, (int64_t[]){n, MFCC_MELS}, table), TENSOR_ABSENT},
                  TYPE_F32, &(struct fully_connected_opts){.keep_num_dims = 1});
}

int32_t mfcc_expand(struct expansion *e, int32_t frames)
{
    const struct front_end *f = e->front_end;
    const struct mel_bands b = mel_bands(e->model->pool, MEL_HTK, MFCC_MELS, f->rate, spectrum_of(f), 20, 4000, 1);
    int32_t x = add_window(e, frames, 0.5, 0.5, f->window, f->peak ? 1 : 1 / FULL, 0);

    x = add_spectrum(e, x);
    x = add_mel(e, expand(e, OP_COMPLEX_ABS, 1, &x, TYPE_F32, NULL), MFCC_MELS, &b);
    if (f->peak)
        x = expand(e, OP_DIV, 2, (int32_t[]){x, add_peak(e)}, TYPE_F32, NULL);
    return add_cosines(e, add_log(e, expand_with(e, OP_ADD, x, 1e-6F)));
}

/* ---- a wake word ---- */
#define EMPHASIS  (1 - 1.0F / 32)
#define LEAST     1e-30F
#define DB_BELOW  52
#define DB_RANGE  64
#define DB_OF_LOG 4.3429448190325175 /* 10 / ln 10 */

int32_t lfbe_expand(struct expansion *e, int32_t frames)
{
    const struct front_end *f = e->front_end;
    const struct mel_bands b =
        mel_bands(e->model->pool, MEL_HTK, f->channels, f->rate, spectrum_of(f), 0, f->rate / 2.0, 1.0 / f->window);
    int32_t x = add_window(e, frames, 0.54, 0.46, f->window - 1, 1 / FULL, EMPHASIS);

    x = add_mel(e, add_powers(e, add_spectrum(e, x)), f->channels, &b);
    x = add_log(e, expand_with(e, OP_MAXIMUM, x, LEAST));
    x = expand_with(e, OP_MUL, x, (float)(DB_OF_LOG / DB_RANGE));
    x = expand_with(e, OP_ADD, x, (float)DB_BELOW / DB_RANGE);
    return expand_with(e, OP_MAXIMUM, expand_with(e, OP_MINIMUM, x, 1), 0);
}

/* ---- what is not normal ---- */
#define EPSILON 0x1p-52F

int32_t logmel_expand(struct expansion *e, int32_t frames)
{
    const struct front_end *f = e->front_end;
    const struct mel_bands b =
        mel_bands(e->model->pool, MEL_SLANEY, f->channels, f->rate, spectrum_of(f), 0, f->rate / 2.0, 1);
    int32_t x = add_window(e, frames, 0.5, 0.5, f->window, 1 / FULL, 0);

    x = add_mel(e, add_powers(e, add_spectrum(e, x)), f->channels, &b);
    return expand_with(e, OP_MUL, add_log(e, expand_with(e, OP_ADD, x, EPSILON)), (float)DB_OF_LOG);
}
