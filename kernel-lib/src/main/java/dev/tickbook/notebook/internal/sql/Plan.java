package dev.tickbook.notebook.internal.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * A query plan. EXPLAIN's own text is drawn as a tree: what a step is on the left, and, where they are known, on the right
 * how many rows were expected and came, and the time spent in the step itself, without those below it.
 *
 * @param lines as the server sent them
 */
public record Plan(List<String> lines) {

    private static final Pattern STEP = Pattern.compile("^( *)(?:-> {2})?(\\S.*?)  \\(cost=.*?rows=(\\d+) width=\\d+\\)"
            + "(?: \\((?:actual time=[\\d.]+\\.\\.([\\d.]+) rows=([\\d.]+) loops=(\\d+)|never executed)\\))?$");

    private static final int WIDEST_TITLE = 90;
    private static final int WIDEST_LINE = 160;

    private record Step(String title, int indent, int depth, String expected, double rows, double total) {}

    static Plan read(ResultSet rows) throws SQLException {
        List<String> lines = new ArrayList<>();
        while (rows.next()) {
            lines.addAll(rows.getString(1).lines().toList());
        }
        return new Plan(lines);
    }

    Table table() {
        return Table.create("plan", StringColumn.create("QUERY PLAN", lines));
    }

    @Override
    public String toString() {
        List<Object> parts = parts();
        if (parts.stream().noneMatch(Step.class::isInstance)) {
            return String.join("\n", lines);
        }
        boolean measured = parts.stream().anyMatch(part -> part instanceof Step step && step.total() >= 0);
        List<String> left = new ArrayList<>();
        List<String> right = new ArrayList<>();
        left.add("");
        right.add(measured ? heading("expected", "rows", "ms") : heading("expected"));
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof Step step) {
                left.add(branches(parts, i) + step.title());
                right.add(measured ? measures(parts, i) : String.format(Locale.ROOT, "%12s", step.expected()));
            } else {
                left.add(cut(remarkIndent(parts, i) + ((String) parts.get(i)).strip()));
                right.add("");
            }
        }
        int width =
                left.stream().mapToInt(String::length).limit(left.size()).max().orElse(0);
        int column = Math.min(width, 90);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < left.size(); i++) {
            String line = right.get(i).isEmpty()
                    ? left.get(i)
                    : left.get(i) + " ".repeat(Math.max(0, column - left.get(i).length())) + right.get(i);
            text.append(line.stripTrailing()).append('\n');
        }
        return text.toString().stripTrailing();
    }

    private static String cut(String line) {
        return line.length() <= WIDEST_LINE ? line : line.substring(0, WIDEST_LINE - 1) + "…";
    }

    private static String heading(String... names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(String.format(Locale.ROOT, "%12s", name));
        }
        return text.toString();
    }

    /** Steps, and the remarks between them as text. */
    private List<Object> parts() {
        List<Object> parts = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        for (String line : lines) {
            Matcher step = STEP.matcher(line);
            if (!step.find()) {
                parts.add(line);
                continue;
            }
            int indent = step.group(1).length();
            while (!open.isEmpty() && open.get(open.size() - 1) >= indent) {
                open.remove(open.size() - 1);
            }
            open.add(indent);
            boolean ran = step.group(4) != null;
            double loops = ran ? Double.parseDouble(step.group(6)) : 0;
            parts.add(new Step(
                    step.group(2),
                    indent,
                    open.size() - 1,
                    String.format(Locale.ROOT, "%,d", Long.parseLong(step.group(3))),
                    ran ? Double.parseDouble(step.group(5)) * loops : -1,
                    ran ? Double.parseDouble(step.group(4)) * loops : -1));
        }
        return parts;
    }

    private static String measures(List<Object> parts, int i) {
        Step step = (Step) parts.get(i);
        if (step.total() < 0) {
            return String.format(Locale.ROOT, "%12s%12s%12s", step.expected(), "never", "");
        }
        double own = step.total();
        for (int below = i + 1; below < parts.size(); below++) {
            if (parts.get(below) instanceof Step child) {
                if (child.depth() <= step.depth()) {
                    break;
                }
                if (child.depth() == step.depth() + 1) {
                    own -= Math.max(0, child.total());
                }
            }
        }
        return String.format(Locale.ROOT, "%12s%,12.0f%,12.2f", step.expected(), step.rows(), Math.max(0, own));
    }

    /** The lines of the tree in front of a step. */
    private static String branches(List<Object> parts, int i) {
        int depth = ((Step) parts.get(i)).depth();
        StringBuilder text = new StringBuilder();
        for (int level = 1; level <= depth; level++) {
            boolean more = comesAgain(parts, i, level);
            text.append(level == depth ? (more ? "├─ " : "└─ ") : (more ? "│  " : "   "));
        }
        return text.toString();
    }

    private static String remarkIndent(List<Object> parts, int i) {
        for (int above = i - 1; above >= 0; above--) {
            if (parts.get(above) instanceof String remark && !remark.startsWith(" ")) {
                return ((String) parts.get(i)).startsWith(" ") ? "  " : ""; // below Planning and the like
            }
            if (parts.get(above) instanceof Step step) {
                String line = (String) parts.get(i);
                if (!line.startsWith(" ")) {
                    return ""; // Planning Time and the like belong to the whole
                }
                StringBuilder text = new StringBuilder();
                for (int level = 1; level <= step.depth(); level++) {
                    text.append(comesAgain(parts, i, level) ? "│  " : "   ");
                }
                return text.append(comesAgain(parts, i, step.depth() + 1) ? "│    " : "     ")
                        .toString();
            }
        }
        return "";
    }

    /** Whether below this part another step follows at the level, before one that is further out. */
    private static boolean comesAgain(List<Object> parts, int i, int level) {
        for (int below = i + 1; below < parts.size(); below++) {
            if (parts.get(below) instanceof Step step && step.depth() <= level) {
                return step.depth() == level;
            }
        }
        return false;
    }
}
