/* SPDX-License-Identifier: Apache-2.0 */
/* Gradients against finite differences: each case is a graph with a loss; its f32 input and states are drawn, and the
 * gradient by each of their elements is compared with what two more runs of the same program say. Where the loss has a
 * kink between the two (a ReLU's, a pool's) the element is left out; few may be. */
#include "host/gradient/gradient.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "host/base/random.h"
#include "host/program/program.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

#undef fail

struct gradient_case {
    const char *name;
    float smallest, largest; /* of what is drawn */
    const char *tensors, *ops;
};

/* Of 3 numbers a step and 4 units: the operator's weights and biases, and its inputs. */
#define LSTM_WEIGHTS                                                                                                   \
    "tensor 1 \"wi\" f32 [4,3] state\ntensor 2 \"wf\" f32 [4,3] state\ntensor 3 \"wc\" f32 [4,3] state\n"              \
    "tensor 4 \"wo\" f32 [4,3] state\ntensor 5 \"ri\" f32 [4,4] state\ntensor 6 \"rf\" f32 [4,4] state\n"              \
    "tensor 7 \"rc\" f32 [4,4] state\ntensor 8 \"ro\" f32 [4,4] state\ntensor 9 \"bi\" f32 [4] state\n"                \
    "tensor 10 \"bf\" f32 [4] state\ntensor 11 \"bc\" f32 [4] state\ntensor 12 \"bo\" f32 [4] state\n"
#define LSTM_IN "in [0, 1, 2, 3, 4, 5, 6, 7, 8, -, -, -, 9, 10, 11, 12, -, -, -, -]"

#define GRU_WEIGHTS                                                                                                    \
    "tensor 1 \"w\" f32 [12,3] state\ntensor 2 \"r\" f32 [12,4] state\ntensor 3 \"bx\" f32 [12] state\n"               \
    "tensor 4 \"bh\" f32 [12] state\n"

