/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol.h"

#define NUMBER_DIGITS 9  /* of a number in a command: what fits 32 bits for sure */
#define PRINT_BYTES   8  /* of a line of `db print` */
#define WARM_UPS      10 /* where `infer` does not say how many */
#define REAL_LIMIT    1e9f

static struct {
    char text[PROTOCOL_LINE + 1];
    uint32_t length;
    bool too_long;
    uint32_t expected, got; /* bytes of the sample: both 0 before the first `db load` */
} state;

/* ---- lines out ---- */
void protocol_text(const MOTE_FLASH char *text)
{
    for (; *text != '\0'; text++)
        device_put(*text);
}

void protocol_word(const char *word)
{
    for (; *word != '\0'; word++)
        device_put(*word);
}

void protocol_end(void) { protocol_text(TEXT("\r\n")); }

static void say(const MOTE_FLASH char *line)
{
    protocol_text(line);
    protocol_end();
}

void protocol_number(uint64_t value)
{
    char digits[20];
    uint32_t n = 0;

    do
        digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n > 0)
        device_put(digits[--n]);
}

void protocol_hex(uint8_t byte)
{
    const MOTE_FLASH char *digits = TEXT("0123456789abcdef");

    device_put(digits[byte >> 4]);
    device_put(digits[byte & 15]);
}

void protocol_real(float x)
{
    const float size = x < 0 ? -x : x;
    const uint32_t whole = size < REAL_LIMIT ? (uint32_t)size : (uint32_t)REAL_LIMIT;
    const uint32_t rest = size < REAL_LIMIT ? (uint32_t)((size - (float)whole) * 1000.0f + 0.5f) : 0;

    if (x < 0)
        device_put('-');
    protocol_number(whole + rest / 1000);
    device_put('.');
    for (uint32_t unit = 100; unit > 0; unit /= 10)
        device_put((char)('0' + rest / unit % 10));
}

static void say_number(const MOTE_FLASH char *before, uint32_t value, const MOTE_FLASH char *after)
{
    protocol_text(before);
    protocol_number(value);
    say(after);
}

