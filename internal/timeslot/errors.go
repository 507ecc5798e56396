package timeslot

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what went wrong in a word that callers decide by. The words are the reasons of docs/interface.md §3.1.
type Kind string

// The kinds. NotFound is an answer rather than a failure, and is the only one that may be stored.
const (
	KindTimeout   Kind = "timeout"   // the source's own time was up
	KindBudget    Kind = "budget"    // the caller's time was up first
	KindOpen      Kind = "open"      // the circuit breaker refused
	KindLimited   Kind = "limited"   // a rate or concurrency limit refused, ours or upstream's
	KindUpstream  Kind = "upstream"  // upstream failed: 5xx, connection, or a refusal that is our fault
	KindMalformed Kind = "malformed" // upstream answered something that is not its contract
	KindNotFound  Kind = "not-found" // upstream does not know the thing
	KindCanceled  Kind = "canceled"  // nobody waits any more
)

// Error is a failed upstream read: kind, operation, source and cause.
type Error struct {
	Kind        Kind
	Source      Source
	Operation   Operation
	Status      int           // HTTP status, 0 when there was no answer
	RetryAfter  time.Duration // when it makes sense to try again; 0 when unknown
	Body        []byte        // of a 4xx, for drop-in routes to repeat; never logged
	ContentType string        // of Body, as upstream said; empty: it said none
	Err         error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Summary()
	}
	return fmt.Sprintf("%s: %v", e.Summary(), e.Err)
}

// Summary says what failed in words of closed sets. Its cause is not among them: that may quote what was asked.
func (e *Error) Summary() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s %s: %s", e.Source, e.Operation, e.Kind)
	}
	return fmt.Sprintf("%s %s: %s (status %d)", e.Source, e.Operation, e.Kind, e.Status)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first [Error] in err's chain, and KindUpstream for any other error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindUpstream
}

// Violation is one thing wrong with a request: which parameter, what is wrong, and what would be right.
type Violation struct {
	Parameter string `json:"parameter"`
	Detail    string `json:"detail"`
	Fix       string `json:"fix"`
}

// InvalidQueryError names every offender of a request at once.
type InvalidQueryError struct{ Violations []Violation }

func (e *InvalidQueryError) Error() string {
	parts := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		parts[i] = v.Parameter + ": " + v.Detail
	}
	return "invalid query: " + strings.Join(parts, "; ")
}

// ReasonOf says why a query was not answered, without repeating addresses: what is wrong with it, or the kind of failure.
func ReasonOf(err error) string {
	if invalid, ok := errors.AsType[*InvalidQueryError](err); ok {
		return invalid.Error()
	}
	return fmt.Sprint("not answered: ", KindOf(err))
}