/* Every case: tensor 0 is an input; the texts are the body of a graph; its gradients are by tensor 0 and all states. */
static const struct gradient_case cases[] = {
    {"conv_2d", -1, 1,
     "tensor 0 \"x\" f32 [2,6,5,3]\ntensor 1 \"w\" f32 [4,3,3,3] state\ntensor 2 \"b\" f32 [4] state\n"
     "tensor 3 \"y\" f32 [2,6,5,4]\ntensor 4 \"t\" f32 [2,6,5,4]\ntensor 5 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1, 2] out [3] padding same\nop 1 mean_squared_error in [3, 4] out [5]\n"
     "inputs [0, 4]\noutputs [5]\n"},
    {"conv_2d, strides, dilation, relu", -1, 1,
     "tensor 0 \"x\" f32 [2,9,8,3]\ntensor 1 \"w\" f32 [4,3,2,3] state\ntensor 2 \"b\" f32 [4] state\n"
     "tensor 3 \"y\" f32 [2,3,6,4]\ntensor 4 \"t\" f32 [2,3,6,4]\ntensor 5 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1, 2] out [3] padding valid stride_h 2 dilation_h 2 dilation_w 2 activation relu\n"
     "op 1 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"conv_2d of groups, explicit padding, no bias", -1, 1,
     "tensor 0 \"x\" f32 [1,5,5,4]\ntensor 1 \"w\" f32 [6,3,3,2] state\n"
     "tensor 2 \"y\" f32 [1,5,4,6]\ntensor 3 \"t\" f32 [1,5,4,6]\ntensor 4 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1] out [2] padding explicit pad_top 2 pad_bottom 0 pad_left 0 pad_right 1\n"
     "op 1 mean_squared_error in [2, 3] out [4]\ninputs [0, 3]\noutputs [4]\n"},
    {"depthwise_conv_2d, multiplier 2, relu6", -2, 2,
     "tensor 0 \"x\" f32 [2,6,6,3]\ntensor 1 \"w\" f32 [1,3,3,6] state\ntensor 2 \"b\" f32 [6] state\n"
     "tensor 3 \"y\" f32 [2,3,3,6]\ntensor 4 \"t\" f32 [2,3,3,6]\ntensor 5 \"loss\" f32 []\n",
     "op 0 depthwise_conv_2d in [0, 1, 2] out [3] padding same stride_h 2 stride_w 2 activation relu6\n"
     "op 1 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"depthwise_conv_2d", -1, 1,
     "tensor 0 \"x\" f32 [2,5,4,8]\ntensor 1 \"w\" f32 [1,3,3,8] state\ntensor 2 \"b\" f32 [8] state\n"
     "tensor 3 \"y\" f32 [2,5,4,8]\ntensor 4 \"t\" f32 [2,5,4,8]\ntensor 5 \"loss\" f32 []\n",
     "op 0 depthwise_conv_2d in [0, 1, 2] out [3] padding same\n"
     "op 1 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"fully_connected of a picture, tanh", -0.5f, 0.5f,
     "tensor 0 \"x\" f32 [3,2,2,4]\ntensor 1 \"w\" f32 [5,16] state\ntensor 2 \"b\" f32 [5] state\n"
     "tensor 3 \"y\" f32 [3,5]\ntensor 4 \"z\" f32 [3,5]\ntensor 5 \"t\" f32 [3,5]\ntensor 6 \"loss\" f32 []\n",
     "op 0 fully_connected in [0, 1, 2] out [3]\nop 1 tanh in [3] out [4]\n"
     "op 2 mean_squared_error in [4, 5] out [6]\ninputs [0, 5]\noutputs [6]\n"},
    {"average_pool_2d, same, overlapping", -1, 1,
     "tensor 0 \"x\" f32 [2,5,5,3]\ntensor 1 \"y\" f32 [2,3,3,3]\ntensor 2 \"t\" f32 [2,3,3,3]\n"
     "tensor 3 \"loss\" f32 []\n",
     "op 0 average_pool_2d in [0] out [1] padding same filter_h 3 filter_w 3 stride_h 2 stride_w 2\n"
     "op 1 mean_squared_error in [1, 2] out [3]\ninputs [0, 2]\noutputs [3]\n"},
    {"max_pool_2d after a convolution", -1, 1,
     "tensor 0 \"x\" f32 [2,6,6,2]\ntensor 1 \"w\" f32 [3,3,3,2] state\ntensor 2 \"y\" f32 [2,6,6,3]\n"
     "tensor 3 \"z\" f32 [2,3,3,3]\ntensor 4 \"t\" f32 [2,3,3,3]\ntensor 5 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1] out [2] padding same\n"
     "op 1 max_pool_2d in [2] out [3] padding valid filter_h 2 filter_w 2 stride_h 2 stride_w 2\n"
     "op 2 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"max_pool_2d, overlapping, after a convolution with relu", -1, 1,
     "tensor 0 \"x\" f32 [2,7,7,2]\ntensor 1 \"w\" f32 [3,3,3,2] state\ntensor 2 \"y\" f32 [2,7,7,3]\n"
     "tensor 3 \"z\" f32 [2,3,3,3]\ntensor 4 \"t\" f32 [2,3,3,3]\ntensor 5 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1] out [2] padding same activation relu\n"
     "op 1 max_pool_2d in [2] out [3] padding valid filter_h 3 filter_w 3 stride_h 2 stride_w 2\n"
     "op 2 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"max_pool_2d beside another reader of a convolution with relu6", -4, 4,
     "tensor 0 \"x\" f32 [2,6,6,2]\ntensor 1 \"w\" f32 [2,3,3,2] state\ntensor 2 \"y\" f32 [2,6,6,2]\n"
     "tensor 3 \"z\" f32 [2,3,3,2]\ntensor 4 \"v\" f32 [2,3,3,2]\ntensor 5 \"s\" f32 [2,3,3,2]\n"
     "tensor 6 \"t\" f32 [2,3,3,2]\ntensor 7 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1] out [2] padding same activation relu6\n"
     "op 1 max_pool_2d in [2] out [3] padding valid filter_h 2 filter_w 2 stride_h 2 stride_w 2\n"
     "op 2 average_pool_2d in [2] out [4] padding valid filter_h 2 filter_w 2 stride_h 2 stride_w 2\n"
     "op 3 add in [3, 4] out [5]\n"
     "op 4 mean_squared_error in [5, 6] out [7]\ninputs [0, 6]\noutputs [7]\n"},
    {"mean over the picture", -1, 1,
     "tensor 0 \"x\" f32 [3,4,5,6]\ntensor 1 \"axes\" s32 [2] data [1, 2]\ntensor 2 \"y\" f32 [3,6]\n"
     "tensor 3 \"t\" f32 [3,6]\ntensor 4 \"loss\" f32 []\n",
     "op 0 mean in [0, 1] out [2]\nop 1 mean_squared_error in [2, 3] out [4]\ninputs [0, 3]\noutputs [4]\n"},
    {"batch_norm_training of a picture", -1, 1,
     "tensor 0 \"x\" f32 [3,4,4,5]\ntensor 1 \"gamma\" f32 [5] state\ntensor 2 \"beta\" f32 [5] state\n"
     "tensor 3 \"mean\" f32 [5] state\ntensor 4 \"variance\" f32 [5] state\ntensor 5 \"y\" f32 [3,4,4,5]\n"
     "tensor 6 \"bm\" f32 [5]\ntensor 7 \"bv\" f32 [5]\ntensor 8 \"t\" f32 [3,4,4,5]\ntensor 9 \"loss\" f32 []\n",
     "op 0 batch_norm_training in [0, 1, 2, 3, 4] out [5, 6, 7, 3, 4] epsilon 0.001 momentum 0.9\n"
     "op 1 mean_squared_error in [5, 8] out [9]\ninputs [0, 8]\noutputs [9]\n"},
    {"convolution, batch_norm_training with relu", -1, 1,
     "tensor 0 \"x\" f32 [3,4,4,3]\ntensor 1 \"gamma\" f32 [16] state\ntensor 2 \"beta\" f32 [16] state\n"
     "tensor 3 \"mean\" f32 [16] state\ntensor 4 \"variance\" f32 [16] state\ntensor 5 \"y\" f32 [3,4,4,16]\n"
     "tensor 6 \"bm\" f32 [16]\ntensor 7 \"bv\" f32 [16]\ntensor 8 \"t\" f32 [3,4,4,16]\ntensor 9 \"loss\" f32 []\n"
     "tensor 10 \"w\" f32 [16,3,3,3] state\ntensor 11 \"c\" f32 [3,4,4,16]\n",
     "op 0 conv_2d in [0, 10] out [11] padding same\n"
     "op 1 batch_norm_training in [11, 1, 2, 3, 4] out [5, 6, 7, 3, 4] epsilon 0.001 momentum 0.9 activation relu\n"
     "op 2 mean_squared_error in [5, 8] out [9]\ninputs [0, 8]\noutputs [9]\n"},
    {"batch_norm_training of rows", -1, 1,
     "tensor 0 \"x\" f32 [7,5]\ntensor 1 \"gamma\" f32 [5] state\ntensor 2 \"beta\" f32 [5] state\n"
     "tensor 3 \"mean\" f32 [5] state\ntensor 4 \"variance\" f32 [5] state\ntensor 5 \"y\" f32 [7,5]\n"
     "tensor 6 \"bm\" f32 [5]\ntensor 7 \"bv\" f32 [5]\ntensor 8 \"t\" f32 [7,5]\ntensor 9 \"loss\" f32 []\n",
     "op 0 batch_norm_training in [0, 1, 2, 3, 4] out [5, 6, 7, 3, 4] epsilon 0.001 momentum 0.9\n"
     "op 1 mean_squared_error in [5, 8] out [9]\ninputs [0, 8]\noutputs [9]\n"},
    {"add with relu, of one tensor by two ways", -1, 1,
     "tensor 0 \"x\" f32 [2,4,4,3]\ntensor 1 \"w\" f32 [3,3,3,3] state\ntensor 2 \"y\" f32 [2,4,4,3]\n"
     "tensor 3 \"z\" f32 [2,4,4,3]\ntensor 4 \"t\" f32 [2,4,4,3]\ntensor 5 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1] out [2] padding same\nop 1 add in [2, 0] out [3] activation relu\n"
     "op 2 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"concatenation", -1, 1,
     "tensor 0 \"x\" f32 [2,3,3,2]\ntensor 1 \"w\" f32 [4,1,1,2] state\ntensor 2 \"y\" f32 [2,3,3,4]\n"
     "tensor 3 \"z\" f32 [2,3,3,6]\ntensor 4 \"t\" f32 [2,3,3,6]\ntensor 5 \"loss\" f32 []\n",
     "op 0 conv_2d in [0, 1] out [2] padding valid\nop 1 concatenation in [2, 0] out [3] axis 3\n"
     "op 2 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"relu, leaky_relu, relu6", -3, 9,
     "tensor 0 \"x\" f32 [2,20]\ntensor 1 \"a\" f32 [2,20]\ntensor 2 \"b\" f32 [2,20]\ntensor 3 \"c\" f32 [2,20]\n"
     "tensor 4 \"d\" f32 [2,20]\ntensor 5 \"e\" f32 [2,20]\ntensor 6 \"t\" f32 [2,20]\ntensor 7 \"loss\" f32 []\n",
     "op 0 relu in [0] out [1]\nop 1 leaky_relu in [0] out [2] alpha 0.1\nop 2 relu6 in [0] out [3]\n"
     "op 3 add in [1, 2] out [4]\nop 4 add in [4, 3] out [5]\nop 5 mean_squared_error in [5, 6] out [7]\n"
     "inputs [0, 6]\noutputs [7]\n"},
    {"square, of values and of pictures", -2, 2,
     "tensor 0 \"x\" f32 [2,12]\ntensor 1 \"a\" f32 [2,12]\ntensor 2 \"p\" f32 [2,2,2,3]\n"
     "tensor 3 \"b\" f32 [2,2,2,3]\ntensor 4 \"t\" f32 [2,2,2,3]\ntensor 5 \"loss\" f32 []\n",
     "op 0 square in [0] out [1]\nop 1 reshape in [1] out [2]\nop 2 square in [2] out [3]\n"
     "op 3 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"cumsum, of two kinds, one after the other and side by side", -1, 1,
     "tensor 0 \"x\" f32 [2,3,4]\ntensor 1 \"axis\" s32 [1] data [1]\ntensor 2 \"a\" f32 [2,3,4]\n"
     "tensor 3 \"last\" s32 [1] data [-1]\ntensor 4 \"b\" f32 [2,3,4]\ntensor 5 \"c\" f32 [2,3,4]\n"
     "tensor 6 \"y\" f32 [2,3,4]\ntensor 7 \"t\" f32 [2,3,4]\ntensor 8 \"loss\" f32 []\n",
     "op 0 cumsum in [0, 1] out [2]\nop 1 cumsum in [2, 3] out [4] exclusive 1 reverse 1\n"
     "op 2 cumsum in [0, 3] out [5] exclusive 1\nop 3 add in [4, 5] out [6]\n"
     "op 4 mean_squared_error in [6, 7] out [8]\ninputs [0, 7]\noutputs [8]\n"},
    {"sin, neg, cos, log", -1, 1,
     "tensor 0 \"x\" f32 [2,12]\ntensor 1 \"a\" f32 [2,12]\ntensor 2 \"b\" f32 [2,12]\ntensor 3 \"c\" f32 [2,12]\n"
     "tensor 4 \"d\" f32 [2,12]\ntensor 5 \"t\" f32 [2,12]\ntensor 6 \"loss\" f32 []\n",
     "op 0 sin in [0] out [1]\nop 1 neg in [1] out [2]\nop 2 cos in [2] out [3]\nop 3 log in [3] out [4]\n"
     "op 4 mean_squared_error in [4, 5] out [6]\ninputs [0, 5]\noutputs [6]\n"},
    {"elu", -3, 3,
     "tensor 0 \"x\" f32 [2,20]\ntensor 1 \"y\" f32 [2,20]\ntensor 2 \"t\" f32 [2,20]\ntensor 3 \"loss\" f32 []\n",
     "op 0 elu in [0] out [1]\nop 1 mean_squared_error in [1, 2] out [3]\ninputs [0, 2]\noutputs [3]\n"},
    {"tanh, logistic, reshape", -2, 2,
     "tensor 0 \"x\" f32 [2,12]\ntensor 1 \"a\" f32 [2,12]\ntensor 2 \"b\" f32 [2,12]\ntensor 3 \"c\" f32 [2,3,4]\n"
     "tensor 4 \"t\" f32 [2,3,4]\ntensor 5 \"loss\" f32 []\n",
     "op 0 tanh in [0] out [1]\nop 1 logistic in [1] out [2]\nop 2 reshape in [2] out [3]\n"
     "op 3 mean_squared_error in [3, 4] out [5]\ninputs [0, 4]\noutputs [5]\n"},
    {"dropout", -1, 1,
     "tensor 0 \"x\" f32 [4,30]\ntensor 1 \"step\" s32 [] data [3]\ntensor 2 \"y\" f32 [4,30]\n"
     "tensor 3 \"t\" f32 [4,30]\ntensor 4 \"loss\" f32 []\n",
     "op 0 dropout in [0, 1] out [2] rate 0.4 stream 5\nop 1 mean_squared_error in [2, 3] out [4]\n"
     "inputs [0, 3]\noutputs [4]\n"},
    {"lstm, all steps", -1, 1,
     "tensor 0 \"x\" f32 [2,5,3]\n" LSTM_WEIGHTS "tensor 13 \"y\" f32 [2,5,4]\ntensor 14 \"t\" f32 [2,5,4]\n"
     "tensor 15 \"loss\" f32 []\n",
     "op 0 unidirectional_sequence_lstm " LSTM_IN " out [13] activation tanh\n"
     "op 1 mean_squared_error in [13, 14] out [15]\ninputs [0, 14]\noutputs [15]\n"},
    {"lstm, the last step", -1, 1,
     "tensor 0 \"x\" f32 [2,5,3]\n" LSTM_WEIGHTS "tensor 13 \"y\" f32 [2,5,4]\ntensor 14 \"t\" f32 [2,4]\n"
     "tensor 15 \"loss\" f32 []\ntensor 16 \"begin\" s32 [3] data [0, 4, 0]\n"
     "tensor 17 \"end\" s32 [3] data [0, 5, 0]\ntensor 18 \"strides\" s32 [3] data [1, 1, 1]\n"
     "tensor 19 \"last\" f32 [2,4]\n",
     "op 0 unidirectional_sequence_lstm " LSTM_IN " out [13] activation tanh\n"
     "op 1 strided_slice in [13, 16, 17, 18] out [19] begin_mask 5 end_mask 5 shrink_axis_mask 2\n"
     "op 2 mean_squared_error in [19, 14] out [15]\ninputs [0, 14]\noutputs [15]\n"},
    {"lstm, time first, cells clipped", -2, 2,
     "tensor 0 \"x\" f32 [3,35,3]\n" LSTM_WEIGHTS "tensor 13 \"y\" f32 [3,35,4]\ntensor 14 \"t\" f32 [3,35,4]\n"
     "tensor 15 \"loss\" f32 []\n",
     "op 0 unidirectional_sequence_lstm " LSTM_IN " out [13] activation tanh cell_clip 0.7 time_major 1\n"
     "op 1 mean_squared_error in [13, 14] out [15]\ninputs [0, 14]\noutputs [15]\n"},
    {"gru, all steps", -1, 1,
     "tensor 0 \"x\" f32 [2,5,3]\n" GRU_WEIGHTS "tensor 5 \"y\" f32 [2,5,4]\ntensor 6 \"t\" f32 [2,5,4]\n"
     "tensor 7 \"loss\" f32 []\n",
     "op 0 gru in [0, 1, 2, 3, 4, -] out [5] reset_after 1\n"
     "op 1 mean_squared_error in [5, 6] out [7]\ninputs [0, 6]\noutputs [7]\n"},
    {"gru, time first, more sequences than a thread takes", -1, 1,
     "tensor 0 \"x\" f32 [3,35,3]\n" GRU_WEIGHTS "tensor 5 \"y\" f32 [3,35,4]\ntensor 6 \"t\" f32 [3,35,4]\n"
     "tensor 7 \"loss\" f32 []\n",
     "op 0 gru in [0, 1, 2, 3, 4, -] out [5] reset_after 1 time_major 1\n"
     "op 1 mean_squared_error in [5, 6] out [7]\ninputs [0, 6]\noutputs [7]\n"},
    {"strided_slice, backward and with steps", -1, 1,
     "tensor 0 \"x\" f32 [2,5,7]\ntensor 1 \"begin\" s32 [3] data [0, 4, 1]\n"
     "tensor 2 \"end\" s32 [3] data [2, 0, 6]\ntensor 3 \"strides\" s32 [3] data [1, -2, 2]\n"
     "tensor 4 \"y\" f32 [2,2,3]\ntensor 5 \"z\" f32 [2,2,3]\ntensor 6 \"t\" f32 [2,2,3]\ntensor 7 \"loss\" f32 []\n",
     "op 0 strided_slice in [0, 1, 2, 3] out [4]\nop 1 tanh in [4] out [5]\n"
     "op 2 mean_squared_error in [5, 6] out [7]\ninputs [0, 6]\noutputs [7]\n"},
    {"soft_cross_entropy", -2, 2,
     "tensor 0 \"x\" f32 [2,4]\ntensor 1 \"labels\" s32 [2] data [3, 0]\n"
     "tensor 2 \"teacher\" f32 [2,4] data [1, -1, 0.5, 3, 2, 2, -4, 0]\ntensor 3 \"loss\" f32 []\n"
     "tensor 4 \"p\" f32 [2,4]\n",
     "op 0 soft_cross_entropy in [0, 1, 2] out [3, 4] temperature 3 share 0.7\ninputs [0]\noutputs [3]\n"},
    {"softmax_cross_entropy with label smoothing", -2, 2,
     "tensor 0 \"x\" f32 [4,6]\ntensor 1 \"labels\" s32 [4] data [0, 5, 2, 2]\ntensor 2 \"loss\" f32 []\n"
     "tensor 3 \"p\" f32 [4,6]\n",
     "op 0 softmax_cross_entropy in [0, 1] out [2, 3] label_smoothing 0.1\ninputs [0]\noutputs [2]\n"},
    {"softmax_cross_entropy with weights of classes", -2, 2,
     "tensor 0 \"x\" f32 [3,2]\ntensor 1 \"labels\" s32 [3] data [0, 1, 1]\n"
     "tensor 2 \"weights\" f32 [2] data [2.5, 0.25]\ntensor 3 \"loss\" f32 []\ntensor 4 \"p\" f32 [3,2]\n",
     "op 0 softmax_cross_entropy in [0, 1, 2] out [3, 4] label_smoothing 0.1\ninputs [0]\noutputs [3]\n"},
};

