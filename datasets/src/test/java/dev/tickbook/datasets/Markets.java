package dev.tickbook.datasets;

import java.time.LocalDate;

/** The markets that the tests look at. */
final class Markets {

    private Markets() {}

    /** Eight symbols over a winter and a spring, across the change to summer time, with minute bars. */
    static Market small() {
        return MarketGenerator.defaults()
                .symbols(8)
                .from(LocalDate.of(2024, 1, 2))
                .to(LocalDate.of(2024, 3, 28))
                .generate();
    }

    /** Sixty symbols over eight years, daily bars only. */
    static Market longDaily() {
        return MarketGenerator.defaults()
                .symbols(60)
                .from(LocalDate.of(2016, 1, 4))
                .to(LocalDate.of(2023, 12, 29))
                .withoutMinuteBars()
                .generate();
    }
}
