package decode

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timeslots/internal/timeslot"
)

var fetchedAt = time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)

var (
	v5Key         = timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017"}
	v4Key         = timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 4, NPI: "9000000017", VisitType: "FollowUp"}
	careDirectKey = timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: "AcmeRiverton", VisitType: "Illness"}
	optionsKey    = timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, VisitType: "FollowUp"}
	listKey       = timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}
	infoKey       = timeslot.FragmentKey{Operation: timeslot.OpDepartmentInfo, Version: 4, Department: "AcmeRiverton"}
	providerKey   = timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: "9000000017"}
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func decodeBody(t testing.TB, key timeslot.FragmentKey, body []byte) *timeslot.Fragment {
	t.Helper()
	f, err := Decode(Read{Key: key, FetchedAt: fetchedAt, LastDay: mustDate("2030-03-31")}, body)
	if err != nil {
		t.Fatalf("Decode(%s): %v", key, err)
	}
	return f
}

func mustDate(s string) timeslot.Date {
	d, err := timeslot.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) int64 {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

// followUp is the schedule that all samples about clinician 9000000017 describe, as far as every surface says it.
var followUp = timeslot.Schedule{
	EHRInstance: "org.acme.ehr.main", DepartmentID: "4100200410", NPI: "9000000017",
	VisitTypeID: "7203", VisitTypeName: "FollowUp", Timezone: "America/Los_Angeles",
}

func TestProviderDirectV5SampleGivesOneScheduleWithItsSlots(t *testing.T) {
	f := decodeBody(t, v5Key, sample(t, "provider-timeslots.v5.response.json"))
	want := followUp
	want.VisitTypeTitle = "Follow Up Visit"
	want.ForNewPatient, want.ForEstablishedPatient, want.Bookable = timeslot.No, timeslot.Yes, timeslot.Yes
	if diff := cmp.Diff([]timeslot.Schedule{want}, f.Schedules); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
	wantSlots := []timeslot.Slot{
		{Start: at("2030-03-08T09:00:00-08:00"), Duration: 30, Offset: -480},
		{Start: at("2030-03-08T09:30:00-08:00"), Duration: 30, Offset: -480},
		{Start: at("2030-03-11T09:00:00-07:00"), Duration: 30, Offset: -420},
	}
	if diff := cmp.Diff(wantSlots, f.Slots); diff != "" {
		t.Errorf("slots (-want +got):\n%s", diff)
	}
}

func TestProviderDirectV5SpeaksForItsWindowInTheClinicsZone(t *testing.T) {
	f := decodeBody(t, v5Key, sample(t, "provider-timeslots.v5.response.json"))
	if !f.Covers.From.Equal(fetchedAt) || f.Covers.Until.Unix() != at("2030-04-01T00:00:00-07:00") {
		t.Errorf("covers %v, want from the fetch to the end of the last day in Los Angeles", f.Covers)
	}
}

func TestAWindowThatBeginsLaterSaysNothingOfTheDaysBefore(t *testing.T) {
	f, err := Decode(Read{Key: v5Key, FetchedAt: fetchedAt, FirstDay: mustDate("2030-03-08"), LastDay: mustDate("2030-03-31")}, sample(t, "provider-timeslots.v5.response.json"))
	if err != nil {
		t.Fatal(err)
	}
	if f.Covers.Contains(at("2030-03-07T23:00:00-08:00")) || !f.Covers.Contains(at("2030-03-08T09:00:00-08:00")) {
		t.Errorf("covers %v, want nothing before the first day asked for", f.Covers)
	}
}

func TestAnEmptyV5AnswerIsNoSlotsAndNotAnError(t *testing.T) {
	f := decodeBody(t, v5Key, sample(t, "provider-timeslots.v5.empty.response.json"))
	if len(f.Slots) != 0 || f.Covers.Until.IsZero() {
		t.Errorf("got %d slots, covers %v; want none, with a window it speaks for", len(f.Slots), f.Covers)
	}
}

func TestProviderDirectV4SampleCarriesSlotIDs(t *testing.T) {
	f := decodeBody(t, v4Key, sample(t, "provider-timeslots.v4.response.json"))
	want := followUp
	want.ProviderID = "P-2001"
	if diff := cmp.Diff([]timeslot.Schedule{want}, f.Schedules); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
	if len(f.Slots) != 3 || f.SlotIDs[0] != "b3BhcXVlLXNpbS1zbG90LTAwMDEwMQ==" || f.Slots[0].Duration != 30 {
		t.Errorf("slots = %+v, want three, the first with its id and 30 minutes", f.Slots)
	}
}

func TestCareDirectSampleReadsDurationsWrittenAsStrings(t *testing.T) {
	f := decodeBody(t, careDirectKey, sample(t, "department-timeslots.v2.response.json"))
	if len(f.Schedules) != 2 || len(f.Slots) != 3 {
		t.Fatalf("got %d schedules and %d slots, want two clinicians and three slots", len(f.Schedules), len(f.Slots))
	}
	for i := range f.Slots {
		if s := f.WithID(i); s.Duration != 20 || s.ID == "" {
			t.Errorf("slot %+v: want 20 minutes and an id", s)
		}
	}
	if s := f.Schedules[0]; s.VisitTypeName != "Illness" || s.ProviderID != "P-1001" || s.Pool {
		t.Errorf("schedule = %+v, want the visit type that was asked for, the local provider id, and no pool", s)
	}
	if !f.Covers.Contains(at("2030-03-05T23:59:59-08:00")) || f.Covers.Contains(at("2030-03-06T00:00:00-08:00")) {
		t.Errorf("covers %v, want the window that the answer names", f.Covers)
	}
}

func TestCareOptionsSampleJoinsZonesAndKeepsDistances(t *testing.T) {
	f := decodeBody(t, optionsKey, sample(t, "availability-slots.get.v1.response.json"))
	if len(f.Schedules) != 2 || len(f.Slots) != 3 {
		t.Fatalf("got %d schedules and %d slots, want two clinicians and three slots", len(f.Schedules), len(f.Slots))
	}
	want := followUp
	want.VisitTypeTitle, want.Modality = "Follow Up Visit", timeslot.InClinic
	want.ForNewPatient, want.ForEstablishedPatient = timeslot.No, timeslot.Yes
	if diff := cmp.Diff(want, f.Schedules[0]); diff != "" {
		t.Errorf("schedule (-want +got):\n%s", diff)
	}
	if got := f.Distances["org.acme.ehr.main|4100200410"]; got != 1.4 {
		t.Errorf("distance = %v, want 1.4", got)
	}
	wantProviders := []timeslot.Provider{
		{NPI: "9000000017", Name: "Example Provider-A", Gender: "female", Specialties: []string{"Family Medicine"}},
		{NPI: "9000000025", Name: "Example Provider-B"},
	}
	if diff := cmp.Diff(wantProviders, f.Providers, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
}

func TestDepartmentsSampleKeepsPlaceAndVisitTypes(t *testing.T) {
	for name, key := range map[string]timeslot.FragmentKey{"departments.v4.response.json": listKey, "department-info.v4.response.json": infoKey} {
		f := decodeBody(t, key, sample(t, name))
		if len(f.Departments) != 1 {
			t.Fatalf("%s: got %d departments, want one", name, len(f.Departments))
		}
		d := f.Departments[0]
		if d.Key() != "org.acme.ehr.main|4100200300" || d.URLName != "AcmeRiverton" || d.Point == nil || d.Point.Latitude != 47.61 || len(d.VisitTypes) != 2 || d.VisitTypes[0].Name != "Illness" {
			t.Errorf("%s: department = %+v", name, d)
		}
	}
}

// TestAClinicInTheSeaIsOneOfWhichNobodyKnowsWhereItIs: its distance would be thousands of miles, and be shown.
func TestAClinicInTheSeaIsOneOfWhichNobodyKnowsWhereItIs(t *testing.T) {
	for at, known := range map[string]bool{`0,"longitude":0`: false, `0.0,"longitude":-0`: false, `"0","longitude":"0"`: false, `0,"longitude":-78.5`: true, `51.48,"longitude":0`: true} {
		d := decodeBody(t, listKey, []byte(`[{"departmentId":"1","ehrSystemName":"e","urlName":"A","latitude":`+at+`}]`)).Departments
		if len(d) != 1 || (d[0].Point != nil) != known {
			t.Errorf("latitude %s: %+v, known %v", at, d, known)
		}
	}
}

func TestProviderInfoSampleNamesTheClinicianAndHerPlaces(t *testing.T) {
	f := decodeBody(t, providerKey, sample(t, "provider-info.v1.response.json"))
	if f.Providers[0].Name != "Example Provider-A" || len(f.Providers[0].VisitTypes) != 2 || len(f.Departments) != 1 || f.Departments[0].Phone != "206-555-0110" {
		t.Errorf("got %+v and %+v", f.Providers, f.Departments)
	}
}

func TestAnNPIListedTwiceAtOneStartStandsForAPool(t *testing.T) {
	slot := func(provider, start string) string {
		return `{"id":"` + provider + `","providerNationalId":"9000000999","providerId":"` + provider + `","departmentIdentifier":"e|1","visitTypeId":"7101","duration":"20","slotDateTime":"` + start + `"}`
	}
	body := `{"timezone":"America/Phoenix","scheduleDays":[{"timeSlots":[` +
		slot("P-1", "2030-03-04T09:00:00-07:00") + `,` + slot("P-2", "2030-03-04T09:00:00-07:00") + `,` + slot("P-1", "2030-03-04T09:20:00-07:00") + `]}]}`
	f := decodeBody(t, careDirectKey, []byte(body))
	if len(f.Slots) != 3 {
		t.Fatalf("got %d slots, want three", len(f.Slots))
	}
	for _, s := range f.Schedules {
		if !s.Pool {
			t.Errorf("schedule of %s is no pool", s.ProviderID)
		}
	}
	if a, b := f.Schedules[0].Identity(1), f.Schedules[1].Identity(1); a == b {
		t.Error("two members of a pool have one identity")
	}
}

func TestFieldsMayComeInAnyOrder(t *testing.T) {
	body := `{"searchContext":"x","slotsByVisitType":[{"scheduleDays":[{"slotTimes":[{"providerOptions":[{"duration":15,"departmentEhrIdentifier":"e|1","npi":"9000000017"}],"slotDateTime":"2030-03-08T09:00:00Z"}]}],"modality":"VIDEO","visitTypeName":"FollowUp","visitTypeEmrId":"7"}],
		"departments":{"e|1":{"timezone":"Asia/Tokyo","departmentName":"D"}},"providers":{}}`
	f := decodeBody(t, optionsKey, []byte(body))
	want := []timeslot.Schedule{{EHRInstance: "e", DepartmentID: "1", NPI: "9000000017", VisitTypeID: "7", VisitTypeName: "FollowUp", Modality: timeslot.Video, Timezone: "Asia/Tokyo"}}
	if diff := cmp.Diff(want, f.Schedules); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
	v5 := `{"slots":[{"slotsByVisitType":[{"scheduleDays":[{"slotTimes":[{"slotDateTime":"2030-03-08T09:00:00.000+09:00","duration":"15"}]}],"visitTypeId":7}],"departmentIdentifier":"e|1","timezone":"Asia/Tokyo","npi":"9000000017"}]}`
	g := decodeBody(t, v5Key, []byte(v5))
	if g.Schedules[0].VisitTypeID != "7" || g.Schedules[0].DepartmentKey() != "e|1" || g.Slots[0].Duration != 15 {
		t.Errorf("got %+v %+v, want the names that came last, the number as text, the text as number", g.Schedules, g.Slots)
	}
}

func TestSingleBadSlotsAreDroppedAndCounted(t *testing.T) {
	good := `{"duration":30,"slotDateTime":"2030-03-08T09:00:00-08:00"}`
	tests := map[string]string{
		"no time":          `{"duration":30}`,
		"time is a number": `{"duration":30,"slotDateTime":12}`,
		"day that is none": `{"duration":30,"slotDateTime":"2030-02-30T09:00:00-08:00"}`,
		"absurd year":      `{"duration":30,"slotDateTime":"9999-02-03T09:00:00-08:00"}`,
		"not an object":    `"tomorrow"`,
		"null":             `null`,
		"no zone anywhere": `{"duration":30,"slotDateTime":"2030-03-08T10:00:00"}`,
	}
	for name, bad := range tests {
		t.Run(name, func(t *testing.T) {
			body := `{"slots":[{"npi":"9000000017","departmentIdentifier":"e|1","slotsByVisitType":[{"visitTypeId":"1","scheduleDays":[{"slotTimes":[` + bad + `,` + good + `]}]}]}]}`
			f := decodeBody(t, v5Key, []byte(body))
			if len(f.Slots) != 1 || f.Dropped != 1 {
				t.Errorf("kept %d and dropped %d, want one each", len(f.Slots), f.Dropped)
			}
		})
	}
}

func TestBodiesThatBreakTheContractAreRefusedWhole(t *testing.T) {
	deep := strings.Repeat(`[`, 9_999) + strings.Repeat(`]`, 9_999)
	tests := map[string]struct {
		key  timeslot.FragmentKey
		body string
	}{
		"empty":                {v5Key, ``},
		"null":                 {v5Key, `null`},
		"array for object":     {v5Key, `[]`},
		"no list":              {v5Key, `{}`},
		"list is null":         {v5Key, `{"slots":null}`},
		"list twice":           {v5Key, `{"slots":[],"slots":[]}`},
		"truncated":            {v5Key, `{"slots":[{"npi":"9000000017"`},
		"trailing bytes":       {v5Key, `{"slots":[]}}`},
		"two documents":        {v5Key, `{"slots":[]} {"slots":[]}`},
		"login page":           {v5Key, `<!DOCTYPE html><html>`},
		"bad UTF-8":            {v5Key, "{\"slots\":[],\"x\":\"\xff\"}"},
		"too deep":             {v5Key, `{"slots":[{"x":` + deep + deep + `}]}`},
		"object for list":      {listKey, `{"departments":[]}`},
		"care options, null":   {optionsKey, `null`},
		"care options, empty":  {optionsKey, `{}`},
		"care direct, no days": {careDirectKey, `{"departmentId":"1"}`},
		"department, no name":  {infoKey, `{"displayName":"x"}`},
		"provider, no name":    {providerKey, `{}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := Decode(Read{Key: tt.key, FetchedAt: fetchedAt}, []byte(tt.body))
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("got %+v, %v; want ErrMalformed", f, err)
			}
		})
	}
}

func TestMoreSlotsThanAnAnswerCanHaveAreRefused(t *testing.T) {
	one := `{"slotDateTime":"2030-03-08T09:00:00-08:00"},`
	body := `{"slots":[{"npi":"9000000017","departmentIdentifier":"e|1","slotsByVisitType":[{"scheduleDays":[{"slotTimes":[` +
		strings.TrimSuffix(strings.Repeat(one, MaxSlots+1), ",") + `]}]}]}]}`
	if _, err := Decode(Read{Key: v5Key, FetchedAt: fetchedAt}, []byte(body)); !errors.Is(err, ErrMalformed) {
		t.Errorf("err = %v, want ErrMalformed", err)
	}
}

func TestParseInstantAgreesWithTheStandardLibrary(t *testing.T) {
	for _, s := range []string{
		"2030-03-08T09:00:00-08:00", "2030-03-08T09:00:00Z", "2030-03-08T09:00:00.123Z", "2032-02-29T23:59:59+14:00",
		"2030-12-31T00:00:00+05:30", "2100-02-28T12:00:00-03:30", "2030-03-08T09:00:00-00:00",
	} {
		want, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		_, offset := want.Zone()
		got, ok := parseInstant([]byte(s))
		if !ok || got.unix != want.Unix() || int(got.offset) != offset/60 {
			t.Errorf("parseInstant(%q) = %+v, %v; want %d with offset %d", s, got, ok, want.Unix(), offset/60)
		}
	}
	for _, s := range []string{
		"", "2030-03-08", "2030-02-29T09:00:00Z", "2030-13-01T09:00:00Z", "2030-03-08T24:00:01Z", "2030-03-08T24:01:00Z", "2030-03-08T25:00:00Z",
		"2030-03-08T09:00:60Z", "2030-03-08T09:00:00.Z", "2030-03-08T09:00:00+19:00", "1999-03-08T09:00:00Z", "9999-99-99T99:99",
		"2030-03-08T09:00:00+8:00", "2030-03-08T09:00:00PST", "2030-03-08T09Z", "2030/03/08 09:00:00Z", "03-08-2030T09:00:00Z", "2030-03-08T9:00:00Z",
		"1899190800", "2030-03-08T09:00:00-", "2030-03-08T09:00:00]", "2030-03-08T09:00:00Z[", "2030-03-08T09:00:", "tomorrow at nine o'clock",
	} {
		if got, ok := parseInstant([]byte(s)); ok {
			t.Errorf("parseInstant(%q) = %+v, want it refused", s, got)
		}
	}
}

// Elements of Care Options share nothing, even where one says nothing of its visit type.
func TestAVisitTypeWithoutNamesKeepsToItself(t *testing.T) {
	const option = `"scheduleDays":[{"date":"2030-03-08","slotTimes":[{"slotDateTime":"2030-03-08T0%d:00:00Z","providerOptions":[{"npi":"9000000017","departmentEhrIdentifier":"ehr|1","duration":30}]}]}]`
	body := `{"slotsByVisitType":[{` + fmt.Sprintf(option, 1) + `},{"visitTypeEmrId":"72","visitTypeName":"Illness",` + fmt.Sprintf(option, 2) + `}],"departments":{"ehr|1":{"timezone":"UTC"}}}`
	f, err := Decode(Read{Key: optionsKey, FetchedAt: fetchedAt}, []byte(body))
	if err != nil || len(f.Slots) != 2 || len(f.Schedules) != 2 {
		t.Fatalf("%v: %+v", err, f)
	}
	if one, two := f.ScheduleOf(&f.Slots[0]), f.ScheduleOf(&f.Slots[1]); one.VisitTypeName != "" || two.VisitTypeName != "Illness" {
		t.Errorf("%q, then %q", one.VisitTypeName, two.VisitTypeName)
	}
}
