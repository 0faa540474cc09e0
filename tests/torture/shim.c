/* Stands between a program and the C library, by LD_PRELOAD: counts the calls that change files below one directory,
   kills the process at the n-th, or logs each so that a power cut can be played back. It moves the clock, too.

   `torture_arm(root, shared, at, torn, log)` begins, for this process and all that it starts: `shared` is a file for
   what they count together, `at` is the number of the call at which the process that makes it dies (0: none), `torn`
   lets half of a dying write through, `log` is the log's path (empty: none). `torture_mark(text)` puts a line into the
   log. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* What all processes under trial know together, in a file that each maps. */
static struct shared {
  long count, die_at;
  int torn;
  char root[PATH_MAX], log[PATH_MAX];
} *shared;

static size_t root_length;
static int log_to = -1, armed;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void join(const char *path) {
  int file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (file < 0) raise(SIGABRT);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (shared == MAP_FAILED) raise(SIGABRT);
  if (*shared->log) log_to = syscall(SYS_openat, AT_FDCWD, shared->log, O_WRONLY | O_APPEND | O_CLOEXEC);
  root_length = strlen(shared->root);
  armed = 1;
}

void torture_arm(const char *path, const char *file, long at, int torn, const char *log) {
  static struct shared begun;
  begun = (struct shared){.die_at = at, .torn = torn};
  snprintf(begun.root, sizeof begun.root, "%s", path);
  snprintf(begun.log, sizeof begun.log, "%s", log);
  int made = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (syscall(SYS_write, made, &begun, sizeof begun) != sizeof begun) raise(SIGABRT);
  syscall(SYS_close, made);
  setenv("TORTURE_SHARED", file, 1);
  join(file);
}

/* A process that one under trial has started is under trial, too. */
__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("TORTURE_SHARED");
  if (file) join(file);
}

long torture_count(void) { return shared->count; }

/* One record, written at once, as other processes write theirs: kind, a number, the lengths of two texts, the texts. */
static void note(char kind, int64_t number, const void *first, size_t one, const void *second, size_t two) {
  if (log_to < 0) return;
  uint32_t lengths[2] = {one, two};
  struct iovec parts[] = {{&kind, 1}, {&number, sizeof number}, {lengths, sizeof lengths},
                          {(void *)first, one}, {(void *)second, two}};
  if (syscall(SYS_writev, log_to, parts, 5) != (ssize_t)(1 + sizeof number + sizeof lengths + one + two)) raise(SIGABRT);
}

void torture_mark(const char *text) { note('M', 0, text, strlen(text), "", 0); }

