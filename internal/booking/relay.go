package booking

import (
	"context"
	"io"
	"net/http"
	"time"
)

// longestStream is the most that a streamed answer may take.
const longestStream = 15 * time.Minute

// patience is the time that a streamed answer may take for each step. The nil patience has no steps.
type patience struct {
	step time.Duration
	idle *time.Timer
}

// limited gives the call its time: one for all of it or, when its answer is streamed, one for each step.
func limited(ctx context.Context, timeout time.Duration, streamed bool) (context.Context, context.CancelFunc, *patience) {
	if !streamed {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		return ctx, cancel, nil
	}
	whole, cancelWhole := context.WithTimeout(ctx, longestStream)
	each, cancelEach := context.WithCancelCause(whole)
	idle := time.AfterFunc(timeout, func() { cancelEach(context.DeadlineExceeded) })
	return each, func() {
		idle.Stop()
		cancelEach(nil)
		cancelWhole()
	}, &patience{step: timeout, idle: idle}
}

// renew gives upstream and the client another step's time.
func (p *patience) renew(out *http.ResponseController) {
	if p != nil {
		p.idle.Reset(p.step)
		_ = out.SetWriteDeadline(time.Now().Add(p.step)) // a writer without deadlines has none to extend
	}
}

// relay streams the answer as it comes.
func (p *patience) relay(w http.ResponseWriter, resp *http.Response, call *passThrough) {
	copyResponseHeader(w.Header(), resp.Header)
	if call.bypass {
		w.Header().Set("Cache-Status", call.cacheStatus)
	}
	if call.untold {
		w.Header().Set("Timeslots-Consistency", "best-effort")
	}
	w.WriteHeader(resp.StatusCode)
	out := http.NewResponseController(w)
	buffer := make([]byte, 16<<10)
	for {
		p.renew(out)
		n, err := resp.Body.Read(buffer)
		if n > 0 {
			if _, gone := w.Write(buffer[:n]); gone != nil {
				return // the client left; the call stands and is accounted for
			}
			_ = out.Flush() // a writer that cannot flush sends at the end
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}
