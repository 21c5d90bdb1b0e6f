package dev.tickbook.ingest;

import static dev.tickbook.ingest.internal.Column.date;
import static dev.tickbook.ingest.internal.Column.flag;
import static dev.tickbook.ingest.internal.Column.number;
import static dev.tickbook.ingest.internal.Column.text;
import static dev.tickbook.ingest.internal.Column.texts;
import static dev.tickbook.ingest.internal.Column.time;
import static dev.tickbook.ingest.internal.Column.whole;

import dev.tickbook.ingest.internal.Column;
import java.util.List;

/**
 * What rows mean and where they go: one table of schema {@code market} each. Columns are found by their names, in
 * upper or lower case, with or without spaces and signs, or by one of the other names that are in use for them.
 *
 * <p>Prices are merged: a bar that is there with other values is updated, and what it was stays in
 * {@code market.market_data_versions}. All others only grow: a row that is there already is left as it is, one that
 * contradicts it is rejected unless it says that it corrects ({@code corrected_at}). Facts that a source has no number
 * for get one that is made of what identifies them, so that the same fact is the same row whenever it is loaded.
 */
public enum MarketStream {
    /**
     * Bars, into {@code market.market_data}. Prices are stored with four decimals: one that is changed by more than a
     * thousandth of itself is flagged ({@code rounding}), one that would be zero rejected. Volumes are whole numbers.
     */
    PRICES(
            "bars",
            "market.market_data",
            "time",
            keys("symbol", "interval", "time"),
            keys(),
            time("time").required().aka("datetime", "timestamp", "date", "opentime", "tradedate", "tradingday"),
            text("symbol").required().aka("ticker", "instrument"),
            text("interval").required().aka("timeframe", "per", "barsize"),
            number("open", 15, 4).aka("openprice"),
            number("high", 15, 4).aka("highprice"),
            number("low", 15, 4).aka("lowprice"),
            number("close", 15, 4).required().aka("closelast", "closeprice", "last", "price"),
            number("adjusted_close", 15, 4).aka("adjclose", "adjusted", "closeadj"),
            whole("volume").atLeast(0).aka("vol", "sharevolume", "volumetraded", "totalvolume"),
            number("vwap", 15, 4),
            whole("trades").atLeast(0).aka("tradecount", "numberoftrades"),
            number("market_cap", 20, 2).atLeast(0),
            text("source"),
            number("quality_score", 3, 2).atLeast(0).atMost(1)),

    /** Prices as they come in, into {@code market.stock_prices_realtime}. */
    TICKS(
            "ticks",
            "market.stock_prices_realtime",
            "time",
            keys("symbol", "time", "price", "volume", "bid", "ask", "source"),
            keys(),
            text("symbol").required().aka("ticker", "instrument"),
            time("time").required().aka("timestamp", "datetime", "date", "tradetime"),
            number("price", 15, 4).required().above(0).aka("last", "lastprice", "close", "regularmarketprice"),
            whole("volume").atLeast(0).aka("size", "vol"),
            number("bid", 15, 4).atLeast(0),
            number("ask", 15, 4).atLeast(0),
            text("source").aka("exchange", "venue")),

    /** News, into {@code market.news_events}. */
    NEWS(
            "news",
            "market.news_events",
            "published_at",
            keys("news_id", "known_at"),
            keys("published_at", "headline", "symbols"),
            whole("news_id").aka("id", "articleid"),
            time("published_at").required().aka("published", "time", "datetime", "timestamp", "date"),
            texts("symbols").otherwise("").aka("symbol", "tickers", "ticker"),
            text("headline").required().aka("title"),
            text("category").aka("topic"),
            text("impact").word("low").word("medium").word("high"),
            number("sentiment", 5, 4).atLeast(-1).atMost(1).aka("sentimentscore"),
            text("source").aka("publisher", "provider"),
            text("url").aka("link"),
            flag("retracted").otherwise("false"),
            time("corrected_at").aka("corrected", "updatedat")),

    /** Trades of insiders, into {@code market.insider_trades}. */
    INSIDER_TRADES(
            "insider trades",
            "market.insider_trades",
            "filing_date",
            keys("trade_id", "known_at"),
            keys("symbol", "insider", "type", "trade_date", "filing_date", "shares", "price"),
            whole("trade_id").aka("id"),
            text("symbol").required().aka("ticker"),
            text("insider").required().aka("insidername", "reportingname", "reportingowner", "owner", "name"),
            text("role").aka("title", "relationship", "position"),
            text("type")
                    .required()
                    .word("buy", "b", "p", "purchase", "p - purchase", "p-purchase", "acquired", "a")
                    .word("sell", "s", "sale", "s - sale", "s - sale+oe", "s-sale", "disposed", "d")
                    .aka("transactiontype", "tradetype", "transaction", "side"),
            date("trade_date").required().aka("transactiondate", "date"),
            date("filing_date").required().aka("filed", "filingdate", "dateoffiling"),
            time("accepted_at").aka("accepted", "acceptancedatetime"),
            whole("shares").required().above(0).aka("quantity", "qty", "securitiestransacted", "numberofshares"),
            number("price", 15, 4).atLeast(0).aka("pricepershare"),
            number("value", 20, 2).aka("totalvalue", "amount"),
            flag("retracted").otherwise("false"),
            time("corrected_at").aka("corrected")),

