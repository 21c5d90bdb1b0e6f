package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarketDeterminismTest {

    /** Changes only when somebody means to change every generated market; holds on each JDK. */
    private static final String SMALL_MARKET = "92bee3c1c1360c07b66e348da943ff808918c255574bf3a2221f1f269e339dc4";

    @Test
    void one_seed_gives_the_same_bytes_always() throws Exception {
        assertThat(sha256(Markets.small())).isEqualTo(SMALL_MARKET);
        assertThat(sha256(Markets.small())).isEqualTo(SMALL_MARKET);
    }

    @Test
    void locale_and_time_zone_make_no_difference() throws Exception {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            for (String language : List.of("ar-EG-u-nu-arab", "th-TH-u-ca-buddhist-nu-thai", "tr-TR", "de-DE")) {
                Locale.setDefault(Locale.forLanguageTag(language));
                TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
                assertThat(sha256(Markets.small())).as(language).isEqualTo(SMALL_MARKET);
            }
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void another_seed_gives_another_market() {
        MarketGenerator one = MarketGenerator.of(1).symbols(2).withoutMinuteBars();
        MarketGenerator two = MarketGenerator.of(2).symbols(2).withoutMinuteBars();
        assertThat(one.generate().dailyBars().toList())
                .doesNotContainAnyElementsOf(two.generate().dailyBars().toList());
    }

    @Test
    void more_symbols_leave_the_first_ones_as_they_are() {
        MarketGenerator generator = MarketGenerator.defaults().to(LocalDate.of(2024, 1, 31));
        List<MinuteBar> few = generator.symbols(2).generate().minuteBars().toList();
        List<MinuteBar> many = generator.symbols(5).generate().minuteBars().toList();
        assertThat(many).startsWith(few.toArray(MinuteBar[]::new));
        assertContains(
                generator.symbols(5).generate().news(),
                generator.symbols(2).generate().news());
    }

    @Test
    void a_later_end_leaves_what_was_known_as_it_is() {
        MarketGenerator generator = MarketGenerator.defaults().symbols(12).withoutMinuteBars();
        Market year = generator.to(LocalDate.of(2024, 12, 31)).generate();
        Market half = generator.to(LocalDate.of(2024, 6, 28)).generate();
        assertContains(raw(year), raw(half));
        assertContains(year.news(), half.news());
        assertContains(year.corporateActions(), half.corporateActions());
        assertContains(year.insiderTrades(), half.insiderTrades());
        assertContains(year.governmentEvents(), half.governmentEvents());
        assertContains(year.options(), half.options());
        assertContains(year.socialSentiment(), half.socialSentiment());
    }

    @Test
    void days_without_minute_bars_open_and_close_at_the_same_prices() {
        MarketGenerator generator = MarketGenerator.defaults().symbols(3).to(LocalDate.of(2024, 2, 29));
        List<DailyBar> alone =
                generator.withoutMinuteBars().generate().dailyBars().toList();
        List<DailyBar> summed = generator.generate().dailyBars().toList();
        List<DailyBar> mixed = generator
                .minuteBarsFrom(LocalDate.of(2024, 2, 1))
                .generate()
                .dailyBars()
                .toList();
        for (int i = 0; i < alone.size(); i++) {
            assertThat(alone.get(i).open()).isEqualTo(summed.get(i).open());
            assertThat(alone.get(i).close()).isEqualTo(summed.get(i).close());
            boolean january = alone.get(i).date().getMonthValue() == 1;
            assertThat(mixed.get(i)).isEqualTo(january ? alone.get(i) : summed.get(i));
        }
    }

    @Test
    void writes_every_file_with_the_columns_of_its_record(@TempDir Path folder) throws IOException {
        Market market = MarketGenerator.defaults()
                .symbols(2)
                .to(LocalDate.of(2024, 1, 12))
                .generate();
        market.writeTo(folder.resolve("market"));
        for (MarketFile file : MarketFile.values()) {
            List<String> lines = Files.readAllLines(folder.resolve("market").resolve(file.fileName()));
            assertThat(lines)
                    .as(file.fileName())
                    .hasSize(1 + (int) file.rows(market).count());
        }
        assertThat(folder.resolve("market/daily_bars.csv"))
                .content()
                .startsWith("date,symbol,open,high,low,close,adjusted_close,volume,vwap,trades\n2024-01-02,ALTR,");
        assertThat(folder.resolve("market/minute_bars.csv")).content().contains("\n2024-01-02T14:30:00Z,ALTR,");
        assertThat(folder.resolve("market/government_events.csv"))
                .content()
                .contains(",\"Jobs added in the month, thousands\",,high,");
    }

    @Test
    void writes_only_the_files_asked_for(@TempDir Path folder) throws IOException {
        MarketGenerator.defaults().symbols(1).generate().writeTo(folder, MarketFile.SYMBOLS, MarketFile.NEWS);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder("symbols.csv", "news.csv");
        }
    }

    @Test
    void impossible_markets_are_refused_with_the_reason() {
        assertThatThrownBy(() -> MarketGenerator.of(1).symbols(0)).hasMessageContaining("1 to 3200 symbols, not 0");
        assertThatThrownBy(() -> MarketGenerator.of(1).symbols(3201)).isInstanceOf(IllegalArgumentException.class);
        LocalDate saturday = LocalDate.of(2024, 3, 30);
        assertThatThrownBy(() -> MarketGenerator.of(1)
                        .from(saturday)
                        .to(saturday.plusDays(1))
                        .generate())
                .hasMessage("There is no trading day from 2024-03-30 to 2024-03-31; choose a longer span.");
        assertThatThrownBy(() ->
                        MarketGenerator.of(1).from(LocalDate.of(1990, 1, 1)).generate())
                .hasMessageContaining("1998 and later");
        assertThatThrownBy(() -> Markets.small().dailyBars("NOPE"))
                .hasMessage("This market of 8 symbols does not list 'NOPE'; symbols() says which it does.");
    }

    private static void assertContains(Stream<?> larger, Stream<?> smaller) {
        Set<Object> missing = smaller.collect(Collectors.toSet());
        assertThat(missing).isNotEmpty();
        larger.forEach(missing::remove);
        assertThat(missing).isEmpty();
    }

    private static Stream<List<Object>> raw(Market market) {
        return market.dailyBars()
                .map(bar -> List.of(
                        bar.date(), bar.symbol(), bar.open(), bar.high(), bar.low(), bar.close(), bar.volume()));
    }

    private static String sha256(Market market) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (MarketFile file : MarketFile.values()) {
            StringBuilder text = new StringBuilder();
            market.write(file, text);
            digest.update(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
