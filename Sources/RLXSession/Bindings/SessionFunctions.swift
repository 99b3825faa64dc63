import Foundation
import RLXData
import RLXScript

/// Adds the functions that belong to a session: its seed, files, snapshots, plots, tables, memory and help.
package func registerSessionFunctions(_ registry: Registry, core: SessionCore) {
  let all =
    [SessionFunctions.seed(core)] + SessionDraws.functions(core) + SessionFunctions.files(core)
    + SnapshotFunctions.all(core)
    + [SessionFunctions.plot, SessionFunctions.table, MemoryFunctions.memory]
    + SessionHelp.functions(core)
  for spec in all { registry.add(spec) }
  let types = SessionViews.types + [SnapshotFunctions.type(), MemoryFunctions.type()]
  for type in types { registry.add(type) }
}

enum SessionFunctions {
  static func seed(_ core: SessionCore) -> FunctionSpec {
    FunctionSpec(
      "seed", "Starts the session's random draws again from a number; the same draws come again.",
      parameters: [
        ParameterSpec("n", .int, range: .atLeast(0), example: "7", doc: "the seed; 0 if never said")
      ], example: "seed(7)"
    ) { [unowned core] call in
      core.draws.reseed(UInt64(try call.int("n")))
      return .nil
    }
  }

  static func files(_ core: SessionCore) -> [FunctionSpec] {
    let path = ParameterSpec("path", .string, example: "\"notes.txt\"", doc: "the file")
    return [
      FunctionSpec(
        "read", "The text of a file (UTF-8).", parameters: [path], effects: .reads,
        returns: "string", example: "read(\"notes.txt\")"
      ) { [unowned core] call in
        let name = try call.string("path")
        let place = try core.files.input(name)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) else {
          throw Fault(
            .missing, "read: no file \"\(name)\"",
            remedy: "paths are relative to the working directory")
        }
        guard !isFolder.boolValue, let data = FileManager.default.contents(atPath: place) else {
          throw Fault(.file, "read: \(name): \(isFolder.boolValue ? "a folder" : "cannot be read")")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
          throw Fault(.file, "read: \(name): expected UTF-8 text, found other bytes")
        }
        return .string(text)
      },
      FunctionSpec(
        "write", "Writes text to a file, whole or not at all.",
        parameters: [path, ParameterSpec("text", .string, doc: "what the file is to hold")],
        effects: .writes, example: "write(\"notes.txt\", \"one\\ntwo\\n\")"
      ) { [unowned core] call in
        let place = try core.files.output(try call.string("path"))
        let bytes = Array(try call.string("text").utf8)
        try writeAtomically(bytes, to: place)
        return .nil
      },
    ]
  }
}
