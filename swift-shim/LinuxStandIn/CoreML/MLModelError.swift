import Foundation

public struct MLModelError: CustomNSError {
    public enum Code: Int, Sendable {
        case generic, featureType
        case io = 3
        case customLayer, customModel, update, parameters
        case modelDecryptionKeyFetch, modelDecryption, modelCollection
    }

    public let code: Code
    let text: String

    public static var errorDomain: String { "com.apple.CoreML" }
    public var errorCode: Int { code.rawValue }
    public var errorUserInfo: [String: Any] { [NSLocalizedDescriptionKey: text] }
}

func standInError(_ code: MLModelError.Code, _ text: String) -> MLModelError {
    MLModelError(code: code, text: "stand-in: " + text)
}
