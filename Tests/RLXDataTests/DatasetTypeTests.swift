import Foundation
import RLXData
import RLXTestSupport
import Testing

@Suite struct DatasetTypeTests {
  @Test(
    arguments: [
      (["text"], .languageModeling), (["messages"], .languageModeling), (["prompt"], .promptOnly),
      (["prompt", "completion"], .promptCompletion), (["chosen", "rejected"], .preference),
      (["rejected", "id", "chosen", "prompt"], .preference),
      (["prompt", "completion", "label"], .unpairedPreference),
      (["prompt", "completions", "labels"], .stepwise), (["question", "answer"], nil), ([], nil),
    ] as [([String], DatasetType?)])
  func isToldFromTheColumns(columns: [String], type: DatasetType?) {
    #expect(DatasetType(columns: columns) == type)
  }

  @Test func messagesMakeADatasetConversational() throws {
    let messages: JSON = [["role": "user", "content": "hi"]]
    let data = Dataset(rows: [["prompt": messages, "chosen": messages, "rejected": messages]])
    #expect(data.isConversational)
    #expect(!Dataset(rows: [["prompt": "hi"]]).isConversational)
    #expect(!Dataset(rows: [["prompt": ["hi"]]]).isConversational)
    let error = #expect(throws: DataError.self) { try data.preferences() }
    #expect(error?.remedy == "write them out with tok.apply_chat_template(messages)")
  }

  @Test func dialoguesSplitAfterTheLastSharedTurnOfTheAssistant() throws {
    let head = "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:"
    let pair = try #require(PreferenceText(dialogues: head + " yes.", head + " yell"))
    #expect(pair == PreferenceText(prompt: head, chosen: " yes.", rejected: " yell"))
    // They differ before the last turn: the shared turn before it counts.
    let early = try #require(
      PreferenceText(
        dialogues: "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d",
        "\n\nHuman: a\n\nAssistant: x"))
    #expect(early.prompt == "\n\nHuman: a\n\nAssistant:")
    #expect(early.chosen == " b\n\nHuman: c\n\nAssistant: d")
    #expect(early.rejected == " x")
    let equal = try #require(PreferenceText(dialogues: head + " z", head + " z"))
    #expect((equal.prompt, equal.chosen) == (head, " z"))
    #expect(PreferenceText(dialogues: head, head)?.chosen == "")
    #expect(PreferenceText(dialogues: "\n\nHuman: a", "\n\nHuman: b") == nil)
    #expect(PreferenceText(dialogues: "", "") == nil)
    #expect(PreferenceText(dialogues: "\n\nAssistant", "\n\nAssistant") == nil)
  }

  @Test func aSharedHeadIsThePromptWithoutItsLastSpace() {
    let pair = PreferenceText(sharedHead: "The sky is blue.", "The sky is green.")
    #expect(pair == PreferenceText(prompt: "The sky is", chosen: " blue.", rejected: " green."))
    // é and è share their first byte, which is no character.
    let accents = PreferenceText(sharedHead: "né", "nè")
    #expect(accents == PreferenceText(prompt: "n", chosen: "é", rejected: "è"))
    #expect(PreferenceText(sharedHead: "", "x").prompt == "")
  }

  @Test func rowsBecomeTextsForTrainers() throws {
    let pairs = Dataset(rows: [
      ["prompt": "p", "chosen": "c", "rejected": "r"],
      ["prompt": "q", "chosen": "d", "rejected": "s"],
    ])
    #expect(
      try pairs.unpaired().map { "\($0.prompt)\($0.completion)\($0.isGood)" }
        == ["pctrue", "qdtrue", "prfalse", "qsfalse"])
    #expect(try pairs.unpairing().type == .unpairedPreference)
    #expect(try pairs.unpairing().unpaired() == pairs.unpaired())
    #expect(try pairs.demonstrations().map(\.completion) == ["c", "d"])
    #expect(try Dataset(texts: ["t"]).demonstrations().map(\.prompt) == [nil])
    let bare = Dataset(rows: [["chosen": "one two", "rejected": "one too"]])
    #expect(
      try bare.extractingPrompts().allRows()
        == [["prompt": "one t", "chosen": "wo", "rejected": "oo"]])
    let error = #expect(throws: DataError.self) {
      try Dataset(rows: [["question": "x", "answer": 1]]).prompts()
    }
    #expect(error?.found == "the columns question, answer")
    let label = #expect(throws: DataError.self) {
      try Dataset(rows: [["prompt": "p", "completion": "c", "label": "maybe"]]).unpaired()
    }
    #expect(label?.wanted == "true or false")
  }

  @Test func dialoguesWithoutASharedTurnNameTheirRow() throws {
    let data = Dataset(rows: [
      ["chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: c"],
      ["chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: x\n\nAssistant: c"],
    ])
    #expect(data.isHHDialogues)
    let error = #expect(throws: DataError.self) { try data.preferences() }
    #expect(error?.found == "dialogues that share no turn of the assistant in row 1")
  }
}

/// Files of real data, where they are present; their README states the counts.
@Suite struct RealDataTests {
  @Test(.enabled(if: Repository.shared("data/hh-harmless.jsonl.gz") != nil, "no real data here"))
  func hhComparisonsSplitIntoPromptAndAnswers() throws {
    let path = try #require(Repository.shared("data/hh-harmless.jsonl.gz")).path
    let data = try Dataset.open(path)
    #expect(data.count == 1156)
    #expect(data.columns == ["chosen", "rejected"])
    #expect(data.type == .preference)
    #expect(data.isHHDialogues)
    for (row, pair) in zip(try data.allRows(), try data.preferences()) {
      #expect(pair.prompt.hasSuffix("\n\nAssistant:"))
      #expect(row["chosen"] == .string(pair.prompt + pair.chosen))
      #expect(row["rejected"] == .string(pair.prompt + pair.rejected))
    }
  }

  @Test(.enabled(if: Repository.shared("data/gsm8k-2000.jsonl") != nil, "no real data here"))
  func gsm8kReadsWhole() throws {
    let data = try Dataset.open(try #require(Repository.shared("data/gsm8k-2000.jsonl")).path)
    #expect(data.count == 2000)
    #expect(data.columns == ["question", "answer"])
    #expect(data.type == nil)
    for row in try data.allRows() { #expect(row["answer"]?.stringValue?.contains("#### ") == true) }
  }

  @Test(.enabled(if: Repository.shared("data/tinystories-sample.txt") != nil, "no real data here"))
  func storiesAreBlocks() throws {
    let url = try #require(Repository.shared("data/tinystories-sample.txt"))
    let data = try Dataset.open(url.path)
    #expect(data.type == .languageModeling)
    #expect(data.count > 100)
    let first = try data.prompts()[0]
    #expect(first.hasPrefix("One day, a little girl named Lily found a needle in her room."))
  }
}
