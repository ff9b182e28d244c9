"""Weights stored compressed, loops, choices and lists, mixed types, and what is refused."""

import numpy as np
import reference as ref
from case import TARGETS, Case, mb, types
from simple import f

rng = np.random.default_rng(3)


def cases():
    yield from compressed()
    yield from loops()
    yield from mixed()
    yield from refused()


def bits(shape, count, signed=False):
    kind = {1: types.np_uint1_dtype, 2: types.np_uint2_dtype, 3: types.np_uint3_dtype, 4: types.np_uint4_dtype,
            6: types.np_uint6_dtype, 8: np.uint8}[count]
    if signed:
        kind = {4: types.np_int4_dtype, 8: np.int8}[count]
    low = -(1 << (count - 1)) if signed else 0
    return rng.integers(low, low + (1 << count), shape).astype(np.int8 if signed else np.uint8).astype(kind)


def value(make, target):
    """Returns what a compressed weight is, as coremltools decompresses it."""
    made = []

    @mb.program(input_specs=[mb.TensorSpec((1,))], opset_version=TARGETS[target])
    def known(unused):
        made.append(make().op.materialized_val_inference())
        return mb.identity(x=unused)

    return np.asarray(made[0]).astype(np.float64)


def weight(name, shape, make, since, until=26):
    return Case(name, {"x": f(*shape)}, lambda x: mb.add(x=x, y=make()), right=lambda x: x + value(make, since), since=since, until=until)


