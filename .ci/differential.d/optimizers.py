"""PyTorch's optimizers with the settings of a description; others from their papers."""

from dataclasses import dataclass

import torch
from case import Term
from schedules import rates
from torch import optim


class Lion(optim.Optimizer):
    """Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.99)):
        super().__init__(params, dict(lr=lr, betas=betas))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = first * m + (1 - first) * p.grad
                p -= group["lr"] * torch.sign(c)
                m.mul_(second).add_(p.grad, alpha=1 - second)


class Muon(optim.Optimizer):
    """Jordan et al., Muon, 2024, in the weights' own precision; PyTorch's computes in bfloat16."""

    def __init__(self, params, lr, momentum=0.95, nesterov=True):
        super().__init__(params, dict(lr=lr, momentum=momentum, nesterov=nesterov))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            mu = group["momentum"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - mu)
                g = p.grad.lerp(m, mu) if group["nesterov"] else m
                is_tall = g.shape[0] > g.shape[1]
                x = g.T if is_tall else g
                x = x / x.norm().clamp(min=1e-7)
                for _ in range(5):
                    a = x @ x.T
                    x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
                x = x.T if is_tall else x
                p.sub_(x, alpha=group["lr"] * max(1, p.shape[0] / p.shape[1]) ** 0.5)


def _trust(w, u, coefficient=1.0):
    """Returns the norm of a weight as a share of its update's, or 1 where one of them is 0."""
    size, length = w.norm(), u.norm()
    return coefficient * size / length if size > 0 and length > 0 else 1.0


