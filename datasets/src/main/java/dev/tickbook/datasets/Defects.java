package dev.tickbook.datasets;

import dev.tickbook.datasets.Defect.Kind;
import dev.tickbook.datasets.Rng.Topic;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Spoils sessions as real feeds are spoilt, at most one fault per symbol and day, and keeps the truth. */
final class Defects {

    private static final double CHANCE_PER_SESSION = 0.1;

    private final long seed;

    Defects(long seed) {
        this.seed = seed;
    }

    /** A session as the feed delivers it, and the fault in it, if any. */
    record Session(List<MinuteBar> bars, Optional<Defect> defect) {}

    Session spoil(int company, LocalDate date, List<MinuteBar> clean) {
        Rng rng = Rng.keyed(seed, Topic.DEFECT, company, date.toEpochDay());
        if (!rng.chance(CHANCE_PER_SESSION)) {
            return new Session(clean, Optional.empty());
        }
        List<MinuteBar> bars = new ArrayList<>(clean);
        // The first and the last minute stay sound, so that every fault has neighbours to be seen against.
        int at = rng.between(1, clean.size() - 32);
        MinuteBar bar = clean.get(at);
        Defect defect = switch (rng.oneOf(Kind.values())) {
            case MISSING_MINUTES -> {
                int rows = rng.chance(0.5) ? 1 : rng.between(2, 30);
                bars.subList(at, at + rows).clear();
                yield new Defect(
                        Kind.MISSING_MINUTES,
                        bar.symbol(),
                        bar.time(),
                        clean.get(at + rows - 1).time(),
                        null,
                        null,
                        null);
            }
            case DUPLICATE_ROW -> {
                bars.add(at, bar);
                yield new Defect(Kind.DUPLICATE_ROW, bar.symbol(), bar.time(), bar.time(), null, null, null);
            }
            case ZERO_PRICE -> {
                String field = rng.oneOf("open", "high", "low", "close");
                yield replace(bars, at, Kind.ZERO_PRICE, field, new BigDecimal("0.00"));
            }
            case DECIMAL_SHIFT -> shift(bars, at, rng.oneOf(-2, -1, 1, 2));
            case HIGH_BELOW_LOW ->
                replace(bars, at, Kind.HIGH_BELOW_LOW, "high", bar.low().subtract(new BigDecimal("0.01")));
        };
        return new Session(bars, Optional.of(defect));
    }

    private static Defect replace(List<MinuteBar> bars, int at, Kind kind, String field, BigDecimal planted) {
        MinuteBar bar = bars.get(at);
        List<String> fields = Arrays.asList("open", "high", "low", "close");
        BigDecimal[] prices = {bar.open(), bar.high(), bar.low(), bar.close()};
        BigDecimal truth = prices[fields.indexOf(field)];
        prices[fields.indexOf(field)] = planted;
        bars.set(at, withPrices(bar, prices));
        return new Defect(kind, bar.symbol(), bar.time(), bar.time(), field, truth, planted);
    }

    private static Defect shift(List<MinuteBar> bars, int at, int places) {
        MinuteBar bar = bars.get(at);
        BigDecimal planted =
                bar.close().movePointRight(places).setScale(bar.close().scale() + Math.max(0, -places));
        Defect defect = replace(bars, at, Kind.DECIMAL_SHIFT, "close", planted);
        MinuteBar shifted = bars.get(at);
        bars.set(
                at,
                withPrices(
                        shifted,
                        shifted.open(),
                        shifted.high().max(planted),
                        shifted.low().min(planted),
                        planted));
        return defect;
    }

    private static MinuteBar withPrices(MinuteBar bar, BigDecimal... ohlc) {
        return new MinuteBar(
                bar.time(), bar.symbol(), ohlc[0], ohlc[1], ohlc[2], ohlc[3], bar.volume(), bar.vwap(), bar.trades());
    }
}
