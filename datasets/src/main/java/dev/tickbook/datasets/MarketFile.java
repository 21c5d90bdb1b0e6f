package dev.tickbook.datasets;

import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The CSV files a {@link Market} can write. The columns of a file are the components of its record in snake case. Times
 * are ISO-8601 in UTC, numbers plain decimals, a missing value is empty, a list is joined by semicolons.
 */
public enum MarketFile {
    /** {@link Symbol}. */
    SYMBOLS(Symbol.class, Market::symbols),
    /** {@link DailyBar}. */
    DAILY_BARS(DailyBar.class, Market::dailyBars),
    /** {@link MinuteBar}, sound. */
    MINUTE_BARS(MinuteBar.class, Market::minuteBars),
    /** {@link MinuteBar}, with the defects in. */
    MINUTE_FEED(MinuteBar.class, Market::minuteFeed),
    /** {@link Defect}: what is wrong with the feed. */
    DEFECTS(Defect.class, Market::defects),
    /** {@link CorporateAction}. */
    CORPORATE_ACTIONS(CorporateAction.class, Market::corporateActions),
    /** {@link NewsEvent}. */
    NEWS(NewsEvent.class, Market::news),
    /** {@link InsiderTrade}. */
    INSIDER_TRADES(InsiderTrade.class, Market::insiderTrades),
    /** {@link SocialSentiment}. */
    SOCIAL_SENTIMENT(SocialSentiment.class, Market::socialSentiment),
    /** {@link GovernmentEvent}. */
    GOVERNMENT_EVENTS(GovernmentEvent.class, Market::governmentEvents),
    /** {@link OptionQuote}. */
    OPTIONS(OptionQuote.class, Market::options);

    private final Class<? extends Record> type;
    private final Function<Market, Stream<? extends Record>> rows;

    MarketFile(Class<? extends Record> type, Function<Market, Stream<? extends Record>> rows) {
        this.type = type;
        this.rows = rows;
    }

    /** The name of the file, such as {@code daily_bars.csv}. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT) + ".csv";
    }

    Class<? extends Record> type() {
        return type;
    }

    Stream<? extends Record> rows(Market market) {
        return rows.apply(market);
    }
}
