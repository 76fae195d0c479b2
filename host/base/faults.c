/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/faults.h"

#define KINDS_MAX   64            /* that are told apart; a hostile model could have thousands */
#define LISTING_MAX ((size_t)900) /* bytes, before the last entry; a message has 2048 */

struct fault {
    const char *what, *message, *first; /* first: with its place */
    enum mote_status status;
    uint32_t times;
};

void faults_add(struct faults *f, const char *what, const struct report_text *failed)
{
    size_t len = failed->end - failed->message;
    const char *message = failed->text + failed->message;

    assert(failed->status != MOTE_OK && failed->message <= failed->end && f->kinds <= KINDS_MAX);
    f->n++;
    for (size_t i = 0; i < f->kinds; i++)
        if (strcmp(f->list[i].what, what) == 0 && strlen(f->list[i].message) == len &&
            memcmp(f->list[i].message, message, len) == 0) {
            f->list[i].times++;
            return;
        }
    if (f->kinds == KINDS_MAX)
        return;
    f->list = pool_grow(f->pool, f->list, f->kinds, sizeof *f->list);
    f->list[f->kinds++] = (struct fault){.what = pool_strdup(f->pool, what),
                                         .message = pool_printf(f->pool, "%.*s", (int)len, message),
                                         .first = pool_printf(f->pool, "%.*s", (int)failed->end, failed->text),
                                         .status = failed->status,
                                         .times = 1};
}

const char *faults_text(const struct faults *f)
{
    struct text text = {.pool = f->pool};
    uint32_t shown = 0;

    for (size_t i = 0; i < f->kinds && text.len < LISTING_MAX; i++) {
        const struct fault *fault = &f->list[i];

        text_add(&text, "%s%s", i > 0 ? "; " : "", fault->first);
        if (fault->times > 1)
            text_add(&text, " (and %u more %s)", (unsigned)fault->times - 1, fault->what);
        shown += fault->times;
    }
    if (shown < f->n)
        text_add(&text, "; and %u more", (unsigned)(f->n - shown));
    return text.s;
}

enum mote_status faults_fail(const struct faults *f, const struct frame *at)
{
    if (f->n == 0)
        return MOTE_OK;
    assert(f->kinds > 0);
    if (f->n == 1)
        return fail(at, f->list[0].status, "%s", f->list[0].first);
    return fail(at, f->list[0].status, "%u faults: %s", (unsigned)f->n, faults_text(f));
}
