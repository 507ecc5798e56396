package door

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"timeslots/internal/problem"
)

// contain ends a panic that no handler has contained, so nothing of an answer is out yet.
func (d *Door) contain(w http.ResponseWriter, r *http.Request) {
	if cause := recover(); cause != nil {
		contained(cause, d.opt.Logger, w, r)
	}
}

// Contain makes panics of next 500s. An answer that has begun is cut off instead, so that nobody takes it for whole.
func Contain(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &begun{ResponseWriter: w}
		defer func() {
			cause := recover()
			switch {
			case cause == nil:
			case answer.yes && cause != http.ErrAbortHandler:
				logPanic(log, CorrelationID(r.Header))
				panic(http.ErrAbortHandler)
			default:
				contained(cause, log, w, r)
			}
		}()
		next.ServeHTTP(answer, r)
	})
}

// contained answers in place of a handler that panicked. What the panic says is not kept: it may quote what was being
// handled.
func contained(cause any, log *slog.Logger, w http.ResponseWriter, r *http.Request) {
	if cause == http.ErrAbortHandler { // net/http's own way to cut an answer short
		panic(cause)
	}
	id := CorrelationID(r.Header)
	logPanic(log, id)
	w.Header().Set(CorrelationHeader, id)
	hangUp(w, r, problem.Document{
		Status: http.StatusInternalServerError, Detail: "something went wrong on our side; the correlation id finds it in the log",
	})
}

func logPanic(log *slog.Logger, id string) {
	log.Error("panic in a handler", "correlationId", id, "stack", string(debug.Stack()))
}

// begun notices when an answer begins.
type begun struct {
	http.ResponseWriter
	yes bool
}

func (b *begun) WriteHeader(status int) {
	b.yes = true
	b.ResponseWriter.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (b *begun) Flush() {
	b.yes = true
	_ = http.NewResponseController(b.ResponseWriter).Flush() // a writer that cannot flush sends at the end
}

// Unwrap lets http.ResponseController through.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }
