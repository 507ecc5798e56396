package decode

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// What can only mean one thing is read; what is left out is counted, with a reason and a sample of its shape.

const losAngeles = "America/Los_Angeles"

// written is one slot, in the shape of each surface; the zone comes last, as it may.
var written = map[string]struct {
	key  timeslot.FragmentKey
	body func(start, duration, zone string) string
}{
	"Provider Direct v5": {v5Key, func(start, duration, zone string) string {
		return `{"slots":[{"npi":"9000000017","slotsByVisitType":[{"visitTypeId":"1","scheduleDays":[{"slotTimes":[{"slotDateTime":` + start + `,"duration":` + duration +
			`}]}]}],"departmentIdentifier":"e|1","timezone":` + zone + `}]}`
	}},
	"Provider Direct v4": {timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 4, NPI: "9000000017", VisitType: "FollowUp"}, func(start, duration, zone string) string {
		return `{"scheduleDays":[{"timeSlots":[{"id":"aWQ=","departmentIdentifier":"e|1","slotDateTime":` + start + `,"duration":` + duration +
			`}]}],"providerNationalId":"9000000017","timezone":` + zone + `}`
	}},
	"Care Direct": {careDirectKey, func(start, duration, zone string) string {
		return `{"scheduleDays":[{"timeSlots":[{"providerNationalId":"9000000017","departmentIdentifier":"e|1","slotDateTime":` + start + `,"duration":` + duration +
			`}]}],"timezone":` + zone + `}`
	}},
	"Care Options": {optionsKey, func(start, duration, zone string) string {
		return `{"slotsByVisitType":[{"visitTypeEmrId":"1","scheduleDays":[{"slotTimes":[{"providerOptions":[{"npi":"9000000017","departmentEhrIdentifier":"e|1","duration":` + duration +
			`}],"slotDateTime":` + start + `}]}]}],"departments":{"e|1":{"timezone":` + zone + `}}}`
	}},
}

