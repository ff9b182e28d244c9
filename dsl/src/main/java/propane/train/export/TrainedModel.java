package propane.train.export;

import propane.checkpoint.Weights;
import propane.spi.ModelExport;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.train.run.Session;
import propane.train.trace.StepPrograms;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The model of a session, for an exporter.
 *
 * @param session what trained it
 * @param averaged whether the running means of the weights stand for them
 * @param isFloat32 whether float32 was asked for
 * @param compared examples to compare on
 */
record TrainedModel(Session session, boolean averaged, boolean isFloat32, ExampleInputs compared)
        implements ModelExport {
    @Override
    public Program.Function predict(int batch) {
        return StepPrograms.predict(session.model(), batch);
    }

    @Override
    public Map<String, NDArray> values() {
        Weights weights = session.weights(averaged);
        var values = new LinkedHashMap<String, NDArray>();
        for (Port port : predict(1).inputs()) {
            if (port.role().isModel()) {
                values.put(port.name(), weights.at(port.name()));
            }
        }
        return Collections.unmodifiableMap(values);
    }

    @Override
    public Map<String, NDArray> examples() {
        return compared.values();
    }

    @Override
    public String origin() {
        return compared.origin();
    }

    @Override
    public Map<String, NDArray> expected() {
        return session.predict(compared.values(), averaged);
    }
}
