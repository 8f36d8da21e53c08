package metaservice.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/**
 * The file {@code pg_hba.conf} of a data directory: which connections the server accepts, and how a client proves who it
 * is. Used by one thread.
 */
final class AccessRules {

    /** How clients authenticate: the server stores a hash of the password and never receives the password itself. */
    static final String METHOD = "scram-sha-256";

    /** A rule that accepts connections without a password, up to its method; a comment may follow. */
    private static final Pattern TRUST = Pattern.compile(
            "^([ \\t]*(?:local|host[a-z]*)[ \\t][^#\\r\\n]*?[ \\t])\"?trust\"?(?=[ \\t]*(?:#.*)?$)", Pattern.MULTILINE);

    private final Path file;

    AccessRules(Path dataDirectory) {
        this.file = dataDirectory.resolve("pg_hba.conf");
    }

    /** Whether a rule accepts connections without a password. */
    boolean acceptWithoutPassword() throws IOException {
        return TRUST.matcher(Files.readString(file)).find();
    }

    /** Makes every such rule ask for the password; takes effect when the server reads the file again. */
    void requirePassword() throws IOException {
        String rules = TRUST.matcher(Files.readString(file)).replaceAll("$1" + METHOD);
        Path changed = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(changed, rules);
        Files.setPosixFilePermissions(changed, Files.getPosixFilePermissions(file));
        Files.move(changed, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
