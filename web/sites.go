package web

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// site is a clinic of a card.
type site struct {
	id, name string // a name that tells it apart from the others
	department
}

// sitesOf are the clinics of a card's times, in the order in which they come: by name, and those that share one by street
// as well.
func sitesOf(a *answer, e *entry, days []slotDay) (sites []site) {
	var ids []string
	if e.DepartmentIdentifier != "" {
		ids = append(ids, e.DepartmentIdentifier)
	}
	for _, d := range days {
		for _, s := range d.slots {
			if !slices.Contains(ids, s.DepartmentIdentifier) {
				ids = append(ids, s.DepartmentIdentifier)
			}
		}
	}
	shared := map[string]int{}
	for _, id := range ids {
		shared[a.Departments[id].value.Name]++
	}
	for _, id := range ids {
		d := a.Departments[id].value
		name, line := d.Name, ""
		if d.Address != nil {
			line = d.Address.Line1
		}
		if name == "" || shared[name] > 1 {
			name = joined(name, line)
		}
		if name == "" && len(ids) > 1 {
			name = id
		}
		sites = append(sites, site{id, name, d})
	}
	return sites
}

// where is a clinic's address and how far it is.
func (v *view) where(d *department) string {
	address, miles := "", ""
	if a := d.Address; a != nil {
		address = together(", ", a.Line1, a.Line2, a.City, together(" ", a.State, a.PostalCode))
	}
	if d.Distance != nil {
		miles = v.Say("miles", "n", fmt.Sprintf("%.1f", math.Round(*d.Distance*10)/10))
	}
	return joined(address, miles)
}

func joined(texts ...string) string { return together(" · ", texts...) }

// together is the texts that say something.
func together(by string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), by)
}
