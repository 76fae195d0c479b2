/* SPDX-License-Identifier: Apache-2.0 */
#include "host/yaml/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* libcyaml reallocates without saying the old size: it stands before each block. */
#define HEAD 64 /* keeps the pool's alignment */

static void *allocate(void *pool, void *old, size_t size)
{
    uint8_t *block;
    size_t old_size = 0;

    if (size == 0)
        return NULL; /* the pool frees all at once */
    if (old != NULL)
        memcpy(&old_size, (uint8_t *)old - HEAD, sizeof old_size);
    block = pool_alloc(pool, size + HEAD);
    memcpy(block, &size, sizeof size);
    if (old != NULL)
        memcpy(block + HEAD, old, old_size < size ? old_size : size);
    return block + HEAD;
}

enum mote_status yaml_read(struct pool *pool, const char *path, const cyaml_schema_value_t *schema, void **out,
                           const struct frame *at)
{
    struct bytes file;

    TRY(file_read(pool, path, &file, at));
    return yaml_parse(pool, file, schema, out, at);
}

enum mote_status yaml_parse(struct pool *pool, struct bytes file, const cyaml_schema_value_t *schema, void **out,
                            const struct frame *at)
{
    const cyaml_config_t config = {.mem_fn = allocate, .mem_ctx = pool, .flags = CYAML_CFG_NO_ALIAS};
    cyaml_err_t error;

    *out = NULL;
    if (file.size == 0 || file.size > YAML_FILE_MAX)
        return fail(at, MOTE_ERR_VALUE, "a YAML file of Mote's has 1 to %zu bytes, not %zu", YAML_FILE_MAX, file.size);
    TRY(yaml_check(pool, file, schema, at));
    errno = 0;
    error = cyaml_load_data(file.data, file.size, &config, schema, (cyaml_data_t **)out, NULL);
    if (error != CYAML_OK && errno == ENOMEM) /* libyaml has an allocator of its own */
        return fail(at, MOTE_ERR_MEMORY, "out of memory");
    if (error != CYAML_OK || *out == NULL)
        return fail(at, MOTE_ERR_FORMAT, "%s", cyaml_strerror(error)); /* nothing that yaml_check() lets pass */
    return MOTE_OK;
}

const cyaml_strval_t yaml_flags[YAML_FLAGS] = {{"true", 1}, {"false", 0}, {"yes", 1}, {"no", 0}};

bool yaml_whole(const char *s, int64_t *out)
{
    const char *digits = s + (*s == '-');
    size_t n = strspn(digits, "0123456789");

    if (n == 0 || n > 18 || digits[n] != '\0')
        return false;
    *out = strtoll(s, NULL, 10);
    return true;
}

bool yaml_real(const char *s, float *out)
{
    char *end;

    if (s[strspn(s, "0123456789+-.eE")] != '\0') /* no hexadecimal numbers, infinities and NaNs */
        return false;
    *out = strtof(s, &end);
    return end != s && *end == '\0' && isfinite(*out);
}
