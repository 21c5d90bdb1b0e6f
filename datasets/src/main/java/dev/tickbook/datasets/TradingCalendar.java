package dev.tickbook.datasets;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.SUNDAY;
import static java.time.DayOfWeek.THURSDAY;
import static java.time.temporal.TemporalAdjusters.dayOfWeekInMonth;
import static java.time.temporal.TemporalAdjusters.lastInMonth;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The days and hours of the US stock exchanges, by rule, from 1998 on.
 *
 * <p>Sessions run from 09:30 to 16:00 in New York, and to 13:00 on early closes. Instants are UTC, so summer time
 * shows: the open is 14:30 UTC in winter, 13:30 in summer.
 *
 * <p>Closed are weekends, the ten yearly holidays (a holiday on a Sunday moves to Monday, one on a Saturday to Friday,
 * except New Year's Day, which is then not observed; Juneteenth counts from 2022) and the days of unscheduled closure
 * up to 2025. Early closes follow today's rule in every year: the day after Thanksgiving, and 3 July and 24 December
 * when they are trading days from Monday to Thursday. Before 2013 a few early closes fell on other days.
 *
 * <p>Dates before 1998 are refused with {@link IllegalArgumentException}: other rules held then.
 */
public final class TradingCalendar {

    /** Where the exchanges are. */
    public static final ZoneId ZONE = ZoneId.of("America/New_York");

    private static final LocalTime OPEN = LocalTime.of(9, 30);
    private static final LocalTime CLOSE = LocalTime.of(16, 0);
    private static final LocalTime EARLY_CLOSE = LocalTime.of(13, 0);
    private static final int FIRST_YEAR = 1998;

    private static final Map<LocalDate, String> UNSCHEDULED = Map.of(
            LocalDate.of(2001, 9, 11), "Attacks of 11 September",
            LocalDate.of(2001, 9, 12), "Attacks of 11 September",
            LocalDate.of(2001, 9, 13), "Attacks of 11 September",
            LocalDate.of(2001, 9, 14), "Attacks of 11 September",
            LocalDate.of(2004, 6, 11), "Mourning for President Reagan",
            LocalDate.of(2007, 1, 2), "Mourning for President Ford",
            LocalDate.of(2012, 10, 29), "Hurricane Sandy",
            LocalDate.of(2012, 10, 30), "Hurricane Sandy",
            LocalDate.of(2018, 12, 5), "Mourning for President G. H. W. Bush",
            LocalDate.of(2025, 1, 9), "Mourning for President Carter");

    private TradingCalendar() {}

    /** Whether the exchanges open on this day. */
    public static boolean isTradingDay(LocalDate day) {
        requireKnown(day.getYear());
        return !isWeekend(day) && !holidays(day.getYear()).containsKey(day);
    }

    /** Whether this trading day ends at 13:00. */
    public static boolean isEarlyClose(LocalDate day) {
        boolean eve = (day.getMonth() == Month.JULY && day.getDayOfMonth() == 3)
                || (day.getMonth() == Month.DECEMBER && day.getDayOfMonth() == 24);
        boolean mondayToThursday = day.getDayOfWeek().compareTo(THURSDAY) <= 0;
        return isTradingDay(day)
                && ((eve && mondayToThursday) || day.minusDays(1).equals(thanksgiving(day.getYear())));
    }

    /** The weekdays of a year on which the exchanges are closed, with the reason, in order. */
    public static SortedMap<LocalDate, String> holidays(int year) {
        requireKnown(year);
        SortedMap<LocalDate, String> days = new TreeMap<>();
        LocalDate newYear = LocalDate.of(year, 1, 1);
        if (newYear.getDayOfWeek() != SATURDAY) {
            days.put(observed(newYear), "New Year's Day");
        }
        days.put(newYear.with(dayOfWeekInMonth(3, MONDAY)), "Martin Luther King Jr. Day");
        days.put(LocalDate.of(year, 2, 1).with(dayOfWeekInMonth(3, MONDAY)), "Washington's Birthday");
        days.put(easter(year).minusDays(2), "Good Friday");
        days.put(LocalDate.of(year, 5, 1).with(lastInMonth(MONDAY)), "Memorial Day");
        if (year >= 2022) {
            days.put(observed(LocalDate.of(year, 6, 19)), "Juneteenth");
        }
        days.put(observed(LocalDate.of(year, 7, 4)), "Independence Day");
        days.put(LocalDate.of(year, 9, 1).with(dayOfWeekInMonth(1, MONDAY)), "Labor Day");
        days.put(thanksgiving(year), "Thanksgiving Day");
        days.put(observed(LocalDate.of(year, 12, 25)), "Christmas Day");
        UNSCHEDULED.forEach((day, reason) -> {
            if (day.getYear() == year) {
                days.put(day, reason);
            }
        });
        return days;
    }

    /** The trading days from {@code from} to {@code to}, both included, in order. */
    public static Stream<LocalDate> tradingDays(LocalDate from, LocalDate to) {
        if (to.isBefore(from)) {
            return Stream.empty();
        }
        return from.datesUntil(to.plusDays(1)).filter(TradingCalendar::isTradingDay);
    }

    /** The trading day {@code count} sessions after (or, negative, before) a day; 0 gives the day itself. */
    public static LocalDate plusTradingDays(LocalDate day, int count) {
        LocalDate result = day;
        for (int left = Math.abs(count); left > 0; ) {
            result = result.plusDays(count < 0 ? -1 : 1);
            if (isTradingDay(result)) {
                left--;
            }
        }
        return result;
    }

    /** When the session of a trading day begins: 09:30 in New York. */
    public static Instant open(LocalDate day) {
        return requireTradingDay(day).atTime(OPEN).atZone(ZONE).toInstant();
    }

    /** When the session of a trading day ends: 16:00 in New York, 13:00 on early closes. */
    public static Instant close(LocalDate day) {
        return requireTradingDay(day)
                .atTime(isEarlyClose(day) ? EARLY_CLOSE : CLOSE)
                .atZone(ZONE)
                .toInstant();
    }

    /** The number of minutes in the session of a trading day: 390, or 210 on early closes. */
    public static int minutes(LocalDate day) {
        return (int) OPEN.until(isEarlyClose(requireTradingDay(day)) ? EARLY_CLOSE : CLOSE, ChronoUnit.MINUTES);
    }

    /** The day an exchange observes a fixed holiday. */
    private static LocalDate observed(LocalDate holiday) {
        DayOfWeek day = holiday.getDayOfWeek();
        return day == SATURDAY ? holiday.minusDays(1) : day == SUNDAY ? holiday.plusDays(1) : holiday;
    }

    private static LocalDate thanksgiving(int year) {
        return LocalDate.of(year, 11, 1).with(dayOfWeekInMonth(4, THURSDAY));
    }

    /** Easter Sunday: the first Sunday after the Gregorian calendar's ecclesiastical full moon of spring. */
    private static LocalDate easter(int year) {
        int century = year / 100;
        // The moon's age on 1 April: 11 days more each year, corrected for leap years dropped and the moon's drift.
        int moonCorrection = century - century / 4 - (8 * century + 13) / 25;
        int epact = Math.floorMod(19 * (year % 19) + moonCorrection + 15, 30);
        // The calendar never lets the full moon fall on 19 April, nor twice on 18 April in one cycle.
        int fullMoon = epact == 29 || (epact == 28 && year % 19 > 10) ? epact - 1 : epact;
        LocalDate moon = LocalDate.of(year, 3, 21).plusDays(fullMoon);
        return moon.plusDays(7 - moon.getDayOfWeek().getValue() % 7);
    }

    private static boolean isWeekend(LocalDate day) {
        return day.getDayOfWeek().compareTo(FRIDAY) > 0;
    }

    private static LocalDate requireTradingDay(LocalDate day) {
        if (!isTradingDay(day)) {
            throw new IllegalArgumentException("The exchanges are closed on " + day + " ("
                    + holidays(day.getYear()).getOrDefault(day, "weekend") + "); ask isTradingDay first.");
        }
        return day;
    }

    private static void requireKnown(int year) {
        if (year < FIRST_YEAR) {
            throw new IllegalArgumentException(
                    "The trading calendar knows " + FIRST_YEAR + " and later, not " + year + "; take a later date.");
        }
    }
}
