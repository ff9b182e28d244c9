"""Convolutions, pools, norms, images and recurrent layers, against references in float64."""

import numpy as np
import reference as ref
from case import Case, mb
from simple import f

rng = np.random.default_rng(2)


def cases():
    yield from convolutions()
    yield from pools()
    yield from images()
    yield from norms()
    yield from recurrent()


def convolutions():
    for spatial, lengths in ((1, [7]), (2, [7, 6]), (3, [4, 5, 6])):
        x = f(2, 4, *lengths)
        w, c = f(6, 4, *[3] * spatial), f(6)
        grouped = f(6, 2, *[3] * spatial)
        pad = list(range(1, 2 * spatial + 1))
        pad = [p % 3 for p in pad]
        forms = {
            "plain": dict(weight=w),
            "bias": dict(weight=w, bias=c),
            "valid": dict(weight=w, bias=c, pad_type="valid", strides=[2] * spatial),
            "same": dict(weight=w, bias=c, pad_type="same", strides=[2] * spatial),
            "same uneven": dict(weight=f(6, 4, *[2] * spatial), pad_type="same"),
            "same_lower": dict(weight=f(6, 4, *[2] * spatial), bias=c, pad_type="same_lower"),
            "custom": dict(weight=w, bias=c, pad_type="custom", pad=pad),
            "groups": dict(weight=grouped, bias=c, groups=2),
            "depthwise": dict(weight=f(4, 1, *[3] * spatial), bias=f(4), groups=4, pad_type="same"),
        }
        if spatial < 3:
            forms["dilations"] = dict(weight=f(6, 4, *[2] * spatial), bias=c, dilations=[2] * spatial)
        for name, form in forms.items():
            yield Case(f"conv{spatial} {name}", {"x": x}, lambda x, form=form: mb.conv(x=x, **form),
                       right=lambda x, form=form: ref.conv(x, **wide(form)),
                       since=16 if name == "same_lower" else 15)
        yield Case(f"conv{spatial} computed weight", {"x": x, "w": w}, lambda x, w: mb.conv(x=x, weight=w, bias=None),
                   right=lambda x, w: ref.conv(x, w))
        w, c = f(4, 3, *[3] * spatial), f(3)
        forms = {
            "plain": dict(weight=w),
            "bias": dict(weight=w, bias=c, strides=[2] * spatial),
            "same": dict(weight=w, bias=c, pad_type="same", strides=[2] * spatial),
            "same even": dict(weight=f(4, 3, *[4] * spatial), bias=c, pad_type="same", strides=[2] * spatial),
            "same small": dict(weight=f(4, 3, *[2] * spatial), pad_type="same", strides=[3] * spatial),
            "same 1": dict(weight=w, bias=c, pad_type="same"),
            "custom": dict(weight=w, bias=c, pad_type="custom", pad=[1] * 2 * spatial, strides=[2] * spatial),
            "custom uneven": dict(weight=w, bias=c, pad_type="custom", pad=[1, 0] * spatial, strides=[2] * spatial),
            "groups": dict(weight=w, bias=f(6), groups=2),
            "output_shape": dict(weight=w, bias=c, pad_type="custom", pad=[1] * 2 * spatial, strides=[2] * spatial,
                                 output_shape=[2, 3, *[2 * n for n in lengths]]),
        }
        if spatial < 3:
            forms["dilations"] = dict(weight=w, bias=c, dilations=[2] * spatial)
        for name, form in forms.items():
            yield Case(f"conv_transpose{spatial} {name}", {"x": x}, lambda x, form=form: mb.conv_transpose(x=x, **form),
                       right=lambda x, form=form: ref.conv_transpose(x, **wide(form)))


def wide(form):
    return {k: v.astype(np.float64) if isinstance(v, np.ndarray) and v.dtype.kind == "f" else v for k, v in form.items()}


