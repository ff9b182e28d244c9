package propane.ffm;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Who uses some native memory now, and whether it is there still. Every call that touches the
 * memory takes a seat before and leaves it after; the memory is freed when it is to be closed and
 * the last seat is left, and never before. To take and to leave a seat neither blocks nor
 * allocates.
 */
public final class Occupancy {
    private static final Object FREE = "free";
    private static final Object SHUT = "shut";
    private static final Closing OPEN = new Closing("", () -> {}, new AtomicBoolean());
    private static final long LOOK_AGAIN_NANOS = 200_000;

    /** What threads wait to close: who waits in a circle would do so for ever. */
    private static final Map<Thread, Occupancy> WAITING = new ConcurrentHashMap<>();

    private final Refusal refusal;
    private final boolean nests;
    // In each a thread, or what it is without one.
    private final AtomicReferenceArray<Object> seats;
    private final AtomicReferenceArray<String> calls;
    private final AtomicInteger notShut;
    private final AtomicReference<Closing> closing = new AtomicReference<>(OPEN);
    private final AtomicBoolean freed = new AtomicBoolean();
    // Of the only seat; its holder alone reads and writes it.
    private int depth;

    /**
     * Who closes, and how.
     *
     * @param thread the thread's name
     * @param free frees the memory
     * @param isAwaited whether the thread waits to do so; else the last to leave does
     */
    private record Closing(String thread, Runnable free, AtomicBoolean isAwaited) {}

    private Occupancy(Refusal refusal, int count, boolean nests) {
        this.refusal = refusal;
        this.nests = nests;
        this.seats = new AtomicReferenceArray<>(count);
        this.calls = new AtomicReferenceArray<>(count);
        this.notShut = new AtomicInteger(count);
        for (int i = 0; i < count; i++) {
            seats.set(i, FREE);
            calls.set(i, "");
        }
    }

    /** Returns memory of one thread at a time, whose calls may lie in each other. */
    public static Occupancy ofOne(Refusal refusal) {
        return new Occupancy(refusal, 1, true);
    }

    /**
     * Returns memory of several threads.
     *
     * @param seats how many calls there may be at once, each with a seat of its own
     */
    public static Occupancy ofSeveral(Refusal refusal, int seats) {
        return new Occupancy(refusal, seats, false);
    }

    /**
     * Takes a seat, which must be left again.
     *
     * @param call what is called, for errors
     * @return the seat's number, from 0
     * @throws RuntimeException of the refusal's kind, if all seats are taken by other threads or
     *     the memory was closed
     */
    public int enter(String call) {
        Thread me = Thread.currentThread();
        if (nests && seats.get(0) == me) {
            requireOpen(call);
            depth++;
            return 0;
        }
        int count = seats.length();
        int first = count == 1 ? 0 : (int) (me.threadId() % count);
        while (true) {
            requireOpen(call);
            for (int i = 0; i < count; i++) {
                int seat = (first + i) % count;
                if (seats.compareAndSet(seat, FREE, me)) {
                    calls.set(seat, call);
                    depth = 1;
                    if (isClosing()) {
                        leave(seat);
                        requireOpen(call);
                    }
                    return seat;
                }
            }
            // Who holds it may have left just now.
            if (seats.get(first) instanceof Thread holder) {
                throw refusal.inUse(call, holder.getName(), calls.get(first));
            }
        }
    }

    /** Leaves a seat; the last to leave frees what was closed meanwhile. */
    public void leave(int seat) {
        if (nests && --depth > 0) {
            return;
        }
        calls.set(seat, "");
        seats.set(seat, FREE);
        if (isClosing()) {
            shut(seat);
            if (notShut.get() == 0 && !closing.get().isAwaited().get()) {
                free();
            }
        }
    }

    /**
     * Throws if it was closed.
     *
     * @param call what is called, for errors
     */
    public void requireOpen(String call) {
        Closing by = closing.get();
        if (by != OPEN) {
            throw refusal.closed(call, by.thread());
        }
    }

    /** Returns whether it was closed, even if who uses it has not left yet. */
    public boolean isClosing() {
        return closing.get() != OPEN;
    }

    /** Returns whether the calling thread has a seat. */
    public boolean isMine() {
        return isHeldBy(Thread.currentThread());
    }

    private boolean isHeldBy(Thread thread) {
        for (int i = 0; i < seats.length(); i++) {
            if (seats.get(i) == thread) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes: from now on every seat is refused. Waits until all are left, and frees then. Who
     * closes from within a call of its own does not wait, nor does who is waited for itself: the
     * last to leave frees. A second call does nothing.
     *
     * @param free frees the memory; runs once
     */
    public void close(Runnable free) {
        Thread me = Thread.currentThread();
        var isAwaited = new AtomicBoolean(!isHeldBy(me));
        if (!closing.compareAndSet(OPEN, new Closing(me.getName(), free, isAwaited))) {
            return;
        }
        for (int i = 0; i < seats.length(); i++) {
            shut(i);
        }
        if (isAwaited.get()) {
            await(me);
            isAwaited.set(false);
        }
        if (notShut.get() == 0) {
            free();
        }
    }

    private void shut(int seat) {
        if (seats.compareAndSet(seat, FREE, SHUT)) {
            notShut.decrementAndGet();
        }
    }

    private void await(Thread me) {
        boolean wasInterrupted = false;
        WAITING.put(me, this);
        try {
            while (notShut.get() > 0 && !waitsFor(me, new HashSet<>())) {
                LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
                wasInterrupted |= Thread.interrupted();
            }
        } finally {
            WAITING.remove(me);
        }
        if (wasInterrupted) {
            me.interrupt();
        }
    }

    /** Returns whether who holds a seat waits, by others or not, for what a thread holds. */
    private boolean waitsFor(Thread thread, Set<Occupancy> seen) {
        for (int i = 0; i < seats.length(); i++) {
            if (seats.get(i) instanceof Thread holder) {
                Optional<Occupancy> next = Optional.ofNullable(WAITING.get(holder));
                if (holder == thread
                        || next.isPresent()
                                && seen.add(next.get())
                                && next.get().waitsFor(thread, seen)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void free() {
        if (freed.compareAndSet(false, true)) {
            closing.get().free().run();
        }
    }
}
