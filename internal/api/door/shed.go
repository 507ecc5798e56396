package door

import (
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"timeslots/internal/problem"
)

// overload is why a request is turned away, and what its client is told.
type overload struct {
	product, reason string // as they are counted
	told            *problem.Document
}

// shed turns a request away and counts it.
func (d *Door) shed(w http.ResponseWriter, r *http.Request, o overload) {
	d.opt.Shed(o.product, o.reason)
	if n := d.shedLog.add(int64(d.opt.Now().Sub(d.began))); n > 0 {
		d.opt.Logger.Warn("requests are turned away", "sinceLastTold", n, "reason", o.reason, "product", o.product)
	}
	refuse(w, r, *o.told)
}

// busy asks for another try in a moment, and not everybody at the same one.
func busy(k kind) *problem.Document {
	p := &problem.Document{
		Status: http.StatusServiceUnavailable, RetryAfter: time.Second + rand.N(2*time.Second),
		Detail: "too many requests are under way; ask again after the time in Retry-After",
	}
	if k.booking {
		p.Detail = "nothing was sent: too many requests are under way; try again after the time in Retry-After"
	}
	return p
}

// shedLog lets one line through each period, which says how many it stands for: under overload a line for each would
// be load of its own.
type shedLog struct{ count, told atomic.Int64 }

const shedPeriod = int64(10 * time.Second)

// add counts one, and gives how many are to be told now; 0: none.
func (l *shedLog) add(now int64) int64 {
	l.count.Add(1)
	told := l.told.Load()
	if told != 0 && now-told < shedPeriod || !l.told.CompareAndSwap(told, max(1, now)) {
		return 0
	}
	return l.count.Swap(0)
}
