#pragma once
#include <stddef.h>
#include <stdint.h>

// simdjson's DOM parser behind C. A parse leaves its result in the parser as simdjson's "tape"
// (documented in simdjson's doc/tape.md) and a buffer of strings; both stay valid until the next
// parse with the same parser, or until it is freed. A parser is used by one thread at a time.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rlx_json_parser rlx_json_parser;

enum rlx_json_status {
  RLX_JSON_OK = 0,
  RLX_JSON_TOO_DEEP = 1,
  RLX_JSON_TOO_LARGE = 2,
  RLX_JSON_NO_MEMORY = 3,
  RLX_JSON_NUMBER = 4,
  RLX_JSON_MALFORMED = 5,
};

/// A new parser for documents of at most `max_depth` nested arrays and objects; NULL without memory.
rlx_json_parser *rlx_json_parser_new(size_t max_depth);
void rlx_json_parser_free(rlx_json_parser *parser);

/// Parses one document. On RLX_JSON_OK `tape` and `strings` point into the parser.
int rlx_json_parse(
  rlx_json_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
  const uint8_t **strings);

/// The same of bytes that at least `rlx_json_padding()` readable ones follow: nothing is copied.
int rlx_json_parse_padded(
  rlx_json_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
  const uint8_t **strings);
size_t rlx_json_padding(void);

#ifdef __cplusplus
}
#endif
