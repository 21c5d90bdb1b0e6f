package dev.tickbook.db.internal;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * Writes rows into a file of Arrow's IPC format: a schema, batches of rows, and a footer that says where they are. The
 * headers are flatbuffers; the columns of a batch are plain arrays, one after the other.
 */
final class ArrowExport implements Export.Rows {

    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final int ROWS_PER_BATCH = 1 << 16;
    private static final int BYTES_PER_BATCH = 32 << 20; // for long texts

    private final OutputStream out;
    private final ArrowColumn[] columns;
    private final List<ExportColumn> schema;
    private final List<long[]> batches = new ArrayList<>(); // where, length of the header, length of the body
    private long written;
    private int rows;
    private boolean complete;

    ArrowExport(Path file, List<ExportColumn> schema) throws IOException {
        this.schema = schema;
        columns = schema.stream().map(ArrowColumn::new).toArray(ArrowColumn[]::new);
        out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        write(MAGIC, MAGIC.length);
        pad();
        FlatBufferBuilder header = new FlatBufferBuilder();
        message(header, MessageHeader.Schema, ArrowSchema.write(header, schema), 0);
        header(header);
    }

    @Override
    public void row(byte[] bytes, int[] at, int[] length) {
        long size = 0;
        for (int i = 0; i < columns.length; i++) {
            columns[i].append(rows, bytes, at[i], length[i]);
            size += columns[i].size();
        }
        rows++;
        if (rows == ROWS_PER_BATCH || size >= BYTES_PER_BATCH) {
            try {
                batch();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void batch() throws IOException {
        List<ArrowColumn.Part> parts = new ArrayList<>();
        for (ArrowColumn column : columns) {
            column.addParts(parts, rows);
        }
        long body = parts.stream().mapToLong(part -> padded(part.length())).sum();
        FlatBufferBuilder header = new FlatBufferBuilder();
        int batch = RecordBatch.createRecordBatch(header, rows, nodes(header), buffers(header, parts), 0, 0);
        message(header, MessageHeader.RecordBatch, batch, body);
        long start = written;
        int headerLength = header(header);
        for (ArrowColumn.Part part : parts) {
            write(part.bytes(), part.length());
            pad();
        }
        batches.add(new long[] {start, headerLength, body});
        for (ArrowColumn column : columns) {
            column.clear();
        }
        rows = 0;
    }

    /** Vectors of structures are built from the back. */
    private int nodes(FlatBufferBuilder header) {
        RecordBatch.startNodesVector(header, columns.length);
        for (int i = columns.length - 1; i >= 0; i--) {
            FieldNode.createFieldNode(header, rows, columns[i].nulls());
        }
        return header.endVector();
    }

    private static int buffers(FlatBufferBuilder header, List<ArrowColumn.Part> parts) {
        long[] at = new long[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            at[i + 1] = at[i] + padded(parts.get(i).length());
        }
        RecordBatch.startBuffersVector(header, parts.size());
        for (int i = parts.size() - 1; i >= 0; i--) {
            Buffer.createBuffer(header, at[i], parts.get(i).length());
        }
        return header.endVector();
    }

    private static void message(FlatBufferBuilder builder, byte type, int header, long bodyLength) {
        builder.finish(Message.createMessage(builder, MetadataVersion.V5, type, header, bodyLength, 0));
    }

    /** Writes a message's header, its length before it; returns how long both are. */
    private int header(FlatBufferBuilder message) throws IOException {
        byte[] bytes = message.sizedByteArray();
        int length = (int) padded(bytes.length);
        write(littleEndian(-1, length), 8);
        write(bytes, bytes.length);
        pad();
        return 8 + length;
    }

    private void footer() throws IOException {
        write(littleEndian(-1, 0), 8); // the end, for those who read the file as a stream
        FlatBufferBuilder footer = new FlatBufferBuilder();
        int fields = ArrowSchema.write(footer, schema);
        Footer.startDictionariesVector(footer, 0);
        int dictionaries = footer.endVector();
        Footer.startRecordBatchesVector(footer, batches.size());
        for (int i = batches.size() - 1; i >= 0; i--) {
            long[] batch = batches.get(i);
            Block.createBlock(footer, batch[0], (int) batch[1], batch[2]);
        }
        int blocks = footer.endVector();
        footer.finish(Footer.createFooter(footer, MetadataVersion.V5, fields, dictionaries, blocks, 0));
        byte[] bytes = footer.sizedByteArray();
        write(bytes, bytes.length);
        write(littleEndian(bytes.length), 4);
        write(MAGIC, MAGIC.length);
    }

    private static byte[] littleEndian(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    private void write(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        written += length;
    }

    private void pad() throws IOException {
        int missing = (int) (padded(written) - written);
        write(new byte[missing], missing);
    }

    private static long padded(long length) {
        return (length + 7) & ~7L;
    }

    @Override
    public void close() throws IOException {
        try (out) {
            if (!complete) {
                complete = true;
                if (rows > 0) {
                    batch();
                }
                footer();
            }
        }
    }
}
