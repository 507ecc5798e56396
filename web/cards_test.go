package web

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lines is what a person reads in cards, without scripts.
func lines(t *testing.T, path, entries, departments string, now time.Time) (all []string) {
	t.Helper()
	var a answer
	text := `{"complete":true,"entries":[` + entries + `],"providers":{"9000000017":{"name":"Ada","specialties":["Pediatrics"]}},"departments":{` + departments + `}}`
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	v := newView(path, "", now)
	for _, c := range v.cardsOf(&a) {
		all = append(all, joined(c.Broken, c.Title, c.Line, c.Place))
		for _, p := range c.Places {
			all = append(all, joined("at "+p.Name, p.Place, p.Phone))
		}
		for _, d := range c.Days {
			all = append(all, strings.TrimSpace(d.Label+" "+d.Count))
			for _, g := range d.Groups {
				for _, at := range g.Times {
					all = append(all, fmt.Sprintf("%s %s (%s)", g.At, together(" ", at.Text, at.Kind), at.Name))
				}
			}
		}
	}
	return all
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the cards (-want +got):\n%s", diff)
	}
}

func slotAt(department, at, more string) string {
	return fmt.Sprintf(`{"id":%q,"slotDateTime":%q,"departmentIdentifier":%q,"booking":{"flow":"none"}%s}`, department+at, at, department, more)
}

const (
	inLosAngeles = `,"timezone":"America/Los_Angeles"`
	riverton     = `"E|1":{"name":"Riverton","distance":0.25,"phone":"555-0101","address":{"line1":"1 Example Way","city":"Riverton","state":"WA","postalCode":"98000"}}`
	lakeside     = `"E|2":{"name":"Lakeside","distance":9.7,"phone":"555-0102","address":{"line1":"2 Other Road","city":"Lakeside","state":"WA","postalCode":"98001"}}`
)

func ofAda(slots ...string) string {
	return `{"npi":"9000000017","days":[],"next":[` + strings.Join(slots, ",") + `]}`
}

func TestEachTimeSaysItsOwnClinic(t *testing.T) {
	got := lines(t, FindPath, ofAda(
		slotAt("E|1", "2030-03-08T19:00:00-08:00", inLosAngeles), slotAt("E|2", "2030-03-08T20:00:00-08:00", inLosAngeles), slotAt("E|1", "2030-03-08T21:00:00-08:00", inLosAngeles),
	), riverton+","+lakeside, evening)
	wantLines(t, got, "Ada · Pediatrics",
		"at Riverton · 1 Example Way, Riverton, WA 98000 · 0.3 miles · 555-0101",
		"at Lakeside · 2 Other Road, Lakeside, WA 98001 · 9.7 miles · 555-0102",
		"Today", "Riverton 7:00 PM (Today, 7:00 PM · Ada · Riverton)", "Riverton 9:00 PM (Today, 9:00 PM · Ada · Riverton)",
		"Lakeside 8:00 PM (Today, 8:00 PM · Ada · Lakeside)")
}

func TestClinicsOfOneNameAreToldApart(t *testing.T) {
	got := lines(t, FindPath, ofAda(slotAt("E|1", "2030-03-08T19:00:00-08:00", ""), slotAt("E|2", "2030-03-08T20:00:00-08:00", ""), slotAt("E|3", "2030-03-08T20:00:00-08:00", "")),
		riverton+","+strings.Replace(lakeside, `"Lakeside"`, `"Riverton"`, 1), evening)
	wantLines(t, got, "Ada · Pediatrics",
		"at Riverton · 1 Example Way · 1 Example Way, Riverton, WA 98000 · 0.3 miles · 555-0101",
		"at Riverton · 2 Other Road · 2 Other Road, Lakeside, WA 98001 · 9.7 miles · 555-0102", "at E|3",
		"Today", "Riverton · 1 Example Way 7:00 PM (Today, 7:00 PM · Ada · Riverton · 1 Example Way)",
		"Riverton · 2 Other Road 8:00 PM (Today, 8:00 PM · Ada · Riverton · 2 Other Road)", "E|3 8:00 PM (Today, 8:00 PM · Ada · E|3)")
}

