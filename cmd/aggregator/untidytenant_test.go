package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/test/rig/figure"
)

// freeSlot is a slot as people know it.
type freeSlot struct{ npi, clinic, visitType, start string }

// compared is how far ahead slots are compared; the service is asked for two days more, whatever the zones.
const compared = 3 * 24 * time.Hour

func ending(now time.Time) string {
	return "&endDate=" + now.Add(compared+48*time.Hour).UTC().Format(time.DateOnly)
}

// truthOf is what the simulator has free for the clinician, and whether it can be booked: what cannot is listed by some
// surfaces and not by others, and may be shown.
func truthOf(t *testing.T, simulator, npi string) map[freeSlot]bool {
	t.Helper()
	out := map[freeSlot]bool{}
	for _, s := range document[[]acme.Slot](t, get(t, simulator+"/_acme/slots?npi="+npi)) {
		slot := freeSlot{s.NPI, s.DepartmentIdentifier, s.VisitTypeName, s.Start.UTC().Format(time.RFC3339)}
		out[slot] = out[slot] || s.Bookable
	}
	return out
}

// beyondBudget reports whether an answer lacks something, or all, because the product's budget was spent.
func beyondBudget(t *testing.T, r reply) bool {
	t.Helper()
	if r.status == http.StatusGatewayTimeout {
		return true
	}
	a := r.answer(t)
	return !a.Complete && strings.Contains(fmt.Sprint(a.Sources), "budget")
}

// servedAt reads all pages of an answer.
func servedAt(t *testing.T, target string) map[freeSlot]bool {
	t.Helper()
	out := map[freeSlot]bool{}
	for cursor := ""; ; {
		r := get(t, target+"&limit=500"+cursor)
		for tries := 0; tries < 10 && beyondBudget(t, r); tries++ { // the machine was too busy
			r = get(t, target+"&limit=500"+cursor)
		}
		a := r.answer(t)
		if !a.Complete {
			t.Errorf("%s is not complete: %+v", target, a.Sources)
		}
		for _, s := range a.Timeslots {
			out[freeSlot{s.NPI, s.DepartmentIdentifier, s.VisitTypeName, s.SlotDateTime.UTC().Format(time.RFC3339)}] = true
		}
		if a.NextCursor == nil {
			return out
		}
		cursor = "&cursor=" + url.QueryEscape(*a.NextCursor)
	}
}

// same tells what is lost and what is invented, the first of each, but for what a minute that passed makes past.
func same(t *testing.T, what string, want, got map[freeSlot]bool) {
	t.Helper()
	now := time.Now().UTC()
	soon, late := now.Add(time.Minute).Format(time.RFC3339), now.Add(compared).Format(time.RFC3339)
	lost, invented := 0, 0
	for s, bookable := range want {
		if bookable && s.start > soon && s.start < late && !got[s] {
			if lost++; lost == 1 {
				t.Errorf("%s: lost %+v", what, s)
			}
		}
	}
	for s := range got {
		if _, free := want[s]; s.start < late && !free {
			if invented++; invented == 1 {
				t.Errorf("%s: invented %+v", what, s)
			}
		}
	}
	if lost+invented > 0 {
		t.Errorf("%s: %d of %d are lost, %d invented", what, lost, len(want), invented)
	}
}

func TestNothingIsLostAndNothingInventedOfATenantThatIsUntidyThroughout(t *testing.T) {
	figure.Beside(t)
	figure.Long(t)
	tenants, clinics := map[string][]string{"throughout": {"--untidy"}, "short lookahead": {"--lookahead", "9"}}, 1
	if figure.Judged() { // each untidiness by itself takes minutes
		tenants["tidy"], clinics = nil, 3
		for _, one := range acme.Throughout.Names() {
			tenants[one] = []string{"--untidy=" + one}
		}
	}
	for name, flags := range tenants {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting for upstream
			demo := startDemo(t, flags...)
			simulator := demo.simulator(t)
			directory := document[struct{ Departments []acme.Department }](t, get(t, simulator+"/_acme/directory"))
			truths := map[string]map[freeSlot]bool{}
			for _, d := range someOfEach(directory.Departments, clinics) {
				for _, npi := range d.NPIs {
					if truths[npi] == nil {
						truths[npi] = truthOf(t, simulator, npi)
						same(t, npi, truths[npi], servedAt(t, demo.public+"/v1/timeslots?npi="+npi+ending(time.Now())))
					}
				}
				sameClinic(t, demo, d, truths)
			}
		})
	}
}

// someOfEach are so many clinics of each kind, told by what they offer: in several zones, with and without a usable one.
func someOfEach(all []acme.Department, most int) (out []acme.Department) {
	seen := map[string]int{}
	for _, d := range all {
		kind := fmt.Sprint(d.VisitTypes, d.Pool)
		if seen[kind]++; seen[kind] <= most {
			out = append(out, d)
		}
	}
	return out
}

// sameClinic compares a clinic's walk-in times: those of the days that the answer has, since Care Direct gives two or three.
func sameClinic(t *testing.T, demo *running, d acme.Department, truths map[string]map[freeSlot]bool) {
	t.Helper()
	if d.ClinicType != "Retail" {
		return
	}
	zone, err := time.LoadLocation(d.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	year, month, day := time.Now().In(zone).Date()
	until := time.Date(year, month, day+2, 0, 0, 0, 0, zone).Add(-time.Hour).UTC().Format(time.RFC3339) // an hour: late rules
	early := func(set map[freeSlot]bool, visitType string) map[freeSlot]bool {
		out := map[freeSlot]bool{}
		for s, bookable := range set {
			if s.clinic == d.EHRSystem+"|"+d.ID && s.start < until && strings.EqualFold(s.visitType, visitType) {
				out[s] = bookable
			}
		}
		return out
	}
	for _, visitType := range d.VisitTypes {
		want := map[freeSlot]bool{}
		for _, npi := range d.NPIs {
			maps.Copy(want, early(truths[npi], visitType))
		}
		got := servedAt(t, demo.public+"/v1/timeslots?departmentUrlName="+d.URLName+"&visitTypeName="+visitType+ending(time.Now()))
		same(t, d.URLName+" "+visitType, want, early(got, visitType))
	}
}
