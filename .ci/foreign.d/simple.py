"""Ops whose values coremltools infers itself: elementwise, reductions, shapes, indices."""

import numpy as np
from case import Case, mb

rng = np.random.default_rng(1)


def f(*shape, low=-2.0, high=2.0):
    return rng.uniform(low, high, shape).astype(np.float32)


def i(*shape, low=-5, high=6):
    return rng.integers(low, high, shape).astype(np.int32)


def b(*shape):
    return rng.integers(0, 2, shape).astype(bool)


def cases():
    x = f(2, 3, 4)
    unit = f(2, 3, low=-0.9, high=0.9)
    positive = f(2, 3, low=0.1, high=3)
    for name in "abs atan ceil cos cosh erf exp exp2 floor relu relu6 sigmoid sign sin sinh softplus softsign square tan tanh round".split():
        yield Case(name, {"x": x}, lambda x, op=name: getattr(mb, op)(x=x))
    for name in "acos asin atanh".split():
        yield Case(name, {"x": unit}, lambda x, op=name: getattr(mb, op)(x=x))
    for name in "sqrt rsqrt log inverse".split():
        yield Case(name, {"x": positive}, lambda x, op=name: getattr(mb, op)(x=x))
    for name in "rsqrt log inverse".split():
        yield Case(name + " epsilon", {"x": positive}, lambda x, op=name: getattr(mb, op)(x=x, epsilon=0.25))
    for name in "abs sign square".split():
        yield Case(name + " int32", {"x": i(2, 3)}, lambda x, op=name: getattr(mb, op)(x=x))
    yield Case("silu", {"x": x}, lambda x: mb.silu(x=x), lambda x: x / (1 + np.exp(-x)))
    for name in "clamped_relu linear_activation scaled_tanh sigmoid_hard clip".split():
        yield Case(name, {"x": x}, lambda x, op=name: getattr(mb, op)(x=x, alpha=0.25, beta=0.75))
    for name in "elu leaky_relu thresholded_relu threshold".split():
        yield Case(name, {"x": x}, lambda x, op=name: getattr(mb, op)(x=x, alpha=0.25))
    for mode in ("EXACT", "TANH_APPROXIMATION", "SIGMOID_APPROXIMATION"):
        yield Case("gelu " + mode, {"x": x}, lambda x, mode=mode: mb.gelu(x=x, mode=mode), tolerance=2e-4)
    yield Case("gelu default", {"x": x}, lambda x: mb.gelu(x=x))
    yield Case("prelu", {"x": f(1, 3, 2, 2)}, lambda x: mb.prelu(x=x, alpha=np.float32([0.1, 0.2, 0.3])))
    yield Case("softplus_parametric", {"x": f(1, 3, 2, 2)}, lambda x: mb.softplus_parametric(
        x=x, alpha=np.float32([0.5, 1, 2]), beta=np.float32([1, 2, 0.5])))
    for name in "add sub mul maximum minimum greater greater_equal less less_equal equal not_equal".split():
        yield Case(name + " broadcast", {"x": x, "y": f(3, 1)}, lambda x, y, op=name: getattr(mb, op)(x=x, y=y))
        yield Case(name + " int32", {"x": i(2, 3), "y": i(3)}, lambda x, y, op=name: getattr(mb, op)(x=x, y=y))
        yield Case(name + " number", {"x": x}, lambda x, op=name: getattr(mb, op)(x=x, y=0.5))
    for name in "real_div floor_div mod".split():
        yield Case(name, {"x": x, "y": f(3, 1, low=0.5, high=2)}, lambda x, y, op=name: getattr(mb, op)(x=x, y=y))
        yield Case(name + " negative", {"x": x, "y": f(3, 1, low=-2, high=-0.5)},
                   lambda x, y, op=name: getattr(mb, op)(x=x, y=y))
    for name in "floor_div mod".split():
        yield Case(name + " int32", {"x": np.int32([-7, -3, 3, 7]), "y": np.int32([2, 2, -2, 3])},
                   lambda x, y, op=name: getattr(mb, op)(x=x, y=y))
    yield Case("pow", {"x": positive, "y": f(3)}, lambda x, y: mb.pow(x=x, y=y))
    yield Case("pow int", {"x": x}, lambda x: mb.pow(x=x, y=3.0))
    for name in "and or xor".split():
        yield Case("logical_" + name, {"x": i(6), "y": i(6)}, lambda x, y, op=name: mb.cast(x=getattr(mb, "logical_" + op)(
            x=mb.greater(x=x, y=0), y=mb.greater(x=y, y=0)), dtype="int32"))
    yield Case("logical_not", {"x": i(6)}, lambda x: mb.cast(x=mb.logical_not(x=mb.greater(x=x, y=0)), dtype="int32"))
    yield Case("select", {"x": x, "y": f(2, 3, 4)}, lambda x, y: mb.select(cond=mb.greater(x=x, y=y), a=x, b=y))
    yield Case("select broadcast", {"x": x, "y": f(2, 1, 4)}, lambda x, y: mb.select(cond=mb.greater(x=x, y=np.float32(0)), a=x, b=mb.tile(x=y, reps=[1, 3, 1])))
    for to in "int32 fp32 bool".split():
        yield Case("cast to " + to, {"x": x}, lambda x, to=to: mb.cast(x=mb.cast(x=x, dtype=to), dtype="fp32"))
    for to in "int8 uint8 int16 uint16".split():
        yield Case("cast to " + to, {"x": i(4, low=0, high=100)}, lambda x, to=to: mb.cast(x=mb.cast(x=x, dtype=to), dtype="int32"), since=17)
        yield Case("cast " + to + " moved", {"x": i(2, 3, low=0, high=100)}, lambda x, to=to: mb.cast(x=mb.transpose(x=mb.reshape(
            x=mb.cast(x=x, dtype=to), shape=[3, 2]), perm=[1, 0]), dtype="fp32"), since=17)

    for name in "l1_norm l2_norm sum mean max min prod sum_square log_sum_exp log_sum".split():
        data = f(2, 3, 4, low=0.1, high=2) if name == "log_sum" else x
        op = getattr(mb, "reduce_" + name)
        yield Case(f"reduce_{name} axes", {"x": data}, lambda x, op=op: op(x=x, axes=[-1, 0], keep_dims=True))
        yield Case(f"reduce_{name} axes dropped", {"x": data}, lambda x, op=op: op(x=x, axes=[1]))
        yield Case(f"reduce_{name} all", {"x": data}, lambda x, op=op: op(x=x))
        yield Case(f"reduce_{name} all kept", {"x": data}, lambda x, op=op: op(x=x, keep_dims=True))
    for name in "sum max min prod sum_square".split():
        op = getattr(mb, "reduce_" + name)
        yield Case(f"reduce_{name} int32", {"x": i(2, 3)}, lambda x, op=op: op(x=x, axes=[1]))
    for name in "argmax argmin".split():
        op = getattr(mb, "reduce_" + name)
        yield Case("reduce_" + name, {"x": x}, lambda x, op=op: op(x=x, axis=1))
        yield Case(f"reduce_{name} default", {"x": x}, lambda x, op=op: op(x=x, keep_dims=True))
        yield Case(f"reduce_{name} uint16", {"x": x}, lambda x, op=op: mb.cast(x=op(x=x, axis=1, output_dtype="uint16"), dtype="int32"), since=17)
    for ascending in (True, False):
        yield Case(f"argsort {ascending}", {"x": x}, lambda x, a=ascending: mb.argsort(x=x, axis=1, ascending=a))
        yield Case(f"topk {ascending}", {"x": x}, lambda x, a=ascending: mb.topk(x=x, k=2, axis=1, ascending=a))
    yield Case("topk default", {"x": x}, lambda x: mb.topk(x=x))
    yield Case("topk values", {"x": x}, lambda x: mb.topk(x=x, k=2, return_indices=False), since=16,
               right=lambda x: -np.sort(-x, axis=-1)[..., :2])
    yield Case("topk uint16", {"x": x}, lambda x: [mb.cast(x=v, dtype="fp32") for v in mb.topk(x=x, k=2, output_indices_dtype="uint16")], since=17,
               right=lambda x: (-np.sort(-x, axis=-1)[..., :2], np.argsort(-x, axis=-1, kind="stable")[..., :2].astype(float)))
    yield Case("cumsum", {"x": x}, lambda x: mb.cumsum(x=x, axis=1))
    yield Case("cumsum default", {"x": x}, lambda x: mb.cumsum(x=x))
    yield Case("cumsum int32", {"x": i(2, 3)}, lambda x: mb.cumsum(x=x, axis=-1), right=lambda x: np.cumsum(x, -1))
    yield Case("cumsum exclusive reverse", {"x": x}, lambda x: mb.cumsum(x=x, axis=1, exclusive=True, reverse=True),
               right=lambda x: np.flip(np.cumsum(np.flip(x, 1), 1), 1) - x)
    yield Case("band_part", {"x": x}, lambda x: mb.band_part(x=x, lower=1, upper=0))
    yield Case("band_part default", {"x": x}, lambda x: mb.band_part(x=x))

    yield Case("reshape", {"x": x}, lambda x: mb.reshape(x=x, shape=[4, 6]))
    yield Case("reshape -1", {"x": x}, lambda x: mb.reshape(x=x, shape=[-1, 6]))
    yield Case("reshape 0", {"x": x}, lambda x: mb.reshape(x=x, shape=[0, -1, 2]), right=lambda x: x.reshape(2, 6, 2))
    yield Case("reshape 0 0", {"x": x}, lambda x: mb.reshape(x=x, shape=[0, 0, 4]), right=lambda x: x)
    yield Case("reshape int32", {"x": i(6)}, lambda x: mb.reshape(x=x, shape=[2, -1]))
    yield Case("reshape shape int16", {"x": x}, lambda x: mb.reshape(x=x, shape=np.int16([4, -1])), since=17)
    yield Case("reshape by shape", {"x": x, "y": f(4, 6)}, lambda x, y: mb.reshape(x=x, shape=mb.shape(x=y)))
    yield Case("reshape by parts of a shape", {"x": x}, lambda x: mb.reshape(x=x, shape=mb.concat(values=[
        mb.slice_by_index(x=mb.shape(x=x), begin=[0], end=[1]), np.int32([-1])], axis=0)))
    yield Case("reshape by product", {"x": x}, lambda x: mb.reshape(x=x, shape=mb.stack(values=[mb.mul(
        x=mb.gather(x=mb.shape(x=x), indices=0, axis=0), y=mb.gather(x=mb.shape(x=x), indices=1, axis=0)), 4], axis=0)))
    yield Case("squeeze", {"x": f(1, 3, 1)}, lambda x: mb.squeeze(x=x))
    yield Case("squeeze axes", {"x": f(1, 3, 1)}, lambda x: mb.squeeze(x=x, axes=[-1]))
    yield Case("expand_dims", {"x": x}, lambda x: mb.expand_dims(x=x, axes=[0, -1]))
    yield Case("flatten2d", {"x": x}, lambda x: mb.flatten2d(x=x, axis=-1))
    yield Case("flatten2d default", {"x": x}, lambda x: mb.flatten2d(x=x))
    yield Case("transpose", {"x": x}, lambda x: mb.transpose(x=x, perm=[2, 0, -2]))
    yield Case("reverse", {"x": x}, lambda x: mb.reverse(x=x, axes=[-1, 0]))
    yield Case("reverse all", {"x": x}, lambda x: mb.reverse(x=x))
    yield Case("reverse_sequence", {"x": x}, lambda x: mb.reverse_sequence(x=x, lengths=[2, 3], seq_axis=2, batch_axis=0),
               right=lambda x: reversed_to(x, [2, 3], 2))
    yield Case("reverse_sequence int8", {"x": x}, lambda x: mb.reverse_sequence(x=x, lengths=np.int8([2, 3]), seq_axis=1), since=17,
               right=lambda x: reversed_to(x, [2, 3], 1))
    yield Case("tile", {"x": x}, lambda x: mb.tile(x=x, reps=[1, 2, 1]))
    yield Case("concat", {"x": x, "y": f(2, 1, 4)}, lambda x, y: mb.concat(values=[x, y], axis=-2))
    yield Case("concat interleave", {"x": x, "y": f(2, 3, 4)}, lambda x, y: mb.concat(values=[x, y], axis=1, interleave=True),
               right=lambda x, y: np.stack([x, y], 2).reshape(2, 6, 4))
    yield Case("stack", {"x": x, "y": f(2, 3, 4)}, lambda x, y: mb.stack(values=[x, y], axis=-1))
    yield Case("split", {"x": x}, lambda x: mb.split(x=x, num_splits=2, axis=-1))
    yield Case("split sizes", {"x": x}, lambda x: mb.split(x=x, split_sizes=[1, 2], axis=1))
    yield Case("split both", {"x": x}, lambda x: mb.split(x=x, num_splits=2, split_sizes=[1, 2], axis=1))
    yield Case("slice_by_index", {"x": x}, lambda x: mb.slice_by_index(x=x, begin=[0, 1, -3], end=[2, 3, -1]))
    yield Case("slice_by_index masks", {"x": x}, lambda x: mb.slice_by_index(
        x=x, begin=[1, 1, 0], end=[0, 3, 0], stride=[1, 2, 3], begin_mask=[False, False, True],
        end_mask=[False, True, True], squeeze_mask=[True, False, False]))
    yield Case("slice_by_index back", {"x": x}, lambda x: mb.slice_by_index(
        x=x, begin=[0, -1, 3], end=[2, 0, 0], stride=[1, -1, -2], begin_mask=[True, True, False], end_mask=[True, True, False]))
    yield Case("slice_by_index int16", {"x": x}, lambda x: mb.slice_by_index(x=x, begin=np.int16([0, 1, 0]), end=np.int16([2, 3, 2])), since=17)
    yield Case("slice_by_size", {"x": x}, lambda x: mb.slice_by_size(x=x, begin=[0, 1, 1], size=[2, -1, 2]))
    yield Case("slice_by_size bool", {"x": i(4)}, lambda x: mb.cast(x=mb.slice_by_size(x=mb.greater(x=x, y=0), begin=[1], size=[2]), dtype="fp32"))
    yield Case("slice_update", {"x": x, "y": f(1, 2, 2)}, lambda x, y: mb.slice_update(
        x=x, update=y, begin=[0, 1, 0], end=[1, 3, 4], stride=[1, 1, 2]), since=18,
        right=lambda x, y: updated(x, y, np.s_[0:1, 1:3, 0:4:2]))
    yield Case("slice_update squeeze", {"x": x, "y": f(2, 4)}, lambda x, y: mb.slice_update(
        x=x, update=y, begin=[1, 1, 0], end=[0, 3, 4], squeeze_mask=[True, False, False]), since=18,
        right=lambda x, y: updated(x, y, np.s_[1, 1:3]))
    for mode in ("reflect", "replicate"):
        yield Case(f"pad {mode}", {"x": f(1, 2, 4, 5)}, lambda x, mode=mode: mb.pad(x=x, pad=[1, 2, 0, 3], mode=mode))
    yield Case("pad", {"x": x}, lambda x: mb.pad(x=x, pad=[0, 0, 1, 0, 2, 1], constant_val=1.5))
    yield Case("pad short", {"x": x}, lambda x: mb.pad(x=x, pad=[1, 2], mode="constant"))
    yield Case("pad short int32 shape", {"x": x}, lambda x: mb.pad(x=x, pad=[1, 2, 0, 1]))
    yield Case("fill", {"x": x}, lambda x: mb.add(x=x, y=mb.fill(shape=[3, 4], value=2.5)))
    yield Case("fill default", {"x": x}, lambda x: mb.add(x=x, y=mb.fill(shape=[3, 4])))
    yield Case("fill by shape", {"x": x}, lambda x: mb.add(x=x, y=mb.fill(shape=mb.shape(x=x), value=2.5)))
    yield Case("fill_like", {"x": x}, lambda x: mb.add(x=x, y=mb.fill_like(ref_tensor=x, value=2.5)), since=16,
               right=lambda x: x + 2.5)
    yield Case("range_1d", {"x": x}, lambda x: mb.add(x=x, y=mb.range_1d(start=0.0, end=4.0, step=1.0)))
    yield Case("range_1d int32", {"x": i(4)}, lambda x: mb.add(x=x, y=mb.range_1d(start=0, end=4, step=1)))
    yield Case("identity", {"x": x}, lambda x: mb.identity(x=x))

    indices = np.int32([2, 0])
    for integer, since in ((np.int32, 15), (np.int16, 16), (np.uint16, 16), (np.int8, 17), (np.uint8, 17)):
        yield Case(f"gather {integer.__name__}", {"x": x}, lambda x, t=integer: mb.gather(x=x, indices=t([2, 0]), axis=1), since=since)
        yield Case(f"gather_along_axis {integer.__name__}", {"x": x}, lambda x, t=integer: mb.gather_along_axis(
            x=x, indices=t(np.zeros((2, 1, 4))), axis=1), since=since)
    yield Case("gather default", {"x": x}, lambda x: mb.gather(x=x, indices=[[1], [0]]))
    yield Case("gather number", {"x": x}, lambda x: mb.gather(x=x, indices=1, axis=-1))
    yield Case("gather negative", {"x": x}, lambda x: mb.gather(x=x, indices=[-1, 0], axis=1), until=16)
    yield Case("gather negative computed", {"x": x, "y": np.int32([-1, 1, -3])}, lambda x, y: mb.gather(x=x, indices=y, axis=1),
               until=16, right=lambda x, y: x[:, y])
    yield Case("gather int32 data", {"x": i(4, 3)}, lambda x: mb.gather(x=x, indices=[3, 1]))
    yield Case("gather validated", {"x": x, "y": indices}, lambda x, y: mb.gather(x=x, indices=y, axis=1, validate_indices=True), since=17)
    yield Case("gather batch_dims", {"x": x, "y": np.int32([[2, 0], [1, 1]])},
               lambda x, y: mb.gather(x=x, indices=y, axis=1, batch_dims=1), since=16,
               right=lambda x, y: np.stack([x[k][y[k]] for k in range(2)]))
    yield Case("gather_along_axis negative", {"x": x, "y": i(2, 2, 4, low=-3, high=3)},
               lambda x, y: mb.gather_along_axis(x=x, indices=y, axis=1), until=16, right=lambda x, y: np.take_along_axis(x, y, 1))
    yield Case("gather_nd", {"x": x}, lambda x: mb.gather_nd(x=x, indices=[[0, 1], [1, 2]]), right=lambda x: x[[0, 1], [1, 2]])
    yield Case("gather_nd batch_dims", {"x": x}, lambda x: mb.gather_nd(x=x, indices=[[1], [2]], batch_dims=1), since=16,
               right=lambda x: x[[0, 1], [1, 2]])
    yield Case("gather_nd negative", {"x": x, "y": np.int32([[-1, 1], [0, -2]])}, lambda x, y: mb.gather_nd(x=x, indices=y),
               until=16, right=lambda x, y: x[y[:, 0], y[:, 1]])
    for mode in "add sub mul div max min update".split():
        u = f(2, 2, 4, low=0.5, high=2)
        yield Case(f"scatter {mode}", {"x": x, "y": u}, lambda x, y, mode=mode: mb.scatter(
            data=x, indices=[2, 0], updates=y, axis=1, mode=mode), right=lambda x, y, mode=mode: scattered(x, (slice(None), [2, 0]), y, mode))
        yield Case(f"scatter_nd {mode}", {"x": x, "y": f(2, 4, low=0.5, high=2)}, lambda x, y, mode=mode: mb.scatter_nd(
            data=x, indices=[[0, 1], [1, 2]], updates=y, mode=mode), right=lambda x, y, mode=mode: scattered(x, ([0, 1], [1, 2]), y, mode))
        yield Case(f"scatter_along_axis {mode}", {"x": x, "y": f(2, 1, 4, low=0.5, high=2)}, lambda x, y, mode=mode: mb.scatter_along_axis(
            data=x, indices=np.int32([[[0, 1, 2, 0]], [[1, 1, 0, 2]]]), updates=y, axis=1, mode=mode),
            right=lambda x, y, mode=mode: scattered(x, (np.arange(2)[:, None, None], np.int32([[[0, 1, 2, 0]], [[1, 1, 0, 2]]]), np.arange(4)), y, mode))
    yield Case("scatter default", {"x": x, "y": f(1, 3, 4)}, lambda x, y: mb.scatter(data=x, indices=[1], updates=y),
               right=lambda x, y: scattered(x, ([1],), y, "add"))
    yield Case("scatter negative", {"x": x, "y": f(2, 2, 4)}, lambda x, y: mb.scatter(data=x, indices=[-1, 0], updates=y, axis=1),
               right=lambda x, y: scattered(x, (slice(None), [-1, 0]), y, "add"), until=16)
    yield Case("scatter_nd negative", {"x": x, "y": f(1, 4)}, lambda x, y: mb.scatter_nd(data=x, indices=[[-1, -2]], updates=y),
               right=lambda x, y: scattered(x, ([-1], [-2]), y, "add"), until=16)
    for kind, on, off in (("float", 2.0, 0.5), ("int", 3, 1)):
        yield Case(f"one_hot {kind}", {"x": np.int32([2, 0, 1])}, lambda x, on=on, off=off: mb.one_hot(
            indices=x, one_hot_vector_size=4, on_value=on, off_value=off), right=lambda x, on=on, off=off: np.where(np.arange(4) == x[:, None], on, off))
        yield Case(f"one_hot {kind} axis", {"x": np.int32([[2, 0, 1]])}, lambda x, on=on, off=off: mb.one_hot(
            indices=x, one_hot_vector_size=4, axis=0, on_value=on, off_value=off),
            right=lambda x, on=on, off=off: np.where(np.arange(4)[:, None, None] == x, on, off))
    yield Case("one_hot default", {"x": np.int32([2, 0, 1])}, lambda x: mb.one_hot(indices=x, one_hot_vector_size=4),
               right=lambda x: np.eye(4, dtype=np.int32)[x])
    yield Case("non_zero of a constant", {"x": f(2)}, lambda x: mb.add(x=x, y=mb.cast(x=mb.squeeze(x=mb.non_zero(x=np.int32([0, 4, 5])), axes=[1]), dtype="fp32")))

    for form, y in (("plain", f(4, 5)), ("batch", f(2, 4, 5))):
        yield Case(f"matmul {form}", {"x": x, "y": y}, lambda x, y: mb.matmul(x=x, y=y))
    yield Case("matmul transposed", {"x": f(2, 4, 3), "y": f(2, 5, 4)}, lambda x, y: mb.matmul(x=x, y=y, transpose_x=True, transpose_y=True))
    yield Case("matmul vector x", {"x": f(3), "y": f(3, 4)}, lambda x, y: mb.matmul(x=x, y=y))
    yield Case("matmul int32", {"x": i(2, 3), "y": i(3, 2)}, lambda x, y: mb.matmul(x=x, y=y))
    yield Case("linear", {"x": x}, lambda x, w=f(5, 4), c=f(5): mb.linear(x=x, weight=w, bias=c))
    yield Case("linear without bias", {"x": x}, lambda x, w=f(5, 4): mb.linear(x=x, weight=w))
    yield Case("linear vector", {"x": f(4)}, lambda x, w=f(5, 4), c=f(5): mb.linear(x=x, weight=w, bias=c))
    for equation, y in (("abcd,adce->abce", f(2, 5, 4, 3)),):
        yield Case("einsum " + equation, {"x": f(2, 3, 4, 5), "y": y}, lambda x, y, e=equation: mb.einsum(values=(x, y), equation=e))
    yield Case("softmax", {"x": x}, lambda x: mb.softmax(x=x, axis=1))
    yield Case("softmax default", {"x": x}, lambda x: mb.softmax(x=x))
    yield Case("l2_norm", {"x": f(1, 2, 3, 4)}, lambda x: mb.l2_norm(x=x))
    yield Case("layer_norm", {"x": x}, lambda x, g=f(4), c=f(4): mb.layer_norm(x=x, axes=[-1], gamma=g, beta=c, epsilon=1e-3))
    yield Case("layer_norm default", {"x": x}, lambda x: mb.layer_norm(x=x, axes=[0, 1, 2]))
    yield Case("layer_norm axes", {"x": x}, lambda x, g=f(3, 4): mb.layer_norm(x=x, axes=[1, 2], gamma=g))
    for mask in ("none", "bool", "float"):
        q, k, v = f(1, 2, 3, 4), f(1, 2, 5, 4), f(1, 2, 5, 6)
        m = {"none": None, "bool": np.tril(np.ones((3, 5), bool), 1), "float": f(3, 5)}[mask]
        yield Case("attention " + mask, {"q": q, "k": k, "v": v}, lambda q, k, v, m=m: mb.scaled_dot_product_attention(
            query=q, key=k, value=v, **({} if m is None else {"attn_mask": m})), since=18)


def updated(x, y, at):
    x = x.copy()
    x[at] = y
    return x


def reversed_to(x, lengths, axis):
    x = np.moveaxis(x.copy(), axis, 1)
    for k, length in enumerate(lengths):
        x[k, :length] = x[k, :length][::-1]
    return np.moveaxis(x, 1, axis)


def scattered(x, at, y, mode):
    x = x.astype(np.float64).copy()
    ufunc = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "max": np.maximum, "min": np.minimum}
    if mode == "update":
        x[at] = y
    else:
        ufunc[mode].at(x, at, y)
    return x
