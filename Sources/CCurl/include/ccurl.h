#pragma once
#include <stddef.h>
#include <stdint.h>

// HTTP through libcurl, which is opened when the first client is made and not before: most sessions
// never ask a server for anything, and libcurl with what it needs takes longer to load than rlx.
// A client is used by one thread at a time.

typedef struct rlx_http_client rlx_http_client;

typedef struct {
  const char *url;
  /// "Name: value" each, ended by NULL.
  const char *const *headers;
  /// Whether only the head is asked for.
  int is_head;
  /// How long a connection may take, and how long nothing may arrive.
  long connect_seconds, stall_seconds;
  void *context;
  /// A line of the head, with its line end. Returns 0 to stop.
  int (*on_header)(void *context, const char *line, size_t length);
  /// A piece of the body. Returns 0 to stop.
  int (*on_body)(void *context, const void *bytes, size_t length);
  /// Called about once a second, and with every piece. Returns 0 to stop.
  int (*on_tick)(void *context);
} rlx_http_request;

typedef struct {
  /// 1 if an answer came whole, 0 if not: then `message` says why.
  int is_complete;
  /// 1 if a function of the request stopped it.
  int was_stopped;
  char message[512];
} rlx_http_outcome;

/// Why libcurl cannot be used here; NULL if it can.
const char *rlx_http_missing(void);

/// A client, which keeps its connections open; NULL without libcurl or memory.
rlx_http_client *rlx_http_client_new(void);
void rlx_http_client_free(rlx_http_client *client);

/// Sends one request and takes its answer. Redirections are not followed.
void rlx_http_perform(
  rlx_http_client *client, const rlx_http_request *request, rlx_http_outcome *outcome);
