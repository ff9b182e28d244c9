"""Opens Core ML packages with coremltools: infers the type of every op again and compares every weight.

usage: interop.py PACKAGE…   exit code 0 if all are good, 1 if one is not
"""

import json
import logging
import os
import shutil
import struct
import sys
import tempfile

logging.disable(logging.WARNING)  # coremltools warns off macOS of what only macOS has

import coremltools as ct  # noqa: E402
import numpy as np  # noqa: E402
from coremltools import proto  # noqa: E402
from coremltools.converters.mil.frontend.milproto import load as milproto  # noqa: E402

SENTINEL = 0xDEADBEEF
BLOB_TYPES = {  # the blob's dtype: the MIL dtype, the NumPy type
    1: (proto.MIL_pb2.FLOAT16, np.float16),
    2: (proto.MIL_pb2.FLOAT32, np.float32),
    3: (proto.MIL_pb2.UINT8, np.uint8),
    4: (proto.MIL_pb2.INT8, np.int8),
    6: (proto.MIL_pb2.INT16, np.int16),
    7: (proto.MIL_pb2.UINT16, np.uint16),
    14: (proto.MIL_pb2.INT32, np.int32),
    15: (proto.MIL_pb2.UINT32, np.uint32),
}
FEATURE_TYPES = {
    proto.FeatureTypes_pb2.ArrayFeatureType.FLOAT16: proto.MIL_pb2.FLOAT16,
    proto.FeatureTypes_pb2.ArrayFeatureType.FLOAT32: proto.MIL_pb2.FLOAT32,
    proto.FeatureTypes_pb2.ArrayFeatureType.INT32: proto.MIL_pb2.INT32,
}


class Fault(Exception):
    """What is wrong with a package."""


def check(package):
    with tempfile.TemporaryDirectory() as folder:
        # A copy, since coremltools writes the manifest anew when it opens a package.
        return check_copy(shutil.copytree(package, os.path.join(folder, "copy.mlpackage")))


def check_copy(package):
    manifest = load_json(os.path.join(package, "Manifest.json"))
    paths = {item["name"]: item["path"] for item in manifest["itemInfoEntries"].values()}
    root = manifest["itemInfoEntries"].get(manifest.get("rootModelIdentifier"))
    if root is None:
        raise Fault("the manifest's root model is none of its items")
    for path in paths.values():
        if not os.path.exists(os.path.join(package, "Data", path)):
            raise Fault(f"the manifest names {path}, which is not there")
    model = ct.utils.load_spec(package)
    weights = os.path.join(os.path.dirname(os.path.join(package, "Data", root["path"])), "weights")
    program = milproto.load(model, model.specificationVersion, weights)
    ops = compared = 0
    for name, function in model.mlProgram.functions.items():
        loaded = {
            output.name: output.val
            for op in program.functions[name].operations
            if op.op_type == "const"
            for output in op.outputs
        }
        for op in function.block_specializations[function.opset].operations:
            ops += 1
            compared += compare(name, op, loaded, weights)
    check_description(model)
    check_ports(model)
    functions = ", ".join(sorted(model.mlProgram.functions))
    return f"{functions}: {ops} ops inferred, {compared} weights equal"


def load_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def compare(function, op, loaded, weights):
    """Compares a constant that lies in the weight file with what MIL made of it."""
    value = op.attributes["val"] if op.type == "const" else None
    if value is None or value.WhichOneof("value") != "blobFileValue":
        return 0
    name = op.outputs[0].name
    kind = value.type.tensorType
    shape = [dimension.constant.size for dimension in kind.dimensions]
    path = os.path.join(weights, os.path.basename(value.blobFileValue.fileName))
    ours = read_blob(path, value.blobFileValue.offset, kind.dataType, f"{function}/{name}")
    theirs = np.asarray(loaded[name])
    if list(theirs.shape) != shape or theirs.tobytes() != ours:
        raise Fault(f"{function}/{name}: MIL loads other values than lie in the weight file")
    return 1


