package acme

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/acme/visits"
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
