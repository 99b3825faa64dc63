// Threads that wait soon sleep.
//
// libgomp's threads spin for about a millisecond after each parallel region unless the environment
// says otherwise. Where other programs use the cores too, every region then waits for a thread that
// spins in place of one that works: tour.rlx took 4 s where it takes half a second with a short spin.
// Sleeping at once is better still on a busy machine, but costs an idle one a half of its speed
// (12 steps of curve.rlx: 1.6 s with a long spin, 1.7 s with this one, 2.5 s with none).
//
// libgomp reads the variable when it is loaded, before main. Functions of .preinit_array run earlier
// still, before the constructors of any library, when the C library's setenv cannot be used yet. So
// the variable is lent the place of the environment's first entry, which an ordinary constructor of
// the program, run after those of all libraries, puts back. A variable that is set already is left
// alone.
#include <stddef.h>
#include <string.h>

extern char **environ;

static char short_spin[] = "GOMP_SPINCOUNT=1000";
// Volatile: compilers run constructors ahead of time and take it that no code has run before them.
static char **volatile lent = NULL;
static char *volatile owner = NULL;

static int names(const char *entry, const char *variable) {
  size_t length = strlen(variable);
  return strncmp(entry, variable, length) == 0 && entry[length] == '=';
}

static void lend(int count, char **arguments, char **environment) {
  (void)count;
  (void)arguments;
  if (!environment || !environment[0]) return;
  for (char **entry = environment; *entry; entry++)
    if (names(*entry, "OMP_WAIT_POLICY") || names(*entry, "GOMP_SPINCOUNT")) return;
  lent = environment;
  owner = environment[0];
  environment[0] = short_spin;
}

__attribute__((section(".preinit_array"), used))
static void (*const before_libraries)(int, char **, char **) = lend;

// A library's constructor may have called setenv, which copies the environment: both are put right.
__attribute__((constructor))
static void give_back(void) {
  if (!lent) return;
  *lent = owner;
  for (char **entry = environ; entry && *entry; entry++)
    if (*entry == short_spin) *entry = owner;
  lent = NULL;
}
