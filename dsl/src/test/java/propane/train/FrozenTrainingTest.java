package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.checkpoint.Weights;
import propane.engine.Engine;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.op.Convolution;
import propane.tensor.NDArray;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.trace.StepPrograms;

/** What is frozen stays as it is, bit for bit, and costs no gradient. */
class FrozenTrainingTest {
    private final Model frozen = Digits.model().freeze(WeightFilters.under("trunk"));

    @Test
    void afterFiftyStepsEveryFrozenValueIsWhatItWas() {
        NDArray x = Digits.ALL.take(5).all().x();
        Model trunk = Digits.model().truncateAt("trunk");
        try (Trainer trainer = Digits.training(frozen).compile(Engine.cpu());
                Trainer before = features(trunk)) {
            Weights start = trainer.weights();
            before.load(part(start));
            NDArray features = before.predict(x);
            trainer.fit(Digits.ALL.take(16 * 50), Option.epochs(1));
            Weights end = trainer.weights();
            for (String path : start.paths()) {
                if (path.startsWith("trunk/")) {
                    assertThat(end.at(path)).as(path).isEqualTo(start.at(path));
                } else {
                    assertThat(end.at(path)).as(path).isNotEqualTo(start.at(path));
                }
            }
            before.load(part(end));
            assertThat(before.predict(x)).isEqualTo(features);
        }
    }

    private static Trainer features(Model trunk) {
        return Training.training(trunk)
                .loss(Losses.meanSquaredError())
                .optimizer(Optimizers.sgd(0.1))
                .compile(Engine.cpu());
    }

    private static Weights part(Weights all) {
        Weights part = Weights.none();
        for (String path : all.paths()) {
            part = path.startsWith("trunk/") ? part.with(path, all.at(path)) : part;
        }
        return part;
    }

    @Test
    void noOperationServesAFrozenGradientOnly() {
        var train = new StepPrograms(Digits.training(frozen).spec(), 16, false).train();
        assertThat(train.operations())
                .noneMatch(o -> o.op() instanceof Convolution.ConvWeightGradient)
                .noneMatch(o -> o.op() instanceof Convolution.ConvTranspose);
        assertThat(train.replacements().keySet()).noneMatch(path -> path.contains("trunk"));
    }

    @Test
    void aModelOfWhichAllIsFrozenCannotBeTrained() {
        Model all = Digits.model().freeze(WeightFilters.all());
        assertThatThrownBy(() -> Digits.training(all).compile(Engine.cpu()))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("there is no trainable weight");
    }
}
