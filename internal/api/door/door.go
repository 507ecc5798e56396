package door

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"timeslots/internal/problem"
)

// Delivery is how long an answer may be on its way to the client, on top of the time it may take to make.
const Delivery = 20 * time.Second

// Reasons in http_requests_shed_total.
const (
	ReasonInFlight  = "in_flight"
	ReasonPerClient = "per_client"
)

// Options are what stays as it is while the process runs. Next is needed.
type Options struct {
	Next http.Handler // what the door leads to
	// Bookings are the paths whose requests are shed last, in echo's spelling: "/dexcare/api/9/visits/:visitId/summary".
	Bookings []string
	// First are the paths whose requests are shed first, before the reads of the lowest priority: they may fill a quarter of what
	// reads may.
	First []string
	// Secrets are the paths whose requests hold what somebody could guess, such as a coupon's code: each client may send so many
	// a minute ([Rules]).
	Secrets []string
	// Passing is the most that a call that is passed through may take.
	Passing time.Duration
	// WriteTimeout is the server's own. Requests that may take longer get more.
	WriteTimeout time.Duration

	Shed   func(product, reason string) // counts a request that was turned away for load; nil: nobody does
	Logger *slog.Logger                 // nil: discards
	Now    func() time.Time             // nil: time.Now
}

// Door is the handler in front of all others. See the package's comment for what it does.
type Door struct {
	opt     Options
	rules   atomic.Pointer[rules]
	places  places
	streams *streams
	leaving atomic.Bool
	began   time.Time
	clients func() *clients // made when a limit is first in force
	secrets func() *clients // the same, for Options.Secrets alone
	shedLog shedLog
}

// New builds a door with its first rules.
func New(opt Options, first Rules) (*Door, error) {
	if opt.Next == nil {
		return nil, errors.New("door: Next is needed")
	}
	if opt.Shed == nil {
		opt.Shed = func(string, string) {}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	d := &Door{opt: opt, began: opt.Now(), clients: sync.OnceValue(newClients), secrets: sync.OnceValue(newClients), streams: newStreams()}
	return d, d.Apply(first)
}

// Apply takes rules into force for requests that come from now on. With an error the old ones stay.
func (d *Door) Apply(r Rules) error {
	next, err := d.opt.prepare(r)
	if err == nil {
		d.rules.Store(next)
	}
	return err
}

// Leave asks every client from now on to close its connection after the answer.
func (d *Door) Leave() { d.leaving.Store(true) }

// AllowsBypass reports whether a request that is answered from memory may come in without passing here: it takes no place, and
// holds nobody up. It may not while clients are held to a rate, or asked to leave.
func (d *Door) AllowsBypass() bool { return !d.leaving.Load() && d.rules.Load().rate.each == 0 }

// ServeHTTP implements http.Handler.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer d.contain(w, r)
	if d.leaving.Load() || len(r.TransferEncoding) > 0 { // chunks: nobody looked at what follows them, see package wire
		w.Header().Set("Connection", "close")
	}
	if p := malformed(r); p != nil {
		hangUp(w, r, *p)
		return
	}
	if r.URL.Host != "" {
		originForm(r)
	}
	rules := d.rules.Load()
	if rules.cors.answer(w, r) {
		return
	}
	k := rules.kindOf(r)
	if p := d.overRate(rules, r, k); p != nil {
		d.shed(w, r, overload{k.product, ReasonPerClient, p})
		return
	}
	if r.URL.Path == eventStream {
		d.stream(w, r, rules, k)
		return
	}
	if !d.enter(rules, k) {
		d.shed(w, r, overload{k.product, ReasonInFlight, busy(k)})
		return
	}
	defer d.exit(k)
	d.allowTime(w, r, k)
	if strings.HasPrefix(r.URL.Path, dropIn) { // it may be passed through
		r = rules.proxies.withForwarded(r)
	}
	d.opt.Next.ServeHTTP(w, r)
}

// stream lets a request in whose answer goes on. Its handler gives it its time, step by step.
func (d *Door) stream(w http.ResponseWriter, r *http.Request, rules *rules, k kind) {
	addr, _ := rules.proxies.clientOf(r) // who has no address shares one
	leave, reason := d.streams.enter(addr)
	switch reason {
	case ReasonInFlight:
		d.shed(w, r, overload{k.product, reason, busy(k)})
		return
	case ReasonPerClient:
		d.shed(w, r, overload{k.product, reason, &problem.Document{
			Status: http.StatusTooManyRequests, RetryAfter: eventPatience,
			Detail: "this client follows too many answers already; close some, or ask GET /v1/timeslots again instead",
		}})
		return
	}
	defer leave()
	d.opt.Next.ServeHTTP(w, r)
}

// eventPatience is when somebody who follows too much may try again.
const eventPatience = 10 * time.Second

func (d *Door) enter(rules *rules, k kind) bool {
	if k.booking {
		return d.places.book(rules.room)
	}
	return d.places.read(rules.room, k.limit)
}

func (d *Door) exit(k kind) {
	if k.booking {
		d.places.bookings.Add(-1)
		return
	}
	d.places.reads.Add(-1)
}

// overRate turns a client away that asks for more than its share. Who has no address is not counted.
func (d *Door) overRate(rules *rules, r *http.Request, k kind) *problem.Document {
	secret := k.secret && rules.secretRate.each > 0
	if rules.rate.each == 0 && !secret {
		return nil
	}
	addr, ok := rules.proxies.clientOf(r)
	if !ok {
		return nil
	}
	now := int64(d.opt.Now().Sub(d.began))
	var wait time.Duration
	if rules.rate.each > 0 {
		wait, _ = d.clients().take(addr, rules.rate, now)
	}
	if secret && wait == 0 {
		wait, _ = d.secrets().take(addr, rules.secretRate, now)
	}
	if wait == 0 {
		return nil
	}
	return &problem.Document{
		Status: http.StatusTooManyRequests, RetryAfter: wait,
		Detail: "too many requests from this client; ask again after the time in Retry-After",
	}
}

// allowTime gives a request that may take longer than the server's own time-out its time, and marks its connection
// when it must not be cut short.
func (d *Door) allowTime(w http.ResponseWriter, r *http.Request, k kind) {
	if k.patience > d.opt.WriteTimeout {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(k.patience)) // a writer without deadlines has none to extend
	}
	if k.booking {
		if c := connOf(r); c != nil {
			c.booking.Store(true)
		}
	}
}