/* ---- a case ---- */
struct check {
    struct pool pool;
    struct report_text text;
    struct frame at;
    struct model model;
    struct graph *g;
    struct program *program;
    int32_t n, *by, *gradients;
};

static void want_ok(struct check *c, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", c->text.text);
    assert_int_equal(status, MOTE_OK);
}

static void open_case(struct check *c, const struct gradient_case *k)
{
    char *text = pool_printf(&c->pool, "mote-graph 1\nmodel check\ngraph \"main\"\n%s%send\n", k->tensors, k->ops);
    int32_t loss;

    c->at = (struct frame){.name = k->name, .index = -1, .sink = &c->text};
    c->model.pool = &c->pool;
    want_ok(c, model_parse(&c->model, (struct bytes){(uint8_t *)text, strlen(text)}, &c->at));
    c->g = &c->model.graphs[0];
    c->by = pool_array(&c->pool, (size_t)c->g->n_tensors, sizeof *c->by);
    c->gradients = pool_array(&c->pool, (size_t)c->g->n_tensors, sizeof *c->gradients);
    c->by[c->n++] = 0;
    for (int32_t i = 0; i < c->g->n_tensors; i++)
        if (c->g->tensors[i].state)
            c->by[c->n++] = i;
    loss = c->g->outputs[0];
    want_ok(c, gradient_append(&c->model, c->g, loss, c->n, c->by, c->gradients, &c->at));
    c->g->outputs = pool_array(&c->pool, (size_t)c->n + 1, sizeof *c->g->outputs);
    c->g->outputs[0] = loss;
    c->g->n_outputs = 1;
    for (int32_t i = 0; i < c->n; i++)
        if (c->gradients[i] != TENSOR_ABSENT)
            c->g->outputs[c->g->n_outputs++] = c->gradients[i];
    want_ok(c, model_verify(&c->model, &c->at));
    want_ok(c, program_make(&c->pool, &c->model, 1, &c->program, &c->at));
}

