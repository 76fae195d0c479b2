/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever comes in over the UART, a device answers each '%' with lines of which the last one is "m-ready",
 * says nothing meanwhile, keeps within the sample's bytes, and infers of whole samples alone. Says at its end how many
 * lines that were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets/harness/protocol.c"

#define SAMPLE_BYTES 70

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t sample[SAMPLE_BYTES];
const struct protocol_device protocol_device = {
    .name = "fuzz", .model = "kws01", .input = "70 bytes", .sample = sample, .bytes = SAMPLE_BYTES};

static char last[16]; /* what came last */
static size_t said;
static bool loaded;
static uint64_t lines; /* ended by '%', in all executions */

static void say_lines(void) { fprintf(stderr, "%llu lines\n", (unsigned long long)lines); }

static void require(bool condition)
{
    if (!condition)
        abort();
}

void device_put(char c)
{
    memmove(last, last + 1, sizeof last - 1);
    last[sizeof last - 1] = c;
    said++;
}

void device_timestamp(void)
{
    protocol_text("m-lap-us-");
    protocol_number(said);
    protocol_end();
}

bool device_load(void)
{
    require(state.got == SAMPLE_BYTES && state.expected == SAMPLE_BYTES);
    loaded = true;
    return sample[0] != 13; /* a model that fails */
}

bool device_infer(uint32_t times)
{
    require(loaded && times <= 999999999);
    return sample[1] != 13;
}

void device_results(void)
{
    float x;

    memcpy(&x, sample, sizeof x);
    protocol_text("m-results-[");
    protocol_real(x);
    protocol_text("]");
    protocol_end();
}

void device_outputs(void)
{
    protocol_hex(sample[SAMPLE_BYTES - 1]);
    protocol_end();
}

static void take(char c)
{
    static const char ready[] = "\r\nm-ready\r\n";
    const size_t before = said;

    lines += c == '%';
    protocol_take(c);
    require(state.length <= PROTOCOL_LINE && state.got <= state.expected && state.expected <= SAMPLE_BYTES);
    if (c != '%')
        require(said == before);
    else if (said - before > strlen("m-ready\r\n")) /* a command that has nothing else to say */
        require(memcmp(last + sizeof last - strlen(ready), ready, strlen(ready)) == 0);
    else
        require(memcmp(last + sizeof last - strlen(ready) + 2, ready + 2, strlen(ready) - 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (lines == 0)
        atexit(say_lines);
    memset(&state, 0, sizeof state);
    memset(sample, 0, sizeof sample);
    loaded = false;
    protocol_begin();
    for (size_t i = 0; i < size; i++)
        take((char)data[i]);
    take('%');
    return 0;
}
