// SQLite is set up through a variadic function, which Swift cannot call.
#include <sqlite3.h>

// Without the count of all its memory, which takes a lock at every allocation; works before the first connection is opened.
static inline int csqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
