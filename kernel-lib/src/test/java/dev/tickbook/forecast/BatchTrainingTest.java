package dev.tickbook.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.accuracy.LastValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Models of many symbols, trained today and as of a day of the past. */
class BatchTrainingTest {

    Tickbook tb;

    @BeforeEach
    void open() {
        tb = Tickbook.open();
    }

    @AfterEach
    void close() {
        tb.close();
    }

    /** Bars of the last trading days that are over, the last of them with this close, each before one less. */
    private void load(String symbol, int bars, int lastClose) {
        tb.sql("""
                        INSERT INTO market.market_data (time, symbol, interval, close)
                        SELECT day::timestamp AT TIME ZONE 'UTC', ?, '1d', ? + 1 - row_number() OVER (ORDER BY day DESC)
                          FROM tickbook.trading_days(now()::date - 1000, now()::date - 1) ORDER BY day DESC LIMIT ?""", symbol, lastClose, bars).execute();
    }

    /** Bars of every trading day of a span, closing at 1, 2, 3 … */
    private void load(String symbol, String from, String to) {
        tb.sql("""
                        INSERT INTO market.market_data (time, symbol, interval, close)
                        SELECT day::timestamp AT TIME ZONE 'UTC', ?, '1d', row_number() OVER (ORDER BY day)
                          FROM tickbook.trading_days(CAST(? AS date), CAST(? AS date))""", symbol, from, to).execute();
    }

    private BatchTraining training(LastValue model) {
        return tb.training().model(model);
    }

    @Test
    void everySymbolWithEnoughClosesIsTrainedOnItsLastOnes() {
        load("LONG", 300, 1000);
        load("SHORT", 49, 100);
        LastValue model = new LastValue("last");
        TrainingReport report = training(model).run();
        assertThat(report).hasToString("1 trained, 1 skipped, 0 failed; 5 predictions stored");
        assertThat(model.shown()).hasSize(1);
        assertThat(model.shown().get(0)).hasSize(200).endsWith(998, 999, 1000);
        Table status = report.status();
        assertThat(status.stringColumn("symbol").asList()).containsExactly("LONG", "SHORT");
        assertThat(status.stringColumn("status").asList()).containsExactly("trained", "skipped");
        assertThat(status.stringColumn("reason").get(1)).isEqualTo("49 closes, and 50 are needed");
        assertThat(training(model).minPoints(49).symbols("SHORT").run().count("trained"))
                .isOne();
    }

    @Test
    void aPredictionIsOfTheNextTradingDaysAndWasMadeWhenItWasStored() {
        load("A", 60, 100);
        Instant before = Instant.now();
        TrainingReport report =
                training(new LastValue("last")).horizon(3).level(90).run();
        Table stored =
                tb.sql("SELECT * FROM market.predictions ORDER BY target_time").table();
        Table next = tb.sql("SELECT market.bar_closes_at(day::timestamp AT TIME ZONE 'UTC', '1d') AS closes"
                        + " FROM tickbook.trading_days(now()::date, now()::date + 30) ORDER BY day LIMIT 3")
                .table();
        assertThat(stored.instantColumn("target_time").asList())
                .isEqualTo(next.instantColumn("closes").asList());
        for (Row row : stored) {
            assertThat(row.getInstant("made_at")).isBetween(before.minusMillis(1), Instant.now());
            assertThat(row.getDouble("base_price")).isEqualTo(100);
            assertThat(row.getDouble("predicted")).isEqualTo(100);
            assertThat(row.getDouble("lower")).isCloseTo(99.1, within(1e-9));
            assertThat(row.getDouble("upper")).isCloseTo(100.9, within(1e-9));
            assertThat(row.getDouble("confidence")).isEqualTo(0.9);
        }
        assertThat(report.stored()).isEqualTo(3);
        assertThat(report.forecasts().instantColumn("target_time").asList())
                .isEqualTo(next.instantColumn("closes").asList());
        assertThat(report.forecasts().columnNames()).contains("lo-90", "hi-90");
    }

    @Test
    void aModelIsStoredWithItsFit() {
        load("A", 60, 100);
        training(new LastValue("last")).run();
        Row model = tb.sql("SELECT *, metrics ->> 'mae' AS mae, metrics ->> 'mase' AS mase FROM market.arima_models")
                .table()
                .row(0);
        assertThat(model.getString("symbol")).isEqualTo("A");
        assertThat(model.getString("model")).isEqualTo("last");
        assertThat(model.getString("specification")).isEqualTo("last of 60");
        assertThat(model.getInt("observations")).isEqualTo(60);
        assertThat(model.getInstant("data_as_of")).isBeforeOrEqualTo(model.getInstant("trained_at"));
        assertThat(model.getString("mae"))
                .as("each close is one above the last")
                .isEqualTo("1.0");
        assertThat(model.getString("mase")).isEqualTo("1.0");
    }

