package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// target is something to read, again and again.
type target struct {
	path   string
	decode decoder
	ids    bool   // it is read for slotIds, see apart.go
	npi    string // whose slots it lists; empty: of many
}

// How many of each kind there are: few enough that every slot is read many times a second.
const (
	maxClinics  = 20
	maxAreas    = 3
	maxNPIReads = 4
	pageSize    = "60"
)

const fluShot = "FluShot"

// targetsOf are what pages ask for: clinics, areas, clinicians, and clinics once more as clients of DexCare do. The
// same slots are in several of them. Flu-shot clinics come first: they have the most slots.
func targetsOf(clinics []clinic) []target {
	clinics = slices.Clone(clinics)
	slices.SortStableFunc(clinics, func(a, b clinic) int { return rankOf(a) - rankOf(b) })
	clinics = clinics[:min(len(clinics), maxClinics)]
	var out []target
	for _, c := range clinics {
		out = append(out,
			timeslots("departmentUrlName", c.URLName, "visitTypeName", c.VisitTypes[0]),
			target{
				path:   fmt.Sprintf("/dexcare/v2/departments/%s/timeslots?visitTypeName=%s", c.URLName, c.VisitTypes[0]),
				decode: decodeDropIn,
			})
	}
	for i, c := range clinics[:min(len(clinics), maxAreas)] {
		out = append(out, timeslots("latitude", degrees(c.Latitude), "longitude", degrees(c.Longitude), "radius", "25",
			"visitTypeName", c.VisitTypes[0], "sort", []string{"soonest", "nearest"}[i%2]))
	}
	for i := range min(len(clinics), maxNPIReads) {
		c := clinics[len(clinics)-1-i] // clinicians, not pools, where there are any
		out = append(out, timeslots("npi", strings.Join(c.NPIs[:min(len(c.NPIs), 2)], ","), "visitTypeName", c.VisitTypes[0]))
	}
	return out
}

func rankOf(c clinic) int {
	if c.VisitTypes[0] == fluShot {
		return 0
	}
	return 1
}

// timeslots reads a page of GET /v1/timeslots; parameters come as names and values in turn.
func timeslots(parameters ...string) target {
	q := url.Values{"limit": {pageSize}}
	for i := 0; i+1 < len(parameters); i += 2 {
		q.Set(parameters[i], parameters[i+1])
	}
	return target{path: "/v1/timeslots?" + q.Encode(), decode: decodeTimeslots}
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 4, 64) }
