package propane.train.run;

import propane.data.Dataset;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.result.Watched;
import propane.train.trace.TrainingSpec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run over a dataset, from where the trainer stands to the last epoch. */
public final class Fit {
    private final Session session;
    private final TrainingSpec training;
    private final Options options;
    private final BatchLoader feed;
    private final Prefetch ahead = new Prefetch();
    private boolean stop;

    /** Trains on a dataset; all that can be checked is checked before the first step. */
    public static History over(Dataset data, Session session, Option... options) {
        return session.fitting(() -> new Fit(session, data, new Options(options)).run());
    }

    private Fit(Session session, Dataset data, Options options) {
        this.session = session;
        this.training = session.training();
        this.options = options;
        if (session.programs().step().updated().isEmpty()) {
            throw new PropaneException(
                    Problem.ofRule("fit: the step updates no weight")
                            .fix("add model.update(gradients(loss, model), sgd(…)) to the step"));
        }
        this.feed = session.trainingFeed(data, options.isInOrder(), options.dropsLast());
        if (options.isAveraged()) {
            session.requireAverages();
        }
        new FitChecks(session, options).require(feed);
    }

    private History run() {
        RunState before = session.run();
        int total = options.total(before);
        boolean isRevived = options.isMore() || before.hasEndedHere();
        boolean isLacking = before.epoch() < total && (before.stopped().isEmpty() || isRevived);
        if (isLacking) {
            session.run(goingOn(before));
            changeRates();
        }
        try (var interruption = new Interruption()) {
            tell(
                    new Event.Started(
                            training.model(),
                            session.report(),
                            total,
                            feed.examples(),
                            feed.order()));
            session.resumed().forEach(this::tell);
            if (!isLacking) {
                FitNotices.sayNothingIsLacking(before, options);
                // The process may have ended between the last epoch and this.
                restoreBest();
                return finished();
            }
            while (!stop && !session.endsEarly() && !isDone(total)) {
                epoch(interruption);
            }
            if (interruption.asked()) {
                saveLast();
                interruption.end();
            }
            if (isDone(total)) {
                restoreBest();
                session.run(session.run().ended());
            } else {
                // The state stays, so that the next fit goes on from here.
                saveLast();
            }
            return finished();
        }
    }

    /** Returns the state from which this run goes on, also where it had stopped early. */
    private RunState goingOn(RunState before) {
        if (before.examples() > 0 && !before.order().equals(feed.order())) {
            FitNotices.sayOtherOrder(before, feed.order());
        }
        RunState run = before.ordered(feed.order());
        for (Option.EarlyStopping early : options.stopping()) {
            if (!before.stopped().isEmpty()
                    && before.watching().containsKey(early.key())
                    && before.watched(early).since() >= early.patience()) {
                run = run.watchedAnew(early);
            }
        }
        run = run.stopped("").watchedBy(options.watching());
        for (Option.SaveTo save : options.saving()) {
            if (!Files.exists(save.best())) {
                // Whatever was best lies elsewhere: here the best of what comes is kept.
                run = run.watchedAnew(save);
            }
        }
        return run;
    }

    private boolean isDone(int total) {
        RunState run = session.run();
        return run.epoch() >= total || !run.stopped().isEmpty();
    }

    private History finished() {
        History history = session.run().history();
        tell(new Event.Finished(history));
        return history;
    }

    private void epoch(Interruption interruption) {
        RunState start = session.run();
        MetricAccumulators sums = start.sums();
        int from = start.examples();
        // A place beyond these data that nothing was measured up to is no epoch's end.
        if (feed.size(from) == 0 && sums.sums().isEmpty()) {
            from = 0;
            session.run(start.afterBatch(-start.examples()));
        }
        while (feed.size(from) > 0) {
            int size = feed.size(from);
            TrainingProgram program = session.programs().training(size);
            ahead.require(start.epoch(), from);
            MetricAccumulators.ResultPorts results =
                    session.runStep(
                            program,
                            feed.size(from + size) == 0,
                            ahead.of(start.epoch(), from + size));
            sums.add(results, size);
            from += size;
            session.run(session.run().afterBatch(size));
            tellStep(program, results, size);
            stop |= interruption.asked() || session.endsEarly();
            if (stop && feed.size(from) > 0) {
                return;
            }
        }
        endEpoch(sums.results());
    }