// TestTheWrittenOffsetIsTheClock: no zone, one that is none here, one whose rules are older than upstream's, and the
// machine's own, which a zone of no name must not become.
func TestTheWrittenOffsetIsTheClock(t *testing.T) {
	now := time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC)
	for _, zone := range []string{"", `,"timezone":null`, `,"timezone":""`, `,"timezone":"Pacific Standard Time"`, `,"timezone":"Local"`, `,"timezone":"local"`,
		`,"timezone":"../etc/passwd"`, `,"timezone":"Asia/Tokyo"`, `,"timezone":"America/Los_Angeles"`, `,"timezone":"America/Denver"`} {
		got := lines(t, FindPath, ofAda(slotAt("E|1", "2026-12-01T09:00:00-07:00", zone), slotAt("E|1", "2026-12-02T00:15:00-07:00", zone), slotAt("E|1", "2026-12-03T12:05:00-07:00", zone)), riverton, now)
		wantLines(t, got, "Ada · Pediatrics · Riverton · 1 Example Way, Riverton, WA 98000 · 0.3 miles",
			"Today", " 9:00 AM (Today, 9:00 AM · Ada · Riverton)", "Tomorrow", " 12:15 AM (Tomorrow, 12:15 AM · Ada · Riverton)",
			"Thu, Dec 3", " 12:05 PM (Thursday, December 3, 12:05 PM · Ada · Riverton)")
		if t.Failed() {
			t.Fatalf("zone %s", zone)
		}
	}
}

// TestTodayIsTheClinics: on both sides of the date line, and across a change of clocks, which only the zone knows of.
func TestTodayIsTheClinics(t *testing.T) {
	for _, c := range []struct{ now, at, zone, want string }{
		{"2026-11-28T08:07:00Z", "2026-11-27T22:40:00-10:00", "Pacific/Honolulu", "Today"},
		{"2026-11-28T08:07:00Z", "2026-11-28T09:00:00-10:00", "", "Tomorrow"},
		{"2026-11-28T20:00:00Z", "2026-11-30T09:00:00+10:00", "Pacific/Guam", "Tomorrow"},
		{"2026-11-28T12:00:00Z", "2026-11-29T09:00:00+14:00", "Pacific/Kiritimati", "Today"},
		{"2027-03-14T07:30:00Z", "2027-03-14T09:00:00-07:00", "America/Los_Angeles", "Tomorrow"}, // 23:30 of the 13th, an hour west of what the 14th will be
		{"2026-11-01T06:30:00Z", "2026-11-01T09:00:00-08:00", "America/Los_Angeles", "Tomorrow"}, // 23:30 of the 31st
		{"2026-11-01T08:30:00Z", "2026-11-01T01:45:00-08:00", "America/Los_Angeles", "Today"},    // the second 1:45
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(t, FindPath, ofAda(slotAt("E|1", c.at, `,"timezone":"`+c.zone+`"`)), riverton, now); len(got) != 3 || got[1] != c.want {
			t.Errorf("at %s, %s in %q: %q, want %s", c.now, c.at, c.zone, got, c.want)
		}
	}
}

func TestOneDateMayBeTodayHereAndTomorrowThere(t *testing.T) {
	got := lines(t, FindPath, `{"npi":"9000000017","days":[{"date":"2026-11-28","count":9}],"next":[`+
		slotAt("E|1", "2026-11-28T00:30:00-08:00", "")+","+slotAt("E|2", "2026-11-28T09:00:00-10:00", "")+`]}`, riverton+","+lakeside, time.Date(2026, 11, 28, 8, 7, 0, 0, time.UTC))
	wantLines(t, got[3:], "Sat, Nov 28 9 times", "Riverton 12:30 AM (Today, 12:30 AM · Ada · Riverton)", "Lakeside 9:00 AM (Tomorrow, 9:00 AM · Ada · Lakeside)")
}

func TestOneBadEntryCostsNoOther(t *testing.T) {
	got := lines(t, FindPath, strings.Join([]string{
		ofAda(slotAt("E|1", "soon", "")), ofAda(slotAt("E|1", "2030-03-08T19:00:00", "")), `7`, `null`, `{"npi":"9000000017","next":"none"}`,
		ofAda(slotAt("E|1", "2030-03-08T19:00:00-08:00", "")),
	}, ","), `"E|1":{"name":7}`, evening)
	lost := "This entry could not be shown."
	wantLines(t, got, lost, lost, lost, lost, lost, "Ada · Pediatrics", "Today", " 7:00 PM (Today, 7:00 PM · Ada)")
}