class Lars(optim.Optimizer):
    """You et al., Large Batch Training of Convolutional Networks, 2017, algorithm 1."""

    def __init__(self, params, lr, momentum=0.9, nesterov=False, trust=1e-3, trusted=None):
        super().__init__(params, dict(lr=lr, momentum=momentum, nesterov=nesterov, trust=trust))
        self.trusted = trusted

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            mu = group["momentum"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                is_scaled = self.trusted is None or id(p) in self.trusted
                ratio = _trust(p, p.grad, group["trust"]) if is_scaled else 1.0
                u = group["lr"] * ratio * p.grad
                m.mul_(mu).add_(u)
                p.sub_(u + mu * m if group["nesterov"] else m)


class Lamb(optim.Optimizer):
    """You et al., Large Batch Optimization for Deep Learning, 2020, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-6, trusted=None):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))
        self.trusted = trusted
        self.inner = (0.0, [])

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                v = state.setdefault("v", torch.zeros_like(p))
                t = state["t"] = state.get("t", 0) + 1
                m.mul_(first).add_(p.grad, alpha=1 - first)
                v.mul_(second).add_(p.grad**2, alpha=1 - second)
                u = (m / (1 - first**t)) / ((v / (1 - second**t)).sqrt() + group["eps"])
                decay, decaying = self.inner
                if any(p is each for each in decaying):
                    u = u + decay * p
                is_scaled = self.trusted is None or id(p) in self.trusted
                p.sub_(group["lr"] * (_trust(p, u) if is_scaled else 1.0) * u)


class NesterovRMSprop(optim.Optimizer):
    """RMSprop as PyTorch's with Nesterov's momentum, which PyTorch's has not."""

    def __init__(self, params, lr, alpha=0.99, eps=1e-8, momentum=0.0, centered=False):
        super().__init__(
            params, dict(lr=lr, alpha=alpha, eps=eps, momentum=momentum, centered=centered)
        )

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            alpha, mu = group["alpha"], group["momentum"]
            for p in group["params"]:
                state = self.state[p]
                s = state.setdefault("s", torch.zeros_like(p))
                mean = state.setdefault("mean", torch.zeros_like(p))
                m = state.setdefault("m", torch.zeros_like(p))
                s.mul_(alpha).add_(p.grad**2, alpha=1 - alpha)
                mean.mul_(alpha).add_(p.grad, alpha=1 - alpha)
                spread = s - mean**2 if group["centered"] else s
                u = p.grad / (spread.sqrt() + group["eps"])
                m.mul_(mu).add_(u)
                p.sub_(group["lr"] * (u + mu * m))


# What a factory takes after the learning rate, in its order.
OWN = {
    "sgd": ["momentum", "dampening"],
    "lars": ["trustCoefficient", "trustMask"],
    "lamb": ["trustMask"],
    "adagrad": ["initialAccumulatorValue"],
    "adadelta": ["rho"],
    "nadam": ["momentumDecay"],
    "adafactor": ["decayRate", "clipThreshold"],
}


def _named(term):
    """Returns a term whose arguments after the learning rate are settings."""
    own = {name: [value] for name, value in zip(OWN.get(term.call, []), term.of[1:])}
    return Term(term.call, term.of[:1], own | term.settings)


def _settings(term):
    """Returns a class and what it is given; decay is added by all alike."""
    names = {
        "momentum": "momentum",
        "nesterov": "nesterov",
        "dampening": "dampening",
        "epsilon": "eps",
        "momentumDecay": "momentum_decay",
        "alpha": "alpha",
        "centered": "centered",
        "initialAccumulatorValue": "initial_accumulator_value",
        "rho": "rho",
        "trustCoefficient": "trust",
    }
    given = {new: term.setting(name, None) for name, new in names.items() if term.has(name)}
    if isinstance(given.get("momentum"), Term):
        given["momentum"] = 0.5  # any: each step sets it
    if term.has("betas"):
        given["betas"] = tuple(term.settings["betas"])
    match term.call:
        case "sgd":
            return optim.SGD, given
        case "lars":
            return Lars, given
        case "adam" | "adamW" | "amsgrad":
            return optim.Adam, given | {"amsgrad": term.call == "amsgrad"}
        case "lamb":
            return Lamb, given
        case "adamax":
            return optim.Adamax, given
        case "nadam":
            return optim.NAdam, given
        case "radam":
            return optim.RAdam, given
        case "rmsprop":
            return (NesterovRMSprop if given.pop("nesterov", False) else optim.RMSprop), given
        case "adagrad":
            return optim.Adagrad, given
        case "adadelta":
            return optim.Adadelta, given
        case "adafactor":
            # By default the first epsilon is that of the weights' type, here float32's.
            return optim.Adafactor, {
                "eps": (2.0**-23, term.setting("epsilon", 1e-3)),
                "beta2_decay": term.setting("decayRate", -0.8),
                "d": term.setting("clipThreshold", 1.0),
            }
        case "lion":
            return Lion, given
        case "muon":
            return Muon, given
    raise NotImplementedError(term.call)


DECAYS = {"adamW": 0.01, "muon": 0.1}
DECOUPLED = {"adamW", "lion", "muon", "adafactor"}


def selects(which, path, weight):
    """Returns whether a selection includes a weight."""
    match which.call:
        case "all":
            return True
        case "matrices":
            return weight.ndim > 1
        case "under":
            return path == which.of[0] or path.startswith(which.of[0] + "/")
        case "not":
            return not selects(which.of[0], path, weight)
    raise NotImplementedError(which.call)


class Updates:
    """The optimizers of a training, each with the weights it updates and its learning rates."""

    def __init__(self, term, weights, count):
        self.optimizers = []
        left = dict(weights)
        for each in term.of if term.call == "paramGroups" else [term]:
            own = {
                path: weight
                for path, weight in left.items()
                if not each.has("paramGroup") or selects(each.setting("paramGroup", None), path, weight)
            }
            left = {path: weight for path, weight in left.items() if path not in own}
            if own:
                self._add(each, own, count)
        if left:
            raise ValueError(f"no optimizer for {list(left)}")

    def _add(self, term, weights, count):
        term = _named(term)
        optimizer, given = _settings(term)
        if term.has("trustMask"):
            which = term.setting("trustMask", None)
            given["trusted"] = {id(w) for path, w in weights.items() if selects(which, path, w)}
        if optimizer.__module__.startswith("torch"):
            given["weight_decay"] = 0.0  # AdamW's and Adafactor's are not 0 by default
        made = optimizer(list(weights.values()), lr=1.0, **given)
        which = term.setting("decayMask", None)
        self.optimizers.append(
            Update(
                made,
                rates(term.of[0], count),
                rates(term.setting("momentum", 0.0), count),
                rates(term.setting("weightDecay", DECAYS.get(term.call, 0.0)), count),
                [w for path, w in weights.items() if which is None or selects(which, path, w)],
                term.setting("decoupledWeightDecay", term.call in DECOUPLED),
                term.has("momentum"),
            )
        )

    def step(self, number):
        """Makes an update; the first has the number 0."""
        for each in self.optimizers:
            each.step(number)


@dataclass
class Update:
    """An optimizer, what it is set to at each update, and the weights that decay."""

    optimizer: optim.Optimizer
    rates: list
    momenta: list
    decays: list
    decaying: list
    is_decoupled: bool
    has_momentum: bool

    @torch.no_grad()
    def step(self, number):
        rate, decay = self.rates[number], self.decays[number]
        for group in self.optimizer.param_groups:
            group["lr"] = rate
            if self.has_momentum:
                group["momentum"] = self.momenta[number]
        is_inner = isinstance(self.optimizer, Lamb) and not self.is_decoupled
        before = [w.clone() for w in self.decaying]
        if is_inner:
            self.optimizer.inner = (decay, self.decaying)
        elif not self.is_decoupled:
            for w in self.decaying:
                w.grad = w.grad + decay * w
        self.optimizer.step()
        if self.is_decoupled:
            for w, old in zip(self.decaying, before, strict=True):
                w.sub_(rate * decay * old)
