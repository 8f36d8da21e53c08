package metaservice.settings;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Settings of {@code /auth/token}: the AWS role whose temporary credentials clients receive, and the token service
 * (STS).
 *
 * @param arn ARN of the role
 * @param region AWS region of the token service
 * @param endpoint address of the token service; empty for the endpoint of the region
 */
public record TokenSettings(String arn, String region, Optional<URI> endpoint) {

    private static final Pattern ROLE = Pattern.compile("arn:[^:]+:iam::[^:]*:role/.+");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]+");
    private static final Pattern ENDPOINT = Pattern.compile("https?://[^/?#\\s]+/?");

    /**
     * Reads the environment; empty if no role is set, whatever the other variables are.
     *
     * @throws InvalidConfigException with all problems, each with its variable and the expected values
     */
    public static Optional<TokenSettings> fromEnvironment(Map<String, String> environment) {
        EnvironmentReader reader = new EnvironmentReader(environment);
        if (reader.value(Setting.IAM_ROLE).isEmpty()) {
            return Optional.empty();
        }
        TokenSettings settings = new TokenSettings(
                checked(reader, Setting.IAM_ROLE, ROLE, "an ARN such as arn:aws:iam::123456789012:role/name")
                        .orElse(""),
                reader.text(Setting.STS_REGION, REGION, "a region such as us-west-2"),
                checked(reader, Setting.STS_ENDPOINT, ENDPOINT, "an address such as https://sts.example")
                        .map(URI::create));
        reader.throwIfInvalid();
        return Optional.of(settings);
    }

    private static Optional<String> checked(EnvironmentReader reader, Setting setting, Pattern form, String expected) {
        Optional<String> value = reader.value(setting);
        value.filter(text -> !form.matcher(text).matches()).ifPresent(text -> reader.reject(setting, text, expected));
        return value.filter(text -> form.matcher(text).matches());
    }
}
