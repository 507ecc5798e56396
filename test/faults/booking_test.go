package faults

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/test/faults/evil"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

const retail = "/dexcare/api/6/visits/retail"

// post is a retail booking's body for a slot that an answer offered.
func post(a rig.Answer, slot int) string {
	s := a.Timeslots[len(a.Timeslots)-1-slot%len(a.Timeslots)] // the last first: the first may begin before it is booked
	return fmt.Sprintf(`{"patient":{"identifier":"44444444-aaaa-4bbb-8ccc-000000000900"},"visitDetails":{"ehrSystemName":%q,"departmentId":%q,"visitReason":"Sore throat","declaration":"self","slotId":%q,"providerId":%q},"registrationModules":{"documentSigning":[]}}`,
		s.EHRInstance, s.DepartmentID, s.Booking.SlotID, s.Booking.ProviderID)
}

func (s *scene) book(t testing.TB, offers rig.Answer, slot int) rig.Reply {
	t.Helper()
	return rig.Send(t, http.MethodPost, s.Public+retail, post(offers, slot), "Content-Type", "application/json", "Authorization", "Bearer patient")
}

// ledger counts what arrived upstream, by correlation id.
type ledger struct {
	mu   sync.Mutex
	seen map[string]int
}

func (l *ledger) before(fault evil.Fault) evil.Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		l.mu.Lock()
		l.seen[r.Header.Get("correlation-id")]++
		l.mu.Unlock()
		fault(w, r, good)
	}
}

func (l *ledger) count(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen[id]
}

// docs/faults.md row 10: whatever breaks, a booking is sent once, and what became of it is said.
func TestBookingsOverBreakingConnectionsAreSentOnce(t *testing.T) {
	figure.Beside(t)
	s := newScene(t, "booking: {tombstone: 48h, timeout: 1m}") // no connection hangs here
	offers := s.settle(t, clinic)
	var n atomic.Int64
	l := &ledger{seen: map[string]int{}}
	faults := []evil.Fault{evil.Hangup, evil.Reset, thenClose, sound, thenReset, sound}
	s.upstream.Break(l.before(func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		faults[n.Add(1)%int64(len(faults))](w, r, good)
	}), evil.Booking)

	bookings := figure.Form(1000, 150)
	var booked, unknown, notSent, other atomic.Int64
	var wg sync.WaitGroup
	work := make(chan int)
	for range 4 {
		wg.Go(func() {
			for i := range work {
				id := fmt.Sprintf("5f0e6a0c-0000-4000-8000-%012d", i)
				headers := []string{"Content-Type", "application/json", "Authorization", "Bearer patient", "correlation-id", id}
				if i%2 == 0 {
					headers = append(headers, "Idempotency-Key", id) // makes Go's transport resend: docs/faults.md §3
				}
				if i%5 == 0 {
					headers = append(headers, "X-Idempotency-Key", id)
				}
				r := rig.Send(t, http.MethodPost, s.Public+retail, post(offers, i), headers...)
				sent := l.count(id)
				var problem struct{ Outcome string }
				_ = json.Unmarshal(r.Body, &problem)
				switch {
				case r.Status == 504 && problem.Outcome == "unknown" && sent <= 1:
					unknown.Add(1)
				case r.Status == 502 && problem.Outcome == "not-sent" && sent == 0:
					notSent.Add(1)
				case r.Status/100 == 2 && sent == 1:
					booked.Add(1)
				case r.Status == 409 && sent == 1:
					other.Add(1)
				default:
					t.Errorf("booking %d was sent %d times and answered %d %s (%v)", i, sent, r.Status, r.Body, r.Err)
				}
			}
		})
	}
	for i := range bookings {
		work <- i
	}
	close(work)
	wg.Wait()
	if booked.Load()+other.Load() == 0 || unknown.Load() == 0 {
		t.Errorf("%d booked, %d refused by upstream, %d unknown; want some of each kind", booked.Load(), other.Load(), unknown.Load())
	}
	s.upstream.Heal()
	rig.Until(t, "a booking that is answered", func() bool {
		r := s.book(t, offers, bookings)
		return r.Status/100 == 2 || r.Status == 409
	})
	t.Logf("%d bookings: %d booked, %d refused by upstream, %d unknown, %d not sent; none was sent twice", bookings, booked.Load(), other.Load(), unknown.Load(), notSent.Load())
}

