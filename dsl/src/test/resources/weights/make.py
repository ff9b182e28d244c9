"""Writes the files of weights that WeightsOfOthersTest reads: pip install torch numpy safetensors"""

import json

import numpy
import torch
from safetensors.numpy import save_file as save_numpy
from safetensors.torch import save_file

torch.manual_seed(3)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(2, 3, 3)
        self.bn1 = torch.nn.BatchNorm2d(3)
        self.layer = torch.nn.Sequential(torch.nn.Linear(12, 2), torch.nn.LayerNorm(2))


net = Net()
net.bn1.running_mean += torch.randn(3)
state = net.state_dict()
torch.save(state, "net.pt")
expected = {name: value.clone() for name, value in state.items()}
expected["bn1.num_batches_tracked"] = expected["bn1.num_batches_tracked"].to(torch.int32)
save_file(expected, "net.safetensors")

row = torch.arange(24, dtype=torch.float32)
views = {
    "transposed": row.view(4, 6).t(),
    "slice": row.view(2, 3, 4)[:, 1:, ::2],
    "expanded": row[:3].view(3, 1).expand(3, 5),
    "scalar": torch.tensor(2.5),
    "none": torch.zeros(0, 3),
    "tied": row,
    "parameter": torch.nn.Parameter(torch.tensor([1.0, -2.0])),
    "half": torch.tensor([0.5, -1.25], dtype=torch.float16),
    "bfloat": torch.tensor([0.5, -1.25], dtype=torch.bfloat16),
    "double": torch.tensor([0.1, 1e30], dtype=torch.float64),
    "long": torch.tensor([-7, 2**31 - 1]),
    "int": torch.tensor([[3], [-4]], dtype=torch.int32),
    "short": torch.tensor([-300], dtype=torch.int16),
    "char": torch.tensor([-5], dtype=torch.int8),
    "byte": torch.tensor([250], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
}
torch.save(views, "views.pt")
torch.save(views, "views-protocol-4.pt", pickle_protocol=4)
narrow = {torch.bfloat16: torch.float32, torch.float64: torch.float32}
narrow |= {t: torch.int32 for t in (torch.int64, torch.int16, torch.int8, torch.uint8)}
save_file(
    {k: v.detach().clone().contiguous().to(narrow.get(v.dtype, v.dtype)) for k, v in views.items()},
    "views.safetensors",
)

optimizer = torch.optim.Adam(net.parameters())
net.layer(torch.ones(1, 12)).sum().backward()
optimizer.step()
changed = net.state_dict()
torch.save({"epoch": 3, "best": 0.75, "model": changed, "optimizer": optimizer.state_dict()}, "nested.pt")
torch.save({"model": state, "ema": {"model": state}}, "several.pt")
torch.save(net.layer, "whole.pt")
torch.save({"a": torch.ones(1)}, "old.pt", _use_new_zipfile_serialization=False)

arrays = {
    "a": numpy.arange(6, dtype=numpy.float32).reshape(2, 3),
    "fortran": numpy.asfortranarray(numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 4)),
    "big": numpy.arange(3, dtype=">i8"),
    "half": numpy.array([1.5], dtype=numpy.float16),
    "bool": numpy.array([True, False]),
    "byte": numpy.array([[200]], dtype=numpy.uint8),
    "scalar": numpy.float64(0.1),
    "empty": numpy.zeros((0, 2), dtype=numpy.float32),
}
numpy.savez("arrays.npz", **arrays)
numpy.savez_compressed("compressed.npz", **arrays)
kinds = {"f": numpy.float32, "i": numpy.int32, "u": numpy.int32, "b": numpy.bool_}
save_numpy(
    {
        k: numpy.ascontiguousarray(numpy.asarray(v).astype("float16" if k == "half" else kinds[numpy.asarray(v).dtype.kind])).reshape(numpy.shape(v))
        for k, v in arrays.items()
    },
    "arrays.safetensors",
)

first = {k: v for k, v in expected.items() if k.startswith("conv")}
second = {k: v for k, v in expected.items() if not k.startswith("conv")}
save_file(first, "model-00001-of-00002.safetensors")
save_file(second, "model-00002-of-00002.safetensors")
where = {k: "model-00001-of-00002.safetensors" for k in first}
where |= {k: "model-00002-of-00002.safetensors" for k in second}
with open("model.safetensors.index.json", "w") as file:
    json.dump({"metadata": {"total_size": 1}, "weight_map": where}, file)
