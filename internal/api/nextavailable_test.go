package api

import (
	"net/http"
	"strings"
	"testing"

	"timeslots/internal/api/sample"
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// sampleEntries is the sample answer by clinicians: one with its slot, one without, one whose source failed.
func sampleEntries(s *stand) *search.Answer {
	a := sample.Answer(s.clock.Now())
	a.Complete = false
	a.Entries = []timeslot.Entry{
		{NPI: "9000000108", Status: timeslot.AvailabilityOpen, Count: 1, Days: []timeslot.DayCount{{Date: timeslot.DateOf(start), Count: 1}}, Next: a.Slots},
		{NPI: "9000000025", Status: timeslot.AvailabilityNone},
		{NPI: "9000000033", Status: timeslot.AvailabilityUnknown},
	}
	a.Slots = nil
	return a
}

// TestADaySaysItsTimesWhereTheyAreFewerThanItsSlots, and else nothing: those answers are the bytes that they were.
func TestADaySaysItsTimesWhereTheyAreFewerThanItsSlots(t *testing.T) {
	s := newStand(t, nil)
	s.engine.answer = func() *search.Answer {
		a := sampleEntries(s)
		day := timeslot.DateOf(start)
		a.Entries[0].Days = []timeslot.DayCount{{Date: day, Count: 24, Again: 20}, {Date: day + 1, Count: 3}}
		return a
	}
	got := s.get("/v1/next-available?npi=9000000108,9000000025,9000000033").Body.String()
	if want := `"count":24,"times":4},{"date":"2030-03-09","count":3}]`; !strings.Contains(got, want) {
		t.Errorf("the answer lacks %s:\n%s", want, got)
	}
}

func TestAListIsByClinicianWhenOneIsNamedAndElseByClinic(t *testing.T) {
	for target, want := range map[string]timeslot.By{
		"?npi=9000000017": timeslot.ByProvider,
		"?npi=9000000017&departmentUrlName=AcmeRiverton&visitTypeName=Illness":  timeslot.ByProvider,
		"?departmentUrlName=AcmeRiverton&visitTypeName=Illness":                 timeslot.ByDepartment,
		"?latitude=47.61&longitude=-122.33&visitTypeName=Illness":               timeslot.ByDepartment,
		"?npi=9000000017&by=department":                                         timeslot.ByDepartment,
		"?latitude=47.61&longitude=-122.33&visitTypeName=Illness&by=provider":   timeslot.ByProvider,
		"?departmentUrlName=AcmeRiverton&visitTypeName=Illness&per=20&limit=50": timeslot.ByDepartment,
	} {
		s := newStand(t, nil)
		if w := s.get("/v1/next-available" + target); w.Code != http.StatusOK || s.engine.last.By != want {
			t.Errorf("%s: %d, by %q, want %q", target, w.Code, s.engine.last.By, want)
		}
	}
}

func TestAListAndItsSlotsAreNotTakenForEachOther(t *testing.T) {
	s := newStand(t, nil)
	slots := s.get("/v1/timeslots?npi=9000000017").Body.String()
	list := s.get("/v1/next-available?npi=9000000017").Body.String()
	more := s.get("/v1/next-available?npi=9000000017&per=4").Header().Get("Cache-Status")
	if slots == list || s.engine.calls != 3 || more != "timeslots; fwd=miss" {
		t.Errorf("%d searches, %q; want one for each of three questions", s.engine.calls, more)
	}
	if again := s.get("/v1/next-available?per=3&npi=9000000017"); again.Body.String() != list || s.engine.calls != 3 {
		t.Errorf("the same question with its default written out was asked anew")
	}
}

func TestWhatAListDoesNotTakeIsNamed(t *testing.T) {
	for query, want := range map[string]string{"cursor=abc": "cursor", "per=0": "per", "per=21": "per", "per=3&per=3": "per", "by=npi": "by", "by=": "by"} {
		s := newStand(t, nil)
		p := problemIn(t, s.get("/v1/next-available?npi=9000000017&"+query))
		if p.Status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Parameter != want || p.Errors[0].Fix == "" {
			t.Errorf("%s: %+v", query, p)
		}
		if p := problemIn(t, s.get("/v1/timeslots?npi=9000000017&by=provider")); p.Status != http.StatusBadRequest {
			t.Errorf("the other route takes by: %+v", p)
		}
	}
}
