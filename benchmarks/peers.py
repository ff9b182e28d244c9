"""How many examples a second PyTorch trains on, over the models of Throughput.java."""

import os
import time

# As Propane sets it: threads that wait for long take the cores from those that work.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")

import torch
from torch import nn

SECONDS = 3


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(77, 96)
        self.positions = nn.Parameter(torch.randn(64, 96) * 0.02)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                96, 4, 384, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(96)
        self.head = nn.Linear(96, 77)
        self.mask = nn.Transformer.generate_square_subsequent_mask(64)

    def forward(self, x):
        h = self.embedding(x) + self.positions
        for block in self.blocks:
            h = block(h, src_mask=self.mask, is_causal=True)
        return self.head(self.norm(h)).flatten(0, 1)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(16, 48, batch_first=True)
        self.head = nn.Linear(48, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def block(inputs, filters):
    return nn.Sequential(
        nn.Conv2d(inputs, filters, 3, padding="same"),
        nn.BatchNorm2d(filters),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )


def run(step):
    start = time.perf_counter()
    steps = 0
    while time.perf_counter() - start < SECONDS:
        step()
        steps += 1
    return steps / (time.perf_counter() - start)


def measure(name, model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    loss = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    run(step)
    print(name, round(len(x) * run(step)), flush=True)


torch.manual_seed(1)
layers = [nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)]
measure("perceptron", nn.Sequential(*layers), torch.randn(64, 784), torch.randint(10, (64,)))
layers = [block(1, 16), block(16, 32), nn.Flatten(), nn.Linear(1568, 128), nn.ReLU()]
measure(
    "convolutions",
    nn.Sequential(*layers, nn.Linear(128, 10)),
    torch.randn(64, 1, 28, 28),
    torch.randint(10, (64,)),
)
words = torch.randint(77, (32, 64))
measure("transformer", Transformer(), words, torch.randint(77, (32 * 64,)))
measure("lstm", Lstm(), torch.randn(32, 64, 16), torch.randint(10, (32,)))