func sound(w http.ResponseWriter, r *http.Request, good http.Handler) { good.ServeHTTP(w, r) }

// thenClose answers well and closes the connection without having said so.
func thenClose(w http.ResponseWriter, r *http.Request, good http.Handler) {
	good.ServeHTTP(w, r)
	_ = http.NewResponseController(w).Flush()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// thenReset reads the request and breaks the connection while it answers.
func thenReset(w http.ResponseWriter, r *http.Request, good http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	evil.ResetInBody(w, r, good)
}

// docs/faults.md row 29: a slow booking holds up nobody else.
func TestASlowBookingHoldsUpNobodyElse(t *testing.T) {
	measured(t, func(t *testing.T, f *figure.Figures) {
		s := newScene(t, "booking: {tombstone: 48h, timeout: 5m}", lifetimes(500*time.Millisecond, time.Hour, time.Hour))
		offers := s.settle(t, clinic)
		s.settle(t, clinician)
		release := make(chan struct{})
		s.upstream.Break(func(w http.ResponseWriter, r *http.Request, good http.Handler) {
			<-release
			good.ServeHTTP(w, r)
		}, evil.Booking)
		var wg sync.WaitGroup
		var answered atomic.Int64
		for i := range 32 {
			wg.Go(func() {
				r := s.book(t, offers, i)
				if r.Status/100 != 2 && r.Status != 409 { // the simulator lets a patient book once at a time
					t.Errorf("%d %s (%v)", r.Status, r.Body, r.Err)
				}
				answered.Add(1)
			})
		}
		defer wg.Wait()
		defer sync.OnceFunc(func() { close(release) })()
		rig.Until(t, "all bookings under way", func() bool { return s.upstream.Calls(evil.Booking) == 32 })
		took, failed := rig.Crowd(t, s.Public+clinician, 200, 4)
		if len(failed) > 0 || answered.Load() > 0 {
			t.Errorf("%d reads failed, %d bookings were answered meanwhile; want none", len(failed), answered.Load())
		}
		f.Time("p99 of reads beside 32 bookings under way", took.At(0.99), 60*time.Millisecond, 0.99)
	})
}

// docs/faults.md row 29: the outcome of a booking that nobody answers is unknown, and that is said.
func TestABookingThatHangsIsAnsweredUnknown(t *testing.T) {
	measured(t, func(t *testing.T, f *figure.Figures) {
		s := newScene(t, "booking: {tombstone: 48h, timeout: 1s}")
		offers := s.settle(t, clinic)
		s.upstream.Break(evil.Hang, evil.Booking)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var worst time.Duration
		for i := range 32 {
			wg.Go(func() {
				r := s.book(t, offers, i)
				var problem struct{ Outcome string }
				_ = json.Unmarshal(r.Body, &problem)
				if r.Status != 504 || problem.Outcome != "unknown" || r.Took < time.Second {
					t.Errorf("%d %q after %v, want 504 unknown after a second", r.Status, problem.Outcome, r.Took)
				}
				mu.Lock()
				defer mu.Unlock()
				worst = max(worst, r.Took)
			})
		}
		wg.Wait()
		f.Time("the slowest of 32 bookings that hang for a second", worst, 1500*time.Millisecond, 1)
		if n := s.Metric(t, "aggregator_bookings_total", `outcome="unknown"`); n != 32 {
			t.Errorf("%v bookings count as unknown, want 32", n)
		}
		s.upstream.Heal()
		next := 40
		rig.Until(t, "a booking that is answered", func() bool {
			next++
			return s.book(t, offers, next).Status/100 == 2
		})
	})
}
