package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// weekly is a service's answer about one clinician, whose slots are given in the order of their starts.
func weekly(slots ...fields) fields {
	return fields{"complete": true, "total": len(slots), "timeslots": slots, "providers": untidyPeople, "departments": untidyPlaces, "sources": []fields{}, "nextAvailable": nil}
}

// days is what the calendar says of its week: the heading of each day, and how many times it has.
func (b *tab) days(t *testing.T) []string {
	t.Helper()
	return says[[]string](t, b, `[...document.querySelectorAll("#calendar .week > li")].map((day) => day.querySelector("h3").innerText + ": " + day.querySelectorAll(".time").length)`)
}

const theCalendar = untidySearch + "&clinician=9000000017"

// TestTheCalendarBeginsWithTheClinicsToday, not with the visitor's: every day that the list offers is in it.
func TestTheCalendarBeginsWithTheClinicsToday(t *testing.T) {
	t.Parallel()
	honolulu := []fields{slotOf("h1", "E|440", "2026-11-27T22:40:00-10:00", nil), slotOf("h2", "E|440", "2026-11-27T23:30:00-10:00", nil), slotOf("h3", "E|440", "2026-11-28T09:00:00-10:00", nil)}
	kiritimati := []fields{slotOf("k1", "E|999", "2026-11-28T23:00:00+14:00", fields{"timezone": "Pacific/Kiritimati"}), slotOf("k2", "E|999", "2026-11-29T09:00:00+14:00", nil)}
	both := []fields{honolulu[0], honolulu[1], slotOf("l1", "E|410", "2026-11-28T00:30:00-08:00", fields{"timezone": "America/Los_Angeles"}), honolulu[2], slotOf("l2", "E|410", "2026-12-03T09:00:00-08:00", nil)}
	for name, c := range map[string]struct {
		slots []fields
		first []string
	}{
		"Honolulu": {honolulu, []string{"Today: 2", "Tomorrow: 1", "Sun, Nov 29: 0"}}, "Kiritimati": {kiritimati, []string{"Today: 1", "Tomorrow: 1", "Mon, Nov 30: 0"}},
		"two clinics": {both, []string{"Today: 2", "Sat, Nov 28: 2", "Sun, Nov 29: 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, night)
			d.times.Store(text(t, weekly(c.slots...)))
			d.list.Store(text(t, fields{"complete": true, "sources": []fields{}, "providers": untidyPeople, "departments": untidyPlaces, "entries": []fields{entryOf("9000000017", c.slots...)}}))
			b := newBrowser(t)
			b.visits(t, d, visitors[0])
			for _, zone := range visitors {
				b.on(t, 1000, 900, zone)
				b.do(t, chromedp.Navigate(d.base+theCalendar))
				b.shows(t, "a week", `document.querySelector("#calendar[open] .week .time") !== null`)
				if got := b.days(t); len(got) != 7 || !slices.Equal(got[:3], c.first) {
					t.Errorf("from %s: %q, want %q first", zone, got, c.first)
				}
				if !says[bool](t, b, `document.querySelector("[data-turn=back]").disabled`) {
					t.Errorf("from %s: there is a week before today", zone)
				}
				if got := b.missing(t); len(got) > 0 {
					t.Errorf("from %s: the list has times that the calendar lacks: %q", zone, got)
				}
			}
			for _, query := range b.asked("/v1/timeslots?") {
				if strings.Contains(query, "startDate") || !strings.Contains(query, "endDate=2026-12-04") {
					t.Errorf("the present week is asked for by the visitor's days: %s", query)
				}
			}
			b.picture(t, "calendar-"+strings.ReplaceAll(name, " ", "-"), 1000, 900, false)
			b.picture(t, "calendar-phone-"+strings.ReplaceAll(name, " ", "-"), 390, 1200, false)
			b.fits(t, name)
			b.quiet(t, d.base)
		})
	}
}

// missing is the times of the list that the open calendar has not.
func (b *tab) missing(t *testing.T) []string {
	t.Helper()
	return says[[]string](t, b, `[...document.querySelectorAll("#list .time")].map((time) => time.dataset.id).filter((id) => !document.querySelector("#calendar [data-id='" + CSS.escape(id) + "']"))`)
}

