"""Runs a case with PyTorch, in whatever precision."""

import numpy as np
import torch
from layers import Net
from losses import Loss, Triplet
from optimizers import Updates
from torch.optim.swa_utils import get_ema_avg_fn


class Run:
    """A training of a case, from the weights that Propane began with.

    disturbed: by what share of themselves, or of 1 where they are 0, weights are changed at
    random before
    """

    def __init__(self, case, dtype, disturbed=0.0, seed=0):
        self.case = case
        self.dtype = dtype
        self.loss = Loss(case.tasks, case.is_weighted)
        draw = np.random.default_rng(seed)
        self.weights = {}
        for path, array in case.under("start").items():
            # What begins as 0 decides on which side of a bend the rounding of others falls.
            size = np.where(array == 0, 1, array.astype(np.float64))
            noise = disturbed * draw.standard_normal(array.shape) * size
            weight = torch.tensor(array + noise, dtype=dtype)
            self.weights[path] = weight.requires_grad_(path in case.trainable)
        self.trained = {path: self.weights[path] for path in case.trainable}
        self.net = Net(case.model, self.weights, case.trainable)
        self.inputs = {name: self._tensor(a) for name, a in case.under("input").items()}
        self.targets = {name: self._tensor(a) for name, a in case.under("target").items()}
        self.averages = {path: w.detach().clone() for path, w in self.trained.items()}
        self.results = {}

    def _tensor(self, array):
        whole = array.dtype.kind == "i"
        return torch.tensor(array, dtype=torch.int64 if whole else self.dtype)

    def _parts(self, start, end, is_training):
        """Returns sums and counts of the losses of some examples, and a step's other numbers."""
        inputs = {name: x[start:end] for name, x in self.inputs.items()}
        targets = {name: y[start:end] for name, y in self.targets.items()}
        if self.case.triplet:
            triplet = Triplet(self.case.triplet[0])
            return triplet.parts(self.net, inputs, targets, is_training)
        return self.loss.parts(self.net(inputs, is_training), targets), None

    def train(self):
        """Trains, evaluates, and returns all results by name."""
        windows = self.case.batches()
        updates = Updates(self.case.optimizer, self.trained, len(windows))
        losses = []
        for number, window in enumerate(windows):
            parts = [self._parts(*each, True)[0] for each in window]
            losses += [float(Loss.mean([each]).detach()) for each in parts]
            for weight in self.trained.values():
                weight.grad = None
            Loss.mean(parts).backward()
            self._change()
            updates.step(number)
            self._average()
        self.results["losses"] = np.array(losses)
        self._keep("end", self.weights)
        self._evaluate("now", "prediction")
        if "ema" in self.case.settings:
            self.net.weights = self.weights | self.averages
            self._keep("ema", self.net.weights)
            self._evaluate("averaged", "averaged_prediction")
        return self.results

    def _change(self):
        weights = list(self.trained.values())
        for weight in weights:
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
        for name, value in self.case.settings.items():
            if name == "clipGradNorm":
                torch.nn.utils.clip_grad_norm_(weights, value)
            elif name == "clipByValue":
                torch.nn.utils.clip_grad_value_(weights, value)
            elif name == "clipByNorm":
                for weight in weights:
                    torch.nn.utils.clip_grad_norm_([weight], value)

    @torch.no_grad()
    def _average(self):
        if "ema" in self.case.settings:
            mean = get_ema_avg_fn(self.case.settings["ema"])
            for path, weight in self.trained.items():
                self.averages[path] = mean(self.averages[path], weight, torch.tensor(1))

    @torch.no_grad()
    def _evaluate(self, when, prediction):
        count = self.case.loop["evaluated"]
        outputs = self.net({name: x[:count] for name, x in self.inputs.items()}, False)
        self._keep(prediction, outputs)
        parts, size = self._parts(0, count, False)
        self.results[f"{when} loss"] = np.array(float(Loss.mean([parts])))
        if size is not None:
            self.results[f"{when} size"] = np.array(float(size) / count)

    def _keep(self, folder, tensors):
        for name, tensor in tensors.items():
            self.results[f"{folder}/{name}"] = tensor.detach().double().numpy().copy()
