import Glibc
import RLXSession
import Testing

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한국", 4), ("ｱ", 1), ("Ａ", 2),
    ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("☃", 1), ("\u{200b}a", 1), ("नि", 2),
    ("\u{1112}\u{1161}\u{11ab}", 2), ("─⠿█", 3),
  ])
  func countsTheColumnsOfATerminal(text: String, columns: Int) {
    #expect(TextWidth.of(text) == columns)
  }

  /// The C library's table (Unicode 14) is the oracle; scalars it does not know are left out, and
  /// so are places assigned or changed since, and unassigned ones inside wide blocks.
  @Test func agreesWithTheCLibrary() throws {
    // Glibc's header hides wcwidth from Swift.
    let symbol = try #require(dlsym(nil, "wcwidth"))
    let wcwidth = unsafeBitCast(symbol, to: (@convention(c) (wchar_t) -> Int32).self)
    let locale = try #require(newlocale(LC_CTYPE_MASK, "C.UTF-8", nil))
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    var different: [UInt32] = []
    var compared = 0
    for value in UInt32(0x20)...0x3ffff {
      guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned
      else { continue }
      let theirs = Int(wcwidth(wchar_t(bitPattern: value)))
      guard theirs >= 0 else { continue }
      compared += 1
      if TextWidth.of(scalar) != theirs { different.append(value) }
    }
    #expect(compared > 150_000)
    // Soft hyphen, marks that some tables give a column, and the hexagrams made wide in Unicode 16.
    let known = different.filter { !(0x4dc0...0x4dff).contains($0) }
    #expect(known.count < 150, "\(known.map { String($0, radix: 16) })")
  }

  @Test func cutsByColumns() {
    #expect(TextWidth.truncated("abcdef", to: 6) == "abcdef")
    #expect(TextWidth.truncated("abcdef", to: 5) == "abcd…")
    #expect(TextWidth.truncated("日本語", to: 5) == "日本…")
    #expect(TextWidth.truncated("日本語", to: 4) == "日…")
    #expect(TextWidth.truncated("abcdef", to: 5, ellipsis: "...") == "ab...")
    #expect(TextWidth.truncated("abc", to: 0) == "")
    #expect(TextWidth.padded("日", to: 4, .right) == "  日")
    #expect(TextWidth.padded("日", to: 1) == "日")
  }

  @Test func writesWhatActsOnATerminalAsEscapes() {
    #expect(TextWidth.visible("a\tb\n\u{1b}[31mred\u{7f}") == "a\\tb\\n\\u{1b}[31mred\\u{7f}")
    #expect(TextWidth.visible("\u{202e}evil") == "\\u{202e}evil")
    #expect(TextWidth.visible("plain é 日") == "plain é 日")
  }
}

@Suite struct WrapTests {
  @Test func breaksAtSpaces() {
    #expect(Wrap.lines("the quick brown fox", columns: 10) == ["the quick", "brown fox"])
    #expect(Wrap.lines("the quick brown fox", columns: 9) == ["the quick", "brown fox"])
    #expect(Wrap.lines("", columns: 9) == [""])
    #expect(Wrap.lines(" a b", columns: 9) == [" a b"])
    #expect(Wrap.lines("a\n\nb", columns: 9) == ["a", "", "b"])
  }

  @Test func cutsWordsLongerThanTheLine() {
    #expect(Wrap.lines("abcdefghij kl", columns: 4) == ["abcd", "efgh", "ij", "kl"])
    #expect(Wrap.lines("日本語", columns: 4) == ["日本", "語"])
  }

  @Test func indents() {
    #expect(Wrap.indented("aa bb", by: 2, columns: 5) == ["  aa", "  bb"])
  }
}

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, 2, "0.00"), (-0.0, 2, "0.00"), (-0.001, 2, "0.00"), (1.005, 2, "1.00"),
    (2.675, 2, "2.67"), (0.125, 2, "0.12"), (0.375, 2, "0.38"), (-2.5, 0, "-2"), (3.5, 0, "4"),
    (0.532, 3, "0.532"), (12.0, 3, "12.000"), (0.06, 1, "0.1"), (999.9996, 3, "1000.000"),
    (1e20, 2, "1e+20"), (.nan, 2, "nan"), (-.infinity, 2, "-inf"),
  ])
  func writesFixedDigits(x: Double, digits: Int, text: String) {
    #expect(NumberText.fixed(x, digits: digits) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.69314718, "0.6931"), (12.3456, "12.35"), (123456.7, "123457"), (0.5, "0.5"),
    (1.23456e-5, "1.235e-05"), (9.9996, "10"), (0.00012, "0.00012"), (1e12, "1e+12"),
    (-1234567, "-1234567"), (.leastNonzeroMagnitude, "5e-324"),
    (1.7976931348623157e308, "1.798e+308"),
    (0.99999, "1"),
  ])
  func writesSignificantDigits(x: Double, text: String) {
    #expect(NumberText.significant(x) == text)
  }

  /// Against the C library's printf, which rounds exact values as IEEE asks.
  @Test func agreesWithTheCLibraryOnFixedDigits() {
    var state: UInt64 = 7
    for _ in 0..<3000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let digits = Int(state >> 60) % 7
      let x = Double(Int64(bitPattern: state) >> 24) / pow(10, Double(digits + 1))
      var buffer = [CChar](repeating: 0, count: 64)
      _ = withVaList([x]) { vsnprintf(&buffer, buffer.count, "%.\(digits)f", $0) }
      let theirs = String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let ours = NumberText.fixed(x, digits: digits)
      #expect(ours == theirs || Double(theirs) == 0, "\(x) with \(digits)")
    }
  }

  @Test func writesAColumnInOneForm() {
    #expect(NumberText.column([1, 2, 300]) == ["1", "2", "300"])
    #expect(NumberText.column([0.5, 0.25]) == ["0.5000", "0.2500"])
    #expect(NumberText.column([12.5, 0.25, .nan]) == ["12.50", "0.25", "nan"])
    #expect(NumberText.column([0.5, 1e-7]) == ["0.5000", "1e-07"])
    #expect(NumberText.column([]) == [])
  }

  @Test func groupsThousands() {
    #expect(NumberText.grouped(1156) == "1,156")
    #expect(NumberText.grouped(-1_234_567) == "-1,234,567")
    #expect(NumberText.grouped(999) == "999")
    #expect(NumberText.count(1, "row") == "1 row")
    #expect(NumberText.count(2, "entry", "entries") == "2 entries")
  }
}
