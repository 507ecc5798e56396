package trace

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	otel "go.opentelemetry.io/otel/trace"
)

// Ended is what a request's own span says, in the words of OpenTelemetry's HTTP conventions.
type Ended struct {
	Method, Route  string // the route's pattern
	Product, Cache string
	Status         int
	CorrelationID  string
}

const (
	methodKey      = attribute.Key("http.request.method")
	routeKey       = attribute.Key("http.route")
	statusKey      = attribute.Key("http.response.status_code")
	correlationKey = attribute.Key("timeslots.correlation_id")
)

// Begin begins the trace of a request, or the part of the client's own trace that is ours, when it is to be followed.
// The nil Tracer follows none.
func (t *Tracer) Begin(ctx context.Context, header http.Header, at time.Time) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	client, follow := t.follow(header)
	if !follow {
		return ctx, Span{}
	}
	ctx = otel.ContextWithRemoteSpanContext(ctx, client)
	ctx, span := t.provider.Tracer(scope).Start(ctx, "request", otel.WithSpanKind(otel.SpanKindServer), otel.WithTimestamp(at))
	return ctx, Span{span}
}

// Finish ends a request's own span.
func (s Span) Finish(e Ended) {
	if s.span == nil {
		return
	}
	s.span.SetName(e.Method + " " + e.Route)
	s.span.SetAttributes(methodKey.String(e.Method), routeKey.String(e.Route), statusKey.Int(e.Status),
		correlationKey.String(e.CorrelationID))
	s.Word(Product, e.Product)
	s.Word(Cache, e.Cache)
	if e.Status >= http.StatusInternalServerError {
		s.Fail()
	}
	s.End()
}

// follow decides: the client's word counts (W3C Trace Context §3.2.2.5), as long as clients do not ask for more than
// clientTraces; else chance does. The client's span comes without its tracestate.
func (t *Tracer) follow(header http.Header) (client otel.SpanContext, follow bool) {
	if values := header["Traceparent"]; len(values) == 1 {
		carrier := propagation.MapCarrier{"traceparent": values[0]}
		client = otel.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), carrier))
	}
	if !client.IsValid() {
		return otel.SpanContext{}, t.draw()
	}
	return client, client.IsSampled() && t.clients.Allow()
}

func (t *Tracer) draw() bool { return t.ratio > 0 && rand.Float64() < t.ratio }
