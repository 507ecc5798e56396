package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/labstack/echo/v4"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// response is an encoded answer: what the response cache keeps. Its bytes are frozen.
type response struct {
	origin
	plain      variant
	gzip       func() variant // made by the first caller who wants it
	validUntil time.Time      // not served from the cache after this
}

// firstServing is how the answer came about, for the request that made it.
type firstServing struct{ waited, collapsed bool }

// variant is one content coding of the answer with its own strong validator (RFC 9110 §8.8.3).
type variant struct {
	body   []byte
	etag   string
	coding string // empty: identity
}

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
	takenVersion uint64
	first        firstServing
}

func originOf(answer *search.Answer, body []byte) origin {
	return origin{
		body: body, status: http.StatusOK, complete: answer.Complete, failed: failedReports(answer.Reports),
		asOf: answer.AsOf, mergedAt: answer.MergedAt, freshUntil: answer.FreshUntil, reviewAt: answer.ReviewAt, firstStart: answer.FirstStart,
		takenVersion: answer.TakenVersion, first: firstServing{waited: answer.Waited, collapsed: answer.Collapsed},
	}
}

func newResponse(o origin, now time.Time) *response {
	sum := sha256.Sum256(o.body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:15])
	r := &response{plain: variant{body: o.body, etag: `"` + tag + `"`}, origin: o, validUntil: o.freshUntil}
	r.gzip = sync.OnceValue(func() variant {
		return variant{body: gzipped(o.body), etag: `"` + tag + `-gzip"`, coding: "gzip"}
	})
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

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(body) // a bytes.Buffer takes everything
	_ = w.Close()
	return bytes.Clone(b.Bytes())
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
	c.first = firstServing{}
	return &c
}

func (r *response) send(c echo.Context, how sending) error {
	v := r.choose(c.Request().Header)
	h := c.Response().Header()
	h.Set("Cache-Control", r.cacheControl(how.maxAge))
	h.Set("Cache-Status", r.cacheStatus(how.now))
	h.Set("Age", strconv.Itoa(int(max(0, how.now.Sub(r.mergedAt))/time.Second)))
	h.Set("ETag", v.etag)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Timeslots-Consistency", how.consistency())
	if r.status == http.StatusOK && matches(c.Request().Header.Values("If-None-Match"), v.etag) {
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	if v.coding != "" {
		h.Set("Content-Encoding", v.coding)
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(v.body)))
	c.Response().WriteHeader(r.status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, _ = c.Response().Write(v.body) // the client may be gone
	return nil
}

// consistency is what Timeslots-Consistency says (ARCHITECTURE §6).
func (s sending) consistency() string {
	if s.strict {
		return "strict"
	}
	return "best-effort"
}

func (r *response) choose(h http.Header) variant {
	accept := h.Values("Accept-Encoding")
	if zipped := weight(accept, "gzip"); zipped > 0 && zipped >= weight(accept, "identity") {
		return r.gzip()
	}
	return r.plain
}

// cacheControl lets others keep complete answers as long as the product says, and longer while they revalidate or
// while we are down (RFC 5861).
func (r *response) cacheControl(maxAge time.Duration) string {
	seconds := int(maxAge / time.Second)
	if seconds <= 0 || !r.complete {
		return "public, no-cache"
	}
	return "public, max-age=" + strconv.Itoa(seconds) +
		", stale-while-revalidate=" + strconv.Itoa(seconds) + ", stale-if-error=" + strconv.Itoa(10*seconds)
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
		for tag := range strings.SplitSeq(header, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// weight is what Accept-Encoding gives a coding: by its name, else by "*", else 0 (RFC 9110 §12.5.3).
func weight(headers []string, coding string) float64 {
	star := 0.0
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			name, parameter, _ := strings.Cut(part, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, coding):
				return quality(parameter)
			case name == "*" && coding != "identity":
				star = quality(parameter)
			}
		}
	}
	return star
}

// quality reads "q=0.5"; one without a readable weight counts in full.
func quality(parameter string) float64 {
	_, value, ok := strings.Cut(strings.TrimSpace(parameter), "=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || q < 0 || q > 1 {
		return 1
	}
	return q
}
