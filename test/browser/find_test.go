package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

const newPatients = "/?postalCode=" + riverton + "&visitTypeName=NewPatient"

func TestSomebodyFindsADoctorAndBooks(t *testing.T) {
	s, _, b := demo(t, 1100, 1000, "America/Los_Angeles")
	b.do(t, chromedp.Navigate(s.Public+"/"), chromedp.WaitVisible("#search"))
	b.picture(t, "find-empty", 1100, 700, false)
	b.lists(t, chromedp.SetValue("#visitTypeName", "NewPatient"), chromedp.SetValue("#postalCode", riverton), chromedp.Click("button[type=submit]"))
	if got := says[string](t, b, "location.pathname + location.search"); got != newPatients {
		t.Errorf("the address says %q, want %q", got, newPatients)
	}
	b.picture(t, "find-list", 1100, 1000, false)
	all := says[int](t, b, `document.querySelectorAll("#list .card").length`)

	narrow := `#specialty`
	b.do(t, chromedp.Click("summary"), chromedp.SetValue(narrow, "Pediatrics"), chromedp.Click("#search > p button"))
	b.shows(t, "pediatricians alone", fmt.Sprintf(`(() => { const lines = [...document.querySelectorAll("#list .line")]; return lines.length > 0 && lines.length < %d && lines.every((l) => l.innerText.includes("Pediatrics")); })()`, all))
	if got := says[string](t, b, "location.search"); !strings.Contains(got, "specialty=Pediatrics") {
		t.Errorf("the address says %q", got)
	}
	b.do(t, chromedp.NavigateBack())
	b.shows(t, "all clinicians again", fmt.Sprintf(`document.querySelectorAll("#list .card:not(.skeleton)").length === %d && document.querySelector("#specialty").value === ""`, all))

	name := says[string](t, b, `document.querySelector("#list h3").innerText`)
	b.do(t, chromedp.SetValue("#name", name[:4]), chromedp.Click("#search > p button"))
	b.shows(t, "clinicians of that name", fmt.Sprintf(`(() => { const names = [...document.querySelectorAll("#list h3")].map((h) => h.innerText); return names.length > 0 && names.length < %d && names.every((n) => n.includes(%q)); })()`, all, name[:4]))

	b.opensACalendar(t)
	b.do(t, chromedp.Click(`#calendar [data-turn=forward]`))
	b.shows(t, "the week after", `document.querySelectorAll("#calendar[open] .week .time").length > 0 && location.search.includes("week=")`)
	b.picture(t, "find-calendar", 1100, 1000, false)
	shared := says[string](t, b, "location.href")
	b.do(t, chromedp.NavigateBack())
	b.shows(t, "the list without the calendar", `!document.querySelector("#calendar").open && !location.search.includes("clinician")`)

	b.do(t, chromedp.Navigate(shared)) // as somebody else would, who got the link
	b.shows(t, "the same calendar", `document.querySelectorAll("#calendar[open] .week .time").length > 0`)
	b.do(t, chromedp.Click("#calendar .week .time"))
	b.book(t, 2)
	b.picture(t, "find-booked", 1100, 1000, false)
	b.do(t, chromedp.Click("#book .actions button"))
	b.shows(t, "the calendar again", `document.querySelector("#calendar").open && !document.querySelector("#book").open`)
	b.quiet(t, s.Public)
}

func TestAListTimeOfAClinicianIsBookedWithTheHandleOfItsCalendar(t *testing.T) {
	s, _, b := demo(t, 1100, 1000, "America/New_York")
	b.lists(t, chromedp.Navigate(s.Public+newPatients))
	if text := says[string](t, b, `document.querySelector("#list .time").innerText`); !strings.Contains(text, "your time") {
		t.Errorf("%q: the visitor's own clock is missing", text)
	}
	b.picture(t, "find-other-zone", 1100, 700, false)
	b.opensATime(t)
	b.book(t, 1)
	b.quiet(t, s.Public)
}

