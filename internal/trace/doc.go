// Package trace follows requests through the service (W3C Trace Context, OpenTelemetry).
//
// A request becomes a trace when its client says so (a sampled traceparent) or when chance picks it; all others cost
// nothing: [Start] gives a [Span] that does nothing where its context belongs to no trace. Spans travel in contexts, so
// packages on the path need no tracer of their own:
//
//	api      request ──┬── encode
//	search             ├── plan, look-up, fetch, merge
//	fetch              │          └── upstream (each call: first, second, hedge)
//	booking            └── upstream
//
// A call that several requests share belongs to the trace of the one that began it; the others have their wait in
// "fetch". Refreshes in the background belong to no request, and to no trace.
//
// What a span may say is closed: [Name], [Key] and words from closed sets, counts, and the correlation id that the log
// has too. No URL, parameter, header, body or error text gets in, and tracestate and baggage are not read, for clients
// write what they like into them. Spans leave by OTLP over HTTP, in batches, in the background; what a collector does
// not take in time is dropped.
package trace
