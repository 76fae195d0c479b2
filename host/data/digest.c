/* SPDX-License-Identifier: Apache-2.0 */
/* A sample's digest, by which it is known again: of its contents as the files have them (decoded, before anything is
 * resized), so that neither the folder, nor the form of the files, nor their order counts; or of its group's name. It
 * is the beginning of BLAKE2b-256. */
#include <sodium.h>

#include "host/data/source.h"

uint64_t digest_of(const void *data, size_t size)
{
    uint8_t hash[32];

    crypto_generichash(hash, sizeof hash, data, size, NULL, 0);
    return le64(hash);
}

const char *data_group(const struct reading *r)
{
    if (r->spec->group != NULL)
        return r->spec->group;
    return r->trained != NULL && r->trained->split.known ? r->trained->split.group : NULL;
}

/* Whether groups are what counts: of a model that has seen samples, not groups, the samples are. */
static bool by_group(const struct reading *r)
{
    return data_group(r) != NULL && (r->trained == NULL || !r->trained->split.known || r->trained->split.group != NULL);
}

enum mote_status check_group(const struct reading *r)
{
    const struct split_memory *split = r->trained != NULL ? &r->trained->split : NULL;

    if (split == NULL || split->group == NULL || r->spec->group == NULL || strcmp(split->group, r->spec->group) == 0)
        return MOTE_OK;
    return fail_key(r, "group", "`group` is \"%s\", but the model was trained with the groups of \"%s\"",
                    r->spec->group, split->group);
}

enum mote_status file_groups(struct reading *r, const char *const *files, size_t n)
{
    const char *mark = data_group(r), **groups;

    if (mark == NULL)
        return MOTE_OK;
    groups = pool_array(&r->scratch, n, sizeof *groups);
    for (size_t i = 0; i < n; i++) {
        const char *slash = strrchr(files[i], '/'), *name = slash != NULL ? slash + 1 : files[i];
        const char *end = mark[0] != '\0' ? strstr(name, mark) : NULL;
        struct frame here = frame_of(r->at, files[i]);

        if (end == NULL)
            return fail(&here, MOTE_ERR_VALUE,
                        "its name has no \"%s\"; `group` is what follows the group's name in a file's name", mark);
        groups[i] = pool_printf(&r->scratch, "%.*s", (int)(end - name), name);
    }
    r->groups = groups;
    return MOTE_OK;
}

void group_by_recording(struct reading *r, const char *const *files)
{
    struct data_section *grouped = pool_copy(r->pool, r->spec, sizeof *grouped);

    grouped->group = RECORDING_GROUP;
    r->spec = grouped;
    r->groups = pool_copy(&r->scratch, files, (size_t)r->out->n * sizeof *files);
}

enum mote_status sound_groups(struct reading *r, const char *const *files, size_t n)
{
    const bool recordings = data_group(r) != NULL && strcmp(data_group(r), RECORDING_GROUP) == 0;

    return recordings ? MOTE_OK : file_groups(r, files, n);
}

enum mote_status make_digests(struct reading *r)
{
    const struct dataset *d = r->out;
    size_t size = (size_t)d->elements * (size_t)type_bits(d->type) / 8;

    if (data_group(r) != NULL && r->groups == NULL)
        return fail(r->at, MOTE_ERR_VALUE,
                    "`group` is for tables, for files of one sample each, and for arrays whose labels are a table");
    if (r->digests != NULL && !by_group(r))
        return MOTE_OK;
    r->digests = pool_array(&r->scratch, (size_t)d->n, sizeof *r->digests);
    for (int32_t i = 0; i < d->n; i++)
        r->digests[i] = by_group(r) ? digest_of(r->groups[i], strlen(r->groups[i]))
                                    : digest_of(d->samples + (size_t)i * size, size);
    return MOTE_OK;
}
