import RLXData

/// The files of a trained byte-level tokenizer, in the format of Hugging Face tokenizers.
struct TokenizerFile {
  let tokenizer: [UInt8]
  let config: [UInt8]

  init(_ trainer: BytePairTrainer, _ specialTokens: [String]) {
    let vocabulary = trainer.vocabulary
    tokenizer = Self.text([
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": .array(
        specialTokens.map { token in
          [
            "id": .int(Int(vocabulary.id(of: token) ?? 0)), "content": .string(token),
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
            "special": true,
          ]
        }),
      "normalizer": .null, "pre_tokenizer": Self.byteLevel(prefix: false),
      "post_processor": .null, "decoder": Self.byteLevel(prefix: true),
      "model": [
        "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
        "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
        "ignore_merges": false,
        "vocab": .object(
          JSONObject(
            (0..<vocabulary.count).map { id in
              (key: Self.token(Int32(id), vocabulary), value: .int(id))
            })),
        "merges": .array(
          Self.ranked(trainer.merges).map { pair in
            [
              .string(Self.token(pair.left, vocabulary)),
              .string(Self.token(pair.right, vocabulary)),
            ]
          }),
      ],
    ])
    // One mark begins and ends texts, as with GPT-2.
    let end: JSON = specialTokens.first.map { .string($0) } ?? .null
    config = Self.text([
      "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": end, "eos_token": end,
      "add_prefix_space": false, "clean_up_tokenization_spaces": false,
    ])
  }

  private static func byteLevel(prefix: Bool) -> JSON {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(prefix), "trim_offsets": true,
      "use_regex": true,
    ]
  }

  private static func token(_ id: Int32, _ vocabulary: Vocabulary) -> String {
    String(decoding: vocabulary.bytes(of: id) ?? [], as: UTF8.self)
  }

  /// The merges with each pair once, at its last place.
  private static func ranked(_ merges: [BytePairTrainer.Pair]) -> [BytePairTrainer.Pair] {
    var seen: Set<BytePairTrainer.Pair> = []
    return merges.reversed().filter { seen.insert($0).inserted }.reversed()
  }

  private static func text(_ value: JSON) -> [UInt8] {
    var bytes: [UInt8] = []
    // No number here is anything but finite.
    try? value.serialize(into: &bytes)
    return bytes + [UInt8(ascii: "\n")]
  }
}
