package propane.cli;

import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

import java.util.Map;

/**
 * Evaluates a script's statements in this process, and keeps what they throw: JShell itself hands
 * on only the name and the text of an exception.
 */
final class ScriptExecution implements ExecutionControlProvider {
    private Throwable thrown = new IllegalStateException("nothing was thrown");

    @Override
    public String name() {
        return "propane";
    }

    /** Returns the exception that ended the last statement that failed. */
    Throwable thrown() {
        return thrown;
    }

    @Override
    public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
        return new LocalExecutionControl() {
            @Override
            protected String throwConvertedInvocationException(Throwable cause)
                    throws RunException, InternalException {
                thrown = cause;
                return super.throwConvertedInvocationException(cause);
            }
        };
    }
}
