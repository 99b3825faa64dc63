// swift-tools-version: 6.2
import PackageDescription

// Layers, lowest first. scripts/check-layers compares every import with its table.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "rlx",
  products: [.executable(name: "rlx", targets: ["rlx"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    // L0: C, and the doors to system libraries.
    // CKernels is optimised in debug builds too (SwiftPM's default there is -O0), or tests crawl.
    .target(
      name: "CKernels",
      cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])],
      linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]
    ),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
    // Opens libcurl when it is first needed: nothing to link.
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "CSimdJSON",
      cxxSettings: [.unsafeFlags(["-O3"])],
      linkerSettings: [.linkedLibrary("simdjson")]
    ),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

    // L1
    .target(name: "RLXTensor", dependencies: ["CKernels", "COneDNN"], swiftSettings: strict),
    .target(name: "RLXScript", swiftSettings: strict),
    .target(
      name: "RLXData", dependencies: ["CSimdJSON", "CZlib", "CCrypto"], swiftSettings: strict),
    .target(
      name: "RLXStore",
      dependencies: [.product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict
    ),
    // L2
    .target(
      name: "RLXHub", dependencies: ["RLXData", "CCurl", "CCrypto"], swiftSettings: strict),
    .target(
      name: "RLXModels", dependencies: ["RLXTensor", "RLXData", "CPCRE2"], swiftSettings: strict),
    // L3
    .target(
      name: "RLXTraining", dependencies: ["RLXModels", "RLXTensor", "RLXData"],
      swiftSettings: strict),
    // L4: the only place where script and engine meet.
    .target(
      name: "RLXSession",
      dependencies: [
        "RLXScript", "RLXTraining", "RLXModels", "RLXTensor", "RLXData", "RLXStore", "RLXHub",
        "CCrypto",
      ],
      swiftSettings: strict
    ),
    // L6
    .executableTarget(
      name: "rlx",
      dependencies: [
        "RLXSession", "CEditLine",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),

    // Tests mirror Sources.
    .target(name: "RLXTestSupport", path: "Tests/RLXTestSupport", swiftSettings: strict),
    .target(
      name: "RLXFuzzing", dependencies: ["RLXModels", "RLXTensor", "RLXData"],
      path: "Tests/RLXFuzzing",
      swiftSettings: strict),
    .testTarget(
      name: "RLXScriptTests", dependencies: ["RLXScript", "RLXTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RLXTensorTests", dependencies: ["RLXTensor", "CKernels", "RLXTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RLXDataTests", dependencies: ["RLXData", "RLXTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "RLXHubTests", dependencies: ["RLXHub", "RLXData", "RLXTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RLXStoreTests",
      dependencies: [
        "RLXStore", "RLXTestSupport", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RLXModelsTests",
      dependencies: ["RLXModels", "RLXTensor", "RLXData", "RLXTestSupport", "RLXFuzzing"],
      swiftSettings: strict),
    .testTarget(
      name: "RLXTrainingTests",
      dependencies: ["RLXTraining", "RLXModels", "RLXTensor", "RLXData", "RLXTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RLXSessionTests",
      dependencies: [
        "RLXSession", "RLXScript", "RLXTraining", "RLXModels", "RLXTensor", "RLXStore", "RLXData",
        "RLXHub", "RLXTestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RLXCommandTests",
      dependencies: [
        "rlx", "RLXSession", "RLXStore", "RLXTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// Linked with libFuzzer, which only scripts/fuzz brings along.
if Context.environment["RLX_FUZZER"] != nil {
  package.products.append(.executable(name: "RLXFuzzer", targets: ["RLXFuzzer"]))
  package.targets.append(
    .executableTarget(
      name: "RLXFuzzer", dependencies: ["RLXFuzzing"], path: "Tests/RLXFuzzer",
      swiftSettings: strict))
}
