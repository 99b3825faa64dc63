import RLXSession
import Testing

/// What the completion engine offers for names, members, arguments and keys.
@Suite struct CompletionTests {
  // MARK: Names

  @Test func aNameOfTheSessionIsCompleted() async throws {
    let bench = try await CompletionBench("learning = 1", "letters = \"abc\"")
    #expect(await bench.tab("x = learn▮") == "x = learning▮")
    #expect(await bench.texts("le▮").prefix(3) == ["learning", "letters", "len"])
    #expect(await bench.item("letters", in: "le▮")?.detail == "string")
  }

  @Test func whatAllBeginWithIsFilledIn() async throws {
    let bench = try await CompletionBench("prompt_one = 1", "prompt_two = 2")
    #expect(await bench.tab("promp▮") == "prompt_▮")
    #expect(await bench.tab("prompt_▮") == "prompt_▮")
    #expect(await bench.texts("prompt_▮") == ["prompt_one", "prompt_two"])
  }

  @Test func aFunctionGetsItsParenthesis() async throws {
    let bench = try await CompletionBench("fn nothing() { return 1 }", "fn double(n) => n * 2")
    #expect(await bench.tab("enumer▮") == "enumerate(▮")
    #expect(await bench.tab("enumer▮(x)") == "enumerate▮(x)")
    #expect(await bench.tab("nothi▮") == "nothing()▮")
    #expect(await bench.tab("doubl▮") == "double(▮")
    #expect(await bench.item("double", in: "doubl▮")?.detail == "double(n)")
  }

  @Test func caseCountsOnlyWhereSomethingBeginsAsTyped() async throws {
    let bench = try await CompletionBench("dataset = 1")
    #expect(await bench.tab("datas▮") == "dataset▮")
    #expect(await bench.tab("Datas▮") == "Dataset(▮")
    #expect(await bench.tab("DATASE▮") == "DATASE▮", "two fit but for case")
    #expect(await bench.texts("datas▮") == ["dataset", "Dataset"])
  }

  @Test func whatIsNearlySoComesOnlyWhereNothingElseFits() async throws {
    let bench = try await CompletionBench("learning_rate = 1", "later = 2")
    #expect(await bench.tab("lrn_rt▮") == "learning_rate▮")
    #expect(await bench.tab("learnign_rate▮") == "learning_rate▮")
    #expect(!(await bench.texts("le▮").contains("later")))
    #expect(await bench.texts("zqx▮") == [])
  }

  @Test func keywordsComeWhereTheyCanStand() async throws {
    let bench = try await CompletionBench()
    #expect(await bench.tab("whil▮") == "while ▮")
    #expect(await bench.texts("x = whil▮") == [])
    #expect(await bench.tab("x = n▮").isEmpty == false)
    #expect(await bench.tab("x an▮") == "x and ▮")
    #expect(await bench.texts("x le▮") == [])
    #expect(await bench.tab("if x th▮") == "if x then ▮")
  }

  @Test func nothingIsOfferedWhereANewNameOrNoNameStands() async throws {
    let bench = try await CompletionBench()
    for text in [
      "fn le▮", "for le▮", "fn f(le▮", "# le▮", "12▮", "1.▮", "\"le▮", "try {} catch le▮",
    ] {
      #expect(await bench.texts(text) == [], "\(text)")
    }
  }

