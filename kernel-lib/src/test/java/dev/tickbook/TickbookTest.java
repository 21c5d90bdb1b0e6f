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
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(folder.resolve("data/PG_VERSION"), "9.6\n");
        assertThatThrownBy(() -> Tickbook.open(folder))
                .isInstanceOf(TickbookException.class)
                .hasMessageContaining("was made by PostgreSQL 9.6");
        assertThat(folder.resolve("data/PG_VERSION")).hasContent("9.6\n");
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
