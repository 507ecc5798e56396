package trace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/time/rate"
)

// scope names this instrumentation.
const scope = "timeslots"

// Bounds: what tracing may cost, whatever clients and collectors do.
const (
	clientTraces  = 100 // a second, that clients may ask for
	queue         = 4096
	batch         = 512
	flushEvery    = 2 * time.Second
	exportTimeout = 5 * time.Second
	attributes    = 16 // of a span
)

// Options configure a Tracer.
type Options struct {
	Endpoint string  // base URL of an OTLP/HTTP collector; "/v1/traces" is added where there is no path
	Ratio    float64 // of requests without a traceparent, 0…1
	Tenant   string
	Version  string
	Instance string // this replica
	Logger   *slog.Logger
}

// Tracer begins the traces of requests, and sends spans to a collector.
type Tracer struct {
	provider *sdk.TracerProvider
	ratio    float64
	clients  *rate.Limiter
}

// New makes a Tracer; nil where there is no endpoint. It makes no connection. Headers for the collector, a key say,
// come from OTEL_EXPORTER_OTLP_HEADERS.
func New(opt Options) (*Tracer, error) {
	if opt.Endpoint == "" {
		return nil, nil
	}
	u, err := url.Parse(opt.Endpoint)
	if err != nil {
		return nil, errors.New("tracing.endpoint: not a URL")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(u.String()),
		otlptracehttp.WithTimeout(exportTimeout), otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: time.Second, MaxInterval: exportTimeout, MaxElapsedTime: 2 * exportTimeout}))
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	return newTracer(opt, exporter), nil
}

func newTracer(opt Options, exporter sdk.SpanExporter) *Tracer {
	limits := sdk.NewSpanLimits()
	limits.AttributeCountLimit = attributes
	tellFailures(opt.Logger)
	return &Tracer{
		provider: sdk.NewTracerProvider(
			sdk.WithSampler(sdk.AlwaysSample()), // what is not followed never comes here
			sdk.WithRawSpanLimits(limits),
			sdk.WithResource(resource.NewSchemaless(
				attribute.String("service.name", "timeslots"), attribute.String("service.namespace", opt.Tenant),
				attribute.String("service.version", opt.Version), attribute.String("service.instance.id", opt.Instance))),
			sdk.WithBatcher(exporter, sdk.WithMaxQueueSize(queue), sdk.WithMaxExportBatchSize(batch),
				sdk.WithBatchTimeout(flushEvery), sdk.WithExportTimeout(exportTimeout)),
		),
		ratio:   opt.Ratio,
		clients: rate.NewLimiter(clientTraces, clientTraces),
	}
}

// tellFailures logs what goes wrong with sending, now and then: a collector that is away is nobody's trouble but ours.
// OpenTelemetry has one place for that in a process.
func tellFailures(log *slog.Logger) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	now := rate.Sometimes{First: 1, Interval: time.Minute}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		now.Do(func() { log.Warn("traces could not be sent", "cause", err.Error()) })
	}))
}

// Close sends what is left, until ctx ends.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