// TestAWeekLeadsBackToTheClinicsToday from wherever a link begins.
func TestAWeekLeadsBackToTheClinicsToday(t *testing.T) {
	d, b := deskAt(t, night, "Asia/Tokyo")
	d.times.Store(text(t, weekly(slotOf("h1", "E|440", "2026-11-27T22:40:00-10:00", nil), slotOf("h3", "E|440", "2026-11-28T09:00:00-10:00", nil), slotOf("h4", "E|440", "2026-12-03T09:00:00-10:00", nil))))
	for _, week := range []string{"2026-11-28", "2026-12-01", "2026-12-04"} {
		b.do(t, chromedp.Navigate(d.base+theCalendar+"&week="+week))
		b.shows(t, "the week of "+week, `document.querySelector("#calendar[open] .week > li")?.dataset.key === "`+week+`"`)
		b.do(t, chromedp.Click("[data-turn=back]"))
		b.shows(t, "the clinic's today", `document.querySelector("#calendar .week > li h3")?.innerText === "Today" && document.querySelector("[data-turn=back]").disabled && !location.search.includes("week=")`)
	}
	for _, week := range []string{"2026-11-20", "2027-02-31", "soon", "0"} {
		b.do(t, chromedp.Navigate(d.base+theCalendar+"&week="+week))
		if week == "soon" || week == "0" {
			b.shows(t, "what is wrong", `document.getElementById("notice").innerText.includes("the week in the address")`)
		}
		b.shows(t, "the present week", `document.querySelector("#calendar[open] .week > li h3")?.innerText === "Today"`)
	}
	b.do(t, chromedp.Click("[data-turn=forward]"))
	b.shows(t, "the week after", `document.querySelector("#calendar .week > li")?.dataset.key === "2026-12-04" && location.search.includes("week=2026-12-04")`)
}

// TestTheCalendarSaysWhichTimeIsWhere in its head, above the times of a day, and in what each is called.
func TestTheCalendarSaysWhichTimeIsWhere(t *testing.T) {
	d, b := deskAt(t, time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC), "America/Los_Angeles")
	d.times.Store(text(t, weekly(slotOf("a", "E|410", "2026-11-30T09:00:00-08:00", nil), slotOf("b", "E|420", "2026-11-30T13:00:00-08:00", nil), slotOf("c", "E|410", "2026-12-01T09:00:00-08:00", nil), slotOf("x", "E|410", "soon", nil))))
	b.do(t, chromedp.Navigate(d.base+theCalendar))
	b.shows(t, "a week", `document.querySelector("#calendar[open] .week .time") !== null`)
	names := says[[]string](t, b, `[...document.querySelectorAll("#calendar .week .time")].map((time) => time.ariaLabel + " / " + time.closest("ul").ariaLabel + " / " + time.closest("ul").previousElementSibling.innerText)`)
	want := []string{
		"Tomorrow, 9:00 AM · O’Brien, Seán · Riverton / Riverton / Riverton", "Tomorrow, 1:00 PM · O’Brien, Seán · Lakeside / Lakeside / Lakeside",
		"Tuesday, December 1, 9:00 AM · O’Brien, Seán · Riverton / Riverton / Riverton",
	}
	if !slices.Equal(names, want) {
		t.Errorf("times are called\n%q, want\n%q", names, want)
	}
	head := says[string](t, b, `document.querySelector("#calendar .places").innerText`)
	for _, part := range []string{"Riverton", "100 Example Way", "206-555-0100", "Lakeside", "2 Other Road", "206-555-0101"} {
		if !strings.Contains(head, part) {
			t.Errorf("the head lacks %q: %s", part, head)
		}
	}
	if got := says[string](t, b, `document.querySelector("#calendar .notice").innerText`); !strings.Contains(got, "Some times could not be shown") {
		t.Errorf("of the time that is none the calendar says %q", got)
	}
	b.picture(t, "calendar-places", 1000, 900, false)
	b.picture(t, "calendar-places-phone", 390, 1300, false)
	b.fits(t, "the calendar")
	b.quiet(t, d.base)
}

