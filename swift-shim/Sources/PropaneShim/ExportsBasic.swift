import CPropaneShim
import Foundation

@_cdecl("propane_version")
public func version() -> Int32 { PROPANE_SHIM_VERSION }

@_cdecl("propane_error_free")
public func errorFree(_ error: UnsafeMutablePointer<propane_error>?) {
    guard let error else { return }
    free(error.pointee.domain)
    free(error.pointee.text)
    error.pointee = propane_error()
}

@_cdecl("propane_string_free")
public func stringFree(_ string: UnsafeMutablePointer<CChar>?) { free(string) }

@_cdecl("propane_log_to")
public func logTo(_ log: propane_log?, _ user: UnsafeMutableRawPointer?) { Log.send(to: log, user) }

@_cdecl("propane_devices")
public func devices(
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) { try handOut(try Machine.json(), to: out) }
}

@_cdecl("propane_compile")
public func compile(
    _ path: UnsafePointer<CChar>?, _ cache: UnsafePointer<CChar>?, _ limit: Int64,
    _ compiled: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let model = try existing(path, "the path")
        guard model.pathExtension != "mlmodelc" else {
            throw ShimError.invalid("\(model.path) is compiled already")
        }
        let folder = try cache.map { URL(fileURLWithPath: try text($0, "the cache")) }
        let cache = CompiledModels(folder)
        let kept = try waiting(limit, "compiling \(model.path)") {
            try await cache.compiled(model)
        }
        CompiledModels.keepForGood(kept)
        try handOut(kept.place.path, to: compiled)
    }
}

@_cdecl("propane_plan")
public func plan(
    _ path: UnsafePointer<CChar>?, _ function: UnsafePointer<CChar>?, _ units: Int32,
    _ limit: Int64, _ out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let request = try LoadRequest(path, function, units)
        guard request.model.pathExtension == "mlmodelc" else {
            throw ShimError.invalid("a plan is made of a .mlmodelc alone: \(request.model.path)")
        }
        try handOut(
            try waiting(limit, "the plan of \(request.model.path)") {
                try await Plan.json(request)
            }, to: out)
    }
}
