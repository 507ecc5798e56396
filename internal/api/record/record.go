package record

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
	"timeslots/internal/trace"
)

// Recorder counts what clients saw. The real one is metrics.Metrics.
type Recorder interface {
	RequestStarted()
	// RequestEnded takes a trace's id as an example of the duration; empty: none.
	RequestEnded(e trace.Ended, took time.Duration, traceID string)
	ServedAge(product string, age time.Duration)
	Consistency(product string, strict bool) // of an answer that offers slots
	PartialResponse(product string, source timeslot.Source, reason timeslot.Kind)
	CacheLookup(tier, result string, n int)
	// DropInUnknown counts what a drop-in route was asked that the service does not know: a parameter, or the route itself.
	DropInUnknown(route, kind string)
}

// Request is the record of one request.
type Request struct {
	CorrelationID string // valid until the request has ended
	Start         time.Time
	Method, Route string // the route's pattern
	Product       string // a configured name, or "other"
	Cache         string // hit, stale, miss or bypass
	Status        int
	Bytes         int64         // of the answer's body
	Took          time.Duration // until the answer began, where it goes on; 0: until the end
	Failure       error         // why a 5xx was answered
	FromMemory    bool          // one of many: they share a log line

	span trace.Span
}

// Options configure a Log.
type Options struct {
	Tracer   *trace.Tracer    // nil: no request is followed
	Recorder Recorder         // nil: silent
	Logger   *slog.Logger     // nil: discards
	Now      func() time.Time // nil: time.Now
}

// Log is where requests end. It is safe for use by many goroutines.
type Log struct {
	Recorder
	log    *slog.Logger
	tracer *trace.Tracer
	now    func() time.Time
	hits   hits
}

// New makes a Log. Close ends it.
func New(opt Options) *Log {
	if opt.Recorder == nil {
		opt.Recorder = Silent{}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	l := &Log{Recorder: opt.Recorder, log: opt.Logger, tracer: opt.Tracer, now: opt.Now}
	l.hits.begin(opt.Logger)
	return l
}

// Close writes what is left to be written.
func (l *Log) Close() { l.hits.close() }

// Begin counts a request in that came at r.Start, and begins its trace, when it is to have one. The context is then the
// trace's.
func (l *Log) Begin(ctx context.Context, header http.Header, r *Request) context.Context {
	l.RequestStarted()
	ctx, r.span = l.tracer.Begin(ctx, header, r.Start)
	return ctx
}

// End counts a request out, and writes its log line.
func (l *Log) End(r *Request) {
	took := cmp.Or(r.Took, l.now().Sub(r.Start))
	traceID := r.span.ID()
	ended := trace.Ended{
		Method: methodLabel(r.Method), Route: r.Route, Product: r.Product, Cache: r.Cache, Status: r.Status,
		CorrelationID: r.CorrelationID,
	}
	l.RequestEnded(ended, took, traceID)
	if traceID != "" {
		r.span.Finish(ended)
	}
	if r.FromMemory && !l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.hits.add(r, took)
		return
	}
	l.write(r, took, traceID)
}

// write writes a line for one request.
func (l *Log) write(r *Request, took time.Duration, traceID string) {
	level := slog.LevelInfo
	switch {
	case r.FromMemory:
		level = slog.LevelDebug
	case r.Status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	if !l.log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("route", r.Route), slog.String("method", methodLabel(r.Method)), slog.Int("status", r.Status),
		slog.String("product", r.Product), slog.String("cache", r.Cache),
		slog.Duration("duration", took), slog.Int64("bytes", r.Bytes),
		slog.String("correlationId", r.CorrelationID),
	}
	if traceID != "" {
		attrs = append(attrs, slog.String("traceId", traceID))
	}
	l.log.LogAttrs(context.Background(), level, "request", append(attrs, failureAttrs(r.Failure)...)...)
}

// failureAttrs say why a 5xx was answered. Of what upstream did they have words of closed sets: source, operation, kind and
// status.
func failureAttrs(failure error) (attrs []slog.Attr) {
	if failure == nil {
		return nil
	}
	attrs = append(attrs, slog.String("failure", failure.Error()))
	if p, ok := failure.(*PanicError); ok {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	if failed, ok := errors.AsType[*search.FailedError](failure); ok && len(failed.Causes) > 0 {
		causes := make([]string, len(failed.Causes))
		for i, cause := range failed.Causes {
			causes[i] = cause.Summary()
		}
		attrs = append(attrs, slog.Any("causes", causes))
	}
	return attrs
}

// PanicError says that a handler panicked, and where. The panic's own value is not kept: it may quote what was being handled.
type PanicError struct{ stack []byte }

func (e *PanicError) Error() string { return "panic in a handler" }

// Contained turns a panic into an error.
func Contained(handler func() error) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case http.ErrAbortHandler: // net/http's own way to cut an answer short
			panic(r)
		default:
			err = &PanicError{stack: debug.Stack()}
		}
	}()
	return handler()
}

// methodLabel keeps made-up methods out of the log.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch:
		return method
	}
	return "other"
}

// Silent counts nothing.
type Silent struct{}

// RequestStarted implements Recorder.
func (Silent) RequestStarted() {}

// RequestEnded implements Recorder.
func (Silent) RequestEnded(trace.Ended, time.Duration, string) {}

// ServedAge implements Recorder.
func (Silent) ServedAge(string, time.Duration) {}

// Consistency implements Recorder.
func (Silent) Consistency(string, bool) {}

// PartialResponse implements Recorder.
func (Silent) PartialResponse(string, timeslot.Source, timeslot.Kind) {}

// CacheLookup implements Recorder.
func (Silent) CacheLookup(string, string, int) {}

// DropInUnknown implements Recorder.
func (Silent) DropInUnknown(string, string) {}
