/* SPDX-License-Identifier: Apache-2.0 */
/* Resource variables. In a .tflite file VAR_HANDLE makes a handle of a variable's name, READ_VARIABLE and
 * ASSIGN_VARIABLE take handles, and CALL_ONCE runs a graph of assignments before the first inference. In Mote a
 * variable is a state tensor that the two operators name; the handles go, and what CALL_ONCE assigns is what the state
 * starts with. */
#ifndef MOTE_TFLITE_VARIABLES_H
#define MOTE_TFLITE_VARIABLES_H

#include "host/import/tflite/reader.h"

/* An operator's lists of tensors. */
struct tfl_lists {
    int32_t *in, *out, n_in, n_out;
};

/* VAR_HANDLE and CALL_ONCE, which leave no operator. */
bool tfl_is_setup(int32_t builtin);
/* To be called for every CALL_ONCE before graphs are read: the graphs that they name are no graphs of the model. */
MUST_CHECK enum mote_status tfl_note_initializer(struct tfl_reader *r, struct fb_table operator_table,
                                                 const struct frame *at);
bool tfl_is_initializer(const struct tfl_reader *r, uint32_t graph);
/* Begins a graph, whose tensors have been read. */
void tfl_begin_variables(struct tfl_reader *r, const struct graph *g);
MUST_CHECK enum mote_status tfl_read_setup(struct tfl_reader *r, struct fb_table operator_table, int32_t builtin,
                                           const struct tfl_lists *lists, struct graph *g, const struct frame *at);
/* In the lists of READ_VARIABLE and ASSIGN_VARIABLE the handle becomes the state tensor; other operators' stay. */
MUST_CHECK enum mote_status tfl_use_variable(struct tfl_reader *r, int32_t builtin, struct tfl_lists *lists,
                                             struct graph *g, const struct frame *at);

#endif
