package dev.tickbook.ingest.internal;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;

/** The values of one Parquet column as text, by the physical type that stores them and the logical one they have. */
final class ParquetText {

    private static final int EPOCH_AS_JULIAN_DAY = 2_440_588;

    /** Reads the value that a column is at. */
    private interface Reading {
        String of(ColumnReader column);
    }

    private final Reading reading;
    private final boolean number;

    private ParquetText(Reading reading, boolean number) {
        this.reading = reading;
        this.number = number;
    }

    String of(ColumnReader column) {
        return reading.of(column);
    }

    /** A value as it stands in a JSON array. */
    String inJson(String value) {
        if (number) {
            return value;
        }
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.value(value);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written", e);
        }
        return text.toString();
    }

    static ParquetText of(PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> new ParquetText(c -> String.valueOf(c.getBoolean()), true);
            case FLOAT -> new ParquetText(c -> TypedText.of(c.getFloat()), true);
            case DOUBLE -> new ParquetText(c -> TypedText.of(c.getDouble()), true);
            case INT32 -> ofInt32(logical);
            case INT64 -> ofInt64(logical);
            case INT96 -> new ParquetText(c -> julian(c.getBinary()), false);
            case BINARY, FIXED_LEN_BYTE_ARRAY -> ofBytes(logical);
        };
    }

    private static ParquetText ofInt32(LogicalTypeAnnotation logical) {
        if (logical instanceof DateLogicalTypeAnnotation) {
            return new ParquetText(c -> LocalDate.ofEpochDay(c.getInteger()).toString(), false);
        }
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return new ParquetText(
                    c -> BigDecimal.valueOf(c.getInteger(), decimal.getScale()).toPlainString(), true);
        }
        if (logical instanceof TimeLogicalTypeAnnotation) {
            return new ParquetText(
                    c -> LocalTime.ofNanoOfDay(c.getInteger() * 1_000_000L).toString(), false);
        }
        if (logical instanceof IntLogicalTypeAnnotation whole && !whole.isSigned()) {
            return new ParquetText(c -> Integer.toUnsignedString(c.getInteger()), true);
        }
        return new ParquetText(c -> String.valueOf(c.getInteger()), true);
    }

    private static ParquetText ofInt64(LogicalTypeAnnotation logical) {
        if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
            long perSecond = perSecond(timestamp.getUnit());
            return timestamp.isAdjustedToUTC()
                    ? new ParquetText(c -> instant(c.getLong(), perSecond).toString(), false)
                    : new ParquetText(
                            c -> TypedText.of(LocalDateTime.ofInstant(instant(c.getLong(), perSecond), ZoneOffset.UTC)),
                            false);
        }
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return new ParquetText(
                    c -> BigDecimal.valueOf(c.getLong(), decimal.getScale()).toPlainString(), true);
        }
        if (logical instanceof TimeLogicalTypeAnnotation time) {
            long nanos = 1_000_000_000L / perSecond(time.getUnit());
            return new ParquetText(
                    c -> LocalTime.ofNanoOfDay(c.getLong() * nanos).toString(), false);
        }
        if (logical instanceof IntLogicalTypeAnnotation whole && !whole.isSigned()) {
            return new ParquetText(c -> Long.toUnsignedString(c.getLong()), true);
        }
        return new ParquetText(c -> String.valueOf(c.getLong()), true);
    }

    private static ParquetText ofBytes(LogicalTypeAnnotation logical) {
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return new ParquetText(
                    c -> new BigDecimal(new BigInteger(c.getBinary().getBytes()), decimal.getScale()).toPlainString(),
                    true);
        }
        if (logical instanceof UUIDLogicalTypeAnnotation) {
            return new ParquetText(c -> uuid(c.getBinary()), false);
        }
        if (logical instanceof Float16LogicalTypeAnnotation) {
            return new ParquetText(c -> TypedText.of(half(c.getBinary())), true);
        }
        return new ParquetText(c -> text(c.getBinary()), false);
    }

    private static long perSecond(TimeUnit unit) {
        return switch (unit) {
            case MILLIS -> 1_000L;
            case MICROS -> 1_000_000L;
            case NANOS -> 1_000_000_000L;
        };
    }

    private static Instant instant(long count, long perSecond) {
        return Instant.ofEpochSecond(
                Math.floorDiv(count, perSecond), Math.floorMod(count, perSecond) * (1_000_000_000L / perSecond));
    }

    /** Nanoseconds of the day, then a Julian day: how times were written before there was a type for them. */
    private static String julian(Binary value) {
        ByteBuffer bytes = ByteBuffer.wrap(value.getBytes()).order(ByteOrder.LITTLE_ENDIAN);
        long nanos = bytes.getLong();
        long day = bytes.getInt() - EPOCH_AS_JULIAN_DAY;
        return Instant.ofEpochSecond(day * 86_400L, nanos).toString();
    }

    /** A float of 16 bits: sign, 5 bits of exponent, 10 of fraction. */
    private static float half(Binary value) {
        int bits =
                ByteBuffer.wrap(value.getBytes()).order(ByteOrder.LITTLE_ENDIAN).getShort();
        int exponent = bits >> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        float size = exponent == 0x1F
                ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                : exponent == 0 ? fraction * 0x1p-24f : (fraction + 0x400) * 0x1p-25f * (1 << exponent);
        return bits < 0 ? -size : size;
    }

    private static String uuid(Binary value) {
        ByteBuffer bytes = ByteBuffer.wrap(value.getBytes());
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }

    /** Older writers do not say which bytes are text; what is none is written as PostgreSQL writes bytes. */
    private static String text(Binary value) {
        byte[] bytes = value.getBytes();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
    }
}
