/* SPDX-License-Identifier: Apache-2.0 */
/* Every status that Mote returns: on the host as an exit reason, on the device as a number in a log.
 * The numbers are format: never reuse one. `mote explain` prints the texts.
 *
 *     number  NAME            what happened                                   what to do */
STATUS(0,   OK,             "no error",
       "nothing to do")
STATUS(-1,  ERR_MEMORY,     "out of memory, or the input asks for more than the stated bound",
       "give it less, a smaller model or less data; or free memory and run again")
STATUS(-2,  ERR_FILE,       "a file could not be read or written",
       "check the path, the permissions and the free space")
STATUS(-3,  ERR_FORMAT,     "the file is damaged or is not what its name says",
       "fetch or export the file again")
STATUS(-4,  ERR_VERSION,    "the file needs a newer Mote, or a feature that this build does not have",
       "update the runtime, or compile the model for this version")
STATUS(-5,  ERR_UNSUPPORTED,"an operator, type or option that Mote does not have",
       "change the model, or add the operator as docs/adding-an-operator.md says")
STATUS(-6,  ERR_SHAPE,      "shapes do not fit together",
       "`mote inspect` shows the model's shapes")
STATUS(-7,  ERR_TYPE,       "an element type that the operator does not take",
       "quantize or convert what the message names")
STATUS(-8,  ERR_QUANT,      "quantization parameters are missing or out of range",
       "quantize the model again")
STATUS(-9,  ERR_VALUE,      "a value is outside its range",
       "correct what the message names")
STATUS(-10, ERR_FIT,        "the model does not fit the board",
       "choose a larger board or a smaller model; `mote profile` shows where the bytes go")
STATUS(-11, ERR_ENVIRONMENT,"a tool that Mote calls is missing or failed, or the disk is full or broken",
       "run tools/setup.sh, or make room on the disk, then try again")
STATUS(-12, ERR_USAGE,      "the command line or the call is wrong",
       "see `mote help`")
STATUS(-13, ERR_CANCELLED,  "the caller asked to stop",
       "call again; a training goes on from its checkpoint")
STATUS(-20, ERR_ALIGN,      "image or arena is not aligned to 16 bytes",
       "align the buffer: _Alignas(16)")
STATUS(-21, ERR_MAGIC,      "the bytes are not a Mote image",
       "check the address and that the whole image was written")
STATUS(-22, ERR_CHECKSUM,   "the image's checksum does not match its bytes",
       "copy or write the image again")
STATUS(-23, ERR_BOUNDS,     "an offset or a size in the image points outside it",
       "the image is damaged or hostile: do not use it")
STATUS(-24, ERR_KERNEL,     "the image needs a kernel that is not linked into this firmware",
       "link it: see MOTE_KERNELS in docs/DESIGN.md")
STATUS(-25, ERR_ARENA,      "the arena is smaller than the model needs",
       "use at least the size that mote_image_arena_bytes() returns")
STATUS(-26, ERR_PARAMS,     "a step's parameters contradict each other or its tensors",
       "the image is damaged or hostile: do not use it")
STATUS(-27, ERR_CODING,     "a weight coding or packing that this runtime does not read",
       "compile the model for this runtime, or update the runtime")
STATUS(-28, ERR_WORK,       "opening the image takes more work than its size and its arena allow",
       "the image is damaged or hostile: do not use it")
STATUS(-29, ERR_SIGNATURE,  "the image has no signature, or the key does not verify it",
       "use an image that was signed with the key, or the key that it was signed with")
STATUS(-30, ERR_LOOP,       "the loops of an inference have not ended after as many trips as are allowed",
       "check the condition that ends them, or allow more with MOTE_TRIPS (device/mote/config.h)")
#undef STATUS
