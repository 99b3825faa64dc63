import Foundation
import RLXTestSupport
import Testing

@testable import RLXData

@Suite struct LargeFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The rows and lines that a scan in segments of `segment` bytes finds, by an index.
  private func scanned(_ path: String, segment: Int) throws -> (
    rows: [Row], lines: [Int], columns: [String], broken: [Int]
  ) {
    let bytes = try StoredBytes.of(path)
    let found = try LineScan(bytes: bytes, segment: segment).run()
    let rows = IndexedRows(bytes, found.index)
    return (
      try (0..<rows.count).map { try rows.row($0) }, (0..<rows.count).map { rows.line($0) ?? 0 },
      found.columns.names, found.broken.map(\.line)
    )
  }

  @Test(arguments: [1, 2, 3, 7, 33, 64, 1023, 1 << 20])
  func aScanInSegmentsFindsWhatOneLookFinds(segment: Int) throws {
    var text = "\u{feff}"
    var wanted: [(Row, Int)] = []
    var numbers = SeededNumbers(seed: 5)
    for line in 1...300 {
      switch numbers.next() % 6 {
      case 0: text += "\n"
      case 1: text += "  \t\r\n"
      case 2:
        text += "\"words \(line)\"\r\n"
        wanted.append((["text": .string("words \(line)")], line))
      case 3:
        let long = String(repeating: "é", count: Int(numbers.next() % 200))
        text += "{\"long\": \"\(long)\", \"big\": 123456789012345678901234567890}\n"
        wanted.append(
          (["long": .string(long), "big": .double(123_456_789_012_345_678_901_234_567_890)], line))
      default:
        text +=
          "{\"i\": \(line), \"deep\": [1, {\"k\": [true, null, 2.5]}], \"s\": \"\\ud83d\\ude00\"}\n"
        wanted.append(
          (
            ["i": .int(line), "deep": [1, ["k": [true, nil, 2.5]]], "s": "\u{1F600}"], line
          ))
      }
    }
    let found = try scanned(folder.file("a.jsonl", text), segment: segment)
    #expect(found.rows == wanted.map(\.0))
    #expect(found.lines == wanted.map(\.1))
    #expect(Set(found.columns) == ["text", "long", "big", "i", "deep", "s"])
    #expect(found.broken == [])
  }

  @Test(arguments: [5, 64, 1 << 20])
  func brokenLinesAreFoundInOrderWithTheirNumbers(segment: Int) throws {
    let text = "{\"a\": 1}\n{\"a\": \n\n[1]\n\"ok\"\n\"\\ud800\"\n{\"a\": 2}\nnul"
    let path = folder.file("a.jsonl", text)
    let found = try scanned(path, segment: segment)
    #expect(found.broken == [2, 4, 6, 8])
    #expect(found.lines == [1, 5, 7])

    let error = #expect(throws: DataError.self) { try Dataset.open(path) }
    #expect(error?.line == 2)
    #expect(error?.remedy?.contains("4 broken lines (2, 4, 6, 8)") == true)
    let data = try Dataset.open(path, onError: .skip)
    #expect(data.skipped == [2, 4, 6, 8])
    #expect(try data.allRows() == [["a": 1], ["text": "ok"], ["a": 2]])
  }

  @Test func theIndexOfAFileBeyondFourGigabytesStaysExact() {
    var index = LineIndex()
    let places = [0, 7, 1 << 32, (1 << 32) + 5, (1 << 33) + 1, (1 << 40), (1 << 40) + 9]
    for (row, place) in places.enumerated() {
      if row == 2 || row == 5 { index.skip(row, before: row) }
      index.append(place)
    }
    #expect(places.indices.map { index.start(of: $0) } == places)
    #expect(places.indices.map { index.line(of: $0) } == [1, 2, 5, 6, 7, 13, 14])
  }

  /// 33 MB, which is more than is kept in memory.
  private func largeFile(_ name: String) throws -> (path: String, count: Int) {
    let line =
      "{\"prompt\": \"\(String(repeating: "x", count: 1000))\", \"chosen\": \"y\", \"rejected\": \"z\"}\n"
    let count = (33 << 20) / line.utf8.count + 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * line.utf8.count)
    for _ in 0..<count { bytes += line.utf8 }
    return (folder.file(name, bytes), count)
  }

  @Test func aLargeFileIsReadRowByRowAndItsViewsToo() throws {
    let (path, count) = try largeFile("big.jsonl")
    let data = try Dataset.open(path)
    #expect(data.isLazy)
    #expect(data.count == count)
    #expect(data.columns == ["prompt", "chosen", "rejected"])
    let (first, rest) = data.split(at: 10)
    #expect(try first.row(9)["chosen"] == "y")
    #expect(rest.count == count - 10)
    #expect(try rest.select([0, 5]).slice(1..<2).row(0)["rejected"] == "z")
    #expect(try data.digest() == SHA256.ofFile(path).digest)
    let digests = try [data, first, rest, data.select([1, 2]), data.select([2, 1])].map {
      try #require(try $0.digest())
    }
    #expect(Set(digests).count == digests.count)
    #expect(try data.take(10).digest() == first.digest())
  }

  @Test func aFileThatShrinksOrChangesIsAnErrorNotACrash() throws {
    let (path, count) = try largeFile("big.jsonl")
    let data = try Dataset.open(path)
    #expect(truncate(path, 4096) == 0)
    let error = #expect(throws: DataError.self) { try data.row(count - 1) }
    #expect(error?.found == "a file that has changed since it was opened")
    #expect(throws: DataError.self) { try data.row(0) }
  }

  @Test func aFileThatIsReplacedIsStillTheOneThatWasOpened() throws {
    let (path, count) = try largeFile("big.jsonl")
    let data = try Dataset.open(path)
    try Dataset(texts: ["new"]).save(to: path)
    #expect(try data.row(count - 1)["chosen"] == "y")
  }

  @Test func aLargePackedFileIsUnpackedToDisk() throws {
    var numbers = SeededNumbers(seed: 3)
    var bytes: [UInt8] = []
    var count = 0
    while bytes.count <= 33 << 20 {
      let words = (0..<60).map { _ in String(numbers.next(), radix: 36) }.joined(separator: " ")
      bytes += "{\"text\": \"\(words)\"}\n".utf8
      count += 1
    }
    let path = folder.path("big.jsonl.gz")
    try writeAtomically(try gzip(bytes, path: path), to: path)
    let data = try Dataset.open(path)
    #expect(data.isLazy)
    #expect(data.count == count)
    #expect(try data.digest() == SHA256.hash(bytes))
    #expect(try data.row(count - 1)["text"]?.stringValue?.isEmpty == false)
  }

  /// 270 MB of one byte, packed to a thousandth.
  @Test(arguments: ["bomb.jsonl.gz", "bomb.csv.gz", "bomb.txt.gz", "bomb.json.gz"])
  func aBombIsRefusedBeforeItFillsAnything(name: String) throws {
    let path = folder.path(name)
    try writeAtomically(
      try gzip([UInt8](repeating: 0x20, count: 270 << 20), path: path), to: path)
    let error = #expect(throws: DataError.self) { try Dataset.open(path) }
    #expect(error?.found.contains("that unpack to more than 200 times as many") == true)
    #expect(error?.remedy?.contains("gunzip") == true)
  }

  // MARK: Bad input

  @Test func pathsThatLeadNowhereSaySo() throws {
    // A path through a file, and links in a circle.
    let file = folder.file("plain", "x")
    let through = #expect(throws: DataError.self) { try Dataset.open(file + "/a.jsonl") }
    #expect(through?.found == "Not a directory")
    let (a, b) = (folder.path("a.jsonl"), folder.path("b.jsonl"))
    try FileManager.default.createSymbolicLink(atPath: a, withDestinationPath: b)
    try FileManager.default.createSymbolicLink(atPath: b, withDestinationPath: a)
    let circle = #expect(throws: DataError.self) { try Dataset.open(a) }
    #expect(circle?.found == "Too many levels of symbolic links")
    let long = #expect(throws: DataError.self) {
      try Dataset.open(folder.path(String(repeating: "x", count: 300) + ".jsonl"))
    }
    #expect(long?.found == "File name too long")
    #expect(throws: DataError.self) { try Dataset.open(folder.path("")) }
  }

  @Test func namesWithSpacesAndLettersOfAnyScriptAreNames() throws {
    let path = folder.file("мои данные – déjà vu 日本.jsonl", "{\"prompt\": \"x\"}\n")
    #expect(try Dataset.open(path).count == 1)
  }

  @Test(arguments: ["a.jsonl", "a.txt"])
  func anEmptyFileIsADatasetWithoutRows(name: String) throws {
    #expect(try Dataset.open(folder.file(name, "")).count == 0)
    #expect(try Dataset.open(folder.file(name, "\u{feff}\n\r\n")).count == 0)
  }

  @Test func aHeaderAloneKeepsItsColumns() throws {
    let data = try Dataset.open(folder.file("a.csv", "prompt,\u{feff}x\n"))
    #expect(data.columns == ["prompt", "\u{feff}x"])
    try data.save(to: folder.path("b.csv"))
    #expect(try Dataset.open(folder.path("b.csv")).columns == data.columns)
    #expect(throws: DataError.self) { try Dataset(rows: []).save(to: folder.path("c.csv")) }
  }

  @Test func aSecondByteOrderMarkIsNoneOfTheFiles() throws {
    let data = try Dataset.open(folder.file("a.jsonl", "\u{feff}\u{feff}\"a\"\n"))
    #expect(try data.allRows() == [["text": "a"]])
  }

  @Test func emptyFilesOfOtherFormatsSayWhatIsMissing() throws {
    for name in ["a.json", "a.csv", "a.jsonl.gz"] {
      #expect(throws: DataError.self) { try Dataset.open(folder.file(name, "")) }
    }
  }

  @Test func aNULByteIsDataInStringsOnlyAsAnEscape() throws {
    #expect(
      try Dataset.open(folder.file("a.jsonl", "\"a\\u0000b\"")).row(0)["text"] == "a\0b")
    let raw = #expect(throws: DataError.self) {
      try Dataset.open(folder.file("b.jsonl", Array("\"a\0b\"\n".utf8)))
    }
    #expect(raw?.line == 1)
    #expect(try Dataset.open(folder.file("c.csv", Array("t\na\0b\n".utf8))).row(0)["t"] == "a\0b")
  }

  @Test func aLineOfAHundredMegabytesIsARow() throws {
    var bytes = Array("{\"text\": \"".utf8)
    bytes += [UInt8](repeating: 0x61, count: 100 << 20)
    bytes += Array("\"}\n{\"text\": \"b\"}\n".utf8)
    let data = try Dataset.open(folder.file("a.jsonl", bytes))
    #expect(data.count == 2)
    #expect(try data.row(0)["text"]?.stringValue?.utf8.count == 100 << 20)
    #expect(try data.row(1)["text"] == "b")
  }

  @Test func valuesNestedDeepAreRefusedWithTheirLine() throws {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let error = #expect(throws: DataError.self) {
      try Dataset.open(folder.file("a.jsonl", "{\"a\": 1}\n{\"a\": \(deep)}\n"))
    }
    #expect(error?.line == 2)
    #expect(error?.found == "a value 1025 levels deep")
  }

  @Test func aParquetFileSaysHowToConvertIt() throws {
    let error = #expect(throws: DataError.self) {
      try Dataset.open(folder.file("train.parquet", "PAR1"))
    }
    #expect(error?.remedy?.contains("pandas.read_parquet(\"train.parquet\")") == true)
    #expect(
      error?.remedy?.contains("to_json(\"train.jsonl\", orient=\"records\", lines=True)") == true)
  }

  @Test func brokenRecordsOfCSVAndElementsOfJSONCanBeLeftOut() throws {
    let csv = folder.file("a.csv", "a,b\n1,2\n1,2,3\n\"x\ny\",z\n\"q\"r,1\n\n7,8\n\"open,1\n5,6\n")
    let data = try Dataset.open(csv, onError: .skip)
    #expect(data.skipped == [3, 6, 9])
    #expect(try data.allRows().map { $0["a"]?.stringValue } == ["1", "x\ny", "7", "5"])
    let json = folder.file("a.json", "[{\"a\": 1}, 7, \"t\", [2]]")
    #expect(try Dataset.open(json, onError: .skip).skipped == [2, 4])
  }
}
