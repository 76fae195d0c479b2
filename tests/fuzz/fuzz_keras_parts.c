/* SPDX-License-Identifier: Apache-2.0 */
/* Property: that of importer.h, of the records in which HDF5's library, in a process apart, hands back what a Keras
 * file holds (host/import/keras/hdf5.c). A .keras's configuration is among them here, as the text "config.json" of the
 * root. */
#include "host/import/keras/keras.h"
#include "tests/fuzz/importer.h"

static enum mote_status find_parts(struct pool *pool, struct bytes records, struct keras_parts *out,
                                   const struct frame *at)
{
    const struct hdf5_texts *config;

    TRY(hdf5_unpack(pool, pool->limit / 3, records, &out->hdf5, at));
    config = hdf5_texts_of(&out->hdf5, "", "config.json");
    if (config == NULL || config->n == 0)
        return keras_parts_of_h5(out, at);
    out->version = 3;
    out->what = "config.json";
    out->config = (struct bytes){(uint8_t *)(uintptr_t)config->texts[0], strlen(config->texts[0])};
    hdf5_take_backslashes(pool, &out->hdf5);
    return MOTE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keras_parts parts = {.listed = false};
    enum mote_status status;
    struct imported i;

    imported_begin(&i, "fuzz.keras", size);
    status = find_parts(&i.pool, (struct bytes){(uint8_t *)(uintptr_t)data, size}, &parts, &i.root);
    if (status == MOTE_OK)
        status = keras_import_parts(&i.pool, "fuzz.keras", &parts, i.pool.limit, NULL, &i.model, &i.missing, &i.root);
    imported_end(&i, status);
    return 0;
}
