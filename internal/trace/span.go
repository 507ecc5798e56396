package trace

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	otel "go.opentelemetry.io/otel/trace"
)

// Name is what a span is of.
type Name string

// The spans below a request.
const (
	Plan     Name = "plan"     // a query becomes reads
	LookUp   Name = "look-up"  // reads are looked up in memory and in Redis
	Fetch    Name = "fetch"    // what is missing is waited for
	Upstream Name = "upstream" // one call
	Merge    Name = "merge"    // fragments become an answer
	Encode   Name = "encode"   // an answer becomes bytes
)

// Key is what a span may say.
type Key string

// Of words from closed sets.
const (
	Product   Key = "timeslots.product"
	Cache     Key = "timeslots.cache"     // hit, stale, miss, bypass
	Source    Key = "timeslots.source"    // careDirect, …
	Operation Key = "timeslots.operation" // an upstream operation, or a booking's flow
	Outcome   Key = "timeslots.outcome"   // as the metrics have it
)

// Of numbers.
const (
	Reads Key = "timeslots.reads" // upstream reads that were planned, looked up or waited for
	Found Key = "timeslots.found" // of these, in a cache
	Slots Key = "timeslots.slots"
	Again Key = "timeslots.again" // 1: a second try or a hedge
)

// kinds: an upstream call is a client's span.
func (n Name) kind() otel.SpanKind {
	if n == Upstream {
		return otel.SpanKindClient
	}
	return otel.SpanKindInternal
}

// Span is a part of a trace. The zero Span does nothing.
type Span struct{ span otel.Span }

// Start begins a part of the trace that ctx belongs to. Where that is none, it costs nothing and gives ctx back.
func Start(ctx context.Context, name Name) (context.Context, Span) {
	parent := otel.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, Span{}
	}
	ctx, span := parent.TracerProvider().Tracer(scope).Start(ctx, string(name), otel.WithSpanKind(name.kind()))
	return ctx, Span{span}
}

// Word notes a word of a closed set.
func (s Span) Word(key Key, word string) {
	if s.span != nil {
		s.span.SetAttributes(attribute.String(string(key), word))
	}
}

// Count notes a number.
func (s Span) Count(key Key, n int) {
	if s.span != nil {
		s.span.SetAttributes(attribute.Int(string(key), n))
	}
}

// Fail marks the span as failed, without the error's text.
func (s Span) Fail() {
	if s.span != nil {
		s.span.SetStatus(codes.Error, "")
	}
}

// End ends it.
func (s Span) End() {
	if s.span != nil {
		s.span.End()
	}
}

// ID is the trace's id, 32 hexadecimal digits; empty for the zero Span.
func (s Span) ID() string {
	if s.span == nil {
		return ""
	}
	return s.span.SpanContext().TraceID().String()
}
