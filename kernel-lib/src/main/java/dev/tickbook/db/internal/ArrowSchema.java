package dev.tickbook.db.internal;

import com.google.flatbuffers.FlatBufferBuilder;
import java.util.List;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/** The names and types of columns as Arrow describes them. */
final class ArrowSchema {

    private static final int DECIMAL_BITS = 128;

    private ArrowSchema() {}

    /** Writes it; returns where. */
    static int write(FlatBufferBuilder out, List<ExportColumn> columns) {
        int[] fields = columns.stream().mapToInt(column -> field(out, column)).toArray();
        return Schema.createSchema(out, Endianness.Little, Schema.createFieldsVector(out, fields), 0, 0);
    }

    private static int field(FlatBufferBuilder out, ExportColumn column) {
        int name = out.createString(column.name());
        byte kind = kind(column.kind());
        int type = type(out, column);
        int noChildren = Field.createChildrenVector(out, new int[0]); // readers want the vector, empty as it is
        return Field.createField(out, name, true, kind, type, 0, noChildren, 0);
    }

    private static byte kind(ExportColumn.Kind kind) {
        return switch (kind) {
            case BOOLEAN -> Type.Bool;
            case INT16, INT32, INT64 -> Type.Int;
            case FLOAT, DOUBLE -> Type.FloatingPoint;
            case DECIMAL -> Type.Decimal;
            case DATE -> Type.Date;
            case TIME -> Type.Time;
            case LOCAL_TIMESTAMP, UTC_TIMESTAMP -> Type.Timestamp;
            case TEXT -> Type.Utf8;
        };
    }

    private static int type(FlatBufferBuilder out, ExportColumn column) {
        return switch (column.kind()) {
            case BOOLEAN -> {
                Bool.startBool(out);
                yield Bool.endBool(out);
            }
            case INT16 -> Int.createInt(out, Short.SIZE, true);
            case INT32 -> Int.createInt(out, Integer.SIZE, true);
            case INT64 -> Int.createInt(out, Long.SIZE, true);
            case FLOAT -> FloatingPoint.createFloatingPoint(out, Precision.SINGLE);
            case DOUBLE -> FloatingPoint.createFloatingPoint(out, Precision.DOUBLE);
            case DECIMAL -> Decimal.createDecimal(out, column.precision(), column.scale(), DECIMAL_BITS);
            case DATE -> Date.createDate(out, DateUnit.DAY);
            case TIME -> Time.createTime(out, TimeUnit.MICROSECOND, Long.SIZE);
            case LOCAL_TIMESTAMP -> Timestamp.createTimestamp(out, TimeUnit.MICROSECOND, 0);
            case UTC_TIMESTAMP -> Timestamp.createTimestamp(out, TimeUnit.MICROSECOND, out.createString("UTC"));
            case TEXT -> {
                Utf8.startUtf8(out);
                yield Utf8.endUtf8(out);
            }
        };
    }
}
