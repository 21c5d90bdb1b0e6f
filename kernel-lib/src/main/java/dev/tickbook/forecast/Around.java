package dev.tickbook.forecast;

/** What a stationary series varies about. */
public enum Around {
    /** Its mean. */
    LEVEL,
    /** A straight line. */
    TREND
}
