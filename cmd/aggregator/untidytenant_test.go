package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"timeslots/internal/figure"
)

// free is a slot as the simulator knows it, whatever its surfaces make of it.
type free struct {
	NPI, DepartmentIdentifier, VisitTypeID, VisitTypeName string
	SlotDateTime                                          time.Time
	IsBookable                                            bool
}

func (f free) name() string {
	return fmt.Sprintf("%s at %s, %s %s, %s", f.NPI, f.DepartmentIdentifier, f.VisitTypeID, f.VisitTypeName, f.SlotDateTime.UTC().Format(time.RFC3339))
}

// The seed that is untidy throughout: what the service offers of a clinician is what is free, under the names it has.
func TestOfATenantThatIsUntidyThroughoutNothingIsLostAndNothingInvented(t *testing.T) {
	figure.Long(t)
	sim := start(t, nil, "acme", "--listen", "127.0.0.1:0", "--untidy")
	addr := sim.err.waitFor(t, `listening public=(\S+)`)[1]
	for _, version := range []string{"v5", "both"} {
		t.Run(version, func(t *testing.T) {
			service := start(t, nil, "serve", "--config", written(t, served(addr)+"sources: {providerDirect: {version: "+version+"}}\n"))
			service.listening(t)
			seen := 0
			for _, npi := range clinicians(t, "http://"+addr) {
				from, until := time.Now().Add(time.Hour), time.Now().Add(6*24*time.Hour)
				want := map[string]bool{} // true: it can be booked, so that every surface lists it
				for _, f := range decoded[[]free](t, "http://"+addr+"/_acme/slots?npi="+npi) {
					if f.SlotDateTime.After(from) && f.SlotDateTime.Before(until) {
						want[f.name()] = f.IsBookable
					}
				}
				for _, got := range offers(t, service, npi, from, until) {
					if _, free := want[got.name()]; !free {
						t.Errorf("%s is offered, and not free", got.name())
					}
					delete(want, got.name())
					seen++
				}
				maps.DeleteFunc(want, func(_ string, bookable bool) bool { return !bookable })
				if len(want) > 0 {
					t.Errorf("%d free slots of %s are lost, such as %s", len(want), npi, slices.Sorted(maps.Keys(want))[0])
				}
			}
			if seen == 0 {
				t.Error("nobody had a free slot")
			}
		})
	}
}

// clinicians are some who see patients by appointment.
func clinicians(t *testing.T, simulator string) (npis []string) {
	t.Helper()
	directory := decoded[struct {
		Departments []struct {
			ClinicType string
			NPIs       []string
		}
	}](t, simulator+"/_acme/directory")
	for _, d := range directory.Departments {
		for _, npi := range d.NPIs {
			if d.ClinicType != "Retail" && !slices.Contains(npis, npi) && len(npis) < 24 {
				npis = append(npis, npi)
			}
		}
	}
	return npis
}

func decoded[T any](t *testing.T, address string) (v T) {
	t.Helper()
	if err := json.Unmarshal(get(t, address).body, &v); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return v
}

// offers pages through all that the service offers of a clinician between two instants.
func offers(t *testing.T, service *running, npi string, from, until time.Time) (list []free) {
	t.Helper()
	query := url.Values{"npi": {npi}, "endDate": {until.AddDate(0, 0, 2).UTC().Format(time.DateOnly)}, "limit": {"500"}}
	for {
		a := get(t, service.public+"/v1/timeslots?"+query.Encode()).answer(t)
		if !a.Complete {
			t.Errorf("the answer about %s is not complete: %+v", npi, a.Sources)
		}
		for _, s := range a.Timeslots {
			if s.SlotDateTime.After(from) && s.SlotDateTime.Before(until) {
				list = append(list, free{NPI: s.NPI, DepartmentIdentifier: s.DepartmentIdentifier, VisitTypeID: s.VisitTypeID, VisitTypeName: s.VisitTypeName, SlotDateTime: s.SlotDateTime})
			}
		}
		if a.NextCursor == nil {
			return list
		}
		query.Set("cursor", *a.NextCursor)
	}
}
