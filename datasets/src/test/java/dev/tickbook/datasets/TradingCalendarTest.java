package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the holidays that the New York Stock Exchange published for these years. */
class TradingCalendarTest {

    @ParameterizedTest
    @CsvSource({
        "2010, 2010-01-01 2010-01-18 2010-02-15 2010-04-02 2010-05-31 2010-07-05 2010-09-06 2010-11-25 2010-12-24",
        "2011, 2011-01-17 2011-02-21 2011-04-22 2011-05-30 2011-07-04 2011-09-05 2011-11-24 2011-12-26",
        "2021, 2021-01-01 2021-01-18 2021-02-15 2021-04-02 2021-05-31 2021-07-05 2021-09-06 2021-11-25 2021-12-24",
        "2022, 2022-01-17 2022-02-21 2022-04-15 2022-05-30 2022-06-20 2022-07-04 2022-09-05 2022-11-24 2022-12-26",
        "2023, 2023-01-02 2023-01-16 2023-02-20 2023-04-07 2023-05-29 2023-06-19 2023-07-04 2023-09-04 2023-11-23 "
                + "2023-12-25",
        "2024, 2024-01-01 2024-01-15 2024-02-19 2024-03-29 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-11-28 "
                + "2024-12-25",
        "2025, 2025-01-01 2025-01-09 2025-01-20 2025-02-17 2025-04-18 2025-05-26 2025-06-19 2025-07-04 2025-09-01 "
                + "2025-11-27 2025-12-25",
        "2026, 2026-01-01 2026-01-19 2026-02-16 2026-04-03 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-11-26 "
                + "2026-12-25",
    })
    void is_closed_on_the_published_holidays(int year, String published) {
        assertThat(TradingCalendar.holidays(year).keySet())
                .extracting(LocalDate::toString)
                .containsExactly(published.split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "2013, 2013-07-03 2013-11-29 2013-12-24",
        "2021, 2021-11-26",
        "2022, 2022-11-25",
        "2023, 2023-07-03 2023-11-24",
        "2024, 2024-07-03 2024-11-29 2024-12-24",
        "2025, 2025-07-03 2025-11-28 2025-12-24",
        "2026, 2026-11-27 2026-12-24",
    })
    void closes_early_on_the_published_days(int year, String published) {
        assertThat(yearOf(year).filter(TradingCalendar::isEarlyClose))
                .extracting(LocalDate::toString)
                .containsExactly(published.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"2001, 248", "2012, 250", "2019, 252", "2020, 253", "2021, 252", "2022, 251", "2023, 250", "2024, 252"})
    void a_year_has_the_published_number_of_sessions(int year, int sessions) {
        assertThat(yearOf(year)).hasSize(sessions);
    }

    @Test
    void never_opens_on_a_weekend() {
        assertThat(TradingCalendar.tradingDays(LocalDate.of(1998, 1, 1), LocalDate.of(2035, 12, 31)))
                .noneMatch(day -> day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY);
    }

    @ParameterizedTest
    @CsvSource({
        "2024-03-08, 2024-03-08T14:30:00Z, 2024-03-08T21:00:00Z, 390",
        "2024-03-11, 2024-03-11T13:30:00Z, 2024-03-11T20:00:00Z, 390",
        "2024-07-03, 2024-07-03T13:30:00Z, 2024-07-03T17:00:00Z, 210",
        "2024-11-29, 2024-11-29T14:30:00Z, 2024-11-29T18:00:00Z, 210",
    })
    void sessions_follow_new_yorks_clock(LocalDate day, Instant open, Instant close, int minutes) {
        assertThat(TradingCalendar.open(day)).isEqualTo(open);
        assertThat(TradingCalendar.close(day)).isEqualTo(close);
        assertThat(TradingCalendar.minutes(day)).isEqualTo(minutes);
    }

    @Test
    void counts_sessions_forward_and_back() {
        LocalDate thursday = LocalDate.of(2024, 3, 28);
        assertThat(TradingCalendar.plusTradingDays(thursday, 1)).isEqualTo("2024-04-01");
        assertThat(TradingCalendar.plusTradingDays(LocalDate.of(2024, 4, 1), -1))
                .isEqualTo(thursday);
        assertThat(TradingCalendar.plusTradingDays(thursday, 0)).isEqualTo(thursday);
    }

    @Test
    void a_closed_day_has_no_session_and_says_why() {
        assertThatThrownBy(() -> TradingCalendar.open(LocalDate.of(2024, 3, 29)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The exchanges are closed on 2024-03-29 (Good Friday); ask isTradingDay first.");
        assertThatThrownBy(() -> TradingCalendar.minutes(LocalDate.of(2024, 3, 30)))
                .hasMessageContaining("(weekend)");
    }

    @Test
    void years_under_other_rules_are_refused() {
        assertThatThrownBy(() -> TradingCalendar.isTradingDay(LocalDate.of(1997, 12, 31)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The trading calendar knows 1998 and later, not 1997; take a later date.");
    }

    private static Stream<LocalDate> yearOf(int year) {
        return TradingCalendar.tradingDays(LocalDate.of(year, 1, 1), LocalDate.of(year, 12, 31));
    }
}
