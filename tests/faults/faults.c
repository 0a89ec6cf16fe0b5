// Makes the n-th call of a kind fail, for tests: LD_PRELOAD=faults.so BUNDLE_FAULT=write:7:ENOSPC[:on] BUNDLE_FAULT_ROOT=DIR BUNDLE_FAULT_COUNTS=FILE
//
// Only calls that touch something below the root, or a socket of the internet's, are counted and fail, so that the runtime's own reading of /proc and
// the like goes on. The kinds are those of `kinds`; `any` counts calls of all of them, and with `on` is a disk that fails: sockets go on. The last part of BUNDLE_FAULT is an errno, or `short` for reads and
// writes that do a part, or `jump` for a clock that leaps a year ahead and a year back, or `kill`, `int`, `term` for a signal to the
// program just before the call; with `on`, all later calls fail too.
// The counts of all kinds are kept in FILE, as one 32-bit number each.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum kind { ANY, OPEN, READ, WRITE, STAT, LIST, ALLOCATE, SYNC, RENAME, LINK, MAKE, UNLINK, MODE, CLOSE, LOCK, SPACE, CLOCK, CONNECT, SEND, RECEIVE, KINDS };
static const char *const kinds[KINDS] = {"any", "open", "read", "write", "stat", "list", "allocate", "sync", "rename", "link", "mkdir", "unlink", "chmod", "close", "lock", "space", "clock", "connect", "send", "receive"};
static const struct { const char *name; int value; } errors[] = {
    {"EPERM", EPERM}, {"ENOENT", ENOENT}, {"EINTR", EINTR}, {"EIO", EIO}, {"EACCES", EACCES}, {"EEXIST", EEXIST}, {"EXDEV", EXDEV}, {"EINVAL", EINVAL}, {"EMFILE", EMFILE},
    {"EFBIG", EFBIG}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"EMLINK", EMLINK}, {"ENOLCK", ENOLCK}, {"ENOSYS", ENOSYS}, {"EOPNOTSUPP", EOPNOTSUPP},
    {"EDQUOT", EDQUOT}, {"EAGAIN", EAGAIN}, {"ENOMEM", ENOMEM}, {"ECONNREFUSED", ECONNREFUSED}, {"ECONNRESET", ECONNRESET}, {"EPIPE", EPIPE}, {"ETIMEDOUT", ETIMEDOUT}, {"ENETUNREACH", ENETUNREACH}, {"short", -1}, {"jump", -2},
    {"kill", -SIGKILL * 100}, {"int", -SIGINT * 100}, {"term", -SIGTERM * 100}};

static _Atomic uint32_t own[KINDS], *counts = own;
static enum kind wanted = KINDS;
static uint32_t number;
static int failure, sticky;
static char root[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("BUNDLE_FAULT_COUNTS"), *fault = getenv("BUNDLE_FAULT"), *below = getenv("BUNDLE_FAULT_ROOT");
    if (below) snprintf(root, sizeof root, "%s", below);
    if (file) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0 && syscall(SYS_ftruncate, fd, sizeof own) == 0) {
            void *shared = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (shared != MAP_FAILED) counts = shared;
        }
        if (fd >= 0) syscall(SYS_close, fd);
    }
    char name[32], error[32], on[8] = "";
    if (fault && sscanf(fault, "%31[^:]:%u:%31[^:]:%7s", name, &number, error, on) >= 3) {
        for (int i = 0; i < KINDS; i++) if (!strcmp(kinds[i], name)) wanted = i;
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) if (!strcmp(errors[i].name, error)) failure = errors[i].value;
        sticky = !strcmp(on, "on");
    }
}

static int below_path(const char *path) { return root[0] && path && !strncmp(path, root, strlen(root)); }

