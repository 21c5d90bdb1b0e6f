package dev.tickbook.notebook.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Divides a cell into lines that are magics and the Java between them. A line inside a text block or a comment is none. */
final class CellParts {

    private CellParts() {}

    static List<String> of(String code, Predicate<String> isMagic) {
        List<String> parts = new ArrayList<>();
        StringBuilder java = new StringBuilder();
        Scan scan = new Scan();
        for (String line : code.split("\n", -1)) {
            if (scan.isOutside() && isMagic.test(line)) {
                parts.add(java.toString());
                java.setLength(0);
                parts.add(line);
            } else {
                scan.read(line);
                java.append(line).append('\n');
            }
        }
        parts.add(java.toString());
        parts.removeIf(String::isBlank);
        return parts;
    }

    /** Knows, at the end of each line, whether a text block or a comment goes on. */
    private static final class Scan {
        private boolean inText;
        private boolean inComment;

        boolean isOutside() {
            return !inText && !inComment;
        }

        void read(String line) {
            int at = 0;
            while (at < line.length()) {
                if (inText) {
                    int end = line.indexOf("\"\"\"", at);
                    inText = end < 0;
                    at = end < 0 ? line.length() : end + 3;
                } else if (inComment) {
                    int end = line.indexOf("*/", at);
                    inComment = end < 0;
                    at = end < 0 ? line.length() : end + 2;
                } else if (line.startsWith("\"\"\"", at)) {
                    inText = true;
                    at += 3;
                } else if (line.startsWith("/*", at)) {
                    inComment = true;
                    at += 2;
                } else if (line.startsWith("//", at)) {
                    return;
                } else if (line.charAt(at) == '"' || line.charAt(at) == '\'') {
                    at = endOfLiteral(line, at);
                } else {
                    at++;
                }
            }
        }

        private static int endOfLiteral(String line, int start) {
            int at = start + 1;
            while (at < line.length() && line.charAt(at) != line.charAt(start)) {
                at += line.charAt(at) == '\\' ? 2 : 1;
            }
            return at + 1;
        }
    }
}
