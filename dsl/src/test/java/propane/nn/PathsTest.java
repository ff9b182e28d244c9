package propane.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;

import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.util.List;

class PathsTest {

    @Test
    void layersAreNumberedByTheirKind() {
        var plain = Run.model(sequential(dense(4), dense(2)), 3);
        var other = Run.model(sequential(relu(), dense(4), dropout(0.5), relu(), dense(2)), 3);
        assertThat(Run.paths(plain))
                .containsExactly("dense_1/weight", "dense_1/bias", "dense_2/weight", "dense_2/bias")
                .isEqualTo(Run.paths(other));
    }

    @Test
    void partsHaveNumbersAndNamesOfTheirOwn() {
        var model =
                Run.model(
                        sequential(
                                residual(dense(3), batchNorm()),
                                residual(dense(3)),
                                named("head", sequential(dense(2).bias(false))),
                                named("last", dense(1))),
                        3);
        assertThat(Run.paths(model))
                .containsExactly(
                        "residual_1/dense_1/weight",
                        "residual_1/dense_1/bias",
                        "residual_1/batch_norm_1/gamma",
                        "residual_1/batch_norm_1/beta",
                        "residual_1/batch_norm_1/mean",
                        "residual_1/batch_norm_1/variance",
                        "residual_2/dense_1/weight",
                        "residual_2/dense_1/bias",
                        "head/dense_1/weight",
                        "last/weight",
                        "last/bias");
    }

    @Test
    void aLayerAppliedTwiceUnderOneNameSharesItsWeights() {
        Layer tied =
                (scope, x) -> {
                    var once = scope.apply(named("tied", block()), x);
                    return scope.apply(named("tied", block()), once);
                };
        var model = Run.model(tied, 4);
        assertThat(Run.paths(model))
                .containsExactly("layer_1/tied/dense_1/weight", "layer_1/tied/dense_1/bias");
    }

    /** Made anew each time: equal descriptions are the same layer. */
    private static Layer block() {
        return sequential(dense(4), relu(), reshape(2, 2), reshape(4), dropout(0.1));
    }

    @Test
    void twoDifferentLayersUnderOneNameAreRefused() {
        Layer clash =
                (scope, x) ->
                        scope.apply("same", dense(4), scope.apply("same", dense(4).bias(false), x));
        assertThatThrownBy(() -> Run.model(clash, 4))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("two different layers are named layer_1/same")
                .hasMessageContaining("give one of them another name");
    }

    @Test
    void sharedWeightsMustHaveOneShape() {
        Layer clash = (scope, x) -> scope.apply("same", dense(3), scope.apply("same", dense(3), x));
        assertThatThrownBy(() -> Run.model(clash, 4))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("layer_1/same/weight: declared with shape [3, 3]")
                .hasMessageContaining("before with [3, 4]")
                .hasMessageContaining("different names");
    }

    @Test
    void twoWeightsOfOneNameInOneLayerAreRefused() {
        Layer clash =
                (scope, x) -> {
                    scope.weight("gain", Shape.shape(4), Initializers.zeros());
                    return x.mul(scope.weight("gain", Shape.shape(4), Initializers.zeros()));
                };
        assertThatThrownBy(() -> Run.model(clash, 4))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("two weights are named layer_1/gain");
    }

    @Test
    void namesMustBeNames() {
        assertThatThrownBy(() -> Run.model(named("my head", dense(2)), 4))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("\"my head\" cannot be a name")
                .hasMessageContaining("use letters, digits and _");
    }

    @Test
    void aModelSaysWhereItCanBeCut() {
        var model = Run.model(sequential(named("trunk", dense(4)), relu(), dense(2)), 3);
        assertThatThrownBy(() -> model.truncateAt("trunc"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("did you mean trunk");
        var longer = model.truncateAt("relu_1").append(named("head", dense(7)));
        assertThat(Run.paths(longer))
                .isEqualTo(List.of("trunk/weight", "trunk/bias", "head/weight", "head/bias"));
    }
}
