package dev.tickbook.datasets;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A generated market, made by {@link MarketGenerator}.
 *
 * <p>Every method computes its rows afresh, one symbol after the other, so a stream of any length needs little memory,
 * and two calls give equal rows. Within a symbol (and platform) rows are in time order. The market holds what was known
 * by the end of its last day: no insider trade that was filed later, no action that was announced later.
 *
 * <pre>{@code
 * Market market = MarketGenerator.defaults().symbols(5).generate();
 * market.dailyBars("ALTR").forEach(System.out::println);
 * market.writeTo(Path.of("market"));                                  // every MarketFile as CSV
 * market.write(MarketFile.DAILY_BARS, copyIn);                         // or one, to any Appendable
 * }</pre>
 *
 * <p>Methods that take a symbol throw {@link IllegalArgumentException} when the market does not list it.
 */
public final class Market {

    private final int companies;
    private final long seed;
    private final LocalDate from;
    private final LocalDate to;
    /** The index of the first day that has minute bars; the number of days when none has. */
    private final int minutesFrom;

    private final MarketFactors factors;
    private final Bars bars;
    private final Defects spoiler;

    Market(long seed, int companies, LocalDate from, LocalDate to, LocalDate firstMinutes) {
        this.seed = seed;
        this.companies = companies;
        this.from = from;
        this.to = to;
        factors = new MarketFactors(seed, from, to);
        minutesFrom = (int) tradingDays()
                .filter(day -> firstMinutes != null && day.isBefore(firstMinutes))
                .count();
        bars = new Bars(seed, factors);
        spoiler = new Defects(seed);
    }

    /** The trading days of the market, in order. */
    public Stream<LocalDate> tradingDays() {
        return Stream.of(factors.days).limit(factors.count);
    }

    /** The listed companies; the n-th is the same in a market of any size. */
    public Stream<Symbol> symbols() {
        return paths().map(path -> new Symbol(
                path.ticker,
                Companies.name(path.company),
                Companies.SECTORS[Companies.sector(path.company)],
                Companies.industry(path.company),
                Math.round(path.sharesOutstanding * path.close[0] / 100.0),
                Companies.exchange(seed, path.company),
                "USD"));
    }

    /** Daily bars of all symbols. Days that have minute bars are exactly their aggregation. */
    public Stream<DailyBar> dailyBars() {
        return paths().flatMap(this::dailyBars);
    }

    /** Daily bars of one symbol. */
    public Stream<DailyBar> dailyBars(String symbol) {
        return dailyBars(path(symbol));
    }

    private Stream<DailyBar> dailyBars(PricePath path) {
        return IntStream.range(0, factors.count)
                .mapToObj(day -> day < minutesFrom ? bars.dayAlone(path, day) : bars.dayOfMinutes(path, day));
    }

    /** Minute bars of all symbols, complete and sound. */
    public Stream<MinuteBar> minuteBars() {
        return paths().flatMap(this::minuteBars);
    }

    /** Minute bars of one symbol, complete and sound. */
    public Stream<MinuteBar> minuteBars(String symbol) {
        return minuteBars(path(symbol));
    }

    private Stream<MinuteBar> minuteBars(PricePath path) {
        return minuteDays().mapToObj(day -> bars.minutes(path, day)).flatMap(List::stream);
    }

    /** The minute bars of all symbols as a careless vendor delivers them: with the {@link #defects()} in. */
    public Stream<MinuteBar> minuteFeed() {
        return sessions().flatMap(session -> session.bars().stream());
    }

    /** The truth about {@link #minuteFeed()}: every fault in it, and there are no others. */
    public Stream<Defect> defects() {
        return sessions().flatMap(session -> session.defect().stream());
    }

    private Stream<Defects.Session> sessions() {
        return paths().flatMap(path ->
                minuteDays().mapToObj(day -> spoiler.spoil(path.company, factors.days[day], bars.minutes(path, day))));
    }

    /** Splits and dividends. */
    public Stream<CorporateAction> corporateActions() {
        return paths().flatMap(path -> path.actions.stream());
    }

    /** Headlines, company by company; one about two companies comes once. */
    public Stream<NewsEvent> news() {
        News news = new News(seed, factors);
        return paths().flatMap(path -> news.of(path).stream());
    }

    /** Insider trades, by filing date within a symbol. */
    public Stream<InsiderTrade> insiderTrades() {
        Insiders insiders = new Insiders(seed, factors);
        return paths().flatMap(path -> insiders.of(path).stream());
    }

    /** Social sentiment for every hour of every day, New York's midnight to midnight, per symbol and platform. */
    public Stream<SocialSentiment> socialSentiment() {
        Social social = new Social(seed, factors, from, to);
        return paths().mapMulti(social::of);
    }

    /** Government events, by time of publication. */
    public Stream<GovernmentEvent> governmentEvents() {
        return new Government(seed).events(from, to).stream();
    }

    /** The options chain of every symbol at the last close of each week. */
    public Stream<OptionQuote> options() {
        Options options = new Options(seed, factors);
        return paths().flatMap(path -> IntStream.range(0, factors.count)
                .filter(factors::endsWeek)
                .mapToObj(day -> options.chain(path, day))
                .flatMap(List::stream));
    }

    /**
     * Writes files of this market as CSV into a folder, which is made when it is missing; files of those names are
     * replaced.
     *
     * @param files which; all when none is named
     */
    public void writeTo(Path folder, MarketFile... files) throws IOException {
        Files.createDirectories(folder);
        for (MarketFile file : files.length == 0 ? MarketFile.values() : files) {
            try (BufferedWriter out =
                    Files.newBufferedWriter(folder.resolve(file.fileName()), StandardCharsets.UTF_8)) {
                write(file, out);
            }
        }
    }

    /** Writes one file of this market as CSV: a header line, then the rows, lines ended by a line feed. */
    public void write(MarketFile file, Appendable out) throws IOException {
        Csv csv = new Csv(file.type());
        out.append(csv.header());
        try {
            // Pushed, not pulled: an iterator over nested streams would hold a whole symbol in memory.
            file.rows(this).forEachOrdered(row -> {
                try {
                    csv.append(row, out);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private IntStream minuteDays() {
        return IntStream.range(minutesFrom, factors.count);
    }

    private Stream<PricePath> paths() {
        return IntStream.range(0, companies).mapToObj(company -> new PricePath(seed, company, factors));
    }

    private PricePath path(String symbol) {
        int company = IntStream.range(0, companies)
                .filter(candidate -> Companies.ticker(candidate).equals(symbol))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("This market of " + companies
                        + " symbols does not list '" + symbol + "'; symbols() says which it does."));
        return new PricePath(seed, company, factors);
    }
}
