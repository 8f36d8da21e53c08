package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenSettingsTest {

    private static final String ROLE = "arn:aws:iam::123456789012:role/sandbox";

    @Test
    void withoutRoleOtherVariablesAreIgnored() {
        assertEquals(Optional.empty(), TokenSettings.fromEnvironment(Map.of()));
        assertEquals(
                Optional.empty(),
                TokenSettings.fromEnvironment(Map.of("MF_USER_IAM_ROLE", " ", "MF_STS_ENDPOINT", "x")));
    }

    @Test
    void otherVariablesHaveDefaults() {
        assertEquals(
                Optional.of(new TokenSettings(ROLE, "us-west-2", Optional.empty())),
                TokenSettings.fromEnvironment(Map.of("MF_USER_IAM_ROLE", ROLE)));
    }

    @Test
    void everyVariableIsRead() {
        URI endpoint = URI.create("http://127.0.0.1:19099");
        assertEquals(
                Optional.of(new TokenSettings(ROLE, "eu-central-1", Optional.of(endpoint))),
                TokenSettings.fromEnvironment(Map.of(
                        "MF_USER_IAM_ROLE",
                        ROLE,
                        "MF_REGION",
                        "eu-central-1",
                        "MF_STS_ENDPOINT",
                        endpoint.toString())));
    }

    @Test
    void allProblemsAreReportedTogether() {
        InvalidConfigException refusal = assertThrows(
                InvalidConfigException.class,
                () -> TokenSettings.fromEnvironment(
                        Map.of("MF_USER_IAM_ROLE", "admin", "MF_REGION", "US West", "MF_STS_ENDPOINT", "sts")));
        assertEquals(
                List.of(
                        "MF_USER_IAM_ROLE is 'admin'; expected an ARN such as arn:aws:iam::123456789012:role/name",
                        "MF_REGION is 'US West'; expected a region such as us-west-2",
                        "MF_STS_ENDPOINT is 'sts'; expected an address such as https://sts.example"),
                refusal.problems());
    }
}
