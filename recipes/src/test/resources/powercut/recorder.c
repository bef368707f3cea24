/*
 * For LD_PRELOAD: writes down, in order, what a process does to the names of files below a folder, and what it makes durable.
 *
 * TUNE4J_DISK_ROOT is that folder; TUNE4J_DISK_LOG a file for the lines, TUNE4J_DISK_BLOBS a folder for the content that files
 * had when they were synced. A line is a letter and one or two paths, with tabs between them:
 *   C file    it was created, empty       T file    it was cut to nothing    D folder  it was made
 *   R from to a rename                    U file    it was deleted           X folder  it was deleted
 *   F file n  fsync; blob n is its content                                   S folder  fsync
 *   ? name    something that is not understood here
 * One lock is held around each call and its line, so that the order of the lines is that of the calls.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long blobs;

/* These go around the functions below. */
static int raw_open(const char *path, int flags) { return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0644); }

static void write_all(int file, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t done = syscall(SYS_write, file, bytes, count);
        if (done <= 0) abort();
        bytes += done;
        count -= (size_t)done;
    }
}

static void line(const char *kind, const char *first, const char *second) {
    const char *log = getenv("TUNE4J_DISK_LOG");
    int kept = errno;
    int file = log ? raw_open(log, O_WRONLY | O_CREAT | O_APPEND) : -1;
    if (file < 0) abort();
    char text[2 * PATH_MAX + 8];
    int length = snprintf(text, sizeof text, "%s\t%s\t%s\n", kind, first, second);
    write_all(file, text, (size_t)length);
    syscall(SYS_close, file);
    errno = kept;
}

static int below_root(const char *path) {
    const char *root = getenv("TUNE4J_DISK_ROOT");
    size_t length = root ? strlen(root) : 0;
    return length > 0 && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0 && below_root(path);
}

/* An absolute path; whether it is below the folder. */
static int resolve(int directory, const char *path, char *absolute) {
    char above[PATH_MAX] = "";
    if (path == NULL) return 0;
    if (path[0] == '/') {
        snprintf(absolute, PATH_MAX, "%s", path);
    } else {
        if (directory == AT_FDCWD ? syscall(SYS_getcwd, above, PATH_MAX) < 0 : !path_of(directory, above)) return 0;
        if (strlen(above) + strlen(path) + 2 > PATH_MAX) return 0;
        strcpy(absolute, above);
        strcat(absolute, "/");
        strcat(absolute, path);
    }
    return below_root(absolute);
}

#define NEXT(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))
#define LOCKED(result, call, then)       \
    do {                                 \
        pthread_mutex_lock(&lock);       \
        result = call;                   \
        int error = errno;               \
        if (result >= 0) { then; }       \
        pthread_mutex_unlock(&lock);     \
        errno = error;                   \
    } while (0)

static int opened(int directory, const char *path, int flags, mode_t mode) {
    char absolute[PATH_MAX];
    int recorded = (flags & (O_CREAT | O_TRUNC)) != 0 && resolve(directory, path, absolute);
    if (!recorded) return (int)syscall(SYS_openat, directory, path, flags, mode);
    int result;
    pthread_mutex_lock(&lock);
    int there = syscall(SYS_faccessat, AT_FDCWD, absolute, F_OK) == 0;
    result = (int)syscall(SYS_openat, directory, path, flags, mode);
    int error = errno;
    if (result >= 0 && !there) line("C", absolute, "");
    if (result >= 0 && there && (flags & O_TRUNC)) line("T", absolute, "");
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

#define OPEN(name, directory_parameter, directory)                        \
    int name(directory_parameter const char *path, int flags, ...) {      \
        va_list more;                                                     \
        va_start(more, flags);                                            \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                                     \
        return opened(directory, path, flags, mode);                      \
    }
#define NOTHING
#define DIRECTORY int directory,
OPEN(open, NOTHING, AT_FDCWD)
OPEN(open64, NOTHING, AT_FDCWD)
OPEN(openat, DIRECTORY, directory)
OPEN(openat64, DIRECTORY, directory)

static int renamed(int from_directory, const char *from, int to_directory, const char *to) {
    char source[PATH_MAX], target[PATH_MAX];
    int recorded = resolve(from_directory, from, source) & resolve(to_directory, to, target);
    int result;
    LOCKED(result, (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, 0), if (recorded) line("R", source, target));
    return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to); }

