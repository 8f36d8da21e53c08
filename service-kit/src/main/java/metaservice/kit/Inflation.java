package metaservice.kit;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Removes one {@link ContentCoding} from a body. It stops as soon as the result is too long, so a short body that expands
 * to a very long one takes neither memory nor processor time beyond the limit. For one thread and one body.
 */
final class Inflation {

    private static final int BUFFER_BYTES = 16 * 1024;

    /** Lengths of the fixed parts of a gzip member. */
    private static final int GZIP_HEADER_BYTES = 10;

    private static final int GZIP_TRAILER_BYTES = 8;

    /** Flags of a gzip header for its optional parts, and those that no version of the format uses. */
    private static final int GZIP_HEADER_CHECKSUM = 2;

    private static final int GZIP_EXTRA = 4;
    private static final int GZIP_NAME = 8;
    private static final int GZIP_COMMENT = 16;
    private static final int GZIP_RESERVED = 0xe0;

    private static final int METHOD_DEFLATE = 8;

    private final ContentCoding coding;
    private final int maxBytes;
    private final IntConsumer beforeGrowth;
    private final ByteArrayOutputStream result = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /**
     * An inflation with a limit.
     *
     * @param maxBytes longest result
     * @param beforeGrowth called with the new length of the result before it grows; may throw a {@link ClientError}
     */
    Inflation(ContentCoding coding, int maxBytes, IntConsumer beforeGrowth) {
        this.coding = coding;
        this.maxBytes = maxBytes;
        this.beforeGrowth = beforeGrowth;
    }

    /**
     * Inflates the data.
     *
     * @throws ClientError 413 if the result is too long, 400 if the data are damaged or incomplete
     */
    byte[] inflate(byte[] data) {
        Inflater inflater = new Inflater(coding == ContentCoding.GZIP || !isZlib(data));
        try {
            if (coding == ContentCoding.GZIP) {
                gzip(inflater, data);
            } else {
                deflate(inflater, data);
            }
            return result.toByteArray();
        } catch (DataFormatException e) {
            throw ClientError.badRequest(
                    "body: expected " + coding.name().toLowerCase(Locale.ROOT) + " data, as Content-Encoding says; "
                            + (e.getMessage() == null ? "they are damaged" : e.getMessage()),
                    e);
        } finally {
            inflater.end();
        }
    }

    /** Whether the data begin with a zlib header; a bare deflate stream does not begin like that. */
    private static boolean isZlib(byte[] data) {
        return data.length > 1
                && (data[0] & 0x0f) == METHOD_DEFLATE
                && (((data[0] & 0xff) << 8) | (data[1] & 0xff)) % 31 == 0;
    }

    private void deflate(Inflater inflater, byte[] data) throws DataFormatException {
        inflater.setInput(data);
        inflate(inflater, new CRC32());
        if (inflater.getRemaining() > 0) {
            throw new DataFormatException("more bytes follow their end");
        }
    }

    private void gzip(Inflater inflater, byte[] data) throws DataFormatException {
        int at = 0;
        do {
            at = gzipMember(inflater, data, at);
            inflater.reset();
        } while (at < data.length);
    }

    /** Inflates the member at this position and returns the position after it. */
    private int gzipMember(Inflater inflater, byte[] data, int begin) throws DataFormatException {
        int deflated = gzipHeaderEnd(data, begin);
        inflater.setInput(data, deflated, data.length - deflated);
        CRC32 checksum = new CRC32();
        inflate(inflater, checksum);
        int trailer = data.length - inflater.getRemaining();
        if (inflater.getRemaining() < GZIP_TRAILER_BYTES) {
            throw new DataFormatException("they end too early");
        }
        if (number(data, trailer, 4) != checksum.getValue()
                || number(data, trailer + 4, 4) != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new DataFormatException("their checksum or length is wrong");
        }
        return trailer + GZIP_TRAILER_BYTES;
    }

    private static int gzipHeaderEnd(byte[] data, int begin) throws DataFormatException {
        if (data.length - begin < GZIP_HEADER_BYTES + GZIP_TRAILER_BYTES
                || number(data, begin, 3) != (0x1f | (0x8b << 8) | (METHOD_DEFLATE << 16))
                || (data[begin + 3] & GZIP_RESERVED) != 0) {
            throw new DataFormatException(begin == 0 ? "they have no gzip header" : "other bytes follow their end");
        }
        int flags = data[begin + 3];
        int at = begin + GZIP_HEADER_BYTES;
        if ((flags & GZIP_EXTRA) != 0) {
            at += 2 + (int) number(data, at, 2);
        }
        if ((flags & GZIP_NAME) != 0) {
            at = afterZero(data, at);
        }
        if ((flags & GZIP_COMMENT) != 0) {
            at = afterZero(data, at);
        }
        if ((flags & GZIP_HEADER_CHECKSUM) != 0) {
            at += 2;
        }
        if (at >= data.length) {
            throw new DataFormatException("they end too early");
        }
        return at;
    }

    private static int afterZero(byte[] data, int begin) {
        int at = begin;
        while (at < data.length && data[at] != 0) {
            at++;
        }
        return at + 1;
    }

    /** A number of up to four bytes, the lowest byte first. */
    private static long number(byte[] data, int at, int bytes) {
        long number = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            number = (number << 8) | (data[at + i] & 0xff);
        }
        return number;
    }

    private void inflate(Inflater inflater, CRC32 checksum) throws DataFormatException {
        while (!inflater.finished()) {
            int bytes = inflater.inflate(buffer);
            if (bytes == 0 && !inflater.finished()) {
                throw new DataFormatException(
                        inflater.needsDictionary() ? "they need a dictionary" : "they end too early");
            }
            checksum.update(buffer, 0, bytes);
            add(bytes);
        }
    }

    private void add(int bytes) {
        if (result.size() + bytes > maxBytes) {
            throw ClientError.of(BodyReader.tooLong(maxBytes));
        }
        beforeGrowth.accept(result.size() + bytes);
        result.write(buffer, 0, bytes);
    }
}
