package dev.tickbook.ingest.internal;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.tickbook.TickbookException;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows of JSON lines. */
public final class JsonRows implements Rows {

    private static final Pattern PARSER_MESSAGE = Pattern.compile("(.*?) at line \\d+ column (\\d+)");

    private final Path file;
    private final List<String> names;
    private final Map<String, List<Integer>> columns = new HashMap<>(); // by path
    private final Set<String> parents = new HashSet<>(); // of the paths
    private final long size;
    private final CountedBytes bytes;
    private final Lines lines;
    private final String[] values;
    private String damage;

    /**
     * @param file JSON lines
     * @param paths each column's path by its name
     * @throws IOException if the file cannot be read
     */
    public JsonRows(Path file, Map<String, String> paths) throws IOException {
        this.file = file;
        Bytes.needFile(file);
        names = List.copyOf(paths.keySet());
        values = new String[names.size()];
        for (int i = 0; i < names.size(); i++) {
            String path = paths.get(names.get(i));
            columns.computeIfAbsent(path, p -> new ArrayList<>(1)).add(i);
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                parents.add(path.substring(0, dot));
            }
        }
        size = Files.size(file);
        bytes = new CountedBytes(Files.newInputStream(file));
        lines = new Lines(Bytes.unpacked(bytes));
    }

    @Override
    public List<String> columns() {
        return names;
    }

    @Override
    public boolean next() throws IOException {
        do {
            if (!nextLine()) {
                return false;
            }
        } while (lines.text().isBlank() && lines.damage() == null);
        Arrays.fill(values, null);
        damage = lines.damage() != null ? lines.damage() : read(lines.text());
        return true;
    }

    private boolean nextLine() throws IOException {
        try {
            return lines.next();
        } catch (IOException e) {
            throw new IOException(
                    file + " cannot be read after line " + lines.number() + ": " + e.getMessage()
                            + ". Is it complete? Get it again, and run again to go on.",
                    e);
        }
    }

    /** Fills the values; returns what is wrong with the line, null if nothing is. */
    private String read(String line) {
        try {
            JsonReader json = new JsonReader(new StringReader(line));
            if (json.peek() != JsonToken.BEGIN_OBJECT) {
                refuseArray(line);
                return "the line is no JSON object";
            }
            object(json, "", 1);
            return json.peek() == JsonToken.END_DOCUMENT ? null : "bad JSON: something follows the object";
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            Arrays.fill(values, null);
            return why(e.getMessage());
        }
    }

    /** A whole file that is one array is another format, not a file of damaged lines. */
    private void refuseArray(String line) {
        if (lines.number() == 1 && line.strip().equals("[")) {
            throw new TickbookException(
                    file + " is one JSON array over many lines, where each line should be an object."
                            + " Convert it, for example with: jq -c '.[]' " + file.getFileName());
        }
    }

    private void object(JsonReader json, String prefix, int depth) throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            value(json, prefix + json.nextName(), depth);
        }
        json.endObject();
    }

    private void array(JsonReader json, String prefix, int depth) throws IOException {
        json.beginArray();
        for (int i = 0; json.hasNext(); i++) {
            value(json, prefix + i, depth);
        }
        json.endArray();
    }

    private void value(JsonReader json, String path, int depth) throws IOException {
        if (depth > JsonText.DEEPEST) {
            throw new MalformedJsonException("nested more than " + JsonText.DEEPEST + " deep");
        }
        boolean wanted = columns.containsKey(path);
        boolean nested = parents.contains(path);
        JsonToken token = json.peek();
        boolean scalar = token != JsonToken.BEGIN_OBJECT && token != JsonToken.BEGIN_ARRAY;
        if (wanted) {
            String text = text(json, token, scalar);
            columns.get(path).forEach(column -> values[column] = text);
            if (nested && !scalar) {
                inside(new JsonReader(new StringReader(text)), path, token, depth);
            }
        } else if (nested && !scalar) {
            inside(json, path, token, depth);
        } else {
            json.skipValue();
        }
    }

    private void inside(JsonReader json, String path, JsonToken token, int depth) throws IOException {
        if (token == JsonToken.BEGIN_OBJECT) {
            object(json, path + ".", depth + 1);
        } else {
            array(json, path + ".", depth + 1);
        }
    }

    private static String text(JsonReader json, JsonToken token, boolean scalar) throws IOException {
        if (!scalar) {
            return JsonText.of(json);
        }
        if (token == JsonToken.NULL) {
            json.nextNull();
            return null;
        }
        return token == JsonToken.BOOLEAN ? String.valueOf(json.nextBoolean()) : json.nextString();
    }

    /** The parser's words, without its advice to its programmer and the line number of a text that is one line. */
    private static String why(String message) {
        Matcher said = PARSER_MESSAGE.matcher(String.valueOf(message));
        if (!said.lookingAt()) {
            return "bad JSON";
        }
        String words = said.group(1).startsWith("Use JsonReader") ? "" : ": " + said.group(1);
        return "bad JSON at column " + said.group(2) + words;
    }

    @Override
    public String value(int column) {
        return values[column];
    }

    @Override
    public long line() {
        return lines.number();
    }

    @Override
    public String raw() {
        return lines.text();
    }

    @Override
    public String damage() {
        return damage;
    }

    @Override
    public double fraction() {
        return size == 0 ? 1 : bytes.count() / (double) size;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
