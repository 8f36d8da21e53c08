package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivedBytesTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 512, 513, 16_383, 16_384, 40_000})
    void bytesAreReturnedInTheirOrderWhateverTheSizeOfThePieces(int piece) {
        byte[] sent = new byte[100_000];
        new Random(piece).nextBytes(sent);
        ReceivedBytes received = new ReceivedBytes();
        for (int at = 0; at < sent.length; at += piece) {
            received.add(ByteBuffer.wrap(sent, at, Math.min(piece, sent.length - at)));
        }
        assertEquals(sent.length, received.size());
        assertArrayEquals(sent, received.takeAll());
        assertEquals(0, received.size());
    }
}
