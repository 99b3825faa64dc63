/// A keyword, operator or mark of the language, for help.
struct LanguageWord {
  /// How it is written; spellings that share a page stand together.
  let spellings: [String]
  let kind: HelpSubject.Kind
  let doc: String
  /// Lines of rlx, as in the tables of functions.
  let example: String

  static let table = keywords + operators + marks

  var subject: HelpSubject {
    HelpSubject(kind, spellings[0], aliases: Array(spellings.dropFirst()), line: doc) {
      "\(spellings.joined(separator: "  "))\n  \(doc)" + HelpText.example(example)
        + "\n\nSee also  :help language"
    }
  }

  private static func keyword(_ spellings: String..., doc: String, _ example: String)
    -> LanguageWord
  {
    LanguageWord(spellings: spellings, kind: .keyword, doc: doc, example: example)
  }

  private static func symbol(_ spellings: String..., doc: String, _ example: String)
    -> LanguageWord
  {
    LanguageWord(spellings: spellings, kind: .operator, doc: doc, example: example)
  }

  private static let keywords = [
    keyword(
      "if", "else", "then",
      doc:
        "Chooses: `if c { … } else { … }` between statements, `if c then a else b` between values.",
      "if 2 > 1 then \"big\" else \"small\"  #> \"big\""),
    keyword(
      "for",
      doc: "Goes through a list, range, string, map's keys or dataset; `for i, x in enumerate(…)` "
        + "takes two names.",
      "total = 0\nfor x in [1, 2, 3] { total += x }\ntotal  #> 6"),
    keyword(
      "while", doc: "Repeats as long as the condition is true.",
      "n = 1\nwhile n < 100 { n *= 2 }\nn  #> 128"),
    keyword(
      "break", "continue", doc: "Ends the innermost loop; or goes on with its next turn.",
      "for x in 0..10 { if x % 2 == 0 { continue }; if x > 3 { break }; print(x) }\n#> 1\n#> 3"),
    keyword(
      "fn",
      doc: "Makes a function: `fn name(x, y = 1) { … }`, `fn(x) => x + 1`. `##` lines above "
        + "it document it; outer names can be read, not assigned.",
      "fn twice(x) => 2 * x\n[1, 2].map(twice)  #> [2, 4]"),
    keyword(
      "return", doc: "Ends a function, with a value or nil.",
      "fn sign(x) { if x < 0 { return -1 }; return 1 }\nsign(-3)  #> -1"),
    keyword(
      "use", "as",
      doc: "Runs another file once and takes its names over; `as m` puts them behind a dot.",
      "use \"other.rlx\" as other\nother.twice(21)  #> 42"),
    keyword(
      "try", "catch",
      doc:
        "Goes on after an error: `try { … } catch e { … }`, or `try x else y` for a value. Limits, "
        + "Ctrl-C and differences of a replay pass through.",
      "try [1, 2][5] else \"outside\"  #> \"outside\""),
    keyword(
      "fail",
      doc: "Ends with an error of one's own: a message, or data for the one who catches it.",
      "try { fail \"no tea\" } catch e { print(e.message) }  #> no tea"),
    keyword(
      "assert", doc: "Fails unless the condition is true, with the message behind the comma.",
      "assert 1 + 1 == 2, \"arithmetic\""),
    keyword("true", "false", doc: "The two bools.", "1 < 2  #> true"),
    keyword("nil", doc: "No value; `??` replaces it.", "nil ?? \"nothing\"  #> \"nothing\""),
  ]

  private static let operators = [
    symbol(
      "|>", doc: "Calls what is right with what is left as the first argument.",
      "[3, 1, 2] |> sum  #> 6"),
    symbol(
      "or", "and", "not", doc: "Of bools; nil counts as false; the right side runs only if needed.",
      "1 < 2 and not (3 < 2)  #> true"),
    symbol(
      "==", "!=",
      doc: "By content for data, whatever the order of a map's keys; by identity for "
        + "objects. Tensors give one bool: .eq compares elements.",
      "{a: 1, b: 2} == {b: 2, a: 1}  #> true"),
    symbol(
      "<", "<=", ">", ">=", doc: "Of numbers, or of strings by their scalars. They do not chain.",
      "\"apple\" < \"pear\"  #> true"),
    symbol(
      "in", "not in", doc: "Whether a list has an element, a map a key, a string a part.",
      "\"pot\" in \"teapot\"  #> true"),
    symbol(
      "??", doc: "What is left, or what is right if that is nil.", "{a: 1}.get(\"b\") ?? 0  #> 0"),
    symbol(
      "..", "..=",
      doc: "A range: up to the end, which is left out, or through it. In [ ] either end "
        + "may be open and negative ones count from the end.",
      "[10, 20, 30][..-1]  #> [10, 20]"),
    symbol(
      "+", doc: "Adds numbers and tensors; joins strings and lists.",
      "\"tea\" + \"pot\"  #> \"teapot\""),
    symbol("-", doc: "Subtracts, or negates; `-2 ** 2` is -4.", "5 - 7  #> -2"),
    symbol("*", doc: "Multiplies; tensors element by element.", "6 * 7  #> 42"),
    symbol("/", doc: "Divides; always a float.", "7 / 2  #> 3.5"),
    symbol("//", doc: "Divides and rounds down.", "-7 // 2  #> -4"),
    symbol("%", doc: "What `//` leaves; has the sign of the right side.", "-7 % 3  #> 2"),
    symbol(
      "@", doc: "The product of matrices.",
      "(tensor([[1, 2], [3, 4]]) @ tensor([1, 1])).list()  #> [3.0, 7.0]"),
    symbol("**", doc: "To the power of; binds to the right.", "2 ** 10  #> 1024"),
    symbol(
      "=", "+=", "-=", "*=", "/=",
      doc: "Assigns to a name, an element or a key; `a, b = b, a` to several at once.",
      "xs = [1, 2]\nxs += [3]\nxs  #> [1, 2, 3]"),
  ]

  private static let marks = [
    symbol(
      "=>", doc: "Before the one value that is a function's body.",
      "square = fn(x) => x * x\nsquare(7)  #> 49"),
    symbol(
      "...", doc: "In [ ] of a tensor: all axes not named.",
      "tensor([[1, 2], [3, 4]])[..., 0].list()  #> [1.0, 3.0]"),
    symbol(
      "[]", "[", doc: "A list; behind a value, an element, a slice or a key.", "[1, 2, 3][-1]  #> 3"
    ),
    symbol(
      "{}", "{", doc: "A map where a value is expected, a block behind one.",
      "{a: 1, b: 2}[\"b\"]  #> 2"),
    symbol(
      "\\(", "\"",
      doc: "Within a string: the value of an expression, with a format behind a comma.",
      "\"\\(2 / 3, \".2f\") of \\(\"a\" + \" cake\")\"  #> \"0.67 of a cake\""),
    symbol(
      ";", doc: "Between statements on a line; at the end of one, its value is not shown.",
      "a = 1; b = 2\na + b;\na + b  #> 3"),
    symbol(
      "#", "##", doc: "A comment to the end of the line; `##` above a fn documents it.",
      "## Adds one.\nfn more(x) => x + 1\nmore.doc  #> \"Adds one.\""),
    symbol(
      "_", doc: "The last value shown; as a target it discards.",
      "2 + 3  #> 5\n_ * 10  #> 50"),
  ]
}
