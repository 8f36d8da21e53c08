package metaservice.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key of a client certificate, as the driver wants it. libpq takes any key that OpenSSL can read; the driver takes
 * PKCS #8 without a password, as text if the file's name ends with {@code .key} or {@code .pem}, and has to be told the
 * algorithm of such a text.
 */
final class ClientKey {

    private static final String BEGIN = "-----BEGIN ";
    private static final String KIND = "PRIVATE KEY-----";
    private static final List<String> TEXT_SUFFIXES = List.of(".key", ".pem");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private ClientKey() {}

    /**
     * Looks into the key among the properties, if there is one, and adds what the driver has to be told. A file that
     * cannot be read is left to the driver: the key may never be asked for.
     *
     * @param variable the setting to blame
     */
    static void describe(Environment environment, String variable, Map<String, String> properties) {
        String path = properties.getOrDefault("sslkey", "");
        Optional<String> text = text(path).filter(content -> content.contains(BEGIN));
        if (text.isEmpty()) {
            return;
        }
        if (!text.get().contains(BEGIN + KIND)) {
            environment.problem(variable + " names " + path
                    + "; expected PKCS #8 without a password, as 'openssl pkcs8 -topk8 -nocrypt' writes it");
        } else if (TEXT_SUFFIXES.stream().noneMatch(path::endsWith)) {
            environment.problem(variable + " names " + path + "; expected a name that ends with .key or .pem");
        } else {
            algorithm(text.get()).ifPresent(name -> properties.put("pemKeyAlgorithm", name));
        }
    }

    private static Optional<String> text(String path) {
        try {
            return path.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Files.readString(Path.of(path), StandardCharsets.ISO_8859_1));
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> algorithm(String text) {
        String from = text.substring(text.indexOf(BEGIN + KIND) + BEGIN.length() + KIND.length());
        String content = from.substring(0, Math.max(0, from.indexOf("-----END ")));
        return ALGORITHMS.stream().filter(algorithm -> fits(algorithm, content)).findFirst();
    }

    private static boolean fits(String algorithm, String content) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(content);
            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