static float *draw(struct check *c, const struct gradient_case *k, int32_t tensor)
{
    int64_t n = tensor_elements(&c->g->tensors[tensor]);
    float *x = pool_array(&c->pool, (size_t)n, sizeof *x);

    for (int64_t i = 0; i < n; i++)
        x[i] = k->smallest +
               (k->largest - k->smallest) * random_unit(random_stream(1, 2, (uint64_t)tensor, 4), (uint64_t)i);
    program_write(c->program, tensor, x);
    return x;
}

static double loss_at(struct check *c, int32_t tensor, float *x, int64_t i, float value)
{
    float before = x[i], loss;

    x[i] = value;
    program_write(c->program, tensor, x);
    program_run(c->program);
    program_read(c->program, c->g->outputs[0], &loss);
    x[i] = before;
    return (double)loss;
}

/* Elements that were left out. */
static int64_t compare(struct check *c, int32_t which, float *x)
{
    const float step = 4e-3f;
    int32_t tensor = c->by[which];
    int64_t n = tensor_elements(&c->g->tensors[tensor]), kinks = 0;
    float *g = pool_array(&c->pool, (size_t)n, sizeof *g);
    double most = 0;

    program_write(c->program, tensor, x);
    program_run(c->program);
    program_read(c->program, c->gradients[which], g);
    for (int64_t i = 0; i < n; i++)
        most = fabs((double)g[i]) > most ? fabs((double)g[i]) : most;
    assert_true(most > 0);
    for (int64_t i = 0; i < n; i++) {
        double here = loss_at(c, tensor, x, i, x[i]), up = loss_at(c, tensor, x, i, x[i] + step);
        double down = loss_at(c, tensor, x, i, x[i] - step), slope = (up - down) / (2 * (double)step);
        double bend = fabs(up + down - 2 * here) / (double)step, limit = 0.01 * most + 1e-4;

        if (bend > 4 * limit) {
            kinks++;
        } else if (fabs(slope - (double)g[i]) > limit + bend) {
            print_error("%s: gradient by tensor %d [%d] is %g, differences say %g\n", c->at.name, (int)tensor, (int)i,
                        (double)g[i], slope);
            assert_true(false);
        }
    }
    program_write(c->program, tensor, x);
    return kinks;
}