static int below(const char *path) {
  return !strncmp(path, shared->root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int of_descriptor(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below(path);
}

static int of_name(int directory, const char *name, char *path) {
  if (name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
  } else {
    char base[PATH_MAX];
    if (directory == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      of_descriptor(directory, base);
    }
    snprintf(path, PATH_MAX, "%.2000s/%.2000s", base, name);
  }
  return below(path);
}

/* Count a call; true when the process that makes it is to die at it. */
static int dies(void) { return __atomic_add_fetch(&shared->count, 1, __ATOMIC_SEQ_CST) == shared->die_at; }

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

static void writes(int descriptor, const void *bytes, size_t length, int64_t offset) {
  char path[PATH_MAX];
  if (!armed || !of_descriptor(descriptor, path)) return;
  int placed = offset >= 0;
  if (!placed) {
    struct stat found;
    int appends = fcntl(descriptor, F_GETFL) & O_APPEND;
    offset = appends && !fstat(descriptor, &found) ? found.st_size : lseek(descriptor, 0, SEEK_CUR);
  }
  if (dies()) {
    if (shared->torn && placed) syscall(SYS_pwrite64, descriptor, bytes, length / 2, offset);
    if (shared->torn && !placed) syscall(SYS_write, descriptor, bytes, length / 2);
    die();
  }
  note('W', offset, path, strlen(path), bytes, length);
}

static void changes(char kind, int64_t number, const char *first, const char *second) {
  if (dies()) die();
  note(kind, number, first, strlen(first), second, strlen(second));
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  writes(descriptor, bytes, length, -1);
  return NEXT(write)(descriptor, bytes, length);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  writes(descriptor, bytes, length, offset);
  return NEXT(pwrite)(descriptor, bytes, length, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  writes(descriptor, bytes, length, offset);
  return NEXT(pwrite64)(descriptor, bytes, length, offset);
}

#define ON_DESCRIPTOR(name, kind, number, parameters, arguments) \
  int name parameters { \
    char path[PATH_MAX]; \
    if (armed && of_descriptor(descriptor, path)) changes(kind, number, path, ""); \
    return NEXT(name) arguments; \
  }

ON_DESCRIPTOR(fsync, 'S', 0, (int descriptor), (descriptor))
ON_DESCRIPTOR(fdatasync, 'S', 0, (int descriptor), (descriptor))
ON_DESCRIPTOR(ftruncate, 'T', length, (int descriptor, off_t length), (descriptor, length))
ON_DESCRIPTOR(ftruncate64, 'T', length, (int descriptor, off64_t length), (descriptor, length))

/* Whether a name is free to be made: it is not there, but its directory is. */
static int is_free(const char *path) {
  char parent[PATH_MAX];
  struct stat found;
  snprintf(parent, sizeof parent, "%s", path);
  char *end = strrchr(parent, '/');
  if (!end || end == parent) return 0;
  *end = 0;
  return lstat(path, &found) && !stat(parent, &found);
}

static void removes(char kind, int directory, const char *name) {
  char path[PATH_MAX];
  struct stat found;
  if (armed && of_name(directory, name, path) && !lstat(path, &found)) changes(kind, 0, path, "");
}

int unlink(const char *name) {
  removes('U', AT_FDCWD, name);
  return NEXT(unlink)(name);
}

int unlinkat(int directory, const char *name, int flags) {
  removes(flags & AT_REMOVEDIR ? 'R' : 'U', directory, name);
  return NEXT(unlinkat)(directory, name, flags);
}

int rmdir(const char *name) {
  removes('R', AT_FDCWD, name);
  return NEXT(rmdir)(name);
}

static void makes(int directory, const char *name) {
  char path[PATH_MAX];
  if (armed && of_name(directory, name, path) && is_free(path)) changes('D', 0, path, "");
}

int mkdir(const char *name, mode_t mode) {
  makes(AT_FDCWD, name);
  return NEXT(mkdir)(name, mode);
}

int mkdirat(int directory, const char *name, mode_t mode) {
  makes(directory, name);
  return NEXT(mkdirat)(directory, name, mode);
}

static void moves(char kind, int from, const char *old, int to, const char *new) {
  char first[PATH_MAX], second[PATH_MAX];
  if (!armed) return;
  int one = of_name(from, old, first), two = of_name(to, new, second);
  if (one || two) changes(kind, 0, first, second);
}

int rename(const char *old, const char *new) {
  moves('N', AT_FDCWD, old, AT_FDCWD, new);
  return NEXT(rename)(old, new);
}

int renameat(int from, const char *old, int to, const char *new) {
  moves('N', from, old, to, new);
  return NEXT(renameat)(from, old, to, new);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned int flags) {
  moves(flags & RENAME_EXCHANGE ? 'X' : 'N', from, old, to, new);
  return NEXT(renameat2)(from, old, to, new, flags);
}

static void opens(int directory, const char *name, int flags) {
  char path[PATH_MAX];
  struct stat found;
  if (!armed || !(flags & (O_CREAT | O_TRUNC)) || !of_name(directory, name, path)) return;
  if (!stat(path, &found)) {
    if (flags & O_TRUNC && !(flags & O_EXCL) && found.st_size) changes('T', 0, path, "");
  } else if (flags & O_CREAT && is_free(path)) {
    changes('C', 0, path, "");
  }
}

#define MODE(last) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, last); \
    mode = va_arg(rest, int); \
    va_end(rest); \
  }

int open(const char *name, int flags, ...) {
  MODE(flags)
  opens(AT_FDCWD, name, flags);
  return NEXT(open)(name, flags, mode);
}

int open64(const char *name, int flags, ...) {
  MODE(flags)
  opens(AT_FDCWD, name, flags);
  return NEXT(open64)(name, flags, mode);
}

int openat(int directory, const char *name, int flags, ...) {
  MODE(flags)
  opens(directory, name, flags);
  return NEXT(openat)(directory, name, flags, mode);
}

int openat64(int directory, const char *name, int flags, ...) {
  MODE(flags)
  opens(directory, name, flags);
  return NEXT(openat64)(directory, name, flags, mode);
}

/* The clock of the wall, moved by as many seconds as `TORTURE_CLOCK` says. */
int clock_gettime(clockid_t clock, struct timespec *now) {
  int done = (int)syscall(SYS_clock_gettime, clock, now);
  const char *moved = getenv("TORTURE_CLOCK");
  if (!done && moved && clock == CLOCK_REALTIME) now->tv_sec += atol(moved);
  return done;
}
