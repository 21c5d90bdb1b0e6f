package dev.tickbook.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DatasetsTest {

    /** Length, first, second and last value, and sum, as R 4.2.2 prints them with options(digits = 15). */
    @ParameterizedTest
    @CsvSource({
        "AirPassengers, 144, 112, 118, 432, 40363, 1949-01-01, 1960-12-01",
        "WWWusage, 100, 88, 84, 220, 13708, 1, 100",
        "LakeHuron, 98, 580.38, 581.86, 579.96, 56742.4, 1875, 1972",
        "lynx, 114, 269, 321, 3396, 175334, 1821, 1934",
        "Nile, 100, 1120, 1160, 740, 91935, 1871, 1970",
        "sunspots, 2820, 58, 62.6, 33.4, 144570, 1749-01-01, 1983-12-01",
        "sunspot.year, 289, 5, 11, 100.2, 14049.3, 1700, 1988",
    })
    void a_series_has_the_figures_that_r_prints(
            String name, int length, String first, String second, String last, String sum, String from, String to)
            throws IOException {
        List<String[]> rows = rows(name);
        assertThat(rows).hasSize(length);
        assertThat(rows.get(0)).containsExactly(from, first);
        assertThat(rows.get(1)[1]).isEqualTo(second);
        assertThat(rows.get(length - 1)).containsExactly(to, last);
        assertThat(sum(rows, 1)).isEqualByComparingTo(sum);
    }

    /** From R 4.2.2: EuStockMarkets[c(1, 930, 1860), ] and colSums(EuStockMarkets). */
    @Test
    void eu_stock_markets_has_the_figures_that_r_prints() throws IOException {
        List<String[]> rows = rows("EuStockMarkets");
        assertThat(rows).hasSize(1860);
        assertThat(rows.get(0)).endsWith("1628.75", "1678.1", "1772.8", "2443.6");
        assertThat(rows.get(929)).endsWith("2050.86", "2574.6", "1813.3", "2995.9");
        assertThat(rows.get(1859)).endsWith("5473.72", "7676.3", "3995", "5455");
        assertThat(sum(rows, 2)).isEqualByComparingTo("4707021.8");
        assertThat(sum(rows, 3)).isEqualByComparingTo("6279776.1");
        assertThat(sum(rows, 4)).isEqualByComparingTo("4143761.0");
        assertThat(sum(rows, 5)).isEqualByComparingTo("6632096.3");
    }

    @Test
    void eu_stock_markets_counts_260_steps_a_year_from_the_130th_of_1991() throws IOException {
        List<String[]> rows = rows("EuStockMarkets");
        for (int i = 0; i < rows.size(); i++) {
            assertThat(Double.parseDouble(rows.get(i)[0])).isCloseTo(1991 + (129 + i) / 260.0, within(1e-9));
        }
    }

    @Test
    void eu_stock_markets_gets_consecutive_weekdays_from_july_1991() throws IOException {
        LocalDate expected = LocalDate.of(1991, 7, 1);
        for (String[] row : rows("EuStockMarkets")) {
            assertThat(row[1]).isEqualTo(expected.toString());
            expected = expected.plusDays(expected.getDayOfWeek() == DayOfWeek.FRIDAY ? 3 : 1);
        }
        assertThat(expected).isEqualTo("1998-08-17");
    }

    /** The evidence that the assigned dates are the real ones; Easter and Whitsun of the years are almanac facts. */
    @Test
    void eu_stock_markets_stands_still_only_on_holidays_that_all_four_countries_share() throws IOException {
        Set<MonthDay> fixed = Set.of(MonthDay.of(12, 25), MonthDay.of(1, 1));
        Set<String> easterAndWhitsun = Set.of(
                "1992-04-17",
                "1992-04-20",
                "1993-04-09",
                "1993-04-12",
                "1993-05-31",
                "1994-04-01",
                "1994-04-04",
                "1995-04-14",
                "1995-04-17",
                "1996-04-05",
                "1996-04-08",
                "1996-05-27",
                "1997-03-28",
                "1997-03-31",
                "1998-04-10",
                "1998-04-13");
        List<String[]> rows = rows("EuStockMarkets");
        int still = 0;
        for (int i = 1; i < rows.size(); i++) {
            String[] a = rows.get(i - 1);
            String[] b = rows.get(i);
            if (a[2].equals(b[2]) && a[3].equals(b[3]) && a[4].equals(b[4]) && a[5].equals(b[5])) {
                still++;
                assertThat(fixed.contains(MonthDay.from(LocalDate.parse(b[1]))) || easterAndWhitsun.contains(b[1]))
                        .as(b[1])
                        .isTrue();
            }
        }
        assertThat(still).isEqualTo(26);
    }

    @ParameterizedTest
    @MethodSource("dev.tickbook.datasets.Datasets#names")
    void every_series_says_what_it_is_where_it_comes_from_and_on_what_terms(String name) throws IOException {
        assertThat(Datasets.readme(name)).startsWith("# " + name).contains("**Source**", "**Standing**", "| column |");
    }

    @Test
    void an_unknown_name_says_which_exist() {
        assertThatThrownBy(() -> Datasets.open("nile"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "There is no data set 'nile'; there are EuStockMarkets, AirPassengers, WWWusage, LakeHuron, "
                                + "lynx, Nile, sunspots, sunspot.year.");
    }

    @Test
    void copies_to_a_file_or_into_a_folder_byte_for_byte(@TempDir Path folder) throws IOException {
        byte[] expected;
        try (InputStream csv = Datasets.open("Nile")) {
            expected = csv.readAllBytes();
        }
        assertThat(Datasets.copyTo("Nile", folder.resolve("flow.csv"))).hasBinaryContent(expected);
        assertThat(Datasets.copyTo("Nile", folder))
                .isEqualTo(folder.resolve("Nile.csv"))
                .hasBinaryContent(expected);
        assertThat(Datasets.copyTo("lynx", folder.resolve("flow.csv")))
                .content()
                .startsWith("year,value\n1821,269\n");
    }

    @Test
    void copying_into_a_folder_that_is_not_there_names_it(@TempDir Path folder) {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> Datasets.copyTo("Nile", missing.resolve("Nile.csv")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(missing + ": create this folder before copying into it");
        assertThatThrownBy(() -> Datasets.copyTo("nil", folder.resolve("x.csv")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Files.exists(folder.resolve("x.csv"))).isFalse();
    }

    private static Offset<Double> within(double tolerance) {
        return Offset.offset(tolerance);
    }

    private static List<String[]> rows(String name) throws IOException {
        List<String[]> rows = new ArrayList<>();
        try (BufferedReader csv = Datasets.reader(name)) {
            String header = csv.readLine();
            for (String line; (line = csv.readLine()) != null; ) {
                rows.add(line.split(","));
                assertThat(rows.get(rows.size() - 1)).hasSameSizeAs(header.split(","));
            }
        }
        return rows;
    }

    private static BigDecimal sum(List<String[]> rows, int column) {
        return rows.stream().map(row -> new BigDecimal(row[column])).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
