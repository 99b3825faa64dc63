import RLXData
import Testing

@Suite struct JSONTests {
  @Test func readsEveryKindOfValueInOrder() throws {
    let value = try JSON.parse(
      #" {"z": [1, -2.5, 1e3, true, false, null], "a": {"é": "x\n\u00e9\ud83d\ude00"}, "": {}} "#)
    #expect(
      value == [
        "z": [1, -2.5, 1000.0, true, false, nil], "a": ["é": "x\né😀"], "": [:],
      ])
    #expect(value.objectValue?.keys == ["z", "a", ""])
  }

  @Test(
    arguments: [
      ("9223372036854775807", JSON.int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .double(9223372036854775808)),
      ("-9223372036854775809", .double(-9223372036854775808)),
      ("123456789012345678901234567890", .double(123456789012345678901234567890)),
      (
        "[123456789012345678901234567890,\"12345678901234567890123\"]",
        [.double(123456789012345678901234567890), "12345678901234567890123"]
      ),
      (
        "[99999999999999999999, 9223372036854775807, -1234567890123456789, 2e-12345678901234567890]",
        [.double(1e20), .int(.max), -1_234_567_890_123_456_789, 0.0]
      ),
      ("0.12345678901234567890123456789", .double(0.12345678901234567890123456789)),
      ("0", .int(0)), ("1.0", .double(1)), ("5e-324", .double(5e-324)),
      ("1.7976931348623157e308", .double(1.7976931348623157e308)),
    ] as [(String, JSON)])
  func readsNumbers(text: String, wanted: JSON) throws {
    #expect(try JSON.parse(text) == wanted)
  }

  @Test func ofEqualKeysTheLastValueStandsAtThePlaceOfTheFirst() throws {
    let value = try JSON.parse(#"{"a": 1, "b": 2, "a": 3}"#)
    #expect(value == ["a": 3, "b": 2])
  }

  @Test func keysAreComparedByBytesNotByCanonicalEquivalence() throws {
    let composed = "\u{e9}", decomposed = "e\u{301}"
    let value = try JSON.parse("{\"\(composed)\": 1, \"\(decomposed)\": 2}")
    #expect(value.objectValue?.count == 2)
    #expect(value[composed] == 1)
    #expect(value[decomposed] == 2)
    #expect(JSON.string(composed) != JSON.string(decomposed))
  }

  @Test func largeObjectsFindTheirKeys() throws {
    let entries = (0..<5000).map { "\"key\($0)\": \($0)" }.joined(separator: ",")
    let value = try JSON.parse("{\(entries), \"key7\": -7}")
    #expect(value.objectValue?.count == 5000)
    #expect(value["key4999"] == 4999)
    #expect(value["key7"] == -7)
    #expect(value["key5000"] == nil)
    var object = try #require(value.objectValue)
    object["key0"] = nil
    #expect(object["key4999"] == 4999)
    #expect(object.count == 4999)
  }

  @Test(
    arguments: [
      ("", 1, 1, "a value", "the end of the text"),
      ("{\"a\": 1,\n \"b\" 2}", 2, 6, ": after the key", "`2`"),
      ("[1, 2", 1, 6, ", or ]", "the end of the text"),
      ("[1 2]", 1, 4, ", or ]", "`2`"),
      ("{\"a\": tru}", 1, 7, "a value", "`tru`"),
      ("{'a': 1}", 1, 2, "a key in double quotes or }", "`'`"),
      ("[1,]", 1, 4, "a value", "`]`"),
      ("[01]", 1, 2, "a number without leading zeros", "a number that begins with 0"),
      ("[1.]", 1, 4, "a digit after the point", "`]`"),
      ("[1e400]", 1, 2, "a number that fits a double", "the number 1e400"),
      ("\"ab", 1, 1, "a closing \"", "the end of the text in a string"),
      ("\"a\\x\"", 1, 3, #"one of \" \\ \/ \b \f \n \r \t \u"#, "\\ before `x`"),
      ("\n[\"\\ud800\"]", 2, 3, "surrogates in pairs", "the lone surrogate \\ud800"),
      ("[\"\\udc00 \"]", 1, 3, "surrogates in pairs", "the lone surrogate \\udc00"),
      ("[\"\\ud800\\u0041\"]", 1, 3, "surrogates in pairs", "the lone surrogate \\ud800"),
      ("{\"\\udfff\": 1}", 1, 3, "surrogates in pairs", "the lone surrogate \\udfff"),
      ("1 2", 1, 3, "the end of the text", "`2`"),
      ("[1, NaN]", 1, 5, "a value", "`NaN`"),
      ("\"a\nb\"", 1, 3, "control characters escaped (\\n, \\t)", "byte 0xa in a string"),
    ] as [(String, Int, Int, String, String)])
  func errorsNameLineAndByte(text: String, line: Int, column: Int, wanted: String, found: String) {
    #expect(
      throws: DataError(file: "f.json", line: line, column: column, found: found, wanted: wanted)
    ) { try JSON.parse(text, file: "f.json") }
  }

  @Test(
    arguments: [
      ([0xFF], 1), ([0x22, 0xC3, 0x28, 0x22], 2), ([0x22, 0xED, 0xA0, 0x80, 0x22], 2),
      ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 2), ([0x22, 0xC0, 0x80, 0x22], 2),
    ] as [([UInt8], Int)])
  func invalidUTF8IsAnErrorAtItsByte(bytes: [UInt8], column: Int) throws {
    let error = #expect(throws: DataError.self) { try JSON.parse(bytes) }
    #expect(error?.column == column)
    #expect(error?.found.hasPrefix("byte 0x") == true)
  }

