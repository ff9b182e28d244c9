package propane.coreml.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpCatalogueTest {
    @Test
    void everyOperationOfMilHasARecordOrAReason() {
        for (String name : OpCatalogue.names()) {
            boolean isRecord = OpCatalogue.record(name).isPresent();
            assertThat(OpCatalogue.reasons().containsKey(name)).as(name).isNotEqualTo(isRecord);
        }
        assertThat(OpCatalogue.names()).containsAll(OpCatalogue.reasons().keySet());
    }
}
