package dev.tickbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/** Opening a database of one's own, keeping it, and closing it. */
class TickbookTest {

    @TempDir
    Path folder;

    @Test
    void anOpenDatabaseHasTheExtensionAndTheMarketTables() {
        try (Tickbook tb = Tickbook.open()) {
            Table answer = tb.sql("SELECT tickbook.version() AS version, tickbook.engine() AS engine,"
                            + " (SELECT count(*) FROM market.market_data) AS bars")
                    .table();
            assertThat(answer.stringColumn("version").get(0)).isEqualTo("1.0.0");
            assertThat(answer.stringColumn("engine").get(0)).isEqualTo("native");
            assertThat(answer.longColumn("bars").get(0)).isZero();
        }
    }

    @Test
    void theDataOfAFolderIsThereWhenItIsOpenedAgain() {
        try (Tickbook tb = Tickbook.open(folder)) {
            tb.sql("CREATE TABLE note AS SELECT 'kept' AS text").execute();
        }
        try (Tickbook tb = Tickbook.open(folder)) {
            assertThat(tb.sql("SELECT text FROM note")
                            .table()
                            .stringColumn("text")
                            .get(0))
                    .isEqualTo("kept");
        }
    }

    @Test
    void aFolderThatIsOpenCannotBeOpenedAgain() {
        try (Tickbook first = Tickbook.open(folder)) {
            assertThatThrownBy(() -> Tickbook.open(folder))
                    .isInstanceOf(TickbookException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("in use by another Tickbook. Close that one, or open another folder.");
            assertThat(first.sql("SELECT 1").table().rowCount()).isOne();
        }
    }

    @Test
    void aFolderOfAnotherMajorVersionIsLeftAlone() throws Exception {
        Files.writeString(folder.resolve("cluster"), "old");
        Path version = Files.createDirectory(folder.resolve("old")).resolve("PG_VERSION");
        Files.writeString(version, "9.6\n");
        assertThatThrownBy(() -> Tickbook.open(folder))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("was made by PostgreSQL 9.6");
        assertThat(version).hasContent("9.6\n");
    }

    @Test
    void otherFilesInTheFolderAreLeftAlone() throws Exception {
        Path precious =
                Files.writeString(Files.createDirectory(folder.resolve("data")).resolve("prices.csv"), "precious");
        Tickbook.open(folder).close();
        assertThat(precious).hasContent("precious");
    }

    @Test
    void anotherProcessCannotOpenAFolderThatWasRefusedInThisOne() throws Exception {
        try (Tickbook first = Tickbook.open(folder)) {
            assertThatThrownBy(() -> Tickbook.open(folder)).isInstanceOf(TickbookException.class);
            Process other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            KilledProcessTest.Victim.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .contains("in use by another Tickbook");
            assertThat(first.sql("SELECT 1").table().rowCount()).isOne();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        assertThatThrownBy(() -> Tickbook.open(file))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("The data folder " + file + " cannot be written.");
    }

    @Test
    void closingTwiceIsHarmlessAndUseAfterwardsIsExplained() {
        Tickbook tb = Tickbook.open();
        tb.close();
        tb.close();
        assertThatThrownBy(() -> tb.sql("SELECT 1").table())
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("This Tickbook is closed.");
    }

    @Test
    void theServerAsksOtherProgramsForItsPassword() {
        try (Tickbook tb = Tickbook.open()) {
            String withPassword = "jdbc:" + tb.psqlUrl();
            String without = withPassword.replaceFirst("&password=.*", "");
            assertThatThrownBy(() -> DriverManager.getConnection(without)).isInstanceOf(SQLException.class);
            assertThat(tb.toString()).doesNotContain("password");
        }
    }

    @Test
    void aDatabaseThatOpensInTheBackgroundIsReadyAtItsFirstUse() {
        try (Tickbook tb = Tickbook.openInBackground()) {
            assertThat(tb.sql("SELECT 1 AS one").table().intColumn("one").get(0))
                    .isOne();
        }
    }

    @Test
    void sessionsRunInUtc() {
        try (Tickbook tb = Tickbook.open()) {
            Table zone = tb.sql("SELECT current_setting('TimeZone') AS zone").table();
            assertThat(zone.stringColumn("zone").get(0)).isEqualTo("UTC");
        }
    }
}
