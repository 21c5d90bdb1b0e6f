package dev.tickbook.ingest.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Unpacks what Parquet files pack. Its own codecs, and gzip by Java's, where Parquet's would want Hadoop. */
final class ParquetCodecs implements CompressionCodecFactory {

    private final CodecFactory own;

    ParquetCodecs(ParquetConfiguration configuration) {
        own = new CodecFactory(configuration, ParquetWriter.DEFAULT_PAGE_SIZE);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return switch (codec) {
            case GZIP -> new Gzip();
            case UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW -> own.getDecompressor(codec);
            default ->
                throw new IllegalArgumentException("it is compressed with " + codec
                        + ", which is not known here; write it with Zstandard or Snappy");
        };
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("for reading only");
    }

    @Override
    public void release() {
        own.release();
    }

    private static final class Gzip implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            return BytesInput.from(unpacked(bytes.toInputStream(), size));
        }

        @Override
        public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int size) throws IOException {
            byte[] packed = new byte[compressedSize];
            input.get(packed);
            output.put(unpacked(new ByteArrayInputStream(packed), size));
        }

        private static byte[] unpacked(InputStream packed, int size) throws IOException {
            try (InputStream in = new GZIPInputStream(packed)) {
                byte[] bytes = in.readNBytes(size);
                if (bytes.length < size) {
                    throw new IOException("a page ends in the middle");
                }
                return bytes;
            }
        }

        @Override
        public void release() {
            // nothing is held
        }
    }

    static ParquetReadOptions readOptions(ParquetConfiguration configuration) {
        return ParquetReadOptions.builder(configuration)
                .withCodecFactory(new ParquetCodecs(configuration))
                .build();
    }
}