static void gradients_agree(void **state)
{
    const struct gradient_case *k = *state;
    struct check c = {.n = 0};
    float **x;
    int64_t kinks = 0, all = 0;

    open_case(&c, k);
    x = pool_array(&c.pool, (size_t)c.n, sizeof *x);
    for (int32_t i = 0; i < c.n; i++)
        x[i] = draw(&c, k, c.by[i]);
    for (int32_t i = 1; i < c.g->n_inputs; i++)
        draw(&c, k, c.g->inputs[i]);
    for (int32_t i = 0; i < c.n; i++)
        if (c.gradients[i] != TENSOR_ABSENT) {
            kinks += compare(&c, i, x[i]);
            all += tensor_elements(&c.g->tensors[c.by[i]]);
        }
    assert_true(10 * kinks <= all);
    program_free(c.program);
    pool_free(&c.pool);
}

static void no_gradient_is_named(void **state)
{
    static const struct gradient_case k = {
        "exp", 0, 1,
        "tensor 0 \"x\" f32 [2,3]\ntensor 1 \"y\" f32 [2,3]\ntensor 2 \"t\" f32 [2,3]\ntensor 3 \"loss\" f32 []\n",
        "op 0 exp in [0] out [1]\nop 1 mean_squared_error in [1, 2] out [3]\ninputs [0, 2]\noutputs [3]\n"};
    struct check c = {.n = 0};
    char *text = pool_printf(&c.pool, "mote-graph 1\nmodel check\ngraph \"main\"\n%s%send\n", k.tensors, k.ops);
    int32_t by = 0, gradient;

    (void)state;
    c.at = (struct frame){.name = k.name, .index = -1, .sink = &c.text};
    c.model.pool = &c.pool;
    want_ok(&c, model_parse(&c.model, (struct bytes){(uint8_t *)text, strlen(text)}, &c.at));
    assert_int_equal(gradient_append(&c.model, &c.model.graphs[0], 3, 1, &by, &gradient, &c.at), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(c.text.text, "op 0 EXP: the operator has no gradient"));
    pool_free(&c.pool);
}

