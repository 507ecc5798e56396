package timeslot

import "time"

// UpstreamCall is one call to upstream that has ended, as it is counted.
type UpstreamCall struct {
	Source    Source
	Operation Operation
	Outcome   string // ok, not_found, rejected, error, timeout, malformed or canceled
	Took      time.Duration
	TraceID   string // of the trace that the call is part of: 32 hexadecimal digits; empty: none
}