def compressed():
    for kind, zero in ((np.uint8, 120), (np.int8, -3)):
        data = bits((3, 4), 8, kind == np.int8)
        yield weight(f"affine {kind.__name__}", (3, 4), lambda d=data, k=kind, z=zero: mb.constexpr_affine_dequantize(
            quantized_data=d, zero_point=k(z), scale=np.float32(0.02), axis=0), 16)
        yield weight(f"affine {kind.__name__} each", (3, 4), lambda d=data, k=kind: mb.constexpr_affine_dequantize(
            quantized_data=d, zero_point=np.array([1, 2, 3, 4], k), scale=np.float32([0.1, 0.2, 0.3, 0.4]), axis=1), 16)
        yield weight(f"affine {kind.__name__} scales", (3, 4), lambda d=data, k=kind, z=zero: mb.constexpr_affine_dequantize(
            quantized_data=d, zero_point=k(z), scale=np.float32([0.1, 0.2, 0.3]), axis=-2), 16)
    yield weight("constexpr_cast", (3, 4), lambda d=f(3, 4).astype(np.float16): mb.constexpr_cast(source_val=d, output_dtype="fp32"), 16)
    for n in (1, 2, 4, 6, 8):
        packed = rng.integers(0, 256, -(-3 * 4 * n // 8)).astype(np.uint8)
        yield weight(f"table {n} bits, iOS 16", (3, 4), lambda n=n, packed=packed, t=f(1 << n): mb.constexpr_lut_to_dense(
            indices=packed, lut=t, shape=np.uint32([3, 4])), 16, 17)
    for n in (1, 2, 3, 4, 6, 8):
        yield weight(f"table {n} bits", (4, 6), lambda d=bits((4, 6), n), t=f(1, 1, 1 << n, 1): mb.constexpr_lut_to_dense(indices=d, lut=t), 18)
        yield weight(f"tables {n} bits of groups", (4, 6), lambda d=bits((4, 6), n), t=f(2, 3, 1 << n, 1): mb.constexpr_lut_to_dense(indices=d, lut=t), 18)
    for axis in (0, 1, -1):
        shape = (4, 6) if axis == 0 else (2, 12)
        yield weight(f"table of vectors along {axis}", shape, lambda a=axis, d=bits((2, 6), 2), t=f(1, 1, 4, 2): mb.constexpr_lut_to_dense(
            indices=d, lut=t, vector_axis=a), 18)
    yield weight("table of six axes", (2, 3, 2, 2), lambda d=bits((2, 3, 2, 2), 2), t=f(2, 1, 1, 1, 4, 1): mb.constexpr_lut_to_dense(indices=d, lut=t), 18)
    for n, signed in ((4, True), (4, False), (8, True), (8, False)):
        data = bits((4, 6), n, signed)
        offset = bits((4, 3), n, signed)
        yield weight(f"blocks {n} {signed}", (4, 6), lambda d=data, s=f(4, 3): mb.constexpr_blockwise_shift_scale(data=d, scale=s), 18)
        yield weight(f"blocks {n} {signed} offset", (4, 6), lambda d=data, s=f(4, 3), o=offset: mb.constexpr_blockwise_shift_scale(
            data=d, scale=s, offset=o), 18)
    table = lambda d, t: mb.constexpr_lut_to_dense(indices=d, lut=t)
    d, t = bits((4, 6), 4), bits((1, 1, 16, 1), 8, True)
    yield Case("joint table and scale", {"x": f(4, 6)}, lambda x, s=np.float32([[0.5]]): mb.add(x=x, y=mb.constexpr_blockwise_shift_scale(
        data=table(d, t), scale=s)), right=lambda x: x + 0.5 * t.astype(np.float64).ravel()[d.astype(int)], since=18)
    mask = rng.integers(0, 2, (4, 6)).astype(np.uint8)
    dense = np.zeros((4, 6))
    kept = f(int(mask.sum()))
    dense[mask != 0] = kept
    yield Case("sparse, iOS 16", {"x": f(4, 6)}, lambda x: mb.add(x=x, y=mb.constexpr_sparse_to_dense(
        nonzero_data=kept, mask=np.packbits(mask.ravel(), bitorder="little"), shape=np.uint32([4, 6]))), right=lambda x: x + dense, since=16, until=17)
    mask1 = mask.astype(types.np_uint1_dtype)
    yield Case("sparse", {"x": f(4, 6)}, lambda x: mb.add(x=x, y=mb.constexpr_sparse_to_dense(nonzero_data=kept, mask=mask1)),
               right=lambda x: x + dense, since=18)
    data = bits((int(mask.sum()),), 8, True)
    scaled = np.zeros((4, 6))
    scaled[mask != 0] = data * 0.25

    def scale(x):
        m, v = mb.constexpr_sparse_blockwise_shift_scale(data_mask=mask1, nonzero_data=data, scale=np.float32([[0.25]]))
        return mb.add(x=x, y=mb.constexpr_sparse_to_dense(nonzero_data=v, mask=m))
    yield Case("joint sparse and scale", {"x": f(4, 6)}, scale, right=lambda x: x + scaled, since=18)
    indices, entries = bits((int(mask.sum()),), 4), f(1, 1, 16, 1)
    looked = np.zeros((4, 6))
    looked[mask != 0] = entries.ravel()[indices.astype(int)]

    def sparse(x):
        m, v = mb.constexpr_lut_to_sparse(indices_mask=mask1, indices_nonzero_data=indices, lut=entries)
        return mb.add(x=x, y=mb.constexpr_sparse_to_dense(nonzero_data=v, mask=m))
    yield Case("joint sparse and table", {"x": f(4, 6)}, sparse, right=lambda x: x + looked, since=18)
    yield Case("quantize", {"x": f(2, 3)}, lambda x: mb.cast(x=mb.quantize(input=x, scale=np.float32(0.1), zero_point=np.uint8(7), output_dtype="uint8"), dtype="fp32"),
               right=lambda x: np.clip(np.round(x / np.float32(0.1)) + 7, 0, 255), since=17)
    yield Case("quantize and dequantize", {"x": f(2, 3)}, lambda x: mb.dequantize(
        input=mb.quantize(input=x, scale=np.float32([0.1, 0.2, 0.3]), axis=1, output_dtype="int8"), scale=np.float32([0.1, 0.2, 0.3]), axis=1),
        right=lambda x: np.clip(np.round(x / np.float32([0.1, 0.2, 0.3])), -128, 127) * np.float32([0.1, 0.2, 0.3]).astype(float), since=17)
    quantized = bits((4, 4, 3, 3), 8, True)
    yield Case("conv of a quantized weight", {"x": f(1, 4, 5, 5)}, lambda x: mb.conv(x=x, weight=mb.constexpr_affine_dequantize(
        quantized_data=quantized, zero_point=np.int8(0), scale=np.float32(0.01), axis=0), bias=np.float32([1, 2, 3, 4])),
        right=lambda x: ref.conv(x, quantized * np.float64(np.float32(0.01)), np.float64([1, 2, 3, 4])), since=16)


def loops():
    x = f(2, 3)
    yield Case("loop", {"x": x}, lambda x: mb.while_loop(
        _cond=lambda i, a: mb.less(x=i, y=3), _body=lambda i, a: (mb.add(x=i, y=1), mb.add(x=mb.mul(x=a, y=0.5), y=x)),
        loop_vars=(mb.const(val=np.int32(0)), x))[1], right=lambda x: ((x * 0.5 + x) * 0.5 + x) * 0.5 + x)
    yield Case("loop that never runs", {"x": x}, lambda x: mb.while_loop(
        _cond=lambda i, a: mb.less(x=i, y=0), _body=lambda i, a: (mb.add(x=i, y=1), mb.mul(x=a, y=2.0)),
        loop_vars=(mb.const(val=np.int32(0)), x))[1], right=lambda x: x)
    yield Case("loops in each other", {"x": x}, lambda x: mb.while_loop(
        _cond=lambda i, a: mb.less(x=i, y=2),
        _body=lambda i, a: (mb.add(x=i, y=1), mb.while_loop(
            _cond=lambda j, b: mb.less_equal(x=j, y=i), _body=lambda j, b: (mb.add(x=j, y=1), mb.mul(x=b, y=2.0)),
            loop_vars=(mb.const(val=np.int32(0)), a))[1]),
        loop_vars=(mb.const(val=np.int32(0)), x))[1], right=lambda x: x * 8)

    def filled(x):
        ls = mb.make_list(init_length=4, dynamic_length=False, elem_shape=(2, 3))
        _, ls, _ = mb.while_loop(
            _cond=lambda i, ls, a: mb.less(x=i, y=4),
            _body=lambda i, ls, a: (mb.add(x=i, y=1), mb.list_write(ls=ls, index=i, value=a), mb.mul(x=a, y=2.0)),
            loop_vars=(mb.const(val=np.int32(0)), ls, x))
        return [mb.list_gather(ls=ls, indices=[0, 1, 2, 3]), mb.list_read(ls=ls, index=2)]
    yield Case("list in a loop", {"x": x}, filled, right=lambda x: (np.stack([x, 2 * x, 4 * x, 8 * x]), 4 * x))

    def scattered(x):
        ls = mb.make_list(init_length=3, dynamic_length=True, elem_shape=(3,))
        ls = mb.list_scatter(ls=ls, indices=[2, 0], value=x)
        return mb.reshape(x=mb.list_gather(ls=ls, indices=mb.range_1d(start=0, end=mb.list_length(ls=ls), step=1)), shape=[3, 3])
    yield Case("list scattered", {"x": x}, scattered, right=lambda x: np.stack([x[1], 0 * x[0], x[0]]))

    def read(x):
        ls = mb.make_list(init_length=2, dynamic_length=False, elem_shape=(3,))
        ls = mb.list_scatter(ls=ls, indices=[0, 1], value=x)
        zero = np.zeros(3, np.float32)
        return mb.while_loop(_cond=lambda i, a: mb.less(x=i, y=2), _body=lambda i, a: (mb.add(x=i, y=1), mb.add(x=a, y=mb.list_read(ls=ls, index=i))),
                             loop_vars=(mb.const(val=np.int32(0)), mb.const(val=zero)))[1]
    yield Case("list read in a loop", {"x": x}, read, right=lambda x: x.sum(0))
    for holds in (True, False):
        yield Case(f"choice {holds}", {"x": x}, lambda x, holds=holds: mb.cond(
            pred=mb.less(x=mb.reduce_sum(x=mb.shape(x=x)), y=9 if holds else 1), _true_fn=lambda: mb.add(x=x, y=1.0), _false_fn=lambda: mb.mul(x=x, y=2.0)),
            right=lambda x, holds=holds: x + 1 if holds else x * 2)
        yield Case(f"choice computed {holds}", {"x": x, "p": np.float32([1.0 if holds else -1.0])}, lambda x, p: mb.cond(
            pred=mb.greater(x=mb.squeeze(x=p), y=0.0), _true_fn=lambda: mb.add(x=x, y=1.0), _false_fn=lambda: mb.mul(x=x, y=2.0)),
            right=lambda x, p, holds=holds: x + 1 if holds else x * 2)


def mixed():
    half = lambda *shape: f(*shape).astype(np.float16)
    yield Case("linear of float16 weights", {"x": f(2, 4)}, lambda x, w=half(3, 4), c=half(3): mb.linear(x=x, weight=w, bias=c), since=17)


def refused():
    x = f(2, 3)
    yield Case("random_uniform", {"x": x}, lambda x: mb.add(x=x, y=mb.random_uniform(shape=[2, 3])), refused="random_uniform")
    yield Case("random_normal", {"x": x}, lambda x: mb.add(x=x, y=mb.random_normal(shape=[2, 3])), refused="random_normal")
    yield Case("random_bernoulli", {"x": x}, lambda x: mb.add(x=x, y=mb.random_bernoulli(shape=[2, 3])), refused="random_bernoulli")
    yield Case("random_categorical", {"x": x}, lambda x: mb.random_categorical(x=x, size=2), refused="random_categorical")
    yield Case("non_zero", {"x": x}, lambda x: mb.add(x=x, y=mb.reduce_sum(x=mb.cast(x=mb.non_zero(x=x), dtype="fp32"))), refused="depend on values")
    yield Case("loop of unknown length", {"x": x}, lambda x: mb.while_loop(
        _cond=lambda a: mb.less(x=mb.reduce_sum(x=a), y=1000.0), _body=lambda a: mb.add(x=mb.mul(x=a, y=a), y=1.0), loop_vars=(x,)), refused="while_loop")
