package dev.tickbook.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tickbook.Tickbook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** What a subscription hears, and what it says when it could not hear. */
@SuppressWarnings("try") // what is opened does its work unnamed
class SubscriptionTest {

    private static final String PRICE =
            "INSERT INTO market.stock_prices_realtime (symbol, time, price) VALUES (?, now(), ?)";
    /** The connection that listens is the one whose last statements are the subscription's. */
    private static final String DISCONNECT = """
            SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND datname = current_database()
               AND (query LIKE 'SELECT clock_timestamp()%' OR query LIKE 'LISTEN%' OR query LIKE '%jsonb_array_elements_text(CASE jsonb_typeof%')""";

    static Tickbook tb;

    @BeforeAll
    static void open() {
        tb = Tickbook.open();
    }

    @AfterAll
    static void close() {
        tb.close();
    }

    @Test
    void whatIsInsertedAfterItReturnedIsToldOncePerStatement() throws Exception {
        BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
        try (Subscription subscription = tb.market().subscribe(events::add)) {
            tb.sql(
                            "INSERT INTO market.stock_prices_realtime (symbol, time, price) VALUES ('B', now(), 1), ('A', now(), 2)")
                    .execute();
            MarketEvent.Inserted prices = (MarketEvent.Inserted) next(events);
            assertThat(prices.table()).isEqualTo("stock_prices_realtime");
            assertThat(prices.rows()).isEqualTo(2);
            assertThat(prices.symbols()).containsExactlyInAnyOrder("A", "B");
            assertThat(tb.sql(
                                    "SELECT price FROM market.stock_prices_realtime WHERE realtime_id BETWEEN ? AND ? ORDER BY price",
                                    prices.firstId(),
                                    prices.lastId())
                            .table()
                            .doubleColumn("price")
                            .asList())
                    .containsExactly(1.0, 2.0);

            tb.sql(
                            "INSERT INTO market.predictions (symbol, model, made_at, target_time, predicted) VALUES ('A', 'm', now(), now() + interval '1 day', 3)")
                    .execute();
            assertThat(((MarketEvent.Inserted) next(events)).table()).isEqualTo("predictions");
            tb.sql(
                            "INSERT INTO market.block_predictions (symbol, trading_day, block, model, made_at, predicted_direction) VALUES ('A', current_date + 1, 1, 'm', now(), 1)")
                    .execute();
            MarketEvent.Inserted blocks = (MarketEvent.Inserted) next(events);
            assertThat(blocks.table()).isEqualTo("block_predictions");
            assertThat(blocks.firstId()).isNull();
        }
    }

    @Test
    void aLostConnectionIsReplacedAndTheGapHoldsEveryRowThatWasNotToldOf() throws Exception {
        BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
        Set<Long> known = new LinkedHashSet<>();
        List<Long> inserted = new ArrayList<>();
        int gaps = 0;
        try (Subscription subscription = tb.market().subscribe(events::add)) {
            for (int round = 0; round < 5; round++) {
                assertThat(disconnect()).isPositive();
                for (int i = 0; i < 20; i++) { // while it is away, and when it is back
                    inserted.add(insert("GAP", i));
                    Thread.sleep(5);
                }
                MarketEvent event = next(events);
                while (!(event instanceof MarketEvent.Gap gap)) {
                    learn(known, event);
                    event = next(events);
                }
                gaps++;
                assertThat(gap.from()).isBefore(gap.to());
                assertThat(gap.to()).isBefore(Instant.now().plusSeconds(5));
                Table missed =
                        tb.sql(gap.queries().get("stock_prices_realtime")).table();
                missed.longColumn("realtime_id").forEach(known::add);
                for (String query : gap.queries().values()) {
                    tb.sql(query).table(); // each of them can be run
                }
            }
            inserted.add(insert("GAP", 1_000)); // after this one is heard, all before it were
            while (!known.contains(inserted.get(inserted.size() - 1))) {
                learn(known, next(events));
            }
        }
        assertThat(gaps).isEqualTo(5);
        assertThat(known).containsAll(inserted);
    }

    @Test
    void aListenerThatThrowsGoesOnHearing() throws Exception {
        BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
        try (Subscription subscription = tb.market().subscribe(event -> {
            events.add(event);
            throw new IllegalStateException("a listener's own mistake, thrown by a test");
        })) {
            insert("A", 1);
            next(events);
            insert("A", 2);
            next(events);
        }
    }

    @Test
    void aNotificationThatIsNotOursIsPassedOver() throws Exception {
        BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
        try (Subscription subscription = tb.market().subscribe(events::add)) {
            tb.sql("SELECT pg_notify('tickbook_realtime', 'hello {')").table();
            insert("A", 1);
            assertThat(((MarketEvent.Inserted) next(events)).table()).isEqualTo("stock_prices_realtime");
        }
    }

    @Test
    void nothingIsToldAfterItIsClosedAndItsConnectionIsGone() throws Exception {
        CountDownLatch telling = new CountDownLatch(1);
        BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
        Subscription subscription = tb.market().subscribe(event -> {
            telling.countDown();
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                throw new IllegalStateException("closing must not disturb a listener at work", e);
            }
            events.add(event);
        });
        insert("A", 1);
        assertThat(telling.await(30, TimeUnit.SECONDS)).isTrue();
        subscription.close();
        assertThat(events).as("close waited for the listener").hasSize(1);
        insert("A", 2);
        Thread.sleep(300);
        assertThat(events).hasSize(1);
        subscription.close(); // once more does no harm
        assertThat(disconnect()).as("connections left that listen").isZero();
    }

    @Test
    void aListenerMayCloseItsSubscription() throws Exception {
        BlockingQueue<MarketEvent> events = new LinkedBlockingQueue<>();
        Subscription[] subscription = new Subscription[1];
        CountDownLatch ready = new CountDownLatch(1);
        subscription[0] = tb.market().subscribe(event -> {
            try {
                ready.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            subscription[0].close();
            events.add(event);
        });
        ready.countDown();
        insert("A", 1);
        next(events);
        insert("A", 2);
        assertThat(events.poll(500, TimeUnit.MILLISECONDS)).isNull();
    }

    private static MarketEvent next(BlockingQueue<MarketEvent> events) throws InterruptedException {
        MarketEvent event = events.poll(60, TimeUnit.SECONDS);
        assertThat(event).as("an event within a minute").isNotNull();
        return event;
    }

    private static void learn(Set<Long> known, MarketEvent event) {
        if (event instanceof MarketEvent.Inserted rows) {
            for (long id = rows.firstId(); id <= rows.lastId(); id++) {
                known.add(id);
            }
        }
    }

    private static long insert(String symbol, double price) {
        tb.sql(PRICE, symbol, price).execute();
        return tb.sql("SELECT max(realtime_id) AS id FROM market.stock_prices_realtime")
                .table()
                .longColumn("id")
                .get(0);
    }

    private static long disconnect() {
        return tb.sql(DISCONNECT).table().longColumn("n").get(0);
    }
}
