// swift-tools-version: 6.0
import PackageDescription

// On Linux there is no Core ML: a stand-in of the same name takes its place, for tests alone.
#if os(Linux)
let standIn: [Target] = [
    .target(name: "CStandIn", dependencies: ["CPropaneShim"], path: "LinuxStandIn/CStandIn"),
    .target(name: "CoreML", dependencies: ["CStandIn"], path: "LinuxStandIn/CoreML"),
]
let coreML: [Target.Dependency] = ["CoreML"]
let coreMLForTests: [Target.Dependency] = ["CoreML", "CStandIn"]
#else
let standIn: [Target] = []
let coreML: [Target.Dependency] = []
let coreMLForTests: [Target.Dependency] = []
#endif

let package = Package(
    name: "PropaneShim",
    platforms: [.macOS(.v15)],
    products: [.library(name: "PropaneShim", type: .dynamic, targets: ["PropaneShim"])],
    targets: standIn + [
        .target(name: "CPropaneShim"),
        .target(name: "PropaneShim", dependencies: ["CPropaneShim"] + coreML),
        .testTarget(
            name: "PropaneShimTests",
            dependencies: ["PropaneShim", "CPropaneShim"] + coreMLForTests),
    ],
    swiftLanguageModes: [.v6]
)
