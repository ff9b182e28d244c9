"""A case as Java left it: its description, and its arrays out of a safetensors file."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TYPES = {"F32": np.float32, "I32": np.int32, "BOOL": np.bool_}


def safetensors(path):
    """Reads a file of named arrays (https://github.com/huggingface/safetensors)."""
    content = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    arrays = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(content[begin:end], TYPES[entry["dtype"]])
        arrays[name] = array.reshape(entry["shape"])
    return arrays


@dataclass
class Term:
    """A call such as conv2d(8, 3).stride(2): its name, its arguments, its settings in order."""

    call: str
    of: list
    settings: dict

    @staticmethod
    def read(value):
        """Makes terms of what describes them, within lists and settings, too."""
        if isinstance(value, list):
            return [Term.read(each) for each in value]
        if isinstance(value, dict) and "call" in value:
            settings = {name: Term.read(of) for name, of in value["with"].items()}
            return Term(value["call"], Term.read(value["of"]), settings)
        if isinstance(value, dict):
            return {name: Term.read(each) for name, each in value.items()}
        return value

    def has(self, setting):
        return setting in self.settings

    def setting(self, name, otherwise):
        """Returns the only argument of a setting."""
        return self.settings[name][0] if name in self.settings else otherwise


class Case:
    """Everything about a case."""

    def __init__(self, folder, seed):
        told = json.loads((Path(folder) / f"{seed}.json").read_text())
        self.seed = seed
        self.program = told["program"]
        self.error = told.get("error")
        if self.error:
            return
        read = Term.read(told)
        self.model = read["model"]
        self.tasks = read["tasks"]
        self.triplet = read["triplet"]
        self.optimizer = read["optimizer"]
        self.settings = read["settings"]
        self.is_weighted = read["weighted"]
        self.loop = read["loop"]
        self.trainable = read["trainable"]
        self.losses = np.array([float(each) for each in read["losses"]])
        self.results = {
            when: {name: float(value) for name, value in values.items()}
            for when, values in read["results"].items()
        }
        self.arrays = safetensors(Path(folder) / f"{seed}.safetensors")

    def under(self, folder):
        """Returns the arrays of a folder by their names within."""
        start = folder + "/"
        return {
            name[len(start) :]: array
            for name, array in self.arrays.items()
            if name.startswith(start)
        }

    def batches(self):
        """Returns windows of batches that make one update each, in order, as ranges of examples."""
        loop = self.loop
        windows = []
        for _ in range(loop["epochs"]):
            starts = range(0, loop["examples"], loop["batch"])
            ranges = [(a, min(a + loop["batch"], loop["examples"])) for a in starts]
            for at in range(0, len(ranges), loop["gradientAccumulation"]):
                windows.append(ranges[at : at + loop["gradientAccumulation"]])
        return windows
