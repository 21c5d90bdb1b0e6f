package dev.tickbook.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.CorporateAction;
import dev.tickbook.datasets.GovernmentEvent;
import dev.tickbook.datasets.InsiderTrade;
import dev.tickbook.datasets.Market;
import dev.tickbook.datasets.MarketFile;
import dev.tickbook.datasets.MarketGenerator;
import dev.tickbook.datasets.NewsEvent;
import dev.tickbook.datasets.OptionQuote;
import dev.tickbook.datasets.SocialSentiment;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** The streams that are no bars: each takes the file that the generator writes for it, and only ever grows. */
class MarketStreamTest {

    static final Market MARKET = MarketGenerator.defaults()
            .symbols(4)
            .from(LocalDate.of(2024, 1, 2))
            .to(LocalDate.of(2024, 3, 28))
            .withoutMinuteBars()
            .generate();

    static Tickbook tb;

    @TempDir
    static Path folder;

    @TempDir
    Path own;

    @BeforeAll
    static void open() throws IOException {
        tb = Tickbook.open();
        MARKET.writeTo(
                folder,
                MarketFile.NEWS,
                MarketFile.INSIDER_TRADES,
                MarketFile.SOCIAL_SENTIMENT,
                MarketFile.GOVERNMENT_EVENTS,
                MarketFile.OPTIONS,
                MarketFile.CORPORATE_ACTIONS);
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PRICES", "TICKS"})
    void allRowsOfAFileAreStoredAndLoadingItAgainChangesNothing(MarketStream stream) {
        long expected = switch (stream) {
            case NEWS -> MARKET.news().count();
            case INSIDER_TRADES -> MARKET.insiderTrades().count();
            case SENTIMENT -> MARKET.socialSentiment().count();
            case GOVERNMENT_EVENTS -> MARKET.governmentEvents().count();
            case OPTIONS -> MARKET.options().count();
            default -> MARKET.corporateActions().count();
        };
        long before = rows(stream);
        IngestReport first = tb.ingestion(stream, file(stream)).batchRows(777).run();
        assertThat(first.read()).isEqualTo(expected);
        assertThat(first.rejected()).isZero();
        assertThat(rows(stream) - before).isEqualTo(expected);
        IngestReport again = tb.ingest(stream, file(stream));
        assertThat(again.unchanged()).isEqualTo(expected);
        assertThat(rows(stream) - before).isEqualTo(expected);
        assertThat(number(stream)).isEqualByComparingTo(truth(stream));
    }

    private static CsvFile file(MarketStream stream) {
        MarketFile file = switch (stream) {
            case NEWS -> MarketFile.NEWS;
            case INSIDER_TRADES -> MarketFile.INSIDER_TRADES;
            case SENTIMENT -> MarketFile.SOCIAL_SENTIMENT;
            case GOVERNMENT_EVENTS -> MarketFile.GOVERNMENT_EVENTS;
            case OPTIONS -> MarketFile.OPTIONS;
            default -> MarketFile.CORPORATE_ACTIONS;
        };
        return CsvFile.of(folder.resolve(file.fileName()));
    }

    private static long rows(MarketStream stream) {
        return tb.sql("SELECT count(*) AS rows FROM " + stream.table())
                .table()
                .longColumn("rows")
                .get(0);
    }

    /** A sum over all rows, as the database has them. */
    private static BigDecimal number(MarketStream stream) {
        String sum = switch (stream) {
            case NEWS -> "sum(sentiment) + sum(cardinality(symbols))";
            case INSIDER_TRADES -> "sum(shares) + sum(price) + sum(filing_date - trade_date)";
            case SENTIMENT -> "sum(mentions) + sum(sentiment)";
            case GOVERNMENT_EVENTS -> "coalesce(sum(expected), 0) + coalesce(sum(actual), 0)";
            case OPTIONS -> "sum(strike) + sum(implied_volatility) + sum(gamma) + sum(open_interest)";
            default -> "coalesce(sum(ratio), 0) + coalesce(sum(amount), 0)";
        };
        Table table = tb.sql("SELECT (" + sum + ")::text AS sum FROM " + stream.table()
                        + (stream == MarketStream.NEWS ? " WHERE headline NOT LIKE 'Test%'" : ""))
                .table();
        return new BigDecimal(table.stringColumn("sum").get(0));
    }

    /** The same sum over what the generator made. */
    private static BigDecimal truth(MarketStream stream) {
        return switch (stream) {
            case NEWS ->
                sum(MARKET.news().map(NewsEvent::sentiment))
                        .add(sum(MARKET.news()
                                .map(n -> BigDecimal.valueOf(n.symbols().size()))));
            case INSIDER_TRADES ->
                sum(MARKET.insiderTrades()
                        .map((InsiderTrade t) -> BigDecimal.valueOf(t.shares())
                                .add(t.price())
                                .add(BigDecimal.valueOf(t.filingDate().toEpochDay()
                                        - t.tradeDate().toEpochDay()))));
            case SENTIMENT ->
                sum(MARKET.socialSentiment()
                        .map((SocialSentiment s) -> BigDecimal.valueOf(s.mentions())
                                .add(s.sentiment() == null ? BigDecimal.ZERO : s.sentiment())));
            case GOVERNMENT_EVENTS ->
                sum(MARKET.governmentEvents().map(GovernmentEvent::expected))
                        .add(sum(MARKET.governmentEvents().map(GovernmentEvent::actual)));
            case OPTIONS ->
                sum(MARKET.options()
                        .map((OptionQuote o) -> o.strike()
                                .add(o.impliedVolatility())
                                .add(o.gamma())
                                .add(BigDecimal.valueOf(o.openInterest()))));
            default ->
                sum(MARKET.corporateActions().map(CorporateAction::ratio))
                        .add(sum(MARKET.corporateActions().map(CorporateAction::amount)));
        };
    }

    private static BigDecimal sum(java.util.stream.Stream<BigDecimal> numbers) {
        return numbers.filter(n -> n != null).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    @Test
    void ticksAreInsertedOnlyAndTheSameTickOnce() throws IOException {
        CsvFile ticks = csv("ticks.csv", """
                timestamp,ticker,price,volume,bid,ask
                2024-03-01T14:30:00.123456Z,TICK,10.01,100,10.00,10.02
                2024-03-01T14:30:00.123456Z,TICK,10.02,100,10.00,10.02
                2024-03-01T14:30:00.123456Z,TICK,10.02,100,10.00,10.02
                2024-03-01T14:30:01Z,TICK,10.03,,,
                """);
        IngestReport report = tb.ingest(MarketStream.TICKS, ticks);
        assertThat(report.inserted()).isEqualTo(3);
        assertThat(report.unchanged()).isOne();
        assertThat(tb.ingest(MarketStream.TICKS, ticks).unchanged()).isEqualTo(4);
        Table latest = tb.sql(
                        "SELECT price FROM market.stock_prices_realtime WHERE symbol = 'TICK' ORDER BY realtime_id")
                .table();
        assertThat(latest.doubleColumn("price").asList())
                .as("numbered in the order of the source")
                .containsExactly(10.01, 10.02, 10.03);
    }

    @Test
    void aRowThatContradictsAKnownFactIsRejectedUnlessItSaysThatItCorrects() throws IOException {
        String header = "id,published_at,headline,impact,corrected_at\n";
        tb.ingest(MarketStream.NEWS, csv("a.csv", header + "900001,2024-03-01T12:00:00Z,Test one,low,\n"));
        IngestReport other =
                tb.ingest(MarketStream.NEWS, csv("b.csv", header + "900001,2024-03-01T12:00:00Z,Test two,low,\n"));
        assertThat(other.rejected()).isOne();
        assertThat(reason("b.csv")).contains("market.news_events", "corrected_at");
        IngestReport correction = tb.ingest(
                MarketStream.NEWS,
                csv("c.csv", header + "900001,2024-03-01T12:00:00Z,Test two,low,2024-03-01T13:00:00Z\n"));
        assertThat(correction.inserted()).isOne();
        Table known = tb.sql("SELECT headline FROM market.news_events WHERE news_id = 900001 ORDER BY known_at")
                .table();
        assertThat(known.stringColumn("headline").asList()).containsExactly("Test one", "Test two");
    }

    @Test
    void whatTheServerRefusesIsFoundByHalvingAndRejectedWithItsCode() throws IOException {
        StringBuilder text = new StringBuilder("symbol,insider,type,trade_date,filing_date,shares\n");
        for (int i = 1; i <= 100; i++) {
            // The table's rule, that a filing comes after its trade, is not checked before.
            text.append("LADR,Test ")
                    .append(i)
                    .append(",Sale,2024-03-04,")
                    .append(i == 37 || i == 90 ? "2024-03-01" : "2024-03-05")
                    .append(",10\n");
        }
        IngestReport report = tb.ingest(MarketStream.INSIDER_TRADES, csv("ladder.csv", text.toString()));
        assertThat(report.inserted()).isEqualTo(98);
        assertThat(report.rejected()).isEqualTo(2);
        Table rejects = tb.sql("SELECT * FROM market.ingest_rejects WHERE source = 'ladder.csv' ORDER BY line")
                .table();
        assertThat(rejects.longColumn("line").asList()).containsExactly(38L, 91L);
        assertThat(rejects.stringColumn("sqlstate").asList()).containsOnly("23514");
        assertThat(rejects.row(0).getString("raw")).isEqualTo("LADR,Test 37,Sale,2024-03-04,2024-03-01,10");
        tb.sql("ALTER TABLE market.insider_trades DISABLE TRIGGER refuse_delete")
                .execute();
        tb.sql("DELETE FROM market.insider_trades WHERE symbol = 'LADR'").execute();
        tb.sql("ALTER TABLE market.insider_trades ENABLE TRIGGER refuse_delete").execute();
    }

    @Test
    void wordsAreUnderstoodAsPeopleWriteThem() throws IOException {
        tb.ingest(MarketStream.NEWS, csv("words.csv", """
                date;tickers;title;impact;retracted
                2024-03-01;[ALDR, "BRCH"];"Test: a ""quoted""
                headline";HIGH;yes
                """));
        Row news = tb.sql("SELECT array_to_string(symbols, '+') AS symbols, headline, impact, retracted"
                        + " FROM market.news_events WHERE headline LIKE 'Test: a%'")
                .table()
                .row(0);
        assertThat(news.getString("symbols")).isEqualTo("ALDR+BRCH");
        assertThat(news.getString("headline")).isEqualTo("Test: a \"quoted\"\nheadline");
        assertThat(news.getString("impact")).isEqualTo("high");
        assertThat(news.getBoolean("retracted")).isTrue();
        IngestReport report =
                tb.ingest(MarketStream.NEWS, csv("word.csv", "date,title,impact\n2024-03-01,Test,huge\n"));
        assertThat(report.rejected()).isOne();
        assertThat(reason("word.csv")).isEqualTo("impact \"huge\" is none of low, medium, high.");
    }

    @Test
    void whatAllRowsHaveInCommonCanBeSaidOfAnyColumn() throws IOException {
        CsvFile file = csv("mentions.csv", "hour,ticker,mentions\n2024-03-01T10:00Z,SAID,3\n");
        tb.ingest(MarketStream.SENTIMENT, file.with("platform", "test").with("symbol", "OTHER"));
        assertThat(tb.sql("SELECT platform || ' ' || mentions AS t FROM market.social_sentiment WHERE symbol = 'SAID'")
                        .table()
                        .stringColumn("t")
                        .asList())
                .as("a column of the rows counts")
                .containsExactly("test 3");
        CsvFile minutes = csv("minutes.csv", "time,close\n2024-03-01T14:30:00Z,3\n");
        assertThat(tb.ingest(minutes.with("interval", "1m")
                                .with("symbol", "SAID")
                                .with("Vol.", "7"))
                        .inserted())
                .isOne();
        assertThat(tb.sql("SELECT volume FROM market.market_data WHERE symbol = 'SAID' AND interval = '1m'")
                        .table()
                        .longColumn("volume")
                        .asList())
                .containsExactly(7L);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> tb.ingest(minutes.with("volum", "7")))
                .isInstanceOf(dev.tickbook.TickbookException.class)
                .hasMessageContaining("minutes.csv: .with(\"volum\", …) names no column of bars")
                .hasMessageContaining("volume");
    }

    @Test
    void theMinusOfASaleIsWhatItsTypeSays() throws IOException {
        IngestReport report = tb.ingest(MarketStream.INSIDER_TRADES, csv("sales.csv", """
                Filing Date;Trade Date;Ticker;Insider Name;Title;Trade Type;Price;Qty;Value
                2024-03-14;2024-03-12;SOLD;Test Person;CEO;S - Sale;$171.13;-100,000;-$17,113,000
                2024-03-14;2024-03-13;SOLD;Test Person;CEO;S - Sale+OE;$171.13;-50;-$8,556.50
                2024-03-14;2024-03-13;SOLD;Test Person;CEO;P - Purchase;$171.13;-50;-$8,556.50
                """));
        assertThat(tb.sql("SELECT shares FROM market.insider_trades WHERE symbol = 'SOLD' AND value > 0 ORDER BY 1")
                        .table()
                        .longColumn("shares")
                        .asList())
                .containsExactly(50L, 100_000L);
        assertThat(report.rejected()).as("a purchase of less than nothing").isOne();
    }

    @Test
    void aDateAndATimeOfDayMayStandSideBySide() throws IOException {
        tb.ingest(MarketStream.GOVERNMENT_EVENTS, csv("calendar.csv", """
                Date,Time,Agency,Event,Impact,Actual,Forecast
                2024-03-12,12:30,Bureau of Tests,Test of prices,High,0.4,0.3
                """));
        Row event = tb.sql("SELECT published_at, actual FROM market.government_events WHERE title = 'Test of prices'")
                .table()
                .row(0);
        assertThat(event.getInstant("published_at")).isEqualTo(Instant.parse("2024-03-12T12:30:00Z"));
        assertThat(event.getDouble("actual")).isEqualTo(0.4);
    }

    @Test
    void aColumnThatEachRowNeedsIsAskedFor() throws IOException {
        CsvFile nameless = csv("nameless.csv", "hour,symbol,mentions\n2024-03-01T10:00Z,ALDR,3\n");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> tb.ingest(MarketStream.SENTIMENT, nameless))
                .hasMessageContaining("has no column \"platform\"")
                .hasMessageContaining(".with(\"platform\", …)");
        CsvFile file = csv("needs.csv", "date,text\n2024-03-01,Test\n");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> tb.ingest(MarketStream.NEWS, file))
                .hasMessageContaining("needs.csv has no column \"headline\"")
                .hasMessageContaining("for news at least published_at, headline");
    }

    private CsvFile csv(String name, String text) throws IOException {
        return CsvFile.of(Files.writeString(own.resolve(name), text));
    }

    private static String reason(String source) {
        List<String> reasons = tb.sql("SELECT reason FROM market.ingest_rejects WHERE source = ?", source)
                .table()
                .stringColumn("reason")
                .asList();
        assertThat(reasons).hasSize(1);
        return reasons.get(0);
    }
}
