import Glibc

/// Something that reads bytes of unknown origin and has to survive all of them.
///
/// `scripts/fuzz NAME SECONDS` runs one under libFuzzer with sanitizers; the tests run each over a few
/// thousand seeded changes of its seeds.
package struct FuzzTarget: Sendable {
  package let name: String
  /// Good inputs, to be changed.
  package let seeds: @Sendable () -> [[UInt8]]
  /// Words of the format, to be put in.
  package let words: [String]
  /// Reads an input and uses what it read. What is wrong with the input is thrown and swallowed here;
  /// a trap, a fault of memory or no end is a finding.
  package let run: @Sendable ([UInt8]) -> Void

  package init(
    _ name: String, words: [String], seeds: @escaping @Sendable () -> [[UInt8]],
    run: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.name = name
    self.words = words
    self.seeds = seeds
    self.run = run
  }

  /// All of them, by name.
  package static let all: [FuzzTarget] = [
    .tokenizer, .template, .jsonl, .json, .csv, .gz, .text, .safetensors, .config,
  ]

  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Where seeds lie.
enum FuzzSeeds {
  private static let folder =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Golden/"

  /// The bytes of a file of the reference values; empty where there is none.
  static func golden(_ name: String) -> [UInt8] {
    guard let file = fopen(folder + name, "rb") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }
}
