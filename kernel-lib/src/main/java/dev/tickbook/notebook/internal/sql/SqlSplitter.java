package dev.tickbook.notebook.internal.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Splits SQL into statements by PostgreSQL's lexical rules, and finds the parameters in it: {@code :name}, outside quotes,
 * dollar quotes and comments. A cast ({@code ::}), an argument's name ({@code :=}) and a colon directly between square
 * brackets, which is an array slice's, are no parameters.
 */
final class SqlSplitter {

    private final String sql;
    private final List<SqlStatement> statements = new ArrayList<>();
    private int at;

    private final StringBuilder text = new StringBuilder();
    private final List<String> parameters = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final Deque<Character> brackets = new ArrayDeque<>();
    private int blocks; // how deep inside BEGIN … END or CASE … END of a function's body

    SqlSplitter(String sql, int from) {
        this.sql = sql;
        this.at = from;
    }

    List<SqlStatement> statements() {
        while (at < sql.length()) {
            step();
        }
        finish();
        return List.copyOf(statements);
    }

    private void step() {
        char c = sql.charAt(at);
        if (c == '\'') {
            copyTo(endOfQuoted('\'', isEscapeString()));
        } else if (c == '"') {
            copyTo(endOfQuoted('"', false));
        } else if (sql.startsWith("--", at)) {
            int end = sql.indexOf('\n', at);
            copyTo(end < 0 ? sql.length() : end);
        } else if (sql.startsWith("/*", at)) {
            copyTo(endOfComment());
        } else if (c == '$' && dollarTag() != null) {
            String tag = dollarTag();
            int end = sql.indexOf(tag, at + tag.length());
            copyTo(end < 0 ? sql.length() : end + tag.length());
        } else if (isNameStart(c)) {
            int end = endOfName(at);
            word(SqlStatement.word(sql.substring(at, end)));
            copyTo(end);
        } else if (Character.isDigit(c)) {
            copyTo(endOfName(at)); // so that no digit's suffix is taken for a word
        } else if (sql.startsWith("::", at) || sql.startsWith(":=", at)) {
            copyTo(at + 2);
        } else if (c == ':' && at + 1 < sql.length() && isNameStart(sql.charAt(at + 1)) && !isSlice()) {
            parameter();
        } else if (c == '?') {
            text.append("??"); // as the driver wants a question mark that is an operator's
            places.add(at++);
        } else if (c == ';' && brackets.isEmpty() && blocks == 0) {
            at++;
            finish();
        } else {
            bracket(c);
            copyTo(at + 1);
        }
    }

    private void parameter() {
        int end = endOfName(at + 1);
        parameters.add(sql.substring(at + 1, end));
        text.append('?');
        for (int i = 0; i <= String.valueOf(parameters.size()).length(); i++) {
            places.add(at); // the server gets $1, $2 …
        }
        at = end;
    }

    private boolean isSlice() {
        return !brackets.isEmpty() && brackets.peek() == '[';
    }

    private void bracket(char c) {
        if (c == '(' || c == '[') {
            brackets.push(c);
        } else if ((c == ')' || c == ']') && !brackets.isEmpty()) {
            brackets.pop();
        }
    }

    /** Bodies in standard SQL have semicolons inside: CREATE FUNCTION … BEGIN ATOMIC …; …; END. */
    private void word(String word) {
        words.add(word);
        if (!words.get(0).equals("CREATE") || !(words.contains("FUNCTION") || words.contains("PROCEDURE"))) {
            return;
        }
        if (word.equals("ATOMIC") && words.get(words.size() - 2).equals("BEGIN")) {
            blocks++;
        } else if (blocks > 0 && word.equals("CASE")) {
            blocks++;
        } else if (blocks > 0 && word.equals("END")) {
            blocks--;
        }
    }

    private void copyTo(int end) {
        for (; at < end; at++) {
            text.append(sql.charAt(at));
            if (!Character.isLowSurrogate(sql.charAt(at))) {
                places.add(at);
            }
        }
    }

    private void finish() {
        String all = text.toString();
        String stripped = all.strip();
        if (!words.isEmpty() || !brackets.isEmpty() || hasMoreThanComments(stripped)) {
            int skipped = all.length() - all.stripLeading().length();
            statements.add(new SqlStatement(
                    stripped,
                    List.copyOf(parameters),
                    List.copyOf(words),
                    places.stream().skip(skipped).mapToInt(Integer::intValue).toArray()));
        }
        text.setLength(0);
        parameters.clear();
        words.clear();
        places.clear();
        brackets.clear();
        blocks = 0;
    }

    private static boolean hasMoreThanComments(String text) {
        SqlSplitter rest = new SqlSplitter(text, 0);
        while (rest.at < text.length()) {
            char c = text.charAt(rest.at);
            if (text.startsWith("--", rest.at)) {
                int end = text.indexOf('\n', rest.at);
                rest.at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", rest.at)) {
                rest.at = rest.endOfComment();
            } else if (Character.isWhitespace(c)) {
                rest.at++;
            } else {
                return true;
            }
        }
        return false;
    }

    private int endOfQuoted(char quote, boolean escapes) {
        int i = at + 1;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            if (escapes && c == '\\') {
                i += 2;
            } else if (c != quote) {
                i++;
            } else if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
                i += 2;
            } else {
                return i + 1;
            }
        }
        return sql.length();
    }

    /** E'…', where a backslash hides a quote. */
    private boolean isEscapeString() {
        return at > 0
                && (sql.charAt(at - 1) == 'E' || sql.charAt(at - 1) == 'e')
                && (at == 1 || !isNamePart(sql.charAt(at - 2)));
    }

    /** Comments nest. */
    private int endOfComment() {
        int depth = 0;
        int i = at;
        while (i < sql.length()) {
            if (sql.startsWith("/*", i)) {
                depth++;
                i += 2;
            } else if (sql.startsWith("*/", i)) {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return sql.length();
    }

    /** The $tag$ that opens here, or null. */
    private String dollarTag() {
        if (at > 0 && isNamePart(sql.charAt(at - 1))) {
            return null;
        }
        int end = at + 1;
        if (end < sql.length() && isNameStart(sql.charAt(end))) {
            while (end < sql.length() && isNamePart(sql.charAt(end)) && sql.charAt(end) != '$') {
                end++;
            }
        }
        return end < sql.length() && sql.charAt(end) == '$' ? sql.substring(at, end + 1) : null;
    }

    private int endOfName(int from) {
        int end = from;
        while (end < sql.length() && isNamePart(sql.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isNameStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }
}
