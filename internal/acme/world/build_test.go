package world

import (
	"fmt"
	"testing"
	"time"
)

// monday is 2030-03-04, nine in the morning in Riverton, six days before the clocks go forward there.
var monday = time.Date(2030, 3, 4, 17, 0, 0, 0, time.UTC)

// builtWorld is the world of the tenant that tests run against.
func builtWorld(t testing.TB, options ...func(*Options)) *World {
	t.Helper()
	o := Options{Tenant: "acme", Seed: 1, Departments: 60, Providers: 240, Lookahead: 90, Now: monday}
	for _, set := range options {
		set(&o)
	}
	w, err := New(o)
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
			w := builtWorld(t, func(o *Options) { o.Departments, o.Providers = size[0], size[1] })
			urls, keys, npis, people := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]*Person{}
			for _, d := range w.Departments {
				urls[d.URLName], keys[d.Key] = true, true
			}
			for _, c := range w.Clinicians {
				npis[c.NPI] = true
			}
			if len(urls) != size[0] || len(keys) != size[0] || len(npis) != size[1] {
				t.Errorf("%d urls, %d keys, %d NPIs", len(urls), len(keys), len(npis))
			}
			for _, s := range w.schedules {
				if other := people[s.Person.ProviderID]; other != nil && other != s.Person {
					t.Fatalf("%s is two persons", s.Person.ProviderID)
				}
				people[s.Person.ProviderID] = s.Person
			}
		})
	}
}

func TestOneClinicianAtTwoClinicsOnOneDayIsNeverAtBoth(t *testing.T) {
	w := builtWorld(t, func(o *Options) { o.Untidy = TwoClinics | Crowded })
	both := map[Kind]int{}
	for _, c := range w.Clinicians {
		type stay struct {
			Span
			at *Department
		}
		var stays []stay
		where := map[Day]map[*Department]bool{}
		for _, o := range c.Offers {
			for _, s := range o.Schedules {
				for d := dayOf(monday); d < dayOf(monday)+7; d++ {
					for start := range s.starts(d) {
						if where[d] == nil {
							where[d] = map[*Department]bool{}
						}
						where[d][o.Department] = true
						stays = append(stays, stay{Span{start, start + s.Seconds()}, o.Department})
					}
				}
			}
		}
		for _, places := range where {
			if len(places) == 2 {
				both[c.Home.Kind]++
			}
		}
		if c.Pool || len(c.Departments()) < 2 {
			continue
		}
		for i, a := range stays {
			for _, b := range stays[:i] {
				if a.at != b.at && a.overlaps(b.Span) {
					t.Fatalf("%s is at %s and %s at once", c.NPI, a.at.Name, b.at.Name)
				}
			}
		}
	}
	if both[expressCare] == 0 || both[primaryCare] == 0 || both[FluShots] == 0 {
		t.Errorf("days at two clinics: %v", both)
	}
}
