package acme

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/slots"
	"timeslots/internal/acme/visits"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Tenant is one simulated health system in one tier. It serves all bases of docs/dexcare.md §1.1 from one handler; a [Fleet]
// keeps them apart by host. It is safe for concurrent use.
type Tenant struct {
	options Options
	world   *world.World
	routes  []wire.Route
	faults  *faults
	calls   *calls

	serial atomic.Uint64 // of answers
}

// New builds the directory. The error names every bad option at once.
func New(o Options) (*Tenant, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("acme: %w", err)
	}
	w, err := world.New(o.world())
	if err != nil {
		return nil, fmt.Errorf("acme: %w", err)
	}
	routes := slices.Concat(slots.New(w, o.WalkInDays, o.SearchContextLife).Routes(), visits.New(w).Routes())
	names := callNames(routes)
	t := &Tenant{options: o, world: w, routes: routes, faults: &faults{seed: o.Seed, names: names}, calls: newCalls(names)}
	if err := t.SetSales(o.Sales); err != nil {
		return nil, err
	}
	for _, spec := range o.Faults {
		if err := t.SetFault(spec); err != nil {
			return nil, err
		}
	}
	return t, nil
}

const (
	maxRequestBody = 1 << 20
	maxHang        = 60 * time.Second
)

// ServeHTTP answers one call as the package comment draws it.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.serveOn(wire.EveryBase, w, r) }

// serveOn answers as the given bases do.
func (t *Tenant) serveOn(on wire.Base, w http.ResponseWriter, r *http.Request) {
	if t.admin(w, r) {
		return
	}
	serial := t.serial.Add(1)
	t.stamp(w.Header(), r, serial)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		send(w, wire.MessageAndStatus(http.StatusRequestEntityTooLarge, "request body too large"))
		return
	}
	rt, args := match(t.routes, on, r.Method, r.URL.EscapedPath())
	if rt == nil {
		send(w, gatewayNotFound(world.Hash(t.options.Seed, world.SaltCorrelation, serial)))
		return
	}
	defer t.calls.enter(rt)()
	f := t.faults.draw(rt)
	if !wait(r.Context(), t.delay(serial)+f.delay) {
		return
	}
	q := &wire.Request{Request: r, Args: args, Query: r.URL.Query(), Payload: body, Switches: f.Switches}
	t.serve(w, q, rt, f)
}

// serve checks the key or token and answers, or fails as the fault says. A dropped connection is a panic that net/http understands.
func (t *Tenant) serve(w http.ResponseWriter, q *wire.Request, rt *wire.Route, f fault) {
	switch f.kind {
	case faultHang:
		wait(q.Context(), maxHang)
		panic(http.ErrAbortHandler)
	case faultDropBefore:
		panic(http.ErrAbortHandler)
	case faultStatus:
		send(w, rt.Fail(f.status, http.StatusText(f.status)))
		return
	case faultNotJSON:
		send(w, wire.Text(http.StatusOK, "text/html; charset=utf-8", "<!doctype html><title>Sign in</title><p>Please sign in to continue.\n"))
		return
	}
	q.Now = t.now()
	a, admitted := t.admit(q, rt)
	if admitted {
		a = untidied(rt.Handle(q), t.options.Untidy)
	}
	switch f.kind {
	case faultDropAfter:
		panic(http.ErrAbortHandler)
	case faultTruncate:
		truncate(w, a)
	default:
		send(w, a)
	}
}

// delay is the latency of the answer with that serial number.
func (t *Tenant) delay(serial uint64) time.Duration {
	h := world.Hash(t.options.Seed, world.SaltLatency, serial)
	return t.options.Latency + time.Duration(world.Fraction(h)*float64(t.options.Jitter))
}

// wait returns false when the caller left first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// stamp sets the headers of every answer: those of docs/dexcare.md §1.4, and nothing about caching, rates or retries.
func (t *Tenant) stamp(h http.Header, r *http.Request, serial uint64) {
	id := r.Header.Get("Correlation-Id")
	if !form.IsUUID(id) {
		id = world.UUID(world.Hash(t.options.Seed, world.SaltCorrelation, serial))
	}
	h.Set("Correlation-Id", fmt.Sprintf("%s#%d", id, serial))
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Vary", "Origin")
}

