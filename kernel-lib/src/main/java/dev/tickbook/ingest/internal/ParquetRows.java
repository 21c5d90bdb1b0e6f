package dev.tickbook.ingest.internal;

import dev.tickbook.TickbookException;
import dev.tickbook.ingest.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;

/** Rows of a Parquet file, read column by column side by side. */
public final class ParquetRows implements Rows {

    private final Path file;
    private final ParquetFileReader reader;
    private final MessageType schema;
    private final List<String> names = new ArrayList<>();
    private final List<ParquetText> texts = new ArrayList<>();
    private final ColumnReader[] columns;
    private final String[] values;
    private long rowsLeft; // in the present group
    private long row;

    private ParquetRows(Path file, ParquetFileReader reader) {
        this.file = file;
        this.reader = reader;
        schema = reader.getFooter().getFileMetaData().getSchema();
        for (ColumnDescriptor column : schema.getColumns()) {
            names.add(name(column));
            texts.add(ParquetText.of(column.getPrimitiveType()));
        }
        columns = new ColumnReader[names.size()];
        values = new String[names.size()];
    }

    /**
     * @param file a Parquet file
     * @return its rows
     * @throws IOException if it cannot be read
     */
    public static ParquetRows open(Path file) throws IOException {
        Bytes.needFile(file);
        try {
            ParquetFileReader reader = ParquetFileReader.open(
                    new LocalInputFile(file), ParquetCodecs.readOptions(new PlainParquetConfiguration()));
            try {
                return new ParquetRows(file, reader);
            } catch (RuntimeException e) {
                reader.close();
                throw e;
            }
        } catch (TickbookException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new TickbookException(
                    file + " is no Parquet file, or is cut off: " + e.getMessage() + ". Get it again.", e);
        }
    }

    /** The path without the steps that only say "a list of" or "a map of". */
    private static String name(ColumnDescriptor column) {
        List<String> path = new ArrayList<>(Arrays.asList(column.getPath()));
        if (column.getMaxRepetitionLevel() > 0 && path.size() > 2) {
            path.removeIf(step -> step.equals("list")
                    || step.equals("element")
                    || step.equals("key_value")
                    || step.equals("bag")
                    || step.equals("array_element")
                    || step.equals("item"));
        }
        return String.join(".", path.isEmpty() ? Arrays.asList(column.getPath()) : path);
    }

    @Override
    public List<String> columns() {
        return List.copyOf(names);
    }

    @Override
    public boolean next() throws IOException {
        try {
            while (rowsLeft == 0) {
                PageReadStore group = reader.readNextRowGroup();
                if (group == null) {
                    return false;
                }
                rowsLeft = group.getRowCount();
                start(group);
            }
            for (int i = 0; i < columns.length; i++) {
                values[i] = read(columns[i], texts.get(i));
            }
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    file + " cannot be read after row " + row + ": " + e.getMessage()
                            + ". Is it complete? Get it again.",
                    e);
        }
        rowsLeft--;
        row++;
        return true;
    }

    private void start(PageReadStore group) {
        ColumnReadStoreImpl store = new ColumnReadStoreImpl(
                group,
                new GroupRecordConverter(schema).getRootConverter(),
                schema,
                reader.getFooter().getFileMetaData().getCreatedBy());
        for (int i = 0; i < columns.length; i++) {
            columns[i] = store.getColumnReader(schema.getColumns().get(i));
        }
    }

    private static String read(ColumnReader column, ParquetText text) {
        ColumnDescriptor descriptor = column.getDescriptor();
        if (descriptor.getMaxRepetitionLevel() == 0) {
            String value = one(column, text, descriptor);
            column.consume();
            return value;
        }
        List<String> list = new ArrayList<>();
        do {
            String value = one(column, text, descriptor);
            if (value != null) {
                list.add(text.inJson(value));
            }
            column.consume();
        } while (column.getCurrentRepetitionLevel() > 0);
        return list.isEmpty() ? null : "[" + String.join(",", list) + "]";
    }

    private static String one(ColumnReader column, ParquetText text, ColumnDescriptor descriptor) {
        return column.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel() ? text.of(column) : null;
    }

    @Override
    public String value(int column) {
        return values[column];
    }

    @Override
    public long line() {
        return row;
    }

    @Override
    public String raw() {
        return TypedText.row(names, values);
    }

    @Override
    public double fraction() {
        long count = reader.getRecordCount();
        return count == 0 ? 1 : row / (double) count;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
