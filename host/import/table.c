/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/import.h"

const struct importer importers[] = {
    {"a .tflite", tflite_matches, tflite_import_partly},
    {"a graph file", graph_file_matches, graph_file_read},
};
const int importers_count = COUNT(importers);
