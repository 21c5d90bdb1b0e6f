package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private final List<OptionQuote> quotes = Markets.small().options().toList();

    /** Hull, Options, Futures, and Other Derivatives: the examples of the Black-Scholes chapter and of the Greeks. */
    @Test
    void black_scholes_gives_the_textbook_values() {
        assertThat(BlackScholes.of(true, 42, 40, 0.5, 0.2, 0.1).price()).isCloseTo(4.76, within(0.005));
        assertThat(BlackScholes.of(false, 42, 40, 0.5, 0.2, 0.1).price()).isCloseTo(0.81, within(0.005));
        BlackScholes call = BlackScholes.of(true, 49, 50, 0.3846, 0.2, 0.05);
        assertThat(call.price()).isCloseTo(2.40, within(0.005));
        assertThat(call.delta()).isCloseTo(0.522, within(0.0005));
        assertThat(call.gamma()).isCloseTo(0.066, within(0.0005));
        assertThat(call.theta() * 365).isCloseTo(-4.31, within(0.005));
        assertThat(call.vega() * 100).isCloseTo(12.1, within(0.05));
        assertThat(call.rho() * 100).isCloseTo(8.91, within(0.005));
    }

    /** pnorm() of R 4.2.2. */
    @Test
    void the_normal_distribution_function_is_exact_to_the_last_digits() {
        assertThat(BlackScholes.normalCdf(1.96)).isCloseTo(0.97500210485178, within(1e-14));
        assertThat(BlackScholes.normalCdf(-3)).isCloseTo(0.00134989803163009, within(1e-15));
        assertThat(BlackScholes.normalCdf(0)).isEqualTo(0.5);
    }

    @Test
    void the_greeks_are_the_slopes_of_the_price() {
        double h = 1e-4;
        for (boolean call : new boolean[] {true, false}) {
            for (double spot : new double[] {80, 100, 125}) {
                BlackScholes value = BlackScholes.of(call, spot, 100, 0.5, 0.3, 0.04);
                assertThat(value.delta())
                        .isCloseTo(
                                slope(
                                        h,
                                        x -> BlackScholes.of(call, spot + x, 100, 0.5, 0.3, 0.04)
                                                .price()),
                                within(1e-6));
                assertThat(value.gamma())
                        .isCloseTo(
                                slope(
                                        h,
                                        x -> BlackScholes.of(call, spot + x, 100, 0.5, 0.3, 0.04)
                                                .delta()),
                                within(1e-6));
                assertThat(value.vega() * 100)
                        .isCloseTo(
                                slope(
                                        h,
                                        x -> BlackScholes.of(call, spot, 100, 0.5, 0.3 + x, 0.04)
                                                .price()),
                                within(1e-4));
                assertThat(value.rho() * 100)
                        .isCloseTo(
                                slope(
                                        h,
                                        x -> BlackScholes.of(call, spot, 100, 0.5, 0.3, 0.04 + x)
                                                .price()),
                                within(1e-4));
                assertThat(value.theta() * 365)
                        .isCloseTo(
                                -slope(
                                        h,
                                        x -> BlackScholes.of(call, spot, 100, 0.5 + x, 0.3, 0.04)
                                                .price()),
                                within(1e-4));
            }
        }
    }

    @Test
    void calls_and_puts_keep_put_call_parity() {
        Map<List<Object>, List<OptionQuote>> pairs = quotes.stream()
                .collect(Collectors.groupingBy(
                        quote -> List.of(quote.symbol(), quote.quotedAt(), quote.expiry(), quote.strike())));
        assertThat(pairs.values()).hasSizeGreaterThan(1000).allSatisfy(pair -> {
            assertThat(pair).extracting(OptionQuote::type).containsExactly("call", "put");
            OptionQuote call = pair.get(0);
            OptionQuote put = pair.get(1);
            double forward = call.underlying().doubleValue()
                    - call.strike().doubleValue() * Math.exp(-OptionQuote.RATE * years(call));
            assertThat(call.theoretical().subtract(put.theoretical()).doubleValue())
                    .isCloseTo(forward, within(0.000101));
            assertThat(call.impliedVolatility()).isEqualTo(put.impliedVolatility());
            assertThat(call.delta().subtract(put.delta()).doubleValue()).isCloseTo(1, within(2e-6));
        });
    }

    @Test
    void the_columns_of_a_quote_give_its_price_and_greeks() {
        assertThat(quotes).allSatisfy(quote -> {
            BlackScholes value = BlackScholes.of(
                    quote.type().equals("call"),
                    quote.underlying().doubleValue(),
                    quote.strike().doubleValue(),
                    years(quote),
                    quote.impliedVolatility().doubleValue(),
                    OptionQuote.RATE);
            assertThat(quote.theoretical().doubleValue()).isCloseTo(value.price(), within(0.0000501));
            assertThat(quote.delta().doubleValue()).isCloseTo(value.delta(), within(5.1e-7));
            assertThat(quote.gamma().doubleValue()).isCloseTo(value.gamma(), within(5.1e-7));
            assertThat(quote.theta().doubleValue()).isCloseTo(value.theta(), within(5.1e-7));
            assertThat(quote.vega().doubleValue()).isCloseTo(value.vega(), within(5.1e-7));
            assertThat(quote.rho().doubleValue()).isCloseTo(value.rho(), within(5.1e-7));
        });
    }

    @Test
    void a_quote_is_coherent() {
        assertThat(quotes).allSatisfy(quote -> {
            assertThat(quote.bid()).isLessThanOrEqualTo(quote.theoretical()).isNotNegative();
            assertThat(quote.ask()).isGreaterThanOrEqualTo(quote.theoretical()).isPositive();
            assertThat(quote.volume()).isLessThanOrEqualTo(quote.openInterest());
            assertThat(quote.inTheMoney())
                    .isEqualTo(quote.underlying().compareTo(quote.strike())
                                    * (quote.type().equals("call") ? 1 : -1)
                            > 0);
            assertThat(quote.expiry()).isAfter(day(quote)).matches(TradingCalendar::isTradingDay);
            assertThat(quote.contractSymbol())
                    .isEqualTo(quote.symbol()
                            + quote.expiry().toString().substring(2).replace("-", "")
                            + (quote.type().equals("call") ? "C" : "P")
                            + String.format(
                                    Locale.ROOT,
                                    "%08d",
                                    quote.strike().movePointRight(3).longValueExact()));
        });
        assertThat(quotes).extracting(OptionQuote::expiry).contains(LocalDate.of(2024, 4, 19));
    }

    @Test
    void chains_are_quoted_at_the_last_close_of_each_week() {
        assertThat(quotes.stream().map(OptionsTest::day).distinct())
                .extracting(LocalDate::toString)
                .containsExactly(
                        "2024-01-05",
                        "2024-01-12",
                        "2024-01-19",
                        "2024-01-26",
                        "2024-02-02",
                        "2024-02-09",
                        "2024-02-16",
                        "2024-02-23",
                        "2024-03-01",
                        "2024-03-08",
                        "2024-03-15",
                        "2024-03-22",
                        "2024-03-28");
        assertThat(quotes).allMatch(quote -> quote.quotedAt().equals(TradingCalendar.close(day(quote))));
    }

    @Test
    void a_contract_without_time_or_volatility_has_no_price() {
        assertThatThrownBy(() -> BlackScholes.of(true, 100, 100, 0, 0.2, 0.04))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("positive spot, strike, years and volatility");
        assertThatThrownBy(() -> BlackScholes.of(true, 100, 100, 1, Double.NaN, 0.04))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double slope(double h, DoubleUnaryOperator f) {
        return (f.applyAsDouble(h) - f.applyAsDouble(-h)) / (2 * h);
    }

    private static LocalDate day(OptionQuote quote) {
        return quote.quotedAt().atZone(TradingCalendar.ZONE).toLocalDate();
    }

    private static double years(OptionQuote quote) {
        return ChronoUnit.DAYS.between(day(quote), quote.expiry()) / 365.0;
    }
}