def pools():
    for spatial, lengths in ((1, [7]), (2, [7, 6]), (3, [4, 5, 6])):
        x = f(2, 3, *lengths)
        k = [3, 2, 2][:spatial]
        forms = {
            "valid": dict(pad_type="valid"),
            "strides": dict(pad_type="valid", strides=[2] * spatial),
            "same": dict(pad_type="same", strides=[2] * spatial),
            "custom": dict(pad_type="custom", pad=[1, 0] * spatial, strides=[2] * spatial),
        }
        if spatial < 3:
            forms["ceil"] = dict(pad_type="valid", strides=[2] * spatial, ceil_mode=True)
            forms["ceil pad"] = dict(pad_type="custom", pad=[1, 1] * spatial, strides=[3] * spatial, ceil_mode=True)
        for kind in ("max", "avg", "l2"):
            for name, form in forms.items():
                if kind == "l2" and spatial == 3:
                    continue
                for exclude in (False, True) if kind == "avg" else (None,):
                    extra = {} if exclude is None else {"exclude_padding_from_average": exclude}
                    yield Case(
                        f"{kind}_pool{spatial} {name}{' exclude' if exclude else ''}", {"x": x},
                        lambda x, kind=kind, form=form, extra=extra, k=k: getattr(mb, kind + "_pool")(x=x, kernel_sizes=k, **form, **extra),
                        right=lambda x, kind=kind, form=form, k=k, exclude=exclude: ref.pool(
                            x, kind, k, form.get("strides"), form["pad_type"], form.get("pad"), form.get("ceil_mode", False), bool(exclude)))
    yield Case("max_pool same_lower", {"x": f(1, 2, 5, 6)}, lambda x: mb.max_pool(x=x, kernel_sizes=[2, 3], pad_type="same_lower"),
               right=lambda x: ref.pool(x, "max", [2, 3], pad_type="same_lower"), since=16)