func TestATimeThatWasTakenInTheMeantimeLeadsToTheNearestOthers(t *testing.T) {
	s, tenant, b := demo(t, 1000, 1000, "America/Los_Angeles")
	b.lists(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode="+riverton))
	heal := breaks(t, tenant, "retail-booking:conflict=SlotUnavailable")
	wanted := says[string](t, b, theTime+`.dataset.id`)
	b.opensATime(t)
	b.signsIn(t, 1)
	b.do(t, chromedp.Click("#book h2 ~ button"))
	b.shows(t, "other times", `document.getElementById("book-message").innerText.includes("just taken") && document.querySelectorAll("#alternatives .time").length >= 3`)
	b.picture(t, "book-alternatives", 1000, 1000, false)
	if says[bool](t, b, fmt.Sprintf(`document.querySelector('#alternatives [data-id=%q]') !== null`, wanted)) {
		t.Error("the time that is gone is offered again")
	}
	heal()
	b.do(t, chromedp.Click("#alternatives .time")) // the patient is signed in already
	b.shows(t, "the last word", `document.getElementById("book-message").innerText.includes("signed in as")`)
	b.confirms(t)
	if got := len(b.asked("/api/6/visits/retail")); got != 2 {
		t.Errorf("%d bookings were sent, want one for each time", got)
	}
	if all, conflicts := b.complained(""), b.complained("409"); len(all) != len(conflicts) { // those are complaints to a browser
		t.Errorf("the browser complains: %q", all)
	}
}

func TestATimeIsTakenWhileSomebodyThinksAboutIt(t *testing.T) {
	t.Parallel()
	s, _ := rig.Demo(t)
	mine, theirs := newBrowser(t), newBrowser(t)
	for _, b := range []*tab{mine, theirs} {
		b.on(t, 1000, 1000, "America/Los_Angeles")
		b.lists(t, chromedp.Navigate(s.Public+"/flu-shot?postalCode="+riverton), chromedp.WaitVisible("#list .time"))
		rig.Until(t, "a stream of events", func() bool { return len(b.asked("/v1/timeslots/events")) > 0 })
		b.opensATime(t)
	}
	mine.book(t, 1)
	theirs.shows(t, "word of it, and other times", `document.getElementById("book-message")?.innerText.includes("just taken") && document.querySelectorAll("#alternatives .time").length >= 3`)
	theirs.quiet(t, s.Public)
}

func TestTimesLeaveWholeDaysAndCalendarsAsWell(t *testing.T) {
	t.Parallel()
	s, _ := rig.Demo(t)
	mine, theirs := newBrowser(t), newBrowser(t)
	for name, c := range map[string]struct{ address, open, times string }{
		"a whole day": {"/flu-shot?postalCode=" + riverton, "#list .card:last-child .day:last-of-type button", "#list .card:last-child .whole .time"},
		"a calendar":  {newPatients, "#list .card:nth-child(2) [data-calendar]", "#calendar[open] .week .time"},
	} {
		for _, b := range []*tab{mine, theirs} {
			b.on(t, 1100, 1000, "America/Los_Angeles")
			streams := len(b.asked("/v1/timeslots/events"))
			b.lists(t, chromedp.Navigate(s.Public+c.address), chromedp.Click(c.open))
			b.shows(t, name, fmt.Sprintf(`document.querySelectorAll(%q).length > 0`, c.times))
			rig.Until(t, "streams of the list and of "+name, func() bool { return len(b.asked("/v1/timeslots/events")) >= streams+2 })
		}
		id := says[string](t, mine, fmt.Sprintf(`[...document.querySelectorAll(%q)].at(-1).dataset.id`, c.times))
		mine.do(t, chromedp.Evaluate(fmt.Sprintf(`document.querySelector('[data-id=%q]').click()`, id), nil))
		mine.shows(t, "the way to a booking", `document.querySelector("#book[open] button:not(.quiet)") !== null`)
		if says[bool](t, mine, `document.querySelector("#book .choices") !== null`) {
			mine.book(t, 3)
		} else {
			mine.confirms(t)
		}
		theirs.shows(t, name+" without the time", fmt.Sprintf(`document.querySelector('[data-id=%q]') === null && document.querySelectorAll(%q).length > 0`, id, c.times))
		theirs.picture(t, "left-"+strings.ReplaceAll(name, " ", "-"), 1100, 1000, false)
	}
	theirs.quiet(t, s.Public)
}

func TestEveryEndOfABookingIsToldToThePatient(t *testing.T) {
	figure.Long(t)
	s, tenant, b := demo(t, 1000, 1000, "America/Los_Angeles")
	b.lists(t, chromedp.Navigate(s.Public+newPatients), chromedp.Click(aTime))
	b.shows(t, "the sign-in", `document.querySelector("#book .choices button") !== null`)
	b.signsIn(t, 1)
	sent := 0
	for i, c := range []struct{ fault, want, next string }{
		{"provider-booking:conflict=PatientDoubleBooked", "already have a visit at that time", "#alternatives .time"},
		{"provider-booking:conflict=UnknownAppointmentConflict", "could not be booked, and nothing was", "#alternatives .time"},
		{"provider-booking:status=423", "was refused, and nothing was booked", "#book > button"},
		{"provider-booking:status=500", "do not know whether", `#book a[href^="tel:"]`},
		{"provider-booking:drop-after", "do not know whether", `#book a[href^="tel:"]`},
	} {
		if i > 0 { // another time
			b.do(t, chromedp.KeyEvent(kb.Escape))
			b.shows(t, "the focus back in the list", `!document.getElementById("book").open && document.activeElement.closest("#results") !== null`)
			b.press(t, fmt.Sprintf("#list .card:nth-child(%d) .time", 2*i+1))
			b.shows(t, "the last word", `document.getElementById("book-message")?.innerText.includes("signed in as")`)
		}
		heal := breaks(t, tenant, c.fault)
		b.do(t, chromedp.Click("#book h2 ~ button"))
		b.shows(t, c.fault, fmt.Sprintf(`document.getElementById("book-message").innerText.includes(%q) && document.querySelector(%q) !== null`, c.want, c.next))
		b.picture(t, fmt.Sprintf("book-end-%d", i+1), 1000, 900, false)
		heal()
		if sent++; len(b.asked("/api/7/visits/providerbooking")) != sent {
			t.Errorf("%s: %d bookings were sent, want %d", c.fault, len(b.asked("/api/7/visits/providerbooking")), sent)
		}
	}
}

func TestAVisitByVideoIsNotTakenForOneAtTheClinic(t *testing.T) {
	t.Parallel()
	s, _ := rig.Demo(t)
	clinician, week := bothKinds(t, s)
	b := newBrowser(t)
	b.on(t, 1100, 1000, "America/Los_Angeles")
	b.do(t, chromedp.Navigate(s.Public+"/?visitTypeName=FollowUp&postalCode="+riverton+"&clinician="+clinician+"&week="+week))
	b.shows(t, "visits of both kinds", `(() => {
		const kinds = new Set([...document.querySelectorAll("#calendar .week .time small")].map((s) => s.innerText));
		return kinds.has("Follow Up Visit") && kinds.has("Follow Up Video Visit");
	})()`)
	b.picture(t, "find-kinds", 1100, 1000, false)
	b.quiet(t, s.Public)
}

// bothKinds is a clinician with times at the clinic and by video, and the first day of a week that has both.
func bothKinds(t *testing.T, s *rig.Service) (npi, week string) {
	t.Helper()
	var answer struct {
		Timeslots []struct {
			NPI            string    `json:"npi"`
			SlotDateTime   time.Time `json:"slotDateTime"`
			VisitTypeTitle string    `json:"visitTypeTitle"`
		} `json:"timeslots"`
	}
	r := rig.Get(t, s.Public+"/v1/timeslots?limit=500&visitTypeName=FollowUp&postalCode="+riverton)
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		t.Fatalf("%d %s: %v", r.Status, r.Body, err)
	}
	first := map[string]map[string]time.Time{} // clinician → kind → its first time
	for _, slot := range answer.Timeslots {
		kinds := first[slot.NPI]
		if kinds == nil {
			kinds = map[string]time.Time{}
			first[slot.NPI] = kinds
		}
		if _, known := kinds[slot.VisitTypeTitle]; !known {
			kinds[slot.VisitTypeTitle] = slot.SlotDateTime
		}
		for _, start := range kinds {
			if len(kinds) == 2 && slot.SlotDateTime.Sub(start) < 5*24*time.Hour {
				return slot.NPI, start.Format(time.DateOnly)
			}
		}
	}
	t.Fatalf("no clinician near %s has follow-up visits of both kinds within five days, among %d times", riverton, len(answer.Timeslots))
	return "", ""
}