// reading decodes and collects what was odd.
func reading(t *testing.T, read Read, body string) (*timeslot.Fragment, map[Reason]Oddity) {
	t.Helper()
	odd := map[Reason]Oddity{}
	read.FetchedAt = fetchedAt
	read.Odd = func(o Oddity) { odd[o.Reason] = o }
	f, err := Decode(read, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return f, odd
}

func TestAStartIsReadAsLongAsItMeansOneInstant(t *testing.T) {
	const local, zulu = "2030-03-08T09:00:00-08:00", "2030-03-08T17:00:00Z"
	for start, want := range map[string]string{
		"2030-03-08T09:00:00-08:00": local, "2030-03-08T09:00:00.123456789-08:00": local, "2030-03-08T09:00:00,5-08:00": local,
		"2030-03-08T09:00:00-0800": local, "2030-03-08T09:00:00-08": local, "2030-03-08 09:00:00-08:00": local, "2030-03-08 09:00:00 -08:00": local,
		"2030-03-08t09:00:00-08:00": local, "2030-03-08T09:00-08:00": local, " 2030-03-08T09:00:00-08:00 ": local, "2030-03-08T09:00:00\u221208:00": local,
		"2030-03-08T09:00:00-08:00[America/Los_Angeles]": local,
		"2030-03-08T17:00:00Z":                           zulu, "2030-03-08t17:00:00z": zulu, "2030-03-08T17:00Z": zulu, "2030-03-08T17:00:00+0000": zulu, "2030-03-08T17:00:00-00:00": zulu,
		"2030-03-08T09:00:00": local, "2030-03-08 09:00": local, "2030-03-08T09:00:00.000": local, "2030-03-08T09:00:00[America/Los_Angeles]": local,
		"2030-03-07T24:00:00-08:00": "2030-03-08T00:00:00-08:00", "2030-07-08T09:00:00": "2030-07-08T09:00:00-07:00",
	} {
		for surface, w := range written {
			f, odd := reading(t, Read{Key: w.key}, w.body(`"`+start+`"`, "30", `"`+losAngeles+`"`))
			if len(f.Slots) != 1 || f.Dropped != 0 || f.Slots[0].Time().Format(time.RFC3339) != want {
				t.Errorf("%s, %q: %+v, dropped %d (%v), want %s", surface, start, f.Slots, f.Dropped, odd, want)
			}
		}
	}
}

// TestALocalStartIsTheClinics: by the zone beside it, else by the directory's, else it is left out and said to be.
func TestALocalStartIsTheClinics(t *testing.T) {
	const start = `"2030-03-08T09:00:00"`
	tokyo := func(department string) string { return map[string]string{"e|1": "Asia/Tokyo"}[department] }
	foreign := func(string) string { return "Pacific Standard Time" }
	for surface, w := range written {
		for name, tt := range map[string]struct {
			zone  string
			known func(string) string
			want  string
			odd   []Reason
		}{
			"the answer's":                 {`"` + losAngeles + `"`, tokyo, "2030-03-08T09:00:00-08:00", nil},
			"null, and the directory's":    {`null`, tokyo, "2030-03-08T09:00:00+09:00", []Reason{ReasonZoneMissing}},
			"none, and the directory's":    {`""`, tokyo, "2030-03-08T09:00:00+09:00", []Reason{ReasonZoneMissing}},
			"foreign, and the directory's": {`"Pacific Standard Time"`, tokyo, "2030-03-08T09:00:00+09:00", []Reason{ReasonZoneUnknown}},
			"the machine's own":            {`"Local"`, foreign, "", []Reason{ReasonZone, ReasonZoneUnknown}},
			"nobody's":                     {`""`, nil, "", []Reason{ReasonZone, ReasonZoneMissing}},
		} {
			f, odd := reading(t, Read{Key: w.key, Zone: tt.known}, w.body(start, "30", tt.zone))
			got := ""
			if len(f.Slots) == 1 {
				got = f.Slots[0].Time().Format(time.RFC3339)
			}
			if got != tt.want || f.Dropped != 1-len(f.Slots) {
				t.Errorf("%s, %s: %q and %d dropped, want %q", surface, name, got, f.Dropped, tt.want)
			}
			var reasons []Reason
			for reason := range odd {
				reasons = append(reasons, reason)
			}
			slices.Sort(reasons)
			if diff := cmp.Diff(tt.odd, reasons); diff != "" {
				t.Errorf("%s, %s: %s", surface, name, diff)
			}
		}
	}
}

func TestADurationNeverCostsASlot(t *testing.T) {
	for duration, want := range map[string]struct {
		minutes uint16
		odd     bool
	}{
		`20`: {20, false}, `"20"`: {20, false}, `20.0`: {20, false}, `2e1`: {20, false}, `" 20 "`: {20, false}, `"20 min"`: {20, false}, `"20 Minutes"`: {20, false}, `"20min"`: {20, false},
		`0`: {0, false}, `"0"`: {0, false}, `0.0`: {0, false}, `""`: {0, false}, `null`: {0, false}, `1440`: {1440, false},
		`-5`: {0, true}, `"-5"`: {0, true}, `1441`: {0, true}, `99999`: {0, true}, `"soon"`: {0, true}, `20.5`: {0, true}, `"NaN"`: {0, true}, `1e400`: {0, true}, `{}`: {0, true}, `[20]`: {0, true}, `true`: {0, true},
	} {
		for surface, w := range written {
			f, odd := reading(t, Read{Key: w.key}, w.body(`"2030-03-08T09:00:00-08:00"`, duration, `"`+losAngeles+`"`))
			if len(f.Slots) != 1 || f.Slots[0].Duration != want.minutes || f.Dropped != 0 || (odd[ReasonDuration].Count == 1) != want.odd || len(odd) > 1 {
				t.Errorf("%s, %s: %+v, dropped %d, odd %v; want %d minutes, odd %v", surface, duration, f.Slots, f.Dropped, odd, want.minutes, want.odd)
			}
		}
	}
}

func TestTextsThatMeanYesOrNo(t *testing.T) {
	for text, want := range map[string]timeslot.Tri{
		`true`: timeslot.Yes, `false`: timeslot.No, `"true"`: timeslot.Yes, `"false"`: timeslot.No, `"FALSE"`: timeslot.No, `" True "`: timeslot.Yes, `1`: timeslot.Yes, `0`: timeslot.No,
		`null`: timeslot.Unknown, `""`: timeslot.Unknown, `"perhaps"`: timeslot.Unknown, `{}`: timeslot.Unknown,
	} {
		body := fmt.Sprintf(`{"slots":[{"npi":"9000000017","departmentIdentifier":"e|1","timezone":%q,"slotsByVisitType":[{"isBookable":%s,"forNewPatient":%s,"scheduleDays":[]}]}]}`, losAngeles, text, text)
		f, odd := reading(t, Read{Key: v5Key}, body)
		if s := f.Schedules[0]; s.Bookable != want || s.ForNewPatient != want || (len(odd) > 0) != (text == `"perhaps"` || text == `{}`) {
			t.Errorf("%s: %v and %v, odd %v; want %v", text, s.Bookable, s.ForNewPatient, odd, want)
		}
	}
}

func TestSamplesHaveTheShapeAndNothingElse(t *testing.T) {
	long := strings.Repeat("Jane Doe, 206-555-0100 ", 9)
	v5 := written["Provider Direct v5"]
	for name, tt := range map[string]struct {
		body string
		want Oddity
	}{
		"a start":         {v5.body(`"8/3/2030 9:00 AM"`, "30", `"UTC"`), Oddity{Reason: ReasonStart, Count: 1, Sample: `slotDateTime: "9/9/9999 9:99 aa"`}},
		"a missing start": {v5.body(`null`, "30", `"UTC"`), Oddity{Reason: ReasonStart, Count: 1, Sample: `slotDateTime: ""`}},
		"a long one":      {v5.body(`"`+long+`"`, "30", `"UTC"`), Oddity{Reason: ReasonStart, Count: 1, Sample: `slotDateTime: "aaaa aaa, 999-999-9999 aaaa aaa, 999-999-9999 aa..."`}},
		"a duration":      {v5.body(`"2030-03-08T09:00:00Z"`, `"Ärztin"`, `"UTC"`), Oddity{Reason: ReasonDuration, Count: 1, Sample: `duration: "aaaaaaa"`}},
		"a zone":          {v5.body(`"2030-03-08T09:00:00Z"`, `30`, `"Pacific Standard Time"`), Oddity{Reason: ReasonZoneUnknown, Count: 1, Sample: `timezone: "aaaaaaa aaaaaaaa aaaa"`}},
		"another offset":  {v5.body(`"2030-03-08T09:00:00-07:00"`, `30`, `"America/Los_Angeles"`), Oddity{Reason: ReasonZoneOffset, Count: 1, Sample: `offset -07:00, where America/Los_Angeles has -08:00`}},
		"no clinician":    {strings.Replace(written["Care Direct"].body(`"2030-03-08T09:00:00Z"`, `30`, `"UTC"`), "providerNationalId", "x", 1), Oddity{Reason: ReasonIdentity, Count: 1, Sample: `slot without npi`}},
		"not an object":   {`{"slots":["a1",{"npi":"9000000017"}]}`, Oddity{Reason: ReasonShape, Count: 1, Sample: `entry: ""a9""`}},
	} {
		key := v5Key
		if name == "no clinician" {
			key = careDirectKey
		}
		_, odd := reading(t, Read{Key: key}, tt.body)
		if diff := cmp.Diff(tt.want, odd[tt.want.Reason]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestUTCIsNoOtherOffset(t *testing.T) {
	for surface, w := range written {
		if _, odd := reading(t, Read{Key: w.key}, w.body(`"2030-03-08T09:00:00Z"`, `30`, `"America/Los_Angeles"`)); len(odd) > 0 {
			t.Errorf("%s: %v", surface, odd)
		}
	}
}

func TestAnOptionWhoseDepartmentIsNotDescribedStays(t *testing.T) {
	body := strings.Replace(written["Care Options"].body(`"2030-03-08T09:00:00-08:00"`, `30`, `"UTC"`), `{"e|1":`, `{"e|2":`, 1)
	if f, _ := reading(t, Read{Key: optionsKey}, body); len(f.Slots) != 1 || f.Dropped != 0 {
		t.Errorf("%+v, dropped %d: want the slot, whose department has a key", f.Slots, f.Dropped)
	}
}

func TestAByteOrderMarkIsNothing(t *testing.T) {
	for surface, w := range written {
		body := "\ufeff" + w.body(`"2030-03-08T09:00:00-08:00"`, `30`, `"`+losAngeles+`"`)
		f, _ := reading(t, Read{Key: w.key}, body)
		if len(f.Slots) != 1 {
			t.Fatalf("%s: %+v", surface, f)
		}
		for _, hide := range []bool{false, true} {
			got, err := without(f, func(*timeslot.Schedule, *timeslot.SlotWithID) bool { return hide })
			if err != nil || (string(got) == body) == hide {
				t.Errorf("%s, hidden %v: %q, %v", surface, hide, got, err)
			}
		}
	}
}

// TestATakenLocalStartIsLeftOut of upstream's own bytes as well.
func TestATakenLocalStartIsLeftOut(t *testing.T) {
	start := time.Date(2030, 3, 8, 17, 0, 0, 0, time.UTC).Unix()
	for surface, w := range written {
		f, _ := reading(t, Read{Key: w.key}, w.body(`"2030-03-08T09:00:00"`, `"30 min"`, `"`+losAngeles+`"`))
		got, err := without(f, func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
			return slot.Start == start && slot.Duration == 30
		})
		if err != nil || strings.Contains(string(got), "slotDateTime") {
			t.Errorf("%s: %s, %v", surface, got, err)
		}
	}
}

func TestNoContentMeansNone(t *testing.T) {
	for _, key := range []timeslot.FragmentKey{v5Key, careDirectKey, optionsKey, listKey} {
		f, err := None(Read{Key: key, FetchedAt: fetchedAt, LastDay: timeslot.DateOf(fetchedAt) + 7})
		if err != nil || len(f.Slots) > 0 || f.NotFound || f.Dropped > 0 || (key == v5Key) == f.Covers.Until.IsZero() {
			t.Errorf("%s: %+v, %v: want an empty answer", key.Operation, f, err)
		}
	}
	for _, key := range []timeslot.FragmentKey{infoKey, providerKey} {
		if f, err := None(Read{Key: key, FetchedAt: fetchedAt}); err == nil {
			t.Errorf("%s: %+v, want it refused: one thing was asked for", key.Operation, f)
		}
	}
}

func TestZeroZeroIsNoPlace(t *testing.T) {
	place := `"latitude":0,"longitude":0.0`
	f, _ := reading(t, Read{Key: listKey}, `[{"departmentId":"1","ehrSystemName":"e","timezone":"UTC",`+place+`},{"departmentId":"2","ehrSystemName":"e","timezone":"UTC","latitude":0,"longitude":10}]`)
	options, _ := reading(t, Read{Key: optionsKey}, `{"slotsByVisitType":[],"departments":{"e|1":{"timezone":"UTC","address":{`+place+`}}}}`)
	if f.Departments[0].Point != nil || f.Departments[1].Point == nil || options.Departments[0].Point != nil {
		t.Errorf("%v, %v and %v: want a place on the equator alone", f.Departments[0].Point, f.Departments[1].Point, options.Departments[0].Point)
	}
}