def images():
    x = f(1, 2, 4, 5)
    for h, w in ((2, 3), (1, 2)):
        yield Case(f"upsample_nearest {h}{w}", {"x": x}, lambda x, h=h, w=w: mb.upsample_nearest_neighbor(
            x=x, scale_factor_height=h, scale_factor_width=w), right=lambda x, h=h, w=w: x.repeat(h, -2).repeat(w, -1))
        yield Case(f"upsample_nearest float {h}{w}", {"x": x}, lambda x, h=h, w=w: mb.upsample_nearest_neighbor(
            x=x, scale_factor_height=float(h), scale_factor_width=float(w)), right=lambda x, h=h, w=w: x.repeat(h, -2).repeat(w, -1))
        for corners in (True, False):
            grid = "STRICT_ALIGN" if corners else "HALF"
            yield Case(f"upsample_bilinear {h}{w} {corners}", {"x": x}, lambda x, h=h, w=w, a=corners: mb.upsample_bilinear(
                x=x, scale_factor_height=h, scale_factor_width=w, align_corners=a),
                right=lambda x, h=h, w=w, grid=grid: linear(x, 4 * h, 5 * w, grid))
            yield Case(f"upsample_bilinear float {h}{w} {corners}", {"x": x}, lambda x, h=h, w=w, a=corners: mb.upsample_bilinear(
                x=x, scale_factor_height=float(h), scale_factor_width=float(w), align_corners=a),
                right=lambda x, h=h, w=w, grid=grid: linear(x, 4 * h, 5 * w, grid))
        for half in (True, False):
            yield Case(f"upsample_bilinear half_pixel {h}{w} {half}", {"x": x}, lambda x, h=h, w=w, half=half: mb.upsample_bilinear(
                x=x, scale_factor_height=h, scale_factor_width=w, align_corners=False, half_pixel_centers=half), since=16,
                right=lambda x, h=h, w=w, half=half: linear(x, 4 * h, 5 * w, "HALF" if half else "PLAIN"))
    yield Case("upsample_bilinear default", {"x": x}, lambda x: mb.upsample_bilinear(x=x, scale_factor_height=2),
               right=lambda x: linear(x, 8, 5, "STRICT_ALIGN"))
    yield Case("upsample_bilinear fraction", {"x": x}, lambda x: mb.upsample_bilinear(
        x=x, scale_factor_height=1.6, scale_factor_width=1.5, align_corners=False), right=lambda x: linear(x, 6, 7, "HALF"))
    yield Case("upsample_nearest fraction", {"x": x}, lambda x: mb.upsample_nearest_neighbor(
        x=x, scale_factor_height=1.5, scale_factor_width=2.0), right=lambda x: x[:, :, [0, 0, 1, 2, 2, 3]].repeat(2, -1))
    for mode, grid in (("STRICT_ALIGN_CORNERS", "STRICT_ALIGN"), ("ALIGN_CORNERS", "STRICT_ALIGN"), ("DEFAULT", "PLAIN"), ("OFFSET_CORNERS", "OFFSET")):
        yield Case(f"resize_bilinear {mode}", {"x": x}, lambda x, mode=mode: mb.resize_bilinear(
            x=x, target_size_height=7, target_size_width=9, sampling_mode=mode), right=lambda x, grid=grid: linear(x, 7, 9, grid))
    yield Case("resize_bilinear default", {"x": x}, lambda x: mb.resize_bilinear(x=x, target_size_height=7, target_size_width=9),
               right=lambda x: linear(x, 7, 9, "PLAIN"))
    yield Case("resize_nearest", {"x": x}, lambda x: mb.resize_nearest_neighbor(x=x, target_size_height=8, target_size_width=10),
               right=lambda x: x.repeat(2, -2).repeat(2, -1))
    yield Case("depth_to_space", {"x": f(1, 8, 2, 3)}, lambda x: mb.depth_to_space(x=x, block_size=2),
               right=lambda x: x.reshape(1, 2, 2, 2, 2, 3).transpose(0, 3, 4, 1, 5, 2).reshape(1, 2, 4, 6))
    yield Case("space_to_depth", {"x": f(1, 2, 4, 6)}, lambda x: mb.space_to_depth(x=x, block_size=2),
               right=lambda x: x.reshape(1, 2, 2, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(1, 8, 2, 3))
    yield Case("pixel_shuffle", {"x": f(1, 8, 2, 3)}, lambda x: mb.pixel_shuffle(x=x, upscale_factor=2),
               right=lambda x: x.reshape(1, 2, 2, 2, 2, 3).transpose(0, 1, 4, 2, 5, 3).reshape(1, 2, 4, 6))
    yield Case("pixel_unshuffle", {"x": f(1, 2, 4, 6)}, lambda x: mb.pixel_unshuffle(x=x, downscale_factor=np.uint32(2)), since=16,
               right=lambda x: x.reshape(1, 2, 2, 2, 3, 2).transpose(0, 1, 3, 5, 2, 4).reshape(1, 8, 2, 3))
    yield Case("crop", {"x": x}, lambda x: mb.crop(x=x, crop_height=[1, 0], crop_width=[2, 1]), right=lambda x: x[:, :, 1:, 2:4])
    boxes = np.float32([[0, 0, 2, 3], [1, 1, 3, 4]])
    yield Case("crop_resize roi", {"x": x}, lambda x: mb.crop_resize(
        x=x, roi=np.concatenate([np.zeros((2, 1), np.float32), boxes], 1).reshape(2, 1, 5, 1, 1), target_height=3, target_width=4,
        sampling_mode="STRICT_ALIGN_CORNERS"), until=16, right=lambda x: np.stack([x[:, :, 0:3, 0:4], x[:, :, 1:4, 1:5]]))
    yield Case("crop_resize boxes", {"x": x}, lambda x: mb.crop_resize(
        x=x, boxes=boxes, box_indices=np.int32([0, 0]), target_height=3, target_width=4, sampling_mode="STRICT_ALIGN_CORNERS"), since=17,
        right=lambda x: np.concatenate([x[:, :, 0:3, 0:4], x[:, :, 1:4, 1:5]]))
    yield Case("sliding_windows", {"x": f(2, 7)}, lambda x: mb.sliding_windows(x=x, axis=1, size=3, stride=2),
               right=lambda x: np.lib.stride_tricks.sliding_window_view(x, 3, 1)[:, ::2])
    yield Case("space_to_batch", {"x": x}, lambda x: mb.space_to_batch(x=f4(x), block_shape=[2, 1], paddings=[[0, 0], [0, 0]]),
               right=lambda x: np.concatenate([x[:, :, 0::2], x[:, :, 1::2]]))
    yield Case("batch_to_space", {"x": f(2, 2, 2, 5)}, lambda x: mb.batch_to_space(x=x, block_shape=[2, 1], crops=[[0, 0], [0, 0]]),
               right=lambda x: np.stack([x[:1], x[1:]], 3).reshape(1, 2, 4, 5))


def f4(x):
    return x


def grid(length, made, kind):
    at = np.arange(made)
    if kind == "STRICT_ALIGN":
        return at * (length - 1) / max(1, made - 1)
    if kind == "PLAIN":
        return np.minimum(at * length / made, length - 1)
    if kind == "OFFSET":
        return np.clip((at + 0.5) * max(1, length - 1) / made, 0, length - 1)
    return np.clip((at + 0.5) * length / made - 0.5, 0, length - 1)


def linear(x, h, w, kind):
    for axis, made in ((-2, h), (-1, w)):
        length = x.shape[axis]
        at = grid(length, made, kind)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, length - 1)
        part = (at - low).reshape([-1, 1] if axis == -2 else [-1])
        x = np.take(x, low, axis) * (1 - part) + np.take(x, high, axis) * part
    return x


