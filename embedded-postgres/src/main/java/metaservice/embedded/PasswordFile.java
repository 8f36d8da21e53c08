package metaservice.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * The file that holds the superuser's password: one line, and only its owner may read or write it (mode 0600). Used by one
 * thread.
 */
final class PasswordFile {

    /** 256 random bits, which are 43 characters of Base64. */
    private static final int RANDOM_BYTES = 32;

    private final Path file;

    PasswordFile(Path file) {
        this.file = file;
    }

    Path path() {
        return file;
    }

    /** The password; empty if the file does not exist or holds nothing. */
    Optional<String> read() throws IOException {
        return Files.exists(file)
                ? Files.readString(file).lines().findFirst().filter(line -> !line.isBlank())
                : Optional.empty();
    }

    /**
     * Makes a random password and replaces the file. The file has its mode from the moment it exists, because a later
     * change of the mode would leave a moment in which others can open it.
     */
    String create() throws IOException {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Files.deleteIfExists(file);
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer line = ByteBuffer.wrap((password + "\n").getBytes(StandardCharsets.US_ASCII));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        }
        return password;
    }
}
