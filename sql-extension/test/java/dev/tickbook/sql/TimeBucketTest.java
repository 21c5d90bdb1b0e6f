package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

@MethodSource("dev.tickbook.sql.Servers#all")
class TimeBucketTest extends DatabaseTest {
    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"),
            ZoneId.of("Europe/Berlin"),
            ZoneId.of("America/New_York"),
            ZoneId.of("Asia/Kathmandu"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("America/Sao_Paulo"),
            ZoneId.of("Pacific/Apia"));

    /** A width as PostgreSQL and as java.time know it: either months, or microseconds. */
    private record Width(String sql, int months, long micros) {}

    private final Random random = new Random(20261120);

    @Test
    void weeksStartOnMondayAndMonthsOnTheFirst() {
        OffsetDateTime week = bucket("'1 week'::interval, timestamptz '2024-02-29 12:34:56+00'");
        assertThat(week).isEqualTo("2024-02-26T00:00Z");
        assertThat(week.getDayOfWeek()).isEqualTo(DayOfWeek.MONDAY);
        assertThat(bucket("'1 month'::interval, timestamptz '2024-02-29 12:34:56+00'"))
                .isEqualTo("2024-02-01T00:00Z");
        assertThat(bucket("'3 months'::interval, timestamptz '2024-02-29 12:34:56+00'"))
                .isEqualTo("2024-01-01T00:00Z");
        assertThat(bucket("'1 year'::interval, timestamptz '1999-12-31 23:59:59+00'"))
                .isEqualTo("1999-01-01T00:00Z");
    }

    @Test
    void originAndOffsetMoveTheBuckets() {
        assertThat(bucket("'1 week'::interval, timestamptz '2024-02-29 12:00+00', timestamptz '2000-01-02 00:00+00'"))
                .as("weeks from Sunday")
                .isEqualTo("2024-02-25T00:00Z");
        assertThat(bucket("'1 day'::interval, timestamptz '2024-02-29 01:00+00', interval '2 hours'"))
                .isEqualTo("2024-02-28T02:00Z");
        assertThat(bucket("'6 months'::interval, timestamptz '2024-02-29 01:00+00', timestamptz '2000-04-15 00:00+00'"))
                .isEqualTo("2023-10-01T00:00Z");
    }

    @Test
    void aDayInATimeZoneStartsAtItsMidnight() {
        assertThat(bucket("'1 day'::interval, timestamptz '2024-03-10 18:00+00', 'America/New_York'"))
                .as("the day when clocks go forward: midnight is still in winter time")
                .isEqualTo("2024-03-10T05:00Z");
        assertThat(bucket("'1 hour'::interval, timestamptz '2024-11-03 05:30+00', 'America/New_York'"))
                .as("the first of two hours from one to two")
                .isEqualTo("2024-11-03T05:00Z");
    }

    @Test
    void integersAndDatesHaveBucketsToo() {
        assertThat(
                        db.rows(
                                "SELECT tickbook.time_bucket(10, -7), tickbook.time_bucket(10, 27, 5), "
                                        + "tickbook.time_bucket(10::smallint, 27::smallint), tickbook.time_bucket(10::bigint, 27::bigint, 8::bigint), "
                                        + "tickbook.time_bucket('1 week', date '2024-02-29'), tickbook.time_bucket('1 month', date '2024-02-29')"))
                .containsExactly("-10|25|20|18|2024-02-26|2024-02-01");
    }

    @Test
    void nullAndInfinityStayWhatTheyAre() {
        assertThat(
                        db.rows(
                                "SELECT tickbook.time_bucket('1 day', NULL::timestamptz), tickbook.time_bucket(NULL, now()), "
                                        + "tickbook.time_bucket('1 month', 'infinity'::timestamptz), tickbook.time_bucket('1 day', '-infinity'::date)"))
                .containsExactly("||infinity|-infinity");
    }

    @Test
    void aWidthThatMakesNoBucketsIsRefused() {
        assertError("SELECT tickbook.time_bucket('1 month 1 day', now())")
                .isEqualTo(
                        "22023 bucket width 1 mon 1 day mixes months with days or time HINT: Give months or years alone.");
        assertError("SELECT tickbook.time_bucket('0 days', now())")
                .isEqualTo("22023 bucket width 00:00:00 is not greater than zero HINT: For example INTERVAL '1 day'.");
        assertError("SELECT tickbook.time_bucket('-1 month', current_date)").contains("is not greater than zero");
        assertError("SELECT tickbook.time_bucket('90 minutes', current_date)")
                .contains("is not a whole number of days");
        assertError("SELECT tickbook.time_bucket(0, 7)").contains("bucket width 0 is not greater than zero");
    }

    @Test
    void theFunctionIsInlined() {
        db.execute("CREATE TABLE ticks (time timestamptz)");
        assertThat(String.join(
                        "\n",
                        db.rows("EXPLAIN (VERBOSE, COSTS OFF) SELECT tickbook.time_bucket('1 day', time) FROM ticks")))
                .contains("date_bin('1 day'::interval, ")
                .doesNotContain("time_bucket");
    }

