package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// shownFirst is how many offers of an answer people look at.
const shownFirst = 5

// choosesFirst is how often the first of the offers is chosen; of the others, the next one as often, and so on.
const choosesFirst = 0.5

// most is how many slots a person chooses before the form when checks say that they are gone.
const most = 3

// buyer is one view, as the seed decides it, and what may follow.
type buyer struct {
	crowd       *buyers
	number      int
	start, due  time.Time
	counts      bool // it is after the warm-up
	hot         bool
	query       url.Values
	rank        int // of the offer chosen, from 0
	look, think time.Duration
	fills       bool // in a form
	books       bool
}

// offered is an offer of an answer, as far as it is used here.
type offered struct {
	ID                   string    `json:"id"`
	Start                time.Time `json:"slotDateTime"`
	System               string    `json:"ehrInstance"`
	DepartmentID         string    `json:"departmentId"`
	DepartmentIdentifier string    `json:"departmentIdentifier"`
	NPI                  string    `json:"npi"`
	VisitTypeID          string    `json:"visitTypeId"`
	VisitTypeName        string    `json:"visitTypeName"`
	Booking              struct {
		Flow       string `json:"flow"`
		SlotID     string `json:"slotId"`
		ProviderID string `json:"providerId"`
	} `json:"booking"`
}

// buyer draws one. All of them are drawn in order, by one goroutine.
func (c *buyers) buyer(number int, start time.Time) *buyer {
	b := &buyer{crowd: c, number: number, start: start}
	at := c.dueAt(uint64(number))
	b.due, b.counts = start.Add(at), at >= c.own.Warmup
	from := c.others
	if b.hot = c.random.Float64() < c.own.Hot; b.hot {
		from = c.hot
	}
	here := from[c.random.IntN(len(from))]
	b.query = url.Values{"product": {c.own.Product}, "limit": {"20"}, "visitTypeName": {here.VisitTypes[c.random.IntN(len(here.VisitTypes))]}}
	if here.walkIn() {
		b.query.Set("departmentUrlName", here.URLName)
	} else {
		b.query["npi"] = here.NPIs[:min(len(here.NPIs), pageSize)]
	}
	for b.rank < shownFirst-1 && c.random.Float64() >= choosesFirst {
		b.rank++
	}
	b.look = time.Duration((0.5 + c.random.Float64()) * float64(c.own.Look))
	b.think = time.Duration((0.5 + c.random.Float64()) * float64(c.own.Think))
	decides := c.random.Float64()
	b.fills, b.books = decides < c.own.Forms, decides < c.own.Bookings
	return b
}

// visit is what the person does: looks at the answer, chooses, has the choice checked, fills in the form, books.
func (b *buyer) visit(ctx context.Context) {
	offers, ok := b.view(ctx)
	if !ok || len(offers) == 0 || !b.crowd.wait(b.look) {
		return
	}
	rank := min(b.rank, len(offers)-1)
	b.note(ctx, offers[rank:rank+1], time.Now(), func(a *accuracy, untrue []string) {
		a.choice(b.hot, untrue[0])
	})
	if !b.fills {
		return
	}
	choice, ok := offers[rank], true
	if b.crowd.own.Check {
		choice, ok = b.checked(ctx, offers, rank)
	}
	if !ok || !b.crowd.wait(b.think) {
		return
	}
	b.note(ctx, []offered{choice}, time.Now(), func(a *accuracy, untrue []string) { a.form(b.hot, untrue[0]) })
	if b.books {
		b.book(ctx, choice)
	}
}

// view gives the first offers of the answer that can be booked, and notes which of them are untrue.
func (b *buyer) view(ctx context.Context) (offers []offered, ok bool) {
	text, status, at := b.send(ctx, viewing, page(b.query), b.due)
	if status != http.StatusOK {
		return nil, false
	}
	var a struct{ Timeslots []offered }
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, false
	}
	for _, o := range a.Timeslots {
		if o.Booking.Flow != "none" && len(offers) < shownFirst { // others are shown for information
			offers = append(offers, o)
		}
	}
	b.note(ctx, offers, at, func(a *accuracy, untrue []string) { a.view(b.hot, untrue) })
	return offers, true
}

// note asks the simulator which of the offers were untrue at a moment just past, and why; empty: it was true. When that
// cannot be known, what was to be noted is left out, and counted.
func (b *buyer) note(ctx context.Context, offers []offered, at time.Time, to func(a *accuracy, untrue []string)) {
	if !b.counts {
		return
	}
	truths, err := b.crowd.simulator.truths(ctx, offers)
	untrue := make([]string, len(offers))
	for i, t := range truths {
		if t.wrongAt(at) {
			untrue[i] = t.Why
		}
	}
	b.crowd.mu.Lock()
	defer b.crowd.mu.Unlock()
	if err != nil {
		b.crowd.seen.Unknown++
		return
	}
	to(&b.crowd.seen, untrue)
}

