import RLXData
import RLXModels

extension FuzzTarget {
  /// A chat template over a conversation.
  static let template = FuzzTarget(
    "template",
    words: [
      "{{", "}}", "{%", "%}", "{#", "#}", "-%}", "{%-", "{% for x in messages %}", "{% endfor %}",
      "{% if ", "{% else %}", "{% endif %}", "{% set x = ", "{% macro f(a) %}", "{% endmacro %}",
      "{% generation %}", "{% endgeneration %}", "{% raw %}", "messages", "loop.index",
      "namespace(",
      "| tojson", "| map('upper')", "| selectattr('role')", "| join", "| indent(9)", "| sort",
      "[::-1]",
      "['role']", ".content", " is defined", " is mapping", "not ", " and ", " in ", "range(9)",
      "'\\u00e9'", "**", "//", "~", "(", ")", "[", "]", "{", "}", "9223372036854775807", "1e308",
      "f(f(", "loop(x)", "recursive", "{% call f() %}", "{% endcall %}", "{% break %}",
    ],
    seeds: {
      guard let golden = try? JSON.parse(FuzzSeeds.golden("chat/templates.json"), file: "seed")
      else { return [] }
      return (golden["templates"]?.objectValue?.entries ?? []).map {
        Array(($0.value.stringValue ?? "").utf8)
      }
    },
    run: { bytes in
      let source = String(decoding: bytes, as: UTF8.self)
      guard let template = try? Template(source) else { return }
      for variables in conversations {
        _ = try? template.render(variables, date: TemplateDate("2026-01-31"), maxSteps: 20_000)
      }
    })

  private static let conversations: [JSONObject] = [
    [
      "messages": [
        ["role": "system", "content": "é 日 😀"], ["role": "user", "content": "  hi\n"],
        ["role": "assistant", "content": "<think>\nx</think> y", "tool_calls": [["id": "1"]]],
      ],
      "tools": [["type": "function", "function": ["name": "f", "parameters": ["a": [1, 2.5]]]]],
      "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>",
    ],
    ["messages": [], "tools": nil],
  ]
}
