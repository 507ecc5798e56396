package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// card is one clinician or clinic of the first list. list.js makes the same.
type card struct {
	Title, Line, Place, Distance, Phone string
	Days                                []day
}

// day is the times of one calendar day that are shown, and how many there are.
type day struct {
	Label, Count string
	Times        []clock
}

// clock is one time.
type clock struct {
	Text, ISO, How string
	visitTypeID    string
	URL            string // empty: only the telephone helps
}

// cardsOf are the cards of an answer, in its order. Who has no time to show is left out.
func (v *view) cardsOf(a *answer) (cards []card) {
	for i := range a.Entries {
		if c := v.cardOf(a, &a.Entries[i]); len(c.Days) > 0 {
			cards = append(cards, c)
		}
	}
	return cards
}

func (v *view) cardOf(a *answer, e *entry) card {
	if len(e.Next) == 0 || !v.named(a.Providers[e.NPI].Name) {
		return card{}
	}
	where := a.Departments[e.Next[0].DepartmentIdentifier]
	c := card{Title: where.Name, Phone: where.Phone, Place: where.address()}
	if e.NPI != "" {
		who := a.Providers[e.NPI]
		c.Title, c.Line = who.Name, strings.Join(append(slices.Clip(who.Specialties), where.Name), " · ")
	}
	if where.Distance != nil {
		c.Distance = v.Say("miles", "n", fmt.Sprintf("%.1f", *where.Distance))
	}
	for i := range e.Next {
		c.Days = v.addTime(c.Days, e, &e.Next[i])
	}
	return c
}

// named tells whether a clinician has the name that is looked for.
func (v *view) named(name string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(v.values.Get("name")))
}

func (d *department) address() string {
	if d.Address == nil {
		return ""
	}
	return fmt.Sprintf("%s, %s, %s %s", d.Address.Line1, d.Address.City, d.Address.State, d.Address.PostalCode)
}

// addTime puts a time under its day, in the clinic's zone.
func (v *view) addTime(days []day, e *entry, s *slot) []day {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil { // then its own offset serves
		zone = s.SlotDateTime.Location()
	}
	at, today := s.SlotDateTime.In(zone), v.now.In(zone)
	if v.path == FluPath && at.Format(time.DateOnly) > today.AddDate(0, 0, 1).Format(time.DateOnly) {
		return days
	}
	label := v.dayLabel(at, today)
	if len(days) == 0 || days[len(days)-1].Label != label {
		days = append(days, day{Label: label, Count: v.countOn(e, at.Format(time.DateOnly))})
	}
	last := &days[len(days)-1]
	text := v.clock(at)
	now := clock{Text: text, ISO: at.Format(time.RFC3339), How: v.how(s.Modality), visitTypeID: s.VisitTypeID, URL: link(s.Booking.URL)}
	if slices.ContainsFunc(last.Times, func(c clock) bool { return c.ISO == now.ISO && c.visitTypeID == now.visitTypeID }) {
		return days // another of those who give the shot
	}
	last.Times = append(last.Times, now)
	return days
}

// how says that nobody has to come; empty where somebody has to, or where no source says.
func (v *view) how(modality string) string {
	switch modality {
	case "VIDEO":
		return v.Say("video")
	case "PHONE":
		return v.Say("phone")
	}
	return ""
}

func (v *view) countOn(e *entry, date string) string {
	for _, d := range e.Days {
		if d.Date == date {
			return v.count("times", d.Count)
		}
	}
	return ""
}

// link is a hand-off link, if it is one that a page may carry.
func link(text string) string {
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return text
}
