import RLXData

/// A row as a trainer reads it, token by token: what is prompt, what answer, and what the loss sees.
package struct Boundary: Sendable {
  package enum Part: String, Sendable {
    case prompt
    case answer
    /// The end token behind an answer.
    case end
  }

  package struct Token: Sendable {
    package let id: Int32
    /// What it adds to the text; of tokens that share a character the first has it.
    package let text: String
    package let part: Part
    package let isSpecial: Bool
    /// Whether the loss asks for it.
    package let isTrained: Bool
  }

  package let tokens: [Token]
  /// Tokens that truncation took off the prompt and off the answer.
  package let cut: (prompt: Int, answer: Int)

  /// `trained` has a flag a token; the first token of a row, which nothing precedes, is never trained.
  package init(
    _ tokenizer: Tokenizer, prompt: [Int32], answer: [Int32], end: [Int32] = [], trained: [Bool],
    cut: (prompt: Int, answer: Int) = (0, 0)
  ) {
    precondition(trained.count == prompt.count + answer.count + end.count, "a flag a token")
    let ids = prompt + answer + end
    let (text, ends) = tokenizer.spelledText(ids)
    var start = 0
    var found: [Token] = []
    for (place, (id, end)) in zip(ids, ends).enumerated() {
      defer { start = end }
      found.append(
        Token(
          id: id, text: String(decoding: text[start..<end], as: UTF8.self),
          part: place < prompt.count
            ? .prompt : place < prompt.count + answer.count ? .answer : .end,
          isSpecial: tokenizer.isSpecial(id), isTrained: place > 0 && trained[place]))
    }
    tokens = found
    self.cut = cut
  }
}

extension Tokenizer {
  /// A prompt and its answer as they become tokens, of which the loss sees the answer's.
  package func boundary(prompt: String, answer: String) -> Boundary {
    let prompt = (text: prompt, ids: encode(prompt))
    let ids = encodeContinuation(prompt: prompt.text, response: answer)
    return Boundary(
      self, prompt: prompt.ids, answer: ids,
      trained: prompt.ids.map { _ in false } + ids.map { _ in true })
  }

  /// A text as it becomes tokens, all of which the loss sees.
  package func boundary(text: String) -> Boundary {
    let ids = encode(text)
    return Boundary(self, prompt: [], answer: ids, trained: ids.map { _ in true })
  }

  /// A conversation as it becomes tokens. With an answer, `messages` end with the beginning of one,
  /// and the loss sees what the answer adds; without, what the template marks as the assistant's, or
  /// everything if it marks nothing.
  package func boundary(
    _ messages: [JSON], answer: [JSON]?, _ settings: ChatSettings = ChatSettings()
  )
    throws(ModelError) -> Boundary
  {
    guard let answer else {
      let chat = try self.chat(messages, settings)
      let ids = encode(chat.text, special: false)
      let marked = chat.generated.isEmpty ? nil : assistantMask(chat, ids)
      return Boundary(self, prompt: [], answer: ids, trained: marked ?? ids.map { _ in true })
    }
    var opened = settings
    opened.addsGenerationPrompt = true
    let prompt = try chatIDs(messages, opened)
    let whole = try chatIDs(messages + answer, settings)
    guard whole.starts(with: prompt) else {
      throw .setting(
        name: "messages", found: "a prompt whose tokens do not begin those of prompt and answer",
        wanted: "a template that writes a prompt the same with and without its answer")
    }
    let rest = Array(whole.dropFirst(prompt.count))
    return Boundary(
      self, prompt: prompt, answer: rest,
      trained: prompt.map { _ in false } + rest.map { _ in true })
  }
}
