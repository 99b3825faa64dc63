import RLXData
import RLXModels

extension FuzzTarget {
  /// A tokenizer.json, and texts through it and back.
  static let tokenizer = FuzzTarget(
    "tokenizer",
    words: [
      "\"type\":", "\"Sequence\"", "\"ByteLevel\"", "\"Metaspace\"", "\"Split\"", "\"Replace\"",
      "\"NFKC\"", "\"Lowercase\"", "\"BertNormalizer\"", "\"Punctuation\"", "\"FixedLength\"",
      "\"Regex\":", "\"String\":", "\"(?:a|aa)+b\"", "\\\\p{L}+", "\\\\s+(?!\\\\S)", "null", "true",
      "[]", "{}", "-1", "16777215", "\"\"", "\"\\u0000\"", "\"byte_fallback\":true",
      "\"ignore_merges\":true", "\"end_of_word_suffix\":\"</w>\"", "\"normalized\":true",
    ],
    seeds: {
      ["marks", "byte-split", "metaspace-first", "unknown-fused"].map { name in
        small(FuzzSeeds.golden("tokenizer/\(name)/tokenizer.json"))
      }
    },
    run: { bytes in
      guard let tokenizer = try? Tokenizer.read(bytes, file: "tokenizer.json") else { return }
      for text in texts {
        let ids = tokenizer.encode(text)
        precondition(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize }, "\(ids)")
        _ = tokenizer.decode(ids)
        _ = tokenizer.encodeContinuation(prompt: "the ", response: text)
      }
    })

  private static let texts = [
    "", " ", "the dog ran  along\n", "<s>[MASK] é日😀\u{0}\u{301}</s>", "don't 12345 <tool>  x",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "\r\n \u{3000}\u{A0}\u{85}",
  ]

  /// A tokenizer file with fewer tokens, so that changes meet its structure.
  private static func small(_ bytes: [UInt8]) -> [UInt8] {
    guard let json = try? JSON.parse(bytes, file: "seed"), var object = json.objectValue,
      var model = object["model"]?.objectValue, let vocabulary = model["vocab"]?.objectValue,
      let merges = model["merges"]?.arrayValue
    else { return bytes }
    let kept = JSONObject(
      vocabulary.filter { entry in
        entry.key.utf8.count < 3
          || (object["added_tokens"]?.arrayValue ?? []).contains {
            $0["content"]?.stringValue == entry.key
          }
      })
    model["vocab"] = .object(kept)
    model["merges"] = .array(
      merges.filter { merge in
        let parts = (merge.arrayValue ?? []).map { $0.stringValue ?? "" }
        return parts.count == 2 && kept.contains(parts[0]) && kept.contains(parts[1])
          && kept.contains(parts[0] + parts[1])
      })
    object["model"] = .object(model)
    return (try? Array(JSON.object(object).serialized().utf8)) ?? bytes
  }
}
