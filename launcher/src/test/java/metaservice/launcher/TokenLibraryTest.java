package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import metaservice.spi.TokenException;
import metaservice.spi.TokenException.Reason;
import metaservice.spi.TokenIssuer;
import metaservice.spi.TokenRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenLibraryTest {

    private static final Optional<TokenRole> ROLE =
            Optional.of(new TokenRole("arn:aws:iam::123456789012:role/sandbox", "us-west-2", Optional.empty()));

    @TempDir
    private Path folder;

    @Test
    void withoutRoleTheLibraryIsNotEvenLookedFor() throws Exception {
        try (TokenIssuer issuer = TokenLibrary.issuer(Optional.empty(), folder.resolve("missing"))) {
            TokenException refusal = assertThrows(TokenException.class, issuer::issue);
            assertEquals(Reason.NOT_CONFIGURED, refusal.reason());
            assertTrue(refusal.getMessage().contains("MF_USER_IAM_ROLE"), refusal::getMessage);
        }
    }

    @Test
    void roleWithoutLibraryEndsTheStart() {
        for (Path library : new Path[] {folder.resolve("missing"), folder}) {
            StartFailedException failure =
                    assertThrows(StartFailedException.class, () -> TokenLibrary.issuer(ROLE, library));
            assertTrue(failure.getMessage().startsWith("MF_USER_IAM_ROLE is set"), failure::getMessage);
        }
    }

    @Test
    void libraryDoesItsWorkInThreadsThatAreNotTheCallers() throws Exception {
        new ServiceJar()
                .source("demo.Issuers", """
                        package demo;
                        import metaservice.spi.*;
                        public final class Issuers implements TokenIssuerProvider {
                            public TokenIssuer issuer(TokenRole role) {
                                return () -> {
                                    Thread thread = Thread.currentThread();
                                    return new Token(role.arn(), thread.getName(), thread.getContextClassLoader().getName());
                                };
                            }
                        }
                        """)
                .resource("META-INF/services/metaservice.spi.TokenIssuerProvider", "demo.Issuers")
                .write(folder, "issuer.jar");
        try (TokenIssuer issuer = TokenLibrary.issuer(ROLE, folder)) {
            assertEquals("token", issuer.issue().secretAccessKey());
            assertEquals("token", issuer.issue().sessionToken());
        }
    }
}
