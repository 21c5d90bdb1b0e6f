package dev.tickbook.db.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.parquet.schema.Types.PrimitiveBuilder;

/** Writes rows into a Parquet file, compressed with Zstandard. */
final class ParquetExport implements Export.Rows {

    /** What is kept in memory until it is written: small enough for a notebook, large enough to compress well. */
    private static final int ROW_GROUP_BYTES = 32 << 20;

    private static final int DIGITS_IN_INT64 = 18;

    private final ParquetWriter<Row> writer;

    ParquetExport(Path file, List<ExportColumn> columns) throws IOException {
        writer = new Builder(new LocalOutputFile(file), columns)
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize((long) ROW_GROUP_BYTES)
                .build();
    }

    @Override
    public void row(byte[] bytes, int[] at, int[] length) {
        try {
            writer.write(new Row(bytes, at, length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private record Row(byte[] bytes, int[] at, int[] length) {}

    private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
        private final List<ExportColumn> columns;

        Builder(OutputFile file, List<ExportColumn> columns) {
            super(file);
            this.columns = columns;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract still, though never called with a plain configuration
        protected WriteSupport<Row> getWriteSupport(Configuration conf) {
            return new Rows(columns);
        }

        @Override
        protected WriteSupport<Row> getWriteSupport(ParquetConfiguration conf) {
            return new Rows(columns);
        }
    }

    private static final class Rows extends WriteSupport<Row> {
        private final List<ExportColumn> columns;
        private RecordConsumer out;

        Rows(List<ExportColumn> columns) {
            this.columns = columns;
        }

        @Override
        @SuppressWarnings("deprecation") // as above
        public WriteContext init(Configuration configuration) {
            return init((ParquetConfiguration) null);
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(
                    new MessageType("row", columns.stream().map(Rows::type).toList()), Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            out = recordConsumer;
        }

        private static Type type(ExportColumn column) {
            PrimitiveBuilder<?> type = switch (column.kind()) {
                case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN);
                case INT16 -> Types.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.intType(16, true));
                case INT32 -> Types.optional(PrimitiveTypeName.INT32);
                case INT64 -> Types.optional(PrimitiveTypeName.INT64);
                case FLOAT -> Types.optional(PrimitiveTypeName.FLOAT);
                case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE);
                case DECIMAL -> decimal(column);
                case DATE -> Types.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.dateType());
                case TIME ->
                    Types.optional(PrimitiveTypeName.INT64).as(LogicalTypeAnnotation.timeType(false, TimeUnit.MICROS));
                case LOCAL_TIMESTAMP ->
                    Types.optional(PrimitiveTypeName.INT64)
                            .as(LogicalTypeAnnotation.timestampType(false, TimeUnit.MICROS));
                case UTC_TIMESTAMP ->
                    Types.optional(PrimitiveTypeName.INT64)
                            .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS));
                case TEXT -> Types.optional(PrimitiveTypeName.BINARY).as(LogicalTypeAnnotation.stringType());
            };
            return (Type) type.named(column.name());
        }

        private static PrimitiveBuilder<?> decimal(ExportColumn column) {
            PrimitiveBuilder<?> type = column.precision() <= DIGITS_IN_INT64
                    ? Types.optional(PrimitiveTypeName.INT64)
                    : Types.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY).length(16);
            return (PrimitiveBuilder<?>) type.as(LogicalTypeAnnotation.decimalType(column.scale(), column.precision()));
        }

        @Override
        public void write(Row row) {
            out.startMessage();
            for (int i = 0; i < columns.size(); i++) {
                ExportColumn column = columns.get(i);
                int at = row.at()[i];
                if (row.length()[i] >= 0 && !column.isInfinite(row.bytes(), at)) {
                    out.startField(column.name(), i);
                    value(column, row.bytes(), at, row.length()[i]);
                    out.endField(column.name(), i);
                }
            }
            out.endMessage();
        }

        private void value(ExportColumn column, byte[] bytes, int at, int length) {
            switch (column.kind()) {
                case BOOLEAN -> out.addBoolean(bytes[at] != 0);
                case INT16 -> out.addInteger(Wire.int2(bytes, at));
                case INT32 -> out.addInteger(Wire.int4(bytes, at));
                case INT64 -> out.addLong(Wire.int8(bytes, at));
                case FLOAT -> out.addFloat(Float.intBitsToFloat(Wire.int4(bytes, at)));
                case DOUBLE -> out.addDouble(Double.longBitsToDouble(Wire.int8(bytes, at)));
                case DECIMAL -> {
                    if (column.precision() <= DIGITS_IN_INT64) {
                        out.addLong(column.unscaled(bytes, at).longValueExact());
                    } else {
                        out.addBinary(Binary.fromConstantByteArray(
                                sixteenBytes(column.unscaled(bytes, at).toByteArray())));
                    }
                }
                case DATE -> out.addInteger(ExportColumn.epochDay(bytes, at));
                case TIME -> out.addLong(Wire.int8(bytes, at));
                case LOCAL_TIMESTAMP, UTC_TIMESTAMP -> out.addLong(ExportColumn.epochMicros(bytes, at));
                // Copied, because the statistics keep it and the buffer is the driver's.
                case TEXT -> out.addBinary(Binary.fromConstantByteArray(Arrays.copyOfRange(bytes, at, at + length)));
            }
        }

        private static byte[] sixteenBytes(byte[] number) {
            byte[] all = new byte[16];
            Arrays.fill(all, 0, 16 - number.length, (byte) (number[0] < 0 ? -1 : 0));
            ByteBuffer.wrap(all).position(16 - number.length).put(number);
            return all;
        }
    }
}
