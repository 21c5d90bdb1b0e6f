package dev.tickbook.db.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tech.tablesaw.api.Table;

/**
 * The rows of a query as the server sent them: each call of {@link #table} makes a table of its own, so that whoever
 * changes theirs changes nobody else's.
 *
 * @param names of the columns
 * @param types of the columns, as the driver names them
 * @param copy the rows in the format of binary COPY
 */
public record WireTable(List<String> names, List<String> types, byte[] copy) {

    /** A new table with these rows. */
    public Table table() {
        return CopyReader.table(names.toArray(String[]::new), types.toArray(String[]::new), copy);
    }

    /** All of it as bytes. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(copy.length + 64 * names.size() + 8);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(names.size());
            for (int i = 0; i < names.size(); i++) {
                out.writeUTF(names.get(i));
                out.writeUTF(types.get(i));
            }
            out.writeInt(copy.length);
            out.write(copy);
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /**
     * @param bytes what {@link #toBytes} gave
     * @return the same rows
     * @throws IOException if the bytes are something else
     */
    public static WireTable fromBytes(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int columns = in.readInt();
            List<String> names = new ArrayList<>();
            List<String> types = new ArrayList<>();
            for (int i = 0; i < columns; i++) {
                names.add(in.readUTF());
                types.add(in.readUTF());
            }
            int length = in.readInt();
            if (length != in.available()) {
                throw new IOException("expected " + length + " bytes of rows, got " + in.available());
            }
            return new WireTable(names, types, in.readAllBytes());
        }
    }
}
