import Glibc
import RLXData
import RLXModels
import RLXTensor

// Readers of files: data sets, packed ones, weights, configurations.

extension FuzzTarget {
  private static let jsonWords = [
    "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud83d\\ude00", "\\ud800", "\n", "\r\n",
    "\u{feff}",
    "null", "true", "1e308", "1e999", "-0", "123456789012345678901234567890", "9223372036854775808",
    "{\"text\": \"a\"}\n", "\"prompt\": ", "\"chosen\": ", "\u{0}", "\u{e9}", "[[[[[[[[",
    "{\"a\":{\"a\":",
  ]

  /// JSON lines: the scan in segments must find what reading line by line finds.
  static let jsonl = FuzzTarget(
    "jsonl", words: jsonWords,
    seeds: {
      [
        "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\", \"n\": [1, 2.5, null]}\n\"text\"\n\n{\"x\": true}\n",
        "\u{feff}{\"messages\": [{\"role\": \"user\", \"content\": \"\\u00e9\\ud83d\\ude00\"}]}\r\n  \r\n{\"a\": 1}",
      ].map { Array($0.utf8) }
    },
    run: { bytes in
      let path = ScratchFile.write(bytes, "jsonl", ending: "jsonl")
      let rows = linesOf(bytes)
      let data = try? Dataset.open(path)
      let kept = try? Dataset.open(path, onError: .skip)
      guard let kept else { preconditionFailure("on_error: skip refused a file") }
      precondition(kept.count == rows.good.count, "\(kept.count) rows, \(rows.good.count) lines")
      precondition(kept.skipped == rows.bad, "skipped \(kept.skipped), not \(rows.bad)")
      precondition((data == nil) == !rows.bad.isEmpty, "an error, or none, for \(rows.bad)")
      for (place, row) in rows.good.enumerated() {
        precondition((try? kept.row(place)) == row, "row \(place)")
      }
      use(kept)
    })

  /// The lines of a file, the slow and obvious way.
  private static func linesOf(_ bytes: [UInt8]) -> (good: [Row], bad: [Int]) {
    var (good, bad): ([Row], [Int]) = ([], [])
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (place, line) in lines.enumerated() {
      var line = line
      if place == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      switch try? JSON.parse(line) {
      case .object(let row): good.append(row)
      case .string(let text): good.append(["text": .string(text)])
      default: bad.append(place + 1)
      }
    }
    return (good, bad)
  }

  static let json = FuzzTarget(
    "json", words: jsonWords,
    seeds: {
      ["[{\"a\": 1}, \"t\"]", "{\"p\": [\"x\", \"y\"], \"q\": [1, 2]}"].map { Array($0.utf8) }
    },
    run: { bytes in
      let path = ScratchFile.write(bytes, "json", ending: "json")
      if let data = try? Dataset.open(path) { use(data) }
      guard let value = try? JSON.parse(bytes), let text = try? value.serialized() else { return }
      // Beyond 64 bits a number that was read as a double is written as one.
      guard let again = try? JSON.parse(text) else { preconditionFailure("unreadable: \(text)") }
      precondition(again == value, "\(text) is read as something else")
    })

  static let csv = FuzzTarget(
    "csv",
    words: [
      "\"", "\"\"", ",", "\n", "\r", "\r\n", "\u{feff}", "a,b\n", "\"x\ny\",", "\u{0}", "\u{e9}",
    ],
    seeds: {
      ["prompt,\"an, swer\"\r\n\"a \"\"b\"\"\r\nc\",\r\n x ,\"\"\n1,2", "text\nx\n"].map {
        Array($0.utf8)
      }
    },
    run: { bytes in
      let path = ScratchFile.write(bytes, "csv", ending: "csv")
      _ = try? Dataset.open(path, onError: .skip)
      guard let data = try? Dataset.open(path) else { return }
      use(data)
      // What was read is written and read again.
      let copy = ScratchFile.write([], "csv-copy", ending: "csv")
      guard (try? data.save(to: copy)) != nil, let again = try? Dataset.open(copy) else {
        preconditionFailure("what was read cannot be written")
      }
      precondition((try? again.allRows()) == (try? data.allRows()), "read as something else")
    })

