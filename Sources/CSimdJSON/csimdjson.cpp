#include "csimdjson.h"

#include <new>

#include <simdjson.h>

struct rlx_json_parser {
  simdjson::dom::parser dom;
  size_t max_depth = 0;
};

rlx_json_parser *rlx_json_parser_new(size_t max_depth) {
  auto *parser = new (std::nothrow) rlx_json_parser;
  if (parser != nullptr) parser->max_depth = max_depth;
  return parser;
}

void rlx_json_parser_free(rlx_json_parser *parser) { delete parser; }

static int status_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::SUCCESS: return RLX_JSON_OK;
    case simdjson::DEPTH_ERROR: return RLX_JSON_TOO_DEEP;
    case simdjson::CAPACITY: return RLX_JSON_TOO_LARGE;
    case simdjson::MEMALLOC: return RLX_JSON_NO_MEMORY;
    case simdjson::NUMBER_ERROR: return RLX_JSON_NUMBER;
    default: return RLX_JSON_MALFORMED;
  }
}

// Buffers grow by doubling: lines of a file come in all lengths.
static size_t room_for(size_t length) {
  size_t room = 1 << 16;
  while (room < length) room *= 2;
  return room < simdjson::SIMDJSON_MAXSIZE_BYTES ? room : length;
}

static int parse(
    rlx_json_parser *parser, const uint8_t *bytes, size_t length, bool is_padded,
    const uint64_t **tape, const uint8_t **strings) {
  // No C++ exception may reach the caller: simdjson reports by code, its allocations may throw.
  try {
    if (parser->dom.capacity() < length || parser->dom.max_depth() != parser->max_depth) {
      auto error = parser->dom.allocate(room_for(length), parser->max_depth);
      if (error != simdjson::SUCCESS) return status_of(error);
    }
    // Without padding the parser copies the bytes to where it has its own.
    auto error = parser->dom.parse(bytes, length, !is_padded).error();
    if (error != simdjson::SUCCESS) return status_of(error);
    *tape = parser->dom.doc.tape.get();
    *strings = parser->dom.doc.string_buf.get();
    return RLX_JSON_OK;
  } catch (...) {
    return RLX_JSON_NO_MEMORY;
  }
}

int rlx_json_parse(
    rlx_json_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
    const uint8_t **strings) {
  return parse(parser, bytes, length, false, tape, strings);
}

int rlx_json_parse_padded(
    rlx_json_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
    const uint8_t **strings) {
  return parse(parser, bytes, length, true, tape, strings);
}

size_t rlx_json_padding(void) { return simdjson::SIMDJSON_PADDING; }
