import CPropaneShim
import Foundation

@_cdecl("propane_model_load")
public func modelLoad(
    _ path: UnsafePointer<CChar>?, _ function: UnsafePointer<CChar>?, _ units: Int32,
    _ limit: Int64, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let request = try LoadRequest(path, function, units)
        let model = try waiting(limit, "loading \(request.model.path)") {
            try await Model.load(request)
        }
        try handOut(model, to: out)
    }
}

@_cdecl("propane_model_describe")
public func modelDescribe(
    _ handle: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) { try handOut(try object(Model.self, handle).describe(), to: out) }
}

@_cdecl("propane_model_release")
public func modelRelease(_ handle: UnsafeMutableRawPointer?) { release(Model.self, handle) }