// TestATimeStaysAsLongAsSomebodyIsThere: that one of six nurses is taken changes nothing for who looks for a time.
func TestATimeStaysAsLongAsSomebodyIsThere(t *testing.T) {
	d, b := deskAt(t, night, "America/Los_Angeles")
	list := func(nurse string, starts ...string) string {
		var next []fields
		for _, at := range starts {
			next = append(next, slotOf(nurse+at, "E|410", "2026-11-28T"+at+":00-08:00", fields{"npi": nurse}))
		}
		return text(t, fields{"complete": true, "sources": []fields{}, "providers": fields{}, "departments": untidyPlaces, "entries": []fields{entryOf("E|410", next...)}})
	}
	d.list.Store(list("9000000101", "09:00", "09:20"))
	b.do(t, chromedp.Navigate(d.base+"/flu-shot?postalCode=98000"))
	b.shows(t, "two times", `document.querySelectorAll("#list .time[data-id]").length === 2`)
	b.do(t, chromedp.Evaluate(`window.struck = 0; new MutationObserver(() => { window.struck += document.querySelectorAll(".time.gone").length; }).observe(document.getElementById("list"), { subtree: true, childList: true, attributes: true })`, nil))
	d.list.Store(list("9000000102", "09:00", "09:20"))
	d.tells(t, "offered", fields{"offered": []string{"900000010209:00", "900000010209:20"}})
	b.shows(t, "the other nurse's", `document.querySelectorAll("#list .time[data-id^='9000000102']").length === 2`)
	if struck := says[int](t, b, `window.struck`); struck > 0 {
		t.Errorf("%d times were struck that could still be had", struck)
	}
	d.list.Store(list("9000000102", "09:20"))
	d.tells(t, "change", fields{"removed": []string{"900000010209:00"}, "restored": []string{}})
	b.shows(t, "word that it is taken", `document.getElementById("status").innerText === "One of the times was just taken." && document.querySelectorAll("#list .time").length === 1 && window.struck > 0`)
	b.quiet(t, d.base)
}

// TestALongDayIsShownWhole: an answer has 500 slots at most, and 24 nurses at 24 starts have more.
func TestALongDayIsShownWhole(t *testing.T) {
	d, b := deskAt(t, night, "America/Los_Angeles")
	var all []fields
	for i := range 24 {
		for nurse := range 24 {
			at := time.Date(2026, 11, 28, 9, 20*i, 0, 0, time.FixedZone("", -8*3600)).Format(time.RFC3339)
			all = append(all, slotOf(fmt.Sprintf("n%d-%d", i, nurse), "E|410", at, fields{"npi": fmt.Sprint(9000000100 + nurse)}))
		}
	}
	entry := entryOf("E|410", all[0])
	entry["days"] = []fields{{"date": "2026-11-28", "count": len(all), "times": 24}}
	d.list.Store(text(t, fields{"complete": true, "sources": []fields{}, "providers": fields{}, "departments": untidyPlaces, "entries": []fields{entry}}))
	for from, cursor := 0, ""; from < len(all); from += 200 {
		page := weekly(all[from:min(from+200, len(all))]...)
		if from+200 < len(all) {
			page["nextCursor"] = fmt.Sprint("after", from)
		}
		if cursor == "" {
			d.times.Store(text(t, page))
		} else {
			d.more.Store(cursor, text(t, page))
		}
		cursor = fmt.Sprint("after", from)
	}
	b.do(t, chromedp.Navigate(d.base+"/flu-shot?postalCode=98000"))
	b.shows(t, "the way to all times", `document.querySelector("#list .day button.quiet") !== null && document.querySelector("#list .count").innerText.trim() === "24 times"`)
	b.do(t, chromedp.Click("#list .day button.quiet"))
	b.shows(t, "all times of the day", `document.querySelectorAll("#list .whole .time").length === 24 && new Set([...document.querySelectorAll("#list .whole time")].map((time) => time.innerText)).size === 24`)
	b.quiet(t, d.base)
}
