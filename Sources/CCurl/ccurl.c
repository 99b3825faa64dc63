#include "ccurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is used of libcurl's interface, whose names and numbers are fixed for all versions of 4
// (libcurl-abi(3)). Its header is needed for neither building nor running.
enum {
  OPT_WRITEDATA = 10001,
  OPT_URL = 10002,
  OPT_ERRORBUFFER = 10010,
  OPT_USERAGENT = 10018,
  OPT_LOW_SPEED_LIMIT = 19,
  OPT_LOW_SPEED_TIME = 20,
  OPT_HTTPHEADER = 10023,
  OPT_HEADERDATA = 10029,
  OPT_NOPROGRESS = 43,
  OPT_NOBODY = 44,
  OPT_XFERINFODATA = 10057,
  OPT_CONNECTTIMEOUT = 78,
  OPT_NOSIGNAL = 99,
  OPT_PROTOCOLS = 181,
  OPT_WRITEFUNCTION = 20011,
  OPT_HEADERFUNCTION = 20079,
  OPT_XFERINFOFUNCTION = 20219,
  PROTOCOL_HTTP = 1,
  PROTOCOL_HTTPS = 2,
  CODE_WRITE_ERROR = 23,
  CODE_ABORTED = 42,
  GLOBAL_DEFAULT = 3,
  ERROR_SIZE = 256,
};

struct header_list;
typedef size_t write_function(char *, size_t, size_t, void *);
typedef int tick_function(void *, int64_t, int64_t, int64_t, int64_t);

static struct {
  int (*global_init)(long);
  void *(*init)(void);
  int (*setopt)(void *, int, ...);
  int (*perform)(void *);
  void (*reset)(void *);
  void (*cleanup)(void *);
  const char *(*describe)(int);
  struct header_list *(*append)(struct header_list *, const char *);
  void (*free_list)(struct header_list *);
  const char *missing;
} curl;

static void open_library(void) {
  // Debian has two builds of one interface, which differ in who does the cryptography.
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    curl.missing = "libcurl.so.4 is not on this machine";
    return;
  }
  *(void **)&curl.global_init = dlsym(library, "curl_global_init");
  *(void **)&curl.init = dlsym(library, "curl_easy_init");
  *(void **)&curl.setopt = dlsym(library, "curl_easy_setopt");
  *(void **)&curl.perform = dlsym(library, "curl_easy_perform");
  *(void **)&curl.reset = dlsym(library, "curl_easy_reset");
  *(void **)&curl.cleanup = dlsym(library, "curl_easy_cleanup");
  *(void **)&curl.describe = dlsym(library, "curl_easy_strerror");
  *(void **)&curl.append = dlsym(library, "curl_slist_append");
  *(void **)&curl.free_list = dlsym(library, "curl_slist_free_all");
  if (!curl.global_init || !curl.init || !curl.setopt || !curl.perform || !curl.reset ||
      !curl.cleanup || !curl.describe || !curl.append || !curl.free_list)
    curl.missing = "libcurl.so.4 lacks functions that it should have";
  else if (curl.global_init(GLOBAL_DEFAULT) != 0)
    curl.missing = "libcurl.so.4 does not start";
}

const char *rlx_http_missing(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  return curl.missing;
}

struct rlx_http_client {
  void *handle;
};

/// A request that runs, and whether one of its functions stopped it.
struct running {
  const rlx_http_request *request;
  int was_stopped;
};

static size_t take_header(char *line, size_t size, size_t count, void *context) {
  struct running *running = context;
  const rlx_http_request *request = running->request;
  if (request->on_header(request->context, line, size * count)) return size * count;
  running->was_stopped = 1;
  return 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
  struct running *running = context;
  const rlx_http_request *request = running->request;
  if (request->on_body(request->context, bytes, size * count)) return size * count;
  running->was_stopped = 1;
  return 0;
}

static int take_tick(void *context, int64_t a, int64_t b, int64_t c, int64_t d) {
  (void)a, (void)b, (void)c, (void)d;
  struct running *running = context;
  const rlx_http_request *request = running->request;
  if (request->on_tick(request->context)) return 0;
  running->was_stopped = 1;
  return 1;
}

rlx_http_client *rlx_http_client_new(void) {
  if (rlx_http_missing() != NULL) return NULL;
  rlx_http_client *client = malloc(sizeof *client);
  if (client == NULL) return NULL;
  client->handle = curl.init();
  if (client->handle != NULL) return client;
  free(client);
  return NULL;
}

void rlx_http_client_free(rlx_http_client *client) {
  if (client == NULL) return;
  curl.cleanup(client->handle);
  free(client);
}

void rlx_http_perform(
  rlx_http_client *client, const rlx_http_request *request, rlx_http_outcome *outcome) {
  void *handle = client->handle;
  struct running running = {request, 0};
  char error[ERROR_SIZE] = "";
  struct header_list *headers = NULL;
  int is_short_of_memory = 0;
  for (const char *const *line = request->headers; *line != NULL; line++) {
    struct header_list *longer = curl.append(headers, *line);
    if (longer == NULL) is_short_of_memory = 1;
    else headers = longer;
  }
  curl.reset(handle);
  curl.setopt(handle, OPT_URL, request->url);
  curl.setopt(handle, OPT_HTTPHEADER, headers);
  curl.setopt(handle, OPT_USERAGENT, "rlx");
  curl.setopt(handle, OPT_PROTOCOLS, (long)(PROTOCOL_HTTP | PROTOCOL_HTTPS));
  curl.setopt(handle, OPT_NOBODY, (long)request->is_head);
  // Signals of name look-ups that time out would reach the thread of the prompt.
  curl.setopt(handle, OPT_NOSIGNAL, 1L);
  curl.setopt(handle, OPT_CONNECTTIMEOUT, request->connect_seconds);
  curl.setopt(handle, OPT_LOW_SPEED_LIMIT, 1L);
  curl.setopt(handle, OPT_LOW_SPEED_TIME, request->stall_seconds);
  curl.setopt(handle, OPT_ERRORBUFFER, error);
  curl.setopt(handle, OPT_HEADERFUNCTION, (write_function *)take_header);
  curl.setopt(handle, OPT_HEADERDATA, &running);
  curl.setopt(handle, OPT_WRITEFUNCTION, (write_function *)take_body);
  curl.setopt(handle, OPT_WRITEDATA, &running);
  curl.setopt(handle, OPT_NOPROGRESS, 0L);
  curl.setopt(handle, OPT_XFERINFOFUNCTION, (tick_function *)take_tick);
  curl.setopt(handle, OPT_XFERINFODATA, &running);
  int code = is_short_of_memory ? 27 : curl.perform(handle);
  // The handle outlives what it points to here.
  curl.setopt(handle, OPT_ERRORBUFFER, NULL);
  curl.free_list(headers);
  outcome->is_complete = code == 0;
  outcome->was_stopped = running.was_stopped && (code == CODE_WRITE_ERROR || code == CODE_ABORTED);
  snprintf(
    outcome->message, sizeof outcome->message, "%s",
    code == 0 ? "" : error[0] != 0 ? error : curl.describe(code));
}
