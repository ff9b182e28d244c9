"""Convolutions and pools over one to three axes."""

import torch
import torch.nn.functional as F

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX_POOL = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE_POOL = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def _same(length, size, stride):
    """What SAME adds on both sides of an axis: the output is ⌈length / stride⌉ long."""
    missing = max((-(-length // stride) - 1) * stride + size - length, 0)
    return missing // 2, missing - missing // 2


def _widths(term, x, size, stride):
    """Returns what is added before and behind each axis, the last axis first."""
    padding = term.setting("padding", 0)
    if isinstance(padding, int):
        return [padding, padding] * (x.ndim - 2)
    if padding.call == "SAME":
        pairs = [_same(length, size, stride) for length in x.shape[2:]]
        return [width for pair in reversed(pairs) for width in pair]
    return padding.of * (x.ndim - 2)


def _convolved(scope, term, x, groups):
    weight = scope.weight("weight")
    stride, dilation = term.setting("stride", 1), term.setting("dilation", 1)
    size = dilation * (weight.shape[2] - 1) + 1
    padded = F.pad(x, _widths(term, x, size, stride))
    bias = scope.weight("bias") if scope.has("bias") else None
    return CONV[x.ndim - 2](padded, weight, bias, stride, 0, dilation, groups)


def conv(scope, term, x):
    groups = x.shape[1] if term.call.startswith("depthwiseConv") else 1
    return _convolved(scope, term, x, term.setting("groups", groups))


def separable(scope, term, x):
    each = _convolved(scope.below("depthwise"), term, x, x.shape[1])
    point = scope.below("pointwise")
    bias = point.weight("bias") if point.has("bias") else None
    return CONV[x.ndim - 2](each, point.weight("weight"), bias)


def conv_transpose(scope, term, x):
    return TRANSPOSE[x.ndim - 2](
        x,
        scope.weight("weight"),
        scope.weight("bias") if scope.has("bias") else None,
        stride=term.setting("stride", 1),
        padding=term.setting("padding", 0),
        output_padding=term.setting("outputPadding", 0),
        dilation=term.setting("dilation", 1),
    )


def pool(_, term, x):
    size = term.of[0]
    stride = term.setting("stride", size)
    widths = _widths(term, x, size, stride)
    axes = x.ndim - 2
    if term.call.startswith("maxPool"):
        return MAX_POOL[axes](F.pad(x, widths, value=-torch.inf), size, stride)
    means = AVERAGE_POOL[axes](F.pad(x, widths), size, stride)
    if not term.has("excludingPadding"):
        return means
    return means / AVERAGE_POOL[axes](F.pad(torch.ones_like(x), widths), size, stride)
