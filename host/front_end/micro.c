/* SPDX-License-Identifier: Apache-2.0 */
/* The micro frontend of TensorFlow Lite Micro, as its C library computes it: window, spectrum, mel channels, square
 * root, noise reduction, automatic gain, logarithm. */
#include "host/front_end/front_end.h"
#include "host/front_end/presets.h"
#include "host/graph/op_info.h"

#define LOWER          125.0f
#define UPPER          7500.0f
#define SHARE_BITS     14
#define EVEN_SHARE     409 /* 0.025 */
#define ODD_SHARE      983 /* 0.06 */
#define REMAINING      819 /* 0.05 */
#define SMOOTHING_BITS 10
#define GAIN_BITS      21
#define SNR_BITS       12
#define WEIGHT_BITS    12
#define LOG_SHIFT      6

int32_t fft_length_of(int32_t window)
{
    int32_t n = 4;

    while (n < window)
        n *= 2;
    return n;
}

static int32_t add_window(struct expansion *e, int32_t samples, int32_t n)
{
    int16_t *window = pool_alloc(e->model->pool, (size_t)n * sizeof *window);

    micro_window(window, n);
    return expand(e, OP_WINDOW, 2, (int32_t[]){samples, expand_table(e, "window", n, window)}, TYPE_S16,
                  &(struct window_opts){.shift = WEIGHT_BITS});
}

/* Energies of the channels, and the bits that they have too many. */
static int32_t add_channels(struct expansion *e, const struct front_end *f, int32_t samples)
{
    int32_t length = fft_length_of(f->window), bits, x;
    struct micro_filters t = micro_filters(e->model->pool, f->channels, f->rate, length / 2 + 1, LOWER, UPPER);

    x = expand(e, OP_FFT_AUTO_SCALE, 1, &samples, TYPE_S16, &(struct fft_auto_scale_opts){.frontend = 1});
    bits = expand_second(e, TYPE_S32);
    x = expand(e, OP_RFFT, 1, &x, TYPE_S16, &(struct rfft_opts){.fft_length = length});
    x = expand(e, OP_ENERGY, 1, &x, TYPE_U32, &(struct energy_opts){.start_index = t.start, .end_index = t.end});
    x = expand(e, OP_FILTER_BANK, 6,
               (int32_t[]){x, expand_table(e, "weights", t.n_weights, t.weights),
                           expand_table(e, "unweights", t.n_weights, t.unweights),
                           expand_table(e, "frequencies", f->channels + 1, t.frequencies),
                           expand_table(e, "starts", f->channels + 1, t.starts),
                           expand_table(e, "widths", f->channels + 1, t.widths)},
               TYPE_U64, &(struct filter_bank_opts){.num_channels = f->channels});
    return expand(e, OP_FILTER_BANK_SQUARE_ROOT, 2, (int32_t[]){x, bits}, TYPE_U32, NULL);
}

/* The channels above their noise, whose estimate is in *noise. */
static int32_t add_noise_reduction(struct expansion *e, const struct front_end *f, int32_t channels, int32_t *noise)
{
    const struct filter_bank_spectral_subtraction_opts o = {
        .smoothing = EVEN_SHARE,
        .one_minus_smoothing = (1 << SHARE_BITS) - EVEN_SHARE,
        .alternate_smoothing = ODD_SHARE,
        .alternate_one_minus_smoothing = (1 << SHARE_BITS) - ODD_SHARE,
        .min_signal_remaining = REMAINING,
        .smoothing_bits = SMOOTHING_BITS,
        .spectral_subtraction_bits = SHARE_BITS,
    };
    int32_t state = expand_state(e, "noise", TYPE_U32, f->channels);
    int32_t x = expand(e, OP_FILTER_BANK_SPECTRAL_SUBTRACTION, 2, (int32_t[]){channels, state}, TYPE_U32, &o);

    *noise = expand_second(e, TYPE_U32);
    return x;
}

int32_t micro_expand(struct expansion *e, int32_t frames)
{
    const struct front_end *f = e->front_end;
    int32_t correction = -WEIGHT_BITS / 2, noise, x;
    int16_t gains[PCAN_GAINS];

    for (int32_t n = fft_length_of(f->window); n > 1; n /= 2)
        correction++;
    micro_gains(gains, SMOOTHING_BITS - correction);
    x = add_channels(e, f, add_window(e, frames, f->window));
    x = add_noise_reduction(e, f, x, &noise);
    x = expand(e, OP_PCAN, 3, (int32_t[]){x, noise, expand_table(e, "gains", PCAN_GAINS, gains)}, TYPE_U32,
               &(struct pcan_opts){.snr_shift = GAIN_BITS - correction - SNR_BITS});
    return expand(e, OP_FILTER_BANK_LOG, 1, &x, TYPE_U16,
                  &(struct filter_bank_log_opts){.output_scale = 1 << LOG_SHIFT, .input_correction_bits = correction});
}