    @Test
    void monthsAndYearsGoOnBeforeTheFirstYear() throws SQLException {
        try (PreparedStatement utc =
                        prepare("SELECT tickbook.time_bucket(?::interval, ?::timestamp) AT TIME ZONE 'UTC'");
                PreparedStatement origin = prepare(
                        "SELECT tickbook.time_bucket(?::interval, ?::timestamp, ?::timestamp) AT TIME ZONE 'UTC'")) {
            for (int i = 0; i < 500; i++) {
                int months = 1 + random.nextInt(40);
                Width width = new Width(months + " months", months, 0);
                LocalDateTime ts = LocalDateTime.of(-4000, 1, 1, 0, 0).plusHours(random.nextInt(60_000_000));
                LocalDateTime start = LocalDateTime.of(-4000, 1, 1, 0, 0).plusHours(random.nextInt(60_000_000));
                assertThat(call(utc, width, ts)).as("%s of %s", width, ts).isEqualTo(expected(width, ts, null));
                if (months != 1 && months != 12) {
                    assertThat(call(origin, width, ts, start))
                            .as("%s of %s from %s", width, ts, start)
                            .isEqualTo(expected(width, ts, start));
                }
            }
        }
    }

    /** The bar of the issue: ten thousand random cases against a computation that shares nothing with the SQL. */
    @Test
    void agreesWithAnIndependentComputation() throws SQLException {
        Assumptions.assumeTrue(isNative(), "the function is the same with either engine");
        try (PreparedStatement utc = prepare("SELECT tickbook.time_bucket(?::interval, ?::timestamptz)");
                PreparedStatement origin =
                        prepare("SELECT tickbook.time_bucket(?::interval, ?::timestamptz, ?::timestamptz)");
                PreparedStatement local =
                        prepare("SELECT tickbook.time_bucket(?::interval, ?::timestamp) AT TIME ZONE 'UTC'");
                PreparedStatement zoned = prepare("SELECT tickbook.time_bucket(?::interval, ?::timestamptz, ?)");
                PreparedStatement dates =
                        prepare("SELECT tickbook.time_bucket(?::interval, ?::date)::timestamp AT TIME ZONE 'UTC'")) {
            for (int i = 0; i < 2_000; i++) {
                Width width = randomWidth();
                Instant ts = randomTime();
                ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
                Instant start = randomTime();
                LocalDateTime wall = LocalDateTime.ofInstant(ts, ZoneOffset.UTC);
                assertThat(call(utc, width, ts)).as("%s of %s", width, ts).isEqualTo(expected(width, wall, null));
                assertThat(call(local, width, wall)).isEqualTo(expected(width, wall, null));
                assertThat(call(origin, width, ts, start))
                        .as("%s of %s from %s", width, ts, start)
                        .isEqualTo(expected(width, wall, LocalDateTime.ofInstant(start, ZoneOffset.UTC)));
                assertThat(call(zoned, width, ts, zone))
                        .as("%s of %s in %s", width, ts, zone)
                        .isEqualTo(expectedIn(zone, width, ts));
                Width days = width.months() > 0 ? width : daysOrWeeks();
                assertThat(call(dates, days, wall.toLocalDate()))
                        .isEqualTo(expected(days, wall.toLocalDate().atStartOfDay(), null));
            }
        }
    }

    /** Where TimescaleDB is there, its own function is asked as well, for every kind of argument. */
    @Test
    void agreesWithTimescaleDb() {
        Assumptions.assumeFalse(isNative(), "needs TimescaleDB");
        db.execute("CREATE TABLE cases AS SELECT ts, ts AT TIME ZONE 'UTC' AS local, width, zone, origin, shift"
                + " FROM (SELECT timestamptz '1990-01-01' + random() * interval '50 years' AS ts,"
                + "   (ARRAY['1 day', '1 week', '15 minutes', '1 hour', '7 hours', '36 hours', '1 month', '3 months', '1 year', '500 ms',"
                + "          '10 days'])[1 + floor(random() * 11)]::interval AS width,"
                + "   (ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'])[1 + floor(random() * 5)] AS zone,"
                + "   timestamptz '1990-01-01' + random() * interval '50 years' AS origin,"
                + "   make_interval(days => floor(random() * 10 - 5)::int, secs => floor(random() * 7200)) AS shift"
                + "   FROM generate_series(1, 10000)) c");
        for (String arguments : List.of(
                "width, ts",
                "width, local",
                "width, ts, origin",
                "width, local, origin AT TIME ZONE 'UTC'",
                "width, ts, shift",
                "width, local, shift",
                "width, ts, zone",
                "width, ts, zone, origin",
                "width, ts, zone, origin, shift",
                "17, (extract(epoch FROM ts) / 60)::int, 5",
                "17::bigint, (extract(epoch FROM ts))::bigint, -3::bigint")) {
            assertThat(db.rows("SELECT *, theirs, ours FROM (SELECT *, public.time_bucket(" + arguments
                            + ") AS theirs, tickbook.time_bucket(" + arguments
                            + ") AS ours FROM cases) c WHERE theirs IS DISTINCT FROM ours LIMIT 5"))
                    .as(arguments)
                    .isEmpty();
        }
        for (String arguments :
                List.of("width, ts::date", "width, ts::date, origin::date", "width, ts::date, interval '3 days'")) {
            assertThat(db.rows(
                            "SELECT * FROM cases WHERE (width >= interval '30 days' OR extract(epoch FROM width) % 86400 = 0)"
                                    + " AND public.time_bucket(" + arguments
                                    + ") IS DISTINCT FROM tickbook.time_bucket(" + arguments + ") LIMIT 5"))
                    .as(arguments)
                    .isEmpty();
        }
    }

