package metaservice.spi;

/** Temporary AWS credentials. */
public record Token(String accessKeyId, String secretAccessKey, String sessionToken) {

    /** Says nothing that opens a door. */
    @Override
    public String toString() {
        return "temporary credentials " + accessKeyId;
    }
}