// checked is the offer that the form is filled in for: the one chosen, or another when the check says that it is gone. False
// when the person gives up.
func (b *buyer) checked(ctx context.Context, offers []offered, rank int) (offered, bool) {
	choice := offers[rank]
	left := append(append([]offered{}, offers[:rank]...), offers[rank+1:]...)
	for range most {
		status, alternatives := b.check(ctx, choice)
		if status != "gone" && status != "taken" {
			return choice, true
		}
		b.crowd.spared(b.counts)
		if left = append(alternatives, left...); len(left) == 0 {
			break
		}
		choice, left = left[0], left[1:]
	}
	return offered{}, false
}

// check asks the service about an offer. The status is one of its words, or of HTTP's numbers when it gives no other answer.
func (b *buyer) check(ctx context.Context, o offered) (status string, alternatives []offered) {
	type object map[string]any
	body, _ := json.Marshal(object{"slots": []object{{ // of strings only: it cannot fail
		"npi": o.NPI, "departmentIdentifier": o.DepartmentIdentifier, "visitTypeId": o.VisitTypeID, "visitTypeName": o.VisitTypeName,
		"slotDateTime": o.Start.Format(time.RFC3339), "id": o.ID,
	}}})
	began := time.Now()
	text, code, at := b.send(ctx, checking, request{
		method: http.MethodPost, path: "/v1/timeslots/check?alternatives=3&product=" + url.QueryEscape(b.crowd.own.Product), body: body,
		header: http.Header{"Content-Type": {"application/json"}},
	}, began)
	var a struct {
		Slots []struct {
			Status       string
			Alternatives []offered
		}
	}
	if status = strconv.Itoa(code); code == http.StatusOK {
		if err := json.Unmarshal(text, &a); err != nil || len(a.Slots) != 1 {
			status = "unreadable"
		} else {
			status, alternatives = a.Slots[0].Status, a.Slots[0].Alternatives
		}
	}
	b.crowd.check(b.counts, status, at.Sub(began))
	return status, alternatives
}

func (b *buyer) book(ctx context.Context, o offered) {
	var r request
	switch patient := int(b.crowd.all.Seed%1000)*1e8 + b.number + 1; o.Booking.Flow {
	case "retail":
		r = bookingOf(offer{o.Booking.SlotID, o.Booking.ProviderID, o.System, o.DepartmentID}, patient)
	case "provider":
		r = providerBookingOf(o, patient)
	default:
		b.crowd.booked(b.counts, "no way to")
		return
	}
	_, status, _ := b.send(ctx, booking, r, time.Now())
	b.crowd.booked(b.counts, strconv.Itoa(status))
}

// providerBookingOf is a booking with a clinician (docs/dexcare.md §7.2).
func providerBookingOf(o offered, patient int) request {
	type object map[string]any
	r := bookingOf(offer{}, patient)
	r.path = mount + "/api/7/visits/providerbooking"
	r.body, _ = json.Marshal(object{ // of strings only: it cannot fail
		"patient": object{"patientGuid": fmt.Sprintf("66666666-aaaa-4bbb-8ccc-%012d", patient)},
		"visitDetails": object{
			"ehrSystemName": o.System, "departmentId": o.DepartmentID, "visitReason": "Load test", "declaration": "self",
			"slotId": o.Booking.SlotID, "nationalProviderId": o.NPI, "visitTypeId": o.VisitTypeID,
		},
	})
	return r
}

// send sends a request and makes a result of it. Without an answer the status is 0; at is when the answer was complete.
func (b *buyer) send(ctx context.Context, kind string, r request, due time.Time) (text []byte, status int, at time.Time) {
	c, began := b.crowd, time.Now()
	result := &vegeta.Result{Attack: kind, Method: r.method, URL: r.path, Timestamp: began}
	if result.Method == "" {
		result.Method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, result.Method, strings.TrimSuffix(c.all.Target, "/")+r.path, bytes.NewReader(r.body))
	if err == nil {
		if r.header != nil {
			req.Header = r.header
		}
		var resp *http.Response
		if resp, err = c.client.Do(req); err == nil {
			text, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
			_ = resp.Body.Close()
			status, result.Headers = resp.StatusCode, resp.Header
		}
	}
	at = time.Now()
	result.Latency, result.Code, result.BytesIn = at.Sub(began), uint16(status), uint64(len(text))
	switch {
	case err != nil:
		result.Error, status = err.Error(), 0
	case status >= 400:
		result.Error = fmt.Sprintf("%d %s: %s", status, http.StatusText(status), kind)
	}
	c.mu.Lock()
	result.Seq = uint64(len(c.dues))
	c.dues = append(c.dues, due.Sub(b.start))
	c.mu.Unlock()
	c.results <- result
	return text, status, at
}