static void lstm_with_states_is_refused(void **state)
{
    const char *tensors = "tensor 0 \"x\" f32 [1,5,3]\n" LSTM_WEIGHTS "tensor 13 \"y\" f32 [1,5,4]\n"
                          "tensor 14 \"h\" f32 [1,4] state\ntensor 15 \"c\" f32 [1,4] state\n";
    const char *ops =
        "op 0 unidirectional_sequence_lstm in [0, 1, 2, 3, 4, 5, 6, 7, 8, -, -, -, 9, 10, 11, 12, -, -, 14, "
        "15] out [13] activation tanh\ninputs [0]\noutputs [13]\n";
    struct check c = {.at = {.name = "test", .index = -1}};
    char *text = pool_printf(&c.pool, "mote-graph 1\nmodel check\ngraph \"main\"\n%s%send\n", tensors, ops);

    (void)state;
    c.at.sink = &c.text;
    c.model.pool = &c.pool;
    want_ok(&c, model_parse(&c.model, (struct bytes){(uint8_t *)text, strlen(text)}, &c.at));
    assert_int_equal(program_make(&c.pool, &c.model, 1, &c.program, &c.at), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(c.text.text, "a state that stays from run to run"));
    pool_free(&c.pool);
}

/* What the program has no loop for the device's kernels compute: with a constant input, one that is needed for its
 * shape alone, and several outputs. */
