package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientKeyTest {

    /** A short key, because the default length takes seconds to generate with the quick compiler. */
    private static final int RSA_BITS = 1024;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"RSA, client.key", "EC, client.pem", "Ed25519, client.key"})
    void algorithmOfAPemFileIsAdded(String algorithm, String file) throws Exception {
        Path key = write(file, "PRIVATE KEY", algorithm);
        assertEquals(algorithm, properties(key).get("pemKeyAlgorithm"));
    }

    @Test
    void binaryAndMissingFilesAreNotValidated() throws Exception {
        Path bytes = folder.resolve("client.pk8");
        Files.write(bytes, encoded("RSA"));
        assertEquals(Map.of("sslkey", bytes.toString()), properties(bytes));
        Path missing = folder.resolve("missing.key");
        assertEquals(Map.of("sslkey", missing.toString()), properties(missing));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void otherFormatsAreRejectedWithTheCommandToConvertThem(String kind) throws Exception {
        Path key = write("client.key", kind, "RSA");
        assertTrue(problem(key).contains("openssl pkcs8 -topk8 -nocrypt"), problem(key));
    }

    @Test
    void pemFileNeedsAKnownSuffix() throws Exception {
        Path key = write("client-key", "PRIVATE KEY", "RSA");
        assertEquals("KEY names " + key + "; expected a name that ends with .key or .pem", problem(key));
    }

    private static Map<String, String> properties(Path key) {
        EnvironmentReader environment = new EnvironmentReader(Map.of());
        Map<String, String> properties = new HashMap<>(Map.of("sslkey", key.toString()));
        ClientKey.validate(environment, "KEY", properties);
        environment.throwIfInvalid();
        return properties;
    }

    private static String problem(Path key) {
        return assertThrows(InvalidConfigException.class, () -> properties(key))
                .problems()
                .get(0);
    }

    private Path write(String file, String kind, String algorithm) throws IOException, NoSuchAlgorithmException {
        String text = "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(encoded(algorithm))
                + "\n-----END " + kind + "-----\n";
        return Files.writeString(folder.resolve(file), text);
    }

    private static byte[] encoded(String algorithm) throws NoSuchAlgorithmException {
        KeyPairGenerator keys = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("RSA")) {
            keys.initialize(RSA_BITS);
        }
        return keys.generateKeyPair().getPrivate().getEncoded();
    }
}
