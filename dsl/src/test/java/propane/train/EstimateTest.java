package propane.train;

import org.junit.jupiter.api.Test;

import propane.coreml.estimate.BatchAxes;
import propane.coreml.lint.*;
import propane.engine.Engine;

import java.util.*;
import java.util.stream.*;

class EstimateTest {
    static MilFunction f(Trainer t) {
        var calls =
                t.placement().functions().getFirst().ops().stream().map(OpPlacement::call).toList();
        var ins = new LinkedHashSet<MilValue>();
        calls.forEach(c ->
                c.operands().stream()
                        .filter(v -> v.origin() == MilValue.Origin.INPUT)
                        .forEach(ins::add));
        return new MilFunction("f", List.copyOf(ins), List.of(), calls, 0, 0);
    }

    @Test
    void scratch() {
        VocabularyTrainings.all()
                .forEach((name, training) -> {
                    try (Trainer eight = training.batch(32).compile(Engine.cpu());
                            Trainer more = training.batch(96).compile(Engine.cpu())) {
                        var a = f(eight);
                        var b = f(more);
                        if (a.calls().size() != b.calls().size()) {
                            System.out.println("SIZE " + name);
                            return;
                        }
                        var in = new HashSet<String>();
                        for (int i = 0; i < a.inputs().size(); i++)
                            if (!a.inputs().get(i).dims().equals(b.inputs().get(i).dims())
                                    || a.inputs().get(i).name().contains("target"))
                                in.add(a.inputs().get(i).name());
                        var axes = BatchAxes.of(a, in, 32);
                        int shown = 0;
                        for (int i = 0; i < a.calls().size() && shown < 2; i++) {
                            var x = a.calls().get(i).outputs().getFirst();
                            var y = b.calls().get(i).outputs().getFirst();
                            double r = (double) y.count() / x.count();
                            double p = Math.pow(3, axes.of(x).size());
                            if (Math.abs(r / p - 1) > 0.3) {
                                shown++;
                                System.out.println(
                                        "DIFF "
                                                + name
                                                + " "
                                                + a.calls().get(i).op()
                                                + " "
                                                + x.type()
                                                + " "
                                                + y.type()
                                                + " from "
                                                + a.calls().get(i).operands().stream()
                                                        .map(v -> v.name() + v.type() + axes.of(v))
                                                        .toList());
                            }
                        }
                    }
                });
    }
}
