/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Operator new that counts and can be told to fail. For one thread. */
#include "alloc_probe.h"

#include <cstdlib>
#include <new>

namespace {

unsigned long count = 0;
unsigned long failing = 0;

} // namespace

void *operator new(std::size_t size)
{
    count++;
    void *p = count == failing ? nullptr : std::malloc(size);
    if (p == nullptr)
        throw std::bad_alloc();
    return p;
}

void operator delete(void *p) noexcept
{
    std::free(p);
}

void operator delete(void *p, std::size_t) noexcept
{
    std::free(p);
}

bool alloc_probe_works(void)
{
    const unsigned long before = count;
    /* Direct calls: a new-expression could be optimised away. */
    ::operator delete(::operator new(1));
    return count != before;
}

void alloc_probe_fail(unsigned long n)
{
    count = 0;
    failing = n;
}

bool alloc_probe_has_failed(void)
{
    return failing > 0 && count >= failing;
}

unsigned long alloc_probe_count(void)
{
    return count;
}
