"""PyTorch's optimizers with the settings of a description; Lion and Muon from their papers."""

import torch
from schedules import rates
from torch import optim


class Lion(optim.Optimizer):
    """Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, algorithm 2."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = first * m + (1 - first) * p.grad
                p -= group["lr"] * (torch.sign(c) + group["weight_decay"] * p)
                m.mul_(second).add_(p.grad, alpha=1 - second)


class Muon(optim.Optimizer):
    """Jordan et al., Muon, 2024, in the weights' own precision; PyTorch's computes in bfloat16."""

    def __init__(self, params, lr, momentum=0.95, nesterov=True, weight_decay=0.1):
        super().__init__(
            params, dict(lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
        )

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
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(x, alpha=group["lr"] * max(1, p.shape[0] / p.shape[1]) ** 0.5)


def _settings(term):
    """Returns a class and what it is given, the decay aside."""
    names = {
        "momentum": "momentum",
        "dampening": "dampening",
        "epsilon": "eps",
        "momentumDecay": "momentum_decay",
        "alpha": "alpha",
        "startingAt": "initial_accumulator_value",
        "rho": "rho",
    }
    given = {new: term.setting(name, None) for name, new in names.items() if term.has(name)}
    if term.has("betas"):
        given["betas"] = tuple(term.settings["betas"])
    if term.has("decoupled"):
        given["decoupled_weight_decay"] = True
    match term.call:
        case "sgd":
            if term.has("nesterov"):
                given |= {"momentum": term.setting("nesterov", 0), "nesterov": True}
            return optim.SGD, given
        case "adam":
            return optim.Adam, given
        case "adamW":
            return optim.AdamW, given
        case "amsgrad":
            return optim.Adam, given | {"amsgrad": True}
        case "adamax":
            return optim.Adamax, given
        case "nadam":
            return optim.NAdam, given
        case "radam":
            return optim.RAdam, given
        case "rmsprop":
            return optim.RMSprop, given | {"centered": term.has("centred")}
        case "adagrad":
            return optim.Adagrad, given
        case "adadelta":
            return optim.Adadelta, given
        case "adafactor":
            # By default the first epsilon is that of the weights' type, here float32's.
            return optim.Adafactor, {
                "eps": (2.0**-23, term.setting("epsilon", 1e-3)),
                "beta2_decay": term.setting("power", -0.8),
                "d": term.setting("largest", 1.0),
            }
        case "lion":
            return Lion, given
        case "muon":
            return Muon, given | {"nesterov": not term.has("withoutNesterov")}
    raise NotImplementedError(term.call)


DECAYS = {"adamW": 0.01, "muon": 0.1}


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
        for each in term.of if term.call == "groups" else [term]:
            own = {
                path: weight
                for path, weight in left.items()
                if not each.has("on") or selects(each.setting("on", None), path, weight)
            }
            left = {path: weight for path, weight in left.items() if path not in own}
            if own:
                self._add(each, own, count)
        if left:
            raise ValueError(f"no optimizer for {list(left)}")

    def _add(self, term, weights, count):
        optimizer, given = _settings(term)
        decay = term.setting("weightDecay", DECAYS.get(term.call, 0.0))
        which = term.setting("decaying", None)
        groups = {}
        for path, weight in weights.items():
            decays = which is None or selects(which, path, weight)
            groups.setdefault(decay if decays else 0.0, []).append(weight)
        params = [{"params": each, "weight_decay": rate} for rate, each in groups.items()]
        made = optimizer(params, lr=1.0, **given)
        self.optimizers.append((made, rates(term.of[0], count)))

    def step(self, number):
        """Makes an update; the first has the number 0."""
        for optimizer, table in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = table[number]
            optimizer.step()
