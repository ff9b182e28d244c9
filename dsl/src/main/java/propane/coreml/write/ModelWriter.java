package propane.coreml.write;

import propane.coreml.ModelCard;
import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.Opset;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.StoredWeight;
import propane.coreml.proto.ArrayFeatureType;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.FeatureType;
import propane.coreml.proto.FunctionDescription;
import propane.coreml.proto.Metadata;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.proto.ModelDescription;
import propane.spi.Program;
import propane.tensor.DType;
import propane.tensor.EngineException;
import propane.tensor.Problem;
import propane.tensor.TensorType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes a program with its description as the message of a model's file. */
final class ModelWriter {
    /** The function that a package of several runs when none is named, if it has one so called. */
    private static final String DEFAULT = Program.Function.PREDICT;

    private ModelWriter() {}

    /**
     * Returns the message.
     *
     * @throws EngineException if an op or a port has no form in Core ML
     */
    static Model write(Program program, PackagePorts ports, ModelCard card, MilConstants constants)
            throws IOException {
        var written = Mil.Program.newBuilder().setVersion(1);
        for (int i = 0; i < program.functions().size(); i++) {
            FunctionPorts names = ports.functions().get(i);
            var writer = new FunctionWriter(program.functions().get(i), names, constants);
            written.putFunctions(names.name(), writer.write());
        }
        PackagePorts left = ports.without(constants.held().names());
        var metadata = metadata(card, left);
        if (!constants.stored().isEmpty()) {
            metadata.putUserDefined(StoredWeight.KEY, StoredWeight.text(constants.stored()));
        }
        return Model.newBuilder()
                .setSpecificationVersion(Opset.OURS.specification())
                .setDescription(description(left).setMetadata(metadata))
                .setMlProgram(written)
                .build();
    }

    private static ModelDescription.Builder description(PackagePorts ports) {
        var description = ModelDescription.newBuilder();
        if (ports.functions().size() == 1) {
            FunctionPorts only = ports.functions().getFirst();
            return description
                    .addAllInput(features(only, only.inputs()))
                    .addAllOutput(features(only, only.outputs()));
        }
        for (FunctionPorts function : ports.functions()) {
            description.addFunctions(
                    FunctionDescription.newBuilder()
                            .setName(function.name())
                            .addAllInput(features(function, function.inputs()))
                            .addAllOutput(features(function, function.outputs())));
        }
        boolean predicts =
                ports.functions().stream().anyMatch(function -> function.name().equals(DEFAULT));
        return description.setDefaultFunctionName(
                predicts ? DEFAULT : ports.functions().getFirst().name());
    }

    private static List<FeatureDescription> features(
            FunctionPorts function, List<PackagePort> ports) {
        var features = new ArrayList<FeatureDescription>();
        for (PackagePort port : ports) {
            TensorType type = port.port().type();
            if (type.dtype() == DType.BOOL
                    || type.shape().rank() < 1
                    || type.shape().rank() > MilTypes.MOST_AXES
                    || type.shape().size() == 0) {
                throw new EngineException(
                        Problem.ofRule(
                                        "function "
                                                + function.function()
                                                + ": port "
                                                + port.port()
                                                + ": Core ML takes fp32, fp16 and int32 with one to"
                                                + " five axes, none of length 0")
                                .operand("port", port.port().tensor()));
            }
            var array = ArrayFeatureType.newBuilder().setDataType(MilTypes.arrayType(type.dtype()));
            type.shape().dims().forEach(array::addShape);
            features.add(
                    FeatureDescription.newBuilder()
                            .setName(port.name())
                            .setShortDescription(port.purpose())
                            .setType(FeatureType.newBuilder().setMultiArrayType(array))
                            .build());
        }
        return features;
    }

    private static Metadata.Builder metadata(ModelCard card, PackagePorts ports) {
        return Metadata.newBuilder()
                .setShortDescription(card.description())
                .setAuthor(card.author())
                .setLicense(card.license())
                .setVersionString(card.version())
                .putAllUserDefined(card.userDefined())
                .putUserDefined(PackagePorts.KEY, ports.json());
    }
}
