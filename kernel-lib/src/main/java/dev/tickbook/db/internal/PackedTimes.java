package dev.tickbook.db.internal;

import java.time.LocalDate;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tech.tablesaw.columns.dates.PackedLocalDate;
import tech.tablesaw.columns.instant.PackedInstant;

/**
 * Dates and times of the wire, which count days or microseconds from 2000, as Tablesaw packs them. It keeps milliseconds,
 * and knows no infinity: those are empty here. One instance per column, because most rows have the date of the row before.
 */
final class PackedTimes {

    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final int EPOCH_DAY_2000 = 10_957;

    private int day = Integer.MIN_VALUE;
    private int packedDay;

    /** A timestamp, with time zone or without. */
    OptionalLong timestamp(long micros) {
        return micros == Long.MAX_VALUE || micros == Long.MIN_VALUE
                ? OptionalLong.empty()
                : OptionalLong.of(PackedInstant.create(
                        pack((int) Math.floorDiv(micros, MICROS_PER_DAY)),
                        time(Math.floorMod(micros, MICROS_PER_DAY))));
    }

    OptionalInt date(int days) {
        return days == Integer.MAX_VALUE || days == Integer.MIN_VALUE
                ? OptionalInt.empty()
                : OptionalInt.of(pack(days));
    }

    /** A time of day; 24:00 is the end of a day in SQL and nothing in Java. */
    static int time(long micros) {
        int millis = (int) (Math.min(micros, MICROS_PER_DAY - 1) / 1000);
        return millis / 3_600_000 << 24 | millis / 60_000 % 60 << 16 | millis % 60_000;
    }

    private int pack(int days) {
        if (days != day) {
            day = days;
            packedDay = PackedLocalDate.pack(LocalDate.ofEpochDay((long) days + EPOCH_DAY_2000));
        }
        return packedDay;
    }
}