// send writes the answer whole. An answer without a body has no content type either.
func send(w http.ResponseWriter, a wire.Answer) {
	switch {
	case len(a.Body) == 0:
		w.Header().Del("Content-Type")
	case a.ContentType != "":
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the client is gone: nobody to tell
}

// truncate promises the whole body and sends half of it.
func truncate(w http.ResponseWriter, a wire.Answer) {
	w.Header().Set("Content-Length", fmt.Sprint(len(a.Body)+1))
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body[:len(a.Body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

const byteOrderMark = "\ufeff"

// untidied is how an untidy tenant sends an answer: nothing at all for an empty list, a byte order mark before JSON.
func untidied(a wire.Answer, u world.Untidy) wire.Answer {
	if u.Has(world.NoContent) && a.Status == 200 && (a.Empty || string(a.Body) == "[]") {
		return wire.Answer{Status: 204}
	}
	if u.Has(world.ByteOrderMark) && a.ContentType == "" && len(a.Body) > 0 {
		a.Body = append([]byte(byteOrderMark), a.Body...)
	}
	return a
}

func gatewayNotFound(requestID uint64) wire.Answer {
	return wire.JSON(http.StatusNotFound, map[string]string{
		"message": "no Route matched with those values", "request_id": fmt.Sprintf("%016x%016x", world.Mix(requestID), requestID),
	})
}

// callNames are all names under which calls are counted and faults placed: operations, groups, and "*" for all.
func callNames(routes []wire.Route) []string {
	set := map[string]bool{"*": true}
	for _, rt := range routes {
		set[rt.Name] = true
		for _, group := range rt.Groups {
			set[group] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// match finds the route of a call and its arguments, unescaped: an escaped slash or pipe stays inside its argument.
func match(table []wire.Route, on wire.Base, method, escapedPath string) (*wire.Route, []string) {
	segments := strings.Split(escapedPath, "/")
	for i := range table {
		rt := &table[i]
		if rt.Method != method || rt.On&on == 0 || len(rt.Pattern) != len(segments) {
			continue
		}
		if args, ok := arguments(rt.Pattern, segments); ok {
			return rt, args
		}
	}
	return nil, nil
}

func arguments(pattern, segments []string) (args []string, ok bool) {
	for i, want := range pattern {
		got, err := url.PathUnescape(segments[i])
		switch {
		case err != nil || got == "" && i > 0:
			return nil, false
		case want == "*":
			args = append(args, got)
		case want != got:
			return nil, false
		}
	}
	return args, true
}

// admit checks the key or token that a route wants. A refusal comes with ok false.
func (t *Tenant) admit(q *wire.Request, rt *wire.Route) (refusal wire.Answer, ok bool) {
	key := q.Header.Get("X-Api-Key")
	switch rt.Access {
	case wire.SlotsKey:
		return rt.Fail(http.StatusUnauthorized, "API key is not valid"), key == t.options.Keys.Slots
	case wire.CareOptionsKey:
		return rt.Fail(http.StatusForbidden, "Forbidden"), key == t.options.Keys.CareOptions
	case wire.BookingKey:
		return rt.Fail(http.StatusUnauthorized, "Unauthorized"), key == t.options.Keys.Booking
	case wire.PatientToken:
		token := q.Token()
		if strings.HasPrefix(token, wire.StaffPrefix) {
			return rt.Fail(http.StatusForbidden, "Forbidden"), false
		}
		return rt.Fail(http.StatusUnauthorized, "Unauthorized"), token != ""
	case wire.AnyToken:
		return rt.Fail(http.StatusUnauthorized, "Unauthorized"), q.Token() != ""
	case wire.ReportingKey:
		return rt.Fail(http.StatusForbidden, "Forbidden"), q.Credentials("dc-token") == t.options.Keys.Reporting
	default:
		return wire.Answer{}, true
	}
}
