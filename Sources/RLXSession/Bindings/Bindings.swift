import RLXScript

/// Everything a session's scripts can name beyond the core library. One line a file of `Bindings`.
package enum Bindings {
  package static func register(in registry: Registry, core: SessionCore) {
    registerTensors(registry, core: core)
    registerData(registry, core: core)
    registerSessionFunctions(registry, core: core)
    registerModels(registry, core: core)
    registerPreferences(registry, core: core)
    registerTraining(registry, core: core)
    registerEvaluation(registry, core: core)
  }
}
