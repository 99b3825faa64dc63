import Foundation
import RLXData
import RLXModels
import RLXTestSupport
import Testing

/// Conversations as text and ids, against transformers (scripts/golden/chat_templates.py).
@Suite struct ChatTests {
  private struct Golden {
    let json: JSON
    let tokenizer: Tokenizer

    init() throws {
      json = try Support.json(Repository.golden("chat/templates.json"))
      let special = try #require(json["special"])
      tokenizer = try ChatTests.tokenizer(config: special)
    }

    func messages(_ name: String) throws -> [JSON] {
      try #require(json["conversations"]?[name]?.arrayValue)
    }

    func settings(_ number: Int, template: String) throws -> ChatSettings {
      var settings = ChatSettings()
      settings.template = template
      for (name, value) in try #require(json["settings"]?[number]?.objectValue) {
        switch name {
        case "add_generation_prompt": settings.addsGenerationPrompt = true
        case "continue_final_message": settings.continuesLastMessage = true
        case "tools": settings.tools = json["tools"]?.arrayValue
        default: settings.variables[name] = value
        }
      }
      return settings
    }
  }

  /// The small tokenizer with a tokenizer_config.json, and more files.
  private static func tokenizer(config: JSON, more: [String: String] = [:]) throws -> Tokenizer {
    let bytes = try Support.read(Repository.golden("tokenizer/llama/tokenizer.json").path)
    return try Support.withFolder { folder in
      try Support.write(bytes, folder + "/tokenizer.json")
      try Support.write(config.serialized(), folder + "/tokenizer_config.json")
      for (name, text) in more {
        try FileManager.default.createDirectory(
          atPath: (folder + "/" + name as NSString).deletingLastPathComponent,
          withIntermediateDirectories: true)
        try Support.write(text, folder + "/" + name)
      }
      return try Tokenizer.load(folder: folder)
    }
  }

  @Test func conversationsComeOutAsInTransformers() throws {
    let golden = try Golden()
    let cases = try #require(golden.json["cases"]?.arrayValue)
    #expect(cases.count > 1000)
    var written = 0
    for entry in cases {
      let name = try #require(entry["template"]?.stringValue)
      let conversation = try #require(entry["conversation"]?.stringValue)
      let number = try #require(entry["settings"]?.intValue)
      let source = try #require(golden.json["templates"]?[name]?.stringValue)
      let settings = try golden.settings(number, template: source)
      let messages = try golden.messages(conversation)
      let shown = "\(name) \(conversation) \(number)"
      guard let text = entry["text"]?.stringValue else {
        let error = Support.error { try golden.tokenizer.chat(messages, settings) }
        #expect(error != nil, "\(shown) went through")
        if let raised = entry["raised"]?.stringValue {
          #expect(
            error?.description.contains(raised) == true, "\(shown): \(String(describing: error))")
        }
        continue
      }
      written += 1
      do {
        let chat = try golden.tokenizer.chat(messages, settings)
        #expect(chat.text.isExactly(text), "\(shown)")
        guard let spans = entry["generated"]?.arrayValue else { continue }
        let wanted = spans.map { ($0[0]?.intValue ?? 0)..<($0[1]?.intValue ?? 0) }
        #expect(chat.generated == wanted, "\(shown)")
      } catch {
        Issue.record("\(shown): \(error)")
      }
    }
    #expect(written > 600)
  }

  private static let messages: [JSON] = [["role": "user", "content": "the dog"]]

  // MARK: - Where templates come from

  @Test func aTemplateOfItsOwnFileGoesBeforeTheConfiguration() throws {
    let config: JSON = ["chat_template": "old", "bos_token": "<s>"]
    #expect(try Self.tokenizer(config: config).chat(Self.messages).text == "old")
    let tokenizer = try Self.tokenizer(
      config: config,
      more: [
        "chat_template.jinja": "{{ bos_token }}new",
        "additional_chat_templates/tool_use.jinja": "tools: {{ tools | length }}",
        "additional_chat_templates/notes.txt": "no template",
      ])
    #expect(try tokenizer.chat(Self.messages).text == "<s>new")
    var settings = ChatSettings()
    settings.tools = [["name": "x"]]
    #expect(try tokenizer.chat(Self.messages, settings).text == "tools: 1")
    settings.template = "default"
    #expect(try tokenizer.chat(Self.messages, settings).text == "<s>new")
    // What was read is saved again.
    try Support.withFolder { folder in
      try tokenizer.save(folder: folder + "/saved")
      let read = try Tokenizer.load(folder: folder + "/saved")
      #expect(read.files.map(\.name) == tokenizer.files.map(\.name))
      #expect(try read.chat(Self.messages).text == "<s>new")
    }
  }

  @Test func severalTemplatesHaveNames() throws {
    let config: JSON = [
      "chat_template": [["name": "a", "template": "A"], ["name": "b", "template": "{{ 'B' }}"]]
    ]
    let tokenizer = try Self.tokenizer(config: config)
    var settings = ChatSettings()
    settings.template = "b"
    #expect(try tokenizer.chat(Self.messages, settings).text == "B")
    let error = try #require(Support.error { try tokenizer.chat(Self.messages) })
    #expect(error.description.contains("a, b"))
  }

  @Test func namesOfSpecialTokensComeFromBothGenerationsOfFiles() throws {
    let map = [
      "special_tokens_map.json": #"{"eos_token": {"content": "</s>"}, "pad_token": "<unk>"}"#
    ]
    let template = "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}"
    let old = try Self.tokenizer(
      config: ["chat_template": .string(template), "bos_token": "<s>", "eos_token": "?"], more: map)
    #expect(try old.chat(Self.messages).text == "<s>|</s>|<unk>")
    #expect(old.beginning == 1 && old.end == 2 && old.padding == 0)
    // With its added tokens listed, the configuration alone counts.
    let new = try Self.tokenizer(
      config: [
        "chat_template": .string(template), "bos_token": ["content": "<s>"],
        "added_tokens_decoder": [:],
      ], more: map)
    #expect(try new.chat(Self.messages).text == "<s>||")
  }

  @Test func marksInTheTextAreTokensAndNothingIsPutAround() throws {
    let tokenizer = try Self.tokenizer(
      config: ["bos_token": "<s>", "chat_template": "{{ bos_token }}{{ messages[0].content }}</s>"])
    let ids = try tokenizer.chatIDs(Self.messages)
    #expect(ids == tokenizer.encode("<s>the dog</s>", special: false))
    #expect(ids.first == 1 && ids.last == 2)
  }

  // MARK: - Errors

  @Test func errorsNameTheTemplateAndThePlace() throws {
    let none = try Self.tokenizer(config: [:])
    #expect(!none.hasChatTemplate)
    #expect(Support.error { try none.chat(Self.messages) } == .noChatTemplate(known: []))
    let broken = try Self.tokenizer(config: ["chat_template": "a\n{% if %}"])
    let error = try #require(Support.error { try broken.chat(Self.messages) })
    #expect(error.description.contains("tokenizer_config.json: chat_template"))
    #expect(error.description.contains("line 2, column 7"))
    for messages in [[], ["hello"], [["role": "user"], 3]] as [[JSON]] {
      let error = try #require(Support.error { try none.chat(messages) })
      if messages.isEmpty { #expect(error == .noChatTemplate(known: [])) }
      let good = try Self.tokenizer(config: ["chat_template": "x"])
      let found = try #require(Support.error { try good.chat(messages) })
      #expect(found.description.contains("messages"))
    }
    #expect(throws: ModelError.self) { try Self.tokenizer(config: ["chat_template": 3]) }
    #expect(throws: ModelError.self) {
      try Self.tokenizer(config: ["chat_template": [["name": "a"]]])
    }
  }

  @Test(arguments: [
    ("x", "leaves the last message out"), ("{{ messages[0].content | upper }}", "leaves"),
  ])
  func aMessageThatIsNotWrittenCannotGoOn(template: String, says: String) throws {
    let tokenizer = try Self.tokenizer(config: [:])
    var settings = ChatSettings()
    settings.template = template
    settings.continuesLastMessage = true
    let error = try #require(Support.error { try tokenizer.chat(Self.messages, settings) })
    #expect(error.description.contains(says))
    settings.addsGenerationPrompt = true
    #expect(
      Support.error { try tokenizer.chat(Self.messages, settings) }?.description
        .contains("one of them") == true)
  }
}
