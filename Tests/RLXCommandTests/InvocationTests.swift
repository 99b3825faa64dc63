import Testing

@testable import rlx

@Suite struct InvocationTests {
  @Test func optionsStandBeforeTheFileAndArgumentsAfterIt() {
    #expect(
      Invocation(["--seed", "7", "--quiet", "tour.rlx", "--seed", "nano"])
        == .run(
          options: ["--seed", "7", "--quiet"], source: .file("tour.rlx"),
          arguments: ["--seed", "nano"]))
  }

  @Test func nothingMeansThePrompt() {
    #expect(Invocation([]) == .run(options: [], source: .unsaid, arguments: []))
    #expect(
      Invocation(["--plain"]) == .run(options: ["--plain"], source: .unsaid, arguments: []))
  }

  @Test func codeKeepsItsTextAndHandsOnWhatFollows() {
    #expect(
      Invocation(["-c", "replay", "replay", "-x"])
        == .run(options: ["-c", "replay"], source: .code, arguments: ["replay", "-x"]))
    #expect(Invocation(["-c"]) == .run(options: ["-c"], source: .code, arguments: []))
  }

  @Test func aDashIsStandardInput() {
    #expect(
      Invocation(["-", "a"]) == .run(options: [], source: .standardInput, arguments: ["a"]))
  }

  @Test func aCommandIsOneOnlyByItself() {
    #expect(
      Invocation(["--plain", "replay", "s.rlx", "--root", "data"])
        == .command(.replay, words: ["--plain", "s.rlx", "--root", "data"]))
    #expect(
      Invocation(["fmt", "--check", "-"]) == .command(.fmt, words: ["--check", "-"]))
    #expect(Invocation(["check"]) == .command(.check, words: []))
    #expect(
      Invocation(["./check", "fmt"])
        == .run(options: [], source: .file("./check"), arguments: ["fmt"]))
    #expect(
      Invocation(["./replay"])
        == .run(options: [], source: .file("./replay"), arguments: []))
    #expect(
      Invocation(["--", "replay"])
        == .run(options: [], source: .file("replay"), arguments: []))
    #expect(
      Invocation(["--record", "replay", "f"])
        == .run(options: ["--record", "replay"], source: .file("f"), arguments: []))
  }

  @Test(arguments: [
    (["--sed", "3"], "--seed"), (["--seed", "x"], "'x'"), (["--seed"], "--seed"),
    (["--threads", "0"], "from 1 to 1024"), (["--color", "blue"], "never"),
    (["--max-steps", "0"], "at least 1"),
  ])
  func wrongOptionsAreNamedWithWhatWasWanted(words: [String], named: String) {
    do throws(UsageError) {
      _ = try Usage.parse(RunArguments.self, words)
      Issue.record("\(words) was accepted")
    } catch {
      #expect(error.message.contains(named))
    }
  }
}
