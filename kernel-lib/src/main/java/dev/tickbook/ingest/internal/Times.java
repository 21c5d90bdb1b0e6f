package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.Conventions.DateOrder;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times as files write them. What the last one was is in the fields. */
final class Times {

    private static final int LONGEST = 64;
    private static final long DAY = 86_400_000_000L;
    private static final String EXAMPLES =
            "Write 2024-03-01, 2024-03-01T14:30:00Z or 2024-03-01 14:30:00 (taken as UTC unless .zone(…) says another).";

    private static final Set<String> MISSING = Set.of("", "-", "na", "n/a", "null", "none", "nat", "nan");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    private static final Pattern DIGITS = Pattern.compile("-?[0-9]{9,19}(\\.[0-9]{1,9})?|[0-9]{8}|[0-9]{14}");
    private static final Pattern DATE = Pattern.compile("(?:[A-Za-z]{3,9},? +)??"
            + "(?:(?<y>[0-9]{4})[-/.](?<ym>[0-9]{1,2})[-/.](?<yd>[0-9]{1,2})"
            + "|(?<a>[0-9]{1,2})(?<sign>[-/.])(?<b>[0-9]{1,2})\\k<sign>(?<aby>[0-9]{4}|[0-9]{2})"
            + "|(?<d>[0-9]{1,2})[- /.]{0,2}(?<dm>[A-Za-z]{3,9})[- /.,]{0,2}(?<dy>[0-9]{4}|[0-9]{2})"
            + "|(?<m>[A-Za-z]{3,9})[ .]{1,2}(?<md>[0-9]{1,2}),? +(?<my>[0-9]{4})"
            + "|(?<compact>[0-9]{8}))(?<rest>(?:[T ,].*)?)");
    private static final Pattern CLOCK = Pattern.compile(
            "[T ,]+(?:(?<h>[0-9]{1,2}):(?<m>[0-9]{2})(?::(?<s>[0-9]{2})"
                    + "(?:[.,](?<f>[0-9]{1,9}))?)?|(?<compact>[0-9]{6}|[0-9]{4}))"
                    + " ?(?<half>[AaPp]\\.?[Mm]\\.?(?![A-Za-z]))?(?: ?(?<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2}){0,2}|[A-Za-z]+/[A-Za-z_/+-]+))?");

    /** A date as people write it with signs, for finding out which number is the day. */
    static final Pattern SLASHED = Pattern.compile("([0-9]{1,2})[-/]([0-9]{1,2})[-/](?:[0-9]{4}|[0-9]{2})(?:[T ,].*)?");

    private final ZoneId zone;
    private final ZoneRules rules; // null: UTC
    private final DateOrder order;

    /** Microseconds since 1970. */
    long micros;

    /** Days since 1970, as the text has the date, whatever its zone. */
    long day;

    /** Whether the text is a date and nothing else. */
    boolean isDate;

    Times(ZoneId zone, DateOrder order) {
        this.zone = zone;
        this.rules = zone == null || zone.equals(ZoneOffset.UTC) ? null : zone.getRules();
        this.order = order;
    }

    /**
     * Reads a time into the fields.
     *
     * @return false if the text says that there is none
     */
    boolean read(String column, String text) throws BadValueException {
        try {
            if (readIso(text)) {
                return true;
            }
            String stripped = text.strip();
            if (MISSING.contains(stripped.toLowerCase(Locale.ROOT))) {
                return false;
            }
            if (stripped.length() > LONGEST) {
                throw notATime(column, text);
            }
            if (DIGITS.matcher(stripped).matches()) {
                readDigits(stripped);
            } else {
                readWritten(column, text, stripped);
            }
            return true;
        } catch (DateTimeException | ArithmeticException e) {
            throw notATime(column, text);
        }
    }

