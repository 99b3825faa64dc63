import Foundation
import RLXTestSupport
import Testing

@testable import RLXData

/// Against what TRL's functions gave (scripts/golden/data_types.py).
@Suite struct DatasetGoldenTests {
  let golden: JSON
  init() throws { golden = try JSON.read(Repository.golden("data/types.json").path) }

  private func cases(_ name: String) -> [JSON] { golden[name]?.arrayValue ?? [] }

  private func row(_ value: JSON?) throws -> Row { try #require(value?.objectValue) }

  /// The template of the script: <role>content. for each message.
  private func template(_ request: ChatRequest) -> String {
    var text = request.messages.map { message in
      "<\(message["role"]?.stringValue ?? "")>\(message["content"]?.stringValue ?? "")."
    }.joined()
    if request.continuesFinalMessage { text.removeLast() }
    return text + (request.addsGenerationPrompt ? "<assistant>" : "")
  }

  /// Equal whatever the order of keys.
  private func isSame(_ a: Row, _ b: Row) -> Bool {
    a.count == b.count && a.allSatisfy { b[$0.key] == $0.value }
  }

  @Test func dialoguesArePromptsAndAnswersAsTRLTakesThem() throws {
    #expect(cases("rows").count > 20)
    for found in cases("rows") {
      let given = try row(found["row"])
      let data = Dataset(rows: [given])
      #expect(data.isConversational == found["conversational"]?.boolValue, "\(given)")
      let wanted = try row(found["extracted"])
      let isPair = data.type == .preference
      let extracted = isPair ? try data.extractingPrompts().row(0) : given
      #expect(isSame(extracted, wanted), "\(given): \(extracted)")
      let rendered = try extracted.rendered(template)
      if let text = found["rendered"]?.objectValue {
        let made = Row(try #require(rendered).entries.filter { $0.key != "id" })
        #expect(isSame(made, text), "\(given): \(made)")
      } else {
        #expect(rendered == nil)
      }
    }
  }

  @Test func messagesOfOtherNamesAreTakenForRoleAndContent() throws {
    for found in cases("shared") {
      let (given, wanted) = (try row(found["row"]), try row(found["converted"]))
      for (column, messages) in wanted {
        let name = given.contains(column) ? column : "conversations"
        #expect(given.messages(name).map { .array($0) } == messages)
      }
      #expect(try given.rendered(template) == wanted.rendered(template))
    }
  }

  @Test func comparisonsComeApartInTheOrderOfBatches() throws {
    for found in cases("unpaired") {
      let rows = try (found["rows"]?.arrayValue ?? []).map { try row($0) }
      let made = try Dataset(rows: rows).unpairing().allRows()
      let wanted = try (found["made"]?.arrayValue ?? []).map { try row($0) }
      #expect(made.count == wanted.count)
      #expect(zip(made, wanted).allSatisfy { isSame($0, $1) }, "\(made)")
    }
    let many = Dataset(
      rows: (1...1003).map { ["chosen": .string("\($0)"), "rejected": .string("-\($0)")] })
    #expect(
      try many.unpairing().allRows().map { $0["completion"] ?? nil } == cases("order"))
  }

  @Test func conversationsBecomeTextsForTrainers() throws {
    let user: JSON = ["role": "user", "content": "Hi"]
    let answer: JSON = ["role": "assistant", "content": "Hello"]
    let whole = Dataset(rows: [["messages": [user, answer]]])
    #expect(
      try whole.demonstrations(chat: template)
        == [
          DemonstrationText(prompt: nil, completion: "<user>Hi.<assistant>Hello.", isRendered: true)
        ])
    #expect(
      try whole.prompts(chat: template)
        == [PromptText(text: "<user>Hi.<assistant>", isRendered: true)])
    let pairs = Dataset(rows: [
      ["chosen": [user, answer], "rejected": [user, ["role": "assistant", "content": "No"]]]
    ])
    #expect(
      try pairs.preferences(chat: template) == [
        PreferenceText(
          prompt: "<user>Hi.<assistant>", chosen: "Hello.", rejected: "No.", isRendered: true)
      ])
    let error = #expect(throws: DataError.self) { try whole.demonstrations() }
    #expect(error?.remedy == "write them out with tok.apply_chat_template(messages)")
    let system = Dataset(rows: [["prompt": [["role": "system", "content": "x"]]]])
    let role = #expect(throws: DataError.self) { try system.prompts(chat: template) }
    #expect(role?.found == "a prompt whose last message is the system's in row 0")
    struct NoTools: Error {}
    let failed = #expect(throws: DataError.self) { try whole.prompts { _ in throw NoTools() } }
    #expect(failed?.found == "NoTools() in row 0")
  }

  // MARK: Formats, against Python's readers

  private func formats(_ name: String) throws -> [JSON] {
    let golden = try JSON.read(Repository.golden("data/formats.json").path)
    let cases = golden[name]?.arrayValue ?? []
    #expect(cases.count > 20)
    return cases
  }

  @Test func jsonIsReadAsPythonReadsIt() throws {
    for found in try formats("json") {
      let text = try #require(found["text"]?.stringValue)
      let value = try? JSON.parse(text)
      #expect(value == found.objectValue?["value"], "\(text)")
    }
  }

  /// Stricter in one thing: a quote within a value that does not begin with one is an error.
  @Test func csvIsReadAsPythonReadsIt() throws {
    let folder = try TemporaryFolder()
    for found in try formats("csv") {
      let text = try #require(found["text"]?.stringValue)
      let rows = try? Dataset.open(folder.file("a.csv", text)).allRows()
      let wanted = text == "a,b\n1, \"2\"\n" ? nil : found["rows"]?.arrayValue
      #expect(rows.map { $0.map { JSON.object($0) } } == wanted, "\(text)")
    }
  }
}