static void device_kernels_stand_in(void **state)
{
    const char *text = "mote-graph 1\nmodel check\ngraph \"main\"\n"
                       "tensor 0 \"x\" f32 [2,3]\ntensor 1 \"perm\" s32 [2] data [1, 0]\ntensor 2 \"t\" f32 [3,2]\n"
                       "tensor 3 \"a\" f32 [2]\ntensor 4 \"b\" f32 [2]\ntensor 5 \"c\" f32 [2]\n"
                       "tensor 6 \"shape\" s32 [2]\n"
                       "op 0 transpose in [0, 1] out [2]\nop 1 unpack in [2] out [3, 4, 5] axis 0\n"
                       "op 2 shape in [2] out [6]\ninputs [0]\noutputs [4, 5, 6]\nend\n";
    const float x[] = {1, 2, 3, 4, 5, 6};
    float b[2], c[2];
    int32_t shape[2];
    struct check all = {.at = {.name = "test", .index = -1}};

    (void)state;
    all.at.sink = &all.text;
    all.model.pool = &all.pool;
    want_ok(&all,
            model_parse(&all.model, (struct bytes){(uint8_t *)pool_strdup(&all.pool, text), strlen(text)}, &all.at));
    want_ok(&all, program_make(&all.pool, &all.model, 1, &all.program, &all.at));
    for (int run = 0; run < 2; run++) {
        program_write(all.program, 0, x);
        program_run(all.program);
        program_read(all.program, 4, b);
        program_read(all.program, 5, c);
        program_read(all.program, 6, shape);
        assert_memory_equal(b, ((float[]){2, 5}), sizeof b);
        assert_memory_equal(c, ((float[]){3, 6}), sizeof c);
        assert_memory_equal(shape, ((int32_t[]){3, 2}), sizeof shape);
    }
    program_free(all.program);
    pool_free(&all.pool);
}

