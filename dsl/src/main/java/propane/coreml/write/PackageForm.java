package propane.coreml.write;

import propane.coreml.format.PackagePorts;
import propane.coreml.proto.Model;

import java.util.function.BiFunction;

/** Ways to write a program as a package that mean the same. */
public enum PackageForm {
    /** As Apple's tools write packages, and as {@link ProgramPackage#write} does without a form. */
    PLAIN((model, _) -> model),

    /** With short constants where they are used, not as operations of their own. */
    INLINE((model, _) -> ScalarForms.inlined(model)),

    /** With results of one number that have no axes; the package does not tell of its ports. */
    SCALARS(ScalarForms::results),

    /**
     * With states in place of inputs that the program replaces, in all functions; the package does
     * not tell of its ports.
     */
    STATES(StateForm::of);

    private final BiFunction<Model, PackagePorts, Model> change;

    PackageForm(BiFunction<Model, PackagePorts, Model> change) {
        this.change = change;
    }

    /** Returns a plain model in this form. */
    Model of(Model plain, PackagePorts ports) {
        Model changed = change.apply(plain, ports);
        if (this == PLAIN || this == INLINE) {
            return changed;
        }
        // What is told of the ports no longer holds.
        var untold = changed.toBuilder();
        untold.getDescriptionBuilder().getMetadataBuilder().removeUserDefined(PackagePorts.KEY);
        return untold.build();
    }
}
