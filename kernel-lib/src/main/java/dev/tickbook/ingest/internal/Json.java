package dev.tickbook.ingest.internal;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** A part of a JSON document that knows where it is, so that what is missing can be named. */
final class Json {

    /** The document is not as it must be. */
    static final class ShapeException extends Exception {
        private static final long serialVersionUID = 1;

        ShapeException(String message) {
            super(message);
        }
    }

    private final String path;
    private final JsonElement element; // null where there is none

    private Json(String path, JsonElement element) {
        this.path = path;
        this.element = element == null || element.isJsonNull() ? null : element;
    }

    static Json parse(String text) throws ShapeException {
        try {
            return new Json("", new Gson().fromJson(text, JsonObject.class));
        } catch (JsonParseException | ClassCastException | StackOverflowError e) {
            throw new ShapeException("it is no JSON object");
        }
    }

    boolean isThere() {
        return element != null;
    }

    /** A member; one that is not there if this is no object or has no such. */
    Json get(String name) {
        return new Json(
                path.isEmpty() ? name : path + "." + name,
                element instanceof JsonObject object ? object.get(name) : null);
    }

    /** The first of an array; not there if there is none. */
    Json first() {
        return new Json(path + "[0]", element instanceof JsonArray array && array.size() > 0 ? array.get(0) : null);
    }

    /** The members of an object, without their names; none if it is not there. */
    List<Json> members() throws ShapeException {
        List<Json> members = new ArrayList<>();
        if (element != null) {
            if (!(element instanceof JsonObject object)) {
                throw wrong("an object");
            }
            object.entrySet().forEach(member -> members.add(new Json(path + "." + member.getKey(), member.getValue())));
        }
        return members;
    }

    /** The numbers of an array, null where it has null. */
    List<BigDecimal> numbers() throws ShapeException {
        if (!(element instanceof JsonArray array)) {
            throw wrong("an array");
        }
        List<BigDecimal> numbers = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            Json each = new Json(path + "[" + i + "]", array.get(i));
            numbers.add(each.isThere() ? each.number() : null);
        }
        return numbers;
    }

    BigDecimal number() throws ShapeException {
        try {
            if (element != null
                    && element.isJsonPrimitive()
                    && element.getAsJsonPrimitive().isNumber()) {
                return element.getAsBigDecimal();
            }
        } catch (NumberFormatException e) {
            throw wrong("a number");
        }
        throw wrong("a number");
    }

    /** A count of seconds since 1970, or another whole number. */
    long whole() throws ShapeException {
        try {
            return number().longValueExact();
        } catch (ArithmeticException e) {
            throw wrong("a whole number");
        }
    }

    String text() throws ShapeException {
        if (element != null && element.isJsonPrimitive()) {
            return element.getAsString();
        }
        throw wrong("a text");
    }

    private ShapeException wrong(String expected) {
        return new ShapeException(path + (element == null ? " is missing" : " is not " + expected));
    }
}
