// Package evil is an upstream that misbehaves on demand. It stands before a good one, counts what arrives, and does to
// chosen operations what real ones do on bad days, down to the wire: hanging, dripping, resetting, truncating, lying
// about lengths, bombing.
package evil

import (
	"net/http"
	"strings"
	"sync"
)

// Operation groups the paths of DexCare as the service's sources do.
type Operation string

// The operations.
const (
	CareDirect     Operation = "careDirect"
	ProviderDirect Operation = "providerDirect"
	CareOptions    Operation = "careOptions"
	Directory      Operation = "directory"
	Booking        Operation = "booking"
)

// operationOf is what a request is for.
func operationOf(r *http.Request) Operation {
	path := r.URL.Path
	switch {
	case strings.Contains(path, "/visits") || strings.Contains(path, "/patient"):
		return Booking
	case strings.Contains(path, "/availability/"):
		return CareOptions
	case strings.HasSuffix(path, "/timeslots") && strings.Contains(path, "/providers/"):
		return ProviderDirect
	case strings.HasSuffix(path, "/timeslots"):
		return CareDirect
	default:
		return Directory
	}
}

// Fault answers in place of a good upstream, which it may call.
type Fault func(w http.ResponseWriter, r *http.Request, good http.Handler)

// Upstream is a handler with faults that can be changed while it runs.
type Upstream struct {
	good http.Handler

	mu       sync.Mutex
	faults   map[Operation]Fault
	calls    map[Operation]int
	inFlight map[Operation]int
	most     map[Operation]int // in flight at a time, ever
}

// New stands before a good upstream.
func New(good http.Handler) *Upstream {
	return &Upstream{good: good, faults: map[Operation]Fault{}, calls: map[Operation]int{}, inFlight: map[Operation]int{}, most: map[Operation]int{}}
}

// ServeHTTP counts and answers.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	op := operationOf(r)
	fault := u.enter(op)
	defer u.leave(op)
	if fault != nil {
		fault(w, r, u.good)
		return
	}
	u.good.ServeHTTP(w, r)
}

func (u *Upstream) enter(op Operation) Fault {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls[op]++
	u.inFlight[op]++
	u.most[op] = max(u.most[op], u.inFlight[op])
	return u.faults[op]
}

func (u *Upstream) leave(op Operation) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.inFlight[op]--
}

// Break gives operations a fault, from the next call on. None named: all reads.
func (u *Upstream) Break(fault Fault, ops ...Operation) {
	if len(ops) == 0 {
		ops = []Operation{CareDirect, ProviderDirect, CareOptions, Directory}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, op := range ops {
		u.faults[op] = fault
	}
}

// Heal takes all faults away. Calls that hang go on hanging.
func (u *Upstream) Heal() {
	u.mu.Lock()
	defer u.mu.Unlock()
	clear(u.faults)
}

// Calls is how many calls arrived for an operation.
func (u *Upstream) Calls(op Operation) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls[op]
}

// Most is how many calls of an operation were ever in flight at a time.
func (u *Upstream) Most(op Operation) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.most[op]
}
