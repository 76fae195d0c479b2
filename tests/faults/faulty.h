/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_FAULTY_H
#define MOTE_TESTS_FAULTY_H

#include <sys/resource.h>

#define FAULT_MARK   "[a fault was made here]\n"
#define FAULT_SERVER "MOTE_FAULT_SERVER" /* in the environment, "IN OUT": two open pipes */

/* The command is to run once more. The answer is the status of waitpid(). */
struct fault_request {
    char fault[32];   /* "KIND N", or nothing */
    rlim_t file_size; /* of files that it writes; 0: any */
};

#endif
