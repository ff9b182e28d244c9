"""Metrics over a whole dataset, from outputs, targets and what rows count, in NumPy."""

import numpy as np


class Rows:
    """Outputs and targets as rows with weights: a row for each label, or for each example."""

    def __init__(self, prediction, target, trust, ignored):
        self.is_labelled = target.dtype.kind == "i"
        each = np.asarray(trust, np.float64)
        if self.is_labelled:
            each = np.broadcast_to(each.reshape(-1, *[1] * (target.ndim - 1)), target.shape)
            counts = ~np.isin(target, ignored)
            self.weights = (each * counts).reshape(-1)
            self.targets = target.reshape(-1)
        else:
            inner = int(np.prod(prediction.shape[1:-1]))
            self.weights = np.repeat(each, inner)
            self.targets = target.reshape(-1, target.shape[-1]).astype(np.float64)
        self.outputs = prediction.reshape(-1, prediction.shape[-1]).astype(np.float64)

    def mean(self, rows):
        """Returns the weighted mean over rows."""
        rows = rows if rows.ndim == 1 else rows.mean(1)
        total = self.weights.sum()
        return (rows * self.weights).sum() / total if total else 0.0

    def taken_and_actual(self, threshold):
        """Returns which class is taken and which is right, as rows of zeros and ones."""
        if self.is_labelled:
            ones = np.eye(self.outputs.shape[1])
            labels = np.where(self.weights > 0, self.targets, 0)
            return ones[self.outputs.argmax(1)], ones[labels]
        return (self.outputs > threshold) * 1.0, (self.targets > 0.5) * 1.0


def _sides(rows, threshold):
    return rows.mean(((rows.outputs > threshold) == (rows.targets > 0.5)) * 1.0)


def _accuracy(rows, places, threshold):
    if not rows.is_labelled and rows.outputs.shape[1] == 1:
        return _sides(rows, threshold)
    labels = rows.targets if rows.is_labelled else rows.targets.argmax(1)
    labels = np.where(rows.weights > 0, labels, 0)
    first = np.argsort(-rows.outputs, axis=1, kind="stable")[:, :places]
    return rows.mean((first == labels[:, None]).any(1) * 1.0)


def _scores(kind, right, taken, actual):
    upper = 2 * right if kind == "f1" else right
    lower = {"precision": taken, "recall": actual, "f1": taken + actual}[kind]
    return np.divide(upper, lower, out=np.zeros_like(upper), where=lower > 0)


def _class_score(rows, term):
    taken, actual = rows.taken_and_actual(term.setting("above", 0))
    weights = rows.weights[:, None]
    right, taken, actual = (
        (weights * each).sum(0, keepdims=True) for each in (taken * actual, taken, actual)
    )
    scores = _scores(term.call, right, taken, actual)[0]
    if term.has("byClass"):
        return scores
    if term.has("micro"):
        pooled = [each.sum(keepdims=True) for each in (right, taken, actual)]
        return _scores(term.call, *pooled).item()
    there = (taken + actual)[0] > 0
    return scores.sum() / there.sum() if there.any() else 0.0


def _confusion(rows, term):
    taken, actual = rows.taken_and_actual(term.setting("above", 0))
    if taken.shape[1] == 1:
        taken, actual = (np.hstack([1 - each, each]) for each in (taken, actual))
    return actual.T @ (rows.weights[:, None] * taken)


def _area(scores, actual, weights):
    """The share of pairs that are in order, ties counting half."""
    above = scores[:, None] > scores[None, :]
    same = scores[:, None] == scores[None, :]
    pairs = np.outer(weights * actual, weights * (1 - actual))
    total = pairs.sum()
    return ((above + same / 2) * pairs).sum() / total if total else None


def _auc(rows):
    _, actual = rows.taken_and_actual(0)
    scores = rows.outputs
    if rows.is_labelled:
        powers = np.exp(scores - scores.max(1, keepdims=True))
        scores = powers / powers.sum(1, keepdims=True)
    areas = [
        _area(scores[:, i], actual[:, i], rows.weights) for i in range(scores.shape[1])
    ]
    areas = [area for area in areas if area is not None]
    return float(np.mean(areas)) if areas else 0.5


def _perplexity(rows):
    shifted = rows.outputs - rows.outputs.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    labels = np.where(rows.weights > 0, rows.targets, 0)
    return float(np.exp(rows.mean(-np.take_along_axis(logs, labels[:, None], 1)[:, 0])))


def _r2(prediction, target, trust):
    x, y = (each.reshape(each.shape[0], -1).astype(np.float64) for each in (prediction, target))
    weights = np.asarray(trust, np.float64)[:, None]
    mean = (weights * y).sum(0) / weights.sum()
    missed = (weights * (x - y) ** 2).sum(0)
    spread = (weights * (y - mean) ** 2).sum(0)
    flat = np.where(missed == 0, 1.0, 0.0)
    return float(np.where(spread > 0, 1 - missed / np.where(spread > 0, spread, 1), flat).mean())


def measure(term, prediction, target, trust, ignored):
    """Returns what a metric comes to, a number or a table."""
    rows = Rows(prediction, target, trust, ignored)
    match term.call:
        case "accuracy":
            return _accuracy(rows, 1, term.setting("above", 0))
        case "topKAccuracy":
            return _accuracy(rows, term.of[0], 0)
        case "binaryAccuracy":
            return _sides(rows, term.setting("above", 0))
        case "precision" | "recall" | "f1":
            return _class_score(rows, term)
        case "confusionMatrix":
            return _confusion(rows, term)
        case "auc":
            return _auc(rows)
        case "mae":
            return rows.mean(np.abs(rows.outputs - rows.targets))
        case "rmse":
            return rows.mean((rows.outputs - rows.targets) ** 2) ** 0.5
        case "r2":
            return _r2(prediction, target, trust)
        case "perplexity":
            return _perplexity(rows)
    raise NotImplementedError(term.call)
