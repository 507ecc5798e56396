package acme

import (
	"fmt"
	"testing"
)

// builtWorld is the world of the tenant that tests run against.
func builtWorld(t testing.TB, options ...func(*worldOptions)) *world {
	t.Helper()
	o := worldOptions{Tenant: "acme", Seed: 1, Departments: 60, Providers: 240, Lookahead: 90, Now: monday}
	for _, set := range options {
		set(&o)
	}
	w, err := newWorld(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAboutAThirdOfTheGridIsBusy(t *testing.T) {
	all, busy := 0, 0
	for _, s := range builtWorld(t).schedules {
		for start := range s.starts(dayOf(monday) + 1) {
			all++
			if s.busy(start) {
				busy++
			}
		}
	}
	if share := float64(busy) / float64(all); share < 0.33 || share > 0.37 {
		t.Errorf("%d of %d starts are busy", busy, all)
	}
}

func TestEverySizeOfDirectoryIsConsistent(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 30}, {9, 9}, {60, 240}, {500, 2000}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			w := builtWorld(t, func(o *worldOptions) { o.Departments, o.Providers = size[0], size[1] })
			urls, keys, npis, people := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]*person{}
			for _, d := range w.departments {
				urls[d.urlName], keys[d.key] = true, true
			}
			for _, c := range w.clinicians {
				npis[c.npi] = true
			}
			if len(urls) != size[0] || len(keys) != size[0] || len(npis) != size[1] {
				t.Errorf("%d urls, %d keys, %d NPIs", len(urls), len(keys), len(npis))
			}
			for _, s := range w.schedules {
				if other := people[s.who.providerID]; other != nil && other != s.who {
					t.Fatalf("%s is two persons", s.who.providerID)
				}
				people[s.who.providerID] = s.who
			}
		})
	}
}

func TestOneClinicianAtTwoClinicsOnOneDayIsNeverAtBoth(t *testing.T) {
	w := builtWorld(t, func(o *worldOptions) { o.Untidy = TwoClinics | Crowded })
	both := map[kind]int{}
	for _, c := range w.clinicians {
		type stay struct {
			span
			at *department
		}
		var stays []stay
		where := map[day]map[*department]bool{}
		for _, o := range c.offers {
			for _, s := range o.schedules {
				for d := dayOf(monday); d < dayOf(monday)+7; d++ {
					for start := range s.starts(d) {
						if where[d] == nil {
							where[d] = map[*department]bool{}
						}
						where[d][o.at] = true
						stays = append(stays, stay{span{start, start + s.seconds()}, o.at})
					}
				}
			}
		}
		for _, places := range where {
			if len(places) == 2 {
				both[c.home.kind]++
			}
		}
		if c.pool || len(c.departments()) < 2 {
			continue
		}
		for i, a := range stays {
			for _, b := range stays[:i] {
				if a.at != b.at && a.overlaps(b.span) {
					t.Fatalf("%s is at %s and %s at once", c.npi, a.at.name, b.at.name)
				}
			}
		}
	}
	if both[expressCare] == 0 || both[primaryCare] == 0 || both[fluShots] == 0 {
		t.Errorf("days at two clinics: %v", both)
	}
}
