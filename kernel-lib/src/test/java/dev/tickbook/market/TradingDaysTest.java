package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.TradingCalendar;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** The calendar of the database against the one of the bundled data, which was written by itself. */
class TradingDaysTest {

    @Test
    void theDatabaseKnowsTheSameSessionsAsTheDataSets() {
        LocalDate first = LocalDate.of(1998, 1, 1);
        LocalDate last = LocalDate.of(2060, 12, 31);
        try (Tickbook tb = Tickbook.open()) {
            Table days = tb.sql(
                            "SELECT day || ' ' || extract(epoch FROM opens)::bigint || ' ' || extract(epoch FROM closes)::bigint AS session"
                                    + " FROM tickbook.trading_days(date '1998-01-01', date '2060-12-31')")
                    .table();
            List<String> expected = TradingCalendar.tradingDays(first, last)
                    .map(day -> day + " " + TradingCalendar.open(day).getEpochSecond() + " "
                            + TradingCalendar.close(day).getEpochSecond())
                    .toList();
            assertThat(days.stringColumn("session").asList()).isEqualTo(expected);
        }
    }
}
