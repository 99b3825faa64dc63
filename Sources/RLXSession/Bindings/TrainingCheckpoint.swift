import RLXModels
import RLXScript
import RLXTraining

/// What all trainers have for going on after the program that made them ended.
enum CheckpointMethods {
  /// Of `run` and `fit`.
  static var parameters: [ParameterSpec] {
    [
      ParameterSpec(
        "save_steps", .int, range: .atLeast(1), optional: true, example: "200",
        doc: "optimizer steps of the trainer from one save to the next"),
      ParameterSpec(
        "output_dir", .string, optional: true, example: "\"my-run\"",
        doc: "the folder saved to, every save_steps and at the end; resume goes on from it"),
    ]
  }

  /// Of `resume`.
  static var reference: ParameterSpec {
    ParameterSpec(
      "reference", .host(ModelObject.typeName), optional: true, aliases: ["ref_model"],
      doc: "the model to stay near, with the weights of the one saved; without it that one")
  }

  static func save<Object: TrainerObject>(
    _ type: Object.Type, _ core: SessionCore, model: String = "Model(…) reads", doc: String = "",
    example: String
  ) -> FunctionSpec {
    FunctionSpec(
      "save",
      "Writes a folder from which resume goes on to the same bits, whole or not at all; the model in "
        + "it is one that \(model)." + (doc.isEmpty ? "" : " " + doc),
      parameters: [ParameterSpec("path", .string, example: "\"my-run\"", doc: "the folder")],
      effects: .writes, example: example
    ) { [unowned core] call in
      let object = try call.object(as: type)
      try object.save(to: try core.files.output(try call.string("path")))
      return .nil
    }
  }

  /// `SFT.resume("dir")`: `make` builds the trainer from its checkpoint.
  static func resume(
    _ trainer: String, _ core: SessionCore, parameters: [ParameterSpec] = [], example: String,
    make: @escaping (Call, TrainerCheckpoint) throws -> Value
  ) -> FunctionSpec {
    FunctionSpec(
      "resume",
      "The trainer that save, or a run with output_dir, wrote to a folder: it goes on to the same "
        + "bits as if it had never stopped. Its model is .policy.",
      parameters: [
        ParameterSpec("path", .string, example: "\"my-run\"", doc: "the folder")
      ] + parameters, effects: .reads, returns: trainer, example: example
    ) { [unowned core] call in
      let owner = call.spec.qualifiedName
      let path = try newest(try call.string("path"), core)
      return try ModelFolder.load(path, names: files, core, for: owner) { place in
        try make(call, try TrainerCheckpoint(folder: place, of: trainer))
      }
    }
  }

  /// The files of a checkpoint, for the record of what a session read.
  private static let files: [String] =
    ModelMethods.files + ["trainer.json", "trainer.safetensors", "score.safetensors"]
    + ModelMethods.files.map { "reference/" + $0 }

  /// The path of the checkpoint that stands, should a save have been cut off.
  private static func newest(_ path: String, _ core: SessionCore) throws -> String {
    guard !path.isEmpty else { return path }
    let place = try core.files.place(of: path)
    let found = CheckpointFolder.newest(place)
    return found == place ? path : found
  }
}

extension TrainerObject {
  func save(to place: String) throws {
    try state.save(folder: place, model: modelName, options: options)
  }
}

/// Saves a trainer while it runs.
struct PeriodicSave {
  private let object: any TrainerObject
  private let every: Int?
  /// Where to; nil saves nothing.
  private let place: String?
  /// The steps of the log that were saved last.
  private let saved = Saved()

  private final class Saved { var steps: Int? }

  init(_ object: any TrainerObject, _ call: Call, _ core: SessionCore) throws {
    self.object = object
    every = try call.isGiven("save_steps") ? call.int("save_steps") : nil
    guard call.isGiven("output_dir") else {
      if every != nil {
        throw Fault(
          .argument, "\(call.spec.qualifiedName): save_steps: there is no output_dir to save to",
          remedy: "output_dir: \"my-run\"", parameter: "save_steps")
      }
      place = nil
      return
    }
    place = try core.files.output(try call.string("output_dir"))
  }

  /// Saves after each step that is due, before `report` can stop the trainer there.
  func after(_ report: @escaping Report) -> Report {
    { progress in
      if progress.metrics != nil, let every, object.state.log.count % every == 0 { try save() }
      try report(progress)
    }
  }

  /// Saves the end of the run, unless that was the last save.
  func finish() throws {
    if saved.steps != object.state.log.count { try save() }
  }

  private func save() throws {
    guard let place else { return }
    try object.save(to: place)
    saved.steps = object.state.log.count
  }
}