static int deleted(int directory, const char *path, int flags) {
    char absolute[PATH_MAX];
    int recorded = resolve(directory, path, absolute);
    int result;
    LOCKED(result, (int)syscall(SYS_unlinkat, directory, path, flags),
           if (recorded) line(flags & AT_REMOVEDIR ? "X" : "U", absolute, ""));
    return result;
}
int unlink(const char *path) { return deleted(AT_FDCWD, path, 0); }
int unlinkat(int directory, const char *path, int flags) { return deleted(directory, path, flags); }
int rmdir(const char *path) { return deleted(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int result = deleted(AT_FDCWD, path, 0);
    return result < 0 && errno == EISDIR ? deleted(AT_FDCWD, path, AT_REMOVEDIR) : result;
}

static int made(int directory, const char *path, mode_t mode) {
    char absolute[PATH_MAX];
    int recorded = resolve(directory, path, absolute);
    int result;
    LOCKED(result, (int)syscall(SYS_mkdirat, directory, path, mode), if (recorded) line("D", absolute, ""));
    return result;
}
int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int directory, const char *path, mode_t mode) { return made(directory, path, mode); }

/* The content comes from the file itself, however it got there. */
static void blob(int file, const char *path) {
    char link[64], target[PATH_MAX], number[32], buffer[1 << 16];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    snprintf(number, sizeof number, "%ld", ++blobs);
    snprintf(target, sizeof target, "%s/%s", getenv("TUNE4J_DISK_BLOBS"), number);
    int from = raw_open(link, O_RDONLY);
    int to = raw_open(target, O_WRONLY | O_CREAT | O_EXCL);
    if (from < 0 || to < 0) abort();
    ssize_t got;
    while ((got = syscall(SYS_read, from, buffer, sizeof buffer)) > 0) write_all(to, buffer, (size_t)got);
    syscall(SYS_close, from);
    syscall(SYS_close, to);
    line("F", path, number);
}

static int synced(int file, int call) {
    char path[PATH_MAX];
    struct stat status;
    int recorded = path_of(file, path) && fstat(file, &status) == 0;
    int result;
    LOCKED(result, (int)syscall(call, file), if (recorded) S_ISDIR(status.st_mode) ? line("S", path, "") : blob(file, path));
    return result;
}
int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

static int cut(int file, off64_t length) {
    char path[PATH_MAX];
    int recorded = path_of(file, path);
    int result;
    LOCKED(result, (int)syscall(SYS_ftruncate, file, length), if (recorded) line(length == 0 ? "T" : "?", path, "ftruncate"));
    return result;
}
int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

/* What no writer is known to use; the replay fails where one does. */
#define UNKNOWN(result, name, parameters, path, ...)                            \
    result name parameters {                                                    \
        char absolute[PATH_MAX];                                                \
        if (resolve(AT_FDCWD, path, absolute)) line("?", absolute, #name);      \
        return NEXT(result, name, __VA_ARGS__) 
UNKNOWN(int, link, (const char *from, const char *to), to, const char *, const char *)(from, to); }
UNKNOWN(int, symlink, (const char *from, const char *to), to, const char *, const char *)(from, to); }
UNKNOWN(int, creat, (const char *path, mode_t mode), path, const char *, mode_t)(path, mode); }
UNKNOWN(int, truncate, (const char *path, off_t length), path, const char *, off_t)(path, length); }