    @Test
    void withoutANamedModelItIsAutomaticArimaAndItsEstimatesAreKept() {
        load("A", "2024-01-02", "2024-06-28");
        tb.sql("UPDATE market.market_data SET close = close + (extract(day FROM time)::int * 7 % 5)")
                .execute();
        tb.sql(
                        "INSERT INTO market.market_data (time, symbol, interval, close) SELECT time + (now()::date - date '2024-06-29') * interval '1 day', 'B', '1d', close"
                                + " FROM market.market_data")
                .execute();
        TrainingReport report = tb.training().symbols("B").run();
        assertThat(report.count("trained")).isOne();
        Row stored = tb.sql(
                        "SELECT model, specification, converged, aicc, sigma2, log_likelihood,"
                                + " (SELECT count(*) FROM jsonb_object_keys(coefficients)) AS parameters FROM market.arima_models")
                .table()
                .row(0);
        Table bars = tb.read("B").asOf(report.asOf()).table();
        ArimaModel same = AutoArima.defaults()
                .fit(new TimeSeries(bars.doubleColumn("close").asDoubleArray(), 1));
        assertThat(stored.getString("model")).isEqualTo("auto ARIMA");
        assertThat(stored.getString("specification")).isEqualTo(same.name());
        assertThat(stored.getBoolean("converged")).isEqualTo(same.converged());
        assertThat(stored.getDouble("aicc")).isCloseTo(same.aicc(), within(1e-9));
        assertThat(stored.getDouble("sigma2")).isCloseTo(same.sigma2(), within(1e-9));
        assertThat(stored.getDouble("log_likelihood")).isCloseTo(same.logLikelihood(), within(1e-9));
        assertThat(stored.getLong("parameters"))
                .isEqualTo(same.coefficients().size())
                .isPositive();
    }

    @Test
    void aYoungModelIsNotTrainedAgain() {
        load("A", 60, 100);
        LastValue model = new LastValue("last");
        training(model).run();
        TrainingReport second = training(model).run();
        assertThat(second.status().stringColumn("status").get(0)).isEqualTo("skipped");
        assertThat(second.status().stringColumn("reason").get(0)).isEqualTo("its model is younger than 24 hours");
        assertThat(model.shown()).hasSize(1);
        assertThat(training(model).updateEvery(Duration.ZERO).run().count("trained"))
                .isOne();
        assertThat(training(new LastValue("other")).run().count("trained"))
                .as("another model is another matter")
                .isOne();
        assertThat(training(model).status().stringColumn("status").get(0))
                .as("of the last attempt")
                .isEqualTo("trained");
    }

    @Test
    void aSymbolThatFailsIsRecordedAndStopsNoOther() {
        load("BAD", 60, 559); // its first close is 500
        load("GOOD", 60, 100);
        load("NEW", 10, 100);
        LastValue model = new LastValue("last", 500);
        List<String> heard = new ArrayList<>();
        TrainingReport report = training(model)
                .onProgress((done, total) -> heard.add(done + "/" + total))
                .run();
        assertThat(report).hasToString("1 trained, 1 skipped, 1 failed; 5 predictions stored");
        assertThat(report.status().stringColumn("reason").get(0)).isEqualTo("It begins with 500.0.");
        assertThat(heard).containsExactly("1/3", "2/3", "3/3");
        Table status = training(model).status();
        assertThat(status.columnNames()).isEqualTo(report.status().columnNames());
        assertThat(status.stringColumn("symbol").asList()).containsExactly("BAD", "GOOD", "NEW");
        assertThat(status.stringColumn("status").asList()).containsExactly("failed", "trained", "skipped");
        assertThat(status.stringColumn("reason").get(0)).isEqualTo("It begins with 500.0.");
        assertThat(status.stringColumn("fitted").get(1)).isEqualTo("last of 60");
    }

    @Test
    void aSymbolWithoutNewBarsIsSkipped() {
        load("OLD", "2023-01-03", "2023-06-30");
        load("A", 60, 100);
        TrainingReport report =
                training(new LastValue("last")).symbols("OLD", "A", "NONE").run();
        assertThat(report.status().stringColumn("reason").get(0))
                .isEqualTo("its last bar is of 2023-06-30, more than ten days before");
        assertThat(report.status().stringColumn("reason").get(2)).isEqualTo("0 closes, and 50 are needed");
        assertThat(report.count("trained")).isOne();
    }

