"""What ops do that coremltools infers no values of, in float64, by their documents."""

import itertools

import numpy as np


def windows(lengths, kernel, strides, dilations, pad_type, pad, ceil=False):
    """Returns pads before and after, and the places, of each spatial axis."""
    before, after, places = [], [], []
    for i, length in enumerate(lengths):
        span = (kernel[i] - 1) * dilations[i] + 1
        if pad_type in ("same", "same_lower"):
            total = max(0, (-(-length // strides[i]) - 1) * strides[i] + span - length)
            first = total // 2 if pad_type == "same" else total - total // 2
        else:
            total = 0 if pad_type == "valid" else pad[2 * i] + pad[2 * i + 1]
            first = 0 if pad_type == "valid" else pad[2 * i]
        free = length + total - span
        count = (-(-free // strides[i]) if ceil else free // strides[i]) + 1
        if ceil and (count - 1) * strides[i] >= length + first:
            count -= 1
        before.append(first)
        after.append(total - first)
        places.append(count)
    return before, after, places


def conv(x, weight, bias=None, strides=None, pad_type="valid", pad=None, dilations=None, groups=1):
    spatial = x.ndim - 2
    strides = strides or [1] * spatial
    dilations = dilations or [1] * spatial
    before, after, places = windows(x.shape[2:], weight.shape[2:], strides, dilations, pad_type, pad)
    padded = np.pad(x, [(0, 0), (0, 0)] + [(max(0, b), max(0, a)) for b, a in zip(before, after)])
    out = np.zeros((x.shape[0], weight.shape[0], *places))
    each, made = weight.shape[1], weight.shape[0] // groups
    for g in range(groups):
        for k in itertools.product(*[range(n) for n in weight.shape[2:]]):
            part = padded[(slice(None), slice(g * each, (g + 1) * each), *[
                slice(k[i] * dilations[i], k[i] * dilations[i] + (places[i] - 1) * strides[i] + 1, strides[i])
                for i in range(spatial)])]
            w = weight[(slice(g * made, (g + 1) * made), slice(None), *k)]
            out[:, g * made:(g + 1) * made] += np.einsum("nc...,oc->no...", part, w)
    return out if bias is None else out + bias.reshape(1, -1, *[1] * spatial)


def conv_transpose(x, weight, bias=None, strides=None, pad_type="valid", pad=None, dilations=None, groups=1,
                   output_shape=None):
    spatial = x.ndim - 2
    strides = strides or [1] * spatial
    dilations = dilations or [1] * spatial
    each, made = x.shape[1] // groups, weight.shape[1]
    full = [(x.shape[i + 2] - 1) * strides[i] + (weight.shape[i + 2] - 1) * dilations[i] + 1 for i in range(spatial)]
    if pad_type == "same":
        shape = [x.shape[i + 2] * strides[i] for i in range(spatial)]
        total = [max(0, f - s) for f, s in zip(full, shape)]
        cut = [t // 2 for t in total]
    else:
        pad = pad or [0] * 2 * spatial
        pad = pad if pad_type == "custom" else [0] * 2 * spatial
        cut = [pad[2 * i] for i in range(spatial)]
        shape = [full[i] - pad[2 * i] - pad[2 * i + 1] for i in range(spatial)]
        if output_shape is not None:
            shape = list(output_shape[2:])
    out = np.zeros((x.shape[0], made * groups, *[max(f, c + s) for f, c, s in zip(full, cut, shape)]))
    for g in range(groups):
        for k in itertools.product(*[range(n) for n in weight.shape[2:]]):
            w = weight[(slice(g * each, (g + 1) * each), slice(None), *k)]
            into = (slice(None), slice(g * made, (g + 1) * made), *[
                slice(k[i] * dilations[i], k[i] * dilations[i] + (x.shape[i + 2] - 1) * strides[i] + 1, strides[i])
                for i in range(spatial)])
            out[into] += np.einsum("nc...,co->no...", x[:, g * each:(g + 1) * each], w)
    out = out[(slice(None), slice(None), *[slice(c, c + s) for c, s in zip(cut, shape)])]
    return out if bias is None else out + bias.reshape(1, -1, *[1] * spatial)


def pool(x, kind, kernel, strides=None, pad_type="valid", pad=None, ceil=False, exclude=False):
    spatial = x.ndim - 2
    strides = strides or [1] * spatial
    before, after, places = windows(x.shape[2:], kernel, strides, [1] * spatial, pad_type, pad, ceil)
    out = np.zeros((*x.shape[:2], *places))
    for place in itertools.product(*[range(n) for n in places]):
        cut, size = [], 1
        for i in range(spatial):
            first = place[i] * strides[i] - before[i]
            last = first + kernel[i]
            cut.append(slice(max(0, first), min(x.shape[i + 2], last)))
            # What lies past the padding, where ceil_mode lets a window go, is not averaged: as PyTorch does.
            size *= min(last, x.shape[i + 2] + after[i]) - first
        part = x[(slice(None), slice(None), *cut)].reshape(*x.shape[:2], -1)
        if kind == "max":
            value = part.max(-1)
        elif kind == "l2":
            value = np.sqrt((part**2).sum(-1))
        else:
            value = part.sum(-1) / (part.shape[-1] if exclude else size)
        out[(slice(None), slice(None), *place)] = value
    return out


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


GATES = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "linear": lambda x: x,
         "sigmoid_hard": lambda x: np.clip(0.2 * x + 0.5, 0, 1), "softsign": lambda x: x / (1 + np.abs(x)),
         "softplus": lambda x: np.log1p(np.exp(x)), "scaled_tanh": lambda x: 1.7159 * np.tanh(2 / 3 * x)}


def lstm(x, h, c, w, r, bias=None, peephole=None, reverse=False, sequence=True, clip=None,
         gate="sigmoid", cell="tanh", out="tanh"):
    units = r.shape[1]
    bias = np.zeros(4 * units) if bias is None else bias
    steps = range(x.shape[0])
    ys = [None] * x.shape[0]
    p = np.zeros((3, units)) if peephole is None else peephole.reshape(3, units)
    for t in reversed(steps) if reverse else steps:
        z = x[t] @ w.T + h @ r.T + bias
        i, f, o, g = np.split(z, 4, axis=1)
        i = GATES[gate](i + p[0] * c)
        f = GATES[gate](f + p[1] * c)
        g = GATES[cell](g)
        c = f * c + i * g
        if clip is not None:
            c = np.clip(c, -clip, clip)
        o = GATES[gate](o + p[2] * c)
        h = o * GATES[out](c)
        ys[t] = h
    return (np.stack(ys) if sequence else h[None]), h, c


def gru(x, h, w, r, bias=None, input_bias=None, reset_after=False, reverse=False, sequence=True,
        gate="sigmoid", out="tanh"):
    units = r.shape[1]
    b = np.zeros(3 * units) if bias is None else bias
    bi = np.zeros(3 * units) if input_bias is None else input_bias
    steps = range(x.shape[0])
    ys = [None] * x.shape[0]
    for t in reversed(steps) if reverse else steps:
        a = x[t] @ w.T + bi
        ar, ao, az = np.split(a, 3, axis=1)
        rr, ro, rz = np.split(r, 3)
        br, bo, bz = np.split(b, 3)
        reset = GATES[gate](ar + h @ rr.T + br)
        update = GATES[gate](az + h @ rz.T + bz)
        new = ao + (reset * (h @ ro.T + bo) if reset_after else (reset * h) @ ro.T + bo)
        h = (1 - update) * GATES[out](new) + update * h
        ys[t] = h
    return (np.stack(ys) if sequence else h[None]), h


def rnn(x, h, w, r, bias=None, reverse=False, sequence=True, out="tanh"):
    ys = [None] * x.shape[0]
    bias = 0 if bias is None else bias
    for t in reversed(range(x.shape[0])) if reverse else range(x.shape[0]):
        h = GATES[out](x[t] @ w.T + h @ r.T + bias)
        ys[t] = h
    return (np.stack(ys) if sequence else h[None]), h
