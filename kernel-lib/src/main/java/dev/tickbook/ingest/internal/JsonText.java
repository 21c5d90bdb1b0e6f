package dev.tickbook.ingest.internal;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringWriter;

/** An array or object as text again. */
final class JsonText {

    /** Deeper data is no market data, but an attack on the stack. */
    static final int DEEPEST = 100;

    private JsonText() {}

    /** Reads the next value and writes it, without spaces. */
    static String of(JsonReader json) throws IOException {
        StringWriter text = new StringWriter();
        JsonWriter out = new JsonWriter(text);
        out.setSerializeNulls(true);
        out.setHtmlSafe(false);
        copy(json, out, 0);
        return text.toString();
    }

    private static void copy(JsonReader json, JsonWriter out, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new MalformedJsonException("nested more than " + DEEPEST + " deep");
        }
        switch (json.peek()) {
            case BEGIN_ARRAY -> {
                json.beginArray();
                out.beginArray();
                while (json.hasNext()) {
                    copy(json, out, depth + 1);
                }
                json.endArray();
                out.endArray();
            }
            case BEGIN_OBJECT -> {
                json.beginObject();
                out.beginObject();
                while (json.hasNext()) {
                    out.name(json.nextName());
                    copy(json, out, depth + 1);
                }
                json.endObject();
                out.endObject();
            }
            case NUMBER -> out.jsonValue(json.nextString()); // digit for digit
            case BOOLEAN -> out.value(json.nextBoolean());
            case NULL -> {
                json.nextNull();
                out.nullValue();
            }
            default -> out.value(json.nextString());
        }
    }
}
