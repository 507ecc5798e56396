package acme

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme/visits"
	"timeslots/internal/acme/world"
)

func TestASurfaceHidesAShareOfSlotsThatTheOthersList(t *testing.T) {
	const v4, v5 = "/v4/providers/9000000017/timeslots", "/v5/providers/9000000017/timeslots?endDate=2030-03-11"
	tenant := newTenant(t)
	whole := starts(get(t, tenant, v5))
	setFault(t, tenant, "provider-timeslots-v5:hide@0.3")
	some := starts(get(t, tenant, v5))
	same(t, some, starts(get(t, tenant, v5)), "hidden slots, call by call")
	if n, m := len(some), len(whole); n >= m || n < m/3 {
		t.Errorf("%d of %d starts are listed", n, m)
	}
	for start := range some {
		if len(whole[start]) == 0 {
			t.Errorf("%s appeared", start)
		}
	}
	same(t, starts(get(t, newTenant(t), v4)), starts(get(t, tenant, v4)), "v4, where nothing is hidden")
	setFault(t, tenant, "*:hide@0.3")
	onV4, onV5 := starts(get(t, tenant, v4)), starts(get(t, tenant, v5))
	if cmp.Equal(onV4, onV5) {
		t.Error("all surfaces hide the same slots")
	}
}

func TestAHiddenSlotCanStillBeBooked(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	setFault(t, tenant, "*:hide@1")
	if got := listed(t, tenant, slot); len(got) != 0 {
		t.Errorf("listed by %v", got)
	}
	post(t, tenant, retailPath, retailBody(t, "A", slot))
}

func TestASlowSurfaceGoesOnListingWhatIsSold(t *testing.T) {
	c := clockAt(Monday)
	tenant := newTenant(t, func(o *Options) {
		o.Now, o.BookingLag, o.Faults = c.now, time.Second, []string{"care-options:lag=10s"}
	})
	slot := retailSlots(t, tenant)[0]
	post(t, tenant, retailPath, retailBody(t, "A", slot))
	for _, step := range []struct {
		wait time.Duration
		want []string
	}{{0, everywhere}, {time.Second, []string{"care options"}}, {9 * time.Second, []string{"care options"}}, {time.Second, nil}} {
		c.advance(step.wait)
		same(t, step.want, listed(t, tenant, slot), step.wait, " later")
	}
}

func TestPostedTimesAreWrittenEitherWay(t *testing.T) {
	tenant := newTenant(t)
	first := func() string {
		return at(post(t, tenant, slotsPath, `{"postalCode":"98000","visitTypeNames":["Illness"]}`), "slots", 0, "slotDateTime").(string)
	}
	plain := first()
	setFault(t, tenant, "availability-slots-post:minus-zero")
	if got, want := first(), strings.TrimSuffix(plain, "Z")+"-00:00"; got != want || !strings.HasSuffix(plain, "Z") {
		t.Errorf("%s and %s, want %s", plain, got, want)
	}
}

func TestEveryBookingMeetsTheConflictThatIsSwitchedOn(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	for _, c := range world.Conflicts {
		setFault(t, tenant, "booking:conflict="+string(c))
		for path, body := range map[string]any{retailPath: retailBody(t, "A", slot), providerPath: providerBody(t, "A", slot)} {
			if w := call(tenant, "POST", path, body); w.Code != 409 || !strings.Contains(w.Body.String(), string(c)) {
				t.Errorf("POST %s: %d %s, want %s", path, w.Code, w.Body, c)
			}
		}
	}
	tenant.ClearFaults()
	post(t, tenant, retailPath, retailBody(t, "A", slot))
}

func TestConflictBodiesTakeTurns(t *testing.T) {
	tenant := newTenant(t)
	slot := retailSlots(t, tenant)[0]
	var got []string
	for range 4 {
		w := call(tenant, "POST", retailPath, retailBody(t, visits.PatientConflict, slot))
		got = append(got, w.Header().Get("Content-Type")+" "+w.Body.String())
	}
	const json, word = "application/json; charset=utf-8", "UnknownAppointmentConflict"
	want := []string{
		json + ` {"error":"` + word + `"}`, json + ` {"message":"` + word + `"}`, "text/plain; charset=utf-8 " + word, json + ` {"error":"` + word + `"}`,
	}
	same(t, want, got)
}

func TestSwitchesThatMakeNoSenseAreRefused(t *testing.T) {
	tenant := newTenant(t)
	for _, spec := range []string{
		"booking:conflict", "booking:conflict=Maybe", "care-options:lag", "care-options:lag=-1s", "*:minus-zero=1", "*:forget=x", "*:hide=0.5", "*:hide@2",
	} {
		if err := tenant.SetFault(spec); err == nil {
			t.Errorf("%s is accepted", spec)
		}
	}
}
