/* SPDX-License-Identifier: Apache-2.0 */
/* A model behind a UART, by MLPerf Tiny's protocol (protocol.h). serial_config.h says which one it is:
 *
 *   MOTE_DEVICE, MOTE_MODEL, MOTE_INPUT   texts of the answers to `name` and `profile`
 *   MOTE_SAMPLE_BYTES                     of a sample as it comes
 *   MOTE_SAMPLE                           what it is: SAMPLE_TENSORS, the bytes of all inputs; SAMPLE_PIXELS, uint8 for
 *                                         an int8 input; SAMPLE_FLOATS, float32 for one, quantized here
 *   MOTE_INPUT_SCALE, MOTE_INPUT_ZERO     of the input, for SAMPLE_FLOATS
 *   MOTE_RESULT_TYPE, _SCALE, _ZERO       of output 0 (mote/input.h has the types)
 *   MOTE_SCORE                            1: the result is not output 0, but how badly it repeats the sample of floats
 *   MOTE_TICKS_A_SECOND                   of the timer
 *   MOTE_ENERGY                           1: timestamps are falling edges of a pin, if MOTE_TIMESTAMP_PIN says which,
 *                                         else nothing at all: on an emulated board, where nobody looks at pins
 *
 * Where MOTE_MARK_START and MOTE_MARK_STOP are defined, inferences lie between these markers, which an emulator's
 * plugin sees. */
#include "harness.h"
#include "protocol.h"
#include "serial.h"

#include "mote/score.h"

#define SAMPLE_TENSORS 0
#define SAMPLE_PIXELS  1
#define SAMPLE_FLOATS  2

#ifdef MOTE_MARK_START
#define MARK(bytes) __asm__ volatile(".byte " bytes ::: "memory")
#else
#define MARK(bytes)
#endif

static union {
    uint8_t bytes[MOTE_SAMPLE_BYTES];
    float reals[(MOTE_SAMPLE_BYTES + 3) / 4];
} sample;

const struct protocol_device protocol_device = {MOTE_DEVICE,  MOTE_MODEL,        MOTE_INPUT,
                                                sample.bytes, MOTE_SAMPLE_BYTES, MOTE_ENERGY};

void device_put(char c) { uart_put(c); }

#if !MOTE_ENERGY
void device_timestamp(void)
{
    const uint64_t ticks = timer_ticks();

    protocol_text(TEXT("m-lap-us-"));
    protocol_number(ticks / MOTE_TICKS_A_SECOND * 1000000u +
                    ticks % MOTE_TICKS_A_SECOND * 1000000u / MOTE_TICKS_A_SECOND);
    protocol_end();
}
#elif defined(MOTE_TIMESTAMP_PIN)
/* Low for at least a microsecond: more than so many ticks, since the first one may be nearly over. */
void device_timestamp(void)
{
    const uint64_t ticks = timer_ticks();

    timestamp_put(false);
    while (timer_ticks() - ticks <= MOTE_TICKS_A_SECOND / 1000000u + 1) {
    }
    timestamp_put(true);
}
#else
void device_timestamp(void) {}
#endif

/* Nothing is left to ask: the device must be started again. */
_Noreturn void harness_fault(const char *what, uint32_t pc, uint32_t detail_a, uint32_t detail_b)
{
    protocol_text(TEXT("\r\ne-["));
    protocol_word(what);
    protocol_text(TEXT(" at "));
    protocol_number(pc);
    protocol_text(TEXT(", "));
    protocol_number(detail_a);
    protocol_text(TEXT(", "));
    protocol_number(detail_b);
    protocol_text(TEXT("]\r\nm-ready\r\n"));
    for (;;) {
    }
}

/* ---- the model ---- */
static bool passed(int32_t status)
{
    if (status >= 0)
        return true;
    protocol_text(TEXT("e-[The model fails with status -"));
    protocol_number(0u - (uint32_t)status);
    protocol_text(TEXT("]"));
    protocol_end();
    return false;
}

static void load_input(const struct span *span, const uint8_t *bytes)
{
    uint8_t *to = span->data;

    for (uint32_t i = 0; i < span->bytes; i++)
#if MOTE_SAMPLE == SAMPLE_PIXELS
        to[i] = bytes[i] ^ 0x80u;
#elif MOTE_SAMPLE == SAMPLE_FLOATS
        ((int8_t *)to)[i] =
            (int8_t)mote_quantize(sample.reals[i], MOTE_INPUT_SCALE, MOTE_INPUT_ZERO, INT8_MIN, INT8_MAX);
#else
        to[i] = bytes[i];
#endif
    (void)bytes;
}

bool device_load(void)
{
    const uint8_t *bytes = sample.bytes;
    struct span span;

    if (!passed(adapter_reset()))
        return false;
    for (int32_t i = 0, n = adapter_inputs(); i < n; i++) {
        if (!passed(adapter_input(i, &span)))
            return false;
        load_input(&span, bytes);
        bytes += span.bytes;
    }
    return true;
}

bool device_infer(uint32_t times)
{
    int32_t status = 0;

    MARK(MOTE_MARK_START);
    for (; times > 0 && status >= 0; times--)
        status = adapter_run();
    MARK(MOTE_MARK_STOP);
    return passed(status);
}

/* ---- results ---- */
#if MOTE_SCORE
void device_results(void)
{
    const struct mote_channels none = {.raw = MOTE_F32};
    const struct mote_scored scored = {MOTE_RESULT_TYPE, MOTE_RESULT_SCALE, MOTE_RESULT_ZERO};
    struct span span;

    if (!passed(adapter_output(0, &span)))
        return;
    protocol_text(TEXT("m-results-["));
    protocol_real(mote_score_of(&none, sample.reals, &scored, span.data, MOTE_SAMPLE_BYTES / 4));
    protocol_text(TEXT("]"));
    protocol_end();
}
#else
void device_results(void)
{
    const struct mote_scored scored = {MOTE_RESULT_TYPE, MOTE_RESULT_SCALE, MOTE_RESULT_ZERO};
    struct span span;

    if (!passed(adapter_output(0, &span)))
        return;
    protocol_text(TEXT("m-results-["));
    for (uint32_t i = 0; i < span.bytes / mote_input_bytes(MOTE_RESULT_TYPE); i++) {
        if (i > 0)
            protocol_text(TEXT(","));
        protocol_real(mote_score_output(&scored, span.data, i));
    }
    protocol_text(TEXT("]"));
    protocol_end();
}
#endif

void device_outputs(void)
{
    struct span span;

    protocol_text(TEXT("m-outputs-["));
    for (int32_t i = 0, n = adapter_outputs(); i < n && adapter_output(i, &span) >= 0; i++)
        for (uint32_t b = 0; b < span.bytes; b++)
            protocol_hex(((const uint8_t *)span.data)[b]);
    protocol_text(TEXT("]"));
    protocol_end();
}

_Noreturn void harness_main(void)
{
    uart_open();
    timer_open();
#if MOTE_ENERGY && defined(MOTE_TIMESTAMP_PIN)
    timestamp_open();
#endif
    passed(adapter_open());
    protocol_begin();
    for (;;)
        protocol_take(uart_get());
}
