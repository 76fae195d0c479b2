/* SPDX-License-Identifier: Apache-2.0 */
/* A model's name, which generated C uses for files and identifiers. */
#include "host/graph/graph.h"

#define NAME_LENGTH_MAX 63

/* Keywords of C and C++; and headers of C libraries, in whose place the model's own would be found. */
static bool is_taken(const char *s)
{
    /* clang-format off */
    static const char *const words[] = {
        "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch",
        "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept",
        "const", "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete",
        "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for",
        "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq",
        "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
        "requires", "restrict", "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast",
        "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid",
        "typename", "typeof", "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile",
        "wchar_t", "while", "xor", "xor_eq",
        "alloca", "assert", "complex", "ctype", "endian", "errno", "features", "fenv", "inttypes", "iso646", "limits",
        "locale", "malloc", "math", "memory", "newlib", "reent", "sched", "setjmp", "signal", "stdalign", "stdarg",
        "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string", "strings", "tgmath",
        "threads", "time", "uchar", "unistd", "wchar", "wctype"
    };
    /* clang-format on */

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return false;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* The part between the last slash and the last dot. */
static size_t stem(const char **name)
{
    const char *slash = strrchr(*name, '/'), *dot;

    if (slash)
        *name = slash + 1;
    dot = strrchr(*name, '.');
    return dot && dot != *name ? (size_t)(dot - *name) : strlen(*name);
}

const char *model_name_from(struct pool *pool, const char *name)
{
    char word[NAME_LENGTH_MAX + 1 - sizeof "model_"];
    size_t n = stem(&name), len = 0;

    for (size_t i = 0; i < n && len < sizeof word - 1; i++) {
        char c = lower(name[i]);

        if (is_lower(c) || is_digit(c))
            word[len++] = c;
        else if (len > 0 && word[len - 1] != '_')
            word[len++] = '_';
    }
    while (len > 0 && word[len - 1] == '_')
        len--;
    word[len] = '\0';
    if (len == 0)
        return pool_strdup(pool, "model");
    return is_lower(word[0]) && !is_taken(word) ? pool_strdup(pool, word) : pool_printf(pool, "model_%s", word);
}
