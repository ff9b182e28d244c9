"""Learning rates of updates, by PyTorch's schedulers."""

import torch
from case import Term
from torch.optim import lr_scheduler as s


def _table(start, scheduler, count, last=None):
    """Returns the rates that a scheduler sets, one for each update; from a step on the last one."""
    optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64, requires_grad=True)], lr=start)
    schedule = scheduler(optimizer)
    rates = []
    for step in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        if last is None or step < last:
            optimizer.step()
            schedule.step()
    return [float(rate) for rate in rates]


def _linear(start, end, steps, count):
    largest = max(start, end)
    return _table(
        largest, lambda o: s.LinearLR(o, start / largest, end / largest, steps), count
    )


def _one_cycle(largest, steps, count, rise=0.3, first=25, last=1e4):
    def scheduler(optimizer):
        return s.OneCycleLR(
            optimizer,
            largest,
            total_steps=steps,
            pct_start=rise,
            div_factor=first,
            final_div_factor=last,
            cycle_momentum=False,
        )

    return _table(largest, scheduler, count, last=steps - 1)


def _cosine(of, count):
    start, end, steps = (of[0], 0, of[1]) if len(of) == 2 else of
    return _table(start, lambda o: s.CosineAnnealingLR(o, steps, eta_min=end), count)


def _restarts(of, count):
    start, end, steps, longer = (of[0], 0, *of[1:]) if len(of) == 3 else of
    return _table(
        start, lambda o: s.CosineAnnealingWarmRestarts(o, steps, longer, eta_min=end), count
    )


def _plain(term, n):
    of = term.of
    match term.call:
        case "constant":
            return [of[0]] * n
        case "cosineDecay":
            return _cosine(of, n)
        case "stepDecay":
            return _table(of[0], lambda o: s.StepLR(o, of[2], gamma=of[1]), n)
        case "exponentialDecay":
            return _table(of[0], lambda o: s.ExponentialLR(o, of[1]), n)
        case "multiStepDecay":
            return _table(of[0], lambda o: s.MultiStepLR(o, of[2:], gamma=of[1]), n)
        case "polynomialDecay":
            return _table(of[0], lambda o: s.PolynomialLR(o, of[2], of[1]), n)
        case "linear":
            return _linear(*of, n)
        case "cosineWarmRestarts":
            return _restarts(of, n)
        case "oneCycle":
            return _one_cycle(of[0], of[1], n, *of[2:])
    raise NotImplementedError(term.call)


def _warmup(of, n):
    first, steps = (0, of[0]) if len(of) == 1 else of
    if first == 0:  # LinearLR does not begin at 0
        return _table(1, lambda o: s.LambdaLR(o, lambda step: min(step / steps, 1)), n)
    return _table(1, lambda o: s.LinearLR(o, first, 1, steps), n)


def rates(schedule, n):
    """Returns the learning rates of n updates."""
    if not isinstance(schedule, Term):
        return [schedule] * n
    table = _plain(schedule, n)
    for name, of in schedule.settings.items():
        if name == "join":
            table = (table[: of[0]] + rates(of[1], n))[:n]
        else:
            table = [rate * share for rate, share in zip(table, _warmup(of, n), strict=True)]
    return table
