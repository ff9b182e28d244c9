package propane.train.trace;

import propane.spi.Program;

import java.util.List;
import java.util.stream.Stream;

/** The functions that a step is made of, as the engine takes it. */
public sealed interface StepPlan {
    /**
     * A step in one function.
     *
     * @param train makes the update
     * @param accumulate only adds up gradients; none where each batch makes an update
     */
    record Whole(Program.Function train, List<Program.Function> accumulate) implements StepPlan {
        @Override
        public List<Program.Function> updating() {
            return List.of(train);
        }

        @Override
        public List<Program.Function> accumulating() {
            return accumulate;
        }
    }

    /**
     * A step whose gradients are computed elsewhere than the update.
     *
     * @param gradients gives gradients and what statistics take from a batch
     * @param update moves the state by them
     * @param accumulate only adds them up; none where each batch makes an update
     */
    record Split(
            Program.Function gradients, Program.Function update, List<Program.Function> accumulate)
            implements StepPlan {
        @Override
        public List<Program.Function> updating() {
            return List.of(gradients, update);
        }

        @Override
        public List<Program.Function> accumulating() {
            return accumulate.stream().flatMap(last -> Stream.of(gradients, last)).toList();
        }
    }

    /** Returns the functions that a step runs in turn when it updates. */
    List<Program.Function> updating();

    /** Returns those that it runs when it only adds up gradients; none where it never does. */
    List<Program.Function> accumulating();

    /** Returns all of them as a program. */
    default Program program() {
        return new Program(
                Stream.concat(updating().stream(), accumulating().stream()).distinct().toList());
    }
}
