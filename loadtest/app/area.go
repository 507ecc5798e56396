package app

import (
	"context"
	"slices"
	"time"
)

// Search is what somebody looks for around a place, from now on.
type Search struct {
	PostalCode          string // of the place; empty: the position
	Latitude, Longitude float64
	Radius              int // miles
	VisitType           string
	Days                int // until so many days after now; 0: without an end
}

// body says "now" to the millisecond, as the SDK does whatever instant the app gives.
func (s *Search) body(now time.Time) object {
	b := object{"radius": s.Radius, "visitTypeNames": []string{s.VisitType}, "startDate": instant(now)}
	if s.PostalCode != "" {
		b["postalCode"] = s.PostalCode
	} else {
		b["latitude"], b["longitude"] = s.Latitude, s.Longitude
	}
	if s.Days > 0 {
		b["endDate"] = instant(now.AddDate(0, 0, s.Days))
	}
	return b
}

// AreaSlot is a time of a clinician in an area. It has no id, and is booked from the clinician's calendar.
type AreaSlot struct {
	NPI, Department, VisitTypeID string
	Start                        time.Time
}

// SlotsAround lists the slots around a place, soonest first.
func (p *Phone) SlotsAround(ctx context.Context, s Search) (list []AreaSlot, err error) {
	var got struct {
		Slots []struct {
			Start   time.Time `json:"slotDateTime"`
			Options []struct {
				NPI         string `json:"npi"`
				Department  string `json:"departmentEhrIdentifier"`
				VisitTypeID string `json:"visitTypeId"`
			} `json:"providerOptions"`
		} `json:"slots"`
	}
	if err := p.ask(ctx, areaSlots, question{body: s.body(p.o.Now())}, &got); err != nil {
		return nil, err
	}
	for _, slot := range got.Slots {
		for _, o := range slot.Options {
			list = append(list, AreaSlot{o.NPI, o.Department, o.VisitTypeID, slot.Start})
		}
	}
	return list, nil
}

// CliniciansAround lists the NPIs of who is around a place, by who is free first.
func (p *Phone) CliniciansAround(ctx context.Context, s Search) (npis []string, err error) {
	var got struct {
		Results []struct {
			NPI string `json:"npi"`
		} `json:"results"`
	}
	body := s.body(p.o.Now())
	body["sortBy"] = "nextAvailable"
	if err := p.ask(ctx, areaProviders, question{body: body}, &got); err != nil {
		return nil, err
	}
	for _, r := range got.Results {
		npis = append(npis, r.NPI)
	}
	return npis, nil
}

// cliniciansOf are those that a list of slots shows first, each once.
func cliniciansOf(list []AreaSlot, most int) (npis []string) {
	for _, s := range list {
		if len(npis) == most {
			break
		}
		if !slices.Contains(npis, s.NPI) {
			npis = append(npis, s.NPI)
		}
	}
	return npis
}
