import RLXSession
import Testing

@testable import rlx

/// Complete where brackets are closed: enough of a language to try the prompt with.
private func brackets(_ text: String) -> InputState {
  let depth = text.reduce(0) { $0 + ("([{".contains($1) ? 1 : ")]}".contains($1) ? -1 : 0) }
  return depth > 0 ? .incomplete(waitingFor: ")") : depth < 0 ? .invalid : .complete
}

@Suite struct PromptEntryTests {
  @Test func linesJoinUntilTheyAreComplete() {
    let (entries, isReady) = PromptEntry.split("a(\n1\n)\nb", classify: brackets)
    #expect(entries == [.statement("a(\n1\n)"), .statement("b")])
    #expect(isReady)
  }

  @Test func anOpenBracketIsNotReady() {
    #expect(!PromptEntry.split("b\na(", classify: brackets).isReady)
  }

  @Test func whatMoreTextCannotMendIsReady() {
    #expect(PromptEntry.split("a)", classify: brackets).isReady)
  }

  @Test func commentsStayWithTheStatementBelow() {
    let (entries, isReady) = PromptEntry.split("# one\n\n# two\nb\n# end", classify: brackets)
    #expect(entries == [.statement("# one\n\n# two\nb"), .statement("# end")])
    #expect(isReady)
  }

  @Test func documentationWaitsForItsFunction() {
    #expect(!PromptEntry.split("## Says hello", classify: brackets).isReady)
    #expect(PromptEntry.split("## Says hello\nf", classify: brackets).isReady)
  }

  @Test func commandsStandBetweenStatements() {
    let (entries, _) = PromptEntry.split(
      "a\n:save  my file.rlx \n?PPO.run\nrm.fit?\nppo/kl?\n:save?\n:load x?\nf(\n:x\n)",
      classify: brackets)
    #expect(
      entries == [
        .statement("a"), .command(name: "save", argument: "my file.rlx"), .help(topic: "PPO.run"),
        .help(topic: "rm.fit"), .help(topic: "ppo/kl"), .help(topic: ":save"),
        .command(name: "load", argument: "x?"), .statement("f(\n:x\n)"),
      ])
  }

  @Test func blankInputHasNoEntries() {
    let (entries, isReady) = PromptEntry.split(" \n ", classify: brackets)
    #expect(entries.isEmpty && isReady)
  }
}

@Suite struct PastedTextTests {
  @Test func lineEndsAreUnifiedAndTheLastDropped() {
    #expect(PastedText.cleaned("a\r\nb\rc\r\r", classify: brackets) == "a\nb\nc")
  }

  @Test func aTranscriptIsBroughtBackToWhatWasTyped() {
    let transcript = "rlx> a = [\n1\n]\n[1]\nrlx> b\nan output\n"
    #expect(PastedText.cleaned(transcript, classify: brackets) == "a = [\n1\n]\nb")
  }

  @Test func textWithoutPromptsIsLeftAlone() {
    #expect(PastedText.cleaned("x = 1\n  y", classify: brackets) == "x = 1\n  y")
  }
}
