package propane.train;

import propane.nn.Metric;

import java.util.ArrayList;
import java.util.List;

/** The options of one run, by what they are for; of two of one kind the later holds. */
final class Options {
    private int epochs = 1;
    private final List<Option.ValidateOn> validation = new ArrayList<>();
    private final List<Option.SaveTo> saving = new ArrayList<>();
    private final List<Option.StopEarly> stopping = new ArrayList<>();
    private final List<Option.OnPlateau> plateaus = new ArrayList<>();
    private boolean averaged;
    private final List<Listener> listeners = new ArrayList<>();

    Options(Option... options) {
        for (Option option : options) {
            switch (option) {
                case Option.Epochs(int total) -> epochs = total;
                case Option.ValidateOn validate -> validation.add(validate);
                case Option.SaveTo save -> saving.add(save);
                case Option.StopEarly stop -> stopping.add(stop);
                case Option.OnPlateau plateau -> plateaus.add(plateau);
                case Option.Averaged _ -> averaged = true;
                case Option.On(Listener listener) -> listeners.add(listener);
            }
        }
    }

    int epochs() {
        return epochs;
    }

    List<Option.ValidateOn> validation() {
        return validation.isEmpty() ? List.of() : List.of(validation.getLast());
    }

    boolean isAveraged() {
        return averaged;
    }

    List<Option.SaveTo> saving() {
        return saving.isEmpty() ? List.of() : List.of(saving.getLast());
    }

    List<Option.StopEarly> stopping() {
        return stopping;
    }

    /** Returns the metrics that tell when to stop, what is best, and when rates fall. */
    List<Metric> watched() {
        var metrics = new ArrayList<Metric>();
        stopping.forEach(early -> metrics.add(early.metric()));
        // A run that stops by a metric keeps the best epoch by it.
        saving().forEach(save ->
                metrics.addAll(stopping.isEmpty() ? List.of(save.best()) : List.of()));
        plateaus.forEach(plateau -> metrics.add(plateau.metric()));
        return metrics;
    }

    /** Returns what learning rates are multiplied by after some epochs. */
    double share(History history) {
        double share = 1;
        for (Option.OnPlateau plateau : plateaus) {
            share *= plateau.share(history);
        }
        return share;
    }

    /** Tells all listeners; returns whether one wants to stop. */
    boolean tell(Event event) {
        boolean stop = false;
        for (Listener listener : listeners) {
            stop |= listener.on(event) == Listener.Signal.STOP;
        }
        return stop;
    }

    boolean anyoneListens() {
        return !listeners.isEmpty();
    }
}
