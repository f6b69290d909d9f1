/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Versions. Xapian reads its own from a table within the loaded library, so
 * the run-time functions are right also after libxapian was upgraded. */
#include <xapian.h>

#include "xapian-c/xapian_c.h"

int xapian_c_abi_version(void) noexcept
{
    return XAPIAN_C_ABI_VERSION;
}

const char *xapian_c_version_string(void) noexcept
{
    return Xapian::version_string();
}

int xapian_c_major_version(void) noexcept
{
    return Xapian::major_version();
}

int xapian_c_minor_version(void) noexcept
{
    return Xapian::minor_version();
}

int xapian_c_revision(void) noexcept
{
    return Xapian::revision();
}

const char *xapian_c_compiled_version_string(void) noexcept
{
    return XAPIAN_VERSION;
}
