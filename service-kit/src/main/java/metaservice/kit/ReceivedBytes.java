package metaservice.kit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a body that is being received, in chunks. A single growing array would take up to three times the length of
 * the body. For one thread.
 */
final class ReceivedBytes {

    private static final int SMALLEST_CHUNK = 512;
    private static final int LARGEST_CHUNK = 16 * 1024;

    private final List<ByteBuffer> chunks = new ArrayList<>();
    private int size;

    /** Adds all bytes of the buffer. */
    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            ByteBuffer chunk = chunkWithRoom();
            int count = Math.min(bytes.remaining(), chunk.remaining());
            chunk.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            size += count;
        }
    }

    /** A new chunk is as long as all before it, so that short bodies take little memory. */
    private ByteBuffer chunkWithRoom() {
        if (chunks.isEmpty() || !chunks.get(chunks.size() - 1).hasRemaining()) {
            chunks.add(ByteBuffer.allocate(Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, size))));
        }
        return chunks.get(chunks.size() - 1);
    }

    int size() {
        return size;
    }

    /** All bytes; they are removed from this object. */
    byte[] takeAll() {
        ByteBuffer all = ByteBuffer.allocate(size);
        chunks.forEach(chunk -> all.put(chunk.flip()));
        reset();
        return all.array();
    }

    /** Removes all bytes. */
    void reset() {
        chunks.clear();
        size = 0;
    }
}
