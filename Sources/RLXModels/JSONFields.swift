import RLXData

/// One object of a JSON file, read field by field; every trouble names the field and the file.
package struct JSONFields {
  package let object: JSONObject
  package let file: String
  /// Where in the file the object stands: "" or "model.".
  package var place = ""

  /// The object in `bytes`, the contents of `file`.
  package init(bytes: [UInt8], file: String) throws(ModelError) {
    let value: JSON
    do {
      value = try JSON.parse(bytes, file: file)
    } catch {
      let line = error.line.map { "line \($0): " } ?? ""
      throw .brokenFile(path: file, found: line + error.found, wanted: error.wanted)
    }
    guard let object = value.objectValue else {
      throw .brokenFile(path: file, found: value.kind, wanted: "a JSON object")
    }
    self.init(object: object, file: file)
  }

  /// The object in a file that must be there.
  package init(file: String) throws(ModelError) {
    guard let bytes = try MappedFile.contents(ifPresent: file) else {
      throw .missingFile(path: file)
    }
    try self.init(bytes: bytes, file: file)
  }

  package init(object: JSONObject, file: String, place: String = "") {
    self.object = object
    self.file = file
    self.place = place
  }

  /// The value of a field; nil if it is missing or null.
  package subscript(name: String) -> JSON? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  package func wrong(_ name: String, _ found: JSON, wanted: String) -> ModelError {
    .wrongField(name: place + name, file: file, found: Self.shown(found), wanted: wanted)
  }

  package func missing(_ name: String) -> ModelError {
    .missingField(name: place + name, file: file)
  }

  /// The value as the file spells it, if it is short.
  package static func shown(_ value: JSON) -> String {
    guard let text = try? value.serialized(), text.utf8.count <= 80 else { return value.kind }
    return text
  }

  package func string(_ name: String) throws(ModelError) -> String? {
    guard let value = self[name] else { return nil }
    guard let string = value.stringValue else { throw wrong(name, value, wanted: "a string") }
    return string
  }

  package func bytes(_ name: String) throws(ModelError) -> [UInt8] {
    guard let text = try string(name) else { throw missing(name) }
    return Array(text.utf8)
  }

  package func bool(_ name: String, default standard: Bool = false) throws(ModelError) -> Bool {
    guard let value = self[name] else { return standard }
    guard let bool = value.boolValue else { throw wrong(name, value, wanted: "true or false") }
    return bool
  }

  /// A whole number in `range`; nil if the field is missing.
  package func int(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> Int? {
    guard let value = self[name] else { return nil }
    guard let int = value.intValue, range.contains(int) else {
      let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
      throw wrong(name, value, wanted: wanted)
    }
    return int
  }

  /// A finite number above 0; nil if the field is missing.
  package func positive(_ name: String) throws(ModelError) -> Double? {
    guard let value = self[name] else { return nil }
    guard let number = value.doubleValue, number.isFinite, number > 0 else {
      throw wrong(name, value, wanted: "a number above 0")
    }
    return number
  }

  package func array(_ name: String) throws(ModelError) -> [JSON]? {
    guard let value = self[name] else { return nil }
    guard let array = value.arrayValue else { throw wrong(name, value, wanted: "an array") }
    return array
  }

  /// The fields of an object within this one; nil if it is missing or null.
  package func fields(_ name: String) throws(ModelError) -> JSONFields? {
    guard let value = self[name] else { return nil }
    guard let inner = value.objectValue else { throw wrong(name, value, wanted: "an object") }
    return JSONFields(object: inner, file: file, place: place + name + ".")
  }

  /// The objects of an array, each with its place; none if the field is missing.
  package func objects(_ name: String) throws(ModelError) -> [JSONFields] {
    var result: [JSONFields] = []
    for (index, value) in (try array(name) ?? []).enumerated() {
      guard let inner = value.objectValue else {
        throw wrong("\(name)[\(index)]", value, wanted: "an object")
      }
      let at = "\(place)\(name)[\(index)]."
      result.append(JSONFields(object: inner, file: file, place: at))
    }
    return result
  }

  /// One token id, or several: `2` or `[2, 1]`; none if the field is missing.
  package func tokens(_ name: String) throws(ModelError) -> [Int32] {
    guard let value = self[name] else { return [] }
    var ids: [Int32] = []
    for element in value.arrayValue ?? [value] {
      guard let int = element.intValue, let id = Int32(exactly: int), id >= 0 else {
        throw wrong(name, value, wanted: "a token id, or an array of them")
      }
      ids.append(id)
    }
    return ids
  }
}
