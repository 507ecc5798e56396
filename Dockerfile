# A static binary and the root certificates, nothing else: no shell, no package manager, no root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o / ./cmd/aggregator ./loadtest

# A crowd for docker-compose.yml: docker build --target traffic
FROM scratch AS traffic
COPY --from=build /loadtest /loadtest
USER 65532:65532
ENTRYPOINT ["/loadtest"]

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /aggregator /aggregator
USER 65532:65532
EXPOSE 8080 9090
# Time zones are part of the binary.
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s --retries=3 \
  CMD ["/aggregator", "probe", "--admin", "127.0.0.1:9090"]
ENTRYPOINT ["/aggregator"]
CMD ["serve", "--config", "/etc/aggregator/aggregator.yaml"]