  @Test func localNamesAreKnown() async throws {
    let bench = try await CompletionBench()
    #expect(
      await bench.tab("fn f(width, height) {\n  return widt▮")
        == "fn f(width, height) {\n  return width▮")
    #expect(await bench.tab("fn f(width) => widt▮") == "fn f(width) => width▮")
    #expect(await bench.texts("fn f(width) => 1\nwidt▮") == [])
    #expect(await bench.texts("g = fn(width) { return 1 }\nwidt▮") == [])
    #expect(await bench.tab("for window in 0..3 { windo▮") == "for window in 0..3 { window▮")
    #expect(await bench.tab("total_sum = 1\nprint(total_▮") == "total_sum = 1\nprint(total_sum▮")
    #expect(await bench.tab("[1].map(fn(number) => numb▮)") == "[1].map(fn(number) => number▮)")
  }

  @Test func brokenTextBeforeTheCursorDoesNotHinder() async throws {
    let bench = try await CompletionBench("learning = 1")
    for text in [
      "x = = (\nlearn▮", "f(1, [2, {a: lear▮", "\"\\(lear▮", "\"a \\(f(\"b\", lear▮", "§ % lear▮",
      ")]} lear▮",
      "'open\nlear▮", "fn (((lear▮", "f(a b c, lear▮",
    ] {
      #expect(await bench.texts(text).contains("learning") || text.contains("((("), "\(text)")
    }
  }

  // MARK: Members

  @Test func membersComeFromTheTables() async throws {
    let bench = try await CompletionBench("t = tensor([1, 2])", "words = [\"a\"]")
    #expect(await bench.tab("t.softm▮") == "t.softmax(▮")
    #expect(await bench.tab("words.rever▮") == "words.reverse()▮")
    #expect(await bench.tab("words.uni▮") == "words.unique()▮")
    #expect(await bench.texts("words.le▮") == ["len"])
    #expect(await bench.tab("\"abc\".upp▮") == "\"abc\".upper()▮")
  }

  @Test func theTypeOfAChainIsKnownWithoutRunningIt() async throws {
    let bench = try await CompletionBench("words = \"a b\"")
    #expect(await bench.tab("words.split(\" \")[0].upp▮") == "words.split(\" \")[0].upper()▮")
    #expect(await bench.tab("Model(\"x\").tokenizer.enco▮") == "Model(\"x\").tokenizer.encode(▮")
    #expect(await bench.tab("(tensor([1]) * 2).softm▮") == "(tensor([1]) * 2).softmax(▮")
    #expect(await bench.tab("p = Model(\"x\")\np.genera▮") == "p = Model(\"x\")\np.generate(▮")
    #expect(await bench.tab("PPO(1).log[-1].▮") == "PPO(1).log[-1].▮")
    #expect(
      await bench.tab("Model(\"x\").generate(\"a\")[0].finis▮")
        == "Model(\"x\").generate(\"a\")[0].finish▮")
    #expect(await bench.tab("\"a\" |> words.split(\" \").fir▮").hasSuffix(".first()▮"))
  }

  @Test func keysOfMapsFollowADotOrABracket() async throws {
    let bench = try await CompletionBench("m = {alpha: 1, \"two words\": {inner: [1]}}")
    #expect(await bench.tab("m.alp▮") == "m.alpha▮")
    #expect(!(await bench.texts("m.t▮").contains("two words")))
    #expect(await bench.tab("m[\"two▮") == "m[\"two words\"]▮")
    #expect(await bench.tab("m['two▮']") == "m['two words▮']")
    #expect(await bench.tab("m[\"two▮]") == "m[\"two words\"▮]")
    #expect(await bench.tab("m[▮").hasPrefix("m["))
    #expect(await bench.texts("m[▮") == ["\"alpha\"", "\"two words\""])
    #expect(await bench.tab("m[\"two words\"].inn▮") == "m[\"two words\"].inner▮")
    #expect(await bench.tab("m.get(\"alp▮") == "m.get(\"alpha\"▮")
  }

  @Test func columnsAreOfferedWithoutReadingRows() async throws {
    let bench = try await CompletionBench("data = Dataset([{prompt: \"a\", answer: \"b\"}])")
    #expect(await bench.tab("data[0].ans▮") == "data[0].answer▮")
    #expect(await bench.tab("data[\"pro▮") == "data[\"prompt\"]▮")
    #expect(await bench.tab("data.map(fn(row) => row.ans▮)") == "data.map(fn(row) => row.answer▮)")
    #expect(
      await bench.tab("data.shuffle().filter(fn(row) => row[\"ans▮")
        == "data.shuffle().filter(fn(row) => row[\"answer\"]▮")
    #expect(await bench.tab("for row in data { row.pro▮") == "for row in data { row.prompt▮")
    #expect(await bench.tab("data.split(0.5)[0][0].ans▮") == "data.split(0.5)[0][0].answer▮")
    #expect(
      await bench.tab("a, b = data.split(0.5)\nb[0].ans▮")
        == "a, b = data.split(0.5)\nb[0].answer▮")
  }

  @Test func theNamesOfALogAreOfferedWithWhatTheyMean() async throws {
    let bench = try await CompletionBench(
      "sft = SFT(Model(\"\(SmallModel.folder)\"))",
      "sft.run([{prompt: \"a\", completion: \"b\"}], steps: 1);")
    #expect(await bench.tab("sft.log[\"grad▮") == "sft.log[\"grad_norm\"]▮")
    #expect(await bench.item("loss", in: "sft.log[\"lo▮")?.doc.contains("loss") == true)
    #expect(await bench.tab("plot(sft.log, \"grad▮") == "plot(sft.log, \"grad_norm\"▮")
    #expect(await bench.tab("sft.log |> plot(\"grad▮") == "sft.log |> plot(\"grad_norm\"▮")
    #expect(await bench.tab("sft.settings.learn▮") == "sft.settings.learning_rate▮")
    #expect(await bench.tab("sft.log[-1].grad▮") == "sft.log[-1].grad_norm▮")
  }

  @Test func errorsAndTypesHaveTheirMembers() async throws {
    let bench = try await CompletionBench()
    #expect(await bench.tab("try {} catch e { e.mess▮") == "try {} catch e { e.message▮")
    #expect(await bench.texts("unknown_thing.▮") == [])
  }

  // MARK: Arguments

  @Test func keywordsOfACallComeWithTypeAndDefault() async throws {
    let bench = try await CompletionBench("policy = 1")
    #expect(await bench.tab("PPO(policy, kl_coe▮") == "PPO(policy, kl_coef: ▮")
    let item = await bench.item("kl_coef", in: "PPO(policy, kl_c▮")
    #expect(item?.detail.isEmpty == false && item?.doc.contains("a number ≥ 0") == true)
    #expect(await bench.texts("PPO(policy, kl_coef: 1, kl_coe▮") == [])
    #expect(await bench.texts("PPO(policy, ▮").contains("learning_rate"))
    #expect(!(await bench.texts("PPO(policy, ▮").contains("policy")))
    #expect(await bench.tab("[3].sort(desc▮") == "[3].sort(descending: ▮")
    #expect(await bench.tab("[3] |> plot(titl▮") == "[3] |> plot(title: ▮")
    #expect(
      await bench.tab("print(f(PPO(policy,\n  kl_coe▮") == "print(f(PPO(policy,\n  kl_coef: ▮")
  }

  @Test func argumentsOfTheSessionsOwnFunctionsAreKnown() async throws {
    let bench = try await CompletionBench("fn scale(value, factor = 2) => value * factor")
    #expect(await bench.tab("scale(1, fact▮") == "scale(1, factor: ▮")
    #expect(await bench.item("factor", in: "scale(1, fact▮")?.detail == "2")
    #expect(await bench.tab("fn h(wide = 3) => 1\nh(wid▮") == "fn h(wide = 3) => 1\nh(wide: ▮")
  }

  @Test func valuesOfAChoiceAreOffered() async throws {
    let bench = try await CompletionBench()
    #expect(await bench.tab("DPO(1, loss_type: \"sig▮").hasPrefix("DPO(1, loss_type: \"sigmoid"))
    #expect(await bench.texts("DPO(1, loss_type: ▮").contains("\"sigmoid\""))
    #expect(await bench.tab("PPO(1, profile: \"trl▮\")") == "PPO(1, profile: \"trl011▮\")")
    #expect(await bench.texts("[1].sort(descending: ▮") == ["true", "false"])
  }

  @Test func objectsOfTheTypeWantedAreOffered() async throws {
    let bench = try await CompletionBench(
      "policy = Model(\"\(SmallModel.folder)\")", "number = 3")
    #expect(await bench.texts("PPO(▮").first == "policy")
    #expect(!(await bench.texts("PPO(▮").contains("number")))
    #expect(await bench.texts("PPO(policy, reference: ▮") == ["policy", "nil"])
  }

  // MARK: Nothing is evaluated

  @Test func completionLeavesNoTrace() async throws {
    let console = TestConsole()
    let session = try Session(options: SessionOptions(), console: console)
    _ = await session.run("x = [1]\nfn loud() { print(\"called\") }")
    let before = await session.statementCount
    for text in [
      "loud().", "loud()[0].", "fail \"x\".", "x.map(fn(y) => loud().",
      "write(\"/nowhere/no\", \"\").",
    ] {
      _ = await session.complete(text, cursor: text.unicodeScalars.count)
    }
    #expect(console.out.isEmpty && console.err.isEmpty)
    #expect(await session.statementCount == before)
  }

  @Test func anyBeginningOfAProgramCanBeCompleted() async throws {
    let bench = try await CompletionBench("data = Dataset([\"a\"])", "m = {a: {b: 1}}")
    let program = """
      fn f(a, b = "x\\(m.a.b)") { for r in data.map(fn(r) => r.text) { print(r["k"], m["a"].b) } }
      x = if true then f(1, b: '\\u{e9} 日本') else {a: [1, 2..3], "b c": \"\"\"
        several \\(lines)
        \"\"\"}; y, z = data.split(0.5) |> f(2) # and a comment
      use "a.rlx" as a; try { fail e } catch e { e.message }
      """
    let scalars = Array(program.unicodeScalars)
    for cursor in 0...scalars.count {
      let list = await bench.session.complete(program, cursor: cursor)
      #expect(list.replaced.upperBound == cursor && list.replaced.lowerBound >= 0)
    }
  }

  @Test(arguments: [-5, 0, 3, 4, 1000])
  func aCursorOutsideIsBroughtInside(cursor: Int) async throws {
    let list = await (try CompletionBench()).session.complete("é日x", cursor: cursor)
    #expect(list.replaced.upperBound == min(max(cursor, 0), 3))
  }

  // MARK: Work

  @Test(.timeLimit(.minutes(5))) func theWorkDoesNotGrowWithTheSession() async throws {
    let bench = try await CompletionBench(
      "data = Dataset(range(100000).list().map(fn(i) => {prompt: str(i)}))",
      "big = range(0, 200000, 1).map(fn(i) => i)",
      "long = \"abcdefghij\"; for i in 0..20 { long = long + long }")
    for text in ["data[0].▮", "data.▮", "big[0].▮", "lon▮", "long.▮", "▮"] {
      #expect(await bench.list(text).examined < 1000, "\(text)")
    }
    let text = String(repeating: "x = [1, (2 + 3)]\n", count: 100_000) + "lon▮"
    #expect(await bench.tab(text).hasSuffix("\nlong▮"))
  }

  /// Reading that took time as the square of the length would not come to an end here.
  @Test(
    .timeLimit(.minutes(5)),
    arguments: ["(", ")", "[)", "\"\\(", "f(", "fn(a) => ", "x.", "{", "a = ", "\"", "fn("])
  func brokenTextOfAnyLengthIsReadAtOnce(piece: String) async throws {
    let bench = try await CompletionBench()
    let text = String(repeating: piece, count: 20_000) + "le"
    let list = await bench.session.complete(text, cursor: text.unicodeScalars.count)
    #expect(list.replaced.upperBound == text.unicodeScalars.count)
  }

  @Test func manyNamesAreCountedNotListed() async throws {
    let names = (0..<12_000).map { "name_\($0) = \($0)" }.joined(separator: "\n")
    let bench = try await CompletionBench(names)
    let list = await bench.list("name_▮")
    #expect(list.items.count == 1000)
    #expect(list.more == 11_001, "and args, older than the names that are looked at")
    #expect(await bench.texts("enumer▮") == ["enumerate"])
    #expect(list.insertion == nil, "others may begin otherwise")
    #expect(list.examined <= 15_000)
    #expect(await bench.tab("name_2999▮").hasPrefix("name_2999"))
  }
}