/* ---- words of a command ---- */
/* The next word from *at on, ended by a NUL in place; "" if there is none. */
static char *next_word(char **at)
{
    char *word = *at, *end;

    while (*word == ' ')
        word++;
    for (end = word; *end != '\0' && *end != ' ';)
        end++;
    *at = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static bool is(const char *word, const MOTE_FLASH char *name)
{
    while (*word != '\0' && *word == *name) {
        word++;
        name++;
    }
    return *word == *name;
}

static bool number(const char *word, uint32_t *value)
{
    uint32_t n = 0;

    *value = 0;
    for (; word[n] >= '0' && word[n] <= '9' && n < NUMBER_DIGITS; n++)
        *value = *value * 10 + (uint32_t)(word[n] - '0');
    return n > 0 && word[n] == '\0';
}

static int32_t digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* ---- the sample ---- */
static void load(const char *word)
{
    uint32_t n;

    if (!number(word, &n) || n == 0) {
        say(TEXT("e-[db load wants a number of bytes above 0]"));
    } else if (n > protocol_device.bytes) {
        say_number(TEXT("e-[A sample has at most "), protocol_device.bytes, TEXT(" bytes]"));
    } else {
        state.expected = n;
        state.got = 0;
        say_number(TEXT("m-[Expecting "), n, TEXT(" bytes]"));
    }
}

/* Nothing of a line that is wrong is taken; of one with too many bytes those that are expected. */
static void take_bytes(const char *word)
{
    uint32_t digits = 0;

    for (; word[digits] != '\0'; digits++)
        if (digit(word[digits]) < 0) {
            say(TEXT("e-[db wants hexadecimal digits]"));
            return;
        }
    if (digits == 0 || digits % 2 != 0) {
        say(TEXT("e-[db wants two hexadecimal digits a byte]"));
        return;
    }
    if (state.got == state.expected) {
        say(TEXT("e-[No bytes are expected: db load N comes first]"));
        return;
    }
    for (uint32_t i = 0; i < digits && state.got < state.expected; i += 2)
        protocol_device.sample[state.got++] = (uint8_t)(digit(word[i]) << 4 | digit(word[i + 1]));
    if (state.got == state.expected)
        say(TEXT("m-load-done"));
}

static void print_bytes(void)
{
    for (uint32_t i = 0; i < state.got; i++) {
        protocol_text(i % PRINT_BYTES == 0 ? TEXT("m-buffer-") : TEXT("-"));
        protocol_hex(protocol_device.sample[i]);
        if (i % PRINT_BYTES == PRINT_BYTES - 1 || i + 1 == state.got)
            protocol_end();
    }
}

static void db(char *rest)
{
    const char *word = next_word(&rest);

    if (is(word, TEXT("load")))
        load(next_word(&rest));
    else if (is(word, TEXT("print")))
        print_bytes();
    else
        take_bytes(word);
}

/* ---- inferences ---- */
static bool sample_is_whole(void)
{
    if (state.got == protocol_device.bytes)
        return true;
    protocol_text(TEXT("e-[The sample has "));
    protocol_number(state.got);
    say_number(TEXT(" of "), protocol_device.bytes, TEXT(" bytes]"));
    return false;
}

static bool inferences(uint32_t n, uint32_t warm_ups)
{
    if (!device_load())
        return false;
    say_number(TEXT("m-warmup-start-"), warm_ups, TEXT(""));
    if (!device_infer(warm_ups))
        return false;
    say(TEXT("m-warmup-done"));
    say_number(TEXT("m-infer-start-"), n, TEXT(""));
    device_timestamp();
    if (!device_infer(n))
        return false;
    device_timestamp();
    say(TEXT("m-infer-done"));
    /* Inputs do not survive an inference: what is reported is one that had the sample. */
    return n + warm_ups == 1 || (device_load() && device_infer(1));
}

static void infer(char *rest)
{
    const char *word = next_word(&rest);
    uint32_t n = 1, warm_ups = WARM_UPS;

    if (*word != '\0' && (!number(word, &n) || n == 0)) {
        say(TEXT("e-[infer wants a number of inferences above 0]"));
        return;
    }
    word = next_word(&rest);
    if (*word != '\0' && !number(word, &warm_ups)) {
        say(TEXT("e-[infer wants a number of warm-ups]"));
        return;
    }
    if (sample_is_whole() && inferences(n, warm_ups))
        device_results();
}

/* ---- commands ---- */
static void help(void)
{
    say(TEXT("name         who this is"));
    say(TEXT("profile      the protocol and the model"));
    say(TEXT("timestamp    the time"));
    say(TEXT("db load N    N bytes of a sample will come"));
    say(TEXT("db HH...     bytes of it, two hexadecimal digits each"));
    say(TEXT("db print     the bytes that have come"));
    say(TEXT("infer N W    N timed inferences of the sample after W others"));
    say(TEXT("results      of the last one, as real numbers"));
    say(TEXT("outputs      of the last one, all bytes"));
}

static void profile(void)
{
    say(TEXT("m-profile-[ULPMark for tinyML Firmware V0.0.1]"));
    protocol_text(TEXT("m-model-["));
    protocol_word(protocol_device.model);
    say(TEXT("]"));
    protocol_text(TEXT("m-input-["));
    protocol_word(protocol_device.input);
    say(TEXT("]"));
}

static void unknown(const char *word)
{
    protocol_text(TEXT("e-[Unknown command: "));
    protocol_word(word);
    say(TEXT("]"));
}

static void command(char *rest)
{
    const char *word = next_word(&rest);

    if (is(word, TEXT("db"))) {
        db(rest);
    } else if (is(word, TEXT("infer"))) {
        infer(rest);
    } else if (is(word, TEXT("results"))) {
        device_results();
    } else if (is(word, TEXT("outputs"))) {
        device_outputs();
    } else if (is(word, TEXT("timestamp"))) {
        device_timestamp();
    } else if (is(word, TEXT("profile"))) {
        profile();
    } else if (is(word, TEXT("help"))) {
        help();
    } else if (is(word, TEXT("name"))) {
        protocol_text(TEXT("m-name-dut-["));
        protocol_word(protocol_device.name);
        say(TEXT("]"));
    } else {
        unknown(word);
    }
}

void protocol_begin(void)
{
    say(protocol_device.energy ? TEXT("m-timestamp-mode-energy") : TEXT("m-timestamp-mode-performance"));
    device_timestamp();
    say(TEXT("m-init-done"));
    say(TEXT("m-ready"));
}

void protocol_take(char c)
{
    if (c == '%') {
        state.text[state.length] = '\0';
        if (state.too_long)
            say_number(TEXT("e-[A command has at most "), PROTOCOL_LINE, TEXT(" characters]"));
        else
            command(state.text);
        state.length = 0;
        state.too_long = false;
        say(TEXT("m-ready"));
    } else if ((uint8_t)c >= ' ' && (uint8_t)c <= '~') {
        if (state.length < PROTOCOL_LINE)
            state.text[state.length++] = c;
        else
            state.too_long = true;
    }
}