  @Test func aByteOrderMarkIsSkipped() throws {
    #expect(try JSON.parse([0xEF, 0xBB, 0xBF] + Array("[1]".utf8)) == [1])
  }

  @Test func depthEndsAt1024Levels() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSON.parse(nested(1024)) }
    let error = #expect(throws: DataError.self) { try JSON.parse(nested(1025)) }
    #expect(error?.wanted == "at most 1024 levels")
    #expect(throws: DataError.self) { try JSON.parse(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: DataError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test func everyPrefixOfATextIsRefusedWithAPlace() throws {
    let text = Array(
      #"{"a": [1.5e3, -0.25, true, null], "b\u00e9\ud83d\ude00": "é", "c": {}}"#.utf8)
    #expect(throws: Never.self) { try JSON.parse(text) }
    for count in 0..<text.count {
      let error = #expect(throws: DataError.self) { try JSON.parse(Array(text[..<count])) }
      #expect(error?.line == 1)
      #expect(error?.found != "something else")
    }
  }

  @Test func everySingleChangedByteIsReadOrRefusedWithAPlace() throws {
    let text = Array(#"{"a": [1.5e3, tr"é", {"k": "\ud83d\ude00\n"}], "b": -0}"#.utf8)
    for place in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[place] = byte
        do {
          _ = try JSON.parse(changed)
        } catch {
          #expect(error.found != "something else", "byte \(byte) at \(place)")
        }
      }
    }
  }

  @Test func writesOneLineThatReadsBackEqual() throws {
    let value: JSON = [
      "t": "quote \" slash \\ \u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f} é 😀 \u{2028}", "i": .int(.min),
      "d": [0.1, 1.0, -0.0, 1e-7, 1e16, 5e-324, 1.7976931348623157e308], "n": nil, "e": [[:], []],
    ]
    let text = try value.serialized()
    #expect(!text.contains("\n"))
    #expect(try JSON.parse(text) == value)
    #expect(try JSON.parse(text)["d"]?[2]?.doubleValue?.sign == .minus)
    let small: JSON = ["a": [1, 1.0, "x"], "b": nil]
    #expect(try small.serialized() == #"{"a": [1, 1.0, "x"], "b": null}"#)
  }

  @Test func nanAndInfinityCannotBeWritten() {
    let value: JSON = ["r": [1, .double(.infinity)]]
    let error = #expect(throws: NotFiniteError.self) { try value.serialized() }
    #expect(error?.path == ".r[1]")
    #expect(throws: NotFiniteError.self) { try JSON.double(.nan).serialized() }
  }
}
