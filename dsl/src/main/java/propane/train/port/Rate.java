package propane.train.port;

import propane.nn.schedule.Schedule;
import propane.spi.op.Port;

/**
 * The learning rate of an optimizer, which the host sets before each step.
 *
 * @param optimizer the optimizer's name
 * @param schedule what it is at each update
 */
public record Rate(String optimizer, Schedule schedule) {
    /** Returns where it lies. */
    public Port port() {
        return setting(optimizer, "learning_rate");
    }

    /** Returns where a setting of an optimizer lies that changes from update to update. */
    public static Port setting(String optimizer, String name) {
        return HyperPorts.number(optimizer + "/" + name);
    }
}
