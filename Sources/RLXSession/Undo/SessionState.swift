import RLXScript
import RLXTensor

/// A session as it stands: names, draws, and the state of every object that a name leads to.
final class SessionState {
  /// One object and what is kept of it.
  struct Part {
    let object: any Digestible
    let number: Int?
    let state: ObjectState
    /// The state's tensors.
    var kept: [KeptTensor]
  }

  let names: Interpreter.Names
  let draws: DrawLedger
  let digester: ValueDigester
  private(set) var parts: [Part]
  /// The memory all of this holds on to, in bytes by what is held.
  private(set) var memory: [ObjectIdentifier: Int] = [:]

  /// What a session is now. Tensors that `previous` has too are kept once.
  init(
    _ interpreter: Interpreter, draws: DrawLedger, digester: ValueDigester, walk: inout ObjectWalk,
    previous: SessionState? = nil
  ) {
    names = interpreter.names
    self.draws = draws
    self.digester = digester
    var known: [ObjectIdentifier: [KeptTensor]] = [:]
    for part in previous?.parts ?? [] {
      for kept in part.kept {
        if let tensor = kept.inMemory { known[tensor.memory, default: []].append(kept) }
      }
    }
    var memory: [ObjectIdentifier: Int] = [:]
    parts = walk.objects(of: names).map { object, state in
      for tensor in state.graph { memory[tensor.memory] = tensor.memoryBytes }
      let kept = state.tensors.map { tensor -> KeptTensor in
        memory[tensor.memory] = tensor.memoryBytes
        let same = known[tensor.memory]?.first { $0.inMemory?.isSame(as: tensor) ?? false }
        if let same { return same }
        let kept = KeptTensor(tensor)
        known[tensor.memory, default: []].append(kept)
        return kept
      }
      var state = state
      // Held by `kept` alone from here on, so that they can leave memory.
      state.tensors = []
      return Part(object: object, number: object.identity.number, state: state, kept: kept)
    }
    self.memory = memory
  }

  /// Puts the objects' contents back in place, so that whoever holds them sees it.
  ///
  /// Everything is read before anything is changed. `numbers` says whether objects get back the
  /// numbers that digests know them by, too. Returns what was withdrawn from files.
  func restoreObjects(numbers: Bool) throws -> [String] {
    let tensors = try parts.map { try $0.kept.map { try $0.tensor() } }
    var withdrawn: [String] = []
    for (part, tensors) in zip(parts, tensors) {
      if numbers { part.object.identity.number = part.number }
      try part.state.putBack?(tensors)
      if let word = try part.state.withdraw?() { withdrawn.append(word) }
    }
    return withdrawn
  }

  /// A digest of all of it.
  func fingerprint() throws -> String {
    var digest = DigestBuilder("state")
    for (name, value, _) in names.values {
      digest.text(name)
      digest.text(value.shown)
    }
    digest.text(names.last.shown)
    digest.word(draws.seed)
    digest.word(draws.taken)
    for part in parts {
      digest.count(part.number ?? -1)
      part.object.absorb(into: &digest)
      for kept in part.kept { digest.tensor(try kept.tensor()) }
    }
    return digest.finish()
  }

  /// Bytes that this state keeps in memory and `next` does not.
  func bytes(notIn next: SessionState) -> Int {
    memory.reduce(0) { $0 + (next.memory[$1.key] == nil ? $1.value : 0) }
  }

  /// Whether it keeps a graph that `next` does not.
  func hasGraph(notIn next: SessionState) -> Bool {
    parts.contains { $0.state.graph.contains { next.memory[$0.memory] == nil } }
  }

  /// Moves to a file what this state alone keeps in memory, `next` being the one after it. Graphs
  /// cannot be moved.
  func spill(to file: SpillFile, beside next: SessionState) throws {
    let alive = Set(next.parts.map { ObjectIdentifier($0.object) })
    for part in parts {
      var isAlone = false
      for kept in part.kept {
        guard let tensor = kept.inMemory, next.memory[tensor.memory] == nil else { continue }
        try kept.move(to: file)
        isAlone = true
      }
      // An object that later states do not know holds the memory itself.
      if isAlone, !alive.contains(ObjectIdentifier(part.object)) {
        part.state.release?()
      }
    }
  }
}

/// Finds the objects that names lead to, by way of lists, maps, functions and other objects.
struct ObjectWalk {
  /// What each name led to when it was last assigned: a long list is gone through once.
  private var direct: [String: (stamp: Int, objects: [any Digestible])] = [:]

  /// Every object, each once, with its state.
  mutating func objects(of names: Interpreter.Names) -> [(
    object: any Digestible, state: ObjectState
  )] {
    var search = Search()
    var found: [String: (stamp: Int, objects: [any Digestible])] = [:]
    for (name, value, stamp) in names.values {
      let objects: [any Digestible]
      if let known = direct[name], known.stamp == stamp {
        objects = known.objects
      } else {
        var local = Search()
        local.visit(value)
        objects = local.found
      }
      found[name] = (stamp, objects)
      for object in objects { search.add(object) }
    }
    direct = found
    search.visit(names.last)
    // The list grows as the objects in it lead to others.
    var states: [(object: any Digestible, state: ObjectState)] = []
    var next = 0
    while next < search.found.count {
      let object = search.found[next]
      let state = object.objectState
      for value in state.holds { search.visit(value) }
      states.append((object, state))
      next += 1
    }
    return states
  }

  private struct Search {
    private(set) var found: [any Digestible] = []
    private var seen: Set<ObjectIdentifier> = []

    mutating func add(_ object: any Digestible) {
      if seen.insert(ObjectIdentifier(object)).inserted { found.append(object) }
    }

    mutating func visit(_ value: Value) {
      // Not by recursion: functions capture functions without bound.
      var open = [value]
      while let value = open.popLast() {
        switch value {
        case .nil, .bool, .int, .float, .string, .range: break
        case .list(let list): open += list.elements.reversed()
        case .map(let map): open += map.entries.reversed().map(\.value)
        case .error(let error): if let data = error.diagnostic.data { open.append(data) }
        case .function(let function):
          guard seen.insert(ObjectIdentifier(function)).inserted else { continue }
          open += function.captured.reversed().compactMap(\.value)
          if case .host(_, let receiver) = function.body { open.append(receiver) }
        case .host(let object): if let object = object as? any Digestible { add(object) }
        }
      }
    }
  }
}
