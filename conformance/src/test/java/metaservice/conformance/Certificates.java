package metaservice.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority in a folder, created with the {@code keytool} of the running JDK, so that the tests need no other
 * program. Keys are PKCS #8 without a password.
 */
final class Certificates {

    private static final String AUTHORITY = "authority";
    private static final String PASSWORD = "changeit";
    private static final Duration KEYTOOL_TIMEOUT = Duration.ofSeconds(30);

    private final Path folder;
    private final Path store;

    private Certificates(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("authority.p12");
    }

    /** Creates an authority. */
    static Certificates authority(Path folder) throws Exception {
        Certificates authority = new Certificates(Files.createDirectories(folder));
        authority.generate(AUTHORITY, "EC", "CN=An authority of the tests", "-ext", "bc:c");
        authority.write(AUTHORITY, authority.root());
        return authority;
    }

    /** The authority's own certificate. */
    Path root() {
        return folder.resolve("root.crt");
    }

    /**
     * Issues a certificate {@code NAME.crt}, with its key as {@code NAME.key} (text) and {@code NAME.pk8} (bytes).
     *
     * @param algorithm of the key: RSA or EC
     * @param commonName the common name: a database user
     * @param host the alternative name: a DNS name
     */
    void issue(String name, String algorithm, String commonName, String host) throws Exception {
        generate(name, algorithm, "CN=" + commonName, "-signer", AUTHORITY, "-ext", "san=dns:" + host);
        write(name, certificate(name));
        byte[] key = keys().getKey(name, PASSWORD.toCharArray()).getEncoded();
        Files.write(binaryKey(name), key);
        Files.writeString(key(name), text("PRIVATE KEY", key));
        // PostgreSQL and its driver refuse a key file that other users may read.
        for (Path secret : List.of(key(name), binaryKey(name))) {
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        }
    }

    Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    Path key(String name) {
        return folder.resolve(name + ".key");
    }

    Path binaryKey(String name) {
        return folder.resolve(name + ".pk8");
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private void write(String alias, Path to) throws IOException, GeneralSecurityException {
        Files.writeString(to, text("CERTIFICATE", keys().getCertificate(alias).getEncoded()));
    }

    private static String text(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + what
                + "-----\n";
    }

    /** Creates a key and its certificate in the store. */
    private void generate(String alias, String algorithm, String name, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                // The quick compiler halves the run time of such a short program.
                "-J-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", algorithm, "-dname", name));
        if (algorithm.equals("RSA")) {
            // The default length of newer JDKs takes tens of seconds to generate with the quick compiler.
            command.addAll(List.of("-keysize", "2048"));
        }
        command.addAll(List.of(more));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        ToolRun run = ToolRun.of(command, KEYTOOL_TIMEOUT);
        if (run.exit() != 0) {
            throw new IllegalStateException(command + ": " + run.stdout() + run.stderr());
        }
    }
}
