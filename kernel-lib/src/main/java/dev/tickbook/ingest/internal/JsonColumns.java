package dev.tickbook.ingest.internal;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.tickbook.TickbookException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds the fields that the lines of a file have. */
public final class JsonColumns {

    private static final int MOST = 1000;

    private JsonColumns() {}

    /**
     * @param file JSON lines
     * @return each field's path by its name, which is the same, in the order of their first appearance
     * @throws IOException if the file cannot be read
     * @throws TickbookException if it is an array of objects, which is another format
     */
    public static Map<String, String> of(Path file) throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        boolean isArray = false;
        try (Lines lines = new Lines(Bytes.open(file))) {
            while (lines.next()) {
                if (lines.damage() == null && !lines.text().isBlank()) {
                    add(lines.text(), found);
                    isArray |= lines.text().stripLeading().startsWith("[");
                    if (found.size() > MOST) {
                        throw new TickbookException(
                                "The lines of " + file + " have more than " + MOST + " different fields, "
                                        + lines.number() + " lines read. Name those you need with columns().");
                    }
                }
            }
        }
        if (isArray && found.isEmpty()) {
            throw new TickbookException(
                    file + " is one JSON array, where each line should be an object. Convert it, for"
                            + " example with: jq -c '.[]' " + file.getFileName());
        }
        return found;
    }

    /** A damaged line has no say in it; it is reported when it is read. */
    private static void add(String line, Map<String, String> found) {
        Map<String, String> ofLine = new LinkedHashMap<>();
        try {
            JsonReader json = new JsonReader(new StringReader(line));
            if (json.peek() == JsonToken.BEGIN_OBJECT) {
                object(json, "", 1, ofLine);
                if (json.peek() == JsonToken.END_DOCUMENT) {
                    ofLine.forEach(found::putIfAbsent);
                }
            }
        } catch (IOException | RuntimeException damaged) {
            return;
        }
    }

    private static void object(JsonReader json, String prefix, int depth, Map<String, String> found)
            throws IOException {
        json.beginObject();
        while (json.hasNext()) {
            String path = prefix + json.nextName();
            if (json.peek() == JsonToken.BEGIN_OBJECT && depth < JsonText.DEEPEST) {
                object(json, path + ".", depth + 1, found);
            } else {
                found.put(path, path);
                json.skipValue();
            }
        }
        json.endObject();
    }
}