  /// A packed file of JSON lines; other formats unpack the same way.
  static let gz = FuzzTarget(
    "gz", words: ["\u{1f}", "\u{0}", "\u{8}", "\u{3}", "{\"a\": 1}\n"],
    seeds: {
      let path = ScratchFile.write([], "gz-seed", ending: "jsonl.gz")
      try? Dataset(texts: ["some words", "and more of them", ""]).save(to: path)
      let packed = ScratchFile.read(path)
      return [packed, packed + packed + [0, 0]]
    },
    run: { bytes in
      if let data = try? Dataset.open(ScratchFile.write(bytes, "gz", ending: "jsonl.gz")) {
        use(data)
      }
    })

  static let text = FuzzTarget(
    "txt", words: ["\n", "\r\n", "\n\n", "\u{feff}", "\u{e9}", " \t", "\u{0}"],
    seeds: { ["\none\r\ntwo\n\nthree", "a\nb\n"].map { Array($0.utf8) } },
    run: { bytes in
      if let data = try? Dataset.open(ScratchFile.write(bytes, "txt", ending: "txt")) { use(data) }
    })

  static let safetensors = FuzzTarget(
    "safetensors",
    words: [
      "{", "}", "\"dtype\":", "\"F32\"", "\"BF16\"", "\"F16\"", "\"I64\"", "\"shape\":[", "]",
      "\"data_offsets\":[",
      "0,4", "9223372036854775807", "-1", "4294967296", "\"__metadata__\":{", "\"a\":", ",", " ",
      "1e3", "\u{0}\u{0}\u{0}\u{0}", "\\u0061",
    ],
    seeds: {
      func file(_ header: String, _ data: Int) -> [UInt8] {
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header.utf8
          + (0..<data).map { UInt8(truncatingIfNeeded: $0 * 37) }
      }
      return [
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24),
        file(
          "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[8,10]}}  ", 10),
        file("{}", 0),
      ]
    },
    run: { bytes in
      let path = ScratchFile.write(bytes, "safetensors", ending: "safetensors")
      guard let file = try? Checkpoint(path) else { return }
      for name in file.names {
        _ = try? file.tensor(named: name)
      }
    })

  static let config = FuzzTarget(
    "config",
    words: jsonWords + [
      "\"model_type\": ", "\"llama\"", "\"gpt2\"", "\"mistral\"", "\"qwen2\"", "\"gemma2\"",
      "\"rope_scaling\": {",
      "\"rope_type\": \"yarn\"", "\"factor\": ", "\"hidden_size\": ", "\"num_attention_heads\": ",
      "0", "-1",
      "\"num_key_value_heads\": ", "\"head_dim\": ", "\"vocab_size\": ", "\"sliding_window\": ",
      "\"layer_types\": [",
      "2147483648",
    ],
    seeds: {
      ["models/untied/config.json", "models/gpt2/config.json", "models/grouped/config.json"]
        .map { FuzzSeeds.golden($0) }
    },
    run: { bytes in
      _ = try? ModelConfig.load(ScratchFile.write(bytes, "config", ending: "json"))
    })

  /// Does with a dataset what a session does.
  private static func use(_ data: Dataset) {
    _ = data.type
    _ = data.isConversational
    _ = data.isHHDialogues
    _ = try? data.allRows()
    _ = try? data.prompts(chat: words)
    _ = try? data.demonstrations(chat: words)
    _ = try? data.preferences(chat: words)
    _ = try? data.unpaired(chat: words)
    _ = try? data.extractingPrompts().take(3).allRows()
    _ = try? data.stepwise()
  }

  private static func words(_ request: ChatRequest) -> String {
    request.messages.map { "<\($0["role"]?.stringValue ?? "")>\($0["content"]?.stringValue ?? "")" }
      .joined() + (request.addsGenerationPrompt ? "<assistant>" : "")
  }
}

/// A file of this process, written anew for each input.
private enum ScratchFile {
  static func write(_ bytes: [UInt8], _ name: String, ending: String) -> String {
    let path = "/tmp/rlx-fuzz-\(getpid())-\(name).\(ending)"
    guard let file = fopen(path, "wb") else { preconditionFailure("no place for \(path)") }
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
    return path
  }

  static func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}