    /** The usual form, without making garbage: 2024-03-01, perhaps a time of day, perhaps Z or an offset. */
    private boolean readIso(String text) throws BadValueException {
        int length = text.length();
        if (length < 10 || text.charAt(4) != '-' || text.charAt(7) != '-') {
            return false;
        }
        int year = 100 * two(text, 0) + two(text, 2);
        int month = two(text, 5);
        int dayOfMonth = two(text, 8);
        if (year < 1
                || month < 1
                || month > 12
                || dayOfMonth < 1
                || dayOfMonth > 28 && dayOfMonth > lengthOf(year, month)) {
            return false;
        }
        long days = days(year, month, dayOfMonth);
        if (length == 10) {
            set(days, 0, true);
            return true;
        }
        char sign = text.charAt(10);
        if (length < 16 || sign != 'T' && sign != ' ' || text.charAt(13) != ':') {
            return false;
        }
        int hour = two(text, 11);
        int minute = two(text, 14);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
            return false;
        }
        long clock = (hour * 60L + minute) * 60_000_000;
        int at = 16;
        if (at < length && text.charAt(at) == ':') {
            int second = length >= 19 ? two(text, 17) : -1;
            if (second < 0 || second > 59) {
                return false;
            }
            clock += second * 1_000_000L;
            at = 19;
            if (at < length && text.charAt(at) == '.') {
                long unit = 100_000;
                int first = ++at;
                for (; at < length && text.charAt(at) >= '0' && text.charAt(at) <= '9'; at++) {
                    clock += (text.charAt(at) - '0') * unit;
                    unit /= 10;
                }
                if (at == first) {
                    return false;
                }
            }
        }
        if (at == length) {
            setLocal(days, clock, text);
            return true;
        }
        if (at == length - 1 && text.charAt(at) == 'Z') {
            set(days, clock, false);
            return true;
        }
        if (at == length - 6 && (text.charAt(at) == '+' || text.charAt(at) == '-') && text.charAt(at + 3) == ':') {
            int hours = two(text, at + 1);
            int minutes = two(text, at + 4);
            if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
                return false;
            }
            long offset = (hours * 60L + minutes) * 60_000_000;
            set(days, text.charAt(at) == '+' ? clock - offset : clock + offset, false);
            return true;
        }
        return false;
    }

    /** Two digits as a number, far below zero where they are none. */
    private static int two(String text, int at) {
        int tens = text.charAt(at) - '0';
        int ones = text.charAt(at + 1) - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1_000_000 : 10 * tens + ones;
    }

    private static int lengthOf(int year, int month) {
        return switch (month) {
            case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** Days since 1970 of a date of the Gregorian calendar, of the years from 1. */
    private static long days(int year, int month, int day) {
        long y = month <= 2 ? year - 1 : year; // years that begin in March end with the odd February
        long ofYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return 365 * y + y / 4 - y / 100 + y / 400 + ofYear - 719_468;
    }

    private void set(long days, long clock, boolean dateAlone) {
        day = days;
        micros = days * DAY + clock;
        isDate = dateAlone;
    }

    private void setLocal(long days, long clock, String text) throws BadValueException {
        set(days, clock, false);
        if (rules == null) {
            return;
        }
        LocalDateTime local = LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000), (int) Math.floorMod(micros, 1_000_000L) * 1000, ZoneOffset.UTC);
        List<ZoneOffset> offsets = rules.getValidOffsets(local);
        if (offsets.isEmpty()) {
            throw new BadValueException(
                    "time zone",
                    "the clocks of " + zone + " never showed \"" + text.strip() + "\": they were put forward.");
        }
        micros -= offsets.get(0).getTotalSeconds() * 1_000_000L; // the earlier where there are two
    }

    /** 20240301, 20240301143000, or since 1970 in seconds, milliseconds, microseconds or nanoseconds, by their length. */
    private void readDigits(String text) throws BadValueException {
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        int digits = whole.startsWith("-") ? whole.length() - 1 : whole.length();
        if (digits == 8 || digits == 14 && point < 0) {
            LocalDate date = LocalDate.of(
                    Integer.parseInt(whole, 0, 4, 10),
                    Integer.parseInt(whole, 4, 6, 10),
                    Integer.parseInt(whole, 6, 8, 10));
            if (digits == 8) {
                set(date.toEpochDay(), 0, true);
            } else {
                setLocal(date.toEpochDay(), clock(whole.substring(8)), text);
            }
            return;
        }
        long value = Long.parseLong(whole);
        long time;
        if (digits <= 11) {
            String decimals = point < 0 ? "" : text.substring(point + 1);
            long fraction = Long.parseLong((decimals + "000000").substring(0, 6));
            time = value * 1_000_000 + (value < 0 ? -fraction : fraction);
        } else if (digits <= 14) {
            time = value * 1000;
        } else {
            time = digits <= 17 ? value : Math.floorDiv(value, 1000);
        }
        set(Math.floorDiv(time, DAY), Math.floorMod(time, DAY), false);
    }

    private static long clock(String digits) {
        LocalDateTime time = LocalDateTime.of(
                1970,
                1,
                1,
                Integer.parseInt(digits, 0, 2, 10),
                Integer.parseInt(digits, 2, 4, 10),
                digits.length() > 4 ? Integer.parseInt(digits, 4, 6, 10) : 0);
        return time.getLong(ChronoField.MICRO_OF_DAY);
    }

    private void readWritten(String column, String text, String stripped) throws BadValueException {
        Matcher date = DATE.matcher(stripped);
        if (!date.matches()) {
            throw notATime(column, text);
        }
        long days = date(column, text, date).toEpochDay();
        String rest = date.group("rest").strip();
        if (rest.isEmpty()) {
            set(days, 0, true);
            return;
        }
        Matcher clock = CLOCK.matcher(" " + rest);
        if (!clock.matches()) {
            throw notATime(column, text);
        }
        long ofDay = clock(clock);
        String written = clock.group("zone");
        if (written == null) {
            setLocal(days, ofDay, text);
            return;
        }
        ZoneId said = ZoneId.of(written.matches("UTC|GMT") ? "Z" : written);
        LocalDateTime local = LocalDate.ofEpochDay(days).atStartOfDay().plusNanos(ofDay * 1000);
        List<ZoneOffset> offsets = said.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            throw new BadValueException(
                    "time zone",
                    "the clocks of " + said + " never showed \"" + stripped + "\": they were put forward.");
        }
        set(days, ofDay - offsets.get(0).getTotalSeconds() * 1_000_000L, false);
    }

    private static long clock(Matcher clock) {
        if (clock.group("compact") != null) {
            return clock(clock.group("compact"));
        }
        int hour = Integer.parseInt(clock.group("h"));
        String half = clock.group("half");
        if (half != null) {
            if (hour < 1 || hour > 12) {
                throw new DateTimeException("hour");
            }
            hour = hour % 12 + (half.toLowerCase(Locale.ROOT).startsWith("p") ? 12 : 0);
        }
        int second = clock.group("s") == null ? 0 : Integer.parseInt(clock.group("s"));
        String fraction = clock.group("f") == null ? "" : clock.group("f");
        LocalDateTime time = LocalDateTime.of(1970, 1, 1, hour, Integer.parseInt(clock.group("m")), second);
        return time.getLong(ChronoField.MICRO_OF_DAY) + Integer.parseInt((fraction + "000000").substring(0, 6));
    }

    private LocalDate date(String column, String text, Matcher date) throws BadValueException {
        if (date.group("y") != null) {
            return LocalDate.of(number(date, "y"), number(date, "ym"), number(date, "yd"));
        }
        if (date.group("compact") != null) {
            int compact = number(date, "compact");
            return LocalDate.of(compact / 10_000, compact / 100 % 100, compact % 100);
        }
        if (date.group("dm") != null) {
            return LocalDate.of(year(date, "dy"), month(date.group("dm")), number(date, "d"));
        }
        if (date.group("m") != null) {
            return LocalDate.of(year(date, "my"), month(date.group("m")), number(date, "md"));
        }
        int a = number(date, "a");
        int b = number(date, "b");
        DateOrder said = order != null ? order : date.group("sign").equals(".") ? DateOrder.DAY_FIRST : null;
        if (said == null && a != b && a <= 12 && b <= 12) {
            throw new BadValueException(
                    "type",
                    column + " \"" + Numbers.shown(text)
                            + "\" may mean two days. Say which number is the day with .dates(DAY_FIRST) or .dates(MONTH_FIRST).");
        }
        boolean dayFirst = said == null ? a > 12 : said == DateOrder.DAY_FIRST;
        return LocalDate.of(year(date, "aby"), dayFirst ? b : a, dayFirst ? a : b);
    }

    private static int number(Matcher date, String group) {
        return Integer.parseInt(date.group(group));
    }

    /** Two digits are of the years from 1970 to 2069. */
    private static int year(Matcher date, String group) {
        int year = number(date, group);
        return date.group(group).length() > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
    }

    private static int month(String name) {
        int month = MONTHS.indexOf(name.substring(0, 3).toLowerCase(Locale.ROOT));
        if (month < 0) {
            throw new DateTimeException(name);
        }
        return month + 1;
    }

    private static BadValueException notATime(String column, String text) {
        return new BadValueException("type", column + " \"" + Numbers.shown(text) + "\" is not a time. " + EXAMPLES);
    }
}
