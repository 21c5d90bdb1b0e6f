package dev.tickbook.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.forecast.Arima;
import dev.tickbook.forecast.Naive;
import dev.tickbook.forecast.TimeSeries;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Models tried on the past, which must not see what came. */
class CrossValidationTest {

    static Tickbook tb;

    /** Days of A and B close at the day of January, those of B at ten times as much. C's 2nd was 99 until the 4th at noon. */
    @BeforeAll
    static void openWithTwoSymbols() {
        tb = Tickbook.open();
        tb.sql("INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'A', '1d', extract(day FROM d)"
                        + " FROM generate_series(timestamptz '2024-01-01', '2024-01-20', '1 day') d")
                .execute();
        tb.sql(
                        "INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'B', '1d', 10 * extract(day FROM d)"
                                + " FROM generate_series(timestamptz '2024-01-01', '2024-01-20', '1 day') d")
                .execute();
        tb.sql(
                        "INSERT INTO market.market_data (time, symbol, interval, close) VALUES ('2024-01-01', 'C', '1d', 1),"
                                + " ('2024-01-02', 'C', '1d', 99), ('2024-01-03', 'C', '1d', 3), ('2024-01-04', 'C', '1d', 4), ('2024-01-05', 'C', '1d', 5)")
                .execute();
        tb.sql("INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close)"
                        + " VALUES ('C', '1d', '2024-01-02', '2024-01-04 12:00', 2)")
                .execute();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @Test
    void everyModelForecastsFromEveryOriginOfEverySymbol() {
        CrossValidated tried = tb.crossValidation("A", "B")
                .models(new LastValue("one"), new LastValue("other"))
                .horizon(2)
                .origins(3)
                .every(4)
                .levels(95, 50)
                .run();
        Table t = tried.forecasts();
        assertThat(t.columnNames())
                .containsExactly(
                        "symbol",
                        "model",
                        "fitted",
                        "origin",
                        "step",
                        "target_time",
                        "base",
                        "actual",
                        "predicted",
                        "lo-50",
                        "hi-50",
                        "lo-95",
                        "hi-95",
                        "naive_mae",
                        "naive_rmse");
        assertThat(t.rowCount()).isEqualTo(2 * 3 * 2 * 2);
        assertThat(tried.failures().rowCount()).isZero();
        // The last origin is the close of the 18th, at midnight: the 19th and the 20th follow.
        Row row = t.row(t.rowCount() - 1);
        assertThat(row.getString("symbol")).isEqualTo("B");
        assertThat(row.getString("model")).isEqualTo("other");
        assertThat(row.getString("fitted")).isEqualTo("last of 18");
        assertThat(row.getInstant("origin")).isEqualTo("2024-01-19T00:00:00Z");
        assertThat(row.getInt("step")).isEqualTo(2);
        assertThat(row.getInstant("target_time")).isEqualTo("2024-01-21T00:00:00Z");
        assertThat(row.getDouble("base")).isEqualTo(180);
        assertThat(row.getDouble("actual")).isEqualTo(200);
        assertThat(row.getDouble("predicted")).isEqualTo(180);
        assertThat(row.getDouble("lo-50")).isEqualTo(179.5);
        assertThat(row.getDouble("hi-95")).isEqualTo(180.95);
        assertThat(row.getDouble("naive_mae")).isEqualTo(10);
        assertThat(t.instantColumn("origin").unique().asList())
                .containsExactlyInAnyOrder(
                        Instant.parse("2024-01-11T00:00:00Z"),
                        Instant.parse("2024-01-15T00:00:00Z"),
                        Instant.parse("2024-01-19T00:00:00Z"));
    }

    @Test
    void noModelSeesALaterBarOrALaterCorrection() {
        LastValue model = new LastValue("last");
        Table t = tb.crossValidation("C").models(model).horizon(1).run().forecasts();
        // As of the closes of the 1st to the 4th; the 2nd was 99 until it was corrected on the 4th at noon.
        assertThat(model.shown())
                .containsExactlyInAnyOrder(
                        new double[] {1}, new double[] {1, 99}, new double[] {1, 99, 3}, new double[] {1, 2, 3, 4});
        assertThat(t.doubleColumn("actual").asDoubleArray())
                .as("what came is what is known of it now")
                .containsExactly(2, 3, 4, 5);
        assertThat(t.doubleColumn("base").asDoubleArray()).containsExactly(1, 99, 3, 4);
    }

    @Test
    void aBarThatIsLoadedLaterChangesNoOriginBeforeIt() {
        String symbol = "D";
        String insert =
                "INSERT INTO market.market_data (time, symbol, interval, close) VALUES (CAST(? AS timestamptz), 'D', '1d', ?)";
        for (int day = 1; day <= 6; day++) {
            tb.sql(insert, "2024-02-0" + day, day).execute();
        }
        CrossValidation validation = tb.crossValidation(symbol)
                .models(new LastValue("last"))
                .to(LocalDate.of(2024, 2, 5))
                .from(LocalDate.of(2024, 2, 3));
        Table before = validation.run().forecasts();
        tb.sql(insert, "2024-02-07", 700).execute();
        assertThat(validation.run().forecasts().print(100)).isEqualTo(before.print(100));
        assertThat(before.doubleColumn("predicted").asDoubleArray()).containsExactly(2, 3, 4);
    }

    @Test
    void aBarThatCameSixHoursAfterItsCloseIsOneMoreStepToGo() {
        for (int day : new int[] {1, 2, 3, 5}) {
            tb.sql(
                            "INSERT INTO market.market_data (time, symbol, interval, close) VALUES (CAST(? AS timestamptz), 'E', '1d', ?)",
                            "2024-02-0" + day,
                            day)
                    .execute();
        }
        // At the close of the 4th the source said that there was no bar; it sent one later.
        tb.sql("INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES"
                        + " ('E', '1d', '2024-02-04', '2024-02-05 00:00', NULL)")
                .execute();
        tb.sql("INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close) VALUES"
                        + " ('E', '1d', '2024-02-04', '2024-02-05 06:00', 4)")
                .execute();
        LastValue model = new LastValue("last");
        Table t = tb.crossValidation("E").models(model).origins(1).run().forecasts();
        assertThat(model.shown()).containsExactly(new double[] {1, 2, 3});
        assertThat(t.doubleColumn("actual").asDoubleArray())
                .as("one step after the origin")
                .containsExactly(5);
        assertThat(t.instantColumn("target_time").get(0)).isEqualTo("2024-02-06T00:00:00Z");
    }

    @Test
    void aWindowIsTheLastThatWasKnown() {
        LastValue model = new LastValue("last");
        tb.crossValidation("A").models(model).window(3).origins(2).run();
        assertThat(model.shown()).containsExactlyInAnyOrder(new double[] {16, 17, 18}, new double[] {17, 18, 19});
    }

    @Test
    void aModelThatFailsIsRecordedAndStopsNoOther() {
        CrossValidated tried = tb.crossValidation("A")
                .models(new LastValue("good"), new LastValue("bad", 18))
                .window(2)
                .origins(3)
                .run();
        assertThat(tried.forecasts().stringColumn("model").asList())
                .containsExactly("good", "bad", "good", "bad", "good");
        assertThat(tried.failures().rowCount()).isOne();
        Row failure = tried.failures().row(0);
        assertThat(failure.getString("symbol")).isEqualTo("A");
        assertThat(failure.getString("model")).isEqualTo("bad");
        assertThat(failure.getInstant("origin")).isEqualTo("2024-01-20T00:00:00Z");
        assertThat(failure.getString("error")).isEqualTo("It begins with 18.0.");
    }

    @Test
    void aSeriesNeedsNoDatabase() {
        double[] values = IntStream.rangeClosed(1, 10).mapToDouble(i -> i * i).toArray();
        List<String> heard = new ArrayList<>();
        CrossValidated tried = CrossValidation.of("squares", new TimeSeries(values, 2))
                .models(new LastValue("last"))
                .horizon(2)
                .origins(3)
                .onProgress((done, total) -> heard.add(done + "/" + total))
                .run();
        Table t = tried.forecasts();
        assertThat(heard).containsExactly("1/3", "2/3", "3/3");
        assertThat(t.intColumn("origin").asObjectArray()).containsExactly(6, 6, 7, 7, 8, 8);
        assertThat(t.intColumn("target_time").asObjectArray()).containsExactly(7, 8, 8, 9, 9, 10);
        assertThat(t.doubleColumn("predicted").asDoubleArray()).containsExactly(36, 36, 49, 49, 64, 64);
        assertThat(t.doubleColumn("actual").asDoubleArray()).containsExactly(49, 64, 64, 81, 81, 100);
        assertThat(t.doubleColumn("naive_mae").get(0))
                .as("two apart: 8, 12, 16, 20")
                .isEqualTo(14);

        Table steps = tried.accuracy().by("step");
        assertThat(steps.doubleColumn("mae").asDoubleArray()).containsExactly(15, 32);
        assertThat(steps.doubleColumn("mase").get(0)).isCloseTo((13 / 14.0 + 15 / 16.0 + 17 / 18.0) / 3, within(1e-12));
    }

    @Test
    void theDirectionIsMeasuredFromTheLastValueThatIsThere() {
        double[] values = {1, 2, 3, 4, Double.NaN, 6};
        Table t = CrossValidation.of("gap", new TimeSeries(values, 1))
                .models(new Naive())
                .origins(1)
                .run()
                .forecasts();
        assertThat(t.doubleColumn("base").asDoubleArray()).containsExactly(4);
    }

    @Test
    void aSymbolOrALevelThatComesTwiceCountsOnce() {
        Table t = tb.crossValidation("A", "A")
                .models(new Naive())
                .levels(95, 95)
                .origins(2)
                .run()
                .forecasts();
        assertThat(t.rowCount()).isEqualTo(2);
        assertThat(t.columnNames()).containsOnlyOnce("lo-95");
    }

    @Test
    void theSameModelWithOtherSettingsTakesAnotherName() {
        double[] values =
                IntStream.rangeClosed(1, 40).mapToDouble(i -> i + i % 3).toArray();
        Table byModel = CrossValidation.of("x", new TimeSeries(values, 1))
                .models(Arima.of(0, 1, 1), Arima.of(0, 1, 1).withDrift().named("with drift"))
                .run()
                .accuracy()
                .by("model");
        assertThat(byModel.stringColumn("model").asList()).containsExactly("ARIMA(0,1,1)", "with drift");
        assertThat(byModel.doubleColumn("mae").get(1))
                .isLessThan(byModel.doubleColumn("mae").get(0));
    }

    @Test
    void whatCannotBeValidatedIsExplained() {
        CrossValidation validation = tb.crossValidation("A").models(new LastValue("last"));
        assertThatThrownBy(() -> tb.crossValidation("A").run())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("no model");
        assertThatThrownBy(() -> validation.horizon(20).run())
                .isInstanceOf(TickbookException.class)
                .hasMessage(
                        "A has 20 observations, and none of them has 20 more after it. Shorten the horizon, or choose"
                                + " another range.");
        assertThatThrownBy(() -> validation.from(LocalDate.of(2030, 1, 1)).run())
                .isInstanceOf(TickbookException.class);
        assertThatThrownBy(() -> tb.crossValidation("nothing")
                        .models(new LastValue("last"))
                        .run())
                .isInstanceOf(TickbookException.class)
                .hasMessage("There are no bars of nothing with interval 1d. Check both, or load some.");
        assertThatThrownBy(() -> validation.models(new LastValue("x"), new LastValue("x")))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("Two models are called \"x\"");
        assertThatThrownBy(() -> validation.levels(0.95, 150))
                .isInstanceOf(TickbookException.class)
                .hasMessage("The level of an interval lies between 0 and 100 percent, not at 150.0.");
        assertThatThrownBy(() -> validation.interval("1 day")).isInstanceOf(TickbookException.class);
        assertThatThrownBy(() -> validation.window(0)).isInstanceOf(TickbookException.class);
        assertThatThrownBy(() -> tb.crossValidation()).isInstanceOf(TickbookException.class);
    }

    @Test
    void theResultIsTheSameEachTime() {
        CrossValidation validation = tb.crossValidation("A", "B", "C").models(new LastValue("last"));
        String first = validation.run().forecasts().printAll();
        assertThat(validation.run().forecasts().printAll()).isEqualTo(first);
        assertThat(Arrays.stream(first.split("\n")).count()).isGreaterThan(20);
    }
}
