import Foundation
import RLXSession
import RLXTestSupport
import Testing

/// Paths in strings.
@Suite struct PathCompletionTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
    for name in ["rows.jsonl", "rows.md", "two words.csv", "né 日本.txt", "a\"quote.json", ".hidden"]
    {
      try folder.write("", to: name)
    }
    for name in ["models/small", "empty dir"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
    }
    try folder.write("{}", to: "models/small/config.json")
  }

  @Test func fittingFilesComeFirst() async throws {
    let bench = try await CompletionBench()
    let texts = await bench.texts("Dataset(\"\(folder.path)/r▮")
    #expect(texts == ["rows.jsonl", "rows.md"].map { folder.file($0) })
    #expect(await bench.tab("Dataset(\"\(folder.path)/r▮").hasSuffix("/rows.▮"))
    #expect(await bench.tab("Dataset(\"\(folder.path)/rows.j▮").hasSuffix("/rows.jsonl\"▮"))
    #expect(await bench.tab("Dataset(\"\(folder.path)/rows.j▮\")").hasSuffix("/rows.jsonl▮\")"))
  }

  @Test func foldersEndInASlashAndSayWhatTheyAre() async throws {
    let bench = try await CompletionBench()
    #expect(await bench.tab("Model(\"\(folder.path)/mod▮").hasSuffix("/models/▮"))
    let item = await bench.list("Model(\"\(folder.path)/models/▮").items.first
    #expect(item?.text == folder.file("models/small/") && item?.doc == "a model")
    #expect(await bench.texts("Model(\"\(folder.path)/▮").first?.hasSuffix("/") == true)
  }

  @Test func spacesQuotesAndLettersOfAllScriptsAreSpelledRight() async throws {
    let bench = try await CompletionBench()
    let open = "Dataset(\"\(folder.path)/"
    #expect(await bench.tab(open + "two▮") == open + "two words.csv\"▮")
    #expect(await bench.tab(open + "two w▮") == open + "two words.csv\"▮")
    #expect(await bench.tab(open + "né 日▮") == open + "né 日本.txt\"▮")
    #expect(await bench.tab(open + "a▮") == open + "a\\\"quote.json\"▮")
    let single = "read('\(folder.path)/"
    #expect(await bench.tab(single + "a▮") == single + "a\"quote.json'▮")
    let raw = "read(r\"\(folder.path)/"
    #expect(await bench.tab(raw + "a▮") == raw + "a▮", "a raw string cannot hold it")
    #expect(await bench.tab(raw + "tw▮") == raw + "two words.csv\"▮")
  }

  @Test func hiddenFilesWantTheirDot() async throws {
    let bench = try await CompletionBench()
    #expect(!(await bench.texts("read(\"\(folder.path)/▮").contains { $0.hasSuffix(".hidden") }))
    #expect(await bench.tab("read(\"\(folder.path)/.hi▮").hasSuffix("/.hidden\"▮"))
  }

  @Test func aTildeBecomesTheHomeFolder() async throws {
    let bench = try await CompletionBench()
    let home = try #require(ProcessInfo.processInfo.environment["HOME"])
    let list = await bench.list("read(\"~/.▮")
    #expect(list.items.allSatisfy { $0.text.hasPrefix(home + "/") })
    #expect(list.replaced == 6..<9)
  }

  @Test func pathsStandWhereFunctionsTakeThem() async throws {
    let bench = try await CompletionBench("data = Dataset([\"a\"])")
    for call in [
      "read(", "write(", "Preferences(", "data.save(", "Tokenizer(path: ", "RewardModel(",
    ] {
      #expect(
        await bench.tab(call + "\"\(folder.path)/rows.j▮").hasSuffix("rows.jsonl\"▮"), "\(call)")
    }
    #expect(await bench.texts("print(\"\(folder.path)/▮") == [])
    #expect(await bench.texts("write(\"x\", \"\(folder.path)/▮") == [])
    #expect(await bench.tab("Preferences(\"mem▮") == "Preferences(\"memory\"▮")
    #expect(await bench.tab("Model(\"nan▮") == "Model(\"nano\"▮")
    #expect(await bench.tab("Dataset(\"nano/pro▮") == "Dataset(\"nano/prompts\"▮")
    #expect(await bench.tab("use \"nano/go▮") == "use \"nano/gold.rlx\"▮")
    #expect(await bench.tab("use \"\(folder.path)/tw▮").hasSuffix("two words.csv\"▮"))
  }

  @Test func aLargeFolderIsCountedNotListed() async throws {
    let large = folder.file("large")
    try FileManager.default.createDirectory(atPath: large, withIntermediateDirectories: true)
    for number in 0..<5_000 { close(open("\(large)/file\(number)", O_CREAT | O_WRONLY, 0o600)) }
    let bench = try await CompletionBench()
    let list = await bench.list("read(\"\(large)/▮")
    #expect(list.items.count <= 1000 && list.items.count + list.more == 5_000)
    #expect(list.insertion == nil)
    #expect(await bench.tab("read(\"\(large)/file4999▮").hasSuffix("file4999\"▮"))
  }
}
