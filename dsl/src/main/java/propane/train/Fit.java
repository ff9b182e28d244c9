package propane.train;

import propane.data.Dataset;
import propane.nn.Metric;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;

/** One run over a dataset, from where the trainer stands to the last epoch. */
final class Fit {
    private final Session session;
    private final Training training;
    private final Options options;
    private final Feed feed;
    private final Ahead ahead = new Ahead();
    private boolean stop;

    Fit(Session session, Dataset data, Options options) {
        this.session = session;
        this.training = session.training();
        this.options = options;
        if (session.programs().step().updated().isEmpty()) {
            throw new PropaneException(
                    "fit: the step updates no weight\n    to mend it: add"
                            + " model.update(gradients(loss, model), sgd(…)) to the step");
        }
        this.feed = session.feed(data);
        // Fails before the first step rather than after the first epoch.
        options.validation().forEach(on -> session.feed(on.data()));
        if (options.isAveraged()) {
            session.requireAverages();
        }
        options.watched().forEach(this::requireMeasured);
    }

    private void requireMeasured(Metric metric) {
        var measured = session.programs().step().metrics().keySet();
        if (!measured.contains(metric.name())) {
            throw UnknownNameException.among(
                    "fit: an option watches what the training does not measure, no metric",
                    metric.name(),
                    measured);
        }
    }

    History run() {
        multiplyRates(session.position().history());
        try (var interruption = new Interruption()) {
            tell(
                    new Event.Started(
                            training.model(), session.report(), options.epochs(), feed.examples()));
            session.resumed().forEach(this::tell);
            while (!stop && !session.endsEarly() && session.position().epoch() < options.epochs()) {
                epoch(interruption);
            }
            if (interruption.asked()) {
                saveLast();
                interruption.end();
            }
            if (session.endsEarly() && session.position().epoch() < options.epochs()) {
                // The position stays, so that the next run goes on from here.
                saveLast();
            } else {
                session.position(session.position().end());
            }
            History history = session.position().history();
            tell(new Event.Finished(history));
            return history;
        }
    }

    private void epoch(Interruption interruption) {
        Position start = session.position();
        Means sums = start.sums();
        // A place beyond these data that nothing was measured up to is no epoch's end.
        boolean isAnew = start.batch() >= feed.count() && sums.sums().isEmpty();
        for (int batch = isAnew ? 0 : start.batch(); batch < feed.count(); batch++) {
            TrainingProgram program = session.programs().training(feed.size(batch));
            ahead.require(start.epoch(), batch);
            Means.ResultPorts results =
                    session.runStep(
                            program, batch + 1 == feed.count(), ahead.of(start.epoch(), batch + 1));
            sums.add(results, feed.size(batch));
            if (program.deviceChanged()) {
                var device = program.compiled().program().report();
                tell(new Event.DeviceChanged(session.steps(), device));
            }
            if (session.scaleChanged()) {
                tell(session.scaleChange());
            }
            session.position(session.position().afterBatch(sums));
            if (options.anyoneListens()) {
                tell(new Event.StepDone(session.steps(), feed.size(batch), Means.of(results)));
            }
            stop |= interruption.asked() || session.endsEarly();
            if (stop && batch + 1 < feed.count()) {
                return;
            }
        }
        endEpoch(start, sums.results());
    }

    /** Brings the examples of a batch into the frame, if it can while another step ends. */
    private final class Ahead implements Runnable {
        private int epoch;
        private int batch;
        private boolean isThere;

        Runnable of(int nextEpoch, int nextBatch) {
            epoch = nextEpoch;
            batch = nextBatch;
            isThere = false;
            return this;
        }

        @Override
        public void run() {
            if (batch < feed.count()) {
                feed.fill(session.programs().training(feed.size(batch)).compiled(), epoch, batch);
                isThere = true;
            }
        }

        /** Brings them now if they are not there. */
        void require(int wantedEpoch, int wantedBatch) {
            if (!isThere || epoch != wantedEpoch || batch != wantedBatch) {
                of(wantedEpoch, wantedBatch).run();
            }
        }
    }

    private void endEpoch(Position start, Results train) {
        Results validation =
                options.validation().stream()
                        .map(on -> session.evaluate(on.data(), options.isAveraged(), () -> {}))
                        .findFirst()
                        .orElseGet(Results::none);
        int number = start.epoch() + 1;
        var epoch = new History.Epoch(number, session.steps(), train, validation);
        History history = start.history().and(epoch);
        Watch watch = watch(start.watch(), history);
        session.position(session.position().afterEpoch(history, watch));
        double share = session.rates().change().share();
        multiplyRates(history);
        tell(new Event.EpochDone(number, train, validation));
        if (session.rates().change().share() != share) {
            double now = session.rates().change().share();
            tell(new Event.LearningRateChanged(number, share, now));
        }
        saveLast();
        for (Option.SaveTo save : options.saving()) {
            if (watch.isBest()) {
                save(best(save.path()));
            }
        }
        for (Option.StopEarly early : options.stopping()) {
            stop |= watch.since() >= early.patience();
        }
    }

    private void multiplyRates(History history) {
        LearningRates rates = session.rates();
        rates.change(rates.change().share(options.share(history)));
    }

    /** Watches the metric that stops the run, or else the one that tells the best epoch. */
    private Watch watch(Watch before, History history) {
        for (Option.StopEarly early : options.stopping()) {
            return watch(before, history, early.metric());
        }
        for (Option.SaveTo save : options.saving()) {
            return watch(before, history, save.best());
        }
        return before;
    }

    private static Watch watch(Watch before, History history, Metric metric) {
        return before.next(history.last(metric), metric.largerIsBetter());
    }

    private void saveLast() {
        options.saving().forEach(save -> save(save.path()));
    }

    private void save(Path path) {
        session.save(path);
        tell(new Event.Saved(path, session.steps()));
    }

    /** The best epoch's file: for {@code run.ckpt}, {@code run-best.ckpt}. */
    private static Path best(Path path) {
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return path.resolveSibling(
                dot < 0 ? name + "-best" : name.substring(0, dot) + "-best" + name.substring(dot));
    }

    private void tell(Event event) {
        stop |= options.tell(event);
    }
}
