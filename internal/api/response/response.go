package response

import (
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// Response is an encoded answer: what the response cache keeps. Its bytes are frozen.
type Response struct {
	Origin
	validUntil time.Time      // not served from the cache after this
	taken      *atomic.Uint64 // version of the view of taken slots that it is known to agree with
	clock      *atomic.Pointer[clock]
	*Coded
}

// staleKept is how long an answer is served again whose fragments are stale or due for a refresh, before the next merge
// looks whether the refresh has arrived.
const staleKept = 250 * time.Millisecond

// Origin is what a response is made of.
type Origin struct {
	Status       int
	Complete     bool
	Failed       []timeslot.SourceReport // what cost it a part
	AsOf         time.Time
	MergedAt     time.Time
	FreshUntil   time.Time
	ReviewAt     time.Time // when the search should be asked again, so that it refreshes early; zero: at FreshUntil
	FirstStart   int64     // Unix seconds; 0: the answer does not outdate by time passing
	TakenVersion uint64    // of the view that it was merged under
	Clinicians   timeslot.Clinicians
	Shown        timeslot.Shown
	Doubtful     bool // it may offer a taken slot, so that it is not strict under whatever view

	Waited, Collapsed bool // how it came about, for the request that made it
}

// OriginOf is that of a search's answer.
func OriginOf(answer *search.Answer) Origin {
	return Origin{
		Status: http.StatusOK, Complete: answer.Complete, Failed: failedReports(answer.Reports),
		AsOf: answer.AsOf, MergedAt: answer.MergedAt, FreshUntil: answer.FreshUntil, ReviewAt: answer.ReviewAt, FirstStart: answer.FirstStart,
		TakenVersion: answer.TakenVersion, Clinicians: answer.Clinicians, Shown: answer.Shown, Doubtful: answer.Doubtful, Waited: answer.Waited, Collapsed: answer.Collapsed,
	}
}

// failedReports are those that cost the answer a part.
func failedReports(reports []timeslot.SourceReport) []timeslot.SourceReport {
	var failed []timeslot.SourceReport
	for _, r := range reports {
		if r.Status == timeslot.StatusFailed || r.Status == timeslot.StatusFresh && r.Reason == timeslot.KindMalformed {
			failed = append(failed, r)
		}
	}
	return failed
}

// New makes a response with a body, which is frozen from then on.
func New(o Origin, body []byte, now time.Time) *Response {
	r := &Response{Origin: o, validUntil: o.FreshUntil, clock: new(atomic.Pointer[clock]), taken: new(atomic.Uint64), Coded: NewCoded(body)}
	r.taken.Store(o.TakenVersion)
	if !o.ReviewAt.IsZero() && o.ReviewAt.Before(r.validUntil) {
		r.validUntil = o.ReviewAt
	}
	if !now.Before(r.validUntil) {
		r.validUntil = now.Add(staleKept)
	}
	if o.FirstStart != 0 { // past slots are never served, also not from here
		if start := time.Unix(o.FirstStart, 0); start.Before(r.validUntil) {
			r.validUntil = start
		}
	}
	return r
}

// CacheLabel is hit, stale or miss, as metrics and Cache-Status understand it: an answer merged from cached fragments
// alone is a hit.
func (r *Response) CacheLabel(now time.Time) string {
	switch {
	case r.missed():
		return "miss"
	case now.Before(r.FreshUntil):
		return "hit"
	default:
		return "stale"
	}
}

// Age is how old the oldest data is: asOf in the body says the same. An answer without data is as old as itself.
func (r *Response) Age(now time.Time) time.Duration {
	from := r.AsOf
	if from.IsZero() {
		from = r.MergedAt
	}
	return max(0, now.Sub(from))
}

// missed reports whether the answer was not made of cached fragments: some were waited for, or there are none.
func (r *Response) missed() bool { return r.Waited || r.FreshUntil.IsZero() }

// LookupResult is how the response cache's own metric calls the find; a nil response is a miss.
func (r *Response) LookupResult(now time.Time) string {
	if r == nil {
		return "miss"
	}
	return r.CacheLabel(now)
}

// cached is the response as later requests get it.
func (r *Response) cached() *Response {
	c := *r
	c.Waited, c.Collapsed, c.clock = false, false, new(atomic.Pointer[clock])
	return &c
}

// cacheStatus is RFC 9211's; ttl is the fresh time left, negative once it is over.
func (r *Response) cacheStatus(now time.Time) string {
	if r.missed() {
		if r.Collapsed {
			return "timeslots; fwd=miss; collapsed"
		}
		return "timeslots; fwd=miss"
	}
	ttl := int(math.Floor(r.FreshUntil.Sub(now).Seconds()))
	return "timeslots; hit; ttl=" + strconv.Itoa(ttl)
}
