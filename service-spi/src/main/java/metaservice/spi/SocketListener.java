package metaservice.spi;

/**
 * Receives when a thread waits for bytes on a socket. Both methods are called by that thread, for every read, and must return
 * at once.
 */
public interface SocketListener {

    /** A read begins. */
    void readBegins();

    /** The read has ended, with bytes, with the end of the stream, or with an exception. */
    void readEnds();
}
