package dev.tickbook.ingest;

import java.time.ZoneId;

/**
 * How the texts of a source are to be read where they could mean two things.
 *
 * @param zone of times that are written without one; null: UTC
 * @param decimal the sign before the decimals, {@code '.'} or {@code ','}; null: found out from the first rows
 * @param dates whether 03/04/2024 is in March or in April; null: found out from the first rows
 */
public record Conventions(ZoneId zone, Character decimal, DateOrder dates) {

    /** Nothing is known: everything is found out from the first rows. */
    public static final Conventions UNKNOWN = new Conventions(null, null, null);

    /** Which number of 03/04/2024 is the day. */
    public enum DateOrder {
        /** 3 April, as in Europe. */
        DAY_FIRST,
        /** March 4, as in the United States. */
        MONTH_FIRST
    }
}
