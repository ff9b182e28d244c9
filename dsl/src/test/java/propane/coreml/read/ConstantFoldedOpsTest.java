package propane.coreml.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.coreml.ops.OpCatalogue;

class ConstantFoldedOpsTest {
    @Test
    void whatIsReadAsAConstantHasNoRecordAndSaysSo() {
        for (String name : OpCatalogue.names()) {
            boolean saysSo = OpCatalogue.reasons().getOrDefault(name, "").contains("read as");
            assertThat(ConstantFoldedOps.isKnown(name)).as(name).isEqualTo(saysSo);
        }
    }
}
