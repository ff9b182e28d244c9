// swift-tools-version: 6.0
import PackageDescription

// On Linux there is neither Core ML nor Core Video: stand-ins of the same names take their places,
// for tests alone. Library evolution keeps their enums open to new cases, as those of a system's
// frameworks are. The compiler warns that Foundation has no such promise; here it needs none.
#if os(Linux)
let evolving: [SwiftSetting] = [
    .unsafeFlags([
        "-enable-library-evolution", "-no-verify-emitted-module-interface", "-suppress-warnings",
    ])
]
let standIn: [Target] = [
    .target(name: "CStandIn", dependencies: ["CPropaneShim"], path: "LinuxStandIn/CStandIn"),
    .target(name: "CoreVideo", path: "LinuxStandIn/CoreVideo", swiftSettings: evolving),
    .target(
        name: "CoreML", dependencies: ["CStandIn", "CoreVideo"], path: "LinuxStandIn/CoreML",
        swiftSettings: evolving),
]
let apples: [Target.Dependency] = ["CoreML", "CoreVideo"]
let applesForTests: [Target.Dependency] = ["CoreML", "CoreVideo", "CStandIn"]
#else
let standIn: [Target] = []
let apples: [Target.Dependency] = []
let applesForTests: [Target.Dependency] = []
#endif

let package = Package(
    name: "PropaneShim",
    platforms: [.macOS(.v15)],
    products: [.library(name: "PropaneShim", type: .dynamic, targets: ["PropaneShim"])],
    targets: standIn + [
        .target(name: "CPropaneShim"),
        .target(name: "PropaneShim", dependencies: ["CPropaneShim"] + apples),
        .testTarget(
            name: "PropaneShimTests",
            dependencies: ["PropaneShim", "CPropaneShim"] + applesForTests),
    ],
    swiftLanguageModes: [.v6]
)
