"""Makes the packages of this folder with coremltools 9.0: python make.py FOLDER"""
import sys, os, shutil
import numpy as np
import coremltools as ct
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import types
out = sys.argv[1]
rng = np.random.default_rng(1)
def f(*s): return rng.standard_normal(s).astype(np.float32)
def save(m, name, **k):
    p = os.path.join(out, name + ".mlpackage")
    shutil.rmtree(p, ignore_errors=True)
    m.save(p)

W1, B1, W2, B2 = f(12, 3*4*4), f(12), f(3, 12), f(3)
def classifier(labels, target, **k):
    @mb.program(input_specs=[mb.TensorSpec((1, 3, 4, 4))], opset_version=target)
    def prog(photo):
        x = mb.reshape(x=photo, shape=[1, 48])
        h = mb.linear(x=x, weight=mb.const(val=W1, name="features_weight"), bias=mb.const(val=B1, name="features_bias"), name="features")
        h = mb.relu(x=h, name="act")
        y = mb.linear(x=h, weight=mb.const(val=W2, name="head_weight"), bias=mb.const(val=B2, name="head_bias"), name="head")
        return mb.softmax(x=y, axis=-1, name="probabilities")
    return ct.convert(prog, inputs=[ct.ImageType(name="photo", shape=(1,3,4,4), color_layout=ct.colorlayout.BGR, scale=1/255.0, bias=[-0.5,-0.4,-0.3])],
        classifier_config=ct.ClassifierConfig(labels), minimum_deployment_target=target, compute_precision=ct.precision.FLOAT32, convert_to="mlprogram")
save(classifier(["ant", "bee", "cow"], ct.target.iOS15, ), "classifier")
save(classifier([10, 20, 30], ct.target.iOS16), "numbered")

import coremltools.converters.mil as M
s = M.mil.get_new_symbol()
W, B = f(5,4), f(5)
@mb.program(input_specs=[mb.TensorSpec((s, 4))], opset_version=ct.target.iOS16)
def prog(x):
    h = mb.linear(x=x, weight=mb.const(val=W, name="fc_weight"), bias=mb.const(val=B, name="fc_bias"), name="fc")
    return mb.relu(x=h, name="y")
save(ct.convert(prog, inputs=[ct.TensorType(name="x", shape=(ct.RangeDim(1, 8, default=2), 4))], minimum_deployment_target=ct.target.iOS16, compute_precision=ct.precision.FLOAT32), "range")
K, KB = f(2,1,3,3), f(2)
s, t = M.mil.get_new_symbol(), M.mil.get_new_symbol()
@mb.program(input_specs=[mb.TensorSpec((1, 1, s, t))], opset_version=ct.target.iOS16)
def prog2(x):
    h = mb.conv(x=x, weight=mb.const(val=K, name="conv_weight"), pad_type="same", name="conv")
    return mb.relu(x=h, name="y")
save(ct.convert(prog2, inputs=[ct.TensorType(name="x", shape=ct.EnumeratedShapes(shapes=[[1,1,4,4],[1,1,6,8]], default=[1,1,4,4]))], minimum_deployment_target=ct.target.iOS16, compute_precision=ct.precision.FLOAT32), "enumerated")

@mb.program(input_specs=[mb.TensorSpec((3,)), mb.StateTensorSpec((3,), dtype=types.fp16)], opset_version=ct.target.iOS18)
def prog3(x, total):
    old = mb.read_state(input=total)
    new = mb.add(x=old, y=mb.cast(x=x, dtype="fp16"), name="sum")
    mb.coreml_update_state(state=total, value=new)
    return mb.mul(x=new, y=np.float16(2), name="y")
save(ct.convert(prog3, minimum_deployment_target=ct.target.iOS18), "state")

def size(n, scale):
    @mb.program(input_specs=[mb.TensorSpec((n, 4))], opset_version=ct.target.iOS18)
    def prog(x):
        return mb.relu(x=mb.linear(x=x, weight=mb.const(val=W, name="fc_weight"), bias=mb.const(val=B*scale, name="fc_bias"), name="fc"), name="y")
    return ct.convert(prog, minimum_deployment_target=ct.target.iOS18, compute_precision=ct.precision.FLOAT32)
save(size(1, 1), "one"); save(size(6, 2), "six")
d = ct.utils.MultiFunctionDescriptor()
d.add_function(os.path.join(out, "one.mlpackage"), "main", "one")
d.add_function(os.path.join(out, "six.mlpackage"), "main", "six")
d.default_function_name = "six"
p = os.path.join(out, "functions.mlpackage"); shutil.rmtree(p, ignore_errors=True)
ct.utils.save_multifunction(d, p)
shutil.rmtree(os.path.join(out, "one.mlpackage")); shutil.rmtree(os.path.join(out, "six.mlpackage"))

G = np.full((1,1,1,1), 0.5, np.float32)
@mb.program(input_specs=[mb.TensorSpec((1, 1, 4, 4))], opset_version=ct.target.iOS16)
def prog4(x):
    return mb.mul(x=x, y=G, name="y")
save(ct.convert(prog4, inputs=[ct.ImageType(name="x", shape=(1,1,4,4), color_layout=ct.colorlayout.GRAYSCALE)], outputs=[ct.ImageType(name="y", color_layout=ct.colorlayout.GRAYSCALE)], minimum_deployment_target=ct.target.iOS16, compute_precision=ct.precision.FLOAT32), "gray")

L = f(16, 16)
@mb.program(input_specs=[mb.TensorSpec((1, 16))], opset_version=ct.target.iOS16)
def prog5(x):
    return mb.linear(x=x, weight=mb.const(val=L, name="fc_weight"), name="y")
import coremltools.optimize.coreml as co
tables = ct.convert(prog5, minimum_deployment_target=ct.target.iOS16, compute_precision=ct.precision.FLOAT32)
save(co.palettize_weights(tables, co.OptimizationConfig(global_config=co.OpPalettizerConfig(nbits=4, weight_threshold=1, mode="uniform"))), "tables")
