/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/serve.h"

#define BAUD                     115200
#define BAUD_ENERGY              9600
#define EMULATED_INSTRUCTIONS_HZ 1e9 /* -icount shift=0 */

static struct mote_io input_of(const struct runner *r)
{
    struct mote_io io = {.bytes = 0};

    mote_model_input(&r->model, 0, &io);
    return io;
}

int32_t served_baud(bool energy) { return energy ? BAUD_ENERGY : BAUD; }

/* ---- samples ---- */
size_t served_bytes(const struct runner *r, enum sample_kind kind)
{
    return runner_input_bytes(r) * (kind == SAMPLE_FLOATS ? sizeof(float) : 1);
}

void served_sample(const struct runner *r, enum sample_kind kind, const uint8_t *inputs, uint8_t *sample)
{
    const struct mote_io io = input_of(r);
    const size_t bytes = runner_input_bytes(r);

    for (size_t i = 0; i < bytes; i++)
        if (kind == SAMPLE_FLOATS) {
            float real = io.scale * (float)((int8_t)inputs[i] - io.zero);

            memcpy(sample + i * sizeof real, &real, sizeof real);
        } else {
            sample[i] = kind == SAMPLE_PIXELS ? inputs[i] ^ 0x80u : inputs[i];
        }
}

const char *served_input(struct pool *pool, const struct runner *r, enum sample_kind kind)
{
    static const char *const what[] = {"", " of pixels", " of float32"};

    return pool_printf(pool, "%zu bytes%s", served_bytes(r, kind), what[kind]);
}

void make_pattern(uint8_t *bytes, size_t n, int32_t number)
{
    uint32_t state = 0x9e3779b9u * ((uint32_t)number + 1);

    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

/* ---- the firmware's configuration ---- */
static void add_model(struct text *t, const struct served *s, const struct runner *r)
{
    static const char *const kinds[] = {"SAMPLE_TENSORS", "SAMPLE_PIXELS", "SAMPLE_FLOATS"};
    const struct mote_io in = input_of(r);
    struct mote_io out = {.bytes = 0};

    mote_model_output(&r->model, 0, &out);
    text_add(t, "#define MOTE_DEVICE \"%s\"\n#define MOTE_MODEL \"%s\"\n", s->device, s->model);
    text_add(t, "#define MOTE_INPUT \"%s\"\n", served_input(t->pool, r, s->kind));
    text_add(t, "#define MOTE_SAMPLE %s\n#define MOTE_SAMPLE_BYTES %zu\n", kinds[s->kind], served_bytes(r, s->kind));
    text_add(t, "#define MOTE_INPUT_SCALE %af\n#define MOTE_INPUT_ZERO %d\n", (double)in.scale, (int)in.zero);
    text_add(t, "#define MOTE_RESULT_TYPE %d\n#define MOTE_RESULT_SCALE %af\n#define MOTE_RESULT_ZERO %d\n", out.type,
             (double)out.scale, (int)out.zero);
    text_add(t, "#define MOTE_SCORE %d\n", s->score);
}

const char *served_config(struct pool *pool, const struct served *s, const struct runner *r,
                          const struct board_serial *serial, int64_t ticks_a_second)
{
    struct text t = {.pool = pool};

    text_add(&t, "/* SPDX-License-Identifier: Apache-2.0 */\n");
    add_model(&t, s, r);
    text_add(&t, "#define MOTE_TICKS_A_SECOND %lldu\n", (long long)ticks_a_second);
    text_add(&t, "#define MOTE_UART_BASE %#llxu\n#define MOTE_UART_HZ %lluu\n#define MOTE_BAUD %du\n",
             (unsigned long long)serial->uart_base, (unsigned long long)serial->uart_hz, (int)served_baud(s->energy));
    text_add(&t, "#define MOTE_UART_TX_PIN %lluu\n#define MOTE_UART_RX_PIN %lluu\n", (unsigned long long)serial->tx_pin,
             (unsigned long long)serial->rx_pin);
    text_add(&t, "#define MOTE_CRYSTAL_HZ %lluu\n", (unsigned long long)serial->crystal_hz);
    text_add(&t, "#define MOTE_ENERGY %d\n", s->energy);
    if (serial->timestamp != NULL)
        text_add(&t, "#define MOTE_TIMESTAMP_PIN %lluu\n", (unsigned long long)serial->timestamp_pin);
    return t.s;
}

/* The emulator's timer sees an instruction as 1 ns; on the board it takes so many of its clock's cycles. Where it knows
 * what each takes, its timer is the board's. */
static int64_t emulated_ticks(const struct measure *m, const struct served *s)
{
    const struct board *emulated = m->board->emulated;
    const double timer = (double)emulated->serial->timer_hz;
    const double cycles = s->cycles > 0 ? (double)s->cycles / (double)s->instructions : 1;
    const double ticks = timer * (double)m->board->clock_hz / (EMULATED_INSTRUCTIONS_HZ * cycles);

    if (emulated->machine->serial_arguments_count == 0)
        return (int64_t)emulated->serial->timer_hz;
    return ticks < 1 ? 1 : (int64_t)(ticks + 0.5);
}

enum mote_status measure_serve(struct measure *m, const struct pipeline *p, const struct served *s,
                               struct emulate_server *server, const struct frame *file)
{
    const struct board *emulated = m->board->emulated;
    enum mote_status status;

    if (emulated == NULL || emulated->serial == NULL)
        return fail(file, MOTE_ERR_USAGE,
                    "no emulator with a UART stands for the board %s: `serial` of its file says "
                    "where one is (docs/adding-a-board.md)",
                    m->board->name);
    if (model_feed_rows(&m->runner.model) > 0)
        return fail(file, MOTE_ERR_UNSUPPORTED, "the model is fed by rows: over a UART it wants whole inputs");
    m->job.serial = served_config(m->pool, s, &m->runner, emulated->serial, emulated_ticks(m, s));
    status = measure_prepare(m, p, file);
    if (status == MOTE_OK)
        status = emulate_serve(m->pool, &m->job, server, file);
    measure_end(m);
    return status;
}
