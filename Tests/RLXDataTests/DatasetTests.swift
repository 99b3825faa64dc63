import RLXData
import RLXTestSupport
import Testing

@Suite struct DatasetTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func rows(_ name: String, _ text: String) throws -> [Row] {
    try Dataset.open(folder.file(name, text)).allRows()
  }

  // MARK: Reading

  @Test func readsJSONLinesWithBlankLinesCRLFAndAByteOrderMark() throws {
    let data = try Dataset.open(
      folder.file("a.jsonl", "\u{feff}{\"b\": 1, \"a\": \"x\"}\r\n\n  \n{\"c\": [1]}\n\"words\""))
    #expect(data.columns == ["b", "a", "c", "text"])
    #expect(try data.allRows() == [["b": 1, "a": "x"], ["c": [1]], ["text": "words"]])
  }

  @Test func readsJSONAsRowsAndAsColumns() throws {
    #expect(try rows("a.json", "[{\"a\": 1},\n \"t\"]") == [["a": 1], ["text": "t"]])
    #expect(
      try rows("b.json", #"{"p": ["x", "y"], "q": [1, 2]}"#)
        == [["p": "x", "q": 1], ["p": "y", "q": 2]])
    #expect(try rows("c.json", "[]") == [])
    #expect(try Dataset.open(folder.file("d.json", #"{"p": []}"#)).columns == ["p"])
  }

  @Test func readsCSVByItsRules() throws {
    let text = "\u{feff}prompt,\"an, swer\"\r\n\"a \"\"b\"\"\r\nc\",\r\n\r\n x ,\"\"\r\n1,2"
    let data = try Dataset.open(folder.file("a.csv", text))
    #expect(data.columns == ["prompt", "an, swer"])
    #expect(
      try data.allRows() == [
        ["prompt": "a \"b\"\r\nc", "an, swer": ""], ["prompt": " x ", "an, swer": ""],
        ["prompt": "1", "an, swer": "2"],
      ])
  }

  @Test func readsTextByBlocksOrByLines() throws {
    #expect(try rows("a.txt", "\none\r\ntwo\n\n") == [["text": "one"], ["text": "two"]])
    #expect(
      try rows("b.txt", "one\ntwo\n \n\nthree\n") == [["text": "one\ntwo"], ["text": "three"]])
    #expect(try rows("c.txt", "") == [])
  }

  @Test func readsGzipOfEachAlsoInSeveralMembersAndWithPadding() throws {
    for (name, text) in [
      ("a.jsonl", "{\"text\": \"x\"}\n"), ("a.json", "[{\"text\": \"x\"}]"),
      ("a.csv", "text\nx\n"),
    ] {
      let plain = folder.file(name, text)
      let packed = folder.path(name + ".gz")
      try Dataset.open(plain).save(to: packed)
      #expect(try Dataset.open(packed).allRows() == [["text": "x"]], "\(name)")
    }
    let member = try bytes(of: folder.path("a.jsonl.gz"))
    let path = folder.file("two.jsonl.gz", member + member + [0, 0, 0])
    #expect(try Dataset.open(path).count == 2)
  }

  @Test func longLinesAndManyLinesCrossTheBuffer() throws {
    let long = String(repeating: "é", count: 100_000)
    let text = (0..<3000).map { "{\"i\": \($0)}" }.joined(separator: "\r\n") + "\n\"\(long)\""
    let data = try Dataset.open(folder.file("a.jsonl", text))
    #expect(data.count == 3001)
    #expect(try data.row(2999) == ["i": 2999])
    #expect(try data.row(3000)["text"]?.stringValue?.count == 100_000)
  }

  // MARK: Errors

  @Test(
    arguments: [
      ("a.jsonl", "{\"a\": 1}\n\n{\"a\": }\n", 3, "a value", "`}`"),
      ("a.jsonl", "{\"a\": 1}\n{\"a\"", 2, ": after the key", "the end of the text"),
      (
        "a.jsonl", "{}\n[1, 2]\n", 2, "a row: an object, or a string for a row {text}",
        "an array of 2"
      ),
      ("a.csv", "a,b\n1,2\n\"x\ny\",2,3\n", 3, "2, one for each column of the header", "3 values"),
      (
        "a.csv", "a,b\n\"x\ny\",1\n\"z\n,2\n", 4, "a closing quote",
        "the end of the file in a quoted value that begins here"
      ),
      (
        "a.csv", "a\nx\"y\n", 2, "a value in double quotes",
        "a quote within a value that does not begin with one"
      ),
      ("a.csv", "a\n\"x\"y\n", 2, "a comma or the end of the line", "text after a closing quote"),
      (
        "a.csv", "a,a\n", 1, "a header with a name of its own for each column",
        "the column `a` twice"
      ),
      (
        "a.csv", "a,\n", 1, "a header with a name of its own for each column",
        "a column without a name"
      ),
    ] as [(String, String, Int, String, String)])
  func errorsNameFileAndLine(
    name: String, text: String, line: Int, wanted: String, found: String
  ) throws {
    let path = folder.file(name, text)
    let error = #expect(throws: DataError.self) { try Dataset.open(path) }
    #expect(error?.file == path)
    #expect(error?.line == line)
    #expect(error?.wanted == wanted)
    #expect(error?.found == found)
  }

  @Test(arguments: ["a.jsonl", "a.csv", "a.txt", "a.json"])
  func invalidUTF8NamesItsLine(name: String) throws {
    let path = folder.file(name, Array("\"a\"\n\"b".utf8) + [0xFF, 0x22])
    let error = #expect(throws: DataError.self) { try Dataset.open(path) }
    // One JSON value ends on line 1, so there the fault is that a second follows.
    #expect(error?.line == 2)
    if name != "a.json" { #expect(error?.found == "byte 0xFF") }
  }

  @Test func jsonThatIsNoTableSaysWhatItIs() {
    for (text, found) in [
      ("[1]", "the number 1 at index 0"), ("{\"a\": [1], \"b\": []}", "0 values in the column `b`"),
      ("{\"a\": 1}", "the number 1 for the column `a`"), ("7", "one value"),
    ] {
      let error = #expect(throws: DataError.self) { try rows("a.json", text) }
      #expect(error?.found == found)
    }
  }

  @Test func whatIsNoFileSaysSo() throws {
    let missing = #expect(throws: DataError.self) { try Dataset.open(folder.path("no.jsonl")) }
    #expect(missing?.isMissing == true)
    #expect(missing?.file == folder.path("no.jsonl"))
    let below = #expect(throws: DataError.self) {
      try Dataset.open(folder.file("f.txt", "x") + "/a.txt")
    }
    #expect(below?.isMissing == true)
    let device = #expect(throws: DataError.self) { try Dataset.open("/dev/zero") }
    #expect(device?.found == "a pipe or device")
    let unknown = #expect(throws: DataError.self) { try Dataset.open(folder.file("a.xyz", "")) }
    #expect(unknown?.found == "a name without a known ending")
    #expect(throws: DataError.self) { try Dataset.open("") }
    #expect(throws: DataError.self) { try Dataset.open("a\0.jsonl") }
  }

  @Test func everyTruncationOfAFileIsReadOrRefusedNeverACrash() throws {
    let text = "{\"prompt\": \"é \\ud83d\\ude00\", \"n\": [1.5, null]}\n{\"prompt\": \"b\"}\n"
    let csv = "a,b\r\n\"x \"\"y\"\"\n\",é\r\n1,2\r\n"
    let whole = try Dataset.open(folder.file("w.jsonl", text))
    try whole.save(to: folder.path("w.jsonl.gz"))
    for (name, contents) in [
      ("t.jsonl", Array(text.utf8)), ("t.json", Array("[\(text.split(separator: "\n")[0])]".utf8)),
      ("t.csv", Array(csv.utf8)), ("t.txt", Array("é\n\nb".utf8)),
      ("t.jsonl.gz", try bytes(of: folder.path("w.jsonl.gz"))),
    ] {
      for count in 0..<contents.count {
        let path = folder.file(name, Array(contents[..<count]))
        do {
          _ = try Dataset.open(path)
          #expect(!name.hasSuffix(".gz"), "a gzip file cut to \(count) bytes was accepted")
        } catch {
          #expect(error.file == path)
        }
      }
    }
  }

  @Test func everyChangedByteOfAGzipFileIsReadOrRefused() throws {
    try Dataset(texts: ["some words", "and more"]).save(to: folder.path("a.jsonl.gz"))
    let packed = try bytes(of: folder.path("a.jsonl.gz"))
    var refused = 0
    for place in packed.indices {
      for bit in 0..<8 {
        var changed = packed
        changed[place] ^= 1 << UInt8(bit)
        do {
          _ = try Dataset.open(folder.file("b.jsonl.gz", changed))
        } catch {
          refused += 1
          #expect(error.file == folder.path("b.jsonl.gz"))
        }
      }
    }
    // Only flags, time and system in the header can change unnoticed: bytes 3 to 9.
    #expect(refused >= (packed.count - 7) * 8)
  }

  // MARK: Choosing rows

  @Test func choosesRowsWithoutCopying() throws {
    let data = Dataset(texts: ["a", "b", "c", "d"])
    func texts(_ data: Dataset) throws -> [String] { try data.prompts() }
    #expect(try texts(data.take(2)) == ["a", "b"])
    #expect(try texts(data.take(9)) == ["a", "b", "c", "d"])
    #expect(data.take(-1).count == 0)
    #expect(try texts(data.slice(1..<3)) == ["b", "c"])
    #expect(try texts(data.slice(3..<9)) == ["d"])
    #expect(data.slice(7..<9).count == 0)
    let shuffled = try data.select([3, 0, 2, 0])
    #expect(try texts(shuffled) == ["d", "a", "c", "a"])
    #expect(try texts(shuffled.slice(1..<3).select([1])) == ["c"])
    let (left, right) = data.split(at: 3)
    #expect(try texts(left) == ["a", "b", "c"])
    #expect(try texts(right) == ["d"])
    #expect(try texts(right.appending(left)) == ["d", "a", "b", "c"])
    #expect(throws: DataError.self) { try data.select([4]) }
    #expect(throws: DataError.self) { try data.row(-1) }
  }

  @Test func errorsOfChosenRowsStillNameTheirLine() throws {
    let path = folder.file("a.jsonl", "{\"prompt\": \"x\"}\n\n{\"prompt\": 7}\n")
    let data = try Dataset.open(path).select([1, 0])
    let error = #expect(throws: DataError.self) { try data.prompts() }
    #expect(
      error
        == DataError(
          file: path, line: 3, found: "the number 7 in `prompt`", wanted: "a string in `prompt`"))
  }

  // MARK: Saving

  static let saved: [Row] = [
    ["a": "x, \"y\"\r\nz", "b": 1, "c": 1.5], ["a": "", "c": nil],
    ["a": "é", "d": [1, ["k": nil]]],
  ]

  @Test(arguments: ["a.jsonl", "a.json", "a.jsonl.gz", "a.json.gz", "a.ndjson"])
  func whatIsSavedReadsBackEqual(name: String) throws {
    try Dataset(rows: Self.saved).save(to: folder.path(name))
    #expect(try Dataset.open(folder.path(name)).allRows() == Self.saved)
  }

  @Test func csvKeepsStringsAndLosesTypes() throws {
    try Dataset(rows: Self.saved).save(to: folder.path("a.csv"))
    #expect(
      try Dataset.open(folder.path("a.csv")).allRows() == [
        ["a": "x, \"y\"\r\nz", "b": "1", "c": "1.5", "d": ""],
        ["a": "", "b": "", "c": "", "d": ""],
        ["a": "é", "b": "", "c": "", "d": "[1, {\"k\": null}]"],
      ])
    try Dataset(texts: ["", "x", ""]).save(to: folder.path("b.csv"))
    #expect(try Dataset.open(folder.path("b.csv")).prompts() == ["", "x", ""])
  }

  @Test func aFailedSaveLeavesTheOldFileAndNothingBeside() throws {
    let path = folder.file("a.jsonl", "\"old\"\n")
    let bad = Dataset(rows: [["x": 1], ["x": [.double(.nan)]]])
    let error = #expect(throws: DataError.self) { try bad.save(to: path) }
    #expect(error?.found == "nan at .x[0] in row 1")
    #expect(try Dataset.open(path).prompts() == ["old"])
    #expect(try folder.names() == ["a.jsonl"])
    let below = #expect(throws: DataError.self) {
      try Dataset(texts: []).save(to: folder.path("no/a.jsonl"))
    }
    #expect(below?.found == "No such file or directory")
    #expect(throws: DataError.self) { try Dataset(texts: []).save(to: folder.path("a.xlsx")) }
    try Dataset(texts: ["new"]).save(to: path)
    #expect(try Dataset.open(path).prompts() == ["new"])
    #expect(try folder.names() == ["a.jsonl"])
  }

  private func bytes(of path: String) throws -> [UInt8] { try TemporaryFolder.bytes(of: path) }
}
