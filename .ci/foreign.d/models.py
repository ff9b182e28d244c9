"""Small models of PyTorch as its users convert them, where PyTorch is there, against PyTorch in float64."""

import json
import os

import numpy as np
from case import TARGETS, array, ct

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    torch = None


class Model:
    """A model that is traced and converted with all of coremltools' passes."""

    def __init__(self, name, module, inputs, half=False):
        self.name = f"torch {name}{' in float16' if half else ''}"
        self.module = module
        self.inputs = inputs
        self.half = half

    def targets(self):
        return list(TARGETS)

    def write(self, folder, target):
        os.makedirs(folder)
        module = self.module.float().eval()
        traced = torch.jit.trace(module, [torch.from_numpy(value) for value in self.inputs.values()], check_trace=False)
        with torch.no_grad():
            right = module.double()(*[torch.from_numpy(value.astype(np.float64) if value.dtype.kind == "f" else value)
                                      for value in self.inputs.values()])
        ct.convert(
            traced,
            inputs=[ct.TensorType(name=name, shape=value.shape, dtype=value.dtype.type) for name, value in self.inputs.items()],
            convert_to="mlprogram",
            compute_precision=ct.precision.FLOAT16 if self.half else ct.precision.FLOAT32,
            minimum_deployment_target=TARGETS[target],
            skip_model_load=True,
        ).save(os.path.join(folder, "case.mlpackage"))
        told = {
            "name": self.name,
            "target": target,
            "tolerance": 2e-2 if self.half else 1e-4,
            "refused": "",
            "inputs": {name: array(value) for name, value in self.inputs.items()},
            "outputs": [array(value.numpy()) for value in (right if isinstance(right, tuple) else [right])],
        }
        with open(os.path.join(folder, "case.json"), "w") as file:
            json.dump(told, file)


def made(forward, **parts):
    class Made(nn.Module):
        def __init__(self):
            super().__init__()
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, *inputs):
            return forward(self, *inputs)

    return Made()


def cases():
    if torch is None:
        print("foreign: no PyTorch, so no models of it")
        return
    torch.manual_seed(1)
    torch.backends.mha.set_fastpath_enabled(False)  # its own kernel cannot be converted
    rng = np.random.default_rng(4)
    image = rng.normal(size=(1, 3, 16, 16)).astype(np.float32)
    row = rng.normal(size=(2, 5, 8)).astype(np.float32)
    convolutions = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, groups=8, padding=1),
        nn.Hardswish(), nn.Conv2d(8, 16, 1), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5), nn.Softmax(-1))
    unet = made(lambda m, x: m.out(torch.cat([m.up(F.relu(m.down(x))), x], 1)),
                down=nn.Conv2d(3, 8, 3, stride=2, padding=1), up=nn.ConvTranspose2d(8, 4, 2, stride=2), out=nn.Conv2d(7, 2, 1))
    attention = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0)
    lstm = made(lambda m, x: m.lstm(x)[0], lstm=nn.LSTM(8, 6, 2, batch_first=True, bidirectional=True))
    gru = made(lambda m, x: m.gru(x)[0], gru=nn.GRU(8, 6, batch_first=True))
    rnn = made(lambda m, x: m.rnn(x)[0], rnn=nn.RNN(8, 6, batch_first=True))
    forms = made(lambda m, x: F.local_response_norm(F.pad(x, (1, 2)), 3) + F.pad(x, (1, 2, 0, 0), mode="reflect"))
    sizes = made(lambda m, x: F.interpolate(x, scale_factor=1.5, mode="bilinear", align_corners=False).view(x.size(0), -1, 24).mean(1))
    nearest = made(lambda m, x: F.interpolate(x, size=(10, 20), mode="nearest"))
    windows = made(lambda m, x: F.unfold(x, 3, stride=2))
    one_hot = made(lambda m, x: F.one_hot(x.long(), 5).to(m.table.dtype) @ m.table, table=nn.Parameter(torch.randn(5, 3)))
    pools = made(lambda m, x: (F.max_pool2d(x, 3, 2, ceil_mode=True), F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)))
    norms = nn.Sequential(nn.Conv2d(3, 8, 3), nn.GroupNorm(4, 8), nn.PReLU(8), nn.InstanceNorm2d(8, affine=True), nn.PixelShuffle(2))
    for name, module, inputs in (
        ("convolutions", convolutions, {"x": image}), ("unet", unet, {"x": image}), ("attention", attention, {"x": row}),
        ("lstm", lstm, {"x": row}), ("gru", gru, {"x": row}), ("rnn", rnn, {"x": row}), ("pads", forms, {"x": image}), ("sizes", sizes, {"x": image}),
        ("nearest", nearest, {"x": image}), ("windows", windows, {"x": image}), ("one_hot", one_hot, {"x": np.int32([0, 3, 4])}),
        ("pools", pools, {"x": image}), ("norms", norms, {"x": image}),
    ):
        yield Model(name, module, inputs)
    for name, module, inputs in (("convolutions", convolutions, {"x": image}), ("attention", attention, {"x": row})):
        yield Model(name, module, inputs, half=True)
