package ops

import (
	"cmp"
	"slices"
)

// Circle is an area around a point that Care Options is asked for on behalf of everybody inside it.
type Circle struct {
	VisitType   string  `json:"visitType"`
	Latitude    float64 `json:"latitude"`
	Longitude   float64 `json:"longitude"`
	Radius      int     `json:"radius"`      // miles
	Parts       int     `json:"parts"`       // reads of it that may still be served; 0: none has been answered yet
	SlotsPerDay float64 `json:"slotsPerDay"` // of its latest answer, for each day that it covers; 0: not known
}

// Circles are those in use: callers are served with them, or they are being read.
type Circles struct {
	InUse      int         `json:"inUse"`
	Max        int         `json:"max"`        // so many are remembered, over all visit types; then some are read again
	VisitTypes []CirclesOf `json:"visitTypes"` // those with the most circles, the most first
	Others     int         `json:"others"`     // circles of the visit types that are not listed
	Largest    []Circle    `json:"largest"`    // by slots a day
}

// CirclesOf are those of a visit type.
type CirclesOf struct {
	VisitType string `json:"visitType"`
	Circles   int    `json:"circles"`
	Parts     int    `json:"parts"`
}

// What a state lists is bounded: callers name visit types.
const (
	maxVisitTypes = 12
	maxLargest    = 5
)

// circlesOf adds up a list, whose order it changes.
func circlesOf(list []Circle, most int) Circles {
	all := Circles{InUse: len(list), Max: most, VisitTypes: []CirclesOf{}, Largest: []Circle{}}
	byType := map[string]CirclesOf{}
	for _, c := range list {
		sum := byType[c.VisitType]
		byType[c.VisitType] = CirclesOf{c.VisitType, sum.Circles + 1, sum.Parts + c.Parts}
	}
	for _, sum := range byType {
		all.VisitTypes = append(all.VisitTypes, sum)
	}
	slices.SortFunc(all.VisitTypes, func(a, b CirclesOf) int {
		return cmp.Or(b.Circles-a.Circles, cmp.Compare(a.VisitType, b.VisitType))
	})
	for _, rest := range all.VisitTypes[min(maxVisitTypes, len(all.VisitTypes)):] {
		all.Others += rest.Circles
	}
	all.VisitTypes = all.VisitTypes[:min(maxVisitTypes, len(all.VisitTypes))]
	slices.SortFunc(list, func(a, b Circle) int {
		return cmp.Or(cmp.Compare(b.SlotsPerDay, a.SlotsPerDay), b.Radius-a.Radius, cmp.Compare(a.VisitType, b.VisitType),
			cmp.Compare(a.Latitude, b.Latitude), cmp.Compare(a.Longitude, b.Longitude))
	})
	all.Largest = append(all.Largest, list[:min(maxLargest, len(list))]...)
	return all
}