    private void tellStep(
            TrainingProgram program, MetricAccumulators.ResultPorts results, int size) {
        if (program.deviceChanged()) {
            var device = program.compiled().program().report();
            tell(new Event.DeviceChanged(session.steps(), device));
        }
        if (session.scaleChanged()) {
            tell(session.scaleChange());
        }
        if (options.anyoneListens()) {
            tell(new Event.StepDone(session.steps(), size, MetricAccumulators.of(results)));
        }
    }

    /** Brings the examples of a batch into the bindings, if it can while another step ends. */
    private final class Prefetch implements Runnable {
        private int epoch;
        private int from;
        private boolean isThere;
        private List<RuntimeException> failure = List.of();

        Runnable of(int nextEpoch, int nextFrom) {
            epoch = nextEpoch;
            from = nextFrom;
            isThere = false;
            failure = List.of();
            return this;
        }

        @Override
        public void run() {
            try {
                fill();
            } catch (RuntimeException e) {
                // The step that runs meanwhile is none of the source's that these come from.
                failure = List.of(e);
            }
        }

        private void fill() {
            int size = feed.size(from);
            if (size > 0) {
                feed.fill(session.programs().training(size).compiled(), epoch, from);
                isThere = true;
            }
        }

        /** Brings them now if they are not there. */
        void require(int wantedEpoch, int wantedFrom) {
            if (epoch == wantedEpoch && from == wantedFrom && !failure.isEmpty()) {
                throw failure.getFirst();
            }
            if (!isThere || epoch != wantedEpoch || from != wantedFrom) {
                of(wantedEpoch, wantedFrom);
                fill();
            }
        }
    }

    private void endEpoch(Results train) {
        Map<String, Results> validations = new LinkedHashMap<>();
        for (Option.ValidationData on : options.validation()) {
            validations.put(on.name(), session.evaluate(on.data(), options.isAveraged(), () -> {}));
        }
        RunState run = session.run();
        int number = run.epoch() + 1;
        var epoch = new History.Epoch(number, session.steps(), train, validations);
        run = run.afterEpoch(run.history().and(epoch));
        run = run.stopped(reasonToStop(run));
        for (Option.RestoreBest restore : options.restoring()) {
            if (run.isBest(restore)) {
                run = run.best(KeptBest.of(session.model(), session.programs().state()));
            }
        }
        session.run(run);
        double share = session.rates().change().share();
        changeRates();
        tell(new Event.EpochDone(number, train, validations));
        double now = session.rates().change().share();
        if (now != share) {
            tell(new Event.LearningRateChanged(number, share, now));
        }
        if (!run.stopped().isEmpty()) {
            tell(new Event.StoppedEarly(number, run.stopped()));
        }
        // First, so that a file of the last epoch never names a best one that lies nowhere.
        for (Option.SaveTo save : options.saving()) {
            if (run.isBest(save)) {
                save(save.best());
                double best = run.watched(save).value();
                tell(new Event.BestSaved(save.best(), number, save.watched().text(), best));
            }
        }
        saveLast();
    }

    /** Returns why the run is at its end, or nothing. */
    private String reasonToStop(RunState run) {
        for (Option.EarlyStopping early : options.stopping()) {
            Watched.Best best = run.watched(early);
            if (best.since() >= early.patience()) {
                return String.format(
                        Locale.ROOT,
                        "%s: not better for %d epochs, best %.4f in epoch %d",
                        early.key(),
                        best.since(),
                        best.value(),
                        best.epoch());
            }
        }
        return "";
    }

    /** Multiplies rates as plateaus say; those that other fits of the run watched stay. */
    private void changeRates() {
        LearningRates rates = session.rates();
        RunState run = session.run();
        for (Option.ReduceLrOnPlateau plateau : options.plateaus()) {
            rates.change(rates.change().without(CheckpointJson.FORMER));
            double share = plateau.share(run.history(), run.watching().get(plateau.key()));
            rates.change(rates.change().share(plateau.key(), share));
        }
    }

    private void restoreBest() {
        RunState run = session.run();
        for (Option.RestoreBest restore : options.restoring()) {
            if (!run.best().isEmpty() && run.watching().containsKey(restore.key())) {
                Watched.Best best = run.watched(restore);
                session.programs().write(run.best());
                String metric = restore.watched().text();
                tell(new Event.BestRestored(best.epoch(), metric, best.value()));
            }
        }
    }

    private void saveLast() {
        options.saving().forEach(save -> save(save.path()));
    }

    private void save(Path path) {
        session.save(path);
        tell(new Event.Saved(path, session.steps()));
    }

    private void tell(Event event) {
        stop |= options.tell(event);
    }
}
