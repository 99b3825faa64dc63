import RLXData
import RLXModels

extension TrainLog {
  /// The forms in which a log is written (`report_to` of transformers).
  package enum Form: String, CaseIterable, Sendable {
    case jsonl, tensorboard

    /// The file's name within a folder.
    package var file: String {
      switch self {
      case .jsonl: "log.jsonl"
      case .tensorboard: EventFile.name
      }
    }

    var beginning: [UInt8] { self == .tensorboard ? EventFile.header : [] }
  }

  /// The whole log as a file of that form.
  package func file(_ form: Form) throws -> [UInt8] {
    var bytes = form.beginning
    for row in entries.indices { bytes += try record(row, form) }
    return bytes
  }

  /// One step: a line with `step`, every number by name and its samples; or the events of it.
  func record(_ row: Int, _ form: Form) throws -> [UInt8] {
    let samples = samples.filter { $0.step == row + 1 }
    switch form {
    case .jsonl: return try line(row, samples)
    case .tensorboard:
      let numbers = EventFile.scalars(step: row + 1, entries[row])
      guard !samples.isEmpty else { return numbers }
      return numbers
        + EventFile.texts(
          step: row + 1, name: "samples", samples.map { "\($0.prompt) → \($0.response)" })
    }
  }

  /// JSON has no number that is not finite: such a one becomes null.
  private func line(_ row: Int, _ samples: [LoggedSample]) throws -> [UInt8] {
    var fields: [(key: String, value: JSON)] = [("step", .int(row + 1))]
    fields += entries[row].map { ($0.name, $0.value.isFinite ? .double($0.value) : .null) }
    if !samples.isEmpty {
      fields.append(
        (
          "samples",
          .array(
            samples.map {
              .object([("prompt", .string($0.prompt)), ("response", .string($0.response))])
            })
        ))
    }
    var bytes: [UInt8] = []
    try JSON.object(JSONObject(fields)).serialize(into: &bytes)
    return bytes + [UInt8(ascii: "\n")]
  }
}

/// A folder whose files hold a trainer's whole log, and grow with it.
///
/// They are written anew when a run begins, the steps before it included, so that a run that is resumed
/// goes on where it was and one that is begun again leaves nothing of the old one.
package final class LogFolder {
  private let files: [(form: TrainLog.Form, file: GrowingFile)]
  private var written = 0

  package init(_ folder: String, forms: [TrainLog.Form]) throws {
    try FolderFiles.make(folder)
    files = try forms.map { form in
      let file = try GrowingFile(folder + "/" + form.file)
      try file.add(form.beginning)
      return (form, file)
    }
  }

  /// Adds the steps that are not there yet.
  package func follow(_ log: TrainLog) throws {
    for row in written..<max(written, log.count) {
      for (form, file) in files { try file.add(try log.record(row, form)) }
    }
    written = log.count
  }
}
