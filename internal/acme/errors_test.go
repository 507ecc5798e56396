package acme

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme/visits"
	"timeslots/internal/acme/world"
)

// statusInName is the status in the name of a sample.
var statusInName = regexp.MustCompile(`\d{3}`)

// failing is a call that fails.
type failing struct {
	call, fault string
	body        any
	anyText     bool // the words are of the moment
}

// failures are a call for each sample of an error body.
func failures(t *testing.T) map[string]failing {
	const (
		v5    = "GET /v5/providers/9000000017/timeslots"
		v5s   = "POST /v5/slots/search"
		area  = "GET /v1/availability/slots?npis=1&daysOfSlots=1"
		queue = "POST " + guestPath
		book  = "POST " + retailPath
	)
	slot := retailSlots(t, newTenant(t))[0]
	return map[string]failing{
		"booking-400-not-linked.assumed":         {book, "", retailBody(t, visits.PatientNotLinked, slot), false},
		"booking-404-patient.assumed":            {book, "", retailBody(t, visits.PatientUnknown, slot), false},
		"booking-409-double-booked.assumed":      {book, "*:conflict=PatientDoubleBooked", retailBody(t, "A", slot), false},
		"booking-409-slot-unavailable.assumed":   {book, "*:conflict=SlotUnavailable", retailBody(t, "A", slot), false},
		"booking-409-unknown.assumed":            {book, "", retailBody(t, visits.PatientConflict, slot), false},
		"careoptions-400-invalid-search-context": {"POST " + slotsPath, "", sample(t, "availability-slots.post.v1.replay.request.json"), false},
		"careoptions-400-missing-field":          {"GET /v1/availability/slots", "", nil, true},
		"careoptions-403":                        {area, "*:status=403", nil, false},
		"department-404.assumed":                 {"GET /v2/departments/Nowhere/timeslots", "", nil, false},
		"gateway-404":                            {"GET /nowhere", "", nil, true},
		"queued-guest-visit-400-ehr":             {queue, "", changed(t, "queued-guest-visit.v1.request.json", map[string]any{"scheduledEhr": "x"}, "visitDetails", "scheduledDepartment"), false},
		"queued-guest-visit-400-validation":      {queue, "", changed(t, "queued-guest-visit.v1.request.json", nil, "patient", "firstName"), false},
		"queued-guest-visit-401":                 {queue, "*:status=401", nil, false},
		"queued-guest-visit-500":                 {queue, "*:status=500", nil, false},
		"slots-400":                              {v5 + "?startDate=x", "", nil, true},
		"slots-401":                              {v5, "*:status=401", nil, true},
		"slots-404-search":                       {v5s, "*:status=404", nil, true},
		"slots-404-single-provider":              {"GET /v5/providers/1/timeslots", "", nil, false},
		"slots-500":                              {v5, "*:status=500", nil, true},
		"visits-400":                             {"POST /api/9/visits", "", changed(t, "visits.v9.request.json", visits.PatientUnknown, "patient", "patientGuid"), false},
	}
}

func TestEveryErrorBodyOfTheSamplesIsServed(t *testing.T) {
	tests := failures(t)
	files, err := os.ReadDir("testdata/errors")
	if err != nil || len(files) != len(tests) {
		t.Errorf("%d samples, %d tests (%v)", len(files), len(tests), err)
	}
	for name, tt := range tests {
		tenant := newTenant(t)
		if tt.fault != "" {
			setFault(t, tenant, tt.fault)
		}
		method, target, _ := strings.Cut(tt.call, " ")
		w := call(tenant, method, target, tt.body)
		if want := statusInName.FindString(name); strconv.Itoa(w.Code) != want {
			t.Errorf("%s: status %d", name, w.Code)
		}
		got, want := decode(t, w.Body.Bytes()), decode(t, sample(t, "errors/"+name+".json"))
		if tt.anyText {
			sameShape(t, name, got, want)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFailuresWithoutADeclaredBodyHaveNone(t *testing.T) {
	for target, status := range map[string]string{
		"GET /v1/availability/slots?npis=1&daysOfSlots=1": "500", "POST /v1/availability/slots": "500", "POST /v1/availability/providers": "500",
		"POST /api/9/visits": "409", "PUT /api/9/visits/1/acceptTerms": "409", "GET /api/9/visits/1/summary": "500", "GET /api/9/visits/1/waittime": "401",
	} {
		tenant := newTenant(t, func(o *Options) { o.Faults = []string{"*:status=" + status} })
		method, path, _ := strings.Cut(target, " ")
		if w := call(tenant, method, path, nil); strconv.Itoa(w.Code) != status || w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
			t.Errorf("%s: %d %s %q", target, w.Code, w.Header(), w.Body)
		}
	}
}

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
	tenant, c := clockedTenant(t, func(o *Options) { o.BookingLag, o.Faults = time.Second, []string{"care-options:lag=10s"} })
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
