package dev.tickbook.notebook.internal;

import java.util.concurrent.atomic.AtomicReference;

/** Takes a value across into a variable of the person's session: put here, taken by the Java that declares the variable. */
public final class Handover {

    private static final AtomicReference<Object> VALUE = new AtomicReference<>();

    private Handover() {}

    static void put(Object value) {
        VALUE.set(value);
    }

    /**
     * @return the value that was put last, once
     */
    @SuppressWarnings("unchecked") // the Java that calls it was written for the value
    public static <T> T take() {
        return (T) VALUE.getAndSet(null);
    }
}