    private OffsetDateTime bucket(String arguments) {
        return db.value("SELECT tickbook.time_bucket(" + arguments + ")", OffsetDateTime.class);
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        return db.connection().prepareStatement(sql);
    }

    private static Instant call(PreparedStatement statement, Width width, Object... arguments) throws SQLException {
        statement.setString(1, width.sql());
        for (int i = 0; i < arguments.length; i++) {
            boolean beforeChrist = arguments[i] instanceof LocalDateTime local && local.getYear() < 1;
            statement.setString(
                    i + 2,
                    beforeChrist
                            ? DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'BC'")
                                    .format((LocalDateTime) arguments[i])
                            : arguments[i].toString());
        }
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    private Width randomWidth() {
        return switch (random.nextInt(6)) {
            case 0 -> months(1 + random.nextInt(30));
            case 1 -> daysOrWeeks();
            case 2 -> micros(1 + random.nextInt(120), "minute", 60_000_000L);
            case 3 -> micros(1 + random.nextInt(48), "hour", 3_600_000_000L);
            case 4 -> micros(1 + random.nextInt(5_000), "millisecond", 1_000L);
            default -> micros(1 + random.nextInt(90), "second", 1_000_000L);
        };
    }

    private Width daysOrWeeks() {
        return random.nextBoolean()
                ? micros(1 + random.nextInt(20), "day", 86_400_000_000L)
                : micros(1, "week", 604_800_000_000L);
    }

    private static Width months(int n) {
        return new Width(n + " months", n, 0);
    }

    private static Width micros(int n, String unit, long each) {
        return new Width(n + " " + unit, 0, n * each);
    }

    /** Between 1950 and 2050, and half the time close to a change of the clocks. */
    private Instant randomTime() {
        Instant any = Instant.ofEpochSecond(-631_152_000L + (long) (random.nextDouble() * 3_155_760_000L))
                .plus(random.nextInt(1_000_000), ChronoUnit.MICROS);
        if (random.nextBoolean()) {
            return any;
        }
        var change = ZONES.get(1 + random.nextInt(ZONES.size() - 1)).getRules().nextTransition(any);
        return change == null ? any : change.getInstant().plusSeconds(random.nextInt(14_400) - 7_200);
    }

    /** Bucket of a wall-clock time, as an instant in UTC. */
    private static Instant expected(Width width, LocalDateTime ts, LocalDateTime origin) {
        return expectedLocal(width, ts, origin).toInstant(ZoneOffset.UTC);
    }

    private static LocalDateTime expectedLocal(Width width, LocalDateTime ts, LocalDateTime origin) {
        if (width.months() > 0) {
            LocalDate first = (origin == null ? LocalDate.of(2000, 1, 1) : origin.toLocalDate()).withDayOfMonth(1);
            long since = ChronoUnit.MONTHS.between(first, ts.toLocalDate().withDayOfMonth(1));
            return first.plusMonths(Math.floorDiv(since, width.months()) * width.months())
                    .atStartOfDay();
        }
        LocalDateTime first = origin == null ? LocalDateTime.of(2000, 1, 3, 0, 0) : origin;
        long since = ChronoUnit.MICROS.between(first, ts);
        if (first.plus(since, ChronoUnit.MICROS).isAfter(ts)) {
            since--; // MICROS.between() rounds towards zero
        }
        return first.plus(Math.floorDiv(since, width.micros()) * width.micros(), ChronoUnit.MICROS);
    }

    /** As TimescaleDB defines it: bucket of the local time, read as the later of two, then back by widths while after ts. */
    private static Instant expectedIn(ZoneId zone, Width width, Instant ts) {
        LocalDateTime bucket = expectedLocal(width, LocalDateTime.ofInstant(ts, zone), null);
        var rules = zone.getRules();
        List<ZoneOffset> offsets = rules.getValidOffsets(bucket);
        ZoneOffset offset =
                offsets.isEmpty() ? rules.getTransition(bucket).getOffsetBefore() : offsets.get(offsets.size() - 1);
        Instant start = bucket.toInstant(offset);
        while (start.isAfter(ts)) {
            start = width.months() > 0
                    ? OffsetDateTime.ofInstant(start, ZoneOffset.UTC)
                            .minusMonths(width.months())
                            .toInstant()
                    : start.minus(Duration.of(width.micros(), ChronoUnit.MICROS));
        }
        return start;
    }
}