    /** Mentions by the hour, into {@code market.social_sentiment}. */
    SENTIMENT(
            "sentiment",
            "market.social_sentiment",
            "time",
            keys("symbol", "platform", "time", "known_at"),
            keys(),
            time("time").required().aka("hour", "timestamp", "datetime", "date"),
            text("symbol").required().aka("ticker"),
            text("platform").required().aka("source", "network"),
            whole("mentions").required().atLeast(0).aka("count", "posts"),
            whole("positive").atLeast(0).aka("positivementions"),
            whole("negative").atLeast(0).aka("negativementions"),
            number("sentiment", 5, 4).atLeast(-1).atMost(1).aka("score", "sentimentscore"),
            flag("retracted").otherwise("false"),
            time("corrected_at").aka("corrected")),

    /** What governments and central banks publish, into {@code market.government_events}. */
    GOVERNMENT_EVENTS(
            "government events",
            "market.government_events",
            "published_at",
            keys("event_id", "known_at"),
            keys("published_at", "agency", "title"),
            whole("event_id").aka("id"),
            time("published_at").required().aka("published", "time", "datetime", "timestamp", "date", "releasedate"),
            text("agency").required().aka("source", "institution"),
            text("category").aka("type"),
            text("title").required().aka("headline", "event", "name"),
            text("sector"),
            text("impact").word("low").word("medium").word("high").aka("importance"),
            number("expected").aka("forecast", "consensus", "estimate"),
            number("actual").aka("value"),
            flag("retracted").otherwise("false"),
            time("corrected_at").aka("corrected", "revisedat")),

    /** Quotes of calls and puts, into {@code market.options}. */
    OPTIONS(
            "option quotes",
            "market.options",
            "time",
            keys("symbol", "contract_symbol", "time"),
            keys(),
            time("time")
                    .required()
                    .aka("quotetime", "quotedatetime", "quotedat", "timestamp", "datetime", "quotedate", "date"),
            text("contract_symbol").required().aka("contract", "optionsymbol", "contractid", "occsymbol"),
            text("symbol").required().aka("underlyingsymbol", "ticker", "root"),
            text("type").required().word("call", "c").word("put", "p").aka("optiontype", "right", "putcall", "callput"),
            date("expiry").required().aka("expiration", "expirationdate", "expirydate"),
            number("strike", 15, 4).required().above(0).aka("strikeprice"),
            number("underlying", 15, 4).atLeast(0).aka("underlyingprice", "underlyinglast", "spot"),
            number("bid", 15, 4).atLeast(0),
            number("ask", 15, 4).atLeast(0),
            number("last", 15, 4).atLeast(0).aka("lastprice"),
            whole("volume").atLeast(0).aka("vol"),
            whole("open_interest").atLeast(0).aka("oi", "openint"),
            number("implied_volatility", 9, 6).atLeast(0).aka("iv", "impliedvol"),
            number("delta", 9, 6),
            number("gamma", 12, 9),
            number("theta", 15, 6),
            number("vega", 15, 6),
            number("rho", 15, 6),
            flag("in_the_money").aka("itm")),

    /** Dividends and splits, into {@code market.corporate_actions}. */
    CORPORATE_ACTIONS(
            "corporate actions",
            "market.corporate_actions",
            "announced_at",
            keys("action_id", "known_at"),
            keys("symbol", "type", "ex_date"),
            whole("action_id").aka("id"),
            text("symbol").required().aka("ticker"),
            text("type")
                    .required()
                    .word("dividend", "div", "cash dividend")
                    .word("split", "stock split", "reverse split")
                    .aka("actiontype", "action", "event"),
            time("announced_at").required().aka("announced", "announcementdate", "declarationdate", "declared"),
            date("ex_date").required().aka("exdividenddate", "date", "effectivedate"),
            number("ratio", 15, 6).above(0).aka("splitratio"),
            number("amount", 15, 6).above(0).aka("dividend", "cashamount", "dividendamount"),
            flag("retracted").otherwise("false"),
            time("corrected_at").aka("corrected"));

    private final String rows;
    private final String table;
    private final String timeColumn;
    private final List<String> key;
    private final List<String> identity;
    private final List<Column> columns;

    MarketStream(String rows, String table, String time, List<String> key, List<String> identity, Column... columns) {
        this.rows = rows;
        this.table = table;
        this.timeColumn = time;
        this.key = key;
        this.identity = identity;
        this.columns = List.of(columns);
    }

    private static List<String> keys(String... columns) {
        return List.of(columns);
    }

    /** @return what its rows are called, for example {@code bars} */
    public String rows() {
        return rows;
    }

    /** @return the table, with its schema */
    public String table() {
        return table;
    }

    /** @return the column that says when */
    public String timeColumn() {
        return timeColumn;
    }

    /** @return the columns by which a row is found again */
    public List<String> key() {
        return key;
    }

    /** @return the columns of which the first column, a number, is made where the source has none; empty for no such column */
    public List<String> identity() {
        return identity;
    }

    /** @return what can be loaded, in order */
    public List<Column> columns() {
        return columns;
    }
}
