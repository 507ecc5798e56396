package web

import (
	"cmp"
	"net/url"
	"slices"
)

// card is one clinician or clinic of the first list. list.js makes the same.
type card struct {
	Broken       string // what is said in place of a card that cannot be shown
	Title, Line  string
	Place, Phone string     // of the one clinic
	Places       []cardSite // of several
	Days         []day
}

// cardSite is one of several clinics in the head of a card.
type cardSite struct{ Name, Place, Phone string }

// day is the times of one calendar day that are shown, and how many there are.
type day struct {
	Label, Count string
	Groups       []group
}

// group is times of one day at one clinic.
type group struct {
	At    string // the clinic, where a card has several
	Times []clock
}

// clock is one time.
type clock struct {
	Text, ISO, Kind string
	Name            string // for those who do not see what stands around it
	URL             string // empty: only the telephone helps
}

// cardsOf are the cards of an answer, in its order. Who has no time to show is left out.
func (v *view) cardsOf(a *answer) (cards []card) {
	wanted := wanted(v.values.Get("name"))
	for i := range a.Entries {
		e := &a.Entries[i]
		if e.err == nil && e.value.NPI == "" && e.value.DepartmentIdentifier == "" {
			e.err = errNoTimes
		}
		if e.err != nil {
			cards = append(cards, card{Broken: v.Say("lost")})
		} else if c := v.cardOf(a, &e.value, wanted); len(c.Days) > 0 {
			cards = append(cards, c)
		}
	}
	return cards
}

func (v *view) cardOf(a *answer, e *entry, wanted []string) card {
	who := a.Providers[e.NPI].value
	days := v.daysOf(e)
	if len(days) == 0 || v.path == FindPath && !namedAs(who.Name, wanted) {
		return card{}
	}
	sites := sitesOf(a, e, days)
	c := card{Title: cmp.Or(who.Name, sites[0].name, e.NPI, e.DepartmentIdentifier)}
	if len(sites) > 1 {
		for _, s := range sites {
			c.Places = append(c.Places, cardSite{Name: s.name, Place: v.where(&s.department), Phone: s.Phone})
		}
	} else {
		c.Place, c.Phone = v.where(&sites[0].department), sites[0].Phone
	}
	if e.NPI != "" {
		line := slices.Clone(who.Specialties)
		if len(sites) == 1 && sites[0].name != c.Title {
			line = append(line, sites[0].name)
		}
		c.Line = joined(line...)
	}
	kind := v.kindsOf(days)
	for i := range days {
		d := v.dayOf(&days[i], sites, who.Name, kind)
		d.Count = v.countOn(e, days[i].date)
		c.Days = append(c.Days, d)
	}
	return c
}

// dayOf is a day with its times, put together by clinic in the order in which those come.
func (v *view) dayOf(d *slotDay, sites []site, who string, kind func(*slot) string) day {
	shown := day{Label: d.label}
	groups := map[string]int{}
	for _, at := range distinct(d.slots) {
		s := &sites[slices.IndexFunc(sites, func(s site) bool { return s.id == at.DepartmentIdentifier })]
		i, known := groups[s.id]
		if !known {
			i = len(shown.Groups)
			groups[s.id], shown.Groups = i, append(shown.Groups, group{})
			if len(sites) > 1 {
				shown.Groups[i].At = s.name
			}
		}
		k := kind(at)
		shown.Groups[i].Times = append(shown.Groups[i].Times, clock{
			Text: v.timeText(at.SlotDateTime.Time), ISO: at.SlotDateTime.text, Kind: k, URL: link(at.Booking.URL),
			Name: joined(v.fullText(at), k, who, s.name),
		})
	}
	return shown
}

// countOn says how many times a day has, also those that are not listed.
func (v *view) countOn(e *entry, date string) string {
	for _, d := range e.Days {
		if d.Date == date {
			return v.count("times", cmp.Or(d.Times, d.Count))
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
