package dev.tickbook.notebook.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Divides a cell into lines that are magics and the Java between them. A line inside a text block or a comment is none. */
public final class CellParts {

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

    /**
     * Java with the same meaning, in which no line of a text block begins with a percent sign: kernels look for magics of
     * their own in every line, and would put their call into the text.
     *
     * @param java a cell, or a part of one
     * @return the same, the percent signs written as escapes
     */
    public static String withoutMagicsInTexts(String java) {
        Scan scan = new Scan();
        return java.lines()
                .map(line -> {
                    boolean inText = scan.inText;
                    scan.read(line);
                    return inText ? line.replaceFirst("^(\\s*)%", "$1\\\\045") : line;
                })
                .collect(Collectors.joining("\n"));
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
                    at = endOfText(line, at);
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

        /** A backslash hides a quote here too. */
        private int endOfText(String line, int start) {
            int at = start;
            while (at < line.length() && !line.startsWith("\"\"\"", at)) {
                at += line.charAt(at) == '\\' ? 2 : 1;
            }
            inText = at >= line.length();
            return inText ? line.length() : at + 3;
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
