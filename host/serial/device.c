/* SPDX-License-Identifier: Apache-2.0 */
#include "host/serial/device.h"

#include <stdlib.h>

#define TRIES         5
#define TRY_SECONDS   2.0
#define DRAIN_SECONDS 0.2 /* of silence, and as much more in each further try */
#define ANSWER_LINES  100 /* more come from what prints without being asked */

/* ---- questions ---- */
static void forget_answer(struct device *d)
{
    pool_free(&d->answer);
    d->lines = NULL;
    d->n = 0;
}

static enum mote_status read_answer(struct device *d, const char *command, double seconds, const struct frame *at)
{
    const char *line;

    for (;;) {
        TRY(serial_line(&d->serial, seconds, &line, at));
        if (line == NULL)
            return fail(at, MOTE_ERR_ENVIRONMENT,
                        "%s: no answer to \"%.40s\" within %g s: is it the right port, at the "
                        "right rate, with the device switched on?",
                        d->serial.path, command, seconds);
        if (strstr(line, "m-ready") != NULL)
            return MOTE_OK;
        if (d->n == ANSWER_LINES)
            return fail(at, MOTE_ERR_ENVIRONMENT,
                        "%s: the answer to \"%.40s\" has no end: does the device run what `mote firmware` makes?",
                        d->serial.path, command);
        d->lines = pool_grow(&d->answer, d->lines, (size_t)d->n, sizeof *d->lines);
        d->lines[d->n++] = pool_strdup(&d->answer, line);
    }
}

enum mote_status device_ask(struct device *d, const char *command, double seconds, const struct frame *at)
{
    const char *error;

    forget_answer(d);
    TRY(serial_write(&d->serial, command, strlen(command), at));
    TRY(serial_write(&d->serial, "%", 1, at));
    TRY(read_answer(d, command, seconds, at));
    error = device_said(d, "e-[", 0);
    if (error != NULL)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the device says to \"%.40s\": %.*s", command, (int)strcspn(error, "]"),
                    printable(&d->answer, error));
    return MOTE_OK;
}

const char *device_said(const struct device *d, const char *prefix, int32_t k)
{
    const size_t n = strlen(prefix);

    for (int32_t i = 0; i < d->n; i++)
        if (strncmp(d->lines[i], prefix, n) == 0 && k-- == 0)
            return d->lines[i] + n;
    return NULL;
}

enum mote_status device_bracket(const struct device *d, const char *prefix, const char **text, const struct frame *at)
{
    const char *said = device_said(d, prefix, 0), *end = said != NULL ? strrchr(said, ']') : NULL;

    if (end == NULL)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s: the answer has no line \"%s...]\"", d->serial.path, prefix);
    *text = pool_printf(d->pool, "%.*s", (int)(end - said), said);
    return MOTE_OK;
}

/* ---- who it is ---- */
/* What is still on its way, as an answer that came too late. */
static enum mote_status drain(struct device *d, double seconds, const struct frame *at)
{
    const char *line = "";

    for (int32_t i = 0; i < ANSWER_LINES && line != NULL; i++)
        TRY(serial_line(&d->serial, seconds, &line, at));
    return MOTE_OK;
}

static enum mote_status introduce(struct device *d, int32_t tries, const struct frame *at)
{
    TRY(drain(d, DRAIN_SECONDS * (1 + tries), at));
    TRY(device_ask(d, "name", TRY_SECONDS, at));
    TRY(device_bracket(d, "m-name-dut-[", &d->name, at));
    TRY(device_ask(d, "profile", DEVICE_SECONDS, at));
    TRY(device_bracket(d, "m-model-[", &d->model, at));
    if (device_said(d, "m-input-[", 0) != NULL)
        TRY(device_bracket(d, "m-input-[", &d->input, at));
    return MOTE_OK;
}

enum mote_status device_open(struct pool *pool, const char *port, int64_t baud, struct device *out,
                             const struct frame *at)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame quiet = {.name = port, .index = -1, .sink = &failed};
    enum mote_status status = MOTE_OK;

    *out = (struct device){.pool = pool, .input = ""};
    TRY(serial_open(pool, port, baud, &out->serial, at));
    for (int32_t i = 0; i < TRIES; i++) {
        status = introduce(out, i, &quiet);
        if (status == MOTE_OK)
            return MOTE_OK;
    }
    device_close(out);
    return fail_again(at, &failed);
}

void device_close(struct device *d)
{
    serial_close(&d->serial);
    pool_free(&d->answer);
}

/* ---- samples and inferences ---- */
enum mote_status device_load(struct device *d, const uint8_t *sample, size_t bytes, const struct frame *at)
{
    char command[3 + 2 * DEVICE_BYTES + 1];

    snprintf(command, sizeof command, "db load %zu", bytes);
    TRY(device_ask(d, command, DEVICE_SECONDS, at));
    for (size_t from = 0; from < bytes; from += DEVICE_BYTES) {
        int n = snprintf(command, sizeof command, "db ");

        for (size_t i = from; i < bytes && i < from + DEVICE_BYTES; i++)
            n += snprintf(command + n, sizeof command - (size_t)n, "%02x", sample[i]);
        TRY(device_ask(d, command, DEVICE_SECONDS, at));
    }
    if (device_said(d, "m-load-done", 0) == NULL)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s: the device does not say that the sample is whole", d->serial.path);
    return MOTE_OK;
}

static enum mote_status lap(const struct device *d, int32_t k, int64_t *out, const struct frame *at)
{
    const char *said = device_said(d, "m-lap-us-", k);
    char *end;

    *out = said != NULL ? strtoll(said, &end, 10) : 0;
    if (said == NULL || end == said || *end != '\0' || *out < 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s: infer's answer has no two lines \"m-lap-us-N\"", d->serial.path);
    return MOTE_OK;
}

enum mote_status device_infer(struct device *d, int64_t times, int64_t warm_ups, struct device_run *out,
                              const struct frame *at)
{
    char command[64];

    snprintf(command, sizeof command, "infer %lld %lld", (long long)times, (long long)warm_ups);
    TRY(device_ask(d, command, DEVICE_INFER_SECONDS, at));
    *out = (struct device_run){.timed = device_said(d, "m-lap-us-", 0) != NULL};
    if (out->timed) {
        TRY(lap(d, 0, &out->start, at));
        TRY(lap(d, 1, &out->end, at));
    }
    return device_bracket(d, "m-results-[", &out->results, at);
}

/* Of a hexadecimal number in small letters. */
static uint32_t digit(char c) { return (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

enum mote_status device_outputs(struct device *d, uint8_t *outputs, size_t bytes, const struct frame *at)
{
    const char *said;

    TRY(device_ask(d, "outputs", DEVICE_SECONDS, at));
    said = device_said(d, "m-outputs-[", 0);
    if (said == NULL || strspn(said, "0123456789abcdef") != 2 * bytes || said[2 * bytes] != ']')
        return fail(at, MOTE_ERR_VALUE, "%s: the device's outputs are not %zu bytes: its model is another one",
                    d->serial.path, bytes);
    for (size_t i = 0; i < bytes; i++)
        outputs[i] = (uint8_t)(digit(said[2 * i]) << 4 | digit(said[2 * i + 1]));
    return MOTE_OK;
}
