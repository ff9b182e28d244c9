"""Compares what Propane came to in a case with what PyTorch comes to."""

import traceback

import numpy as np
import torch
from case import Case
from metrics import measure
from training import Run

# The share of an array's largest value, and of what rounding alone does to it, that may differ.
SHARE, ROUNDING = 1e-4, 10
# What rounding moves losses by in a case that tells nothing.
UNSTABLE = 0.01
DISTURBED = 2e-7


def largest(array):
    return float(np.max(np.abs(array), initial=0.0))


def found(case):
    """Returns what Propane came to, under the names of PyTorch's results."""
    results = {"losses": case.losses}
    for folder in ("end", "prediction", "ema", "averaged_prediction"):
        results |= {f"{folder}/{name}": a for name, a in case.under(folder).items()}
    for when, values in case.results.items():
        results[f"{when} loss"] = np.array(values["loss"])
        if "size" in values and not case.tasks:
            results[f"{when} size"] = np.array(values["size"])
    return results


def differences(case, own, others):
    """Returns a line for each array that differs."""
    theirs = found(case)
    lines = []
    if own.keys() != theirs.keys():
        lines.append(f"results: {sorted(theirs.keys() ^ own.keys())} are of one side only")
    for name in own.keys() & theirs.keys():
        rounding = max(largest(other[name] - own[name]) for other in others)
        allowed = SHARE * largest(own[name]) + ROUNDING * rounding
        apart = largest(theirs[name] - own[name])
        if own[name].shape != theirs[name].shape or not apart <= allowed + 1e-9:
            lines.append(f"{name}: {apart:.3g} apart, {allowed:.3g} allowed")
    return lines + list(metric_differences(case))


def metric_differences(case):
    """Metrics are jumps, and so are taken of Propane's own outputs."""
    count = case.loop["evaluated"]
    trust = case.arrays["target/trust"][:count] if case.is_weighted else np.ones(count)
    for when, folder in (("now", "prediction"), ("averaged", "averaged_prediction")):
        for output, task in case.tasks.items() if when in case.results else ():
            target = case.arrays[f"target/{task['target']}"][:count]
            for metric in task["metrics"]:
                name = metric["name"]
                terms = (task["loss"], metric["term"])
                ignored = [each.setting("ignoreIndex", 0) for each in terms if each.has("ignoreIndex")]
                own = measure(
                    metric["term"], case.arrays[f"{folder}/{output}"], target, trust, ignored
                )
                theirs = case.results[when].get(name)
                if theirs is None:
                    theirs = case.arrays[f"table/{when}/{name}"]
                if not largest(np.subtract(theirs, own)) <= SHARE * max(1, largest(own)):
                    yield f"{when} {name}: {theirs} is not {own}"


def judge(folder, seed):
    """Returns a verdict and lines about it."""
    case = Case(folder, seed)
    if case.error:
        return "error", [case.error, case.program]
    try:
        own = Run(case, torch.float64).train()
        others = [Run(case, torch.float64, DISTURBED, draw).train() for draw in (1, 2)]
        # What noise alone moves, as a bias before a norm, goes another way in each of these.
        others += [Run(case, torch.float32).train()]
        others += [Run(case, torch.float32, DISTURBED, draw).train() for draw in (3, 4, 5)]
    except Exception:  # noqa: BLE001 -- whatever it is, the case is told
        return "error", [traceback.format_exc(limit=-4), case.program]
    moved = max(largest(other["losses"] - own["losses"]) for other in others)
    lines = differences(case, own, others)
    if not moved <= UNSTABLE * largest(own["losses"]):
        return "unstable", lines
    return ("differ" if lines else "agree"), [*lines, case.program] if lines else []


def judged(task):
    torch.set_num_threads(1)
    return task[1], *judge(*task)
