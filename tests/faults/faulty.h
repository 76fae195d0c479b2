/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_FAULTY_H
#define MOTE_TESTS_FAULTY_H

#define FAULT_MARK "[a fault was made here]\n"

#endif