func TestSeveralCliniciansAtOneStartAreOneTime(t *testing.T) {
	var slots []string
	for _, at := range []string{"09:00", "09:20", "09:40", "10:00"} {
		for i := range 6 {
			booking := `{"flow":"handoff","url":"https://book.example.org/"}`
			if i == 0 {
				booking = `{"flow":"none"}`
			}
			slots = append(slots, fmt.Sprintf(`{"slotDateTime":"2030-03-09T%s:00-08:00","departmentIdentifier":"E|1","npi":"900000000%d","visitTypeId":"7301","booking":%s}`, at, i, booking))
		}
	}
	got := lines(t, FluPath, `{"departmentIdentifier":"E|1","days":[{"date":"2030-03-09","count":24,"times":4},{"date":"2030-03-10","count":9}],"next":[`+strings.Join(slots, ",")+`]}`, riverton, evening)
	wantLines(t, got, "Riverton · 1 Example Way, Riverton, WA 98000 · 0.3 miles", "Tomorrow 4 times",
		" 9:00 AM (Tomorrow, 9:00 AM · Riverton)", " 9:20 AM (Tomorrow, 9:20 AM · Riverton)", " 9:40 AM (Tomorrow, 9:40 AM · Riverton)", " 10:00 AM (Tomorrow, 10:00 AM · Riverton)")
}

func TestTimesSayTheirKindWhereThereAreSeveral(t *testing.T) {
	kind := func(title, modality string) string {
		return fmt.Sprintf(`,"visitTypeId":"7","visitTypeTitle":%q,"modality":%q`, title, modality)
	}
	at := "2030-03-08T19:00:00-08:00"
	got := lines(t, FindPath, ofAda(slotAt("E|1", at, kind("Follow Up", "INCLINIC")), slotAt("E|1", at, kind("Follow Up", "VIDEO"))), riverton, evening)
	wantLines(t, got[2:], " 7:00 PM (Today, 7:00 PM · Ada · Riverton)", " 7:00 PM By video (Today, 7:00 PM · By video · Ada · Riverton)")
	got = lines(t, FindPath, ofAda(slotAt("E|1", at, kind("A", "")+`,"visitTypeName":"A"`), slotAt("E|1", at, kind("B", "PHONE")+`,"visitTypeName":"B"`)), riverton, evening)
	wantLines(t, got[2:], " 7:00 PM A (Today, 7:00 PM · A · Ada · Riverton)", " 7:00 PM B (Today, 7:00 PM · B · Ada · Riverton)")
}

// TestTomorrowIsAskedForWhereItIsTomorrowAlready at every hour, in all zones there are.
func TestTomorrowIsAskedForWhereItIsTomorrowAlready(t *testing.T) {
	for hour := range 48 {
		now := time.Date(2026, 11, 28, hour, 30, 0, 0, time.UTC)
		asked, err := url.ParseQuery(newView(FluPath, "latitude=13.47&longitude=144.75", now).query)
		if err != nil {
			t.Fatal(err)
		}
		for offset := -12; offset <= 14; offset++ {
			if tomorrow := nextDay(now.In(time.FixedZone("", offset*3600))); asked.Get("endDate") < tomorrow {
				t.Errorf("at %v the last day is %s; %d hours east of UTC tomorrow is the %s", now, asked.Get("endDate"), offset, tomorrow)
			}
		}
	}
}

// FuzzNoAnswerBreaksAPage: whatever an entry is, it becomes one card, a notice, or nothing.
func FuzzNoAnswerBreaksAPage(f *testing.F) {
	f.Add(ofAda(slotAt("E|1", "2030-03-08T19:00:00-08:00", inLosAngeles), slotAt("", "2030-03-09T19:00:00Z", `,"timezone":"Asia/Tokyo"`)), true)
	f.Add(`{"departmentIdentifier":"E|1","days":[{"date":"soon","count":-1},{"date":"2030-03-09","count":2}],"next":[`+slotAt("E|2", "9999-12-31T23:59:59-23:59", "")+`]}`, false)
	f.Add(`{"npi":"9000000017","days":null,"next":[null]}`, true)
	f.Fuzz(func(t *testing.T, entry string, find bool) {
		var a answer
		if json.Unmarshal([]byte(`{"entries":[`+entry+`],"departments":{`+riverton+`}}`), &a) != nil {
			return
		}
		path := map[bool]string{true: FindPath, false: FluPath}[find]
		v := newView(path, "", evening)
		cards := v.cardsOf(&a)
		if len(cards) > len(a.Entries) {
			t.Fatalf("%d cards of %d entries", len(cards), len(a.Entries))
		}
		for _, c := range cards {
			if c.Broken == "" && (c.Title == "" || len(c.Days) == 0) {
				t.Fatalf("a card without a title or days: %+v", c)
			}
		}
	})
}
