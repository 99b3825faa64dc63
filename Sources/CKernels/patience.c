// Threads that wait must sleep, not spin.
//
// libgomp's threads spin for about a millisecond after each parallel region unless OMP_WAIT_POLICY
// says otherwise. Where other programs use the cores too, every region then waits for a thread that
// spins in place of one that works: tour.rlx took 4 s where it takes 0.2 s with sleeping threads (and
// 0.13 s with spinning ones on an idle machine).
//
// libgomp reads the variable when it is loaded, before main. Functions of .preinit_array run earlier
// still, before the constructors of any library, when the C library's setenv cannot be used yet. So
// the variable is lent the place of the environment's first entry, which an ordinary constructor of
// the program, run after those of all libraries, puts back. A variable that is set already is left
// alone.
#include <stddef.h>
#include <string.h>

extern char **environ;

static char sleep_when_waiting[] = "OMP_WAIT_POLICY=passive";
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
  environment[0] = sleep_when_waiting;
}

__attribute__((section(".preinit_array"), used))
static void (*const before_libraries)(int, char **, char **) = lend;

// A library's constructor may have called setenv, which copies the environment: both are put right.
__attribute__((constructor))
static void give_back(void) {
  if (!lent) return;
  *lent = owner;
  for (char **entry = environ; entry && *entry; entry++)
    if (*entry == sleep_when_waiting) *entry = owner;
  lent = NULL;
}
