package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// traceOptions say which page views are replayed, and whom they ask.
type traceOptions struct {
	Skew      float64 `help:"Zipf exponent of popularity, more than 1." default:"1.1"`
	Positions string  `help:"Where those are who look around themselves: people (each where he lives, in the metropolitan area of nearme) or areas (at a dozen places in each of ten areas)." enum:"people,areas" default:"people"`
	Read      string  `help:"Replay the page views of this file, instead of making a day up." placeholder:"FILE" type:"existingfile"`
	Write     string  `help:"Write the page views to this file too." placeholder:"FILE"`
	Direct    bool    `help:"Ask as pages would that have no service: every DexCare address by itself."`
}

// view is somebody who opens a page.
type view struct {
	at    time.Duration // from the beginning
	query url.Values    // of GET /v1/timeslots
}

// prepare replays a day of page views, shortened to the duration: --rate is the mean, and the day has its quiet and its
// busy hours.
func (o *traceOptions) prepare(ctx context.Context, all *options, s *scenario) error {
	views, err := o.views(ctx, all)
	if err != nil {
		return err
	}
	if o.Write != "" {
		if err := writeViews(o.Write, views); err != nil {
			return err
		}
	}
	t := &timetable{length: all.Duration, grace: all.Timeout}
	var requests []request
	for _, v := range views {
		list := []request{page(v.query)}
		if o.Direct {
			list = direct(v.query)
		}
		for _, r := range list {
			t.at = append(t.at, v.at)
			requests = append(requests, r)
		}
	}
	next := 0
	s.plan, s.views = t, uint64(len(views))
	s.next = func(*rand.Rand) request {
		r := requests[min(next, len(requests)-1)]
		next++
		return r
	}
	return nil
}

func (o *traceOptions) views(ctx context.Context, all *options) ([]view, error) {
	if o.Read != "" {
		return readViews(o.Read, all.Duration)
	}
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
	return newDay(d, time.Now(), o.Skew, o.Positions, all.Seed).views(n, all.Duration), nil
}

// maxViews bounds a trace.
const maxViews = maxRate * 600

// readViews reads lines of a moment in milliseconds, a tab, and a query of GET /v1/timeslots.
func readViews(file string, length time.Duration) ([]view, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var views []view
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		v, err := parseView(lines.Text())
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s, line %d: %w", file, n, err)
		case len(views) > 0 && v.at < views[len(views)-1].at:
			return nil, fmt.Errorf("%s, line %d: earlier than the line before", file, n)
		case len(views) >= maxViews:
			return nil, fmt.Errorf("%s has more than %d lines", file, maxViews)
		case v.at < length:
			views = append(views, v)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(views) == 0 {
		return nil, fmt.Errorf("%s has no page view within %s", file, length)
	}
	return views, nil
}

func parseView(line string) (view, error) {
	moment, text, ok := strings.Cut(line, "\t")
	ms, err := strconv.ParseInt(moment, 10, 64)
	const longest = int64(maxDuration / time.Millisecond)
	if !ok || err != nil || ms < 0 || ms > longest {
		return view{}, errors.New("want MILLISECONDS, a tab and a query, such as 1500\tnpi=9000000017")
	}
	query, err := url.ParseQuery(text)
	if err != nil || len(query) == 0 {
		return view{}, errors.New("the query cannot be read")
	}
	return view{at: time.Duration(ms) * time.Millisecond, query: query}, nil
}

func writeViews(file string, views []view) error {
	var b strings.Builder
	for _, v := range views {
		fmt.Fprintf(&b, "%d\t%s\n", v.at.Milliseconds(), v.query.Encode())
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// direct is what a page asks DexCare when no service does it for the page: one read for each clinician, clinic and
// area, with its filters in the address. Fewer are not possible, and most pages make more.
func direct(query url.Values) []request {
	var list []request
	ask := func(path string, own url.Values, names ...string) {
		for _, name := range append(names, "product") {
			if value := query.Get(name); value != "" {
				own.Set(name, value)
			}
		}
		list = append(list, request{path: path + "?" + own.Encode()})
	}
	for _, npi := range slices.Concat(split(query["npi"])...) {
		ask("/v5/providers/"+url.PathEscape(npi)+"/timeslots", url.Values{}, "startDate", "endDate", "visitTypeName")
	}
	for _, name := range slices.Concat(split(query["departmentUrlName"])...) {
		ask("/v2/departments/"+url.PathEscape(name)+"/timeslots", url.Values{}, "visitTypeName")
	}
	if query.Has("latitude") {
		own := url.Values{"daysOfSlots": {"14"}, "visitTypeNames": {query.Get("visitTypeName")}}
		ask("/v1/availability/slots", own, "latitude", "longitude", "radius", "startDate", "endDate", "newOrEstablishedPatient")
	}
	return list
}

// split takes the values of a parameter apart, which may be given several times or with commas.
func split(values []string) (lists [][]string) {
	for _, v := range values {
		lists = append(lists, strings.Split(v, ","))
	}
	return lists
}