    @Test
    void asOfThePastNothingThatCameLaterIsSeenAndNothingIsStored() {
        load("A", "2024-01-02", "2024-06-28");
        tb.sql("INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close)"
                        + " VALUES ('A', '1d', '2024-03-28', '2024-04-10', 7777)")
                .execute();
        LastValue model = new LastValue("last");
        // Friday, 29 March 2024 was Good Friday.
        TrainingReport report = training(model)
                .asOf(Instant.parse("2024-03-29T12:00:00Z"))
                .horizon(2)
                .run();
        double[] shown = model.shown().get(0);
        assertThat(shown).hasSize(61).endsWith(60, 61);
        assertThat(report.forecasts().instantColumn("target_time").asList())
                .containsExactly(Instant.parse("2024-04-02T00:00:00Z"), Instant.parse("2024-04-03T00:00:00Z"));
        assertThat(report.stored()).isZero();
        assertThat(tb.sql(
                                "SELECT (SELECT count(*) FROM market.predictions) + (SELECT count(*) FROM market.arima_models)"
                                        + " + (SELECT count(*) FROM market.training_status) AS rows")
                        .table()
                        .longColumn(0)
                        .get(0))
                .isZero();
        assertThatThrownBy(() ->
                        training(model).asOf(Instant.now().plusSeconds(60)).run())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("a moment that has passed");
    }

    @Test
    void barsThatAreLateAreForecastTooButNotAsPredictions() {
        load("A", "2024-01-02", "2024-06-28");
        // As of Wednesday noon, with no bar since Friday: Monday's and Tuesday's have closed unseen.
        tb.sql("INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-07-05', 'A', '1d', 1)")
                .execute();
        TrainingReport report = training(new LastValue("last"))
                .asOf(Instant.parse("2024-07-03T12:00:00Z"))
                .horizon(2)
                .run();
        // 4 July is a holiday.
        assertThat(report.forecasts().instantColumn("target_time").asList())
                .containsExactly(Instant.parse("2024-07-04T00:00:00Z"), Instant.parse("2024-07-06T00:00:00Z"));
    }

    @Test
    void whatTradesOnWeekendsIsForecastForThem() {
        tb.sql("INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'COIN', '1d', 5"
                        + " FROM generate_series(timestamptz '2024-01-01', '2024-03-29', '1 day') d")
                .execute();
        TrainingReport report = training(new LastValue("last"))
                .asOf(Instant.parse("2024-03-30T12:00:00Z"))
                .horizon(2)
                .run();
        assertThat(report.forecasts().instantColumn("target_time").asList())
                .containsExactly(Instant.parse("2024-03-31T00:00:00Z"), Instant.parse("2024-04-01T00:00:00Z"));
    }

    @Test
    void theStatusTellsWhatPredictionsWereWorth() {
        load("A", 60, 100);
        // Two predictions of yesterday and the day before, whose targets have closed since.
        tb.sql("""
                        INSERT INTO market.predictions (symbol, model, made_at, target_time, base_price, predicted, lower, upper, confidence)
                        SELECT 'A', 'last', time, time + interval '1 day', close - 1, close + n - 1, close - 0.5, close + 0.5, 0.95
                          FROM (SELECT time, close, row_number() OVER (ORDER BY time DESC) - 1 AS n FROM market.market_data) x WHERE n < 2""").execute();
        Table status = training(new LastValue("last")).run().status();
        assertThat(status.longColumn("evaluated").get(0)).isEqualTo(2);
        assertThat(status.doubleColumn("hit_rate").get(0)).isEqualTo(1);
        assertThat(status.doubleColumn("directional_accuracy").get(0)).isEqualTo(0.5);
    }

    @Test
    void numbersFromTheEnvironmentAreChecked() {
        System.setProperty("ARIMA_MIN_DATA_POINTS", "10");
        System.setProperty("ARIMA_UPDATE_FREQUENCY", "3");
        try {
            load("A", 12, 100);
            training(new LastValue("last")).run();
            assertThat(training(new LastValue("last"))
                            .run()
                            .status()
                            .stringColumn("reason")
                            .get(0))
                    .isEqualTo("its model is younger than 3 hours");
            System.setProperty("ARIMA_UPDATE_FREQUENCY", "daily");
            assertThatThrownBy(() -> tb.training())
                    .isInstanceOf(TickbookException.class)
                    .hasMessage("ARIMA_UPDATE_FREQUENCY is set to \"daily\". Set it to a whole number, 1 or more.");
        } finally {
            System.clearProperty("ARIMA_MIN_DATA_POINTS");
            System.clearProperty("ARIMA_UPDATE_FREQUENCY");
        }
    }

    @Test
    void withoutSymbolsThereIsNothingToTrain() {
        assertThatThrownBy(() -> training(new LastValue("last")).run())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("No symbol has a daily bar");
    }

    @Test
    void aSymbolThatIsNamedTwiceIsTrainedOnce() {
        load("A", 60, 100);
        TrainingReport report =
                training(new LastValue("last")).symbols("A", "A").horizon(3).run();
        assertThat(report).hasToString("1 trained, 0 skipped, 0 failed; 3 predictions stored");
        assertThat(report.forecasts().rowCount()).isEqualTo(3);
    }

    @Test
    void aLevelThatCannotBeStoredIsRefused() {
        assertThatThrownBy(() -> tb.training().level(99.999))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("99.999 percent has more");
        assertThatThrownBy(() -> tb.training().level(100)).isInstanceOf(TickbookException.class);
    }
}
