package propane.coreml.read;

import propane.coreml.proto.Mil;
import propane.tensor.FormatException;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Reads recurrent layers in forms that records of ours lack, step by step: LSTMs with peepholes or
 * clipped cells, and activations that are functions of their own.
 */
final class RecurrentOps {
    /** Activations that records of ours have. */
    private static final Set<String> COMMON = Set.of("sigmoid", "tanh", "relu", "linear");

    private final Operands operands;
    private final OpForms forms;
    private final ComposedOps.Maker maker;

    RecurrentOps(Operands operands, OpForms forms, ComposedOps.Maker maker) {
        this.operands = operands;
        this.forms = forms;
        this.maker = maker;
    }

    /**
     * Returns the results of an lstm, gru or rnn.
     *
     * @param where the file and field, for messages
     */
    List<Tensor> results(Mil.Operation operation, String where) {
        boolean isCommon = true;
        for (String name : List.of("recurrent_activation", "cell_activation", "activation")) {
            isCommon &= COMMON.contains(forms.text(operation, name, "tanh", where));
        }
        boolean isPlain = isCommon;
        for (String name : List.of("clip", "peephole", "peephole_back")) {
            isPlain &= !OpForms.has(operation, name);
        }
        if (isPlain) {
            return maker.results(operation, where);
        }
        return switch (operation.getType()) {
            case "lstm" -> lstm(operation, where);
            case "rnn" -> rnn(operation, where);
            default -> gru(operation, where);
        };
    }

    private List<Tensor> given(Mil.Operation operation, String name, String where) {
        return OpForms.has(operation, name)
                ? List.of(operands.operand(operation, name, where))
                : List.of();
    }

    private static Tensor activated(String name, Tensor x) {
        return switch (name) {
            case "sigmoid" -> x.sigmoid();
            case "tanh" -> x.tanh();
            case "relu" -> x.relu();
            case "linear" -> x;
            // As the classic layers of Core ML have them.
            case "sigmoid_hard", "hard_sigmoid" -> x.mul(0.2).add(0.5).clip(0, 1);
            case "scaled_tanh" -> x.mul(2.0 / 3).tanh().mul(1.7159);
            default -> throw new Unreadable("the activation " + name + " is none of MIL's");
        };
    }

    /** One direction: which rows of states are its own, and the order of its steps. */
    private record Sweep(String suffix, int part, boolean reverse) {}

    private List<Sweep> sweeps(Mil.Operation operation, String where) {
        return switch (forms.text(operation, "direction", "forward", where)) {
            case "forward" -> List.of(new Sweep("", 0, false));
            case "reverse" -> List.of(new Sweep("", 0, true));
            case "bidirectional" -> List.of(new Sweep("", 0, false), new Sweep("_back", 1, true));
            default -> throw new FormatException(where + ", direction: is none of MIL's");
        };
    }

    private static List<Integer> order(int steps, boolean reverse) {
        var order = new ArrayList<Integer>();
        for (int i = 0; i < steps; i++) {
            order.add(reverse ? steps - 1 - i : i);
        }
        return order;
    }

    private static Tensor step(Tensor sequence, int at) {
        return sequence.slice(0, at, at + 1).squeeze(0);
    }

    private static Tensor product(Tensor x, Tensor weight) {
        return x.matmul(weight.transpose(1, 0));
    }

    /** Returns W·x + b of all steps. */
    private Tensor projected(Mil.Operation operation, Sweep sweep, String where) {
        Tensor x = operands.operand(operation, "x", where);
        Tensor weight = operands.operand(operation, "weight_ih" + sweep.suffix(), where);
        if (x.rank() != 3 || weight.rank() != 2 || weight.dim(1) != x.dim(2) || x.dim(0) < 1) {
            throw new FormatException(
                    where + ": weights " + weight.shape() + " do not fit a sequence " + x.shape());
        }
        Tensor made =
                product(x.reshape(x.dim(0) * x.dim(1), x.dim(2)), weight)
                        .reshape(x.dim(0), x.dim(1), weight.dim(0));
        for (Tensor bias : given(operation, "bias" + sweep.suffix(), where)) {
            made = made.add(bias);
        }
        return made;
    }

    private static Tensor results(Tensor[] steps, int last, boolean all) {
        return all ? Tensor.stack(0, Arrays.asList(steps)) : steps[last].expandDims(0);
    }

    private boolean isAll(Mil.Operation operation, String where) {
        return forms.number(operation, "output_sequence", 0, where) != 0;
    }

