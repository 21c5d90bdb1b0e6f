package dev.tickbook.forecast.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.forecast.ForecastProgress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Work on many pieces by all cores. */
public final class Parallel {

    private Parallel() {}

    private record Piece<T>(int number, T result) {}

    /**
     * Does all pieces; the order in which they are done is not that of their numbers.
     *
     * @param pieces how many there are
     * @param work on the piece with a number, from 0; what it throws ends everything, so it catches what concerns a piece
     * @param progress hears of each piece that is done
     * @return the results in the order of the numbers
     */
    public static <T> List<T> map(int pieces, IntFunction<T> work, ForecastProgress progress) {
        List<T> results = new ArrayList<>(Collections.nCopies(pieces, null));
        int threads = Math.max(1, Math.min(pieces, Runtime.getRuntime().availableProcessors()));
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "tickbook-models");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Piece<T>> done = new ExecutorCompletionService<>(pool);
            for (int i = 0; i < pieces; i++) {
                int number = i;
                done.submit(() -> new Piece<>(number, work.apply(number)));
            }
            for (int count = 1; count <= pieces; count++) {
                Future<Piece<T>> next = done.take();
                results.set(next.get().number(), next.get().result());
                progress.at(count, pieces);
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TickbookException("Interrupted; what was not finished is not there. Run it again.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause(); // an IntFunction throws nothing else
        } finally {
            pool.shutdownNow();
        }
    }
}
