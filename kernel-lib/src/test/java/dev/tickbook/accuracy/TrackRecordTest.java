package dev.tickbook.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.forecast.TimeSeries;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Stored predictions, and what came of them. */
class TrackRecordTest {

    Tickbook tb;

    /** Days of A close at the day of January; predictions of the next two are the day itself, give or take 0.95. */
    @BeforeEach
    void openWithADiary() {
        tb = Tickbook.open();
        tb.sql("INSERT INTO market.market_data (time, symbol, interval, close) SELECT d, 'A', '1d', extract(day FROM d)"
                        + " FROM generate_series(timestamptz '2024-01-01', '2024-01-20', '1 day') d")
                .execute();
    }

    @AfterEach
    void close() {
        tb.close();
    }

    private Table diary() {
        return tb.crossValidation("A")
                .models(new LastValue("last"))
                .horizon(2)
                .from(LocalDate.of(2024, 1, 6))
                .run()
                .forecasts();
    }

    @Test
    void aDiaryIsLoadedOnce() {
        TrackRecord record = tb.trackRecord();
        Table diary = diary();
        assertThat(record.load(diary)).isEqualTo(diary.rowCount());
        assertThat(record.load(diary)).isZero();
        Table stored = record.forecasts();
        assertThat(stored.columnNames())
                .containsExactly(
                        "symbol",
                        "model",
                        "origin",
                        "step",
                        "target_time",
                        "base",
                        "actual",
                        "predicted",
                        "lo-95",
                        "hi-95");
        assertThat(stored.doubleColumn("actual").countMissing()).isEqualTo(stored.rowCount());
        for (String column : new String[] {"origin", "step", "target_time", "base", "predicted", "lo-95", "hi-95"}) {
            assertThat(stored.column(column).asList())
                    .as(column)
                    .isEqualTo(diary.column(column).asList());
        }
    }

    @Test
    void whatCameIsGivenOnceWithTheMomentSinceWhenItIsKnown() {
        TrackRecord record = tb.trackRecord();
        record.load(diary());
        tb.sql("INSERT INTO market.market_data_versions (symbol, interval, time, known_at, close)"
                        + " VALUES ('A', '1d', '2024-01-19', '2024-01-22 09:00', 190)")
                .execute();
        assertThat(record.fillActuals()).isEqualTo(29);
        assertThat(record.fillActuals()).as("what is given stays").isZero();
        Table given = tb.sql("SELECT target_time, actual, actual_known_at FROM market.predictions"
                        + " WHERE target_time >= '2024-01-19' ORDER BY target_time")
                .table();
        assertThat(given.doubleColumn("actual").asDoubleArray()).containsExactly(18, 18, 190, 190, 20, 20);
        assertThat(given.instantColumn("actual_known_at").get(0)).isEqualTo("2024-01-19T00:00:00Z");
        assertThat(given.instantColumn("actual_known_at").get(2)).isEqualTo("2024-01-22T09:00:00Z");
    }

    @Test
    void asOfAMomentTheRecordEndsThere() {
        TrackRecord record = tb.trackRecord();
        record.load(diary());
        record.fillActuals();
        Table then = record.asOf(Instant.parse("2024-01-10T00:00:00Z")).forecasts("A");
        assertThat(then.instantColumn("origin").max()).isEqualTo("2024-01-10T00:00:00Z");
        assertThat(then.doubleColumn("actual").asDoubleArray())
                .as("made at the closes of the 5th to the 9th")
                .containsExactly(6, 7, 7, 8, 8, 9, 9, Double.NaN, Double.NaN, Double.NaN);
        assertThat(record.forecasts("B").rowCount()).isZero();
    }

