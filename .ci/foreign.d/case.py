"""One small program of coremltools, what it is given, and what it must give."""

import dataclasses
import json
import logging
import os
import typing

logging.disable(logging.WARNING)  # coremltools warns off macOS of what only macOS has

import coremltools as ct  # noqa: E402
import numpy as np  # noqa: E402
from coremltools.converters.mil.mil import Builder as mb, types  # noqa: E402

TARGETS = {
    15: ct.target.iOS15,
    16: ct.target.iOS16,
    17: ct.target.iOS17,
    18: ct.target.iOS18,
    26: ct.target.iOS26,
}
TYPES = {
    "float32": types.fp32,
    "float16": types.fp16,
    "int32": types.int32,
    "bool": types.bool,
}


@dataclasses.dataclass
class Case:
    """A program: its inputs, the body that makes it, and how its results are known."""

    name: str
    inputs: dict
    body: typing.Callable
    right: typing.Callable = None  # of the inputs' values; else coremltools infers values
    since: int = 15
    until: int = 26
    tolerance: float = 2e-5
    refused: str = ""  # why it is refused, a part of the message

    def targets(self):
        return [target for target in TARGETS if self.since <= target <= self.until]

    def write(self, folder, target):
        os.makedirs(folder)
        model(self, target).save(os.path.join(folder, "case.mlpackage"))
        told = {
            "name": self.name,
            "target": target,
            "tolerance": self.tolerance,
            "refused": self.refused,
            "inputs": {name: array(value) for name, value in self.inputs.items()},
            "outputs": [array(value) for value in self.expected(target)],
        }
        with open(os.path.join(folder, "case.json"), "w") as file:
            json.dump(told, file)

    def expected(self, target):
        if self.refused:
            return []
        if self.right is not None:
            return several(self.right(*[widened(value) for value in self.inputs.values()]))
        values = []

        @mb.program(input_specs=[mb.TensorSpec((1,))], opset_version=TARGETS[target])
        def known(unused):
            results = several(self.body(*[value.copy() for value in self.inputs.values()]))
            values.extend(result.val for result in results)
            return mb.identity(x=unused)

        if any(value is None for value in values):
            raise ValueError(f"{self.name}: coremltools infers no value; give one")
        return values


def model(case, target):
    specs = [mb.TensorSpec(value.shape, TYPES[str(value.dtype)]) for value in case.inputs.values()]
    body = case.body
    names = list(case.inputs)
    # The builder names inputs as parameters are called.
    scope = {"body": body}
    exec(f"def program({', '.join(names)}): return body({', '.join(names)})", scope)
    program = mb.program(input_specs=specs, opset_version=TARGETS[target])(scope["program"])
    return ct.convert(
        program,
        source="milinternal",
        convert_to="mlprogram",
        compute_precision=ct.precision.FLOAT32,
        minimum_deployment_target=TARGETS[target],
        pass_pipeline=ct.PassPipeline.EMPTY,
        skip_model_load=True,
    )


def several(results):
    return list(results) if isinstance(results, (list, tuple)) else [results]


def widened(value):
    return value.astype(np.float64) if value.dtype.kind == "f" else value


def array(value):
    value = np.asarray(value)
    return {"type": str(value.dtype), "shape": list(value.shape), "values": value.astype(np.float64).ravel().tolist()}
