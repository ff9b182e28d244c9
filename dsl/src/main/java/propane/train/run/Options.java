package propane.train.run;

import propane.nn.metric.Metric;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;
import propane.train.result.Watched;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The options of one run, by what they are for; all of a kind hold. */
final class Options {
    private final List<Option.Epochs> epochs = new ArrayList<>();
    private final List<Option.MoreEpochs> moreEpochs = new ArrayList<>();
    private final Map<String, Option.ValidationData> validation = new LinkedHashMap<>();
    private final List<Option.SaveTo> saving = new ArrayList<>();
    private final List<Option.RestoreBest> restoring = new ArrayList<>();
    private final List<Option.EarlyStopping> stopping = new ArrayList<>();
    private final List<Option.ReduceLrOnPlateau> plateaus = new ArrayList<>();
    private final List<TrainerCallback> callbacks = new ArrayList<>();
    private boolean averaged;
    private boolean inOrder;
    private boolean dropLast;

    /**
     * Sorts options.
     *
     * @throws PropaneException if two contradict each other
     */
    Options(Option... options) {
        for (Option option : options) {
            switch (option) {
                case Option.Epochs all -> epochs.add(all);
                case Option.MoreEpochs more -> moreEpochs.add(more);
                case Option.InOrder _ -> inOrder = true;
                case Option.DropLast _ -> dropLast = true;
                case Option.ValidationData validate -> add(validate);
                case Option.SaveTo save -> saving.add(save);
                case Option.RestoreBest restore -> restoring.add(restore);
                case Option.EarlyStopping stop -> stopping.add(stop);
                case Option.ReduceLrOnPlateau plateau -> plateaus.add(plateau);
                case Option.UseEma _ -> averaged = true;
                case Option.WithCallback(TrainerCallback callback) -> callbacks.add(callback);
            }
        }
        if (epochs.size() + moreEpochs.size() > 1) {
            throw contradiction(
                    "epochs and moreEpochs say how long a run is",
                    "epochs(…), a total, or moreEpochs(…), in addition");
        }
        if (restoring.size() > 1) {
            throw contradiction(
                    "restoreBest says which epoch comes back", "one, restoreBest(metric)");
        }
        settleBest();
    }

    private static PropaneException contradiction(String rule, String fix) {
        return new PropaneException(
                Problem.ofRule("fit: " + rule + ", and may stand once").fix("give " + fix));
    }

    private void add(Option.ValidationData validate) {
        if (validation.put(validate.name(), validate) != null) {
            throw new PropaneException(
                    Problem.ofRule("fit: two validationData have the name " + validate.name())
                            .fix("give each its own, validationData(\"holdout\", …)"));
        }
    }

    /** Lets a best epoch that is to come back be judged as that of the only other option is. */
    private void settleBest() {
        if (restoring.isEmpty() || restoring.getFirst().told()) {
            return;
        }
        List<? extends Option.Monitoring<?>> others = saving.isEmpty() ? stopping : saving;
        List<Watched> judges = others.stream().map(Option.Monitoring::watched).distinct().toList();
        if (judges.size() > 1) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "fit: restoreBest() could be judged by "
                                            + judges.stream().map(Watched::text).toList())
                            .fix("name one, restoreBest(metric)"));
        }
        judges.forEach(judge -> restoring.replaceAll(restore -> restore.monitor(judge)));
    }

    /** Replaces what is watched, once it is known what the data are. */
    void settle(UnaryOperator<Watched> settled) {
        saving.replaceAll(each -> each.monitor(settled.apply(each.watched())));
        restoring.replaceAll(each -> each.monitor(settled.apply(each.watched())));
        stopping.replaceAll(each -> each.monitor(settled.apply(each.watched())));
        plateaus.replaceAll(each -> each.monitor(settled.apply(each.watched())));
        var judges = new ArrayList<Watched>();
        saving.replaceAll(each -> {
            judges.add(each.watched());
            return each.numbered(Collections.frequency(judges, each.watched()));
        });
    }

    /** Returns the number of epochs that the run will have had in all. */
    int total(RunState run) {
        long total = run.begun() + 1L;
        for (Option.Epochs all : epochs) {
            total = (long) run.begun() + all.total();
        }
        for (Option.MoreEpochs more : moreEpochs) {
            total = (long) run.epoch() + more.more();
        }
        return (int) Math.min(Integer.MAX_VALUE, total);
    }

    /** Returns whether the run goes on although it was at its end. */
    boolean isMore() {
        return !moreEpochs.isEmpty();
    }

    /** Returns whether no training was asked for. */
    boolean isNothingAsked() {
        return epochs.stream().anyMatch(all -> all.total() == 0);
    }

    List<Option.ValidationData> validation() {
        return List.copyOf(validation.values());
    }

    boolean isAveraged() {
        return averaged;
    }

    boolean isInOrder() {
        return inOrder;
    }

    boolean dropsLast() {
        return dropLast;
    }

    List<Option.SaveTo> saving() {
        return saving;
    }

    List<Option.RestoreBest> restoring() {
        return restoring;
    }

    List<Option.EarlyStopping> stopping() {
        return stopping;
    }

    List<Option.ReduceLrOnPlateau> plateaus() {
        return plateaus;
    }

    /** Returns all that watch a metric. */
    List<Option.Monitoring<?>> watching() {
        var all = new ArrayList<Option.Monitoring<?>>(saving);
        all.addAll(restoring);
        all.addAll(stopping);
        all.addAll(plateaus);
        return all;
    }

    /** Returns the files that are written. */
    List<Path> files() {
        var files = new ArrayList<Path>();
        for (Option.SaveTo save : saving) {
            files.add(save.path());
            files.add(save.best());
        }
        return files;
    }

    /** Returns the metrics that are watched. */
    List<Metric> watched() {
        return watching().stream().map(Option.Monitoring::metric).toList();
    }

    /** Tells all callbacks; returns whether one wants to stop. */
    boolean tell(Event event) {
        boolean stop = false;
        for (TrainerCallback callback : callbacks) {
            stop |= callback.on(event) == TrainerCallback.Signal.STOP;
        }
        return stop;
    }

    boolean anyoneListens() {
        return !callbacks.isEmpty();
    }
}
