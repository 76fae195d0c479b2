/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes of a truth or of a manifest of microWakeWord, it is read or one line says why not; what
 * is read keeps what the headers promise. The first byte says which of both it is. */
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/jobs/manifest.h"
#include "host/jobs/truth.h"

#define MEMORY_MAX ((size_t)64 << 20)
#define SECONDS    100.0

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf out_of_memory;

static void jump(void) { longjmp(out_of_memory, 1); }

static void require(bool condition)
{
    if (!condition)
        abort();
}

static enum mote_status read_truth(struct pool *pool, const char *path, const struct frame *at)
{
    static const char *const names[] = {"yes", "no"};
    struct truth t;

    TRY(truth_read(pool, path, "stream.wav", SECONDS, &t, at));
    for (int32_t i = 0; i < t.n; i++)
        require(t.said[i].start >= 0 && t.said[i].end <= SECONDS && t.said[i].start <= t.said[i].end);
    TRY(truth_name(&t, names, COUNT(names), at));
    for (int32_t i = 0; i < t.n; i++)
        require(t.said[i].command >= -1 && t.said[i].command < (int32_t)COUNT(names));
    return MOTE_OK;
}

static enum mote_status read_manifest(struct pool *pool, const char *path, const struct frame *at)
{
    struct manifest m;

    TRY(manifest_read(pool, path, &m, at));
    require(m.model[0] != '\0' && m.wake_word[0] != '\0' && m.step_ms >= 1 && m.step_ms <= 30);
    require(m.cutoff >= 0 && m.cutoff <= 1 && m.window >= 1 && m.window <= 4096);
    return MOTE_OK;
}

static void attempt(struct pool *pool, const char *path, bool truth)
{
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.json", .index = -1, .sink = &report};
    enum mote_status status = truth ? read_truth(pool, path, &root) : read_manifest(pool, path, &root);

    require(status == MOTE_OK || (report.status == status && report.text[0] && !strchr(report.text, '\n')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {.limit = MEMORY_MAX};
    int file = memfd_create("listen", MFD_CLOEXEC);
    char path[64];

    if (size < 1) {
        close(file);
        return 0;
    }
    oom_handler = jump;
    require(file >= 0 && write(file, data + 1, size - 1) == (ssize_t)(size - 1));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (setjmp(out_of_memory) == 0)
        attempt(&pool, path, data[0] == 't');
    pool_free(&pool);
    close(file);
    return 0;
}
