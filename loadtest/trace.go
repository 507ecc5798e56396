package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"
)

// traceOptions say which page views a day has, and where they are asked.
type traceOptions struct {
	Skew      float64 `help:"Zipf exponent of popularity, more than 1." default:"1.1"`
	Positions string  `help:"Where those are who look around themselves: people (each where he lives, in the metropolitan area of nearme) or areas (at a dozen places in each of ten areas)." enum:"people,areas" default:"people"`
	Direct    bool    `help:"Ask as pages would that have no service: every DexCare address by itself."`
}

// view is somebody who opens a page.
type view struct {
	at    time.Duration // from the beginning
	query url.Values    // of GET /v1/timeslots
}

// prepare makes up a day of page views, shortened to the duration: --rate is the mean, and the day has its quiet and its
// busy hours.
func (o *traceOptions) prepare(ctx context.Context, all *options, s *scenario) error {
	views, err := o.views(ctx, all)
	if err != nil {
		return err
	}
	var at []time.Duration
	var requests []request
	for _, v := range views {
		list := []request{page(v.query)}
		if o.Direct {
			list = direct(v.query)
		}
		for _, r := range list {
			at = append(at, v.at)
			requests = append(requests, r)
		}
	}
	next := 0
	s.plan, s.views = timetable(at, all.Duration, all.Timeout), uint64(len(views))
	s.next = func(*rand.Rand) request {
		r := requests[min(next, len(requests)-1)]
		next++
		return r
	}
	return nil
}

func (o *traceOptions) views(ctx context.Context, all *options) ([]view, error) {
	if !(o.Skew > 1) {
		return nil, errors.New("--skew must be more than 1")
	}
	sim, err := newSimulator(all)
	if err != nil {
		return nil, err
	}
	d, err := sim.directory(ctx)
	if err != nil {
		return nil, err
	}
	n := int(all.Rate * all.Duration.Seconds())
	if n < 1 {
		return nil, errors.New("--rate and --duration make no page view")
	}
	return o.day(d, time.Now(), all.Seed).views(n, all.Duration), nil
}

// direct is what a page asks DexCare when no service does it for the page: one read for each clinician, clinic and
// area, with its filters in the address. Fewer are not possible, and most pages make more.
func direct(query url.Values) []request {
	var list []request
	all := func(name string) []string { // it may be given several times, or with commas
		return strings.FieldsFunc(strings.Join(query[name], ","), func(r rune) bool { return r == ',' })
	}
	ask := func(path string, own url.Values, names ...string) {
		for _, name := range append(names, "product") {
			if value := query.Get(name); value != "" {
				own.Set(name, value)
			}
		}
		list = append(list, request{path: path + "?" + own.Encode()})
	}
	for _, npi := range all("npi") {
		ask("/v5/providers/"+url.PathEscape(npi)+"/timeslots", url.Values{}, "startDate", "endDate", "visitTypeName")
	}
	for _, name := range all("departmentUrlName") {
		ask("/v2/departments/"+url.PathEscape(name)+"/timeslots", url.Values{}, "visitTypeName")
	}
	if query.Has("latitude") {
		own := url.Values{"daysOfSlots": {"14"}, "visitTypeNames": {query.Get("visitTypeName")}}
		ask("/v1/availability/slots", own, "latitude", "longitude", "radius", "startDate", "endDate", "newOrEstablishedPatient")
	}
	return list
}
