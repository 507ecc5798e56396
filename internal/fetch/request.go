package fetch

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// window is the calendar days that a read asks for.
type window struct {
	first timeslot.Date // 0: left out, upstream starts today
	last  timeslot.Date // 0: the operation takes no dates
}

// windowOf turns the blocks from key's own to through, or the part of one that key means, into dates to ask for. What has
// begun, or has begun somewhere on Earth, is asked for without a start, because upstream refuses a start in the past and
// only it knows which day it is in the clinician's zone. The end is kept inside the lookahead limit (docs/dexcare.md §5.6),
// counted from the earliest day that it can be anywhere, and never before the latest.
func windowOf(key timeslot.FragmentKey, through timeslot.Block, now time.Time, lookahead int) window {
	w := window{first: key.FirstDay(), last: through.Last()}
	if key.Span.Days != 0 {
		w.last = key.LastDay()
	}
	w.last = min(w.last, timeslot.EarliestToday(now)+timeslot.Date(lookahead))
	w.last = max(w.last, timeslot.LatestToday(now))
	if w.first < timeslot.LatestToday(now) {
		w.first = 0
	}
	return w
}

// isEmpty reports whether no day of the window may be asked for.
func (w window) isEmpty() bool { return w.first != 0 && w.last < w.first }

// request is one upstream read: where, and with which key.
type request struct {
	url     string
	body    []byte // of a POST read; nil: GET
	apiKey  string
	ingress bool
	domain  string // the header; empty: none
	call    Call
}

// request spells the key on the wire: its path from the key's typed fields, escaped, and its parameters from them too or, for the
// read of a drop-in route, as the key's canonical text.
func (c *client) request(from *decode.Upstream, key timeslot.FragmentKey, w window, call Call) request {
	place := from.Place(&key)
	for i := range place.Path {
		place.Path[i] = url.PathEscape(place.Path[i])
	}
	u := c.base(place.Base).JoinPath(place.Path...)
	r := request{apiKey: c.apiKey(place.Key), ingress: place.Base == decode.Ingress, domain: key.Domain, call: call}
	switch {
	case !key.Exact:
		u.RawQuery = withProduct(timeslot.EncodeParams(parameters(from, key, w, &call)), call.Product)
	case key.Post:
		r.body, u.RawQuery = []byte(key.Params), withProduct("", call.Product)
	default:
		u.RawQuery = withProduct(spelled(key.Params, call.Brackets), call.Product)
	}
	r.url = u.String()
	return r
}

// spelled gives lists the brackets that the caller wrote. Which spelling DexCare prefers is not known: its published schema has none,
// its SDK has them (docs/dexcare.md §7.9).
func spelled(params string, brackets []string) string {
	if len(brackets) == 0 {
		return params
	}
	pairs := strings.Split(params, "&")
	for i, pair := range pairs {
		if name, value, _ := strings.Cut(pair, "="); slices.Contains(brackets, name) {
			pairs[i] = name + "%5B%5D=" + value
		}
	}
	return strings.Join(pairs, "&")
}

func withProduct(query, product string) string {
	switch {
	case product == "":
		return query
	case query != "":
		query += "&"
	}
	return query + "product=" + strings.ReplaceAll(url.QueryEscape(product), "+", "%20")
}

func parameters(from *decode.Upstream, key timeslot.FragmentKey, w window, call *Call) url.Values {
	q := url.Values{}
	if from.Ask != nil {
		from.Ask(q, &decode.Asked{Key: key, Through: call.through, Types: call.Types})
	}
	w.addTo(q)
	return q
}

func (c *client) base(b decode.Base) *url.URL {
	switch b {
	case decode.Ingress:
		return c.opt.Ingress
	case decode.Visit:
		return c.opt.Visit
	default:
		return c.opt.Public
	}
}

func (c *client) apiKey(k decode.Key) string {
	switch k {
	case decode.CareOptionsKey:
		return c.opt.CareOptionsKey
	case decode.BookingKey:
		return c.opt.BookingKey
	default:
		return c.opt.SlotsKey
	}
}

func (w window) addTo(q url.Values) {
	if w.first != 0 {
		q.Set("startDate", w.first.String())
	}
	if w.last != 0 {
		q.Set("endDate", w.last.String())
	}
}

func (r request) header() http.Header {
	h := http.Header{"Accept": {"application/json"}}
	if r.body != nil {
		h.Set("Content-Type", "application/json")
	}
	if r.apiKey != "" {
		h.Set("x-api-key", r.apiKey)
	}
	if r.domain != "" {
		h.Set("domain", r.domain)
	}
	if r.call.CorrelationID != "" {
		h.Set("correlation-id", r.call.CorrelationID)
	}
	return h
}