/* Loops are of floats; the device's kernels compute other types, whatever an operator has. */
static void every_type_has_its_bytes(void **state)
{
    const char *text = "mote-graph 1\nmodel check\ngraph \"main\"\n"
                       "tensor 0 \"x\" f32 [1,1,3,1]\ntensor 1 \"zero\" f32 [] data [0]\n"
                       "tensor 2 \"p\" bool [1,1,3,1]\ntensor 3 \"q\" bool [1,1,3,1]\ntensor 4 \"pq\" bool [1,1,6,1]\n"
                       "tensor 5 \"y\" f32 [1,1,3,1]\ntensor 6 \"n\" s64 [3]\ntensor 7 \"m\" s64 [3]\n"
                       "tensor 8 \"nm\" s64 [3]\ntensor 9 \"flat\" bool [6]\n"
                       "tensor 10 \"i\" s32 [2]\ntensor 11 \"twice\" s32 [2]\n"
                       "op 0 greater in [0, 1] out [2]\nop 1 logical_not in [2] out [3]\n"
                       "op 2 concatenation in [2, 3] out [4] axis 2\nop 3 select_v2 in [2, 0, 1] out [5]\n"
                       "op 4 broadcast_args in [6, 7] out [8]\nop 5 reshape in [4] out [9]\n"
                       "op 6 add in [10, 10] out [11]\n"
                       "inputs [0, 6, 7, 10]\noutputs [9, 5, 8, 11]\nend\n";
    const float x[] = {-1, 2, 3};
    const int64_t n[] = {1, INT64_C(1) << 40, 1}, m[] = {7, 1, 1};
    const int32_t i[] = {3, INT32_MIN};
    uint8_t flat[6];
    float y[3];
    int64_t nm[3];
    int32_t twice[2];
    struct check c = {.at = {.name = "test", .index = -1}};

    (void)state;
    c.at.sink = &c.text;
    c.model.pool = &c.pool;
    want_ok(&c, model_parse(&c.model, (struct bytes){(uint8_t *)pool_strdup(&c.pool, text), strlen(text)}, &c.at));
    want_ok(&c, program_make(&c.pool, &c.model, 1, &c.program, &c.at));
    program_write(c.program, 0, x);
    program_write(c.program, 6, n);
    program_write(c.program, 7, m);
    program_write(c.program, 10, i);
    program_run(c.program);
    program_read(c.program, 9, flat);
    program_read(c.program, 5, y);
    program_read(c.program, 8, nm);
    program_read(c.program, 11, twice);
    assert_memory_equal(flat, ((uint8_t[]){0, 1, 1, 1, 0, 0}), sizeof flat);
    assert_memory_equal(y, ((float[]){0, 2, 3}), sizeof y);
    assert_memory_equal(nm, ((int64_t[]){7, INT64_C(1) << 40, 1}), sizeof nm);
    assert_memory_equal(twice, ((int32_t[]){6, 0}), sizeof twice);
    program_free(c.program);
    pool_free(&c.pool);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(cases) + 4] = {
        cmocka_unit_test(no_gradient_is_named), cmocka_unit_test(lstm_with_states_is_refused),
        cmocka_unit_test(device_kernels_stand_in), cmocka_unit_test(every_type_has_its_bytes)};

    for (size_t i = 0; i < COUNT(cases); i++)
        tests[i + 4] = (struct CMUnitTest){cases[i].name, gradients_agree, NULL, NULL, (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