    @Test
    void theDatabaseAndTheTableMeasureTheSame() {
        TrackRecord record = tb.trackRecord();
        record.load(diary());
        record.fillActuals();
        Instant end = Instant.parse("2024-01-21T00:00:00Z");
        Table rolling = record.rolling("A", "last", 7, end.minus(Duration.ofDays(7)), end, Duration.ofDays(7));
        assertThat(rolling.rowCount()).isEqualTo(2);
        Table bySymbol = record.asOf(end).bySymbol("last", 7, "A", "B");
        assertThat(bySymbol.stringColumn("symbol").asList()).containsExactly("A", "B");
        assertThat(bySymbol.doubleColumn("mae").get(0))
                .isEqualTo(rolling.doubleColumn("mae").get(1));
        assertThat(bySymbol.longColumn("evaluated").get(1)).isZero();
        Table all = record.forecasts();
        Table lastWeek = all.where(all.instantColumn("target_time")
                .isAfter(end.minus(Duration.ofDays(7)))
                .and(all.instantColumn("target_time").isBefore(end.plusMillis(1))));
        Table measured = Accuracy.of(lastWeek).by();
        assertThat(rolling.longColumn("evaluated").get(1))
                .isEqualTo(measured.longColumn("forecasts").get(0));
        for (String[] pair : new String[][] {
            {"mae", "mae"},
            {"rmse", "rmse"},
            {"mape", "mape"},
            {"hit_rate", "coverage-95"},
            {"directional_accuracy", "direction"}
        }) {
            assertThat(rolling.doubleColumn(pair[0]).get(1))
                    .as(pair[0])
                    .isCloseTo(measured.doubleColumn(pair[1]).get(0), within(1e-9));
        }
    }

    @Test
    void intervalsOfSeveralLevelsHaveColumnsOfTheirOwn() {
        tb.sql(
                        "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted, lower, upper, confidence) VALUES"
                                + " ('A', 'm', '2024-01-02', '2024-01-03', 2, 1, 3, 0.8), ('A', 'm', '2024-01-03', '2024-01-04', 2, 0, 4, 0.95),"
                                + " ('A', 'm', '2024-01-04', '2024-01-05', 2, 1.5, 2.5, NULL), ('A', 'm', '2024-01-05', '2024-01-06', 2, NULL, NULL, NULL)")
                .execute();
        Table t = tb.trackRecord().forecasts();
        assertThat(t.columnNames()).endsWith("lo-80", "hi-80", "lo-95", "hi-95", "lo-unstated", "hi-unstated");
        assertThat(t.doubleColumn("lo-80").asDoubleArray()).containsExactly(1, Double.NaN, Double.NaN, Double.NaN);
        assertThat(t.doubleColumn("hi-95").asDoubleArray()).containsExactly(Double.NaN, 4, Double.NaN, Double.NaN);
        assertThat(t.doubleColumn("lo-unstated").asDoubleArray())
                .containsExactly(Double.NaN, Double.NaN, 1.5, Double.NaN);
    }

    @Test
    void whatIsNoDiaryIsRefused() {
        Table series = CrossValidation.of("x", new TimeSeries(new double[] {1, 2, 3, 4}, 1))
                .models(new LastValue("last"))
                .run()
                .forecasts();
        assertThatThrownBy(() -> tb.trackRecord().load(series))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("must hold instants");
        assertThatThrownBy(() -> tb.trackRecord().load(Table.create("x")))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("no column \"symbol\"");
        Table words = diary();
        words.replaceColumn("predicted", StringColumn.create("predicted", words.rowCount()));
        words.stringColumn("predicted").set(0, "101.5");
        assertThatThrownBy(() -> tb.trackRecord().load(words))
                .as("a category of text is no price")
                .isInstanceOf(TickbookException.class)
                .hasMessage("Column \"predicted\" of the forecasts holds no numbers.");
        Table silent = diary();
        silent.doubleColumn("predicted").setMissing(1);
        assertThatThrownBy(() -> tb.trackRecord().load(silent))
                .isInstanceOf(TickbookException.class)
                .hasMessageStartingWith("Row 2 of the predictions, of A by last, predicts no number. Leave it out");
        Table late = diary();
        late.instantColumn("target_time").set(0, Instant.EPOCH);
        assertThatThrownBy(() -> tb.trackRecord().load(late))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("was made at 2024-01-06T00:00:00Z, when its target time had come, 1970");
        Table upsideDown = diary();
        upsideDown.doubleColumn("lo-95").set(0, 1000);
        assertThatThrownBy(() -> tb.trackRecord().load(upsideDown))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("has an interval from 1000.0 to");
        assertThat(tb.trackRecord().forecasts().rowCount()).isZero();
    }

    @Test
    void withoutNamesAllSymbolsAreJudged() {
        TrackRecord record = tb.trackRecord();
        record.load(diary());
        assertThat(record.bySymbol("last", 7).stringColumn("symbol").asList()).containsExactly("A");
        assertThat(record.bySymbol("another", 7).rowCount()).isZero();
        assertThat(record.asOf(Instant.EPOCH).bySymbol(null, 7).rowCount()).isZero();
        Instant now = Instant.now();
        assertThatThrownBy(() -> record.rolling("A", null, 7, now, now.minusSeconds(1), Duration.ofDays(1)))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("comes after the last one");
    }
}