def read_blob(path, offset, mil_type, name):
    """Reads a blob by the format's own rules, without coremltools."""
    with open(path, "rb") as file:
        data = file.read()
    count, version = struct.unpack_from("<II", data, 0)
    if version != 2 or count == 0:
        raise Fault(f"{path}: {count} blobs in format version {version}")
    if offset % 64 != 0 or offset + 64 > len(data):
        raise Fault(f"{name}: no blob can begin at {offset} of {len(data)} bytes")
    sentinel, blob_type, size, start = struct.unpack_from("<IIQQ", data, offset)
    if sentinel != SENTINEL:
        raise Fault(f"{name}: no blob begins at {offset}")
    if BLOB_TYPES.get(blob_type, (None,))[0] != mil_type:
        raise Fault(f"{name}: the blob's type is {blob_type}, the program's {mil_type}")
    if start != offset + 64 or start + size > len(data):
        raise Fault(f"{name}: the blob's {size} bytes at {start} leave the file of {len(data)}")
    return data[start : start + size]


def check_description(model):
    """Holds the model's description against its functions: coremltools itself does not."""
    described = {function.name: function for function in model.description.functions}
    if not described:
        described = {"main": model.description}
    if set(described) != set(model.mlProgram.functions):
        raise Fault(f"described are the functions {sorted(described)}")
    for name, function in model.mlProgram.functions.items():
        block = function.block_specializations[function.opset]
        declared = {each.name: each.type for each in function.inputs}
        made = {out.name: out.type for op in block.operations for out in op.outputs}
        states = [each for each in declared if declared[each].WhichOneof("type") == "stateType"]
        match(name, "input", described[name].input, {n: declared[n] for n in declared if n not in states})
        match(name, "output", described[name].output, {n: made.get(n, declared.get(n)) for n in block.outputs})


def match(function, kind, features, expected):
    names = [feature.name for feature in features]
    if sorted(names) != sorted(expected):
        raise Fault(f"{function}: described {kind}s are {sorted(names)}, the program's {sorted(expected)}")
    for feature in features:
        if feature.type.WhichOneof("Type") != "multiArrayType":
            continue
        array = feature.type.multiArrayType
        tensor = expected[feature.name].tensorType
        shape = [dimension.constant.size for dimension in tensor.dimensions]
        fixed = all(dimension.WhichOneof("dimension") == "constant" for dimension in tensor.dimensions)
        if array.shape and fixed and list(array.shape) != shape:
            raise Fault(f"{function}: {kind} {feature.name} is described {list(array.shape)}, made {shape}")
        if FEATURE_TYPES.get(array.dataType, tensor.dataType) != tensor.dataType:
            raise Fault(f"{function}: {kind} {feature.name} is described with another element type")


def check_ports(model):
    """Holds what a training package says of its ports against the program."""
    text = model.description.metadata.userDefined.get("propane.ports")
    if not text:
        return
    ports = json.loads(text)["functions"]
    if set(ports) != set(model.mlProgram.functions):
        raise Fault(f"propane.ports tells of {sorted(ports)}")
    for name, function in model.mlProgram.functions.items():
        block = function.block_specializations[function.opset]
        made = {out.name: out.type for op in block.operations for out in op.outputs}
        inputs = {each.name: each.type for each in function.inputs}
        outputs = {each: made.get(each, inputs.get(each)) for each in block.outputs}
        for kind, real in (("inputs", inputs), ("outputs", outputs)):
            told = {port["name"]: port for port in ports[name][kind]}
            if set(told) != set(real):
                raise Fault(f"{name}: propane.ports has the {kind} {sorted(told)}, not {sorted(real)}")
            for port in told.values():
                shape = [each.constant.size for each in real[port["name"]].tensorType.dimensions]
                if port["shape"] != shape:
                    raise Fault(f"{name}: propane.ports says {port['name']} is {port['shape']}, not {shape}")


def main(packages):
    bad = 0
    for package in packages:
        try:
            print(f"good  {package}: {check(package)}")
        except Exception as fault:  # whatever coremltools throws is a verdict on the package
            bad += 1
            print(f"BAD   {package}: {type(fault).__name__}: {fault}")
    print(f"{len(packages) - bad} of {len(packages)} packages are good")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
