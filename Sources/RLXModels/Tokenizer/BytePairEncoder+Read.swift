import RLXData

/// Reading the model of a tokenizer.json that is a byte-pair encoding.
extension BytePairEncoder {
  init(_ fields: JSONFields, _ vocabulary: Vocabulary) throws(ModelError) {
    if let dropout = fields["dropout"], dropout.doubleValue != 0 {
      throw .unsupportedField(
        name: fields.place + "dropout", file: fields.file, found: JSONFields.shown(dropout),
        supported: "null")
    }
    var unknown: Int32?
    if let token = try fields.string("unk_token") {
      unknown = vocabulary.id(of: token)
      if unknown == nil {
        throw fields.wrong("unk_token", .string(token), wanted: "a token of the vocabulary")
      }
    }
    var byteTokens: [Int32] = []
    if try fields.bool("byte_fallback") {
      byteTokens = (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return vocabulary.id(of: "<0x\(byte < 16 ? "0" : "")\(digits)>") ?? -1
      }
    }
    let prefix = Array((try fields.string("continuing_subword_prefix") ?? "").utf8)
    let suffix = Array((try fields.string("end_of_word_suffix") ?? "").utf8)
    self.init(
      vocabulary: vocabulary, merges: try Self.merges(fields, vocabulary, prefix: prefix),
      byteTokens: byteTokens,
      unknown: unknown, fusesUnknown: try fields.bool("fuse_unk"),
      ignoresMerges: try fields.bool("ignore_merges"), prefix: prefix, suffix: suffix)
  }

  /// The merges in their order, each written `["a", "b"]` or, in older files, `"a b"`.
  private static func merges(
    _ fields: JSONFields, _ vocabulary: Vocabulary, prefix: [UInt8]
  ) throws(ModelError) -> MergeTable {
    guard let entries = try fields.array("merges") else {
      throw .missingTokenizerPart(part: "model.merges", file: fields.file)
    }
    var table = MergeTable(capacity: entries.count)
    for (rank, entry) in entries.enumerated() {
      guard let (left, right) = pair(entry) else {
        throw fields.wrong("merges[\(rank)]", entry, wanted: "two tokens")
      }
      guard let a = vocabulary.id(of: left), let b = vocabulary.id(of: right),
        let result = vocabulary.id(of: left + right.dropFirst(prefix.count))
      else {
        throw fields.wrong(
          "merges[\(rank)]", entry, wanted: "two tokens that are in the vocabulary, as is their sum"
        )
      }
      table.set(a, b, MergeTable.Merge(rank: Int32(rank), result: result))
    }
    return table
  }

  private static func pair(_ entry: JSON) -> ([UInt8], [UInt8])? {
    if let parts = entry.arrayValue, parts.count == 2, let left = parts[0].stringValue,
      let right = parts[1].stringValue
    {
      return (Array(left.utf8), Array(right.utf8))
    }
    guard let text = entry.stringValue else { return nil }
    let parts = Array(text.utf8).split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : nil
  }
}
