import Foundation

open class MLModelAsset: NSObject {
    private let url: URL

    public init(url compiledModelURL: URL) throws {
        url = compiledModelURL
        _ = try StandInModel.read(url)
    }

    open var functionNames: [String] {
        get async throws {
            // Empty, as of a model of one function, where there is none besides.
            let names = try StandInModel.read(url).functions.keys.sorted()
            return names.count > 1 ? names : []
        }
    }

    open var modelDescription: MLModelDescription {
        get async throws {
            let model = try StandInModel.read(url)
            return try MLModelDescription(model, model.function(nil).1)
        }
    }
}
