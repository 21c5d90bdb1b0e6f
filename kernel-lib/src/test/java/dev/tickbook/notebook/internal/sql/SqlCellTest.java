package dev.tickbook.notebook.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a cell's text is a statement, and what in it is a parameter. */
class SqlCellTest {

    private static SqlStatement only(String sql) {
        assertThat(SqlCell.parse(sql).statements()).hasSize(1);
        return SqlCell.parse(sql).statements().get(0);
    }

    @Test
    void aNameAfterAColonIsAParameterAndIsNeverPasted() {
        SqlStatement statement = only("SELECT * FROM t WHERE a = :first AND b > :second AND c = :first");
        assertThat(statement.text()).isEqualTo("SELECT * FROM t WHERE a = ? AND b > ? AND c = ?");
        assertThat(statement.parameters()).containsExactly("first", "second", "first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT ':x'",
                "SELECT 'it''s :x'",
                "SELECT E'it\\'s :x'",
                "SELECT \":x\" FROM t",
                "SELECT $$ :x $$",
                "SELECT $tag$ :x $$ :x $tag$",
                "SELECT 1 -- :x",
                "SELECT /* :x /* :x */ :x */ 1",
                "SELECT a::int",
                "SELECT a ::int",
                "SELECT f(a := 1)",
                "SELECT a[1:n]",
                "SELECT a[lo:hi]",
                "SELECT '12:30'::time",
                "SELECT a$1:: int"
            })
    void whatOnlyLooksLikeAParameterIsNone(String sql) {
        assertThat(only(sql).parameters()).isEmpty();
        assertThat(only(sql).text()).isEqualTo(sql);
    }

    @Test
    void aParameterMayBeCastAndStandBetweenBracketsInParentheses() {
        assertThat(only("SELECT :x::int, a[(:n)]").text()).isEqualTo("SELECT ?::int, a[(?)]");
    }

    @Test
    void aQuestionMarkThatIsAnOperatorStaysOne() {
        assertThat(only("SELECT '{}'::jsonb ? 'a', '?'").text()).isEqualTo("SELECT '{}'::jsonb ?? 'a', '?'");
    }

    @Test
    void statementsEndAtSemicolonsOutsideQuotesBracketsAndBodies() {
        assertThat(SqlCell.parse("""
                                SELECT ';'; -- a; b
                                CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);
                                DO $$ BEGIN NULL; END $$;
                                CREATE FUNCTION f() RETURNS int LANGUAGE sql
                                BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
                                ; ;
                                SELECT 3 -- the end
                                """).statements())
                .extracting(SqlStatement::title)
                .containsExactly("SELECT", "CREATE RULE", "DO", "CREATE FUNCTION", "SELECT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n", ";;", "-- nothing", "/* nothing */ ;"})
    void aCellWithoutSqlHasNoStatement(String sql) {
        assertThat(SqlCell.parse(sql).statements()).isEmpty();
    }

    @Test
    void aNameAndTwoArrowsKeepTheLastResult() {
        assertThat(SqlCell.parse("bars << SELECT 1").keepAs()).isEqualTo("bars");
        assertThat(SqlCell.parse("\n bars<<\nSELECT 1").keepAs()).isEqualTo("bars");
        assertThat(SqlCell.parse("SELECT 1 << 2").keepAs()).isNull();
        assertThat(only("bars << SELECT 1 << 2").text()).isEqualTo("SELECT 1 << 2");
    }

    @Test
    void aPlaceThatTheServerNamesIsFoundInTheCell() {
        String cell = "x << SELECT 1;\n  SELECT :long_name, '{}'::jsonb ? 'a', wrong";
        SqlStatement second = SqlCell.parse(cell).statements().get(1);
        String asTheServerGetsIt = "SELECT $1, '{}'::jsonb ? 'a', wrong";
        int place = second.place(asTheServerGetsIt.indexOf("wrong") + 1);
        assertThat(cell.substring(place - 1)).isEqualTo("wrong");
    }

    @Test
    void aQueryThatChangesRowsIsNoPlainQuery() {
        assertThat(only("WITH x AS (SELECT 1) SELECT * FROM x").isPlainQuery()).isTrue();
        assertThat(only("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x").isPlainQuery())
                .isFalse();
        assertThat(only("WITH x AS (SELECT 'delete') SELECT * FROM x").isPlainQuery())
                .isTrue();
    }
}
