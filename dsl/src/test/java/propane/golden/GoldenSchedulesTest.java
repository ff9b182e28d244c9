package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import propane.json.JsonField;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.util.List;

/** Schedules against PyTorch's. */
class GoldenSchedulesTest {
    private static final int MOST = 10_000;

    @TestFactory
    List<DynamicTest> schedules() {
        var cases = GoldenCase.all("schedules");
        assertThat(cases).isNotEmpty();
        return cases.stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)))
                .toList();
    }

    private static void check(GoldenCase golden) {
        Schedule schedule = schedule(golden.json());
        TensorType type = golden.array("lr").type();
        double[] rates = new double[type.shape().size()];
        for (int step = 0; step < rates.length; step++) {
            rates[step] = schedule.at(step);
        }
        golden.requireClose("lr", NDArray.of(rates, type), 1e-6);
    }

    private static Schedule schedule(JsonField json) {
        double base = json.at("base_lr").number();
        return switch (json.at("schedule").string()) {
            case "cosine" ->
                    Schedules.cosineDecay(
                            base, json.at("eta_min").number(), json.at("t_max").whole(1, MOST));
            case "cosine_restarts" ->
                    Schedules.cosineWarmRestarts(
                            base, json.at("t_0").whole(1, MOST), json.at("t_mult").whole(1, MOST));
            case "exponential" -> Schedules.exponentialDecay(base, json.at("gamma").number());
            case "linear_warmup" -> {
                assertThat(json.at("end_factor").number()).isOne();
                yield Schedules.constant(base)
                        .warmup(
                                json.at("start_factor").number(),
                                json.at("total_iters").whole(1, MOST));
            }
            case "multistep" ->
                    Schedules.multiStepDecay(
                            base,
                            json.at("gamma").number(),
                            json.at("milestones").items().stream()
                                    .mapToLong(JsonField::whole)
                                    .toArray());
            case "one_cycle" ->
                    Schedules.oneCycle(
                            json.at("max_lr").number(),
                            json.at("total_steps").whole(1, MOST),
                            json.at("pct_start").number(),
                            json.at("div_factor").number(),
                            json.at("final_div_factor").number());
            case "polynomial" ->
                    Schedules.polynomialDecay(
                            base, json.at("power").number(), json.at("total_iters").whole(1, MOST));
            case "step" ->
                    Schedules.stepDecay(
                            base, json.at("gamma").number(), json.at("step_size").whole(1, MOST));
            default -> throw new AssertionError("no schedule is known as " + json.at("schedule"));
        };
    }
}