static int below_fd(int fd) {
    char link[64], target[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
    if (length < 0) return 0;
    target[length] = 0;
    return below_path(target) || (fd <= 1 && (!strncmp(target, "pipe:", 5)));
}

static int is_socket(int fd) {
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    return syscall(SYS_getsockname, fd, &name, &length) == 0 && (name.ss_family == AF_INET || name.ss_family == AF_INET6);
}

static int below_at(int folder, const char *path) {
    if (path && path[0] == '/') return below_path(path);
    if (folder != AT_FDCWD) return below_fd(folder);
    char here[PATH_MAX];
    return syscall(SYS_getcwd, here, sizeof here) > 0 && below_path(here);
}

// What this call has to do: 0 to go on, else the failure.
static int due(enum kind kind) {
    uint32_t any = atomic_fetch_add(&counts[ANY], 1) + 1, one = atomic_fetch_add(&counts[kind], 1) + 1;
    uint32_t at = wanted == ANY ? any : wanted == kind ? one : 0;
    int f = at && (at == number || (sticky && at > number)) ? failure : 0;
    if (wanted == ANY && sticky && kind >= CONNECT) return 0;
    if (f <= -100) kill(getpid(), f / -100);
    return f;
}

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))next(#name); real; })
#define FAIL(kind, is_below, result) do { if (is_below) { int f = due(kind); if (f > 0) { errno = f; return result; } } } while (0)

static void *next(const char *name) {
    typedef void *(*lookup)(void *, const char *);
    static lookup real;
    if (!real) {
        static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
        for (int i = 0; i < 3 && !real; i++) real = (lookup)dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    }
    return real(RTLD_NEXT, name);
}

static mode_t mode_of(int flags, va_list list) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; }

