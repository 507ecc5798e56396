package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"timeslots/loadtest/app"
	"timeslots/test/rig"
)

// heard is every attempt that a phone made.
type heard struct {
	mu   sync.Mutex
	list []app.Exchange
}

func (h *heard) note(e app.Exchange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, e)
}

// statuses are those of a call's attempts, in order.
func (h *heard) statuses(call string) (list []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.list {
		if e.Call == call {
			list = append(list, e.Status)
		}
	}
	return list
}

// phone starts the app of somebody whose token is the name.
func phone(t *testing.T, base, name string) (*app.Phone, *heard) {
	t.Helper()
	var h heard
	p, err := app.New(app.Options{Base: base, Token: func() string { return "patient-" + name }, Random: rand.New(rand.NewPCG(1, 1)), Heard: h.note})
	if err != nil {
		t.Fatal(err)
	}
	return p, &h
}

// got fails the test on an error of a screen.
func got[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// riverton is the simulator's first city, with clinics and clinicians.
var riverton = app.Search{Latitude: 47.610000123456, Longitude: -122.330000654321, Radius: 25, VisitType: "FollowUp"}

// plenty is a clinic that has slots for a visit type on any day, until its last hours.
func plenty(t *testing.T, p *app.Phone, home app.Home) *app.Slots {
	t.Helper()
	i := slices.IndexFunc(home.Clinics, func(c app.Clinic) bool { return c.URLName == "AcmeRiverton" })
	if i < 0 {
		t.Fatalf("the clinic is not among %d", len(home.Clinics))
	}
	shown := got(p.Clinic(t.Context(), home.Clinics[i], "Illness"))(t)
	if len(shown.List) < 4 {
		t.Fatalf("%d slots", len(shown.List))
	}
	return shown
}

func last(list []app.Slot) app.Slot { return list[len(list)-1] }

func TestAnAppThatIsTooLateForASlotBooksAnotherAndCancelsIt(t *testing.T) {
	t.Parallel()
	service, _ := rig.Demo(t)
	base := service.Public + "/dexcare"
	mine, calls := phone(t, base, "mine")
	others, _ := phone(t, base, "others")
	ctx := t.Context()

	shown := plenty(t, mine, got(mine.Open(ctx, "WA"))(t))
	theirs := plenty(t, others, got(others.Open(ctx, "WA"))(t))
	first := got(others.Book(ctx, theirs, got(others.Register(ctx))(t), last))(t)
	if got(theirs.Again(ctx))(t).Has(first.Slot.ID) {
		t.Error("a slot is offered to the one who has just booked it")
	}

	who := got(mine.Register(ctx))(t)
	b := got(mine.Book(ctx, shown, who, last))(t)
	if len(b.Late) != 1 || b.Late[0].ID != first.Slot.ID || b.Shown == shown || b.Shown.Has(first.Slot.ID) {
		t.Errorf("late for %v, want %s, which is gone then", b.Late, first.Slot.ID)
	}
	if s := calls.statuses("scheduleRetailAppointment"); !slices.Equal(s, []int{http.StatusConflict, http.StatusOK}) {
		t.Errorf("bookings were answered %v", s)
	}
	if after := got(b.Shown.Again(ctx))(t); after.Has(b.Slot.ID) || after.Has(first.Slot.ID) {
		t.Error("a slot is offered that is booked")
	}

	if v := got(mine.Visits(ctx))(t); len(v) != 1 || v[0].ID != b.VisitID || v[0].Appointment.SlotID != b.Slot.ID {
		t.Errorf("own visits %+v, want %s", v, b.VisitID)
	}
	if err := mine.Cancel(ctx, b.VisitID); err != nil {
		t.Error(err)
	}
	if v := got(mine.Visits(ctx))(t); len(v) != 0 {
		t.Errorf("own visits %+v after the cancellation", v)
	}
	if v := got(others.Visits(ctx))(t); len(v) != 1 || v[0].ID != first.VisitID {
		t.Errorf("the other patient's visits %+v", v)
	}
}

// found is a clinician with slots around, and his calendar.
func found(t *testing.T, p *app.Phone) *app.Slots {
	t.Helper()
	for _, npi := range got(p.CliniciansAround(t.Context(), riverton))(t) {
		c, visitType, err := p.Clinician(t.Context(), npi, riverton.VisitType)
		if err != nil || visitType != riverton.VisitType {
			continue
		}
		if shown := got(p.Calendar(t.Context(), c, visitType, 0))(t); len(shown.List) > 1 {
			return shown
		}
	}
	t.Fatal("nobody has slots")
	return nil
}

// listed reports whether the area's list has a slot of a calendar.
func listed(t *testing.T, p *app.Phone, s app.Slot) bool {
	t.Helper()
	return slices.ContainsFunc(got(p.SlotsAround(t.Context(), riverton))(t), func(a app.AreaSlot) bool {
		return a.NPI == s.NPI && a.Start.Equal(s.Start) && a.VisitTypeID == s.VisitTypeID && strings.HasSuffix(a.Department, "|"+s.DepartmentID)
	})
}

func TestAnAppThatBooksAClinicianSeesTheSlotNeitherInTheListNorInTheCalendar(t *testing.T) {
	t.Parallel()
	service, tenant := rig.Demo(t)
	mine, calls := phone(t, service.Public+"/dexcare", "mine")
	behind, _ := phone(t, tenant.URL, "behind") // straight at DexCare, past the service
	ctx := t.Context()

	shown := found(t, mine)
	taken, next := shown.List[0], shown.List[1]
	if !listed(t, mine, taken) || !listed(t, mine, next) {
		t.Fatal("the list lacks a slot of the calendar")
	}
	first := func(list []app.Slot) app.Slot { return list[0] }
	got(behind.Book(ctx, shown, app.Patient{GUID: "5f0c2a51-0000-4000-8000-000000000077"}, first))(t)
	b := got(mine.Book(ctx, shown, got(mine.Register(ctx))(t), first))(t)
	if len(b.Late) != 1 || b.Late[0].ID != taken.ID {
		t.Errorf("late for %+v, want %+v", b.Late, taken)
	}
	if s := calls.statuses("scheduleProviderVisit"); !slices.Equal(s, []int{http.StatusConflict, http.StatusOK}) {
		t.Errorf("bookings were answered %v", s)
	}
	for _, gone := range []app.Slot{taken, b.Slot} {
		if listed(t, mine, gone) {
			t.Errorf("%+v is in the list", gone)
		}
		if got(b.Shown.Again(ctx))(t).Has(gone.ID) {
			t.Errorf("%+v is in the calendar", gone)
		}
	}
	if v := got(mine.Visits(ctx))(t); len(v) != 1 || v[0].ID != b.VisitID {
		t.Errorf("own visits %+v", v)
	}
}

func TestAnAppThatWaitsForAVideoVisitCanLeave(t *testing.T) {
	t.Parallel()
	service, tenant := rig.Demo(t)
	mine, calls := phone(t, service.Public+"/dexcare", "mine")
	ctx := t.Context()
	if err := mine.VirtualCare(ctx, "WA"); err != nil {
		t.Fatal(err)
	}
	v := got(mine.StartVideo(ctx, "WA", got(mine.Register(ctx))(t)))(t)
	if err := errors.Join(v.Wait(ctx), v.Cancel(ctx)); err != nil {
		t.Fatal(err)
	}
	if n := len(calls.statuses("(start) session token")); n != 2 {
		t.Errorf("%d session tokens", n)
	}
	asked, err := tenant.Calls(ctx)
	if err != nil || asked["cancel-video"] != 1 || asked["client-log"] != 1 {
		t.Errorf("upstream saw %v (%v)", asked, err)
	}
}

func TestAnAppWhoseTokenIsRefusedRepeatsOnceWithAFreshOne(t *testing.T) {
	t.Parallel()
	service, _ := rig.Demo(t)
	tokens := []string{"", "fresh"}
	next := 0
	var h heard
	p, err := app.New(app.Options{Base: service.Public + "/dexcare", Heard: h.note, Token: func() string {
		defer func() { next++ }()
		return tokens[min(next, len(tokens)-1)]
	}})
	if err != nil {
		t.Fatal(err)
	}
	got(p.Visits(t.Context()))(t)
	if s := h.statuses("getRetailVisits"); !slices.Equal(s, []int{http.StatusUnauthorized, http.StatusOK}) {
		t.Errorf("own visits were answered %v", s)
	}
}

func TestAnAppDoesEveryErrandThatItsUsersHave(t *testing.T) {
	t.Parallel()
	service, _ := rig.Demo(t)
	screens := map[string]int{}
	var all app.Done
	for _, errand := range []app.Errand{app.WalkIn, app.Appointment, app.OwnVisits, app.VideoVisit} {
		for seed := range uint64(3) {
			p, h := phone(t, service.Public+"/dexcare", fmt.Sprint(errand, seed))
			s := app.Session{
				Phone: p, Random: rand.New(rand.NewPCG(seed, 1)), Errand: errand, Wish: riverton, State: "WA", Bookings: 1,
				Show: func(_ context.Context, screen string) bool { screens[screen]++; return true },
			}
			if seed%2 == 1 {
				s.ByPostalCode, s.Wish.Days = true, 14
			}
			if err := s.Run(t.Context()); err != nil {
				t.Errorf("%s, seed %d: %v", errand, seed, err)
			}
			all.Booked, all.Cancelled, all.Videos = all.Booked+s.Done.Booked, all.Cancelled+s.Done.Cancelled, all.Videos+s.Done.Videos
			wantPublicReadsKept(t, h)
		}
	}
	t.Logf("%+v, %v", all, screens)
	if all.Booked == 0 || all.Cancelled == 0 || all.Videos == 0 || len(screens) < 9 {
		t.Errorf("%+v, screens %v", all, screens)
	}
}

// wantPublicReadsKept wants a Cache-Status of every public read, and none that went past the cache.
func wantPublicReadsKept(t *testing.T, h *heard) {
	t.Helper()
	for _, e := range h.list {
		status := e.Header.Get("Cache-Status")
		if e.Public && (status == "" || strings.Contains(status, "bypass")) {
			t.Errorf("%s %s: Cache-Status %q", e.Method, e.URL, status)
		}
	}
}
