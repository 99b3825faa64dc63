import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

/// Where a prompt ends, an answer begins, and what the loss sees.
@Suite struct BoundaryTests {
  private static let template =
    "{% for m in messages %}<s>{{ m.role }}:{% if m.role == 'assistant' %}"
    + "{% generation %}{{ m.content }}</s>{% endgeneration %}{% else %}{{ m.content }}{% endif %}"
    + "{% endfor %}{% if add_generation_prompt %}<s>assistant:{% endif %}"

  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.template = template
    return settings
  }

  private static func user(_ text: String) -> JSON { ["role": "user", "content": .string(text)] }

  private static func answer(_ text: String) -> JSON {
    ["role": "assistant", "content": .string(text)]
  }

  private func text(_ tokens: some Sequence<Boundary.Token>) -> String {
    tokens.map(\.text).joined()
  }

  @Test func aTextAnswerBeginsWhereThePromptEnds() throws {
    let tokenizer = try Support.tokenizer()
    let boundary = tokenizer.boundary(prompt: "the dog", answer: " ran é😀 along")
    #expect(text(boundary.tokens.filter { $0.part == .prompt && !$0.isSpecial }) == " the dog")
    #expect(text(boundary.tokens.filter { $0.part == .answer }) == " ran é😀 along")
    #expect(boundary.tokens.allSatisfy { $0.isTrained == ($0.part == .answer) })
    #expect(boundary.tokens.first?.isSpecial == true && boundary.tokens.first?.text == "<s>")
    // A character of several byte tokens is shown with the first.
    #expect(
      boundary.tokens.contains { $0.text == "é" } && !text(boundary.tokens).contains("\u{FFFD}"))
  }

  @Test func ofAConversationTheLossSeesTheLastAnswer() throws {
    let tokenizer = try Support.tokenizer()
    let boundary = try tokenizer.boundary(
      [Self.user("the dog")], answer: [Self.answer("ran")], Self.settings)
    #expect(text(boundary.tokens.filter { $0.part == .prompt }) == "<s> user:the dog<s> assistant:")
    #expect(text(boundary.tokens.filter(\.isTrained)) == "ran</s>")
  }

  @Test(arguments: ["llama", "byte-level", "metaspace-first"])
  func theTemplateMarksWhatTheAssistantSaid(name: String) throws {
    let tokenizer = try Tokenizer.load(folder: Repository.golden("tokenizer/" + name).path)
    let messages = [
      Self.user("the dog"), Self.answer("ran é😀"), Self.user("日本"), Self.answer("along the river"),
    ]
    let chat = try tokenizer.chat(messages, Self.settings)
    let ids = tokenizer.encode(chat.text, special: false)
    let mask = try #require(tokenizer.assistantMask(chat, ids))
    let said = zip(ids, mask).filter(\.1).map(\.0)
    // Tokens that straddle the seam count: a space may come along.
    let found = tokenizer.decode(said).replacing(" ", with: "")
    #expect(found == "rané😀</s>alongtheriver</s>", "\(name)")
    let boundary = try tokenizer.boundary(messages, answer: nil, Self.settings)
    #expect(boundary.tokens.map(\.isTrained) == mask)
  }

  @Test func aTemplateThatRewritesItsPromptIsAnError() throws {
    let tokenizer = try Support.tokenizer()
    var settings = ChatSettings()
    settings.template = "{{ messages | length }}{{ messages[0].content }}"
    let error = Support.error {
      try tokenizer.boundary([Self.user("a")], answer: [Self.answer("b")], settings)
    }
    #expect(error?.description.contains("do not begin") == true)
  }
}
