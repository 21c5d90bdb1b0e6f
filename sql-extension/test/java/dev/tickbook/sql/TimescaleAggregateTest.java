package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Where TimescaleDB keeps the hypertable, the same calls make, refresh and drop its continuous aggregates. */
@MethodSource("dev.tickbook.sql.Servers#all")
class TimescaleAggregateTest extends DatabaseTest {
    private static final String DAILY =
            "SELECT tickbook.time_bucket('1 day', time) AS day, symbol, tickbook.first(close, time) AS open,"
                    + " max(close) AS high, tickbook.last(close, time) AS close FROM bars GROUP BY day, symbol";

    @BeforeEach
    void createBars() {
        Assumptions.assumeFalse(isNative(), "skipped: no TimescaleDB here");
        db.execute(
                "SET timezone = 'UTC'",
                "CREATE TABLE bars (symbol text NOT NULL, time timestamptz NOT NULL, close int, PRIMARY KEY (symbol, time))",
                "SELECT tickbook.create_hypertable('bars', 'time', INTERVAL '7 days')",
                "INSERT INTO bars SELECT 'A', t, extract(hour FROM t) FROM generate_series(timestamptz '2024-01-01', '2024-02-01', '1 hour') t",
                "SELECT tickbook.create_continuous_aggregate('daily', $$" + DAILY + "$$)");
    }

    @Test
    void itIsTimescaleDbsAndGivesWhatItsQueryGives() {
        assertThat(db.rows("SELECT relation, engine, hypertable FROM tickbook.continuous_aggregates"))
                .containsExactly("daily|timescaledb|bars");
        assertIsItsQuery();
        String materialised = db.value("SELECT materialized FROM tickbook.continuous_aggregates", String.class);
        assertThat(db.count("SELECT count(*) FROM " + materialised)).isZero();
        db.execute("CALL tickbook.refresh_continuous_aggregate('daily', '2024-01-01', '2024-01-11')");
        assertThat(db.count("SELECT count(*) FROM " + materialised)).isEqualTo(10);
        db.execute(
                "UPDATE bars SET close = 99 WHERE time = '2024-01-05 12:00+00'",
                "CALL tickbook.refresh_continuous_aggregate('daily')",
                "CALL tickbook.refresh_continuous_aggregate('daily', '2024-01-01', '2024-01-11', force => true)");
        assertIsItsQuery();
        assertThat(db.rows("SELECT high FROM daily WHERE day = '2024-01-05'")).containsExactly("99");
    }

    @Test
    void policiesAreTimescaleDbsAndDroppingDropsIt() {
        db.execute(
                "SELECT tickbook.add_continuous_aggregate_policy('daily', NULL, INTERVAL '1 hour', INTERVAL '1 hour')");
        assertThat(db.rows("SELECT relation, job, engine, schedule_interval FROM tickbook.jobs"))
                .containsExactly("daily|continuous_aggregate|timescaledb|01:00:00");
        db.execute(
                "SELECT tickbook.remove_continuous_aggregate_policy('daily')",
                "SELECT tickbook.drop_continuous_aggregate('daily')");
        assertThat(db.rows("SELECT to_regclass('daily'), (SELECT count(*) FROM tickbook.continuous_aggregates)"))
                .containsExactly("|0");
    }

    @Test
    void aProcedureThatWouldStandInForTimescaleDbsIsNotCalled() {
        db.execute(
                "CREATE PROCEDURE refresh_continuous_aggregate(a regclass, b timestamptz, c timestamptz) LANGUAGE sql"
                        + " BEGIN ATOMIC SELECT 1; END");
        assertError("CALL tickbook.refresh_continuous_aggregate('daily')")
                .startsWith("42725 public.refresh_continuous_aggregate")
                .contains("would be called in place of TimescaleDB's");
    }

    private void assertIsItsQuery() {
        assertThat(db.rows("SELECT * FROM daily ORDER BY 1, 2"))
                .isEqualTo(db.rows("SELECT * FROM (" + DAILY + ") q ORDER BY 1, 2"));
    }
}
