package metaservice.spi;

/** Temporary AWS credentials. */
public record Token(String accessKeyId, String secretAccessKey, String sessionToken) {

    /** Contains the access key id only, not the secrets. */
    @Override
    public String toString() {
        return "temporary credentials " + accessKeyId;
    }
}
