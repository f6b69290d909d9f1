/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ids that are different and have the same XXH3, where it has no key.
 */
#ifndef OST_TEST_LIKE_IDS_H
#define OST_TEST_LIKE_IDS_H

#include "base.h"

#define ID 32 /* bytes of one */

/* An id of two halves. XXH3 multiplies the first eight bytes of each, less a
 * constant, by the next eight: where the former are that constant, the latter
 * do not count. Those of the second half make `group` to be a hash. */
static inline void make_id(uint8_t id[ID], uint32_t number, uint32_t group)
{
    ost_put64(id, UINT64_C(0xbe4ba423396cfeb8));
    ost_put64(id + 8, number | UINT64_C(0x0101010100000000));
    ost_put64(id + 16, UINT64_C(0x0101010101010101));
    ost_put64(id + 24, group | UINT64_C(0x0101010100000000));
    for (unsigned k = 0; k < 4; k++) { /* no NUL */
        id[8 + k] = id[8 + k] == 0 ? 0xff : id[8 + k];
        id[24 + k] = id[24 + k] == 0 ? 0xff : id[24 + k];
    }
}

/* Numbers have no byte 0xff. */
static inline uint32_t nth(uint32_t i)
{
    return i % 250 | i / 250 % 250 << 8 | i / 62500 << 16;
}

#endif
