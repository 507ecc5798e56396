package decode

import (
	"strings"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

var postedSlots = timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Exact: true, Post: true, Params: "{}"}

const localSlots = `{"slots":[
	{"slotDateTime":"2026-12-03T10:00:00","visitTypeName":"Illness","providerOptions":[{"npi":"9000000017","departmentEhrIdentifier":"ehr|d1","visitTypeId":"7","duration":20}]},
	{"slotDateTime":"2026-12-03T11:00:00","visitTypeName":"Illness","providerOptions":[{"npi":"9000000025","departmentEhrIdentifier":"ehr|d2","visitTypeId":"7"}]}],
	"departments":{"ehr|d1":{"timezone":"America/New_York"},"ehr|d2":{"departmentId":"d2","ehrInstance":"ehr"}},"searchContext":"c"}`

func TestAnAnswerToAPostSaysOfWhomItSpeaks(t *testing.T) {
	for _, tt := range []struct {
		operation      timeslot.Operation
		params, body   string
		clinicians     []string
		slots, inZones int
	}{
		{timeslot.OpAvailabilitySlots, "{}", localSlots, []string{"9000000017", "9000000025"}, 1, 1},
		{timeslot.OpAvailabilityProviders, "{}", `{"results":[{"npi":"9000000017","departmentId":"d1","ehrInstance":"ehr","visitTypes":[{"visitTypeId":"7"}]}]}`, []string{"9000000017"}, 0, 0},
		{
			timeslot.OpSlotsSearch, `{"criteriaItems":[{"npi":"9000000017"},{"npi":"9000000033"}]}`,
			`{"results":[{"npi":"9000000017","ehrInstance":"ehr","departmentId":"d1","timezone":"America/New_York","visitTypes":[{"visitTypeId":"7","visitTypeName":"FollowUp","slots":[{"dateTime":"2026-12-03T10:00:00-05:00","duration":20}]}]}]}`,
			[]string{"9000000017", "9000000033"}, 1, 1,
		},
		{timeslot.OpSlotsSearch, "{}", `[]`, nil, 0, 0},
	} {
		key := postedSlots
		key.Operation, key.Params = tt.operation, tt.params
		f, err := Decode(Read{Key: key, FetchedAt: fetchedAt}, []byte(tt.body))
		if err != nil {
			t.Fatalf("%s: %v", tt.operation, err)
		}
		named, zoned := map[string]bool{}, 0
		for i := range f.Schedules {
			named[f.Schedules[i].NPI] = true
			if f.Schedules[i].Timezone != "" {
				zoned++
			}
		}
		for _, npi := range tt.clinicians {
			if !named[npi] {
				t.Errorf("%s: nothing is said of %s", tt.operation, npi)
			}
		}
		if len(named) != len(tt.clinicians) || len(f.Slots) != tt.slots || zoned != tt.inZones {
			t.Errorf("%s: %+v with %d slots", tt.operation, f.Schedules, len(f.Slots))
		}
	}
}

func TestASlotWhoseStartNobodyCanTellIsUnclear(t *testing.T) {
	f, err := Decode(Read{Key: postedSlots, FetchedAt: fetchedAt}, []byte(localSlots))
	if err != nil {
		t.Fatal(err)
	}
	tenInNewYork := time.Date(2026, 12, 3, 15, 0, 0, 0, time.UTC).Unix()
	elevenInLosAngeles := time.Date(2026, 12, 3, 19, 0, 0, 0, time.UTC).Unix()
	taken := func(_ *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
		return slot.Start == tenInNewYork || slot.Start == elevenInLosAngeles
	}
	rest, err := Without(f, nil, taken)
	if err != nil || rest.Unclear != 1 || strings.Contains(string(rest.Body), "T10:00") || !strings.Contains(string(rest.Body), "T11:00") {
		t.Errorf("%d unclear, %s, %v", rest.Unclear, rest.Body, err)
	}
	directory := func(department string) string { return map[string]string{"ehr|d2": "America/Los_Angeles"}[department] }
	rest, err = Without(f, directory, taken)
	if err != nil || rest.Unclear != 0 || strings.Contains(string(rest.Body), "T11:00") {
		t.Errorf("with a directory: %d unclear, %s, %v", rest.Unclear, rest.Body, err)
	}
}

func TestASlotIsLeftOutByItsIDWhateverItsStart(t *testing.T) {
	key := timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: "x", Exact: true}
	f := &timeslot.Fragment{Key: key, Body: []byte(`{"scheduleDays":[{"date":"x","timeSlots":[{"id":"a","slotDateTime":"noon"},{"id":"b","slotDateTime":"one"}]}]}`)}
	rest, err := Without(f, nil, func(_ *timeslot.Schedule, slot *timeslot.SlotWithID) bool { return slot.ID == "a" })
	if err != nil || strings.Contains(string(rest.Body), `"a"`) || rest.Unclear != 1 {
		t.Errorf("%s, %d unclear, %v", rest.Body, rest.Unclear, err)
	}
}
