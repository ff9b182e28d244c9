package propane.engine.coreml;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks tests that go through the Swift shim, the stand-in for Core ML behind it and back to Java.
 * They run where {@code .ci/swift} names the shim's library, inside the Swift root. They prove
 * marshalling, memory, threads and errors, and nothing of Core ML.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfEnvironmentVariable(named = StandInCoreMl.LIBRARY, matches = ".+")
@ExtendWith(OnTheSwiftShim.Installed.class)
public @interface OnTheSwiftShim {
    /** Puts the shim in place. */
    final class Installed implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            StandInCoreMl.install();
        }
    }
}