def norms():
    x = f(2, 3, 4, 5)
    mean, variance, gamma, beta = f(3), f(3, low=0.5, high=2), f(3), f(3)
    each = lambda v: v.reshape(1, 3, 1, 1)
    yield Case("batch_norm", {"x": x}, lambda x: mb.batch_norm(x=x, mean=mean, variance=variance, gamma=gamma, beta=beta, epsilon=1e-3),
               right=lambda x: (x - each(mean)) / np.sqrt(each(variance) + 1e-3) * each(gamma) + each(beta))
    yield Case("batch_norm bare", {"x": x}, lambda x: mb.batch_norm(x=x, mean=mean, variance=variance),
               right=lambda x: (x - each(mean)) / np.sqrt(each(variance) + 1e-5))
    yield Case("batch_norm 3", {"x": f(2, 3, 4)}, lambda x: mb.batch_norm(x=x, mean=mean, variance=variance, gamma=gamma, beta=beta),
               right=lambda x: (x - mean[:, None]) / np.sqrt(variance[:, None] + 1e-5) * gamma[:, None] + beta[:, None])
    inst = lambda x: (x - x.mean((2, 3), keepdims=True)) / np.sqrt(x.var((2, 3), keepdims=True) + 1e-5)
    yield Case("instance_norm", {"x": x}, lambda x: mb.instance_norm(x=x, gamma=gamma, beta=beta), right=lambda x: inst(x) * each(gamma) + each(beta))
    yield Case("instance_norm bare", {"x": x}, lambda x: mb.instance_norm(x=x), right=inst)
    yield Case("instance_norm 3", {"x": f(2, 3, 8)}, lambda x: mb.instance_norm(x=x, gamma=gamma),
               right=lambda x: (x - x.mean(2, keepdims=True)) / np.sqrt(x.var(2, keepdims=True) + 1e-5) * gamma[:, None])

    def lrn(x, size=3, alpha=1e-4, beta=0.75, k=1.0):
        padded = np.pad(x**2, [(0, 0), (size // 2, size // 2), (0, 0), (0, 0)])
        total = sum(padded[:, i:i + x.shape[1]] for i in range(size))
        return x / (k + alpha / size * total) ** beta
    yield Case("local_response_norm", {"x": x}, lambda x: mb.local_response_norm(x=x, size=3), right=lrn)
    yield Case("local_response_norm all", {"x": x}, lambda x: mb.local_response_norm(x=x, size=3, alpha=0.5, beta=0.5, k=2.0),
               right=lambda x: lrn(x, 3, 0.5, 0.5, 2.0))


def recurrent():
    x, h, c = f(5, 2, 3), f(2, 4), f(2, 4)
    w, r, bias, p = f(16, 3), f(16, 4), f(16), f(12)
    forms = {
        "plain": {}, "bias": dict(bias=bias), "last": dict(bias=bias, sequence=False), "reverse": dict(bias=bias, reverse=True),
        "clip": dict(bias=bias, clip=0.4), "peephole": dict(bias=bias, peephole=p), "peephole clip reverse": dict(peephole=p, clip=0.5, reverse=True),
        "activations": dict(bias=bias, gate="tanh", cell="relu", out="linear"),
    }
    for name, form in forms.items():
        def body(x, h, c, form=form):
            given = {k: form[k] for k in ("bias", "peephole", "clip") if k in form}
            for mine, theirs in (("gate", "recurrent_activation"), ("cell", "cell_activation"), ("out", "activation")):
                if mine in form:
                    given[theirs] = form[mine]
            return mb.lstm(x=x, initial_h=h, initial_c=c, weight_ih=w, weight_hh=r, output_sequence=form.get("sequence", True),
                           direction="reverse" if form.get("reverse") else "forward", **given)
        yield Case(f"lstm {name}", {"x": x, "h": h, "c": c}, body, right=lambda x, h, c, form=form: ref.lstm(x, h, c, w, r, **form))
    w2, r2, b2, p2 = f(16, 3), f(16, 4), f(16), f(12)
    for peephole in (False, True):
        for sequence in (True, False):
            def both(x, h, c, peephole=peephole, sequence=sequence):
                y1, h1, c1 = ref.lstm(x, h[:, :4], c[:, :4], w, r, bias, p if peephole else None, sequence=sequence)
                y2, h2, c2 = ref.lstm(x, h[:, 4:], c[:, 4:], w2, r2, b2, p2 if peephole else None, sequence=sequence, reverse=True)
                return [np.concatenate(each, -1) for each in ((y1, y2), (h1, h2), (c1, c2))]
            yield Case(f"lstm both {peephole} {sequence}", {"x": x, "h": f(2, 8), "c": f(2, 8)}, lambda x, h, c, peephole=peephole, sequence=sequence: mb.lstm(
                x=x, initial_h=h, initial_c=c, weight_ih=w, weight_hh=r, bias=bias, weight_ih_back=w2, weight_hh_back=r2, bias_back=b2,
                direction="bidirectional", output_sequence=sequence, **(dict(peephole=p, peephole_back=p2) if peephole else {})), right=both)
    gw, gr, gb, gi = f(12, 3), f(12, 4), f(12), f(12)
    for name, form, since in (("plain", {}, 15), ("bias", dict(bias=gb), 15), ("last", dict(bias=gb, sequence=False), 15),
                              ("reverse", dict(bias=gb, reverse=True), 15), ("after", dict(bias=gb, reset_after=True, input_bias=gi), 18)):
        def body(x, h, form=form):
            given = {k: form[k] for k in ("bias", "reset_after", "input_bias") if k in form}
            return mb.gru(x=x, initial_h=h, weight_ih=gw, weight_hh=gr, output_sequence=form.get("sequence", True),
                          direction="reverse" if form.get("reverse") else "forward", **given)
        yield Case(f"gru {name}", {"x": x, "h": h}, body, right=lambda x, h, form=form: ref.gru(x, h, gw, gr, **form), since=since)
    for name, form in (("plain", {}), ("last relu", dict(bias=f(4), sequence=False, out="relu")), ("reverse", dict(bias=f(4), reverse=True)),
                       ("sigmoid_hard", dict(out="sigmoid_hard")), ("scaled_tanh", dict(out="scaled_tanh"))):
        nw, nr = f(4, 3), f(4, 4)
        def body(x, h, form=form, nw=nw, nr=nr):
            given = {"bias": form["bias"]} if "bias" in form else {}
            return mb.rnn(x=x, initial_h=h, weight_ih=nw, weight_hh=nr, output_sequence=form.get("sequence", True), activation=form.get("out", "tanh"),
                          direction="reverse" if form.get("reverse") else "forward", **given)
        yield Case(f"rnn {name}", {"x": x, "h": h}, body, right=lambda x, h, form=form, nw=nw, nr=nr: ref.rnn(x, h, nw, nr, **form))
