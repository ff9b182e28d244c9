"""Attention by PyTorch's scaled_dot_product_attention."""

import torch
import torch.nn.functional as F


def _heads(x, count):
    return x.unflatten(2, (count, -1)).transpose(1, 2)


def _turned(x):
    """Rotary positions, the halves of each head's width being pairs (as in GPT-NeoX and Llama)."""
    length, width = x.shape[-2:]
    inverse = 1 / 10_000 ** (torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), inverse).repeat(1, 2)
    first, second = x.chunk(2, -1)
    across = torch.cat([-second, first], -1)
    return x * angles.cos().to(x.dtype) + across * angles.sin().to(x.dtype)


def attend(scope, term, x, memory, is_causal=False, settings=None):
    settings = term.settings if settings is None else settings
    count = term.of[0]
    keys = settings["keyValueHeads"][0] if "keyValueHeads" in settings else count
    query = _heads(scope.below("query").linear(x), count)
    key = _heads(scope.below("key").linear(memory), keys)
    value = _heads(scope.below("value").linear(memory), keys)
    if "rotary" in settings:
        query, key = _turned(query), _turned(key)
    key, value = (each.repeat_interleave(count // keys, 1) for each in (key, value))
    seen = torch.ones(x.shape[0], 1, x.shape[1], memory.shape[1], dtype=torch.bool)
    if is_causal or "causal" in settings:
        seen = seen.tril()
    if "mask" in settings:
        mask = scope.net.references[settings["mask"][0]["reference"]]
        seen = seen & (mask[:, None, None] if mask.ndim == 2 else mask[:, None])
    out = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
    return scope.below("out").linear(out.transpose(1, 2).flatten(2))


def _memory(scope, term):
    return scope.net.references[term.settings["over"][0]["reference"]]


def cross(scope, term, x):
    return attend(scope, term, x, _memory(scope, term))


def block(scope, term, x, run):
    """A transformer's block, norms first; run computes a layer."""
    norm = term.setting("norm", None)

    def normed(name, x):
        place = scope.below(name + "_norm")
        if norm is not None:
            return run(place, norm, x)
        return F.layer_norm(x, x.shape[-1:], place.weight("gamma"), place.weight("beta"), 1e-5)

    y = normed("attention", x)
    is_causal = term.call == "decoderBlock"
    x = x + attend(scope.below("attention"), term, y, y, is_causal)
    if term.has("over"):
        y = normed("cross_attention", x)
        settings = {k: v for k, v in term.settings.items() if k == "keyValueHeads"}
        place = scope.below("cross_attention")
        x = x + attend(place, term, y, _memory(scope, term), settings=settings)
    y = normed("feed", x)
    feed = scope.below("feed")
    if term.has("swiGlu"):
        gate = F.silu(feed.below("gate").linear(y))
        return x + feed.below("down").linear(gate * feed.below("up").linear(y))
    return x + feed.below("dense_2").linear(F.gelu(feed.below("dense_1").linear(y)))