int open(const char *path, int flags, ...) {
    va_list list; va_start(list, flags); mode_t mode = mode_of(flags, list); va_end(list);
    FAIL(OPEN, below_at(AT_FDCWD, path), -1);
    return REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    va_list list; va_start(list, flags); mode_t mode = mode_of(flags, list); va_end(list);
    FAIL(OPEN, below_at(AT_FDCWD, path), -1);
    return REAL(open64)(path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    va_list list; va_start(list, flags); mode_t mode = mode_of(flags, list); va_end(list);
    FAIL(OPEN, below_at(folder, path), -1);
    return REAL(openat)(folder, path, flags, mode);
}
static size_t part(int f, size_t count) { return f == -1 && count > 1 ? count / 2 : count; }
ssize_t read(int fd, void *to, size_t count) {
    int f = below_fd(fd) ? due(READ) : 0;
    if (f > 0) { errno = f; return -1; }
    return REAL(read)(fd, to, part(f, count));
}
ssize_t pread64(int fd, void *to, size_t count, off64_t at) {
    int f = below_fd(fd) ? due(READ) : 0;
    if (f > 0) { errno = f; return -1; }
    return REAL(pread64)(fd, to, part(f, count), at);
}
ssize_t write(int fd, const void *from, size_t count) {
    int f = below_fd(fd) ? due(WRITE) : 0;
    if (f > 0) { errno = f; return -1; }
    return REAL(write)(fd, from, part(f, count));
}
ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    int f = below_fd(fd) ? due(WRITE) : 0;
    if (f > 0) { errno = f; return -1; }
    return REAL(pwrite64)(fd, from, part(f, count), at);
}
int statx(int folder, const char *restrict path, int flags, unsigned mask, struct statx *restrict out) { FAIL(STAT, below_at(folder, path), -1); return REAL(statx)(folder, path, flags, mask, out); }
int __xstat64(int version, const char *path, struct stat64 *out) { FAIL(STAT, below_at(AT_FDCWD, path), -1); static int (*real)(int, const char *, struct stat64 *); if (!real) real = next("__xstat64"); return real(version, path, out); }
int __lxstat64(int version, const char *path, struct stat64 *out) { FAIL(STAT, below_at(AT_FDCWD, path), -1); static int (*real)(int, const char *, struct stat64 *); if (!real) real = next("__lxstat64"); return real(version, path, out); }
int __fxstat64(int version, int fd, struct stat64 *out) { FAIL(STAT, below_fd(fd), -1); static int (*real)(int, int, struct stat64 *); if (!real) real = next("__fxstat64"); return real(version, fd, out); }
DIR *opendir(const char *path) { FAIL(LIST, below_at(AT_FDCWD, path) || !strncmp(path, "/proc/self/fd/", 14), NULL); return REAL(opendir)(path); }
struct dirent64 *readdir64(DIR *folder) { FAIL(LIST, below_fd(dirfd(folder)), NULL); return REAL(readdir64)(folder); }
int posix_fallocate(int fd, off_t at, off_t length) { if (below_fd(fd)) { int f = due(ALLOCATE); if (f > 0) return f; } return REAL(posix_fallocate)(fd, at, length); }
int fsync(int fd) { FAIL(SYNC, below_fd(fd), -1); return REAL(fsync)(fd); }
int syncfs(int fd) { FAIL(SYNC, below_fd(fd), -1); return REAL(syncfs)(fd); }
int renameat(int from, const char *old, int to, const char *new) { FAIL(RENAME, below_at(to, new), -1); return REAL(renameat)(from, old, to, new); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) { FAIL(RENAME, below_at(to, new), -1); return REAL(renameat2)(from, old, to, new, flags); }
int linkat(int from, const char *old, int to, const char *new, int flags) { FAIL(LINK, below_at(to, new), -1); return REAL(linkat)(from, old, to, new, flags); }
int mkdir(const char *path, mode_t mode) { FAIL(MAKE, below_at(AT_FDCWD, path), -1); return REAL(mkdir)(path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { FAIL(MAKE, below_at(folder, path), -1); return REAL(mkdirat)(folder, path, mode); }
int unlink(const char *path) { FAIL(UNLINK, below_at(AT_FDCWD, path), -1); return REAL(unlink)(path); }
int unlinkat(int folder, const char *path, int flags) { FAIL(UNLINK, below_at(folder, path), -1); return REAL(unlinkat)(folder, path, flags); }
int fchmod(int fd, mode_t mode) { FAIL(MODE, below_fd(fd), -1); return REAL(fchmod)(fd, mode); }
int close(int fd) {
    int f = below_fd(fd) ? due(CLOSE) : 0, result = REAL(close)(fd); // Linux closes whatever it returns
    if (f > 0) { errno = f; return -1; }
    return result;
}
int flock(int fd, int operation) { FAIL(LOCK, below_fd(fd), -1); return REAL(flock)(fd, operation); }
int connect(int fd, const struct sockaddr *to, socklen_t length) { FAIL(CONNECT, is_socket(fd), -1); return REAL(connect)(fd, to, length); }
ssize_t send(int fd, const void *from, size_t count, int flags) {
    int f = is_socket(fd) ? due(SEND) : 0;
    if (f > 0) { errno = f; return -1; }
    return REAL(send)(fd, from, part(f, count), flags);
}
ssize_t recv(int fd, void *to, size_t count, int flags) {
    int f = is_socket(fd) ? due(RECEIVE) : 0;
    if (f > 0) { errno = f; return -1; }
    return REAL(recv)(fd, to, part(f, count), flags);
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) { FAIL(SEND, is_socket(fd), -1); return REAL(sendmsg)(fd, message, flags); }
ssize_t recvmsg(int fd, struct msghdr *message, int flags) { FAIL(RECEIVE, is_socket(fd), -1); return REAL(recvmsg)(fd, message, flags); }
struct statfs64; struct statvfs;
int statfs64(const char *path, struct statfs64 *out) { FAIL(SPACE, below_at(AT_FDCWD, path), -1); return REAL(statfs64)(path, out); }
int clock_gettime(clockid_t id, struct timespec *out) {
    int result = REAL(clock_gettime)(id, out);
    if (id == CLOCK_REALTIME) {
        int f = due(CLOCK);
        if (f == -2) out->tv_sec += (counts[CLOCK] & 1 ? 1 : -1) * 31536000L;
    }
    return result;
}

// .NET finds what it calls by name, in libc itself, past what is preloaded: so names lead here too.
void *dlsym(void *restrict handle, const char *restrict name) {
#define OWN(f) if (!strcmp(name, #f)) return (void *)f;
    OWN(open) OWN(open64) OWN(openat) OWN(read) OWN(pread64) OWN(write) OWN(pwrite64) OWN(statx) OWN(posix_fallocate) OWN(fsync) OWN(syncfs)
    OWN(renameat) OWN(renameat2) OWN(linkat) OWN(mkdir) OWN(mkdirat) OWN(unlink) OWN(unlinkat) OWN(fchmod) OWN(close) OWN(flock)
    OWN(connect) OWN(send) OWN(recv) OWN(sendmsg) OWN(recvmsg)
    typedef void *(*lookup)(void *, const char *);
    static lookup real;
    if (!real) real = (lookup)next("dlsym");
    return real(handle, name);
}