    private List<Tensor> lstm(Mil.Operation operation, String where) {
        String gate = forms.text(operation, "recurrent_activation", "sigmoid", where);
        String cell = forms.text(operation, "cell_activation", "tanh", where);
        String out = forms.text(operation, "activation", "tanh", where);
        double clip = forms.number(operation, "clip", Double.POSITIVE_INFINITY, where);
        var parts = List.<List<Tensor>>of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Sweep sweep : sweeps(operation, where)) {
            Tensor in = projected(operation, sweep, where);
            Tensor recurrent = operands.operand(operation, "weight_hh" + sweep.suffix(), where);
            int units = recurrent.dim(-1);
            int from = sweep.part() * units;
            Tensor h = operands.operand(operation, "initial_h", where).slice(1, from, from + units);
            Tensor c = operands.operand(operation, "initial_c", where).slice(1, from, from + units);
            var peephole = given(operation, "peephole" + sweep.suffix(), where);
            Tensor[] ys = new Tensor[in.dim(0)];
            var order = order(ys.length, sweep.reverse());
            for (int t : order) {
                Tensor z = step(in, t).add(product(h, recurrent));
                Tensor i = activated(gate, seen(z.slice(1, 0, units), peephole, 0, c));
                Tensor f = activated(gate, seen(z.slice(1, units, 2 * units), peephole, 1, c));
                Tensor g = activated(cell, z.slice(1, 3 * units, 4 * units));
                c = f.mul(c).add(i.mul(g));
                c = clip < Double.POSITIVE_INFINITY ? c.clip(-clip, clip) : c;
                Tensor o = activated(gate, seen(z.slice(1, 2 * units, 3 * units), peephole, 2, c));
                h = o.mul(activated(out, c));
                ys[t] = h;
            }
            parts.get(0).add(results(ys, order.getLast(), isAll(operation, where)));
            parts.get(1).add(h);
            parts.get(2).add(c);
        }
        return parts.stream()
                .map(each -> each.size() == 1 ? each.getFirst() : Tensor.concat(-1, each))
                .toList();
    }

    /** Returns what a gate is given, where it looks at the cells. */
    private static Tensor seen(Tensor z, List<Tensor> peephole, int gate, Tensor c) {
        if (peephole.isEmpty()) {
            return z;
        }
        int units = c.dim(-1);
        Tensor weights = peephole.getFirst().reshape(peephole.getFirst().shape().size());
        return z.add(weights.slice(0, gate * units, (gate + 1) * units).mul(c));
    }

    private List<Tensor> rnn(Mil.Operation operation, String where) {
        String out = forms.text(operation, "activation", "tanh", where);
        Sweep sweep = sweeps(operation, where).getFirst();
        Tensor in = projected(operation, sweep, where);
        Tensor recurrent = operands.operand(operation, "weight_hh", where);
        Tensor h = operands.operand(operation, "initial_h", where);
        Tensor[] ys = new Tensor[in.dim(0)];
        var order = order(ys.length, sweep.reverse());
        for (int t : order) {
            h = activated(out, step(in, t).add(product(h, recurrent)));
            ys[t] = h;
        }
        return List.of(results(ys, order.getLast(), isAll(operation, where)), h);
    }

    private List<Tensor> gru(Mil.Operation operation, String where) {
        String gate = forms.text(operation, "recurrent_activation", "sigmoid", where);
        String out = forms.text(operation, "activation", "tanh", where);
        boolean after = forms.number(operation, "reset_after", 0, where) != 0;
        Sweep sweep = sweeps(operation, where).getFirst();
        Mil.Operation bare = OpForms.without(operation, "bias");
        Tensor in = projected(bare, sweep, where);
        for (Tensor bias : given(operation, "input_bias", where)) {
            in = in.add(bias);
        }
        Tensor recurrent = operands.operand(operation, "weight_hh", where);
        int units = recurrent.dim(-1);
        Tensor bias =
                given(operation, "bias", where).stream()
                        .findFirst()
                        .orElseGet(
                                () -> Tensor.zeros(recurrent.type().with(Shape.shape(3 * units))));
        Tensor h = operands.operand(operation, "initial_h", where);
        Tensor[] ys = new Tensor[in.dim(0)];
        var order = order(ys.length, sweep.reverse());
        for (int t : order) {
            Tensor x = step(in, t);
            Tensor r = activated(gate, part(x, units, 0, 1).add(of(h, recurrent, bias, units, 0)));
            Tensor z = activated(gate, part(x, units, 2, 1).add(of(h, recurrent, bias, units, 2)));
            Tensor old =
                    after
                            ? r.mul(of(h, recurrent, bias, units, 1))
                            : of(r.mul(h), recurrent, bias, units, 1);
            Tensor o = activated(out, part(x, units, 1, 1).add(old));
            h = o.sub(z.mul(o)).add(z.mul(h));
            ys[t] = h;
        }
        return List.of(results(ys, order.getLast(), isAll(operation, where)), h);
    }

    private static Tensor part(Tensor x, int units, int gate, int axis) {
        return x.slice(axis, gate * units, (gate + 1) * units);
    }

    private static Tensor of(Tensor h, Tensor recurrent, Tensor bias, int units, int gate) {
        return product(h, part(recurrent, units, gate, 0)).add(part(bias, units, gate, 0));
    }
}
