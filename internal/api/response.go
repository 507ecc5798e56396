package api

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// response is an encoded answer: what the response cache keeps. Its bytes are frozen.
type response struct {
	origin
	validUntil time.Time      // not served from the cache after this
	taken      *atomic.Uint64 // version of the view of taken slots that it is known to agree with
	clock      *atomic.Pointer[clockHeaders]
	*coded
}

// coded is a response's content codings, which it shares with its cached copy.
type coded struct {
	plain variant
	lazy  [codings]lazyVariant // by coding; identity is plain
}

func newCoded(body []byte) *coded {
	return &coded{plain: newVariant(body, tagOf(body), identity)}
}

// firstServing is how the answer came about, for the request that made it.
type firstServing struct{ waited, collapsed bool }

// staleKept is how long an answer is served again whose fragments are stale or due for a refresh, before the next merge
// looks whether the refresh behind it has arrived.
const staleKept = 250 * time.Millisecond

// origin is what a response is made of.
type origin struct {
	body         []byte
	status       int
	complete     bool
	failed       []timeslot.SourceReport
	asOf         time.Time
	mergedAt     time.Time
	freshUntil   time.Time
	reviewAt     time.Time // when the search should be asked again, so that it refreshes early; zero: at freshUntil
	firstStart   int64     // Unix seconds; 0: the answer does not outdate by time passing
	takenVersion uint64    // of the view that it was merged under
	clinicians   timeslot.Clinicians
	doubtful     bool // it may offer a taken slot, so that it is not strict under whatever view
	first        firstServing
}

func originOf(answer *search.Answer, body []byte) origin {
	return origin{
		body: body, status: http.StatusOK, complete: answer.Complete, failed: failedReports(answer.Reports),
		asOf: answer.AsOf, mergedAt: answer.MergedAt, freshUntil: answer.FreshUntil, reviewAt: answer.ReviewAt, firstStart: answer.FirstStart,
		takenVersion: answer.TakenVersion, clinicians: answer.Clinicians, doubtful: answer.Doubtful, first: firstServing{waited: answer.Waited, collapsed: answer.Collapsed},
	}
}

func newResponse(o origin, now time.Time) *response {
	r := &response{origin: o, validUntil: o.freshUntil, clock: new(atomic.Pointer[clockHeaders]), taken: new(atomic.Uint64), coded: newCoded(o.body)}
	r.taken.Store(o.takenVersion)
	if !o.reviewAt.IsZero() && o.reviewAt.Before(r.validUntil) {
		r.validUntil = o.reviewAt
	}
	if !now.Before(r.validUntil) {
		r.validUntil = now.Add(staleKept)
	}
	if o.firstStart != 0 { // past slots are never served, also not from here
		if start := time.Unix(o.firstStart, 0); start.Before(r.validUntil) {
			r.validUntil = start
		}
	}
	return r
}

// cacheLabel is hit, stale or miss, as metrics and Cache-Status understand it: an answer merged from cached fragments
// alone is a hit.
func (r *response) cacheLabel(now time.Time) string {
	switch {
	case r.missed():
		return "miss"
	case now.Before(r.freshUntil):
		return "hit"
	default:
		return "stale"
	}
}

// age is how old the oldest data is: asOf in the body says the same. An answer without data is as old as itself.
func (r *response) age(now time.Time) time.Duration {
	from := r.asOf
	if from.IsZero() {
		from = r.mergedAt
	}
	return max(0, now.Sub(from))
}

// missed tells whether the answer was not made of cached fragments: some were waited for, or there are none.
func (r *response) missed() bool { return r.first.waited || r.freshUntil.IsZero() }

// lookupResult is how the response cache's own metric calls the find; a nil response is a miss.
func (r *response) lookupResult(now time.Time) string {
	if r == nil {
		return "miss"
	}
	return r.cacheLabel(now)
}

// cached is the response as later requests get it.
func (r *response) cached() *response {
	c := *r
	c.first, c.clock = firstServing{}, new(atomic.Pointer[clockHeaders])
	return &c
}

// sending is what a send depends on besides the response.
type sending struct {
	now    time.Time
	use    *useCase
	strict bool
	behind *encoders // for content codings that nobody should wait for
}

// sent is what a client was given.
type sent struct {
	status int
	bytes  int
}

// send writes the response, or that the client has it already.
func (r *response) send(w http.ResponseWriter, req *http.Request, how sending) sent {
	v := r.choose(req.Header["Accept-Encoding"], how.behind)
	h := w.Header()
	clock := r.clockHeadersAt(how.now)
	h["Age"], h["Cache-Status"] = clock.age, clock.cacheStatus
	h["Cache-Control"] = revalidateAlways
	if r.complete {
		h["Cache-Control"] = clock.cacheControlFor(how.use)
	}
	h["Etag"] = v.etag
	vary(h)
	h["Timeslots-Consistency"] = bestEffort
	if how.strict {
		h["Timeslots-Consistency"] = strictly
	}
	if tags := req.Header["If-None-Match"]; len(tags) > 0 && r.status == http.StatusOK && matches(tags, v.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return sent{status: http.StatusNotModified}
	}
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	h["Content-Type"], h["Content-Length"] = contentJSON, v.length
	w.WriteHeader(r.status)
	if req.Method == http.MethodHead {
		return sent{status: r.status}
	}
	n, _ := w.Write(v.body) // the client may be gone
	return sent{status: r.status, bytes: n}
}

// vary says that the answer depends on Accept-Encoding, besides what others have said.
func vary(h http.Header) {
	if said := h["Vary"]; len(said) > 0 {
		h["Vary"] = append(said, varyEncoding...)
		return
	}
	h["Vary"] = varyEncoding
}

// cacheStatus is RFC 9211's; ttl is the fresh time left, negative once it is over.
func (r *response) cacheStatus(now time.Time) string {
	if r.missed() {
		if r.first.collapsed {
			return "timeslots; fwd=miss; collapsed"
		}
		return "timeslots; fwd=miss"
	}
	ttl := int(math.Floor(r.freshUntil.Sub(now).Seconds()))
	return "timeslots; hit; ttl=" + strconv.Itoa(ttl)
}

// matches implements If-None-Match: a list of tags, compared weakly (RFC 9110 §13.1.2).
func matches(headers []string, etag string) bool {
	for _, header := range headers {
		if matchesTag(header, etag) {
			return true
		}
	}
	return false
}

func matchesTag(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}
