// Swift's module of the C library leaves <malloc.h> out; other systems have none and nothing to set.
#include <stddef.h>
#ifdef __linux__
#include <malloc.h>
#endif

// Pieces of this many bytes and more go back to the system when they are freed, and so does the end of a pool that is free for twice as long.
static inline void cmalloc_return_from(size_t bytes) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, (int)bytes);
    mallopt(M_TRIM_THRESHOLD, (int)(2 * bytes));
#else
    (void)bytes;
#endif
}
