# Made of distribution/target/metaservice.tar.gz, which `./mvnw -Dquick package` puts together; nothing is fetched here.
# Any base with a Java 17 or newer and bash will do.
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre
FROM ${RUNTIME_IMAGE}

# Unpacks to /opt/metaservice.
ADD distribution/target/metaservice.tar.gz /opt/
ENV PATH=/opt/metaservice/bin:$PATH

# A number, so that orchestrators can see that it is not root. It needs to write nowhere.
USER 10001:10001
WORKDIR /opt/metaservice
EXPOSE 8080 8082
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/metaservice/bin/metaservice"]
