package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

type mixedOptions struct {
	findADoctorOptions `embed:""`

	Bookings float64 `help:"Share of the requests that are bookings, 0 to 1." default:"0.02"`
}

const (
	searching = "search"
	booking   = "booking"
)

// prepare makes a scenario of reads and bookings. Bookings need slots, which a shopper looks for beside it, as everybody
// else would, through the service.
func (o *mixedOptions) prepare(ctx context.Context, all *options, s *scenario) error {
	if !(o.Bookings >= 0 && o.Bookings <= 1) {
		return errors.New("--bookings must be 0 to 1")
	}
	sim, err := newSimulator(all)
	if err != nil {
		return err
	}
	d, err := sim.directory(ctx)
	if err != nil {
		return err
	}
	read := findADoctor(d.NPIs, time.Now(), o.Skew)
	shop := newShop(all.Target, d.Clinics)
	if err := shop.fill(ctx); err != nil {
		return err
	}
	s.next = func(random *rand.Rand) request {
		if random.Float64() < o.Bookings {
			if r, ok := shop.booking(); ok {
				return r
			}
		}
		return read(random)
	}
	s.group = func(r *vegeta.Result, _ time.Duration) string {
		if r.Method == http.MethodPost {
			return booking
		}
		return searching
	}
	s.along = func(ctx context.Context, _ func(string)) error { return shop.run(ctx) }
	return nil
}

// shop looks for slots that can be booked, and sends each to be booked once.
type shop struct {
	base    string
	clinics []clinic

	mu       sync.Mutex
	shelf    []offer
	seen     map[string]bool // slotIds that were on the shelf
	patients int
	round    int
}

// offer is what a retail booking names (docs/dexcare.md §7.1).
type offer struct{ slotID, providerID, system, department string }

// maxSeen bounds what a shop remembers, and so how many it can book.
const maxSeen = 200_000

func newShop(base string, clinics []clinic) *shop {
	return &shop{base: strings.TrimSuffix(base, "/"), clinics: clinics, seen: map[string]bool{}}
}

// run looks at another clinic twice a second.
func (s *shop) run(ctx context.Context) error {
	for sleep(ctx, 500*time.Millisecond) {
		if err := s.fill(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (s *shop) fill(ctx context.Context) error {
	c := s.clinics[s.round%len(s.clinics)]
	s.round++
	query := url.Values{"departmentUrlName": {c.URLName}, "visitTypeName": {c.VisitTypes[0]}, "limit": {"500"}}
	text, err := ask(ctx, http.MethodGet, s.base+page(query).path, "")
	if err != nil {
		return fmt.Errorf("look for slots: %w", err)
	}
	var a struct {
		Timeslots []struct {
			EHRInstance, DepartmentID string
			Booking                   struct{ Flow, SlotID, ProviderID string }
		}
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("look for slots: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range a.Timeslots {
		b := t.Booking
		if b.Flow == "retail" && b.SlotID != "" && !s.seen[b.SlotID] && len(s.seen) < maxSeen {
			s.seen[b.SlotID] = true
			s.shelf = append(s.shelf, offer{b.SlotID, b.ProviderID, t.EHRInstance, t.DepartmentID})
		}
	}
	return nil
}

// booking takes a slot off the shelf, for a patient who books once.
func (s *shop) booking() (request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.shelf) == 0 {
		return request{}, false
	}
	o := s.shelf[0]
	s.shelf = s.shelf[1:]
	s.patients++
	return bookingOf(o, s.patients), true
}

func bookingOf(o offer, patient int) request {
	type object map[string]any
	body, _ := json.Marshal(object{ // of strings and empty lists only: it cannot fail
		"patient": object{"identifier": fmt.Sprintf("66666666-aaaa-4bbb-8ccc-%012d", patient)},
		"visitDetails": object{
			"ehrSystemName": o.system, "departmentId": o.department, "visitReason": "Load test", "declaration": "self",
			"slotId": o.slotID, "providerId": o.providerID,
		},
		"registrationModules": object{"documentSigning": []string{}},
	})
	return request{
		method: http.MethodPost, path: "/dexcare/api/6/visits/retail", body: body,
		header: http.Header{"Content-Type": {"application/json"}, "Authorization": {fmt.Sprintf("Bearer load-%d", patient)}},
	}
}
