package fetch

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// window is the calendar days that a read asks for.
type window struct {
	first timeslot.Date // 0: left out, upstream starts today
	last  timeslot.Date // 0: the operation takes no dates
}

// windowOf turns the blocks from key's own to through, or the part of one that key means, into dates to ask for. What has
// begun, or has begun somewhere on Earth, is asked for without a start, because upstream refuses a start in the past and only it knows which day it is in the
// clinician's zone. The end is kept inside the lookahead limit (docs/dexcare.md §5.6), counted from the earliest day that it
// can be anywhere, and never before the latest.
func windowOf(key timeslot.FragmentKey, through timeslot.Block, now time.Time, lookahead int) window {
	if key.Exact || key.Operation != timeslot.OpProviderTimeslots && key.Operation != timeslot.OpAvailabilitySlots {
		return window{}
	}
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
	call    Call
}

// request spells the key on the wire. Everything in the URL comes from the key's typed fields, escaped.
func (c *client) request(key timeslot.FragmentKey, w window, call Call) request {
	if key.Exact {
		return c.exact(key, call)
	}
	version := versionPath(key.Version)
	q := url.Values{}
	base, apiKey := c.opt.Public, c.opt.SlotsKey
	var path []string
	switch key.Operation {
	case timeslot.OpDepartments:
		path = []string{version, "departments"}
	case timeslot.OpDepartmentInfo:
		path = []string{version, "departments", key.Department, "departmentInfo"}
	case timeslot.OpDepartmentTimeslots:
		path = []string{version, "departments", key.Department, "timeslots"}
		q.Set("visitTypeName", key.VisitType)
	case timeslot.OpProviderInfo:
		path = []string{version, "providers", key.NPI}
	case timeslot.OpProviderTimeslots:
		path = []string{version, "providers", key.NPI, "timeslots"}
		if key.Version >= 5 {
			base = c.opt.Ingress
		} else {
			q.Set("visitType", key.VisitType)
		}
		w.addTo(q)
	case timeslot.OpAvailabilitySlots:
		path = []string{version, "availability", "slots"}
		base, apiKey = c.opt.Ingress, c.opt.CareOptionsKey
		areaQuery(q, key, &call)
		w.addTo(q)
	}
	if call.Product != "" {
		q.Set("product", call.Product)
	}
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	u := base.JoinPath(path...)
	u.RawQuery = q.Encode()
	return request{url: u.String(), apiKey: apiKey, ingress: base == c.opt.Ingress, call: call}
}

func versionPath(version uint8) string { return "v" + strconv.Itoa(int(version)) }

func (w window) addTo(q url.Values) {
	if w.first != 0 {
		q.Set("startDate", w.first.String())
	}
	if w.last != 0 {
		q.Set("endDate", w.last.String())
	}
}

// areaQuery asks Care Options for everything inside the circle. daysOfSlots is required there; as many as the blocks
// have days means all of them. Several visit types are written with commas (docs/dexcare.md §6.1).
func areaQuery(q url.Values, key timeslot.FragmentKey, call *Call) {
	if key.Area.PostalCode != "" {
		q.Set("postalCode", key.Area.PostalCode)
	} else {
		p := key.Area.Point()
		q.Set("latitude", strconv.FormatFloat(p.Latitude, 'f', -1, 64))
		q.Set("longitude", strconv.FormatFloat(p.Longitude, 'f', -1, 64))
	}
	q.Set("radius", strconv.Itoa(int(key.Area.Radius)))
	blocks := max(key.Block, call.through) - key.Block + 1
	q.Set("daysOfSlots", strconv.Itoa(int(blocks)*timeslot.BlockDays+2))
	switch {
	case len(call.Types) > 1:
		q.Set("visitTypeNames", strings.Join(call.Types, ","))
	case key.VisitType != "":
		q.Set("visitTypeNames", key.VisitType)
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
	if r.call.CorrelationID != "" {
		h.Set("correlation-id", r.call.CorrelationID)
	}
	return h
}
