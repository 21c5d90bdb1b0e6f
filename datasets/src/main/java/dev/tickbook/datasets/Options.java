package dev.tickbook.datasets;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.temporal.TemporalAdjusters.dayOfWeekInMonth;

import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The options chain at a close: four expiries, up to eleven strikes, calls and puts, with a volatility smile. */
final class Options {

    private static final int[] MONTHS_AHEAD = {0, 1, 2, 5};
    private static final int STRIKES_EACH_SIDE = 5;
    private static final double[] STRIKE_STEPS = {0.5, 1, 2.5, 5, 10, 25, 50, 100};

    private final long seed;
    private final MarketFactors factors;

    Options(long seed, MarketFactors factors) {
        this.seed = seed;
        this.factors = factors;
    }

    List<OptionQuote> chain(PricePath path, int day) {
        Rng rng = Rng.keyed(seed, Topic.OPTIONS, path.company, factors.days[day].toEpochDay());
        double spot = path.close[day] / 100.0;
        double level = Decimals.clamp(
                path.ordinaryVolatility[day] * StrictMath.sqrt(252) * StrictMath.exp(0.05 * rng.gaussian()), 0.08, 1.5);
        double step = strikeStep(spot);
        long middle = Math.round(spot / step);
        List<OptionQuote> quotes = new ArrayList<>();
        for (LocalDate expiry : expiries(factors.days[day])) {
            for (long k = middle - STRIKES_EACH_SIDE; k <= middle + STRIKES_EACH_SIDE; k++) {
                if (k > 0) {
                    double strike = k * step;
                    double years = ChronoUnit.DAYS.between(factors.days[day], expiry) / 365.0;
                    BigDecimal volatility = smile(level, spot, strike, years);
                    quotes.add(quote(true, path, day, expiry, strike, years, volatility, rng));
                    quotes.add(quote(false, path, day, expiry, strike, years, volatility, rng));
                }
            }
        }
        return quotes;
    }

    private OptionQuote quote(
            boolean call,
            PricePath path,
            int day,
            LocalDate expiry,
            double strike,
            double years,
            BigDecimal volatility,
            Rng rng) {
        double spot = path.close[day] / 100.0;
        BlackScholes value = BlackScholes.of(call, spot, strike, years, volatility.doubleValue(), OptionQuote.RATE);
        BigDecimal theoretical = Decimals.round(Math.max(0, value.price()), 4);
        BigDecimal halfSpread = Decimals.round(0.005 + 0.01 * value.price(), 4);
        double distance = (strike - spot) / (spot * 0.1);
        double interest = 4000 * StrictMath.exp(-distance * distance / 2 + 0.5 * rng.gaussian());
        return new OptionQuote(
                factors.close(day),
                path.ticker,
                contractSymbol(path.ticker, expiry, call, strike),
                call ? "call" : "put",
                expiry,
                Decimals.round(strike, 2),
                Decimals.cents(path.close[day]),
                theoretical.subtract(halfSpread).max(BigDecimal.ZERO).setScale(2, RoundingMode.FLOOR),
                theoretical.add(halfSpread).setScale(2, RoundingMode.CEILING),
                theoretical,
                Math.round(interest * rng.uniform(0, 0.5)),
                Math.round(interest),
                volatility,
                Decimals.round(value.delta(), 6),
                Decimals.round(value.gamma(), 6),
                Decimals.round(value.theta(), 6),
                Decimals.round(value.vega(), 6),
                Decimals.round(value.rho(), 6),
                call ? spot > strike : spot < strike);
    }

    /** Puts far below the price are dearest, as they have been since 1987; four decimals, so that the file is exact. */
    private static BigDecimal smile(double level, double spot, double strike, double years) {
        double moneyness = Decimals.clamp(StrictMath.log(strike / spot) / (level * StrictMath.sqrt(years)), -3, 3);
        return Decimals.round(level * (1 - 0.05 * moneyness + 0.025 * moneyness * moneyness), 4);
    }

    private static double strikeStep(double spot) {
        for (double step : STRIKE_STEPS) {
            if (step >= spot * 0.04) {
                return step;
            }
        }
        return STRIKE_STEPS[STRIKE_STEPS.length - 1];
    }

    private static List<LocalDate> expiries(LocalDate day) {
        YearMonth first = YearMonth.from(day);
        if (!monthlyExpiry(first).isAfter(day)) {
            first = first.plusMonths(1);
        }
        YearMonth start = first;
        return IntStream.of(MONTHS_AHEAD)
                .mapToObj(months -> monthlyExpiry(start.plusMonths(months)))
                .toList();
    }

    /** The third Friday, or the last trading day before it. */
    static LocalDate monthlyExpiry(YearMonth month) {
        LocalDate friday = month.atDay(1).with(dayOfWeekInMonth(3, FRIDAY));
        return TradingCalendar.isTradingDay(friday) ? friday : TradingCalendar.plusTradingDays(friday, -1);
    }

    private static String contractSymbol(String ticker, LocalDate expiry, boolean call, double strike) {
        String date = expiry.toString().replace("-", "").substring(2);
        String thousandths = "00000000" + Math.round(strike * 1000);
        return ticker + date + (call ? "C" : "P") + thousandths.substring(thousandths.length() - 8);
    }
}
